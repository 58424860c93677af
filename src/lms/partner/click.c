/* Clicks on partners' links: counted once an hour for a person and a link, without knowing the person. */
#include <sodium.h>

#include "core.h"
#include "lms/sales.h"
#include "work.h"

enum { VISITOR_BYTES = 16 };

/* ---- who it is not ------------------------------------------------------------------------------------------------------------ */
bool click_is_robot(struct str user_agent)
{
    static const char *const words[] = {
        "bot",      "crawl",   "spider",     "slurp",    "preview",  "facebookexternalhit",
        "monitor",  "scan",    "lighthouse", "headless", "archiver", "feedfetcher",
        "whatsapp", "embedly", "pingdom",    "validator"
    };
    char low[512];
    size_t n = user_agent.n < sizeof low ? user_agent.n : sizeof low;
    for (size_t i = 0; i < n; i++)
        low[i] = user_agent.p[i] >= 'A' && user_agent.p[i] <= 'Z' ? (char)(user_agent.p[i] + 32) : user_agent.p[i];
    for (size_t i = 0; i < countof(words); i++)
        if (str_find((struct str){ low, n }, str_of(words[i])) >= 0)
            return true;
    return false;
}

static const char *device_of(struct str agent)
{
    static const struct {
        struct str word;
        const char *device;
    } devices[] = { { STR("iPad"), "Tablet" },       { STR("Tablet"), "Tablet" },  { STR("Mobile"), "Phone" },
                    { STR("iPhone"), "Phone" },      { STR("Android"), "Tablet" }, { STR("Windows"), "Desktop" },
                    { STR("Macintosh"), "Desktop" }, { STR("X11"), "Desktop" },    { STR("CrOS"), "Desktop" } };
    for (size_t i = 0; i < countof(devices); i++)
        if (str_find(agent, devices[i].word) >= 0)
            return devices[i].device;
    return "Other";
}

/* ---- the day's key --------------------------------------------------------------------------------------------------------------- */
/* Made by whoever needs it first; others wait for that one. */
static bool key_of_day(struct ctx *cx, struct str day, struct str *out)
{
    struct sql *made = sql_new(cx), *q = sql_new(cx);
    sql_add(made, "INSERT IGNORE INTO ");
    sql_table(made, "preau_click_key");
    sql_add(made, " (day, secret) VALUES (");
    sql_text(made, day);
    sql_add(made, ", ");
    sql_text(made, random_hex(cx->arena, 32));
    sql_add(made, ")");
    sql_add(q, "SELECT secret FROM ");
    sql_table(q, "preau_click_key");
    sql_add(q, " WHERE day = ");
    sql_text(q, day);
    if (db_first_text(cx, q, out))
        return true;
    if (failed(cx) || !db_begin(cx) || db_change(cx, made) < 0)
        return false;
    sql_add(q, " FOR UPDATE");
    return db_first_text(cx, q, out) || bug(cx, "a day without a key");
}

static bool visitor_of(struct ctx *cx, const struct click *click, struct str day, struct str *out)
{
    unsigned char hash[VISITOR_BYTES];
    char hex[2 * VISITOR_BYTES + 1];
    struct str key;
    if (!key_of_day(cx, day, &key))
        return false;
    struct str who = str_printf(cx->arena, "%.*s\n%.*s", STR_ARG(click->peer), STR_ARG(click->user_agent));
    crypto_generichash(hash, sizeof hash, (const unsigned char *)who.p, who.n, (const unsigned char *)key.p, key.n);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    *out = str_copy(cx->arena, str_of(hex));
    return true;
}

/* ---- counting ---------------------------------------------------------------------------------------------------------------------- */
/* *first: nobody has noted this before. */
static bool note_seen(struct ctx *cx, struct str day, struct str visitor, int64_t hour, struct str link, bool *first)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT IGNORE INTO ");
    sql_table(q, "preau_click_seen");
    sql_add(q, " (day, visitor, hour, link) VALUES (");
    sql_text(q, day);
    sql_add(q, ", ");
    sql_text(q, visitor);
    sql_add(q, ", ");
    sql_int(q, hour);
    sql_add(q, ", ");
    sql_text(q, link);
    sql_add(q, ")");
    int64_t changed = db_change(cx, q);
    *first = changed > 0;
    return changed >= 0;
}

