/* Templates, views and message catalogues. */
#include "test.h"
#include "text.h"

/* ---- a catalogue made by hand: header, then (id, translation) ---- */

struct entry {
    struct str id, text;
};

static void put_word(char *p, size_t at, size_t value)
{
    uint32_t word = (uint32_t)value;
    memcpy(p + at, &word, sizeof word);
}

static struct str mo_of(const struct entry *e, size_t count)
{
    size_t texts = 28 + count * 8, at = texts + count * 8;
    char *p = arena_alloc(test_arena, 4096);
    put_word(p, 0, 0x950412de);
    put_word(p, 8, count);
    put_word(p, 12, 28);
    put_word(p, 16, texts);
    for (size_t i = 0; i < 2 * count; i++) {
        struct str s = i < count ? e[i].id : e[i - count].text;
        put_word(p, 28 + i * 8, s.n);
        put_word(p, 28 + i * 8 + 4, at);
        if (s.n)
            memcpy(p + at, s.p, s.n);
        at += s.n + 1;
    }
    return (struct str){ p, at };
}

static struct words *french(void)
{
    static const struct entry entries[] = {
        { STR(""), STR("Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n > 1);\n") },
        { STR("Hello {name}"), STR("Bonjour {name} & co") },
        { STR("{n} lesson\0{n} lessons"), STR("{n} leçon\0{n} leçons") },
        { STR("empty"), STR("") },
    };
    return words_load(test_arena, mo_of(entries, countof(entries)));
}

static struct str rendered(const char *text, const struct view *v, const struct words *w)
{
    struct template_source s[] = { { "t", str_of(text) }, { "part", STR("<{{x}}>") } };
    struct str why = STR_NONE;
    struct template_set *set = templates_compile(test_arena, s, countof(s), &why);
    if (!set)
        return why;
    struct buf b = buf_new(test_arena, 1 << 16);
    assert_true(template_render(set, "t", v, w, &b));
    return buf_str(&b);
}

static struct view *sample(void)
{
    struct view *v = view_new(test_arena);
    view_text(v, "x", STR("a<b"));
    view_html(v, "h", (struct html){ STR("<b>") });
    view_int(v, "n", -7);
    view_flag(v, "yes", true);
    view_flag(v, "no", false);
    view_text(view_sub(v, "sub"), "y", STR("Y"));
    for (int i = 1; i < 4; i++)
        view_int(view_row(v, "rows"), "i", i);
    return v;
}

TEST(text, template_escapes_text_and_trusts_only_html)
{
    assert_str(rendered("{{x}} {{{x}}} {{h}} {{{h}}} {{n}} {{ none }}.", sample(), NULL),
               "a&lt;b a&lt;b &lt;b&gt; <b> -7 .");
}

TEST(text, template_sections_repeat_enter_and_choose)
{
    assert_str(rendered("{{#rows}}{{i}}{{x}},{{/rows}}{{#sub}}{{y}}{{n}}{{/sub}} {{sub.y}}", sample(), NULL),
               "1a&lt;b,2a&lt;b,3a&lt;b,Y-7 Y");
    assert_str(rendered("{{#yes}}1{{/yes}}{{#no}}2{{/no}}{{^no}}3{{/no}}{{^none}}4{{/none}}{{^rows}}5{{/rows}}"
                        "{{#n}}6{{/n}}{{#x}}7{{/x}}",
                        sample(), NULL),
               "13467");
}

TEST(text, template_parts_see_the_view_and_lines_of_tags_vanish)
{
    assert_str(rendered("a\n  {{#rows}}\n{{>part}}\n  {{/rows}}\r\n{{! note }}\nb {{>part}}\n", sample(), NULL),
               "a\n<a&lt;b><a&lt;b><a&lt;b>b <a&lt;b>\n");
}

TEST(text, template_messages_are_translated_and_filled)
{
    struct view *v = sample();
    view_text(v, "name", STR("<Zoé>"));
    assert_str(rendered("{{_ \"Hello {name}\" name}}", v, french()), "Bonjour &lt;Zoé&gt; &amp; co");
    assert_str(rendered("{{_ \"Hello {name}\" name}}", v, NULL), "Hello &lt;Zoé&gt;");
    assert_str(rendered("{{_ \"by {y} \\\"q\\\" }} {h}\" sub.y h}}", v, NULL), "by Y &quot;q&quot; }} <b>");
}

TEST(text, template_plurals_follow_the_language)
{
    static const char *const t = "{{n_ \"{n} lesson\" \"{n} lessons\" n}}";
    static const struct {
        int64_t n;
        const char *english, *french;
    } cases[] = { { 0, "0 lessons", "0 leçon" }, { 1, "1 lesson", "1 leçon" }, { 2, "2 lessons", "2 leçons" } };
    for (size_t i = 0; i < countof(cases); i++) {
        struct view *v = view_new(test_arena);
        view_int(v, "n", cases[i].n);
        assert_str(rendered(t, v, NULL), cases[i].english);
        assert_str(rendered(t, v, french()), cases[i].french);
    }
}

