/* What an adopted database brings along: found by looking at it, said in one line each. */
#include "adoption.h"

#include <unistd.h>

#include "auth.h"
#include "db.h"
#include "doc.h"
#include "site.h"

/* ---- is it Frappe's? --------------------------------------------------------------------------------------------------- */

static bool has_table(struct ctx *cx, const char *table)
{
    int64_t count = 0;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*) FROM `information_schema`.`TABLES` WHERE `TABLE_SCHEMA` = ");
    sql_text(q, str_of(cx->tenant->database));
    sql_add(q, " AND `TABLE_NAME` = ");
    sql_text(q, str_of(table));
    return db_first_int(cx, q, &count) && count > 0;
}

static bool open_site(struct arena *a, struct str host, struct ctx *cx, struct str *why)
{
    const struct site *site = site_find(host);
    if (!site) {
        *why = STR("the new site cannot be read back");
        return false;
    }
    call_open(cx, a, site);
    site_release(site);
    return true;
}

bool adoption_is_frappe(struct arena *a, struct str host, struct str *why)
{
    static const char *const needed[] = { "tabDocType",      "tabDocField",        "tabDocPerm",       "tabUser",
                                          "tabRole",         "tabHas Role",        "tabSingles",       "__Auth",
                                          "tabCustom Field", "tabProperty Setter", "tabCustom DocPerm" };
    struct ctx cx;
    if (!open_site(a, host, &cx, why))
        return false;
    const char *missing = NULL;
    for (size_t i = 0; i < countof(needed) && !missing; i++)
        missing = has_table(&cx, needed[i]) ? NULL : needed[i];
    db_return(&cx);
    if (missing)
        *why = str_printf(a, "this is no database of Frappe: it has no table `%s`", missing);
    return !missing;
}

bool adoption_joins(struct arena *a, struct str host, struct str *why)
{
    struct ctx cx;
    struct str table;
    if (!open_site(a, host, &cx, why))
        return false;
    struct sql *q = sql_new(&cx);
    sql_add(q, "SELECT CONCAT(`TABLE_NAME`, ': ', `COLLATION_NAME`) FROM `information_schema`.`COLUMNS` WHERE "
               "`COLLATION_NAME` LIKE 'utf8mb4\\_%\\_ci' AND `COLLATION_NAME` <> 'utf8mb4_unicode_ci' AND "
               "`TABLE_SCHEMA` = ");
    sql_text(q, str_of(cx.tenant->database));
    sql_add(q, " LIMIT 1");
    bool other = db_first_text(&cx, q, &table);
    if (other)
        *why = str_printf(a, "its text is not collated as utf8mb4_unicode_ci (%.*s): take a copy, without --in-place",
                          STR_ARG(table));
    else if (failed(&cx))
        *why = cx.err.message;
    other |= failed(&cx);
    db_return(&cx);
    return !other;
}

bool adoption_complete(struct arena *a, struct str host, struct str *why)
{
    struct ctx cx;
    site_forget(host);
    if (!open_site(a, host, &cx, why))
        return false;
    cx.may_write = true;
    bool done = schema_complete(&cx, NULL);
    db_return(&cx);
    if (!done)
        *why = cx.err.message;
    return done;
}

/* ---- counting ------------------------------------------------------------------------------------------------------------ */

struct report {
    struct ctx *cx;
    struct buf *out;
};

static void heading(struct report *r, const char *text)
{
    buf_printf(r->out, "%s\n", text);
}

static void finding(struct report *r, const char *format, ...) PRINTF(2, 3);
static void finding(struct report *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_printf(r->out, "  %s\n", arena_vprintf(r->cx->arena, format, args));
    va_end(args);
}

/* Documents of a DocType; 0 when the site has no such DocType. */
static bool count_of(struct report *r, const char *doctype, int64_t *out)
{
    *out = 0;
    const struct doctype *type = doc_type_find(r->cx->site, str_of(doctype));
    const struct query all = { .doctype = str_of(doctype), .unchecked = true };
    if (!type || type->is_single || !has_table(r->cx, arena_printf(r->cx->arena, "tab%s", doctype)))
        return !failed(r->cx);
    return list_count(r->cx, &all, out);
}

/* ---- people ---------------------------------------------------------------------------------------------------------------- */

