/* UTF-8, URLs, forms, base64, escaping, gzip, CSV. */
#include "test.h"
#include "text.h"

TEST(text, utf8_valid_refuses_what_is_not_utf8)
{
    static const char *const good[] = { "", "plain", "é€😀", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF", "12345678é2345678" };
    static const char *const bad[] = { "\x80",
                                       "\xC0\x80",
                                       "\xC1\xBF",
                                       "\xE0\x80\x80",
                                       "\xED\xA0\x80",
                                       "\xF0\x80\x80\x80",
                                       "\xF4\x90\x80\x80",
                                       "\xF5\x80\x80\x80",
                                       "\xFF",
                                       "é\xC3",
                                       "\xE2\x82",
                                       "1234567\xC3" };
    for (size_t i = 0; i < countof(good); i++)
        assert_true(utf8_valid(str_of(good[i])));
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(utf8_valid(str_of(bad[i])));
    assert_false(utf8_valid(STR("abc\0defghijkl")));
}

TEST(text, utf8_counts_code_points)
{
    assert_int_equal(utf8_length(STR("aé€😀")), 4);
    assert_str(utf8_head(STR("aé€😀"), 3), "aé€");
    assert_str(utf8_head(STR("aé"), 9), "aé");
    assert_int_equal(utf8_head(STR("é"), 0).n, 0);
}

TEST(text, has_control_finds_low_bytes_and_del)
{
    assert_false(has_control(STR("Pré au")));
    assert_true(has_control(STR("a\nb")));
    assert_true(has_control(STR("a\x7f")));
}

TEST(text, url_decode_decodes_once_and_refuses_malformed)
{
    struct str out;
    assert_true(url_decode(test_arena, STR("a%20b+c%2520%C3%A9"), false, &out));
    assert_str(out, "a b+c%20é");
    assert_true(url_decode(test_arena, STR("a+b"), true, &out));
    assert_str(out, "a b");
    static const char *const bad[] = { "%", "%4", "%zz", "%00", "%ff", "a%C3" };
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(url_decode(test_arena, str_of(bad[i]), true, &out));
}

TEST(text, url_encode_keeps_unreserved_and_what_is_named)
{
    assert_str(url_encode(test_arena, STR("a-b/é ~?"), "/"), "a-b/%C3%A9%20~%3F");
}

TEST(text, url_pairs_come_decoded_and_in_order)
{
    struct pair *p;
    assert_int_equal(url_pairs(test_arena, STR("a=1&b=x%3Dy+z&&c&d=e=f"), 10, &p), 4);
    assert_str(p[1].key, "b");
    assert_str(p[1].value, "x=y z");
    assert_str(p[2].key, "c");
    assert_str(p[2].value, "");
    assert_str(p[3].value, "e=f");
    assert_int_equal(url_pairs(test_arena, STR_NONE, 10, &p), 0);
    assert_int_equal(url_pairs(test_arena, STR("a&b&c"), 3, &p), 3);
    assert_int_equal(url_pairs(test_arena, STR("a&b&c&d"), 3, &p), -1);
    assert_int_equal(url_pairs(test_arena, STR("a=%0"), 3, &p), -1);
}

TEST(text, safe_redirect_stays_on_the_site)
{
    static const char *const good[] = { "/bootcamps/x?lang=fr#a", "/9", "/a%20b" };
    static const char *const bad[] = { "//evil.example", "/\\evil", "http://x", "/%2Fevil", "/%5Cevil",
                                       "evil",           "",        "/",        "/a//b",    "/a%0d%0ax",
                                       "/a\tb",          "/.x",     "/a%",      "%2fa",     "/a%5cb" };
    for (size_t i = 0; i < countof(good); i++)
        assert_str(safe_redirect(test_arena, str_of(good[i])), good[i]);
    for (size_t i = 0; i < countof(bad); i++)
        assert_str(safe_redirect(test_arena, str_of(bad[i])), "/");
    assert_str(safe_redirect(test_arena, STR("/é")), "/");
    assert_str(safe_redirect(test_arena, STR("/a/é")), "/a/%C3%A9");
}

TEST(text, base64_both_alphabets)
{
    static const char *const pairs[][2] = { { "", "" },        { "f", "Zg==" },        { "fo", "Zm8=" },
                                            { "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "\xfb\xff\xbf", "+/+/" } };
    struct str out;
    for (size_t i = 0; i < countof(pairs); i++) {
        assert_str(base64_encode(test_arena, str_of(pairs[i][0])), pairs[i][1]);
        assert_true(base64_decode(test_arena, str_of(pairs[i][1]), &out));
        assert_str(out, pairs[i][0]);
    }
    assert_true(base64_decode(test_arena, STR("-_-_"), &out));
    assert_str(out, "\xfb\xff\xbf");
    assert_true(base64_decode(test_arena, STR("Zg"), &out));
    assert_str(out, "f");
    static const char *const bad[] = { "Z", "Zg=", "Zg===", "Zh==", "Z g=", "====", "Zm9v=", "Zm9vYg=x" };
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(base64_decode(test_arena, str_of(bad[i]), &out));
}

TEST(text, html_escape_escapes_five_characters)
{
    assert_str(html_escape(test_arena, STR("<a href=\"x\">'&é")).text, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;é");
}

TEST(text, html_safe_url_lets_only_three_schemes_pass)
{
    static const char *const good[] = {
        "https://x/?a=b&c=d", "HTTP://x", "mailto:a@b", "/a:b", "a/b", "#x", "?q=a:b", ""
    };
    static const char *const bad[] = { "javascript:x",      "JavaScript:x",      " javascript:x",
                                       "java\nscript:x",    "data:text/html,x",  "javascript&colon;x",
                                       "java&#115;cript:x", "&#x6A;avascript:x", "vbscript:x",
                                       "\x01javascript:x",  "java&Tab;script:x", "j&#00097avascript:x",
                                       "javaéscript:x" };
    for (size_t i = 0; i < countof(good); i++)
        assert_str(html_safe_url(test_arena, str_of(good[i])), good[i]);
    for (size_t i = 0; i < countof(bad); i++)
        assert_str(html_safe_url(test_arena, str_of(bad[i])), "#");
}

TEST(text, gzip_comes_back_and_is_bounded)
{
    char big[200000];
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)(i * i >> 7);
    struct str in = { big, sizeof big }, out;
    struct str packed = gzip_bytes(test_arena, in, 6);
    assert_true(packed.n > 0 && packed.n < in.n);
    assert_true(gunzip_bytes(test_arena, packed, sizeof big, &out));
    assert_true(str_eq(in, out));
    assert_false(gunzip_bytes(test_arena, packed, sizeof big - 1, &out));
    assert_false(gunzip_bytes(test_arena, str_slice(packed, 0, packed.n - 1), sizeof big, &out));
    assert_false(gunzip_bytes(test_arena, STR("not gzip at all"), 100, &out));
    assert_true(gunzip_bytes(test_arena, gzip_bytes(test_arena, STR_NONE, 1), 0, &out));
    assert_int_equal(out.n, 0);
}

TEST(text, csv_quotes_and_defuses)
{
    struct buf b = buf_new(test_arena, 1000);
    csv_field(&b, STR("plain"), true);
    csv_field(&b, STR("a,\"b\""), false);
    csv_field(&b, STR("=1+1"), false);
    csv_field(&b, STR("-12.50"), false);
    csv_field(&b, STR("@x\ny"), false);
    csv_field(&b, STR_NONE, false);
    assert_str(buf_str(&b), "plain,\"a,\"\"b\"\"\",'=1+1,-12.50,\"'@x\ny\",");
}
