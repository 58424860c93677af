/* lms.purchase, and what managers tell of a purchase: that money came, went back, was taken back, or will not come. */
#include "card_priv.h"
#include "core.h"
#include "http.h"
#include "purchase_priv.h"

void purchase_json(const struct purchase_view *p, struct json_out *out)
{
    out_begin_object(out);
    out_member_text(out, "purchase", p->purchase);
    out_member_text(out, "state", p->state);
    out_member_price(out, "amount", p->amount);
    out_member_text(out, "currency", p->currency);
    out_member_text_or_null(out, "enrollment", p->enrollment);
    out_member_text(out, "url", p->url);
    out_end_object(out);
}

static bool look(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct purchase_view p;
    if (!purchase_look(cx, doc_text(args, "purchase"), &p))
        return false;
    purchase_json(&p, out);
    return true;
}

METHOD(purchase)
= {
    .path = "lms.purchase",
    .uses = LMS_SELLING,
    .verbs = HTTP_GET | HTTP_POST,
    ARGS({ "purchase", DATA, .reqd = true }),
    .call = look,
    .about = "What became of a purchase of the caller's; of anybody's for managers.",
};

/* A manager's own note of a payment: with a reference it counts once, however often it is sent. */
static bool told_by_manager(struct ctx *cx, const struct doc *args, enum payment_fact fact, struct json_out *out)
{
    struct purchase_view p;
    bool of_money = fact != FACT_CANCELLED;
    struct str reference = doc_text(args, "reference"), currency = of_money ? doc_text(args, "currency") : STR_NONE;
    struct str purchase = doc_text(args, "purchase");
    if (!managers_only(cx) || !purchase_look(cx, purchase, &p))
        return false;
    bool whole = (fact == FACT_PAID || fact == FACT_REVERSED) && !doc_is_set(args, "amount");
    const struct payment_event e = { .purchase = p.purchase,
                                     .provider = "Manager",
                                     .event = str_printf(cx->arena, "%s %.*s", fact_names[fact],
                                                         STR_ARG(reference.n ? reference : random_hex(cx->arena, 12))),
                                     .reference = reference,
                                     .fact = fact,
                                     .amount = whole      ? p.amount
                                               : of_money ? doc_decimal(args, "amount")
                                                          : DECIMAL_INT(0),
                                     .currency = currency.n ? currency : p.currency };
    if (!purchase_event(cx, &e, &p))
        return false;
    out_begin_object(out);
    out_member_text(out, "state", p.state);
    out_end_object(out);
    return true;
}

static bool confirm(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    return told_by_manager(cx, args, FACT_PAID, out);
}

METHOD(confirm_payment)
= {
    .path = "lms.confirm_payment",
    .uses = LMS_SELLING,
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    ARGS({ "purchase", DATA, .reqd = true }, { "amount", CURRENCY }, { "currency", DATA }, { "reference", DATA }),
    .call = confirm,
    .about = "Money came for a purchase; without an amount all of it. The same reference again does nothing. Managers.",
};

static bool refund(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    return told_by_manager(cx, args, FACT_REFUNDED, out);
}

METHOD(refund)
= {
    .path = "lms.refund",
    .uses = LMS_SELLING,
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    ARGS({ "purchase", DATA, .reqd = true }, { "amount", CURRENCY }, { "currency", DATA }, { "reference", DATA }),
    .call = refund,
    .about =
        "Money goes back; without an amount all that is left, and then access ends, while progress stays. Managers.",
};

static bool reverse(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    return told_by_manager(cx, args, FACT_REVERSED, out);
}

METHOD(reverse_payment)
= {
    .path = "lms.reverse_payment",
    .uses = LMS_SELLING,
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    ARGS({ "purchase", DATA, .reqd = true }, { "amount", CURRENCY }, { "currency", DATA }, { "reference", DATA }),
    .call = reverse,
    .about = "The bank took the money back: access waits until it comes again, while progress stays. Managers.",
};

static bool cancel(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    return told_by_manager(cx, args, FACT_CANCELLED, out);
}

METHOD(cancel_purchase)
= {
    .path = "lms.cancel_purchase",
    .uses = LMS_SELLING,
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    ARGS({ "purchase", DATA, .reqd = true }, { "reference", DATA }),
    .call = cancel,
    .about = "Nothing was paid and nothing will be: the purchase is over, and its use of the code is free. Managers.",
};
