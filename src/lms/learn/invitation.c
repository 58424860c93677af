/* Invitation: somebody may sign up, and is enrolled then. Inserting one mails a link, which works once. */
#include "core.h"
#include "doc.h"
#include "http.h"
#include "lms.h"

enum { DAYS = 14, EMAILS_MOST = 200 };
static const char KEY_MEMO[] = "invitation's key";

static const struct field fields[] = {
    { "email", DATA, .options = "Email", .reqd = true, .set_only_once = true, .in_list_view = true, .in_search = true },
    { "full_name", DATA },
    { "bootcamp", LINK, .options = "LMS Bootcamp", .set_only_once = true, .in_list_view = true },
    { "language", DATA },
    { "status", SELECT, .options = "Open\nAccepted", .preset = "Open", .read_only = true, .server_managed = true,
      .in_list_view = true },
    { "expires_on", DATETIME, .read_only = true, .server_managed = true },
    { "accepted_on", DATETIME, .read_only = true, .server_managed = true },
    { "user", LINK, .options = "User", .read_only = true, .server_managed = true },
    { "link_hash", DATA, .read_only = true, .hidden = true, .server_managed = true, .index = true, .no_copy = true },
};

static const struct mail_words invited = {
    .kind = "invitation",
    .subject = N_("{school}: you are invited"),
    .before = { N_("You are invited to learn at {school}. Accept by this link:") },
    .button = N_("Accept the invitation"),
    .after = { N_("The link works once, within {days} days."), N_("If you do not know the school, do nothing.") },
};
static const struct mail_words invited_to = {
    .kind = "invitation",
    .subject = N_("{school}: you are invited to “{bootcamp}”"),
    .before = { N_("You are invited to “{bootcamp}” at {school}. Accept by this link:") },
    .button = N_("Accept the invitation"),
    .after = { N_("The link works once, within {days} days."), N_("If you do not know the school, do nothing.") },
};

/* ---- the link ------------------------------------------------------------------------------------------------------------- */
static void renew(struct ctx *cx, struct doc *invitation)
{
    struct str *key = arena_new_of(cx->arena, struct str), hash;
    *key = link_key(cx->arena, &hash);
    map_put(ctx_memo(cx), str_of(KEY_MEMO), key);
    doc_set_text(invitation, "link_hash", hash);
    doc_set_text(invitation, "expires_on",
                 clock_datetime(cx->arena, call_local_us(cx) + (int64_t)DAYS * 86400 * 1000000));
}

static bool mail_link(struct ctx *cx, struct doc *invitation)
{
    const struct str *key = map_get(ctx_memo(cx), str_of(KEY_MEMO));
    struct str title = STR_NONE, bootcamp = doc_text(invitation, "bootcamp"), own = doc_text(invitation, "language");
    if (bootcamp.n && !doc_get(cx, "LMS Bootcamp", bootcamp, "title", &title) && failed(cx))
        return false;
    const struct pair facts[] = { { STR("bootcamp"), title }, { STR("days"), str_printf(cx->arena, "%d", DAYS) } };
    struct mail m = {
        .words = title.n ? &invited_to : &invited,
        .to = doc_text(invitation, "email"),
        .name = doc_text(invitation, "full_name"),
        .link = site_link(cx, str_printf(cx->arena, "/signup?invitation=%.*s", STR_ARG(*key))),
        .language = own.n ? own : cx->site->language,
        .facts = facts,
        .fact_count = countof(facts),
    };
    return mail_put(cx, &m);
}

static bool before_insert(struct ctx *cx, struct doc *invitation)
{
    if (account_sign_up_mode(cx->site) == SIGN_UP_CLOSED)
        return throw(cx, &ValidationError, "The school takes nobody in: School Settings, Signup.");
    renew(cx, invitation);
    return true;
}

static bool validate(struct ctx *cx, struct doc *invitation)
{
    struct str email = str_lower(cx->arena, str_trim(doc_text(invitation, "email")));
    doc_set_text(invitation, "email", email);
    if (!is_mail_address(email))
        return throw(cx, &InvalidEmailAddressError, "%.*s is not a valid Email Address",
                     STR_ARG(html_escape(cx->arena, email).text));
    if (doc_is_set(invitation, "language") && !is_language(doc_text(invitation, "language")))
        return throw(cx, &ValidationError, "Unknown language: %.*s", STR_ARG(doc_text(invitation, "language")));
    return true;
}

DOCTYPE(invitation)
= {
    .name = "Invitation",
    .module = "LMS",
    .title_field = "email",
    .search_fields = "email bootcamp",
    .about = "Somebody may sign up, and is enrolled then. Inserting one mails a link that works once.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    NEEDS("email", "full_name", "bootcamp", "language", "status", "expires_on", "accepted_on", "user", "link_hash"),
    .unprotected = "bootcamp user",
    .before_insert = before_insert,
    .validate = validate,
    .after_insert = mail_link,
};