TEST(text, template_mistakes_are_told_with_their_line)
{
    static const char *const cases[][2] = {
        { "a\n{{#x}}\nb", "Template \"t\", line 2: this section is never closed: \"x\"." },
        { "{{/x}}", "Template \"t\", line 1: nothing is open that could be closed by \"x\"." },
        { "{{#a}}\n\n{{/b}}", "Template \"t\", line 3: the open section is not \"b\"." },
        { "\n{{>nobody}}", "Template \"t\", line 2: the part \"nobody\" does not exist." },
        { "{{>t}}", "Template \"t\", line 1: the part \"t\" includes itself." },
        { "{{x", "Template \"t\", line 1: a tag is not closed." },
        { "{{a b}}", "Template \"t\", line 1: this is no name: \"a b\"." },
        { "{{_ \"Hi {who}\" x}}", "Template \"t\", line 1: the message is given nothing for \"who\"." },
        { "{{n_ \"one\" \"many\"}}", "Template \"t\", line 1: a plural needs the name of its number." },
        { "{{_ hello}}", "Template \"t\", line 1: a message in double quotes is missing." },
    };
    for (size_t i = 0; i < countof(cases); i++)
        assert_str(rendered(cases[i][0], sample(), NULL), cases[i][1]);
}

TEST(text, template_nesting_is_bounded)
{
    struct buf b = buf_new(test_arena, 1 << 16);
    for (int i = 0; i < 33; i++)
        buf_lit(&b, "{{#x}}");
    assert_true(str_find(rendered(str_c(test_arena, buf_str(&b)), sample(), NULL), STR("nested too deeply")) > 0);
}

TEST(text, template_of_no_such_name_is_not_rendered)
{
    struct str why;
    struct buf b = buf_new(test_arena, 100);
    struct template_set *set = templates_compile(test_arena, NULL, 0, &why);
    assert_false(template_render(set, "x", sample(), NULL, &b));
}

TEST(text, view_name_set_twice_has_its_last_value)
{
    struct view *v = sample();
    view_text(v, "x", STR("new"));
    assert_str(rendered("{{x}}", v, NULL), "new");
}

TEST(text, words_without_translation_give_the_id)
{
    assert_string_equal(words_get(french(), "nobody"), "nobody");
    assert_string_equal(words_get(french(), "empty"), "empty");
    assert_string_equal(words_get(NULL, "x"), "x");
}

TEST(text, words_refuse_what_is_no_catalogue)
{
    struct str good = mo_of((struct entry[]){ { STR("a"), STR("b") } }, 1);
    assert_non_null(words_load(test_arena, good));
    for (size_t n = 0; n < good.n; n++) /* cut anywhere */
        assert_null(words_load(test_arena, str_copy(test_arena, str_slice(good, 0, n))));
    assert_null(words_load(test_arena, STR("not a catalogue, though long enough to hold a header")));
}

static struct words *with_plurals(const char *rule)
{
    struct str header = str_printf(test_arena, "Plural-Forms: %s\n", rule);
    struct entry entries[] = { { STR(""), header }, { STR("one\0many"), STR("0\0001\0002\0003") } };
    return words_load(test_arena, mo_of(entries, 2));
}

static void forms(const char *rule, const char *want, size_t count)
{
    struct words *w = with_plurals(rule);
    for (size_t n = 0; n < count; n++)
        assert_int_equal(words_plural(w, "one", "many", (int64_t)n)[0], want[n]);
}

TEST(text, words_evaluate_any_plural_rule)
{
    forms("nplurals=2; plural=n != 1;", "1011", 4);
    forms("nplurals=1; plural=0", "0000", 4);
    forms("nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
          "2011122222222222222220111", 25);
    forms("nplurals=2; plural=!(n - 1 * 1);", "010", 3);
    forms("nplurals=2; plural=n/0", "000", 3);
    forms("nplurals=2; plural=9", "000", 3);
}

TEST(text, words_with_a_broken_plural_rule_read_as_english)
{
    static const char *const broken[] = { "nplurals=2; plural=(n", "nplurals=0; plural=0", "nplurals=2; plural=n @ 1",
                                          "x" };
    for (size_t i = 0; i < countof(broken); i++)
        forms(broken[i], "101", 3);
}

TEST(text, slug_spells_drops_and_joins)
{
    static const char *const cases[][2] = {
        { "Build a Bank!", "build-a-bank" },
        { "Éléments d’été — ÇA", "elements-d-ete-ca" },
        { "Łódź ÆØÐ straße Þór œuvre", "lodz-aeo-strasse-thor-oeuvre" },
        { "  --:dollar: 50 % ½ ﬁ²--", "dollar-50-1-2-fi2" },
        { "日本語", "" },
        { "", "" },
        { "đ Đ", "d-d" },
    };
    for (size_t i = 0; i < countof(cases); i++)
        assert_str(slug_of(test_arena, str_of(cases[i][0])), cases[i][1]);
}

TEST(text, slug_has_at_most_100_characters_and_no_dash_at_the_end)
{
    char long_title[400];
    memset(long_title, 'a', sizeof long_title);
    assert_int_equal(slug_of(test_arena, (struct str){ long_title, sizeof long_title }).n, 100);
    long_title[99] = ' ';
    assert_int_equal(slug_of(test_arena, (struct str){ long_title, sizeof long_title }).n, 99);
}

TEST(text, fold_makes_cases_equal)
{
    assert_str(utf8_fold(test_arena, STR("ÉTÉ Straße ΣΑΣ")), "été strasse σασ");
}

TEST(text, latin_letters_keep_their_case_and_what_cannot_be_spelled_is_one_space)
{
    static const char *const cases[][2] = {
        { "Łukasz Müller-Ørsted", "Lukasz Muller-Orsted" },
        { "Straße, Œuvre & Cie", "Strasse, Oeuvre Cie" },
        { "<b>\n“100 %”</b>", "b 100 /b" },
        { "日本", "" },
    };
    for (size_t i = 0; i < countof(cases); i++)
        assert_str(latin_of(test_arena, str_of(cases[i][0]), "/-,"), cases[i][1]);
}
