/* Languages of the interface: whatever catalogues the program holds. This test puts one more into it. */
#include "test.h"

#include "base/embedded.h"
#include "site.h"

/* eo.po with a head and two messages, as msgfmt writes it: magic, revision, three entries, where they are, the texts. */
#define HEAD                                                                                                           \
    "Language: eo\nContent-Type: text/plain; charset=UTF-8\nX-Name: Esperanto\nX-Locale: eo\nX-Decimal: ,\n"           \
    "X-Group: .\n"
static const struct {
    uint32_t words[7];
    uint32_t ids[6], texts[6];
    char id0[1], id1[7], id2[5], text0[sizeof HEAD], text1[9], text2[5];
} __attribute__((packed)) mo = {
    { 0x950412de, 0, 3, 28, 52, 0, 0 },
    { 0, 76, 6, 77, 4, 84 },
    { sizeof HEAD - 1, 89, 8, 89 + sizeof HEAD, 4, 98 + sizeof HEAD },
    "",
    "Log in",
    "Free",
    HEAD,
    "Anmelden",
    "Frei",
};
TABLE_ROW(embedded_catalogues, struct embedded, esperanto)
= { "eo.mo", (const char *)&mo, (const char *)(&mo + 1) };

TEST(site, a_language_more_is_one_file)
{
    bool listed = false;
    for (const char *const *code = languages(); *code; code++)
        listed = listed || strcmp(*code, "eo") == 0;
    assert_true(listed);
    struct ctx cx = { .arena = test_arena, .lang = STR("en") };
    call_speak(&cx, STR("fr;q=0.3, eo-XX;q=0.9, en;q=0.5"));
    assert_str(cx.lang, "eo");
    assert_string_equal(words_get(words_of(cx.lang), "Log in"), "Anmelden");
    assert_string_equal(words_get(words_of(cx.lang), "Not translated yet"), "Not translated yet");
    struct tongue tongue = tongue_of(cx.lang);
    assert_str(tongue.name, "Esperanto");
    assert_str(tongue.spoken, "Esperanto");
    assert_str(tongue.locale, "eo");
    assert_str(tongue.decimal, ",");
    assert_str(tongue.group, ".");
    assert_str(tongue.price, "{sign}{amount}"); /* not said: as in English */
}

TEST(site, weights_choose_the_language)
{
    struct ctx cx = { .arena = test_arena, .lang = STR("en") };
    call_speak(&cx, STR("it, fr;q=0.2, en;q=0.1"));
    assert_str(cx.lang, "fr");
    call_speak(&cx, STR("fr;q=0, xx"));
    assert_str(cx.lang, "fr"); /* nothing that is wanted is spoken: it stays */
    call_speak(&cx, STR("EN-us"));
    assert_str(cx.lang, "en");
}

TEST(site, english_needs_no_file)
{
    struct tongue tongue = tongue_of(STR("en"));
    assert_str(tongue.name, "English");
    assert_str(tongue.decimal, ".");
    assert_str(tongue.group, ",");
    assert_str(tongue_of(STR("fr")).group, "\u202f");
    assert_str(tongue_of(STR("fr")).price, "{amount}\u00a0{sign}");
}