static bool add_to_day(struct ctx *cx, const struct link_target *target, struct str day, bool new_visitor)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "preau_click_day");
    sql_add(q, " (sales_partner, day, code, bootcamp, clicks, visitors) VALUES (");
    sql_text(q, target->sales_partner);
    sql_add(q, ", ");
    sql_text(q, day);
    sql_add(q, ", ");
    sql_text(q, target->code);
    sql_add(q, ", ");
    sql_text(q, target->bootcamp);
    sql_add(q, ", 1, ");
    sql_int(q, new_visitor);
    sql_add(q, ") ON DUPLICATE KEY UPDATE clicks = clicks + 1, visitors = visitors + ");
    sql_int(q, new_visitor);
    call_changes(cx, "Referral Visit");
    return db_change(cx, q) >= 0;
}

/* Only the host: an address may tell more than it should. The school's own pages are no referrer. */
static struct str host_of(struct str url, struct str own)
{
    int64_t scheme = str_find(url, STR("://"));
    struct str rest = scheme >= 0 ? str_from(url, (size_t)scheme + 3) : STR_NONE, host;
    if (!str_cut(&rest, '/', &host) || str_eq_nocase(host, own) || host.n > 140 || has_control(host))
        return STR_NONE;
    return host;
}

static bool add_visit(struct ctx *cx, const struct link_target *target, const struct click *click, struct str visitor)
{
    struct doc *visit = doc_new_named(cx, "Referral Visit");
    if (!visit)
        return false;
    struct str campaign = utf8_valid(click->campaign) && !has_control(click->campaign) ? click->campaign : STR_NONE;
    visit->owner = STR("Administrator");
    doc_set_text(visit, "sales_partner", target->sales_partner);
    doc_set_text(visit, "code", target->code);
    doc_set_text(visit, "bootcamp", target->bootcamp);
    doc_set_text(visit, "at", call_now(cx));
    doc_set_text(visit, "visitor", visitor);
    doc_set_text(visit, "device", str_of(device_of(click->user_agent)));
    doc_set_text(visit, "referrer", host_of(click->referrer, click->own_host));
    doc_set_text(visit, "campaign", utf8_head(campaign, 140));
    return doc_insert(cx, visit, SAVE_AS_SYSTEM | SAVE_NO_LINKS | SAVE_NO_VERSION);
}

bool click_count(struct ctx *cx, const struct link_target *target, const struct click *click)
{
    struct str now = call_now(cx), day = str_slice(now, 0, 10), visitor;
    int64_t hour = 0;
    bool first = false, new_visitor = false;
    if (!str_int(str_slice(now, 11, 13), &hour))
        return bug(cx, "a time without an hour");
    if (!visitor_of(cx, click, day, &visitor) || !db_begin(cx) ||
        !note_seen(cx, day, visitor, hour, target->code, &first))
        return false;
    if (!first)
        return true;
    return note_seen(cx, day, visitor, -1, target->sales_partner, &new_visitor) &&
           add_to_day(cx, target, day, new_visitor) && add_visit(cx, target, click, visitor);
}

/* ---- forgetting ----------------------------------------------------------------------------------------------------------------------- */
static bool forget_table(struct ctx *cx, const char *table, struct str today)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, table);
    sql_add(q, " WHERE day < DATE_SUB(");
    sql_text(q, today);
    sql_add(q, ", INTERVAL 1 DAY)");
    sql_limit(q, 60000);
    return db_change(cx, q) >= 0;
}

/* A day's key lives through that day and the next: 48 hours at most. */
static bool forget(struct ctx *cx, struct job_run *run)
{
    (void)run;
    struct str today = call_today(cx);
    return db_begin(cx) && forget_table(cx, "preau_click_key", today) && forget_table(cx, "preau_click_seen", today);
}

JOB(click_forget)
= {
    .name = "click.forget", .run = forget, .every_s = 1800, .about = "Destroys the keys that clicks were counted with."
};
