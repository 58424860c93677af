/* Taking documents of selling that were made elsewhere: Item, Sales Partner, Pricing Rule, Coupon Code. Their names and
 * values are kept, through the same save as anybody's. */
#include "take_priv.h"

enum { FLAGS = SAVE_AS_SYSTEM | SAVE_STAMPS_ONLY_IF_CHANGED | SAVE_LINKS_KNOWN };

/* What goes under another key elsewhere. */
struct alias {
    const char *key, *field;
};
static const struct kind {
    const char *doctype;
    const char *named_by; /* the key of its name, beside "name" */
    const struct alias *aliases;
} kinds[] = {
    { "Item", "item_code", (const struct alias[]){ { "rate", "standard_rate" }, { "uom", "stock_uom" }, { 0 } } },
    { "Sales Partner", "partner_name", NULL },
    { "Pricing Rule", NULL, NULL },
    { "Coupon Code", "coupon_name", NULL },
};

static const struct kind *kind_of(const char *doctype)
{
    for (size_t i = 0; i < countof(kinds); i++)
        if (!strcmp(kinds[i].doctype, doctype))
            return &kinds[i];
    return NULL;
}

/* ---- one document --------------------------------------------------------------------------------------------------- */
struct doc *take_open(struct ctx *cx, const char *doctype, struct str name)
{
    struct str stored;
    if (name.n && doc_exists(cx, doctype, name, &stored))
        return doc_load_for_update(cx, doc_type(cx, str_of(doctype)), stored);
    struct doc *doc = failed(cx) ? NULL : doc_new_named(cx, doctype);
    if (!doc)
        return NULL;
    doc->is_new = true;
    doc->new_name = str_copy(cx->arena, name);
    return doc;
}

bool take_save(struct ctx *cx, struct doc *doc, enum taken *out)
{
    bool fresh = doc->is_new;
    struct str modified = doc->modified;
    if (!(fresh ? doc_insert(cx, doc, FLAGS) : doc_save(cx, doc, FLAGS)))
        return false;
    *out = fresh ? TAKEN_NEW : str_eq(doc->modified, modified) ? TAKEN_UNCHANGED : TAKEN_CHANGED;
    return true;
}

/* ---- fields --------------------------------------------------------------------------------------------------------- */
static bool take_row(struct ctx *cx, struct doc *row, const json_t *json, bool figures)
{
    if (json_is_string(json))
        return doc_set_json(cx, row, row->type->fields[0].name, json);
    return take_fields(cx, row, json, figures);
}

/* Rows stay the rows they are as long as there are as many: nothing else says which is which. */
static bool take_rows(struct ctx *cx, struct doc *doc, const struct field *table, const json_t *rows, bool figures)
{
    size_t count = json_array_size(rows);
    if (doc_table(doc, table->name)->count != count) {
        doc_set_rows(doc, table->name, NULL, 0);
        for (size_t i = 0; i < count; i++)
            if (!doc_add_row(cx, doc, table->name))
                return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!take_row(cx, doc_table(doc, table->name)->rows[i], json_array_get(rows, i), figures))
            return false;
    return true;
}

static bool is_kept(const struct field *f, bool figures)
{
    return field_has_column(f) && f->type != PASSWORD && !f->is_root && (figures || !f->server_managed) &&
           strcmp(f->name, "naming_series") != 0;
}

bool take_fields(struct ctx *cx, struct doc *doc, const json_t *row, bool figures)
{
    for (size_t i = 0; i < doc->type->field_count; i++) {
        const struct field *f = &doc->type->fields[i];
        const json_t *value = json_object_get(row, f->name);
        if (value && field_is_table(f) && !take_rows(cx, doc, f, value, figures))
            return false;
        if (value && is_kept(f, figures) && !doc_set_json(cx, doc, f->name, value))
            return false;
    }
    return true;
}

static bool take_aliases(struct ctx *cx, struct doc *doc, const struct alias *alias, const json_t *row)
{
    for (; alias && alias->key; alias++) {
        const json_t *value = json_object_get(row, alias->key);
        if (value && !doc_set_json(cx, doc, alias->field, value))
            return false;
    }
    return true;
}

/* An Item's price is the school's own currency's: one in another would be wrong everywhere it is shown. */
static bool check_currency(struct ctx *cx, const struct doc *doc, const json_t *row)
{
    struct str currency = json_get_str(row, "currency");
    if (strcmp(doc->type->name, "Item") != 0 || !currency.n || str_eq(currency, cx->site->currency))
        return true;
    return throw(cx, &ValidationError, "The price is in %.*s, and the school sells in %.*s.", STR_ARG(currency),
                 STR_ARG(cx->site->currency));
}

bool sales_take(struct ctx *cx, const char *doctype, const json_t *row, enum taken *out)
{
    const struct kind *kind = kind_of(doctype);
    if (!kind)
        return bug(cx, "%s is not taken from elsewhere", doctype);
    struct str name = str_trim(json_get_str(row, "name"));
    if (!name.n && kind->named_by)
        name = str_trim(json_get_str(row, kind->named_by));
    if (!name.n)
        return throw(cx, &MandatoryError, "%s is required", kind->named_by ? kind->named_by : "name");
    struct doc *doc = take_open(cx, doctype, name);
    return doc && check_currency(cx, doc, row) && take_fields(cx, doc, row, false) &&
           take_aliases(cx, doc, kind->aliases, row) && take_save(cx, doc, out);
}
