/* lms.export_payouts: what the bank is told, as a file. */
#include "api_priv.h"
#include "core.h"
#include "lms/sales.h"

static const struct {
    const char *name, *type, *file;
} formats[] = {
    [PAYOUTS_CSV] = { "csv", "text/csv; charset=utf-8", "payouts.csv" },
    [PAYOUTS_SEPA] = { "sepa", "application/xml; charset=utf-8", "payouts.xml" },
};

static bool format_of(struct web *w, enum payout_format *out)
{
    struct str name = web_arg(w, "format");
    for (size_t i = 0; i < countof(formats); i++)
        if (str_is(name, formats[i].name)) {
            *out = (enum payout_format)i;
            return true;
        }
    *out = PAYOUTS_CSV;
    return !name.n || throw(&w->cx, &ValidationError, "The argument 'format' must be csv or sepa.");
}

static bool export_payouts(struct web *w)
{
    struct ctx *cx = &w->cx;
    enum payout_format format;
    int64_t left_out;
    w->body.n = 0; /* no object: the file is the answer */
    if (!managers_only(cx) || !doc_types_whole(cx, LMS_SELLING) || !format_of(w, &format) ||
        !payouts_export(cx, format, &w->body, &left_out))
        return false;
    w->private_answer = true;
    http_set_header(w->exchange, "Content-Disposition",
                    str_printf(cx->arena, "attachment; filename=\"%s\"", formats[format].file));
    http_set_header(w->exchange, "X-Left-Out", str_printf(cx->arena, "%lld", (long long)left_out));
    return web_send(w, 200, formats[format].type, buf_str(&w->body));
}

WEB_METHOD(export_payouts) = { .path = "lms.export_payouts",
                               .verbs = HTTP_GET | HTTP_POST,
                               .lane = LANE_SLOW,
                               ARGS({ "format", SELECT, .options = "csv\nsepa" }),
                               .run = export_payouts,
                               .about = "All open payouts as CSV, or as SEPA credit transfers (pain.001.001.09); for "
                                        "managers." };
