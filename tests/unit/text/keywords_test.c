/* Keywords: the words of a text as a search compares them. */
#include "test.h"

#include "text.h"

static struct str joined(const char *text)
{
    struct keywords all = keywords_of(test_arena, str_of(text), 1000);
    struct buf b = buf_new(test_arena, 100000);
    for (size_t i = 0; i < all.count; i++)
        buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(all.at[i].word));
    return buf_str(&b);
}

TEST(text, keywords_ignore_case_accents_ligatures_and_plurals)
{
    assert_str(joined("Les ŒUFS à l'eau, C++ & Café-crèmes!"), "les oeuf a l eau c cafe creme");
    assert_str(joined("e\u0301te\u0301 STRASSE Straße"), "ete strasse strasse");
    assert_str(joined("\u202f … — \"\" ()"), "");
    assert_str(joined("学习C"), "学 习 c");
    assert_str(joined(""), "");
}

TEST(text, keywords_are_bounded_and_whole_characters)
{
    struct keywords all = keywords_of(test_arena, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaжжжж bb cc"), 2);
    assert_int_equal(all.count, 2);
    assert_true(all.at[0].word.n <= 30 && utf8_valid(all.at[0].word));
}

TEST(text, marked_text_is_escaped_and_shows_the_passage)
{
    struct keywords wanted = keywords_of(test_arena, STR("creme <b>"), 8);
    assert_str(keywords_marked(test_arena, STR("La <i>Crèmes</i> & co"), &wanted, true).text,
               "La &lt;i&gt;<mark>Crèmes</mark>&lt;/i&gt; &amp; co");
    struct buf long_text = buf_new(test_arena, 100000);
    for (int i = 0; i < 500; i++)
        buf_printf(&long_text, "word%d ", i);
    buf_lit(&long_text, "crème end");
    struct str shown = keywords_marked(test_arena, buf_str(&long_text), &wanted, false).text;
    assert_true(str_starts(shown, STR("… ")) && str_find(shown, STR("<mark>crème</mark> end")) > 0);
    assert_true(shown.n < 300);
}
