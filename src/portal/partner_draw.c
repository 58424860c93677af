/* Charts and QR codes of the partner's page, as SVG: nothing is drawn by a script. */
#include "partner_draw.h"

#include <qrencode.h>

#include "page.h"

enum { WIDTH = 720, HEIGHT = 160, BARS_MOST = 400 };

/* ---- the chart ------------------------------------------------------------------------------------------------------------ */
struct bars {
    struct str keys[BARS_MOST];
    struct decimal values[BARS_MOST];
    size_t count;
    struct decimal most;
};

static struct str next_key(struct arena *a, struct str key, enum affiliate_by by)
{
    int64_t year, month;
    if (by == BY_DAY)
        return clock_day_after(a, key, 1);
    if (!str_int(str_slice(key, 0, 4), &year) || !str_int(str_slice(key, 5, 7), &month))
        return key;
    return month == 12 ? str_printf(a, "%04lld-01", (long long)year + 1)
                       : str_printf(a, "%04lld-%02lld", (long long)year, (long long)month + 1);
}

/* Both are in order: what lies between has no bar, but a place. */
static void fill_bars(struct arena *a, const struct affiliate_question *ask, const struct affiliate_summary *s,
                      struct bars *out)
{
    size_t digits = ask->by == BY_DAY ? 10 : 7, at = 0;
    struct str key = str_slice(ask->from, 0, digits), last = str_slice(ask->to, 0, digits);
    if (ask->by == BY_MONTH && s->count && str_compare(key, s->rows[0].key) < 0)
        key = s->rows[0].key;
    *out = (struct bars){ .most = DECIMAL_INT(0) };
    for (; out->count < BARS_MOST && str_compare(key, last) <= 0; key = next_key(a, key, ask->by)) {
        struct decimal value = DECIMAL_INT(0);
        while (at < s->count && str_compare(s->rows[at].key, key) < 0)
            at++;
        if (at < s->count && str_eq(s->rows[at].key, key))
            value = affiliate_total(&s->rows[at].figures);
        if (decimal_compare(value, out->most) > 0)
            out->most = value;
        out->keys[out->count] = key;
        out->values[out->count++] = value;
    }
}

static void draw_bar(struct web *w, struct buf *svg, const struct bars *bars, size_t i, struct str currency)
{
    struct decimal value = bars->values[i], share;
    int64_t slot = (int64_t)WIDTH * 10 / (int64_t)bars->count, room = HEIGHT - 1;
    if (value.units <= 0 || !decimal_divide(value, bars->most, 6, ROUND_COMMERCIAL, &share))
        return;
    int64_t height = (int64_t)(share.units * room / DECIMAL_ONE);
    height = height > 0 ? height : 1;
    int64_t left = slot * (int64_t)i, width = slot > 30 ? slot - slot / 5 : slot;
    buf_printf(svg,
               "<rect x=\"%lld.%lld\" y=\"%lld\" width=\"%lld.%lld\" height=\"%lld\"><title>%.*s: %.*s</title></rect>",
               (long long)left / 10, (long long)left % 10, (long long)(room - height), (long long)width / 10,
               (long long)width % 10, (long long)height, STR_ARG(bars->keys[i]),
               STR_ARG(html_escape(w->cx.arena, page_amount(w, value, currency)).text));
}

struct html partner_chart(struct web *w, const struct affiliate_question *ask, const struct affiliate_summary *s,
                          struct str label)
{
    struct arena *a = w->cx.arena;
    struct bars *bars = arena_new_of(a, struct bars);
    fill_bars(a, ask, s, bars);
    if (!bars->count || bars->most.units <= 0)
        return (struct html){ STR("") };
    struct buf svg = buf_new(a, 256 << 10);
    buf_printf(&svg, "<p class=\"ends small muted\">%.*s</p>",
               STR_ARG(html_escape(a, page_amount(w, bars->most, s->currency)).text));
    buf_printf(&svg,
               "<svg class=\"chart\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" "
               "aria-label=\"%.*s\"><line x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>",
               WIDTH, HEIGHT, STR_ARG(html_escape(a, label).text), WIDTH, HEIGHT, HEIGHT);
    for (size_t i = 0; i < bars->count; i++)
        draw_bar(w, &svg, bars, i, s->currency);
    buf_printf(&svg, "</svg><p class=\"ends small muted\"><span>%.*s</span><span>%.*s</span></p>",
               STR_ARG(bars->keys[0]), STR_ARG(bars->keys[bars->count - 1]));
    return (struct html){ buf_str(&svg) };
}

/* ---- the QR code ------------------------------------------------------------------------------------------------------------ */
struct html partner_qr(struct web *w, struct str text, struct str label)
{
    struct arena *a = w->cx.arena;
    QRcode *code = QRcode_encodeString8bit(str_c(a, text), 0, QR_ECLEVEL_M);
    if (!code)
        return (struct html){ STR("") };
    int n = code->width;
    struct buf svg = buf_new(a, 256 << 10);
    buf_printf(&svg,
               "<svg viewBox=\"-4 -4 %d %d\" role=\"img\" aria-label=\"%.*s\" shape-rendering=\"crispEdges\">"
               "<path fill=\"currentColor\" d=\"",
               n + 8, n + 8, STR_ARG(html_escape(a, label).text));
    for (int y = 0; y < n; y++)
        for (int x = 0; x < n; x++)
            if (code->data[y * n + x] & 1)
                buf_printf(&svg, "M%d %dh1v1h-1z", x, y);
    buf_lit(&svg, "\"/></svg>");
    QRcode_free(code);
    return (struct html){ buf_str(&svg) };
}
