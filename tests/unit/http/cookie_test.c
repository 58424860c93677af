#include "http.h"
#include "test.h"

static struct http_request with(struct http_header *headers, size_t count)
{
    return (struct http_request){ .headers = headers, .header_count = count };
}

TEST(http, a_cookie_is_found_among_others)
{
    struct http_header h[] = { { STR("cookie"), STR("a=1; sid=abc;user_id=x%40y") } };
    struct http_request rq = with(h, 1);
    assert_str(http_cookie(&rq, "sid"), "abc");
    assert_str(http_cookie(&rq, "user_id"), "x%40y");
    assert_str(http_cookie(&rq, "id"), "");
}

TEST(http, a_cookie_named_twice_is_no_cookie)
{
    struct http_header h[] = { { STR("Cookie"), STR("sid=1; sid=2; b=3") } };
    struct http_request rq = with(h, 1);
    assert_str(http_cookie(&rq, "sid"), "");
    assert_str(http_cookie(&rq, "b"), "3");
}

TEST(http, two_cookie_headers_are_no_cookies)
{
    struct http_header h[] = { { STR("Cookie"), STR("sid=1") }, { STR("COOKIE"), STR("b=2") } };
    struct http_request rq = with(h, 2);
    assert_str(http_cookie(&rq, "sid"), "");
    assert_str(http_cookie(&rq, "b"), "");
}

TEST(http, a_quoted_cookie_loses_its_quotes)
{
    struct http_header h[] = { { STR("Cookie"), STR("full_name=\"Ada L\"; e=\"; x=") } };
    struct http_request rq = with(h, 1);
    assert_str(http_cookie(&rq, "full_name"), "Ada L");
    assert_str(http_cookie(&rq, "e"), "\"");
    assert_str(http_cookie(&rq, "x"), "");
}

TEST(http, a_header_is_found_in_any_letter_case)
{
    struct http_header h[] = { { STR("X-Frappe-CSRF-Token"), STR("t") }, { STR("x-frappe-csrf-token"), STR("u") } };
    struct http_request rq = with(h, 2);
    assert_str(http_header_of(&rq, "x-frappe-csrf-token"), "t");
    assert_int_equal(http_header_times(&rq, "X-FRAPPE-CSRF-TOKEN"), 2);
    assert_str(http_header_of(&rq, "X-Frappe"), "");
}
