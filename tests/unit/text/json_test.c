/* JSON out and in. */
#include "test.h"
#include "text.h"

static struct str printed_float(const char *decimal)
{
    struct buf b = buf_new(test_arena, 100);
    struct json_out o = out_to(&b);
    out_float_text(&o, str_of(decimal));
    return buf_str(&b);
}

static struct str printed_text(struct str s)
{
    struct buf b = buf_new(test_arena, 1000);
    struct json_out o = out_to(&b);
    out_text(&o, s);
    return buf_str(&b);
}

static struct str why_not(struct str text)
{
    struct str why = STR_NONE;
    assert_null(json_read(test_arena, text, &json_limits_default, &why));
    return why;
}

static json_t *read_ok(const char *text)
{
    struct str why = STR_NONE;
    json_t *v = json_read(test_arena, str_of(text), &json_limits_default, &why);
    if (!v)
        print_error("%s: %.*s\n", text, STR_ARG(why));
    assert_non_null(v);
    return v;
}

TEST(text, json_out_places_commas_and_colons_itself)
{
    struct buf b = buf_new(test_arena, 1000);
    struct json_out o = out_to(&b);
    out_begin_object(&o);
    out_member_text(&o, "name", STR("a"));
    out_key(&o, STR("rows"));
    out_begin_array(&o);
    out_int(&o, INT64_MIN);
    out_begin_object(&o);
    out_end_object(&o);
    out_bool(&o, true);
    out_raw(&o, STR("[1]"));
    out_end_array(&o);
    out_member_null(&o, "none");
    out_member_int(&o, "zero", 0);
    out_end_object(&o);
    assert_str(buf_str(&b), "{\"name\":\"a\",\"rows\":[-9223372036854775808,{},true,[1]],\"none\":null,\"zero\":0}");
}

TEST(text, json_out_spaced_looks_like_pythons_dumps)
{
    struct buf b = buf_new(test_arena, 1000);
    struct json_out o = out_to(&b);
    o.spaced = true;
    out_value(&o, read_ok("{\"a\":[1,2.50,null],\"b\":{}}"));
    assert_str(buf_str(&b), "{\"a\": [1, 2.5, null], \"b\": {}}");
}

TEST(text, json_out_escapes_all_but_printable_ascii)
{
    assert_str(printed_text(STR("a/<b>\"\\\n\r\t\b\f\x01\x7f and a long plain tail")),
               "\"a/<b>\\\"\\\\\\n\\r\\t\\b\\f\\u0001\\u007f and a long plain tail\"");
    assert_str(printed_text(STR("Pré😀")), "\"Pr\\u00e9\\ud83d\\ude00\"");
    assert_str(printed_text(STR("x\xff\xc0y")), "\"x\\ufffd\\ufffdy\"");
    assert_str(printed_text(STR_NONE), "\"\"");
}

TEST(text, json_out_escapes_at_every_place_of_a_run)
{
    for (size_t i = 0; i < 40; i++) {
        char in[40], want[64];
        memset(in, 'a', sizeof in);
        in[i] = i % 2 ? '"' : '\x7f';
        snprintf(want, sizeof want, "\"%.*s%s%.*s\"", (int)i, in, i % 2 ? "\\\"" : "\\u007f", (int)(39 - i),
                 in + i + 1);
        assert_str(printed_text((struct str){ in, sizeof in }), want);
    }
}

TEST(text, json_out_fails_whole_past_the_ceiling)
{
    struct buf b = buf_new(test_arena, 4);
    struct json_out o = out_to(&b);
    out_text(&o, STR("12345"));
    assert_true(b.full);
}

TEST(text, floats_print_as_pythons_repr)
{
    static const char *const cases[][2] = {
        { "349.000000000", "349.0" },
        { "0.100000000", "0.1" },
        { "-12.345678901", "-12.345678901" },
        { "0.000000000", "0.0" },
        { "0.000000100", "1e-07" },
        { "0.000100000", "0.0001" },
        { "0.000010000", "1e-05" },
        { "0.001200000", "0.0012" },
        { "123456789.123456789", "123456789.12345679" },
        { "1e16", "1e+16" },
        { "4500", "4500.0" },
        { "999999999999.999999999", "1000000000000.0" },
        { "-0.5", "-0.5" },
        { "9999999999999998", "9999999999999998.0" },
        { "1.", "1.0" },
        { "nonsense", "null" },
        { "1e999", "null" },
        { "007.50", "7.5" },
    };
    for (size_t i = 0; i < countof(cases); i++)
        assert_str(printed_float(cases[i][0]), cases[i][1]);
}

