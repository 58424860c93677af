/* The frame of every page, and how a page is sent. */
#include "page.h"

#include "assets.h"
#include "base/embedded.h"
#include "brand.h"
#include "core.h"
#include "portal.h"

static const struct template_set *templates; /* set once, before serving */

enum { PAGE_MAX = 8 << 20 };

bool portal_start(struct arena *a, struct str *why)
{
    size_t count = 0;
    TABLE_EACH (embedded_templates, struct embedded, counted)
        count++;
    struct template_source *sources = arena_array(a, count, sizeof *sources);
    size_t n = 0;
    TABLE_EACH (embedded_templates, struct embedded, it) {
        struct str file = str_of((*it)->name);
        const char *name = str_c(a, str_slice(file, 0, file.n - strlen(".html")));
        sources[n++] = (struct template_source){ name, embedded_text(*it) };
    }
    templates = templates_compile(a, sources, count, why);
    if (!templates)
        return false;
    *why = STR("the assets could not be prepared");
    return assets_start(a);
}

/* ---- languages ------------------------------------------------------------------------------------------------------ */

/* A path as it may stand in a link: browsers read a backslash as a slash, and two of those as another host. */
static void add_path(struct buf *url, struct str path)
{
    struct str piece;
    for (bool first = true; str_cut(&path, '\\', &piece); first = false) {
        if (!first)
            buf_lit(url, "%5C");
        buf_add(url, piece);
    }
}

/* This page in another language: its own arguments stay, `lang` is replaced. */
static struct str url_in(struct web *w, const char *lang)
{
    struct arena *a = w->cx.arena;
    const struct http_request *request = &w->exchange->request;
    struct buf url = buf_new(a, 16384);
    add_path(&url, request->path);
    buf_char(&url, '?');
    struct str rest = request->query, piece;
    while (str_cut(&rest, '&', &piece))
        if (piece.n && !str_starts(piece, STR("lang=")) && !str_starts(piece, STR("redirect-to="))) {
            buf_add(&url, piece);
            buf_char(&url, '&');
        }
    buf_printf(&url, "lang=%s", lang);
    return buf_str(&url);
}

static void frame_languages(struct web *w, struct view *view, struct str base)
{
    const struct http_request *request = &w->exchange->request;
    bool chosen = web_arg(w, "lang").n > 0;
    for (const char *const *code = languages(); *code; code++) {
        struct view *row = view_row(view, "languages");
        view_text(row, "code", str_of(*code));
        view_text(row, "name", tongue_of(str_of(*code)).name);
        view_text(row, "url", url_in(w, *code));
        view_flag(row, "current", str_is(w->cx.lang, *code));
        struct view *alternate = view_row(view, "alternates");
        view_text(alternate, "code", str_of(*code));
        view_text(alternate, "url",
                  str_printf(w->cx.arena, "%.*s%.*s?lang=%s", STR_ARG(base), STR_ARG(request->path), *code));
    }
    struct str own = str_printf(w->cx.arena, "%.*s%.*s", STR_ARG(base), STR_ARG(request->path));
    struct view *preset = view_row(view, "alternates");
    view_text(preset, "code", STR("x-default"));
    view_text(preset, "url", own);
    view_text(view, "canonical",
              chosen ? str_printf(w->cx.arena, "%.*s?lang=%.*s", STR_ARG(own), STR_ARG(w->cx.lang)) : own);
    if (chosen && !str_eq(http_cookie(request, "lang"), w->cx.lang))
        web_cookie(w, "lang", w->cx.lang, 365 * 86400);
}

struct str page_image(struct web *w, struct str url)
{
    return str_starts(url, STR("/files/")) ? url_encode(w->cx.arena, url, "/") : STR_NONE;
}

static void frame_account(struct web *w, struct view *view)
{
    if (!user_is_guest(w->cx.user)) {
        struct view *user = view_sub(view, "user");
        view_flag(view, "influencer", user_has_role(w->cx.user, "Influencer"));
        view_text(user, "full_name", w->cx.user->full_name);
        view_text(view, "csrf", web_csrf(w));
    }
    view_text(view, "login_url", page_login_url(w));
}