/* ---- taking one -------------------------------------------------------------------------------------------------------------- */
bool invitation_of_key(struct ctx *cx, struct str key, struct invitation *out)
{
    *out = (struct invitation){ 0 };
    if (!doc_type_find(cx->site, STR("Invitation")))
        return throw(cx, &LinkExpired, "This invitation was used before, or is too old.");
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT i.`name`, i.`email`, i.`language`, b.`name`, b.`title`, b.`slug` FROM ");
    sql_doctype(q, "Invitation");
    sql_add(q, " i LEFT JOIN ");
    sql_doctype(q, "LMS Bootcamp");
    sql_add(q, " b ON b.`name` = i.`bootcamp` WHERE i.`status` = 'Open' AND i.`link_hash` = ");
    sql_text(q, link_hash(cx->arena, key));
    sql_add(q, " AND i.`expires_on` > ");
    sql_text(q, call_now(cx));
    struct str *members[] = { &out->name, &out->email, &out->language, &out->bootcamp, &out->title, &out->url };
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows))
        for (unsigned i = 0; i < countof(members); i++)
            *members[i] = str_copy(cx->arena, rows_text(rows, i));
    if (failed(cx))
        return false;
    if (out->url.n)
        out->url = str_printf(cx->arena, "/bootcamps/%.*s", STR_ARG(url_encode(cx->arena, out->url, "")));
    return out->name.n > 0 || throw(cx, &LinkExpired, "This invitation was used before, or is too old.");
}

bool invitation_sign_up(struct ctx *cx, const struct invitation *i, struct str full_name, struct str password,
                        struct str peer)
{
    struct str name;
    if (account_sign_up_mode(cx->site) == SIGN_UP_CLOSED)
        return throw(cx, &ValidationError, "Sign Up is disabled");
    return account_name(cx, full_name, &name) && account_make(cx, i->email, name, cx->lang) &&
           account_set_password(cx, i->email, password, peer);
}

/* The row decides between two who come at the same time. */
bool invitation_accept(struct ctx *cx, const struct invitation *i, struct str *user)
{
    if (!doc_exists(cx, "User", i->email, user))
        return failed(cx) ? false : throw(cx, &ValidationError, "There is no such user.");
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "Invitation");
    sql_add(q, " SET `status` = 'Accepted', `link_hash` = NULL, `accepted_on` = ");
    sql_text(q, call_now(cx));
    sql_add(q, ", `modified` = ");
    sql_text(q, call_now(cx));
    sql_add(q, ", `user` = ");
    sql_text(q, *user);
    sql_add(q, " WHERE `status` = 'Open' AND `name` = ");
    sql_text(q, i->name);
    call_changes(cx, "Invitation");
    int64_t taken = db_change(cx, q);
    if (taken <= 0)
        return taken < 0 ? false : throw(cx, &LinkExpired, "This invitation was used before, or is too old.");
    return !i->bootcamp.n || lms_enroll(cx, *user, i->bootcamp, "Manual") != NULL;
}

/* ---- inviting ------------------------------------------------------------------------------------------------------------------ */
static bool invite_one(struct ctx *cx, struct str email, const struct doc *args, struct json_out *out)
{
    struct doc *invitation = doc_new_named(cx, "Invitation");
    if (!invitation)
        return false;
    doc_set_text(invitation, "email", email);
    doc_set_text(invitation, "bootcamp", doc_text(args, "bootcamp"));
    doc_set_text(invitation, "language", doc_text(args, "language"));
    if (!doc_insert(cx, invitation, 0))
        return false;
    out_begin_object(out);
    out_member_text(out, "invitation", invitation->name);
    out_member_text(out, "email", doc_text(invitation, "email"));
    out_member_text(out, "expires_on", doc_text(invitation, "expires_on"));
    out_end_object(out);
    return true;
}

/* "a@x.org, b@x.org", one a line, or a JSON list: as people paste them. */
static struct str spread(struct arena *a, struct str typed)
{
    char *copy = arena_alloc(a, typed.n + 1);
    for (size_t i = 0; i < typed.n; i++)
        copy[i] = strchr(",;\n\r\t[]\"", typed.p[i]) ? ' ' : typed.p[i];
    return str_trim((struct str){ copy, typed.n });
}

static bool invite(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct str rest = spread(cx->arena, doc_text(args, "emails")), email;
    size_t count = 0;
    out_begin_array(out);
    while (str_cut(&rest, ' ', &email)) {
        if (!email.n)
            continue;
        if (++count > EMAILS_MOST)
            return throw(cx, &ValidationError, "At most %d addresses at once.", EMAILS_MOST);
        if (!invite_one(cx, email, args, out))
            return false;
    }
    out_end_array(out);
    return count > 0 || throw(cx, &ValidationError, "Name at least one e-mail address.");
}

METHOD(invite)
= { .path = "lms.invite",
    .uses = LMS_LEARNING,
    .verbs = HTTP_POST | HTTP_PUT,
    ARGS({ "emails", LONG_TEXT, .reqd = true }, { "bootcamp", LINK, .options = "LMS Bootcamp" }, { "language", DATA }),
    .writes = true,
    .call = invite,
    .about = "Invites people by their e-mail addresses, to a bootcamp if one is named; for managers." };

static bool resend(struct ctx *cx, struct doc *invitation, const struct doc *args, struct json_out *out)
{
    (void)args;
    if (!str_is(doc_text(invitation, "status"), "Open"))
        return throw(cx, &ValidationError, "This invitation was accepted.");
    renew(cx, invitation);
    if (!doc_save(cx, invitation, SAVE_AS_SYSTEM) || !mail_link(cx, invitation))
        return false;
    out_bool(out, true);
    return true;
}

DOC_METHOD(resend_invitation) = { .doctype = "Invitation",
                                  .name = "resend",
                                  NO_ARGS,
                                  .writes = true,
                                  .call = resend,
                                  .about = "Mails another link; the one before no longer works." };

PERSONAL(invitations) = { .doctype = "Invitation", .field = "email", .cleared = "full_name" };