TEST(text, doubles_print_as_pythons_repr)
{
    static const struct {
        double v;
        const char *text;
    } cases[] = { { 0.1, "0.1" },
                  { 1e-7, "1e-07" },
                  { 1e16, "1e+16" },
                  { 1e22, "1e+22" },
                  { 5e-324, "5e-324" },
                  { 1.7976931348623157e308, "1.7976931348623157e+308" },
                  { 100, "100.0" },
                  { 0.0001, "0.0001" },
                  { 0.00012345, "0.00012345" },
                  { 123456789.123456789, "123456789.12345679" },
                  { -0.0, "-0.0" },
                  { 2.0 / 3, "0.6666666666666666" },
                  { 1e15, "1000000000000000.0" } };
    for (size_t i = 0; i < countof(cases); i++)
        assert_str(float_repr(test_arena, cases[i].v), cases[i].text);
    assert_str(float_repr(test_arena, __builtin_inf()), "null");
}

TEST(text, json_out_prints_decimals)
{
    static const struct {
        int64_t units;
        const char *text;
    } cases[] = {
        { 0, "0.0" }, { 1, "1e-09" }, { -500000000, "-0.5" }, { 349000000000, "349.0" }, { 123450000000, "123.45" }
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct buf b = buf_new(test_arena, 100);
        struct json_out o = out_to(&b);
        out_float(&o, (struct decimal){ cases[i].units });
        assert_str(buf_str(&b), cases[i].text);
    }
}

TEST(text, json_in_reads_any_value)
{
    assert_str(json_print(test_arena, read_ok(" [1, 2.5e3, \"é\", true, {\"a\":null}] ")),
               "[1,2500.0,\"\\u00e9\",true,{\"a\":null}]");
    assert_str(json_str_of(read_ok("\"*\"")), "*");
    assert_int_equal(json_get_str(read_ok("{\"a\":1}"), "a").n, 0);
    assert_int_equal(json_get_str(NULL, "a").n, 0);
}

TEST(text, json_in_says_where_and_what)
{
    assert_str(why_not(STR("{\n \"a\": 1,\n \"a\": 2}")),
               "Invalid JSON at line 3, column 4: an object has the same key twice.");
    assert_str(why_not(STR("{\"é\": [1,")), "Invalid JSON at line 1, column 10: the text ends too early.");
    assert_str(why_not(STR("1 2")), "Invalid JSON at line 1, column 3: something follows after the value.");
    assert_str(why_not(STR("\"\\u0000\"")), "Invalid JSON at line 1, column 8: the character \\u0000 is not allowed.");
    assert_str(why_not(STR("[\"ab\0c\"]")), "Invalid JSON at line 1, column 5: a NUL byte is not allowed.");
    assert_str(why_not(STR("[\"é\xff\"]")), "Invalid JSON at line 1, column 4: the text is not valid UTF-8.");
}

TEST(text, json_in_refuses_what_is_not_json)
{
    static const char *const bad[] = { "",          " ",           "NaN",    "[Infinity]",
                                       "-",         "01",          "[1,]",   "{a:1}",
                                       "{\"a\" 1}", "[1e999]",     "'a'",    "[1",
                                       "\"a",       "\"\\ud800\"", "\"\n\"", "99999999999999999999",
                                       "]",         "[}" };
    for (size_t i = 0; i < countof(bad); i++)
        assert_true(why_not(str_of(bad[i])).n > 0);
}

/* open × n, then a value, then close × n */
static struct str nested(size_t n)
{
    struct buf b = buf_new(test_arena, 1 << 20);
    for (size_t i = 0; i < n; i++)
        buf_char(&b, '[');
    for (size_t i = 0; i < n; i++)
        buf_char(&b, ']');
    return buf_str(&b);
}

TEST(text, json_in_bounds_depth)
{
    assert_non_null(json_read(test_arena, nested(32), &json_limits_default, NULL));
    assert_str(why_not(nested(33)), "Invalid JSON at line 1, column 33: lists and objects are nested too deeply.");
}

static struct str repeated(const char *open, const char *item, size_t count, const char *close)
{
    struct buf b = buf_new(test_arena, 16u << 20);
    buf_add(&b, str_of(open));
    for (size_t i = 0; i < count; i++)
        buf_printf(&b, "%s%s", i ? "," : "", item);
    buf_add(&b, str_of(close));
    return buf_str(&b);
}

TEST(text, json_in_bounds_items)
{
    assert_non_null(json_read(test_arena, repeated("[", "1", 100000, "]"), &json_limits_default, NULL));
    assert_true(str_find(why_not(repeated("[", "1", 100001, "]")), STR("too many items")) > 0);
    assert_true(str_find(why_not(repeated("[", "[1,1,1,1,1,1,1,1,1,1,1]", 10000, "]")), STR("too many items")) > 0);
}

TEST(text, json_in_bounds_keys_of_all_objects_together)
{
    assert_non_null(json_read(test_arena, repeated("[", "{\"a\":1}", 10000, "]"), &json_limits_default, NULL));
    assert_true(str_find(why_not(repeated("[", "{\"a\":1}", 10001, "]")), STR("too many keys")) > 0);
}

TEST(text, json_in_bounds_strings)
{
    struct json_limits small = { 32, 10, 10, 5 };
    assert_non_null(json_read(test_arena, STR("[\"12345\"]"), &small, NULL));
    assert_null(json_read(test_arena, STR("[\"123456\"]"), &small, NULL));
}
