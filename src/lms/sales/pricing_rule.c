/* Pricing Rule: a reduction and when it holds. Which of several rules wins is decided in offer.c. */
#include "core.h"
#include "doc.h"

static const struct field fields[] = {
    { "title", DATA, .reqd = true, .in_list_view = true, .in_search = true },
    { "disable", CHECK },
    { "apply_on", SELECT, .reqd = true, .preset = "Item Code", .in_list_view = true,
      .options = "\nItem Code\nItem Group\nBrand\nTransaction" },
    { "price_or_product_discount", SELECT, .options = "Price\nProduct", .preset = "Price", .reqd = true },
    { "items", TABLE, .label = "Apply Rule On Item Code", .options = "Pricing Rule Item Code" },
    { "item_groups", TABLE, .label = "Apply Rule On Item Group", .options = "Pricing Rule Item Group" },
    { "brands", TABLE, .label = "Apply Rule On Brand", .options = "Pricing Rule Brand" },
    { "mixed_conditions", CHECK },
    { "is_cumulative", CHECK },
    { "coupon_code_based", CHECK },
    { "selling", CHECK, .preset = "1" },
    { "buying", CHECK },
    { "applicable_for", SELECT,
      .options = "\nCustomer\nCustomer Group\nTerritory\nSales Partner\nCampaign\nSupplier\nSupplier Group" },
    { "customer", LINK, .options = "Customer" },
    { "customer_group", DATA },
    { "territory", DATA },
    { "sales_partner", LINK, .options = "Sales Partner", .index = true },
    { "campaign", DATA },
    { "min_qty", FLOAT, .label = "Min Qty (As Per Stock UOM)", .non_negative = true },
    { "max_qty", FLOAT, .label = "Max Qty (As Per Stock UOM)", .non_negative = true },
    { "min_amt", CURRENCY, .label = "Min Amt", .non_negative = true },
    { "max_amt", CURRENCY, .label = "Max Amt", .non_negative = true },
    { "valid_from", DATE, .preset = "Today" },
    { "valid_upto", DATE },
    { "company", DATA },
    { "currency", DATA, .reqd = true },
    { "rate_or_discount", SELECT, .options = "\nRate\nDiscount Percentage\nDiscount Amount",
      .preset = "Discount Percentage" },
    { "apply_discount_on", SELECT, .options = "Grand Total\nNet Total", .preset = "Grand Total" },
    { "rate", CURRENCY, .non_negative = true },
    { "discount_amount", CURRENCY, .non_negative = true },
    { "discount_percentage", FLOAT, .non_negative = true },
    { "for_price_list", DATA },
    { "condition", CODE },
    { "apply_multiple_pricing_rules", CHECK },
    { "apply_discount_on_rate", CHECK },
    { "has_priority", CHECK },
    { "priority", SELECT, .options = "\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20" },
    { "validate_applied_rule", CHECK },
    { "promotional_scheme", DATA, .read_only = true, .no_copy = true },
};

static bool fill_defaults(struct ctx *cx, struct doc *rule)
{
    if (!doc_is_set(rule, "currency"))
        doc_set_text(rule, "currency", cx->site->currency);
    if (doc_is_set(rule, "priority"))
        doc_set_int(rule, "has_priority", 1);
    return true;
}

static bool check_bounds(struct ctx *cx, const struct doc *rule)
{
    static const struct {
        const char *low, *high;
    } bounds[] = { { "min_qty", "max_qty" }, { "min_amt", "max_amt" } };
    for (size_t i = 0; i < countof(bounds); i++) {
        struct decimal low = doc_decimal(rule, bounds[i].low), high = doc_decimal(rule, bounds[i].high);
        if (!decimal_is_zero(high) && decimal_compare(low, high) > 0)
            return throw(cx, &ValidationError, "%s cannot be above %s.",
                         field_label(cx->arena, doc_field(rule->type, str_of(bounds[i].low))),
                         field_label(cx->arena, doc_field(rule->type, str_of(bounds[i].high))));
    }
    struct str from = doc_text(rule, "valid_from"), upto = doc_text(rule, "valid_upto");
    if (from.n && upto.n && str_compare(from, upto) > 0)
        return throw(cx, &ValidationError, "Valid From cannot be after Valid Upto.");
    return true;
}

static bool check_target(struct ctx *cx, const struct doc *rule)
{
    static const struct {
        const char *apply_on, *table;
    } targets[] = { { "Item Code", "items" }, { "Item Group", "item_groups" }, { "Brand", "brands" } };
    for (size_t i = 0; i < countof(targets); i++)
        if (str_is(doc_text(rule, "apply_on"), targets[i].apply_on) && !doc_table(rule, targets[i].table)->count)
            return throw(cx, &MandatoryError, "Data missing in table: %s",
                         field_label(cx->arena, doc_field(rule->type, str_of(targets[i].table))));
    if (str_is(doc_text(rule, "applicable_for"), "Sales Partner") && !doc_is_set(rule, "sales_partner"))
        return throw(cx, &MandatoryError, "%s is required", "Sales Partner");
    return true;
}

static bool validate(struct ctx *cx, struct doc *rule)
{
    if (!doc_true(rule, "selling") && !doc_true(rule, "buying"))
        return throw(cx, &ValidationError, "At least one of Selling or Buying must be chosen.");
    if (!is_currency(doc_text(rule, "currency")))
        return throw(cx, &ValidationError, "Unknown currency: %.*s", STR_ARG(doc_text(rule, "currency")));
    if (decimal_compare(doc_decimal(rule, "discount_percentage"), DECIMAL_INT(100)) > 0)
        return throw(cx, &ValidationError, "%s must be between %d and %d.", "Discount Percentage", 0, 100);
    return check_target(cx, rule) && check_bounds(cx, rule);
}

DOCTYPE(pricing_rule)
= {
    .name = "Pricing Rule",
    .module = "Accounts",
    .autoname = "PRLE-.####",
    .title_field = "title",
    .search_fields = "title",
    .about = "A reduction and when it holds.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }),
    NEEDS("apply_on", "items", "item_groups", "brands", "selling", "buying", "applicable_for", "sales_partner",
          "min_qty", "max_qty", "min_amt", "max_amt", "valid_from", "valid_upto", "currency", "discount_percentage",
          "has_priority", "priority"),
    .allow_rename = true,
    .allow_import = true,
    .track_changes = true,
    .before_validate = fill_defaults,
    .validate = validate,
};
