/* Activity Log: who logged in and out, and who tried. */
#include "core.h"
#include "doc.h"

static const struct field fields[] = {
    { "subject", SMALL_TEXT, .reqd = true, .in_list_view = true },
    { "content", TEXT_EDITOR },
    { "communication_date", DATETIME, .preset = "Now" },
    { "ip_address", DATA },
    { "operation", SELECT, .options = "\nLogin\nLogout\nImpersonate" },
    { "status", SELECT, .options = "\nSuccess\nFailed\nLinked\nClosed", .in_list_view = true },
    { "reference_doctype", LINK, .options = "DocType" },
    { "reference_name", DYNAMIC_LINK, .options = "reference_doctype" },
    { "reference_owner", READ_ONLY },
    { "timeline_doctype", LINK, .options = "DocType" },
    { "timeline_name", DYNAMIC_LINK, .options = "timeline_doctype" },
    { "link_doctype", LINK, .options = "DocType", .read_only = true },
    { "link_name", DYNAMIC_LINK, .options = "link_doctype", .read_only = true },
    { "user", LINK, .options = "User", .preset = "__user", .read_only = true, .index = true },
    { "full_name", DATA, .in_list_view = true },
};

DOCTYPE(activity_log)
= {
    .name = "Activity Log",
    .module = "Core",
    .title_field = "subject",
    .search_fields = "subject",
    .about = "Who logged in and out, and who tried.",
    FIELDS(fields),
    PERMS({ "System Manager", READ | DELETE | REPORT | EXPORT }),
    .logs = true,
    .in_create = true,
};

static const struct {
    const char *operation, *status, *sentence;
} activities[] = {
    [ACTIVITY_LOGIN] = { "Login", "Success", "logged in" },
    [ACTIVITY_LOGIN_FAILED] = { "Login", "Failed", "failed to log in" },
    [ACTIVITY_LOGOUT] = { "Logout", "Success", "logged out" },
    [ACTIVITY_PASSWORD] = { "", "Success", "set a password" },
    [ACTIVITY_ADDRESS] = { "", "Success", "took another address" },
    [ACTIVITY_EXPORT] = { "", "Success", "exported their data" },
    [ACTIVITY_LEFT] = { "", "Success", "deleted their account" },
};

/* What somebody typed may be anything: only the head of it, and no control characters, goes into the log. */
static struct str shown(struct ctx *cx, struct str user)
{
    return utf8_valid(user) && !has_control(user) ? str_copy(cx->arena, utf8_head(user, 140)) : STR("?");
}

bool activity_log(struct ctx *cx, enum activity activity, struct str user, struct str peer)
{
    struct str stored = STR_NONE, full_name = STR_NONE, who = shown(cx, user);
    bool known = doc_exists(cx, "User", who, &stored);
    doc_get(cx, "User", known ? stored : STR("Guest"), "full_name", &full_name); /* nobody hears by time who is known */
    if (failed(cx))
        return false;
    struct doc *log = doc_new_named(cx, "Activity Log");
    if (!log)
        return false;
    struct str person = known && full_name.n ? full_name : who;
    doc_set_text(log, "subject", str_printf(cx->arena, "%.*s %s", STR_ARG(person), activities[activity].sentence));
    doc_set_text(log, "operation", str_of(activities[activity].operation));
    doc_set_text(log, "status", str_of(activities[activity].status));
    doc_set_text(log, "ip_address", utf8_head(peer, 140));
    if (stored.n)
        doc_set_text(log, "user", stored);
    doc_set_text(log, "full_name", utf8_head(person, 140));
    return doc_insert(cx, log, SAVE_AS_SYSTEM | SAVE_NO_VERSION);
}

void activity_log_refused(struct ctx *cx, struct str user, struct str peer)
{
    struct error refusal = cx->err;
    if (refusal.kind != &AuthenticationError || !user.n || !cx->may_write)
        return;
    call_rollback(cx);
    cx->err = (struct error){ 0 };
    if (!activity_log(cx, ACTIVITY_LOGIN_FAILED, user, peer) || !call_commit(cx))
        call_rollback(cx);
    cx->err = refusal;
}