struct str page_icon_url(void)
{
    return asset_url("icon.svg");
}

/* What the school looks like: its own style sheet changes colours only. */
static void frame_brand(struct web *w, struct view *view, struct str base)
{
    const struct brand *b = brand_of(w->cx.site);
    view_text(view, "icon_url", b && b->icon_url.n ? b->icon_url : page_icon_url());
    if (!b)
        return;
    view_text(view, "school_style_url", b->style_url);
    view_text(view, "theme_light", b->theme[0]);
    view_text(view, "theme_dark", b->theme[1]);
    struct str logo = page_image(w, b->logo);
    view_text(view, "logo", logo);
    if (logo.n)
        view_text(view, "og_image", str_printf(w->cx.arena, "%.*s%.*s", STR_ARG(base), STR_ARG(logo)));
}

/* What it says at the foot of every page. */
static void frame_foot(struct web *w, struct view *view)
{
    const struct site *site = w->cx.site;
    struct str language, text = brand_text(site, w->cx.lang, "footer", &language);
    call_depends(&w->cx, "Content Translation");
    if (text.n)
        view_html(view, "foot_text", markdown_html(w->cx.arena, text, &(struct markdown_options){ 0 }));
    if (text.n && !str_eq_nocase(language, w->cx.lang))
        view_text(view, "foot_lang", language);
    for (size_t i = 0; i < legal_page_count; i++) {
        if (!site_setting(site, "School Settings", legal_pages[i].field).n)
            continue;
        struct view *row = view_row(view, "legal");
        view_text(row, "url", str_printf(w->cx.arena, "/legal/%s", legal_pages[i].slug));
        view_text(row, "title", page_words(w, legal_pages[i].title));
        view_flag(view, "has_legal", true);
    }
}

struct page page_open(struct web *w, struct str title)
{
    struct view *view = view_new(w->cx.arena);
    struct str school = w->cx.site && w->cx.site->title.n ? w->cx.site->title : STR("Préau");
    struct str base = web_base_url(w);
    view_text(view, "site_title", school);
    view_text(view, "page_title", title);
    view_text(view, "lang", w->cx.lang);
    view_text(view, "locale", tongue_of(w->cx.lang).locale);
    view_text(view, "style_url", asset_url("style.css"));
    frame_brand(w, view, base);
    if (w->cx.site)
        frame_foot(w, view);
    frame_languages(w, view, base);
    frame_account(w, view);
    return (struct page){ w, view };
}

bool page_render(struct page *p, const char *template, struct buf *out)
{
    if (!template_render(templates, template, p->view, words_of(p->web->cx.lang), out))
        return bug(&p->web->cx, "no template %s", template);
    return true;
}

bool page_send(struct page *p, const char *template, int status)
{
    struct buf out = buf_new(p->web->cx.arena, PAGE_MAX);
    if (!page_render(p, template, &out))
        return false;
    return web_send_html(p->web, status, (struct html){ buf_str(&out) });
}

/* ---- what a page may add ------------------------------------------------------------------------------------------------ */

void page_unlisted(struct page *p)
{
    view_flag(p->view, "noindex", true);
}

void page_script(struct page *p, const char *asset)
{
    view_text(view_row(p->view, "scripts"), "url", asset_url(asset));
}

/* A "<" in the data could end the script element: it is written as its escape, which JSON reads the same. */
void page_json_ld(struct page *p, struct str json)
{
    struct buf out = buf_new(p->web->cx.arena, json.n * 6 + 1);
    for (size_t i = 0; i < json.n; i++)
        if (json.p[i] == '<')
            buf_lit(&out, "\\u003c");
        else
            buf_char(&out, json.p[i]);
    view_html(p->view, "json_ld", (struct html){ buf_str(&out) });
}