static bool say_people(struct report *r, const struct secrets_survey *secrets)
{
    int64_t users, roles;
    if (!count_of(r, "User", &users) || !count_of(r, "Role", &roles))
        return false;
    finding(r, "%ld users; passwords: %ld pbkdf2_sha256, %ld argon2 (hashed anew at the next login)", (long)users,
            (long)secrets->pbkdf2, (long)secrets->argon2);
    finding(r, "%ld roles, %ld secrets (API keys and other Password fields) that the site's key opens", (long)roles,
            (long)secrets->opened);
    return true;
}

/* ---- DocTypes -------------------------------------------------------------------------------------------------------------- */

/* Names of tabDocType, each with whether the site made it itself. */
static bool read_doctypes(struct ctx *cx, struct map *own, int64_t *of_frappe)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `name`, `custom` FROM ");
    sql_table(q, "tabDocType");
    sql_add(q, " ORDER BY `name`");
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows)) {
        if (rows_int(rows, 1))
            map_put(own, str_copy(cx->arena, rows_text(rows, 0)), own);
        else
            ++*of_frappe;
    }
    return !failed(cx);
}

static bool say_doctype(struct report *r, struct str name)
{
    int64_t documents;
    const struct doctype *type = doc_type_find(r->cx->site, name);
    if (!type)
        finding(r, "DocType %.*s", STR_ARG(name));
    else if (type->is_single || type->is_child)
        finding(r, "DocType %s (%s)", type->name, type->is_single ? "Single" : "child table");
    else if (!count_of(r, type->name, &documents))
        return false;
    else
        finding(r, "DocType %s: %ld document%s", type->name, (long)documents, documents == 1 ? "" : "s");
    return true;
}

static bool say_doctypes(struct report *r)
{
    struct map own = map_new(r->cx->arena);
    int64_t of_frappe = 0;
    if (!read_doctypes(r->cx, &own, &of_frappe))
        return false;
    for (size_t i = 0; i < own.count; i++)
        if (!say_doctype(r, own.entries[i].key))
            return false;
    finding(r, "%ld DocTypes that Frappe brought, with their documents", (long)of_frappe);
    static const char *const kinds[] = { "Custom Field", "Property Setter", "Custom DocPerm", "User Permission" };
    for (size_t i = 0; i < countof(kinds); i++) {
        int64_t rows;
        if (!count_of(r, kinds[i], &rows))
            return false;
        if (rows)
            finding(r, "%ld %s row%s", (long)rows, kinds[i], rows == 1 ? "" : "s");
    }
    return true;
}

/* ---- files ------------------------------------------------------------------------------------------------------------------- */

static bool count_files(struct ctx *cx, int64_t *there, int64_t *missing)
{
    struct rows *rows = doc_rows(cx, &(struct find){ .doctype = "File",
                                                     .fields = "file_url is_private",
                                                     .where = FIND({ "is_folder", "=", STR("0") }),
                                                     .unchecked = true });
    while (rows && rows_next(rows)) {
        struct str url = rows_text(rows, 0);
        bool private = str_starts(url, STR("/private/files/")), public = str_starts(url, STR("/files/"));
        if (!private && !public)
            continue; /* a link to elsewhere */
        const char *path = arena_printf(cx->arena, "%s/%.*s/%s%.*s", sites_folder(), STR_ARG(cx->site->name),
                                        private ? "" : "public", STR_ARG(url));
        ++*(str_find(url, STR("..")) < 0 && access(path, R_OK) == 0 ? there : missing);
    }
    return !failed(cx);
}

/* ---- what is off ------------------------------------------------------------------------------------------------------------- */

size_t adoption_off(struct arena *a, const struct site *site, const char ***sentences)
{
    const struct doctype **all;
    size_t count = doc_types(a, site, &all), off = 0;
    *sentences = arena_array(a, count + 1, sizeof **sentences);
    for (size_t i = 0; i < count; i++)
        if (all[i]->lacks)
            (*sentences)[off++] =
                arena_printf(a,
                             "%s is as the site defines it, without %s: the rules, pages and methods of "
                             "this program for it are off",
                             all[i]->name, all[i]->lacks);
    return off;
}

/* Of a DocType that the site defines without what this program's own needs (spec/product.md 6c). */
static void say_off(struct report *r)
{
    const char **sentences;
    size_t count = adoption_off(r->cx->arena, r->cx->site, &sentences);
    if (count)
        heading(r, "Off:");
    for (size_t i = 0; i < count; i++)
        finding(r, "%s", sentences[i]);
}

/* ---- what does not come ------------------------------------------------------------------------------------------------------ */

