/* Any bytes as UTF-8, base64 and numbers. Oracles: a second UTF-8 checker; what was encoded or printed reads back. */
#include <assert.h>
#include <math.h>

#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RFC 3629's grammar, written a second time as ranges of the lead and the second byte. */
static bool valid_by_ranges(const uint8_t *p, size_t n)
{
    static const struct {
        uint8_t from, to, second_from, second_to, more;
    } rows[] = { { 0x01, 0x7F, 0, 0, 0 },       { 0xC2, 0xDF, 0x80, 0xBF, 0 }, { 0xE0, 0xE0, 0xA0, 0xBF, 1 },
                 { 0xE1, 0xEC, 0x80, 0xBF, 1 }, { 0xED, 0xED, 0x80, 0x9F, 1 }, { 0xEE, 0xEF, 0x80, 0xBF, 1 },
                 { 0xF0, 0xF0, 0x90, 0xBF, 2 }, { 0xF1, 0xF3, 0x80, 0xBF, 2 }, { 0xF4, 0xF4, 0x80, 0x8F, 2 } };
    for (size_t i = 0; i < n;) {
        size_t r = 0;
        while (r < countof(rows) && (p[i] < rows[r].from || p[i] > rows[r].to))
            r++;
        if (r == countof(rows))
            return false;
        i++;
        if (rows[r].second_to && (i >= n || p[i] < rows[r].second_from || p[i++] > rows[r].second_to))
            return false;
        for (unsigned k = 0; k < rows[r].more; k++, i++)
            if (i >= n || p[i] < 0x80 || p[i] > 0xBF)
                return false;
    }
    return true;
}

static void check_base64(struct arena *a, struct str text)
{
    struct str back, out;
    assert(base64_decode(a, base64_encode(a, text), &back) && str_eq(back, text));
    if (base64_decode(a, text, &out))
        assert(base64_decode(a, base64_encode(a, out), &back) && str_eq(back, out));
}

static void check_numbers(struct arena *a, const uint8_t *data, size_t size, struct str text)
{
    struct decimal d, again;
    int64_t n;
    if (decimal_parse(text, &d))
        assert(decimal_parse(decimal_text(a, d), &again) && decimal_compare(d, again) == 0);
    if (str_int(text, &n)) {
        int64_t back;
        assert(str_int(str_printf(a, "%lld", (long long)n), &back) && back == n);
    }
    double v;
    if (size >= sizeof v) {
        memcpy(&v, data, sizeof v);
        struct str repr = float_repr(a, v);
        assert(isfinite(v) ? strtod(repr.p, NULL) == v : str_is(repr, "null"));
    }
}

/* A decimal's fast path prints what the slow one would. */
static void check_float_text(struct arena *a, struct str text)
{
    struct decimal d;
    if (text.n > 30 || str_has(text, '\0') || !decimal_parse(text, &d))
        return;
    struct buf b = buf_new(a, 100);
    struct json_out o = out_to(&b);
    struct str exact = decimal_fixed(a, d, 9);
    out_float_text(&o, exact);
    assert(str_eq(buf_str(&b), float_repr(a, strtod(exact.p, NULL))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)64 << 20);
    struct str text = { (const char *)data, size };
    bool valid = utf8_valid(text);
    assert(valid == valid_by_ranges(data, size));
    if (valid) {
        struct str slug = slug_of(a, text);
        assert(slug.n <= 100 && utf8_valid(utf8_fold(a, text)));
        assert(str_eq(slug_of(a, slug), slug));
    }
    check_base64(a, text);
    check_numbers(a, data, size, text);
    check_float_text(a, text);
    arena_free(a);
    return 0;
}
