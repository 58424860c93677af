/* Answers of labs. Patterns are the teacher's, what they are tried on is the student's: PCRE2 bounds the work. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "answer_priv.h"
#include "core.h"

enum { PATTERN_MOST = 500, STEPS_MOST = 100 * 1000, KIB_MOST = 1024 };

static void free_code(void *code)
{
    pcre2_code_free(code);
}

static pcre2_code *compile(struct ctx *cx, struct str pattern)
{
    int error;
    size_t at;
    if (pattern.n > PATTERN_MOST)
        return NULL;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
                      PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
    if (code)
        arena_defer(cx->arena, free_code, code);
    return code;
}

bool answer_pattern_valid(struct ctx *cx, struct str pattern)
{
    return compile(cx, pattern) != NULL;
}

static bool matches_pattern(struct ctx *cx, struct str pattern, struct str typed)
{
    pcre2_code *code = compile(cx, pattern);
    pcre2_match_context *limits = code ? pcre2_match_context_create(NULL) : NULL;
    pcre2_match_data *found = limits ? pcre2_match_data_create(1, NULL) : NULL;
    bool matched = false;
    if (found) {
        pcre2_set_match_limit(limits, STEPS_MOST);
        pcre2_set_heap_limit(limits, KIB_MOST);
        matched = pcre2_match(code, (PCRE2_SPTR)typed.p, typed.n, 0, 0, found, limits) >= 0;
    }
    pcre2_match_data_free(found);
    pcre2_match_context_free(limits);
    return matched;
}

/* One space between words, none around, no capitals. */
static struct str plain(struct arena *a, struct str text)
{
    struct str folded = utf8_fold(a, str_trim(text));
    struct buf out = buf_new(a, folded.n + 1);
    bool space = false;
    for (size_t i = 0; i < folded.n; i++) {
        bool is_space = folded.p[i] == ' ' || folded.p[i] == '\t' || folded.p[i] == '\n' || folded.p[i] == '\r';
        if (!is_space || !space)
            buf_char(&out, is_space ? ' ' : folded.p[i]);
        space = is_space;
    }
    return buf_str(&out);
}

/* Below the expected address: what it names goes on with a new part, not with more letters of the host. */
static bool is_below(struct str link, struct str expected)
{
    if (!is_web_address(expected))
        return true;
    if (!str_starts(link, expected) || link.n == expected.n)
        return false;
    char last = expected.p[expected.n - 1], next = link.p[expected.n];
    return last == '/' || last == '=' || next == '/' || next == '?' || next == '#';
}

bool answer_matches(struct ctx *cx, struct str type, struct str expected, struct str typed)
{
    struct str given = str_trim(typed);
    if (!given.n)
        return false;
    if (str_is(type, "Regex"))
        return matches_pattern(cx, expected, given);
    if (str_is(type, "Link"))
        return is_web_address(given) && is_below(given, str_trim(expected));
    return str_eq(plain(cx->arena, expected), plain(cx->arena, given));
}
