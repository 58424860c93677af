/* lms.make_payouts, lms.payout_paid, lms.payout_failed; the file for the bank stands in api. */
#include "card_priv.h"
#include "core.h"
#include "http.h"
#include "lms/sales.h"

static bool make(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct payout_report report;
    if (!managers_only(cx) || !payouts_make(cx, doc_text(args, "sales_partner"), doc_text(args, "cut_off"), &report))
        return false;
    out_begin_object(out);
    out_key(out, STR("payouts"));
    out_begin_array(out);
    for (size_t i = 0; i < report.count; i++) {
        out_begin_object(out);
        out_member_text(out, "name", report.payouts[i]->name);
        out_member_text(out, "sales_partner", doc_text(report.payouts[i], "sales_partner"));
        out_member_price(out, "amount", doc_decimal(report.payouts[i], "amount"));
        out_member_text(out, "currency", doc_text(report.payouts[i], "currency"));
        out_end_object(out);
    }
    out_end_array(out);
    out_member_int(out, "carried", report.carried);
    out_end_object(out);
    return true;
}

METHOD(make_payouts)
= {
    .path = "lms.make_payouts",
    .uses = LMS_SELLING,
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    .lane = LANE_OF_REPORTS,
    ARGS({ "sales_partner", DATA }, { "cut_off", DATE }),
    .call = make,
    .about = "A payout for every partner whose balance reaches the minimum, up to the cut-off; for managers.",
};

static bool end(struct ctx *cx, bool done, const char *state, struct json_out *out)
{
    if (done)
        out_text(out, str_of(state));
    return done && !failed(cx);
}

static bool paid(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    return managers_only(cx) &&
           end(cx, payout_paid(cx, doc_text(args, "payout"), doc_text(args, "reference")), "Paid", out);
}

METHOD(payout_paid)
= {
    .path = "lms.payout_paid",
    .uses = LMS_SELLING,
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    ARGS({ "payout", DATA, .reqd = true }, { "reference", DATA }),
    .call = paid,
    .about = "The bank has paid the payout: its commissions are Paid; for managers.",
};

static bool not_paid(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    return managers_only(cx) &&
           end(cx, payout_failed(cx, doc_text(args, "payout"), doc_text(args, "reason")), "Failed", out);
}

METHOD(payout_failed)
= {
    .path = "lms.payout_failed",
    .uses = LMS_SELLING,
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    ARGS({ "payout", DATA, .reqd = true }, { "reason", DATA, .reqd = true }),
    .call = not_paid,
    .about = "The bank has not paid the payout: its commissions wait for the next; for managers.",
};
