/* The brand of a school: colours, icon and texts, made once for each state of its settings. Only colours that were read
 * as such get into the style sheet. */
#include "brand.h"

#include "assets.h"
#include "db.h"

static const char settings[] = "School Settings";

const struct legal_page legal_pages[] = { { "notice", "legal_notice", N_("Legal notice") },
                                          { "terms", "terms", N_("Terms and conditions") },
                                          { "privacy", "privacy", N_("Privacy") } };
const size_t legal_page_count = countof(legal_pages);

/* ---- colours --------------------------------------------------------------------------------------------------------- */
static bool chosen(const struct site *site, const char *field, struct color *out)
{
    return color_read(site_setting(site, settings, field), out);
}

static void declare(struct buf *css, const char *property, struct color color)
{
    buf_printf(css, "--%s:#%02x%02x%02x;", property, color.red, color.green, color.blue);
}

/* The bar takes the school's own colour; all that stands in it follows. */
static void add_bar(struct buf *css, struct color bar)
{
    struct color text = color_on(bar);
    buf_lit(css, ".bar{");
    declare(css, "surface", bar);
    declare(css, "text", text);
    declare(css, "accent", text);
    declare(css, "accent-text", bar);
    declare(css, "muted", text);
    declare(css, "line", color_mixed(bar, text, 1, 3));
    buf_lit(css, "color:var(--text)}");
}

static struct color bar_in(struct color primary, bool dark)
{
    return dark ? color_mixed(primary, color_ground(true), 1, 2) : primary;
}

static void add_theme(struct buf *css, const struct color *primary, const struct color *accent, bool dark)
{
    struct color on_page = color_for_page(*accent, dark);
    buf_lit(css, ":root{");
    declare(css, "accent", on_page);
    declare(css, "accent-text", color_on(on_page));
    buf_lit(css, "}");
    if (primary)
        add_bar(css, bar_in(*primary, dark));
}

/* Our own icon, drawn in the school's colour. */
static struct str icon_in(struct arena *a, struct color color)
{
    struct str icon = asset_bytes("icon.svg");
    ptrdiff_t at = str_find(icon, STR("stroke=\"#"));
    if (at < 0)
        return STR_NONE;
    size_t from = (size_t)at + strlen("stroke=\"");
    return str_printf(a, "%.*s%.*s%.*s", (int)from, icon.p, STR_ARG(color_text(a, color)),
                      STR_ARG(str_from(icon, from + 7)));
}

static void paint(struct arena *a, const struct site *site, struct brand *b)
{
    struct color primary, accent;
    bool has_primary = chosen(site, "primary_color", &primary), has_accent = chosen(site, "accent_color", &accent);
    if (!has_primary && !has_accent)
        return;
    accent = has_accent ? accent : primary;
    struct buf css = buf_new(a, 4096);
    add_theme(&css, has_primary ? &primary : NULL, &accent, false);
    buf_lit(&css, "@media (prefers-color-scheme: dark){");
    add_theme(&css, has_primary ? &primary : NULL, &accent, true);
    buf_lit(&css, "}\n");
    b->style = buf_str(&css);
    b->style_url = asset_url_of(a, STR("school.css"), b->style);
    for (int dark = 0; dark < 2; dark++)
        b->theme[dark] = color_text(a, has_primary ? bar_in(primary, dark) : color_ground(dark));
    b->icon = icon_in(a, color_for_page(accent, false));
    b->icon_url = asset_url_of(a, STR("school.svg"), b->icon);
}

/* ---- texts ----------------------------------------------------------------------------------------------------------- */
static bool read_texts(struct ctx *cx, struct arena *a, struct brand *b)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT language, fieldname, value FROM ");
    sql_doctype(q, "Content Translation");
    sql_add(q, " WHERE reference_doctype = 'School Settings' AND reference_name = 'School Settings' AND value <> ''");
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows)) {
        struct str *value = arena_new_of(a, struct str);
        *value = str_copy(a, rows_text(rows, 2));
        map_put(&b->texts, str_printf(a, "%.*s %.*s", STR_ARG(rows_text(rows, 0)), STR_ARG(rows_text(rows, 1))), value);
    }
    if (rows)
        rows_close(rows);
    return !failed(cx);
}

static const void *load(struct ctx *cx, struct arena *a)
{
    struct brand *b = arena_new_of(a, struct brand);
    *b = (struct brand){ .texts = map_new(a), .logo = str_copy(a, site_setting(cx->site, settings, "logo")) };
    paint(a, cx->site, b);
    struct str favicon = site_setting(cx->site, settings, "favicon");
    if (favicon.n) {
        b->icon = STR_NONE;
        b->icon_url = url_encode(a, favicon, "/");
    }
    return read_texts(cx, a, b) ? b : NULL;
}

SITE_PART(brand) = {
    .name = "brand",
    .depends = (const char *const[]){ CHANGES_OF_SINGLES, settings, "Content Translation", NULL },
    .tables = (const char *const[]){ "tabSingles", "tabContent Translation", NULL },
    .load = load,
};

const struct brand *brand_of(const struct site *site)
{
    return site_part(site, &site_part_brand);
}

struct str brand_text(const struct site *site, struct str lang, const char *field, struct str *language)
{
    const struct brand *b = brand_of(site);
    char key[128];
    int n = snprintf(key, sizeof key, "%.*s %s", STR_ARG(lang), field);
    bool foreign = !str_eq_nocase(lang, site->language);
    const struct str *own =
        b && foreign && n > 0 && (size_t)n < sizeof key ? map_get(&b->texts, (struct str){ key, (size_t)n }) : NULL;
    if (language)
        *language = own ? lang : site->language;
    return own ? *own : site_setting(site, settings, field);
}

/* ---- sending ---------------------------------------------------------------------------------------------------------- */
static bool send(struct web *w, const char *type, struct str bytes, struct str url)
{
    bool exact = str_eq(w->exchange->request.path, url);
    http_set_header(w->exchange, "Cache-Control", exact ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
    return web_send(w, 200, type, bytes);
}

/* A page that is still open may ask by an older name: it gets what holds now, not to be kept. */
bool brand_send(struct web *w)
{
    const struct brand *b = w->cx.site ? brand_of(w->cx.site) : NULL;
    struct str path = w->exchange->request.path;
    if (!b || !str_starts(path, STR("/assets/school.")))
        return false;
    if (str_ends(path, STR(".css")))
        return send(w, "text/css; charset=utf-8", b->style.n ? b->style : STR(""), b->style_url);
    return str_ends(path, STR(".svg")) && b->icon.n && send(w, "image/svg+xml", b->icon, b->icon_url);
}
