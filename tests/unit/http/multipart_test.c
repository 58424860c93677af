#include "http.h"
#include "test.h"

static const char type[] = "multipart/form-data; boundary=XX";
static struct http_part *parts;

static int parse(const char *content_type, struct str body)
{
    return http_multipart(test_arena, NULL, str_of(content_type), body, &parts);
}

TEST(http, a_form_with_a_field_and_a_file_is_read)
{
    struct str body = STR("--XX\r\nContent-Disposition: form-data; name=\"doctype\"\r\n\r\nLMS Course\r\n"
                          "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".txt\"\r\n"
                          "Content-Type: text/plain\r\n\r\none\r\ntwo\r\n\r\n--XX--\r\n");
    assert_int_equal(parse(type, body), 2);
    assert_str(parts[0].name, "doctype");
    assert_str(parts[0].value, "LMS Course");
    assert_false(parts[0].is_file);
    assert_str(parts[1].filename, "a \"b\".txt");
    assert_str(parts[1].content_type, "text/plain");
    assert_str(parts[1].value, "one\r\ntwo\r\n");
    assert_true(parts[1].is_file);
}

TEST(http, a_part_may_hold_any_bytes)
{
    struct str body = STR("--XX\r\nContent-Disposition: form-data; name=f; filename=\"\"\r\n\r\n"
                          "\0\xff\r\n--X\r\n-\0-XX\r\n--XX--");
    assert_int_equal(parse(type, body), 1);
    assert_int_equal(parts[0].value.n, 14);
    assert_memory_equal(parts[0].value.p, "\0\xff\r\n--X\r\n-\0-XX", 14);
    assert_true(parts[0].is_file);
}

TEST(http, a_form_without_parts_is_empty)
{
    assert_int_equal(parse(type, STR("--XX--\r\n")), 0);
}

TEST(http, a_backslash_in_a_file_name_stands_for_itself)
{
    struct str body =
        STR("--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"C:\\dir\\x\"\r\n\r\n\r\n--XX--");
    assert_int_equal(parse(type, body), 1);
    assert_str(parts[0].filename, "C:\\dir\\x");
    assert_int_equal(parts[0].value.n, 0);
}

TEST(http, broken_forms_are_refused)
{
    static const char *const bad[] = {
        "",
        "--XX",
        "--XX\r\n",
        "--XX\r\n\r\nv\r\n--XX--",                                                   /* no disposition */
        "--XX\r\nContent-Disposition: form-data\r\n\r\nv\r\n--XX--",                 /* no name */
        "--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\nv\r\n--XX--",       /* open quote */
        "--XX\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nv\r\n--XX--", /* two names */
        "--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nv",                   /* no end */
        "--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n--XX",           /* cut short */
        "--XX\nContent-Disposition: form-data; name=a\n\nv\n--XX--",                 /* bare LF */
        "--XX\r\nContent-Disposition: attachment; name=a\r\n\r\nv\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=a\r\n folded\r\n\r\nv\r\n--XX--",
        "--XXY\r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n--XX--",
    };
    for (size_t i = 0; i < countof(bad); i++)
        assert_int_equal(parse(type, str_of(bad[i])), -1);
}

TEST(http, a_boundary_has_70_characters_at_most)
{
    char at[160], over[160], body[160];
    char b[72];
    memset(b, 'b', 71);
    b[71] = 0;
    snprintf(at, sizeof at, "multipart/form-data; charset=utf-8; boundary=\"%.70s\"", b);
    snprintf(over, sizeof over, "multipart/form-data; boundary=%.71s", b);
    snprintf(body, sizeof body, "--%.70s--", b);
    assert_int_equal(parse(at, str_of(body)), 0);
    snprintf(body, sizeof body, "--%.71s--", b);
    assert_int_equal(parse(over, str_of(body)), -1);
}

TEST(http, content_types_without_one_good_boundary_are_refused)
{
    static const char *const bad[] = { "",
                                       "multipart/form-data",
                                       "multipart/mixed; boundary=XX",
                                       "multipart/form-data; boundary=",
                                       "multipart/form-data; boundary=\"\"",
                                       "multipart/form-data; boundary=XX; boundary=YY",
                                       "multipart/form-data boundary=XX",
                                       "multipart/form-data; boundary=\"XX" };
    for (size_t i = 0; i < countof(bad); i++)
        assert_int_equal(parse(bad[i], STR("--XX--")), -1);
}

static struct str form_of(int count, size_t filename)
{
    struct buf b = buf_new(test_arena, 1 << 20);
    char name[300];
    memset(name, 'n', sizeof name);
    for (int i = 0; i < count; i++)
        buf_printf(&b, "--XX\r\nContent-Disposition: form-data; name=\"a%d\"; filename=\"%.*s\"\r\n\r\nv\r\n", i,
                   (int)filename, name);
    buf_lit(&b, "--XX--\r\n");
    return buf_str(&b);
}

TEST(http, a_form_has_20_parts_at_most)
{
    assert_int_equal(parse(type, form_of(20, 3)), 20);
    assert_int_equal(parse(type, form_of(21, 3)), -1);
}

TEST(http, a_file_name_has_255_bytes_at_most)
{
    assert_int_equal(parse(type, form_of(1, 255)), 1);
    assert_int_equal(parse(type, form_of(1, 256)), -1);
}
