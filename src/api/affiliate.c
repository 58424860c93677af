/* lms.affiliate.export: a partner's sales as a file. */
#include "api_priv.h"
#include "lms/sales.h"

static bool export_sales(struct web *w)
{
    struct ctx *cx = &w->cx;
    struct affiliate_question ask;
    if (!doc_types_whole(cx, LMS_SELLING) ||
        !affiliate_question(cx, web_arg(w, "from"), web_arg(w, "to"), STR_NONE, web_arg(w, "sales_partner"), &ask))
        return false;
    w->private_answer = true;
    w->body.n = 0; /* no object: the file is the answer */
    http_set_header(w->exchange, "Content-Type", STR("text/csv; charset=utf-8"));
    http_set_header(
        w->exchange, "Content-Disposition",
        str_printf(cx->arena, "attachment; filename=\"sales-%.*s-%.*s.csv\"", STR_ARG(ask.from), STR_ARG(ask.to)));
    bool written = affiliate_csv(cx, &ask, &w->body) && web_send(w, 200, "text/csv; charset=utf-8", buf_str(&w->body));
    if (!written && !web_streams(w))
        w->exchange->response.header_count = 0; /* the error is no file */
    return written;
}

WEB_METHOD(affiliate_export) = { .path = "lms.affiliate.export",
                                 .verbs = HTTP_GET | HTTP_POST,
                                 .lane = LANE_STREAM,
                                 ARGS({ "from", DATE }, { "to", DATE }, { "sales_partner", DATA }),
                                 .run = export_sales,
                                 .about = "A partner's sales as CSV: the rows that the summary counts." };
