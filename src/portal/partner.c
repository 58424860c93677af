/* /partner: what a partner earned, by which links; and the same figures as events, for a page that is left open. */
#include "lms/sales.h"
#include "page.h"
#include "partner_draw.h"

enum { SALES_SHOWN = 10, BARS_OF_DAYS = 92, POLL_MS = 1500 };

/* ---- the time shown --------------------------------------------------------------------------------------------------------- */
static const struct period {
    const char *key, *words;
    int64_t days;      /* back from today; 0: see `month` */
    size_t same;       /* digits of today's date that the first day shares: 7 the month, 4 the year */
    const char *first; /* what follows them; or, with neither, the first day */
} periods[] = {
    { "today", N_("Today"), 1, 0, NULL },       { "7", N_("7 days"), 7, 0, NULL },
    { "30", N_("30 days"), 30, 0, NULL },       { "90", N_("90 days"), 90, 0, NULL },
    { "month", N_("This month"), 0, 7, "-01" }, { "year", N_("This year"), 0, 4, "-01-01" },
    { "all", N_("All"), 0, 0, "2000-01-01" },
};

/* What the address asks for: a period by its key, or two dates. */
static const struct period *find_time(struct web *w, struct str *from, struct str *to)
{
    struct arena *a = w->cx.arena;
    struct str wanted = web_arg(w, "period"), today = call_today(&w->cx);
    *from = web_arg(w, "from");
    *to = web_arg(w, "to");
    if (from->n && to->n && !wanted.n)
        return NULL;
    const struct period *p = &periods[2];
    for (size_t i = 0; i < countof(periods); i++)
        if (str_is(wanted, periods[i].key))
            p = &periods[i];
    *to = today;
    *from = p->days ? clock_day_after(a, today, 1 - p->days)
                    : str_printf(a, "%.*s%s", STR_ARG(str_slice(today, 0, p->same)), p->first);
    return p;
}

static bool ask_of(struct web *w, const struct period **period, struct affiliate_question *out)
{
    struct str from, to;
    *period = find_time(w, &from, &to);
    if (!affiliate_question(&w->cx, from, to, STR_NONE, web_arg(w, "sales_partner"), out))
        return false;
    bool is_long = str_compare(clock_day_after(w->cx.arena, out->from, BARS_OF_DAYS), out->to) <= 0;
    out->by = is_long ? BY_MONTH : BY_DAY;
    return true;
}

/* ---- parts of the page ---------------------------------------------------------------------------------------------------------- */
/* A manager who looks at a partner's page keeps looking at that one. */
static struct str whose(struct web *w)
{
    struct str partner = web_arg(w, "sales_partner");
    return partner.n ? str_printf(w->cx.arena, "&sales_partner=%.*s", STR_ARG(url_encode(w->cx.arena, partner, "")))
                     : STR("");
}

static void show_periods(struct page *p, const struct period *chosen, const struct affiliate_question *ask)
{
    struct web *w = p->web;
    for (size_t i = 0; i < countof(periods); i++) {
        struct view *row = view_row(p->view, "periods");
        view_text(row, "words", page_words(w, periods[i].words));
        view_text(row, "url", str_printf(w->cx.arena, "/partner?period=%s%.*s", periods[i].key, STR_ARG(whose(w))));
        view_flag(row, "chosen", chosen == &periods[i]);
    }
    view_text(p->view, "from", ask->from);
    view_text(p->view, "to", ask->to);
    view_text(p->view, "sales_partner", web_arg(w, "sales_partner"));
    view_text(p->view, "csv_url",
              str_printf(w->cx.arena, "/api/method/lms.affiliate.export?from=%.*s&to=%.*s%.*s", STR_ARG(ask->from),
                         STR_ARG(ask->to), STR_ARG(whose(w))));
    view_text(p->view, "live_url",
              str_printf(w->cx.arena, "/partner/live?from=%.*s&to=%.*s%.*s", STR_ARG(ask->from), STR_ARG(ask->to),
                         STR_ARG(whose(w))));
}

static void show_figures(struct web *w, struct view *view, const struct affiliate_figures *f, struct str currency)
{
    view_int(view, "clicks", f->clicks);
    view_int(view, "visitors", f->visitors);
    view_int(view, "sales", f->sales);
    view_int(view, "refunds", f->refunds);
    struct decimal conversion;
    view_text(view, "conversion", affiliate_conversion(f, &conversion) ? page_decimal(w, conversion, 1) : STR_NONE);
    const struct {
        const char *name;
        struct decimal amount;
    } amounts[] = { { "net_total", f->net_total }, { "pending", f->pending },   { "approved", f->approved },
                    { "paid", f->paid },           { "reversed", f->reversed }, { "total", affiliate_total(f) } };
    for (size_t i = 0; i < countof(amounts); i++)
        view_text(view, amounts[i].name, page_amount(w, amounts[i].amount, currency));
}

static void show_summary(struct page *p, const struct affiliate_question *ask, const struct affiliate_summary *s)
{
    struct web *w = p->web;
    show_figures(w, p->view, &s->totals, s->currency);
    view_html(p->view, "chart", partner_chart(w, ask, s, page_words(w, N_("Commission over time"))));
    view_flag(p->view, "some", s->count > 0);
    for (size_t i = s->count; i > 0; i--) {
        struct view *row = view_row(p->view, "rows");
        view_text(row, "key", s->rows[i - 1].key);
        show_figures(w, row, &s->rows[i - 1].figures, s->currency);
    }
    view_text(p->view, "as_of", str_slice(s->as_of, 11, 19));
}

