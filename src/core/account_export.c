/* Everything about one person as JSON: their documents as they may read them, the rest of what is about them as it is. */
#include "account_priv.h"
#include "doc.h"

static bool put_document(struct ctx *cx, const char *doctype, struct str name, struct json_out *out)
{
    struct doc *doc = doc_find(cx, doctype, name);
    if (doc && perm_allows(cx, doc->type, doc, READ))
        doc = doc_readable(cx, doc);
    if (doc)
        doc_json(cx, doc, out, false);
    return !failed(cx);
}

static bool put_documents(struct ctx *cx, const struct personal *p, struct str user, struct json_out *out)
{
    struct str *names = personal_names(cx, p, user);
    if (!names || !names->p)
        return names != NULL;
    out_key(out, str_of(p->doctype));
    out_begin_array(out);
    for (; names->p; names++)
        if (!put_document(cx, p->doctype, *names, out))
            return false;
    out_end_array(out);
    return true;
}

static struct str local_time(struct ctx *cx, int64_t us)
{
    return clock_datetime(cx->arena, zone_to_local_us(cx->site->zone, us));
}

static bool put_sessions(struct ctx *cx, struct str user, struct json_out *out)
{
    struct session_seen *sessions;
    size_t count;
    if (!sessions_list(cx, user, STR_NONE, &sessions, &count))
        return false;
    out_key(out, STR("sessions"));
    out_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        out_begin_object(out);
        out_member_text(out, "device", device_words(cx, sessions[i].user_agent));
        out_member_text(out, "user_agent", sessions[i].user_agent);
        out_member_text(out, "ip_address", sessions[i].peer);
        out_member_text(out, "created", local_time(cx, sessions[i].created_us));
        out_member_text(out, "last_seen", local_time(cx, sessions[i].seen_us));
        out_end_object(out);
    }
    out_end_array(out);
    return true;
}

/* Of things that go, such as tokens, nothing is told: they are secrets, or others' business. */
bool account_export(struct ctx *cx, struct str user, struct str peer, struct json_out *out)
{
    out_begin_object(out);
    out_member_text(out, "site", cx->site->name);
    out_member_text(out, "user", user);
    out_member_text(out, "exported_on", call_now(cx));
    TABLE_EACH (personals, struct personal, it)
        if ((*it)->doctype && !(*it)->goes && !put_documents(cx, *it, user, out))
            return false;
    if (!put_sessions(cx, user, out))
        return false;
    out_end_object(out);
    if (cx->site->reads_only)
        return true;
    struct ctx own = call_beside(cx); /* a GET writes nothing itself */
    return call_beside_end(cx, &own, activity_log(&own, ACTIVITY_EXPORT, user, peer));
}
