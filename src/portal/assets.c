/* Assets: each embedded file under a name that holds a hash of its bytes, so that it may be kept for ever; gzip is made
 * once at start. */
#include <sodium.h>

#include "assets.h"
#include "base/embedded.h"
#include "brand.h"
#include "web.h"

struct asset {
    const char *name;
    struct str url, type;
    struct str plain, gzip;
};

static struct {
    struct asset *rows;
    size_t count;
} assets; /* set once, before serving */

static struct str type_of(struct str name)
{
    static const struct {
        const char *ending, *type;
    } types[] = { { ".css", "text/css; charset=utf-8" },
                  { ".js", "text/javascript; charset=utf-8" },
                  { ".svg", "image/svg+xml" } };
    for (size_t i = 0; i < countof(types); i++)
        if (str_ends(name, str_of(types[i].ending)))
            return str_of(types[i].type);
    return STR("application/octet-stream");
}

struct str asset_url_of(struct arena *a, struct str name, struct str bytes)
{
    unsigned char hash[crypto_generichash_BYTES];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)bytes.p, bytes.n, NULL, 0);
    ptrdiff_t dot = str_index(name, '.');
    return str_printf(a, "/assets/%.*s.%02x%02x%02x%02x%.*s", (int)dot, name.p, hash[0], hash[1], hash[2], hash[3],
                      STR_ARG(str_from(name, (size_t)dot)));
}

bool assets_start(struct arena *a)
{
    if (sodium_init() < 0)
        return false;
    size_t count = 0;
    TABLE_EACH (embedded_assets, struct embedded, counted)
        count++;
    assets.rows = arena_array(a, count, sizeof *assets.rows);
    TABLE_EACH (embedded_assets, struct embedded, it) {
        struct str bytes = embedded_text(*it), name = str_of((*it)->name);
        assets.rows[assets.count++] = (struct asset){ .name = (*it)->name,
                                                      .url = asset_url_of(a, name, bytes),
                                                      .type = type_of(name),
                                                      .plain = bytes,
                                                      .gzip = gzip_bytes(a, bytes, 9) };
    }
    return true;
}

struct str asset_url(const char *name)
{
    for (size_t i = 0; i < assets.count; i++)
        if (strcmp(assets.rows[i].name, name) == 0)
            return assets.rows[i].url;
    return STR_NONE;
}

struct str asset_bytes(const char *name)
{
    for (size_t i = 0; i < assets.count; i++)
        if (strcmp(assets.rows[i].name, name) == 0)
            return assets.rows[i].plain;
    return STR_NONE;
}

static bool serve(struct web *w)
{
    struct exchange *x = w->exchange;
    for (size_t i = 0; i < assets.count; i++) {
        const struct asset *asset = &assets.rows[i];
        if (!str_eq(asset->url, x->request.path))
            continue;
        bool zip = str_find(http_header_of(&x->request, "accept-encoding"), STR("gzip")) >= 0;
        http_answer(x, 200, str_c(x->arena, asset->type), zip ? asset->gzip : asset->plain);
        http_add_header(x, "Cache-Control", STR("public, max-age=31536000, immutable"));
        http_add_header(x, "Vary", STR("Accept-Encoding"));
        if (zip)
            http_add_header(x, "Content-Encoding", STR("gzip"));
        return true;
    }
    if (brand_send(w))
        return true;
    return throw(&w->cx, &PageDoesNotExistError, N_("There is nothing at this address."));
}

ROUTE(assets) = { .pattern = "/assets/:name",
                  .verbs = HTTP_GET,
                  .run = serve,
                  .page = true,
                  .about = "Style sheets, scripts and icons." };
