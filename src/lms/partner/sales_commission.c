/* Sales Commission: the ledger. One row for each invoice or credit note and partner; amounts never change and no row
 * goes. A partner sees their own rows, without what would tell who bought. */
#include "doc.h"
#include "partner_priv.h"

static const struct field fields[] = {
    { "sales_partner", LINK, .options = "Sales Partner", .reqd = true, .server_managed = true, .index = true,
      .in_list_view = true },
    { "sales_invoice", LINK, .options = "Sales Invoice", .server_managed = true, .index = true },
    { "bootcamp", LINK, .options = "LMS Bootcamp", .server_managed = true, .index = true, .in_list_view = true },
    { "coupon_code", LINK, .options = "Coupon Code", .server_managed = true, .index = true },
    { "posting_date", DATE, .server_managed = true, .index = true, .in_list_view = true },
    { "at", DATETIME, .server_managed = true },
    { "is_return", CHECK, .server_managed = true },
    { "net_total", CURRENCY, .options = "currency", .server_managed = true },
    { "base", CURRENCY, .options = "currency", .server_managed = true },
    { "rate", FLOAT, .server_managed = true },
    { "amount", CURRENCY, .options = "currency", .server_managed = true, .in_list_view = true },
    { "currency", DATA, .server_managed = true },
    { "state", SELECT, .options = "Pending\nApproved\nPaid\nReversed\nRejected", .server_managed = true, .index = true,
      .in_list_view = true },
    { "attribution", SELECT, .options = "Code\nLink\nInvoice", .server_managed = true },
    { "reason", DATA, .server_managed = true },
    { "payout", LINK, .options = "Commission Payout", .server_managed = true, .index = true },
};

/* Cut to the hour: "2026-03-01 09:05:07.120000" → "2026-03-01 09:00:00.000000". */
static void to_the_hour(struct ctx *cx, const struct field *field, struct value *value)
{
    (void)field;
    if (value->kind == VALUE_TEXT && value->text.n >= 19)
        value->text = str_printf(cx->arena, "%.13s:00:00%s", value->text.p, value->text.n > 19 ? ".000000" : "");
}

/* ---- append-only ---------------------------------------------------------------------------------------------------------- */
static const struct {
    const char *from, *to;
} steps[] = {
    { "Pending", "Approved" },
    { "Pending", "Rejected" },
    { "Approved", "Rejected" },
    { "Approved", "Paid" },
};

static bool may_step(struct str from, struct str to)
{
    for (size_t i = 0; i < countof(steps); i++)
        if (str_is(from, steps[i].from) && str_is(to, steps[i].to))
            return true;
    return str_eq(from, to);
}

/* What a row says of money never changes; its state does, one way (spec/product.md 6a.4). */
static bool validate(struct ctx *cx, struct doc *row)
{
    static const char *const fixed[] = { "sales_partner", "sales_invoice", "posting_date", "is_return", "net_total",
                                         "base",          "rate",          "amount",       "currency",  "attribution" };
    if (!row->before)
        return true;
    for (size_t i = 0; i < countof(fixed); i++)
        if (doc_changed(row, fixed[i]))
            return throw(cx, &ValidationError, "A row of the commission ledger never changes but for its state.");
    struct str from = doc_text(row->before, "state"), to = doc_text(row, "state");
    return may_step(from, to) ||
           throw(cx, &ValidationError, "A commission that is %.*s cannot become %.*s.", STR_ARG(from), STR_ARG(to));
}

static bool on_trash(struct ctx *cx, struct doc *row)
{
    (void)row;
    return throw(cx, &ValidationError, "A row of the commission ledger cannot be deleted.");
}

DOCTYPE(sales_commission)
= {
    .name = "Sales Commission",
    .module = "LMS",
    .sort = "posting_date desc",
    .about = "The ledger of commissions: one row for each invoice or credit note and partner.",
    FIELDS(fields),
    PERMS({ "System Manager", READ | REPORT | EXPORT | PRINT | EMAIL }, { "Influencer", READ }),
    ROWS({ "Influencer", .condition = &of_own_partner }),
    FIELD_RULES({ "sales_invoice reason modified_by _user_tags _comments _assign _liked_by", "System Manager" }),
    /* All that sums over a partner's time need, so that no row is looked up for them. */
    INDEXES("sales_partner posting_date is_return state attribution bootcamp coupon_code net_total amount"),
    .masked = "at creation modified",
    .mask = to_the_hour,
    .in_create = true,
    .track_changes = true,
    .validate = validate,
    .on_trash = on_trash,
};
