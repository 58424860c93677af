/* Message catalogues: gettext's .mo, read once into a map. The bytes are not copied: they must outlive the words. */
#include "plural_priv.h"
#include "text.h"

struct words {
    struct str header;
    struct map by_id; /* singular id → struct str * of its translations, one after the other with NUL between */
    const struct plural *plural; /* NULL: one or many, as English */
};

struct mo {
    struct str bytes;
    bool swapped; /* written by a machine of the other byte order */
};

static bool word_at(const struct mo *m, size_t at, uint32_t *out)
{
    if (at > m->bytes.n || m->bytes.n - at < sizeof *out)
        return false;
    memcpy(out, m->bytes.p + at, sizeof *out);
    if (m->swapped)
        *out = __builtin_bswap32(*out);
    return true;
}

/* The text described by the (length, offset) pair at `at`; it must be followed by a NUL. */
static bool text_at(const struct mo *m, size_t at, struct str *out)
{
    uint32_t length, offset;
    if (!word_at(m, at, &length) || !word_at(m, at + 4, &offset))
        return false;
    if (offset >= m->bytes.n || m->bytes.n - offset <= length || m->bytes.p[offset + length] != '\0')
        return false;
    *out = (struct str){ m->bytes.p + offset, length };
    return true;
}

static bool read_entries(struct arena *a, const struct mo *m, struct map *by_id)
{
    uint32_t count, ids, texts;
    if (!word_at(m, 8, &count) || !word_at(m, 12, &ids) || !word_at(m, 16, &texts) || count > m->bytes.n / 16)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct str id, *text = arena_new_of(a, struct str);
        if (!text_at(m, ids + i * 8, &id) || !text_at(m, texts + i * 8, text))
            return false;
        map_put(by_id, (struct str){ id.p, strlen(id.p) }, text); /* of "one\0many" the first */
    }
    return true;
}

struct words *words_load(struct arena *a, struct str bytes)
{
    struct mo m = { .bytes = bytes };
    uint32_t magic;
    if (!word_at(&m, 0, &magic) || (magic != 0x950412deu && magic != 0xde120495u))
        return NULL;
    m.swapped = magic == 0xde120495u;
    struct words *w = arena_new_of(a, struct words);
    w->by_id = map_new(a);
    if (!read_entries(a, &m, &w->by_id))
        return NULL;
    const struct str *header = map_get(&w->by_id, STR(""));
    w->header = header ? *header : STR_NONE;
    w->plural = plural_read(a, w->header);
    return w;
}

struct str words_header(const struct words *w, const char *name)
{
    struct str rest = w ? w->header : STR_NONE, line, key;
    while (rest.n && str_cut(&rest, '\n', &line))
        if (str_cut(&line, ':', &key) && str_is(key, name) && line.n)
            return str_from(line, 1); /* after the space: marks may be spaces themselves */
    return STR_NONE;
}

const char *words_get(const struct words *w, const char *id)
{
    const struct str *text = w && id[0] ? map_get(&w->by_id, str_of(id)) : NULL;
    return text && text->n ? text->p : id;
}

/* The form-th of the translations; NULL when the catalogue has fewer. */
static const char *nth(struct str texts, size_t form)
{
    struct str text;
    while (str_cut(&texts, '\0', &text))
        if (form-- == 0)
            return text.n ? text.p : NULL;
    return NULL;
}

const char *words_plural(const struct words *w, const char *one, const char *many, int64_t n)
{
    uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    const struct str *texts = w ? map_get(&w->by_id, str_of(one)) : NULL;
    const char *text = texts ? nth(*texts, w->plural ? plural_form(w->plural, size) : size != 1) : NULL;
    return text ? text : size == 1 ? one : many;
}
