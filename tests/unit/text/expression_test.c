/* Conditions and stencils: what Python and Jinja would say, and what is refused. */
#include "test.h"
#include "text.h"

static json_t *sample(void)
{
    struct str why;
    return json_read(test_arena,
                     STR("{\"name\": \"INV-1\", \"status\": \"Active\", \"amount\": 10.5, \"count\": 3, \"zero\": 0, "
                         "\"note\": null, "
                         "\"empty\": \"\", \"said\": \"a \\\"b\\\" é\", \"day\": \"2026-03-01\", \"rows\": [{\"x\": "
                         "1}, {\"x\": 2}]}"),
                     &json_limits_default, &why);
}

static void holds(const char *text, bool wanted)
{
    struct str why;
    const struct expression *e = expression_parse(test_arena, str_of(text), &why);
    if (!e)
        fail_msg("%s: %.*s", text, STR_ARG(why));
    if (expression_holds(e, sample()) != wanted)
        fail_msg("%s is not %d", text, wanted);
}

TEST(expression, judges_as_python_does)
{
    static const char *const yes[] = { "doc.status == \"Active\" and doc.amount > 10",
                                       "doc.status == 'Active'",
                                       "doc.get('status') != \"Open\"",
                                       "doc[\"count\"] == 3",
                                       "not doc.note",
                                       "doc.note is None",
                                       "doc.status is not None",
                                       "doc.status in ['Active', 'Open']",
                                       "doc.status in ('Active', )",
                                       "doc.status not in ('Closed', 'Open')",
                                       "'ctiv' in doc.status",
                                       "doc.amount",
                                       "doc.zero or doc.count",
                                       "(doc.note or doc.status) == 'Active'",
                                       "1 < doc.count <= 3",
                                       "not (doc.zero or doc.empty or doc.note)",
                                       "len(doc.rows) == 2",
                                       "doc.rows",
                                       "doc.day >= '2026-01-01' and doc.day < '2026-04-01'",
                                       "doc.count == 3.0 and doc.count > -1 and doc.count < 1e3",
                                       "doc.zero == False",
                                       "doc.missing is None",
                                       "doc.status == 'Open' or doc.status == 'Active' and doc.count == 3",
                                       "\n doc.count\t== 3 \n",
                                       "doc.said == 'a \"b\" \xc3\xa9'" };
    static const char *const no[] = {
        "doc.status == 'active'", "doc.amount > 10.5", "doc.note > 5",  "doc.note < 5",
        "doc.status > 5",         "doc.zero",          "doc.empty",     "False",
        "doc.note == ''",         "doc.count == '3'",  "not doc.count", "doc.count in [1, 2]",
        "3 < doc.count < 5"
    };
    for (size_t i = 0; i < countof(yes); i++)
        holds(yes[i], true);
    for (size_t i = 0; i < countof(no); i++)
        holds(no[i], false);
}

TEST(expression, reckons_and_asks_texts)
{
    static const char *const yes[] = { "doc.amount + doc.count > 13",
                                       "doc.amount * 2 - 1 == 20",
                                       "doc.count - 1 == 2",
                                       "doc.count -1 == 2",
                                       "doc.amount / doc.count == 3.5",
                                       "1 + 2 * 3 == 7",
                                       "doc.get('missing', 0) == 0",
                                       "doc.get('count', 9) == 3",
                                       "doc.name.startswith('INV-') and not doc.name.endswith('-2')",
                                       "doc.status.strip() == 'Active'",
                                       "(doc.note or '').startswith('')" };
    static const char *const no[] = { "doc.note + 1 > 0",   "doc.amount / doc.zero > 0",
                                      "doc.status + 1 > 0", "doc.note.startswith('a')",
                                      "doc.count.strip()",  "doc.status.startswith(1)" };
    for (size_t i = 0; i < countof(yes); i++)
        holds(yes[i], true);
    for (size_t i = 0; i < countof(no); i++)
        holds(no[i], false);
}

TEST(expression, refuses_what_is_not_a_comparison_of_the_documents_fields)
{
    static const char *const bad[] = { "",
                                       "doc",
                                       "doc.",
                                       "doc.a.b",
                                       "doc.save()",
                                       "doc.a.lower()",
                                       "doc.a.startswith()",
                                       "doc.a ** 2",
                                       "doc.get('a', )",
                                       "doc.a +",
                                       "frappe.db.sql('x')",
                                       "__import__('os')",
                                       "doc.a = 1",
                                       "doc.a == ",
                                       "doc.a == 'x",
                                       "doc.a == 1 doc.b",
                                       "(doc.a",
                                       "doc.a)",
                                       "[doc.a]",
                                       "doc.a if doc.b else 1",
                                       "lambda: 1",
                                       "doc.a == '\\x41'",
                                       "doc['a']['b']",
                                       "1.2.3",
                                       "doc.a; doc.b",
                                       "doc.a \xff" };
    struct str why;
    for (size_t i = 0; i < countof(bad); i++)
        if (expression_parse(test_arena, str_of(bad[i]), &why) || !why.n)
            fail_msg("%s is taken", bad[i]);
}

