/* DocTypes of the tests of documents. That they are declared here and nowhere else, and get tables, checks and JSON, is
 * the proof that adding a DocType touches one file. */
#include "document_types.h"

#include "system_tables.h"

/* ---- a tree: camp → parts → steps ---------------------------------------------------------------------------------------- */
static const struct field step_fields[] = {
    { "title", DATA, .reqd = true },  { "kind", SELECT, .options = "Text\nVideo\nLab", .reqd = true },
    { "body", MARKDOWN_EDITOR },      { "minutes", INT },
    { "open", CHECK, .preset = "1" }, { "camp", LINK, .options = "D Camp", .is_root = true, .server_managed = true },
};
DOCTYPE(d_step)
= { .name = "D Step",
    .module = "Test",
    .is_child = true,
    .addressable = true,
    FIELDS(step_fields),
    PERMS({ "Editor", ALL }) };

static const struct field part_fields[] = {
    { "title", DATA, .reqd = true },
    { "camp", LINK, .options = "D Camp", .is_root = true, .server_managed = true },
    { "steps", TABLE, .options = "D Step" },
};
DOCTYPE(d_part)
= { .name = "D Part",
    .module = "Test",
    .is_child = true,
    .addressable = true,
    FIELDS(part_fields),
    PERMS({ "Editor", ALL }) };

static bool count_steps(struct ctx *cx, struct doc *camp)
{
    int64_t steps = 0;
    const struct doc_rows *parts = doc_table(camp, "parts");
    for (size_t i = 0; i < parts->count; i++)
        steps += (int64_t)doc_table(parts->rows[i], "steps")->count;
    doc_set_int(camp, "steps_total", steps);
    (void)cx;
    return true;
}

static const struct field camp_fields[] = {
    { "title", DATA, .reqd = true },
    { "slug", DATA, .unique = true },
    { "price", CURRENCY, .non_negative = true },
    { "steps_total", INT, .server_managed = true },
    { "parts", TABLE, .options = "D Part" },
};
DOCTYPE(d_camp)
= { .name = "D Camp",
    .module = "Test",
    .autoname = "field:title",
    .allow_rename = true,
    FIELDS(camp_fields),
    .total = count_steps,
    .track_changes = true,
    PERMS({ "Editor", ALL }) };

/* ---- every kind of value -------------------------------------------------------------------------------------------------- */
static const struct field thing_fields[] = {
    { "title", DATA, .reqd = true },
    { "camp", LINK, .options = "D Camp" },
    { "kind", SELECT, .options = "Text\nVideo\nLab" },
    { "whole", INT },
    { "truth", CHECK },
    { "amount", CURRENCY },
    { "stars", RATING },
    { "day", DATE },
    { "at", DATETIME },
    { "clock", TIME },
    { "text", LONG_TEXT },
    { "code", CODE },
    { "data", JSON },
    { "born", DATA, .set_only_once = true },
    { "mail", DATA, .options = "Email" },
    { "short", DATA, .length = 5 },
    { "low", DATA, .permlevel = 1 },
    { "server", INT, .server_managed = true },
    { "camp_slug", DATA, .fetch_from = "camp.slug" },
    { "mine", DATA, .preset = "__user" },
    { "ref_type", LINK, .options = "DocType" },
    { "ref", DYNAMIC_LINK, .options = "ref_type" },
};
DOCTYPE(d_thing)
= { .name = "D Thing", .module = "Test", FIELDS(thing_fields), UNIQUE("mail", "day"), PERMS({ "Editor", ALL }) };

static const struct field bill_fields[] = {
    { "total", CURRENCY },
    { "remark", DATA, .allow_on_submit = true },
    { "camp", LINK, .options = "D Camp" },
};
DOCTYPE(d_bill)
= { .name = "D Bill",
    .module = "Test",
    .autoname = "D-BILL-.####",
    .is_submittable = true,
    FIELDS(bill_fields),
    PERMS({ "Editor", ALL_SUBMIT }) };

static const struct field prompt_fields[] = { { "note", DATA } };
DOCTYPE(d_prompt)
= { .name = "D Prompt", .module = "Test", .autoname = "Prompt", FIELDS(prompt_fields) };

static const struct field setup_fields[] = {
    { "title", DATA },
    { "days", INT, .preset = "30" },
    { "rate", FLOAT },
    { "secret", DATA },
};
DOCTYPE(d_setup)
= { .name = "D Setup", .module = "Test", .is_single = true, FIELDS(setup_fields) };

/* Targets of links that stand in the room above. */
static const struct field user_fields[] = { { "full_name", DATA } };
DOCTYPE(d_user)
= { .name = "User", .module = "Test", .autoname = "Prompt", FIELDS(user_fields) };
DOCTYPE(d_doctype)
= { .name = "DocType", .module = "Test", .autoname = "Prompt", FIELDS(user_fields) };

/* ---- words ------------------------------------------------------------------------------------------------------------------ */
static void make_tables(struct ctx *cx)
{
    static bool made;
    if (made)
        return;
    made = true;
    assert_true(system_tables(cx) && schema_sync(cx, false, NULL));
}

struct ctx writer(void)
{
    struct ctx cx = MANAGER;
    cx.may_write = true;
    assert_true(database_ready(&cx));
    make_tables(&cx);
    return cx;
}

struct doc *insert(struct ctx *cx, const char *doctype, const char *json)
{
    struct doc *doc = doc_new_named(cx, doctype);
    assert_non_null(doc);
    return doc_merge(cx, doc, json_of(json), false) && doc_insert(cx, doc, 0) ? doc : NULL;
}

bool update(struct ctx *cx, const char *doctype, struct str name, const char *json)
{
    struct doc *doc = doc_load_for_update(cx, doc_type(cx, str_of(doctype)), name);
    return doc && doc_merge(cx, doc, json_of(json), false) && doc_save(cx, doc, 0);
}

struct str as_json(struct ctx *cx, const struct doc *doc)
{
    struct buf b = buf_new(cx->arena, 1 << 20);
    struct json_out out = out_to(&b);
    doc_json(cx, doc, &out, false);
    return buf_str(&b);
}

struct error take_error(struct ctx *cx)
{
    struct error e = cx->err;
    cx->err = (struct error){ 0 };
    return e;
}

int64_t count_rows(struct ctx *cx, const char *doctype)
{
    struct sql *q = sql_new(cx);
    int64_t n = -1;
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_doctype(q, doctype);
    assert_true(db_first_int(cx, q, &n));
    return n;
}
