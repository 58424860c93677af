/* Item: what is sold, under ERPNext's names. The public sees the name and price of what a published bootcamp sells. */
#include "doc.h"

/* Groups and units are texts here: the DocTypes that ERPNext links to live in the books. */
static const struct field fields[] = {
    { "item_code", DATA, .reqd = true, .unique = true, .in_list_view = true },
    { "item_name", DATA, .in_list_view = true, .in_search = true },
    { "item_group", DATA, .preset = "Bootcamps" },
    { "stock_uom", DATA, .label = "Default Unit of Measure", .preset = "Nos" },
    { "disabled", CHECK },
    { "is_stock_item", CHECK },
    { "is_sales_item", CHECK, .preset = "1" },
    { "standard_rate", CURRENCY, .label = "Standard Selling Rate", .non_negative = true },
    { "description", TEXT_EDITOR },
    { "end_of_life", DATE, .preset = "2099-12-31" },
    { "max_discount", FLOAT, .non_negative = true },
    { "grant_commission", CHECK, .preset = "1" },
    { "has_variants", CHECK },
    { "variant_of", LINK, .options = "Item" },
    { "lms_type", SELECT, .label = "LMS Type", .options = "\nbootcamp\nnone" },
};

static bool validate(struct ctx *cx, struct doc *item)
{
    if (!doc_is_set(item, "item_name"))
        doc_set_text(item, "item_name", doc_text(item, "item_code"));
    if (decimal_compare(doc_decimal(item, "max_discount"), DECIMAL_INT(100)) > 0)
        return throw(cx, &ValidationError, "%s must be between %d and %d.", "Max Discount", 0, 100);
    return true;
}

static bool is_sold(struct ctx *cx, const struct doc *item)
{
    call_depends(cx, "LMS Bootcamp");
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT 1 FROM ");
    sql_doctype(q, "LMS Bootcamp");
    sql_add(q, " WHERE published = 1 AND item_code = ");
    sql_text(q, item->name);
    sql_add(q, " LIMIT 1");
    int64_t one = 0;
    return db_first_int(cx, q, &one);
}

static void sold_where(struct ctx *cx, struct sql *q, const char *alias)
{
    call_depends(cx, "LMS Bootcamp");
    sql_add(q, "EXISTS (SELECT 1 FROM ");
    sql_doctype(q, "LMS Bootcamp");
    sql_add(q, " AS sb WHERE sb.published = 1 AND sb.item_code = ");
    sql_column(q, alias, "name");
    sql_add(q, ")");
}

static const struct condition sold_by_published_bootcamp = { "sold_by_published_bootcamp", is_sold, sold_where };

DOCTYPE(item)
= {
    .name = "Item",
    .module = "Stock",
    .autoname = "field:item_code",
    .title_field = "item_name",
    .search_fields = "item_name",
    .about = "What is sold; a bootcamp names the Item that sells it.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }, { "All", READ }, { "Guest", READ }),
    ROWS({ "Guest", .condition = &sold_by_published_bootcamp }),
    FIELD_RULES({ "item_group stock_uom disabled is_stock_item is_sales_item description end_of_life max_discount "
                  "grant_commission has_variants variant_of lms_type owner modified_by _user_tags _comments _assign "
                  "_liked_by",
                  "System Manager" }),
    NEEDS("item_code", "item_name", "standard_rate", "max_discount"),
    .hides = true,
    .allow_rename = true,
    .allow_import = true,
    .track_changes = true,
    .validate = validate,
};
