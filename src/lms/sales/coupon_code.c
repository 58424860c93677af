/* Coupon Code: what a buyer types. Codes are compared ignoring case and outer spaces; the database's collation keeps
 * them apart. */
#include "doc.h"
#include "partner_priv.h"

static const struct field fields[] = {
    { "coupon_name", DATA, .reqd = true, .unique = true, .in_list_view = true, .in_search = true },
    { "coupon_type", SELECT, .options = "Promotional\nGift Card", .preset = "Promotional", .reqd = true },
    { "customer", LINK, .options = "Customer" },
    { "coupon_code", DATA, .unique = true, .no_copy = true, .in_list_view = true, .in_search = true },
    { "pricing_rule", LINK, .options = "Pricing Rule", .index = true },
    { "sales_partner", LINK, .options = "Sales Partner", .index = true },
    { "valid_from", DATE, .in_list_view = true },
    { "valid_upto", DATE, .in_list_view = true },
    { "maximum_use", INT, .non_negative = true, .in_list_view = true },
    { "maximum_use_per_user", INT, .non_negative = true },
    { "used", INT, .read_only = true, .no_copy = true, .server_managed = true, .in_list_view = true },
    { "disabled", CHECK },
    { "description", TEXT_EDITOR },
};

static bool trim(struct ctx *cx, struct doc *coupon)
{
    (void)cx;
    struct str name = str_trim(doc_text(coupon, "coupon_name")), code = str_trim(doc_text(coupon, "coupon_code"));
    doc_set_text(coupon, "coupon_name", name.n ? name : code);
    doc_set_text(coupon, "coupon_code", code.n ? code : name);
    return true;
}

/* An import gives its coupons names of their own, else the name is the coupon's. */
static bool name_it(struct ctx *cx, struct doc *coupon)
{
    (void)cx;
    coupon->name = coupon->new_name.n ? coupon->new_name : doc_text(coupon, "coupon_name");
    return true;
}

/* Gift cards are somebody's. Those that an import brings may name nobody, and stay so. */
static bool is_for_anybody(const struct doc *coupon)
{
    const struct doc *before = coupon->before;
    return before ? str_is(doc_text(before, "coupon_type"), "Gift Card") && !doc_is_set(before, "customer")
                  : coupon->new_name.n > 0;
}

static bool validate(struct ctx *cx, struct doc *coupon)
{
    struct str code = doc_text(coupon, "coupon_code");
    if (has_control(code))
        return throw(cx, &ValidationError, "The code holds a control character.");
    struct str from = doc_text(coupon, "valid_from"), upto = doc_text(coupon, "valid_upto");
    if (from.n && upto.n && str_compare(from, upto) > 0)
        return throw(cx, &ValidationError, "Valid From cannot be after Valid Upto.");
    if (!str_is(doc_text(coupon, "coupon_type"), "Gift Card"))
        return true;
    if (!doc_is_set(coupon, "customer"))
        return is_for_anybody(coupon) || throw(cx, &MandatoryError, "%s is required", "Customer");
    doc_set_int(coupon, "maximum_use", 1);
    return true;
}

DOCTYPE(coupon_code)
= {
    .name = "Coupon Code",
    .module = "Accounts",
    .title_field = "coupon_name",
    .search_fields = "coupon_code",
    .about = "What a buyer types to get a reduction.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }, { "Influencer", READ }),
    ROWS({ "Influencer", .condition = &of_own_partner }),
    FIELD_RULES({ "customer _user_tags _comments _assign _liked_by", "System Manager" }),
    NEEDS("coupon_name", "coupon_type", "customer", "coupon_code", "sales_partner", "valid_from", "valid_upto",
          "maximum_use"),
    .known_as = "coupon_code",
    .allow_rename = true,
    .allow_import = true,
    .track_changes = true,
    .before_insert = trim,
    .autoname_hook = name_it,
    .before_validate = trim,
    .validate = validate,
};
