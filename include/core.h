#pragma once
/* core: the system's own DocTypes — User, Role, File, Webhook, Activity Log, School Settings and their kin — and what a
 * new site begins with.
 */
#include "auth.h"
#include "base.h"
#include "http.h"
#include "site.h"

/* What `preau site new` was asked for. Empty members take the defaults: the host, "en", "EUR", "UTC". */
struct new_site {
    struct str title, language, currency, time_zone;
    struct str admin_password; /* empty: Administrator gets none, and cannot log in until one is set */
};

/* Fills a new site whose tables exist: users Administrator and Guest, the roles, System Settings and School Settings.
 * What is there already is left alone, so running it again changes nothing. The call runs as Administrator; the
 * transaction is the caller's. Throws ValidationError for an unknown language, currency or time zone. */
bool core_new_site(struct ctx *, const struct new_site *);

/* Notes in the Activity Log what somebody did about their account: logging in (or failing to) and out, a new password or
 * address, an export of their data, leaving. `user` is what was typed and need not exist. A failed attempt is noted in a
 * transaction of its own, after the one that failed was rolled back. */
enum activity {
    ACTIVITY_LOGIN,
    ACTIVITY_LOGIN_FAILED,
    ACTIVITY_LOGOUT,
    ACTIVITY_PASSWORD,
    ACTIVITY_ADDRESS,
    ACTIVITY_EXPORT,
    ACTIVITY_LEFT
};
bool activity_log(struct ctx *, enum activity, struct str user, struct str peer);
/* After a log-in that was refused: undoes what it did, notes it, and leaves the call's error as it is. */
void activity_log_refused(struct ctx *, struct str user, struct str peer);

/* Notes something under a document, by the caller: a Comment of the type, which the caller need not be allowed to make.
 * NULL: thrown. */
struct doc;
struct doc *comment_add(struct ctx *, const struct doc *about, const char *type, struct str content);

/* The caller runs the school. False: thrown (PermissionError). */
bool managers_only(struct ctx *);

/* A user of the site, made when missing and given the roles in any case. `roles` ends with p == NULL. `password` empty:
 * none is set. Lengths are not checked: the command line may set any. */
struct new_user {
    struct str email, first_name, last_name, password;
    struct str language; /* of a new user; empty: the school's */
    bool disabled;       /* a new user */
    const struct str *roles;
};
bool core_user_add(struct ctx *, const struct new_user *);
/* The role, made when missing. */
bool core_role(struct ctx *, const char *name, bool desk_access);
/* Gives or takes one role, keeping all others; nothing happens when it is so already. A role that the site lacks (an
 * adopted one may) is made first. */
bool core_user_role(struct ctx *, struct str user, const char *role, bool has);

/* ---- mails ---------------------------------------------------------------------------------------------------------------
 * Written in the transaction that wants one sent, and sent by a job: to the mail_server of the configuration, else into the
 * folder mail_folder. Both bodies, text and HTML, come from the same words. */
struct mail_words {
    const char *kind;      /* "welcome": for the list of mails */
    const char *subject;   /* message ids from here on, with {school}, {address} and the facts of the mail */
    const char *before[4]; /* paragraphs; fewer end with NULL */
    const char *button;    /* what the link is called; NULL: no link */
    const char *after[4];
};
struct mail {
    const struct mail_words *words;
    struct str to, name;      /* name: whom it greets; empty: nobody in particular */
    struct str link;          /* whole, see site_link */
    struct str language;      /* empty: the call's */
    const struct pair *facts; /* {key} → value */
    size_t fact_count;
};
bool mail_put(struct ctx *, const struct mail *);
/* A mail that waits, was sent or given up. */
struct mail_seen {
    struct str mail, to, kind, language, subject, error;
    int64_t created_us, sent_us, given_up_us; /* 0: not */
};
/* The latest, at most `most`. False: thrown. */
bool mails_list(struct ctx *, size_t most, struct mail_seen **out, size_t *count);
/* Tries again now. Throws DoesNotExistError, and ValidationError for what was sent: its text is gone. */
bool mail_resend(struct ctx *, struct str mail);
/* Nothing is left of the mails to an address. */
bool mails_forget(struct ctx *, struct str address);
/* How mails leave by this configuration: a sentence for who starts the program. */
struct str mail_way_words(struct arena *, const json_t *config);
/* An address that mail may be sent to: one, without quotes, comments or white space; at most 140 characters. */
bool is_mail_address(struct str);
/* An absolute link into the site by its configured name, never by that of a request. `path` begins with "/". */
struct str site_link(struct ctx *, struct str path);

/* ---- accounts ------------------------------------------------------------------------------------------------------------
 * What a stranger asks for is done by a job, so that words and time are the same for known and unknown addresses. Links in
 * mails hold random bytes of which the database keeps the hash; they work once. */
