/* lms.affiliate.summary and lms.affiliate.sales; the export is a file, and stands in api. */
#include "card_priv.h"
#include "core.h"
#include "http.h"
#include "lms/sales.h"

enum { LENGTH = 20, LENGTH_MOST = 1000 };

static bool ask_of(struct ctx *cx, const struct doc *args, struct str by, struct affiliate_question *out)
{
    return affiliate_question(cx, doc_text(args, "from"), doc_text(args, "to"), by, doc_text(args, "sales_partner"),
                              out);
}

static bool summary(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct affiliate_question ask;
    struct affiliate_summary answer;
    if (!ask_of(cx, args, doc_text(args, "by"), &ask) || !affiliate_summary(cx, &ask, &answer))
        return false;
    affiliate_summary_json(&answer, out);
    return true;
}

METHOD(affiliate_summary)
= {
    .path = "lms.affiliate.summary",
    .uses = LMS_SELLING,
    .verbs = HTTP_GET | HTTP_POST,
    ARGS({ "from", DATE }, { "to", DATE }, { "by", DATA }, { "sales_partner", DATA }),
    .call = summary,
    .about = "A partner's clicks, sales and commissions: in all, and by day, month, bootcamp or code.",
};

static bool list(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct affiliate_question ask;
    struct affiliate_sale *rows;
    size_t count;
    int64_t start = doc_int(args, "limit_start"), length = doc_is_set(args, "limit") ? doc_int(args, "limit") : LENGTH;
    if (start < 0 || length < 1 || length > LENGTH_MOST)
        return throw(cx, &ValidationError, "%s must be between %d and %d.", "limit", 1, LENGTH_MOST);
    if (!ask_of(cx, args, STR_NONE, &ask) || !affiliate_sales(cx, &ask, start, length, &rows, &count))
        return false;
    out_begin_object(out);
    out_key(out, STR("rows"));
    out_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        out_begin_object(out);
        out_member_text(out, "at", rows[i].at);
        out_member_text(out, "bootcamp", rows[i].bootcamp);
        out_member_price(out, "net_total", rows[i].net_total);
        out_member_price(out, "commission", rows[i].commission);
        out_member_text(out, "state", rows[i].state);
        out_member_text(out, "code", rows[i].code);
        out_end_object(out);
    }
    out_end_array(out);
    out_end_object(out);
    return true;
}

METHOD(affiliate_sales)
= {
    .path = "lms.affiliate.sales",
    .uses = LMS_SELLING,
    .verbs = HTTP_GET | HTTP_POST,
    ARGS({ "from", DATE }, { "to", DATE }, { "limit_start", INT }, { "limit", INT }, { "sales_partner", DATA }),
    .call = list,
    .about = "A partner's sales, newest first, to the hour, without anything about who bought.",
};
