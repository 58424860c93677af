/* Video addresses → players. */
#include "video.h"

#include "text.h"

/* "https://host/path?query" in its parts; the host without "www." and "m.". */
struct parts {
    struct str host, path, query;
};

static bool split(struct str url, struct parts *out)
{
    struct str rest;
    if (str_starts(url, STR("https://")))
        rest = str_from(url, 8);
    else if (str_starts(url, STR("http://")))
        rest = str_from(url, 7);
    else
        return false;
    ptrdiff_t hash = str_index(rest, '#');
    rest = hash < 0 ? rest : str_slice(rest, 0, (size_t)hash);
    ptrdiff_t mark = str_index(rest, '?');
    out->query = mark < 0 ? STR_NONE : str_from(rest, (size_t)mark + 1);
    rest = mark < 0 ? rest : str_slice(rest, 0, (size_t)mark);
    ptrdiff_t slash = str_index(rest, '/');
    out->path = slash < 0 ? STR_NONE : str_from(rest, (size_t)slash + 1);
    out->host = slash < 0 ? rest : str_slice(rest, 0, (size_t)slash);
    if (str_starts(out->host, STR("www.")))
        out->host = str_from(out->host, 4);
    else if (str_starts(out->host, STR("m.")))
        out->host = str_from(out->host, 2);
    return out->host.n > 0;
}

/* What YouTube and Vimeo use as ids: letters, digits, - and _. */
static bool is_id(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return false;
    }
    return s.n > 0 && s.n <= 64;
}

static struct str argument(struct str query, const char *name)
{
    struct str piece;
    size_t n = strlen(name);
    while (str_cut(&query, '&', &piece))
        if (piece.n > n && piece.p[n] == '=' && str_is(str_slice(piece, 0, n), name))
            return str_from(piece, n + 1);
    return STR_NONE;
}

static struct str first_segment(struct str path)
{
    struct str piece = STR_NONE;
    str_cut(&path, '/', &piece);
    return piece;
}

static struct str youtube_id(const struct parts *u)
{
    static const char *const folders[] = { "embed/", "shorts/", "live/", "v/" };
    if (str_is(u->host, "youtu.be"))
        return first_segment(u->path);
    if (!str_is(u->host, "youtube.com") && !str_is(u->host, "youtube-nocookie.com"))
        return STR_NONE;
    for (size_t i = 0; i < countof(folders); i++)
        if (str_starts(u->path, str_of(folders[i])))
            return first_segment(str_from(u->path, strlen(folders[i])));
    return argument(u->query, "v");
}

static bool youtube(struct arena *a, const struct parts *u, struct video *out)
{
    struct str id = youtube_id(u);
    if (!is_id(id))
        return false;
    out->embed = str_printf(a,
                            "https://www.youtube-nocookie.com/embed/%.*s?enablejsapi=1&autoplay=1&playsinline=1&rel=0"
                            "&origin=ORIGIN",
                            STR_ARG(id));
    out->kind = "youtube";
    out->host = "YouTube";
    return true;
}

/* vimeo.com/ID, vimeo.com/ID/HASH (private), player.vimeo.com/video/ID?h=HASH, vimeo.com/channels/NAME/ID. */
static bool vimeo(struct arena *a, const struct parts *u, struct video *out)
{
    struct str path = u->path, piece, id = STR_NONE, hash = argument(u->query, "h");
    int64_t number;
    if (!str_is(u->host, "vimeo.com") && !str_is(u->host, "player.vimeo.com"))
        return false;
    while (str_cut(&path, '/', &piece))
        if (!id.n && str_int(piece, &number))
            id = piece;
        else if (id.n && !hash.n && piece.n)
            hash = piece;
    if (!is_id(id) || (hash.n && !is_id(hash)))
        return false;
    out->embed = str_printf(a, "https://player.vimeo.com/video/%.*s?%s%.*s%sautoplay=1&dnt=1", STR_ARG(id),
                            hash.n ? "h=" : "", STR_ARG(hash), hash.n ? "&" : "");
    out->kind = "vimeo";
    out->host = "Vimeo";
    return true;
}

static bool file(struct arena *a, const struct parts *u, struct str url, struct video *out)
{
    static const char *const endings[] = { ".mp4", ".webm", ".ogv", ".m4v" };
    struct str path = str_lower(a, u->path);
    for (size_t i = 0; i < countof(endings); i++)
        if (str_ends(path, str_of(endings[i])) && str_starts(url, STR("https://"))) {
            out->embed = url;
            out->kind = "file";
            out->host = str_c(a, u->host);
            return true;
        }
    return false;
}

bool video_of(struct arena *a, struct str url, struct video *out)
{
    struct parts parts;
    url = str_trim(url);
    *out = (struct video){ .watch = url, .kind = "link" };
    if (!split(url, &parts) || has_control(url))
        return false;
    if (!youtube(a, &parts, out) && !vimeo(a, &parts, out))
        file(a, &parts, url, out);
    return true;
}
