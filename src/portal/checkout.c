/* /checkout/<slug>: what a bootcamp costs, with a code or without, and how to pay; then the purchase, as it goes on. */
#include "lms.h"
#include "lms/sales.h"
#include "page.h"

/* ---- the bill ------------------------------------------------------------------------------------------------------------ */
static bool ask_quote(struct web *w, const struct outline *o, struct str code, struct quote *out)
{
    struct ctx *cx = &w->cx;
    const struct quote_question ask = { .bootcamp = o->card.name,
                                        .has_code = code.n > 0,
                                        .code = code,
                                        .user = user_is_guest(cx->user) ? STR_NONE : cx->user->name,
                                        .used_before = -1 };
    return (!code.n || coupon_try(cx)) && lms_quote(cx, &ask, out);
}

static void show_code(struct page *p, const struct quote *q, struct str code)
{
    struct web *w = p->web;
    view_text(p->view, "code", code);
    if (!code.n)
        return;
    if (q->verdict == COUPON_OK)
        view_text(p->view, "code_said", page_words(w, q->reason));
    else
        view_text(p->view, "code_error",
                  page_words(w, coupon_verdict_is_secret(q->verdict) ? N_("This code cannot be used.") : q->reason));
}

/* With the tax in the price the lines are told as the pages tell prices; the tax is then a part of the sum. */
static void show_bill(struct page *p, const struct outline *o, const struct quote *q)
{
    struct web *w = p->web;
    struct decimal price = q->price, less = q->discount;
    if (q->tax_included) {
        price = o->card.price;
        less = decimal_subtract(price, q->total);
    }
    view_text(p->view, "price", page_amount(w, price, q->currency));
    if (less.units > 0)
        view_text(p->view, "discount", page_amount(w, decimal_subtract(DECIMAL_INT(0), less), q->currency));
    if (q->tax.units > 0)
        view_text(p->view, q->tax_included ? "tax_within" : "tax", page_amount(w, q->tax, q->currency));
    view_text(p->view, "total", page_amount(w, q->total, q->currency));
    view_flag(p->view, "to_pay", q->total.units > 0);
}

static void show_ways(struct page *p)
{
    bool any = false;
    TABLE_EACH (providers, struct provider, it) {
        if (!(*it)->offered(&p->web->cx))
            continue;
        struct view *row = view_row(p->view, "ways");
        view_text(row, "name", str_of((*it)->name));
        view_text(row, "words", page_words(p->web, (*it)->words));
        any = true;
    }
    view_flag(p->view, "payable", any);
}

static struct str place_of(struct web *w, const struct outline *o, struct str code)
{
    struct str place = str_printf(w->cx.arena, "/checkout/%.*s", STR_ARG(o->card.slug));
    return code.n
               ? str_printf(w->cx.arena, "%.*s?code=%.*s", STR_ARG(place), STR_ARG(url_encode(w->cx.arena, code, "")))
               : place;
}

static bool bill_page(struct web *w, const struct outline *o, struct page *p)
{
    struct quote quote;
    struct str code = str_trim(web_arg(w, "code"));
    if (!ask_quote(w, o, code, &quote))
        return false;
    *p = page_open(w, page_words(w, N_("Checkout")));
    page_unlisted(p);
    w->private_answer = true;
    struct str back = url_encode(w->cx.arena, place_of(w, o, code), "/");
    view_text(p->view, "bootcamp", o->card.title);
    view_text(p->view, "bootcamp_url", o->card.url);
    view_text(p->view, "here", place_of(w, o, STR_NONE));
    view_text(p->view, "login_back", str_printf(w->cx.arena, "/login?redirect-to=%.*s", STR_ARG(back)));
    view_text(p->view, "signup_back", str_printf(w->cx.arena, "/signup?redirect-to=%.*s", STR_ARG(back)));
    view_flag(p->view, "guest", user_is_guest(w->cx.user));
    show_code(p, &quote, code);
    show_bill(p, o, &quote);
    show_ways(p);
    return true;
}

/* Nothing is sold to who has it, nor what is free or closed: the bootcamp's page says so. */
static struct outline *for_sale(struct web *w, bool *elsewhere)
{
    struct outline *o = lms_outline(&w->cx, web_captured(w, "bootcamp"), w->cx.lang);
    *elsewhere = o && (o->enrolled.access || !str_is(o->card.enrollment, "Paid"));
    return o;
}

static bool show(struct web *w)
{
    bool elsewhere;
    struct page p;
    struct outline *o = for_sale(w, &elsewhere);
    if (!o)
        return false;
    if (elsewhere)
        return web_redirect(w, 303, o->card.url);
    return bill_page(w, o, &p) && page_send(&p, "checkout", 200);
}

static bool buy_it(struct web *w, const struct outline *o, struct purchase_view *out)
{
    struct ctx *cx = &w->cx;
    const struct checkout c = { .user = cx->user->name,
                                .bootcamp = o->card.name,
                                .code = web_arg(w, "code"),
                                .cookie = http_cookie(&w->exchange->request, CLICK_COOKIE),
                                .provider = web_arg(w, "provider") };
    if (!str_is(web_arg(w, "consent"), "1")) {
        throw(cx, &ValidationError, "Please agree first: access begins as soon as the money is there.");
        cx->err.field = "consent";
        return false;
    }
    return purchase_begin(cx, &c, out);
}