struct str page_login_url(struct web *w)
{
    static const char *const ways[] = {
        "/login", "/logout", "/signup", "/forgot", "/update-password", "/confirm-address", "/goodbye"
    }; /* nobody wants to come back to these */
    struct str back = w->exchange->request.path;
    for (size_t i = 0; i < countof(ways); i++)
        if (str_is(back, ways[i]))
            back = safe_redirect(w->cx.arena, web_arg(w, "redirect-to"));
    if (str_is(back, "/"))
        return STR("/login");
    return str_printf(w->cx.arena, "/login?redirect-to=%.*s", STR_ARG(url_encode(w->cx.arena, back, "/")));
}

struct str page_words(struct web *w, const char *message_id)
{
    return str_of(tr(&w->cx, message_id));
}

struct str page_words_with(struct web *w, const char *message_id, struct str value)
{
    struct str words = page_words(w, message_id);
    ptrdiff_t open = str_index(words, '{'), close = str_index(words, '}');
    if (open < 0 || close < open)
        return words;
    return str_printf(w->cx.arena, "%.*s%.*s%.*s", (int)open, words.p, STR_ARG(value),
                      STR_ARG(str_from(words, (size_t)close + 1)));
}

/* ---- how numbers read --------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *code, *sign;
} currencies[] = { { "EUR", "€" }, { "USD", "$" },     { "GBP", "£" },     { "CHF", "CHF" }, { "CAD", "CA$" },
                   { "JPY", "¥" }, { "XOF", "F CFA" }, { "XAF", "F CFA" }, { "TND", "DT" },  { "KWD", "KD" } };

/* Groups of three digits by `separator`, then `point` and the fraction. */
static struct str grouped(struct arena *a, struct str fixed, struct str separator, struct str point)
{
    struct buf out = buf_new(a, 128);
    ptrdiff_t dot = str_index(fixed, '.');
    size_t whole = dot < 0 ? fixed.n : (size_t)dot;
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0 && fixed.p[i - 1] != '-')
            buf_add(&out, separator);
        buf_char(&out, fixed.p[i]);
    }
    if (dot >= 0) {
        buf_add(&out, point);
        buf_add(&out, str_from(fixed, whole + 1));
    }
    return buf_str(&out);
}

struct str page_money(struct web *w, struct decimal amount, struct str currency)
{
    return decimal_is_zero(amount) ? page_words(w, N_("Free")) : page_amount(w, amount, currency);
}

struct str page_decimal(struct web *w, struct decimal number, int places)
{
    struct tongue tongue = tongue_of(w->cx.lang);
    return grouped(w->cx.arena, decimal_fixed(w->cx.arena, number, places), tongue.group, tongue.decimal);
}

struct str page_amount(struct web *w, struct decimal amount, struct str currency)
{
    struct arena *a = w->cx.arena;
    struct str sign = currency;
    for (size_t i = 0; i < countof(currencies); i++)
        if (str_is(currency, currencies[i].code))
            sign = str_of(currencies[i].sign);
    struct tongue tongue = tongue_of(w->cx.lang);
    struct str number = page_decimal(w, amount, currency_places(currency));
    bool before = str_starts(tongue.price, STR("{sign}")); /* a word is not written against the number */
    struct buf out = buf_new(a, 256);
    struct str rest = tongue.price, piece;
    while (rest.n && str_cut(&rest, '{', &piece)) {
        buf_add(&out, piece);
        if (str_starts(rest, STR("amount}")))
            buf_add(&out, number);
        if (str_starts(rest, STR("sign}")))
            buf_add(&out, sign);
        if (before && sign.n > 3 && str_starts(rest, STR("sign}")))
            buf_lit(&out, "\u00a0");
        if (rest.n)
            str_cut(&rest, '}', &piece);
    }
    return buf_str(&out);
}

struct str page_duration(struct web *w, int64_t minutes)
{
    long long hours = minutes / 60, rest = minutes % 60;
    if (minutes <= 0)
        return STR_NONE;
    if (!hours)
        return str_printf(w->cx.arena, "%lld\u00a0min", rest);
    if (!rest)
        return str_printf(w->cx.arena, "%lld\u00a0h", hours);
    return str_printf(w->cx.arena, "%lld\u00a0h\u00a0%lld\u00a0min", hours, rest);
}
