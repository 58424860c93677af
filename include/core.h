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

/* Notes an attempt to log in or out in the Activity Log. `user` is what was typed and need not exist. A failed attempt
 * is noted in a transaction of its own, after the one that failed was rolled back. */
enum activity { ACTIVITY_LOGIN, ACTIVITY_LOGIN_FAILED, ACTIVITY_LOGOUT };
bool activity_log(struct ctx *, enum activity, struct str user, struct str peer);

/* Notes something under a document, by the caller: a Comment of the type, which the caller need not be allowed to make.
 * NULL: thrown. */
struct doc;
struct doc *comment_add(struct ctx *, const struct doc *about, const char *type, struct str content);

/* A user of the site, made when missing and given the roles in any case. `roles` ends with p == NULL. `password` empty:
 * none is set. Lengths are not checked: the command line may set any. */
struct new_user {
    struct str email, first_name, last_name, password;
    const struct str *roles;
};
bool core_user_add(struct ctx *, const struct new_user *);
/* The role, made when missing. */
bool core_role(struct ctx *, const char *name, bool desk_access);
/* Gives or takes one role, keeping all others; nothing happens when it is so already. A role that the site lacks (an
 * adopted one may) is made first. */
bool core_user_role(struct ctx *, struct str user, const char *role, bool has);

/* ---- accounts ------------------------------------------------------------------------------------------------------------
 * What a stranger asks for is done by a job, so that words and time are the same for known and unknown addresses. */
/* Somebody typed this address to get a new password. */
bool account_reset(struct ctx *, struct str email);
/* Somebody wants an account. Throws when the school is not open, and for what is no address or no name. */
bool account_sign_up(struct ctx *, struct str email, struct str full_name);
/* A link with a new key, which replaces the one before. */
bool account_link(struct ctx *, struct str user, struct str *link);
/* Whose key it is; false: thrown (LinkExpired). */
bool account_of_key(struct ctx *, struct str key, struct str *user);
/* password_set, and the key is used up. Runs argon2. */
bool account_set_password(struct ctx *, struct str user, struct str password);

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
/* An address that a browser or our own client may follow: http or https, no control character. */
bool is_web_address(struct str);
