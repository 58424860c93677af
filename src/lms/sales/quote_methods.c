/* lms.quote. */
#include "card_priv.h"
#include "core.h"
#include "http.h"
#include "lms/sales.h"

static void quote_json(struct ctx *cx, const struct quote *quote, bool manager, struct json_out *out)
{
    bool hush = !manager && coupon_verdict_is_secret(quote->verdict);
    out_begin_object(out);
    out_member_price(out, "price", quote->price);
    out_member_price(out, "discount", quote->discount);
    out_member_price(out, "tax", quote->tax);
    out_member_price(out, "total", quote->total);
    out_key(out, STR("tax_included"));
    out_bool(out, quote->tax_included);
    out_member_text(out, "currency", quote->currency);
    out_member_text_or_null(out, "item_code", quote->item_code);
    out_key(out, STR("valid"));
    out_bool(out, quote->verdict == COUPON_OK);
    out_member_text_or_null(out, "coupon_code", quote->coupon_code);
    out_member_text_or_null(out, "pricing_rule", quote->pricing_rule);
    if (manager)
        out_member_text_or_null(out, "sales_partner", quote->sales_partner);
    const char *reason = hush ? N_("This code cannot be used.") : quote->reason;
    out_member_text(out, "reason", str_of(tr(cx, reason)));
    out_member_text(out, "reason_code", hush ? STR("invalid") : str_of(coupon_verdict_name(quote->verdict)));
    out_end_object(out);
}

/* Managers may try any number. */
static bool may_ask(struct ctx *cx, const struct doc *args, bool manager)
{
    if (manager)
        return true;
    if (doc_is_set(args, "on") || doc_is_set(args, "used_before"))
        return throw(cx, &PermissionError, "Only managers may ask for another day or count of uses.");
    return !doc_is_set(args, "coupon_code") || coupon_try(cx);
}

static bool quote(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    bool manager = user_has_role(cx->user, "System Manager");
    struct quote_question ask = { .bootcamp = doc_text(args, "bootcamp"),
                                  .item_code = doc_text(args, "item_code"),
                                  .has_code = doc_value(args, "coupon_code").kind != VALUE_NULL,
                                  .code = str_trim(doc_text(args, "coupon_code")),
                                  .user = manager || user_is_guest(cx->user) ? STR_NONE : cx->user->name,
                                  .on = doc_text(args, "on"),
                                  .used_before = doc_is_set(args, "used_before") ? doc_int(args, "used_before") : -1 };
    struct quote answer;
    if (!may_ask(cx, args, manager) || !lms_quote(cx, &ask, &answer))
        return false;
    quote_json(cx, &answer, manager, out);
    return true;
}

METHOD(quote)
= {
    .path = "lms.quote",
    .uses = LMS_SELLING,
    .verbs = HTTP_GET | HTTP_POST,
    .guest = true,
    .call = quote,
    ARGS({ "bootcamp", DATA }, { "item_code", DATA }, { "coupon_code", DATA }, { "on", DATE }, { "used_before", INT }),
    .about = "What one bootcamp costs, with a promo code or without, and why. Takes no use of the code.",
};
