/* lms.report: the school's reports, as JSON or as a file. */
#include "api_priv.h"
#include "lms.h"
#include "lms/sales.h"

static bool write_file(struct web *w, const struct report_question *ask)
{
    struct ctx *cx = &w->cx;
    w->body.n = 0; /* no object: the file is the answer */
    http_set_header(w->exchange, "Content-Type", STR("text/csv; charset=utf-8"));
    http_set_header(w->exchange, "Content-Disposition",
                    str_printf(cx->arena, "attachment; filename=\"%.*s-%.*s-%.*s.csv\"", STR_ARG(ask->report),
                               STR_ARG(ask->from), STR_ARG(ask->to)));
    bool written = report_csv(cx, ask, &w->body) && web_send(w, 200, "text/csv; charset=utf-8", buf_str(&w->body));
    if (!written && !web_streams(w))
        w->exchange->response.header_count = 0; /* the error is no file */
    return written;
}

static bool report(struct web *w)
{
    struct ctx *cx = &w->cx;
    struct report_question ask;
    struct str format = web_arg(w, "format");
    w->private_answer = true;
    if (!doc_types_whole(cx, LMS_SELLING) || !doc_types_whole(cx, LMS_LEARNING) ||
        !report_question(cx, web_arg(w, "report"), web_arg(w, "from"), web_arg(w, "to"), web_arg(w, "by"), &ask))
        return false;
    if (str_is(format, "csv"))
        return write_file(w, &ask);
    if (format.n && !str_is(format, "json"))
        return throw(cx, &ValidationError, "The argument 'format' must be json or csv.");
    out_key(&w->out, str_of(web_answer_key(w)));
    return report_json(cx, &ask, &w->out);
}

WEB_METHOD(report) = {
    .path = "lms.report",
    .verbs = HTTP_GET | HTTP_POST,
    .lane = LANE_STREAM,
    ARGS({ "report", SELECT, .options = "sales\ncommissions\nenrollments", .reqd = true }, { "from", DATE },
         { "to", DATE }, { "by", SELECT, .options = "month\nbootcamp\npartner\ncode" },
         { "format", SELECT, .options = "json\ncsv" }),
    .run = report,
    .about = "The school's reports: sales (by month, bootcamp, partner or code), commissions as ERPNext's "
             "summary has them, enrollments and completion by bootcamp. Managers."
};
