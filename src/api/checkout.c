/* lms.checkout: an exchange of its own, because a partner's link is remembered in a cookie. */
#include "api_priv.h"
#include "lms.h"
#include "lms/sales.h"

static bool checkout(struct web *w)
{
    struct ctx *cx = &w->cx;
    struct purchase_view purchase;
    const struct checkout c = { .user = cx->user->name,
                                .bootcamp = web_arg(w, "bootcamp"),
                                .code = web_arg(w, "coupon_code"),
                                .cookie = http_cookie(&w->exchange->request, CLICK_COOKIE),
                                .provider = web_arg(w, "provider") };
    w->private_answer = true;
    if (!c.bootcamp.n)
        return throw(cx, &FrappeTypeError, "The argument '%s' is missing.", "bootcamp");
    if (!doc_types_whole(cx, LMS_SELLING) || !doc_types_whole(cx, LMS_LEARNING) || (c.code.n && !coupon_try(cx)) ||
        !purchase_begin(cx, &c, &purchase))
        return false;
    out_key(&w->out, str_of(web_answer_key(w)));
    purchase_json(&purchase, &w->out);
    return true;
}

WEB_METHOD(checkout) = { .path = "lms.checkout",
                         .verbs = HTTP_POST | HTTP_PUT,
                         ARGS({ "bootcamp", DATA, .reqd = true }, { "coupon_code", DATA }, { "provider", DATA }),
                         .run = checkout,
                         .about = "Begins a purchase of the caller's: what is to be paid, and where to go next." };