static bool buy(struct web *w)
{
    bool elsewhere;
    struct page p;
    struct purchase_view purchase;
    struct outline *o = for_sale(w, &elsewhere);
    if (!o)
        return false;
    if (user_is_guest(w->cx.user))
        return web_redirect(w, 303, page_login_url(w));
    if (elsewhere)
        return web_redirect(w, 303, o->card.url);
    if (buy_it(w, o, &purchase))
        return web_redirect(w, 303, purchase.url);
    struct error err = w->cx.err;
    if (err.kind != &ValidationError)
        return false;
    call_rollback(&w->cx);
    w->cx.err = (struct error){ 0 };
    if (!bill_page(w, o, &p))
        return false;
    w->cx.err = err;
    int status = page_form_error(&p, NULL);
    return page_send(&p, "checkout", status);
}

ROUTE(checkout) = { .pattern = "/checkout/:bootcamp",
                    .verbs = HTTP_GET,
                    .run = show,
                    .page = true,
                    .uses = LMS_SELLING,
                    .about = "What a bootcamp costs, and how to pay." };
ROUTE(checkout_buy) = { .pattern = "/checkout/:bootcamp",
                        .verbs = HTTP_POST,
                        .run = buy,
                        .page = true,
                        .form = true,
                        .uses = LMS_SELLING,
                        .about = "Begins a purchase." };

/* ---- the purchase ---------------------------------------------------------------------------------------------------------- */
static const char *words_of_state(struct str state)
{
    static const struct {
        const char *state, *words;
    } all[] = { { "New", N_("We wait for the payment. This page follows it.") },
                { "Pending", N_("We wait for the payment. This page follows it.") },
                { "Unpaid", N_("A part of the amount is there. The bootcamp opens when all of it is.") },
                { "Paid", N_("Paid. The bootcamp is open for you.") },
                { "Payment Reversed", N_("The payment was taken back. The bootcamp is closed until it is there again; "
                                         "your progress is kept.") },
                { "Refunded", N_("The money went back to you. Your progress is kept.") },
                { "Cancelled", N_("This purchase was cancelled.") } };
    for (size_t i = 0; i < countof(all); i++)
        if (str_is(state, all[i].state))
            return all[i].words;
    return "";
}

static bool open_purchase(struct web *w, struct purchase_view *out)
{
    return purchase_look(&w->cx, web_captured(w, "purchase"), out);
}

static bool follow(struct web *w)
{
    struct purchase_view buy;
    if (user_is_guest(w->cx.user))
        return web_redirect(w, 303, page_login_url(w));
    if (!open_purchase(w, &buy))
        return false;
    bool waits = str_is(buy.state, "Pending") || str_is(buy.state, "New") || str_is(buy.state, "Unpaid");
    struct page p = page_open(w, page_words(w, N_("Your purchase")));
    page_unlisted(&p);
    w->private_answer = true;
    if (waits)
        page_script(&p, "checkout.js");
    view_text(p.view, "words", page_words(w, words_of_state(buy.state)));
    view_text(p.view, "state", buy.state);
    view_text(p.view, "purchase", buy.purchase);
    view_text(p.view, "amount", page_amount(w, buy.amount, buy.currency));
    view_text(p.view, "here", w->exchange->request.path);
    view_flag(p.view, "waits", waits);
    view_flag(p.view, "bank", waits && str_is(buy.provider, "Bank"));
    view_flag(p.view, "test", waits && str_is(buy.provider, "Test"));
    if (str_is(buy.state, "Paid"))
        view_text(p.view, "learn_url", buy.url);
    struct str holder = site_setting(w->cx.site, "School Settings", "debtor_name");
    view_text(p.view, "holder", holder.n ? holder : w->cx.site->title);
    view_text(p.view, "iban", site_setting(w->cx.site, "School Settings", "iban"));
    view_text(p.view, "bic", site_setting(w->cx.site, "School Settings", "bic"));
    return page_send(&p, "purchase", 200);
}

/* The test provider says at once that the money came. */
static bool pay_test(struct web *w)
{
    struct purchase_view buy;
    if (user_is_guest(w->cx.user))
        return web_redirect(w, 303, page_login_url(w));
    if (!open_purchase(w, &buy))
        return false;
    if (!str_is(buy.provider, "Test") || !provider_named(&w->cx, STR("Test")))
        return throw(&w->cx, &ValidationError, "This is no test purchase.");
    const struct payment_event e = { .purchase = buy.purchase,
                                     .provider = "Test",
                                     .event = buy.purchase,
                                     .reference = buy.purchase,
                                     .fact = FACT_PAID,
                                     .amount = buy.amount,
                                     .currency = buy.currency };
    return purchase_event(&w->cx, &e, &buy) && web_redirect(w, 303, w->exchange->request.path);
}

ROUTE(purchase) = { .pattern = "/checkout/:bootcamp/:purchase",
                    .verbs = HTTP_GET,
                    .run = follow,
                    .page = true,
                    .uses = LMS_SELLING,
                    .about = "A purchase, as it goes on." };
ROUTE(purchase_test) = { .pattern = "/checkout/:bootcamp/:purchase",
                         .verbs = HTTP_POST,
                         .run = pay_test,
                         .page = true,
                         .form = true,
                         .uses = LMS_SELLING,
                         .about = "Pays a purchase with the test provider." };
