/* Languages of the interface: English, which the sources speak, and one catalogue for each embedded file. */
#include <stdatomic.h>
#include <stdlib.h>

#include "base/embedded.h"
#include "site_priv.h"

enum { MOST = 32, CODE = 16 };

struct language {
    char code[CODE];
    struct words *words;
};

struct languages {
    struct arena *arena;
    struct language all[MOST + 1];
    const char *codes[MOST + 2]; /* for languages(): English first, NULL at the end */
    size_t count;
};

static _Atomic(struct languages *) loaded;

static void add(struct languages *l, struct str file)
{
    struct language *one = &l->all[l->count];
    struct str code = str_slice(file, 0, file.n - 3);
    snprintf(one->code, sizeof one->code, "%.*s", STR_ARG(code));
    l->codes[++l->count] = one->code;
}

static struct languages *load(void)
{
    struct arena *a = arena_new(256u << 20);
    if (!a)
        abort(); /* at the very start: there is nothing to serve yet */
    struct languages *l = arena_new_of(a, struct languages);
    l->arena = a;
    l->codes[0] = "en";
    TABLE_EACH (embedded_catalogues, struct embedded, it) {
        struct str file = str_of((*it)->name);
        if (!str_ends(file, STR(".mo")) || file.n >= CODE || l->count == MOST)
            continue;
        l->all[l->count].words = words_load(a, embedded_text(*it));
        add(l, file);
    }
    return l;
}

/* Loaded once, by whoever comes first; of two at the same time one throws its own away. */
static const struct languages *get(void)
{
    struct languages *l = loaded, *none = NULL;
    if (l)
        return l;
    l = load();
    if (atomic_compare_exchange_strong(&loaded, &none, l))
        return l;
    arena_free(l->arena);
    return loaded;
}

const char *const *languages(void)
{
    return get()->codes;
}

const struct words *words_of(struct str lang)
{
    const struct languages *l = get();
    for (size_t i = 0; i < l->count; i++)
        if (str_is(lang, l->all[i].code))
            return l->all[i].words;
    return NULL;
}

static struct str or_else(struct str said, const char *preset)
{
    return said.n ? said : str_of(preset);
}

struct tongue tongue_of(struct str lang)
{
    const struct words *w = words_of(lang);
    bool english = str_is(lang, "en") || !w;
    struct str name = words_header(w, "X-Name"), spoken = words_header(w, "X-Spoken");
    return (struct tongue){
        .name = name.n    ? name
                : english ? STR("English")
                          : lang,
        .spoken = spoken.n ? spoken
                  : name.n ? name
                           : STR("English"),
        .locale = or_else(words_header(w, "X-Locale"), "en_GB"),
        .decimal = or_else(words_header(w, "X-Decimal"), "."),
        .group = or_else(words_header(w, "X-Group"), ","),
        .price = or_else(words_header(w, "X-Price"), "{sign}{amount}"),
        .first = words_header(w, "X-First"),
        .at = or_else(words_header(w, "X-At"), ", "),
    };
}

const char *translate(const struct ctx *cx, const char *message_id)
{
    const struct words *w = words_of(cx->lang);
    return w ? words_get(w, message_id) : message_id;
}

/* The interface's code for a tag: "fr-CH" and "FR_ca" are "fr"; NULL if it does not speak it. */
static const char *code_for(struct str tag)
{
    const char *const *all = languages();
    size_t n = 0;
    while (n < tag.n && tag.p[n] != '-' && tag.p[n] != '_')
        n++;
    for (; *all; all++)
        if (str_eq_nocase(str_of(*all), tag) || str_eq_nocase(str_of(*all), str_slice(tag, 0, n)))
            return *all;
    return NULL;
}

/* "q=0.8" in thousandths; 1000 without one, 0 for what is not understood. */
static int64_t weight(struct str parameters)
{
    struct str q;
    struct decimal d;
    while (str_cut(&parameters, ';', &q)) {
        q = str_trim(q);
        if (str_starts(q, STR("q=")) || str_starts(q, STR("Q=")))
            return decimal_parse(str_from(q, 2), &d) ? (int64_t)(d.units / 1000000) : 0;
    }
    return 1000;
}

void call_speak(struct ctx *cx, struct str wanted)
{
    const char *best = NULL;
    int64_t most = 0;
    struct str one, tag;
    while (str_cut(&wanted, ',', &one)) {
        str_cut(&one, ';', &tag);
        const char *code = code_for(str_trim(tag));
        int64_t w = weight(one);
        if (!code || w <= most)
            continue;
        best = code;
        most = w;
    }
    if (best)
        cx->lang = str_of(best);
}