TEST(expression, says_where_it_stopped_understanding)
{
    struct str why;
    assert_null(expression_parse(test_arena, STR("doc.é == 1"), &why));
    assert_null(expression_parse(test_arena, STR("doc.status == open"), &why));
    assert_str(why, "Only doc and its fields are known here at character 15");
    assert_null(expression_parse(test_arena, STR("doc.a == 1 2"), &why));
    assert_str(why, "This is not understood at character 12");
}

TEST(expression, nesting_and_length_are_bounded)
{
    struct buf b = buf_new(test_arena, 1 << 16);
    struct str why;
    for (int i = 0; i < 1000; i++)
        buf_char(&b, '(');
    assert_null(expression_parse(test_arena, buf_str(&b), &why));
    b = buf_new(test_arena, 1 << 16);
    for (int i = 0; i < 500; i++)
        buf_lit(&b, "not ");
    assert_null(expression_parse(test_arena, buf_str(&b), &why));
    b = buf_new(test_arena, 1 << 16);
    for (int i = 0; i < 2000; i++)
        buf_lit(&b, "1 or ");
    assert_null(expression_parse(test_arena, buf_str(&b), &why));
}

TEST(expression, names_the_fields_it_reads)
{
    struct str why;
    const struct expression *e = expression_parse(test_arena, STR("doc.a == 1 or doc.get('b') in (1, 2)"), &why);
    const struct str *fields = expression_fields(e);
    assert_str(fields[0], "a");
    assert_str(fields[1], "b");
    assert_null(fields[2].p);
}

static void fills(enum stencil_kind kind, const char *text, const char *wanted)
{
    struct str why;
    struct buf b = buf_new(test_arena, 4096);
    const struct stencil *s = stencil_parse(test_arena, str_of(text), kind, &why);
    if (!s)
        fail_msg("%s: %.*s", text, STR_ARG(why));
    stencil_fill(s, sample(), &b);
    assert_str(buf_str(&b), wanted);
}

TEST(stencil, gives_json_whatever_the_values_are)
{
    fills(STENCIL_JSON, "{\"a\": \"{{ doc.status }}\", \"b\": {{doc.amount}}}", "{\"a\": \"Active\", \"b\": 10.5}");
    fills(STENCIL_JSON, "{\"a\": \"<{{ doc.said }}>\"}", "{\"a\": \"<a \\\"b\\\" \\u00e9>\"}");
    fills(STENCIL_JSON, "{\"a\": {{ doc.said }}}", "{\"a\": \"a \\\"b\\\" \\u00e9\"}");
    fills(STENCIL_JSON, "{\"a\": {{ doc.said | tojson }}}", "{\"a\": \"a \\\"b\\\" \\u00e9\"}");
    fills(STENCIL_JSON, "{\"a\": {{ doc.rows | json }}}", "{\"a\": [{\"x\": 1}, {\"x\": 2}]}");
    fills(STENCIL_JSON, "{\"a\": {{ doc.note }}, \"b\": \"{{ doc.note }}\"}", "{\"a\": null, \"b\": \"None\"}");
    fills(STENCIL_JSON, "\"{{ doc.status | upper }} {{ doc.note | default('-') }} {{ doc.rows | length }}\"",
          "\"ACTIVE - 2\"");
    fills(STENCIL_JSON, "\"\\\"{{ doc.note or 'x' }}\"", "\"\\\"x\"");
    fills(STENCIL_JSON, "{\"a\": {\"b\": 1}}", "{\"a\": {\"b\": 1}}");
}

TEST(stencil, encodes_values_in_a_url_but_for_the_one_it_begins_with)
{
    fills(STENCIL_URL, "https://example.org/{{ doc.said }}?n={{ doc.count }}",
          "https://example.org/a%20%22b%22%20%C3%A9?n=3");
    fills(STENCIL_URL, "{{ doc.day }}/x", "2026-03-01/x");
}

TEST(stencil, refuses_what_it_does_not_know)
{
    static const char *const bad[] = { "{{ doc.a",
                                       "{% for x in doc.rows %}",
                                       "{# note #}",
                                       "{{ }}",
                                       "{{ doc.a | safe }}",
                                       "{{ frappe.session }}",
                                       "{{ doc.a | default(doc.b) }}",
                                       "{{ doc.a }" };
    struct str why;
    for (size_t i = 0; i < countof(bad); i++)
        if (stencil_parse(test_arena, str_of(bad[i]), STENCIL_JSON, &why) || !why.n)
            fail_msg("%s is taken", bad[i]);
}
