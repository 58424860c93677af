/* Mails as managers see them: which left, which did not, and another try. */
#include "core.h"
#include "doc.h"
#include "http.h"

enum { MAILS_MOST = 100 };

static bool may(struct ctx *cx)
{
    return user_has_role(cx->user, "System Manager") ||
           throw(cx, &PermissionError, "Only a System Manager may look after mails.");
}

static void put_time(struct ctx *cx, struct json_out *out, const char *key, int64_t us)
{
    if (us)
        out_member_text(out, key, clock_datetime(cx->arena, zone_to_local_us(cx->site->zone, us)));
    else
        out_member_null(out, key);
}

static void put_mail(struct ctx *cx, const struct mail_seen *m, struct json_out *out)
{
    out_begin_object(out);
    out_member_text(out, "mail", m->mail);
    out_member_text(out, "recipient", m->to);
    out_member_text(out, "kind", m->kind);
    out_member_text(out, "subject", m->subject);
    out_member_text(out, "language", m->language);
    out_member_text(out, "state", m->sent_us ? STR("Sent") : m->given_up_us ? STR("Given Up") : STR("Waiting"));
    out_member_text(out, "error", m->error);
    put_time(cx, out, "created", m->created_us);
    put_time(cx, out, "sent", m->sent_us);
    out_end_object(out);
}

static bool list(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct mail_seen *mails;
    size_t count;
    (void)args;
    if (!may(cx) || !mails_list(cx, MAILS_MOST, &mails, &count))
        return false;
    out_begin_array(out);
    for (size_t i = 0; i < count; i++)
        put_mail(cx, &mails[i], out);
    out_end_array(out);
    return true;
}

METHOD(mails)
= { .path = "lms.mails",
    .verbs = HTTP_GET | HTTP_POST,
    NO_ARGS,
    .call = list,
    .about = "The latest hundred mails and what became of them; for managers." };

static bool resend(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    if (!may(cx) || !mail_resend(cx, doc_text(args, "mail")))
        return false;
    out_bool(out, true);
    return true;
}

METHOD(resend_mail)
= { .path = "lms.resend_mail",
    .verbs = HTTP_POST | HTTP_PUT,
    ARGS({ "mail", DATA, .reqd = true }),
    .writes = true,
    .call = resend,
    .about = "Tries a mail again that was given up; for managers." };