/* Documents that make a Frappe do something: kept as documents, but this program does not run them. */
static const char *const not_run[] = { "Server Script", "Client Script",   "Notification",
                                       "Workflow",      "Assignment Rule", "Auto Email Report",
                                       "Auto Repeat",   "Email Account",   "Print Format",
                                       "Report" };

static bool say_not_run(struct report *r)
{
    for (size_t i = 0; i < countof(not_run); i++) {
        int64_t rows;
        if (!count_of(r, not_run[i], &rows))
            return false;
        if (rows)
            finding(r, "%ld %s document%s: kept and served, but nothing here runs them", (long)rows, not_run[i],
                    rows == 1 ? "" : "s");
    }
    return true;
}

/* DocTypes that are not served: nothing stores their documents. */
static bool say_tableless(struct report *r)
{
    struct sql *q = sql_new(r->cx);
    sql_add(q, "SELECT `name` FROM ");
    sql_table(q, "tabDocType");
    sql_add(q, " ORDER BY `name`");
    struct rows *rows = db_run(r->cx, q);
    while (rows && rows_next(rows))
        if (!doc_type_find(r->cx->site, rows_text(rows, 0)))
            finding(r, "DocType %.*s: it has no table, its data come from Frappe's code", STR_ARG(rows_text(rows, 0)));
    return !failed(r->cx);
}

/* A dump of an older Frappe, or one whose tables were not migrated. */
static void say_columnless(struct report *r)
{
    const struct doctype **all;
    size_t count = doc_types(r->cx->arena, r->cx->site, &all);
    for (size_t i = 0; i < count; i++) {
        struct buf names = buf_new(r->cx->arena, 64 << 10);
        for (size_t f = 0; f < all[i]->field_count; f++)
            if (all[i]->fields[f].columnless)
                buf_printf(&names, "%s%s", names.n ? ", " : "", all[i]->fields[f].name);
        if (names.n)
            finding(r, "%s: its table has no column for %.*s, which stay empty", all[i]->name,
                    STR_ARG(buf_str(&names)));
    }
}

/* What cannot be read is never sent: it waits for somebody to write it anew. */
static bool say_webhooks(struct report *r)
{
    if (!has_table(r->cx, "tabWebhook"))
        return !failed(r->cx);
    struct rows *rows = doc_rows(r->cx, &(struct find){ .doctype = "Webhook",
                                                        .fields = "name condition",
                                                        .where = FIND({ "enabled", "=", STR("1") }),
                                                        .unchecked = true });
    while (rows && rows_next(rows)) {
        struct str why, condition = str_trim(rows_text(rows, 1));
        if (condition.n && !expression_parse(r->cx->arena, condition, &why))
            finding(r, "Webhook %.*s is not sent, its condition is not understood: %.*s", STR_ARG(rows_text(rows, 0)),
                    STR_ARG(why));
    }
    return !failed(r->cx);
}

static bool say_sessions(struct report *r)
{
    int64_t sessions = 0;
    struct sql *q = sql_new(r->cx);
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_table(q, "tabSessions");
    if (!has_table(r->cx, "tabSessions"))
        return !failed(r->cx);
    if (!db_first_int(r->cx, q, &sessions))
        return false;
    if (sessions)
        finding(r, "%ld session%s: everyone logs in again", (long)sessions, sessions == 1 ? "" : "s");
    return true;
}

bool adoption_report(struct ctx *cx, struct buf *out)
{
    struct report r = { cx, out };
    struct secrets_survey secrets = { 0 };
    int64_t there = 0, missing = 0;
    heading(&r, "Taken:");
    if (!secrets_survey(cx, &secrets) || !say_people(&r, &secrets) || !say_doctypes(&r) ||
        !count_files(cx, &there, &missing))
        return false;
    finding(&r, "%ld files", (long)there);
    heading(&r, "Not taken:");
    if (secrets.unknown)
        finding(&r, "%ld passwords in a form that cannot be checked: these people ask for a new one",
                (long)secrets.unknown);
    if (secrets.sealed)
        finding(&r, "%ld secrets that the encryption_key of the configuration does not open: enter them again",
                (long)secrets.sealed);
    if (missing)
        finding(&r, "%ld files whose bytes are not in the folders beside the configuration", (long)missing);
    if (!say_sessions(&r) || !say_tableless(&r) || !say_not_run(&r) || !say_webhooks(&r))
        return false;
    say_columnless(&r);
    say_off(&r);
    return true;
}