struct account_ask {
    struct str email, full_name; /* as typed */
    struct str peer;             /* who asks: counted */
    struct str language;         /* of the mail to somebody unknown; empty: the school's */
    struct str back;             /* where the link leads in the end; empty: nowhere in particular */
    bool invited;                /* an invitation was shown */
};
/* Somebody wants a new password. Throws RateLimitExceededError only. */
bool account_reset(struct ctx *, const struct account_ask *);
/* Somebody wants an account. Throws when the school does not take everybody, and for what is no address or no name. */
bool account_sign_up(struct ctx *, const struct account_ask *);
/* Open, Invitation or Closed, as School Settings says. */
enum sign_up { SIGN_UP_OPEN, SIGN_UP_INVITATION, SIGN_UP_CLOSED } account_sign_up_mode(const struct site *);
/* A new student without a password, whoever asked for it: the role Student and no other. */
bool account_make(struct ctx *, struct str address, struct str full_name, struct str language);
/* The name that somebody gives themselves, trimmed. False: thrown. */
bool account_name(struct ctx *, struct str typed, struct str *out);
/* A link with a new key, which replaces the one before. */
bool account_link(struct ctx *, struct str user, struct str *link);
/* Whose key it is; false: thrown (LinkExpired). */
bool account_of_key(struct ctx *, struct str key, struct str *user);
/* password_set, and the key is used up; who had a password before gets a mail. Runs argon2. */
bool account_set_password(struct ctx *, struct str user, struct str password, struct str peer);
/* A new random key for a link, and its hash for the database. */
struct str link_key(struct arena *, struct str *hash);
struct str link_hash(struct arena *, struct str key);

/* The person's own settings. False: thrown, with err.field. */
bool account_profile(struct ctx *, struct str user, struct str full_name, struct str language);
/* Asks for another address: it is theirs when the link in a mail to it was followed. Whether somebody has it already is
 * told to nobody but its owner, by mail. Throws for what is no address. */
bool account_new_address(struct ctx *, struct str user, struct str typed, struct str peer);
/* Whose key, and the address; false: thrown (LinkExpired). */
bool account_new_address_of(struct ctx *, struct str key, struct str *user, struct str *address);
/* Renames the user, whose sessions end; the old address gets a mail. */
bool account_take_address(struct ctx *, struct str key, struct str peer, struct str *user);
/* All that is known about the person as one JSON object. */
bool account_export(struct ctx *, struct str user, struct str peer, struct json_out *);
/* Ends the account: nobody can log in from here on, and a job puts a pseudonym everywhere in the person's place. */
bool account_erase(struct ctx *, struct str user, struct str peer);
/* "Firefox, Windows": what a browser says it is, in words. */
struct str device_words(struct ctx *, struct str user_agent);

/* Where something is about a person, beside what holds it: it is in the export of their data, and is looked after when
 * they go. Links to User are renamed with the user in any case. */
struct personal {
    const char *doctype; /* or, without one, */
    const char *table;   /* this table with neither DocType nor export */
    const char *field;   /* holds the user's name: a field, or "owner" */
    const char *of; /* instead of the user's name it is that of a document of this DocType that is about the person */
    bool goes;      /* deleted with the account; otherwise it stays under the pseudonym */
    const char *cleared; /* fields emptied then, separated by spaces; NULL: none */
};
#define PERSONAL(id) TABLE_ROW(personals, struct personal, personal_##id)

/* ---- files ---------------------------------------------------------------------------------------------------------------
 * The bytes of a File lie in the site's folder, under public/files or private/files, by the name that its file_url ends
 * with. They are there before the row is committed and go after the row is gone; what a killed process left half-made is
 * swept an hour later. */
struct new_file {
    struct str name;           /* as the client calls it: anything */
    struct str bytes;          /* alive until the call's end */
    const struct exchange *of; /* the bytes are a stretch of its body, which may be mapped; NULL: they are not */
    struct str url;            /* instead of bytes: of a File that the caller may read, or an address elsewhere */
    bool is_private;
    struct str folder;                      /* a File that is one; empty: Home */
    struct str doctype, docname, fieldname; /* of the document it is attached to; may be empty */
};
/* Adds a File for the caller, who needs WRITE on the document it is attached to (CREATE while there is none of that
 * name). NULL: thrown — PermissionError, MaxFileSizeReachedError, FileTypeNotAllowed, ValidationError. */
struct doc *file_add(struct ctx *, const struct new_file *);
/* A folder among the Files. NULL: thrown. */
struct doc *file_add_folder(struct ctx *, struct str name, struct str parent);
/* Home and Home/Attachments, made where they are missing. */
bool file_folders(struct ctx *);
/* Bytes of the largest file: System Settings (MiB), else max_file_size of the configuration, else 25 MiB. */
int64_t file_most(const struct site *);

/* The bytes behind a file_url. */
struct file_opened {
    int fd; /* the caller closes it */
    int64_t size, changed_us;
    struct str etag, name;
    const struct file_kind *kind;
};
/* `path` is what follows /files/ or /private/files/, decoded. No permission is asked: private ones need file_may_read
 * first. False: thrown (PageDoesNotExistError: missing, not a plain file, or outside of the folder). */
bool file_open(struct ctx *, bool is_private, struct str path, struct file_opened *out);
/* May the caller read a File with this URL: their own, one of a document (and field) they may read, or any as System
 * Manager? False without an error: no. */
bool file_may_read(struct ctx *, struct str url);

/* What is known of files by their extension. */
struct file_kind {
    const char *extension, *media_type;
    bool shown;  /* a browser may show it in place: it runs nothing */
    bool simple; /* what visitors and Website Users may upload (spec/frappe-api.md 8.4) */
    struct signature {
        unsigned at;
        const char *bytes;
    } signatures[5]; /* one of them begins it; none: any content */
};
/* By the name's extension; never NULL. */
const struct file_kind *file_kind_of(struct str name);
/* The bytes are what the extension says. */
bool file_kind_fits(const struct file_kind *, struct str bytes);

/* Well-formed codes: ISO 639 language with an optional region ("fr", "pt-BR"); a currency of ISO 4217 in capitals. */
bool is_language(struct str);
bool is_currency(struct str);
/* Decimals of the currency's smallest unit, as ISO 4217 has them: 0, 2 or 3. */
int currency_places(struct str);
/* An address that a browser or our own client may follow: http or https, no control character. */
bool is_web_address(struct str);