/* What the next payout comes to, and what it waits for. */
static bool show_payout(struct page *p, struct str partner, struct str currency)
{
    struct web *w = p->web;
    struct decimal amount, minimum;
    struct str iban = STR_NONE;
    if (!payout_next(&w->cx, partner, &amount, &minimum) ||
        (!doc_get(&w->cx, "Sales Partner", partner, "iban", &iban) && failed(&w->cx)))
        return false;
    view_text(p->view, "next_payout", page_amount(w, amount, currency));
    if (decimal_compare(amount, minimum) < 0)
        view_text(p->view, "payout_waits",
                  page_words_with(w, N_("from {amount} on"), page_amount(w, minimum, currency)));
    else if (!iban.n)
        view_text(p->view, "payout_waits", page_words(w, N_("your IBAN is missing: give it to the school")));
    return true;
}

static const struct affiliate_figures *figures_of(const struct affiliate_summary *s, struct str key)
{
    for (size_t i = 0; i < s->count; i++)
        if (str_eq(s->rows[i].key, key))
            return &s->rows[i].figures;
    return NULL;
}

static bool show_links(struct page *p, const struct affiliate_question *ask)
{
    static const struct affiliate_figures nothing;
    struct web *w = p->web;
    struct affiliate_question by_code = *ask;
    struct affiliate_summary s;
    struct affiliate_link *links;
    size_t count;
    by_code.by = BY_CODE;
    if (!affiliate_links(&w->cx, ask->sales_partner, &links, &count) || !affiliate_summary(&w->cx, &by_code, &s))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct view *row = view_row(p->view, "links");
        const struct affiliate_figures *f = figures_of(&s, links[i].key);
        struct str url = str_printf(w->cx.arena, "%.*s/r/%.*s", STR_ARG(web_base_url(w)),
                                    STR_ARG(url_encode(w->cx.arena, links[i].code, "")));
        view_text(row, "code", links[i].code);
        view_text(row, "url", url);
        view_text(row, "until", links[i].until);
        view_flag(row, "disabled", links[i].disabled);
        view_html(row, "qr", partner_qr(w, url, page_words_with(w, N_("QR code of {link}"), url)));
        show_figures(w, row, f ? f : &nothing, s.currency);
    }
    view_flag(p->view, "linked", count > 0);
    return true;
}

static const char *state_words(struct str state)
{
    static const struct {
        const char *state, *words;
    } all[] = { { "Pending", N_("pending") },
                { "Approved", N_("approved") },
                { "Paid", N_("paid") },
                { "Reversed", N_("reversed") },
                { "Rejected", N_("rejected") } };
    for (size_t i = 0; i < countof(all); i++)
        if (str_is(state, all[i].state))
            return all[i].words;
    return "";
}

static bool show_sales(struct page *p, const struct affiliate_question *ask, struct str currency)
{
    struct web *w = p->web;
    struct affiliate_sale *sales;
    size_t count;
    if (!affiliate_sales(&w->cx, ask, 0, SALES_SHOWN, &sales, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct view *row = view_row(p->view, "latest");
        view_text(row, "at", str_slice(sales[i].at, 0, 13));
        view_text(row, "bootcamp", sales[i].bootcamp);
        view_text(row, "code", sales[i].code);
        view_text(row, "net", page_amount(w, sales[i].net_total, currency));
        view_text(row, "commission", page_amount(w, sales[i].commission, currency));
        view_text(row, "state", page_words(w, state_words(sales[i].state)));
    }
    return true;
}

/* ---- the page ---------------------------------------------------------------------------------------------------------------------- */
static bool partner(struct web *w)
{
    const struct period *period;
    struct affiliate_question ask;
    struct affiliate_summary s;
    if (user_is_guest(w->cx.user))
        return web_redirect(w, 303, STR("/login?redirect-to=/partner"));
    if (!ask_of(w, &period, &ask) || !affiliate_summary(&w->cx, &ask, &s))
        return false;
    struct page p = page_open(w, page_words(w, N_("Sales and commissions")));
    page_unlisted(&p);
    page_script(&p, "partner.js");
    w->private_answer = true;
    view_text(p.view, "partner", ask.sales_partner);
    show_periods(&p, period, &ask);
    show_summary(&p, &ask, &s);
    if (ask.sales_partner.n && (!show_payout(&p, ask.sales_partner, s.currency) || !show_links(&p, &ask)))
        return false;
    return show_sales(&p, &ask, s.currency) && page_send(&p, "partner", 200);
}

ROUTE(partner) = { .pattern = "/partner",
                   .verbs = HTTP_GET,
                   .run = partner,
                   .page = true,
                   .uses = LMS_SELLING,
                   .about = "A partner's clicks, sales and commissions." };

/* One event, and the time after which the browser asks again: an open page holds no thread and no connection, and a sale
 * shows within two seconds. */
static bool live(struct web *w)
{
    const struct period *period;
    struct affiliate_question ask;
    struct affiliate_summary s;
    if (!ask_of(w, &period, &ask) || !affiliate_summary(&w->cx, &ask, &s))
        return false;
    struct buf data = buf_new(w->cx.arena, 4 << 20);
    struct json_out out = out_to(&data);
    buf_printf(&data, "retry: %d\nevent: summary\ndata: ", POLL_MS);
    affiliate_summary_json(&s, &out);
    buf_lit(&data, "\n\n");
    w->private_answer = true;
    return web_send(w, 200, "text/event-stream; charset=utf-8", buf_str(&data));
}

ROUTE(partner_live) = { .pattern = "/partner/live",
                        .verbs = HTTP_GET,
                        .run = live,
                        .uses = LMS_SELLING,
                        .about = "The figures of the partner's page as a server-sent event." };
