/* /r/<code>: a partner's link. Counts the click, remembers it in a cookie of the school's own, and leads on. */
#include "lms/sales.h"
#include "web.h"

/* Only a path of this site: "//other.example" and "/\other" are addresses elsewhere. */
static bool is_path(struct str to)
{
    return to.n > 0 && to.p[0] == '/' && (to.n == 1 || (to.p[1] != '/' && to.p[1] != '\\')) && !has_control(to) &&
           !str_has(to, '\\');
}

/* Browsers that fetch ahead say so; nobody has clicked yet. */
static bool is_ahead(const struct http_request *r)
{
    static const char *const headers[] = { "Purpose", "Sec-Purpose", "X-Moz" };
    for (size_t i = 0; i < countof(headers); i++)
        if (str_find(http_header_of(r, headers[i]), STR("prefetch")) >= 0)
            return true;
    return false;
}

/* Consent is asked for by the school's own means: with the setting, only its answer (consent=1) sets the cookie. */
static bool may_remember(struct web *w)
{
    bool asks = site_setting_int(w->cx.site, "School Settings", "consent_for_referral", 0) != 0;
    return !asks || str_is(web_arg(w, "consent"), "1");
}

static bool follow(struct web *w)
{
    struct ctx *cx = &w->cx;
    const struct http_request *r = &w->exchange->request;
    struct link_target target;
    struct str to = web_arg(w, "to"), agent = http_header_of(r, "User-Agent");
    w->private_answer = true;
    if (!link_find(cx, web_captured(w, "code"), &target))
        return false;
    bool person = target.sales_partner.n && !click_is_robot(agent) && !is_ahead(r);
    const struct click click = { .peer = cx->peer,
                                 .user_agent = agent,
                                 .referrer = http_header_of(r, "Referer"),
                                 .campaign = web_arg(w, "utm_campaign"),
                                 .own_host = http_header_of(r, "Host") };
    if (person && !click_count(cx, &target, &click))
        return false;
    if (person && may_remember(w))
        web_cookie(w, CLICK_COOKIE, click_cookie(cx, &target), click_window_days(cx->site) * 86400);
    return web_redirect(w, 302, target.sales_partner.n && is_path(to) ? to : target.url);
}

ROUTE(referral) = { .pattern = "/r/:code",
                    .verbs = HTTP_GET,
                    .run = follow,
                    .page = true,
                    .writes_on_get = true,
                    .uses = LMS_SELLING,
                    .about = "A partner's link: counts the click and leads on." };
