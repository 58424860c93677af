/* The web room without a server: the router, arguments, error bodies. */
#include "test.h"
#include "web.h"

static bool run(struct web *w)
{
    (void)w;
    return true;
}

ROUTE(test_literal) = { .pattern = "/test/one", .verbs = HTTP_GET, .run = run };
ROUTE(test_any) = { .pattern = "/test/:name", .verbs = HTTP_GET, .run = run };
ROUTE(test_any_put) = { .pattern = "/test/:name", .verbs = HTTP_PUT, .run = run };
ROUTE(test_rest) = { .pattern = "/test/*rest", .verbs = HTTP_DELETE, .run = run };
ROUTE(test_deep) = { .pattern = "/test/:name/leaf", .verbs = HTTP_GET, .run = run };
ROUTE(test_rest_deep) = { .pattern = "/test/:name/*rest", .verbs = HTTP_GET, .run = run };

static struct web *ask(enum http_method method, const char *path, const char *body, const char *type)
{
    static struct http_header header;
    struct exchange *x = arena_new_of(test_arena, struct exchange);
    struct web *w = arena_new_of(test_arena, struct web);
    struct str why;
    x->arena = test_arena;
    x->response.file_fd = -1;
    x->request = (struct http_request){ .method = method,
                                        .method_name = STR("VERB"),
                                        .path = str_of(path),
                                        .target = str_of(path),
                                        .body = str_of(body),
                                        .spool_fd = -1,
                                        .body_size = body ? strlen(body) : 0,
                                        .id = STR("0123456789abcdef"),
                                        .scheme = STR("http") };
    if (type) {
        header = (struct http_header){ STR("Content-Type"), str_of(type) };
        x->request.headers = &header;
        x->request.header_count = 1;
    }
    assert_true(web_routes_build(test_arena, &why));
    web_open(w, x);
    web_match(w, x->request.path);
    return w;
}

static const char *pattern_of(enum http_method method, const char *path)
{
    struct web *w = ask(method, path, NULL, NULL);
    return w->route ? w->route->pattern : "";
}

TEST(web, a_literal_beats_a_name_beats_the_rest)
{
    assert_string_equal(pattern_of(HTTP_GET, "/test/one"), "/test/one");
    assert_string_equal(pattern_of(HTTP_GET, "/test/two"), "/test/:name");
    assert_string_equal(pattern_of(HTTP_GET, "/test/two/leaf"), "/test/:name/leaf");
    assert_string_equal(pattern_of(HTTP_GET, "/test/two/twig/leaf"), "/test/:name/*rest");
}

TEST(web, one_slash_at_the_end_is_ignored_and_empty_segments_match_nothing)
{
    assert_string_equal(pattern_of(HTTP_GET, "/test/one/"), "/test/one");
    assert_string_equal(pattern_of(HTTP_GET, "/test//one"), "");
    assert_string_equal(pattern_of(HTTP_GET, "//test/one"), "");
    assert_string_equal(pattern_of(HTTP_GET, "/test"), "");
}

TEST(web, head_is_answered_where_get_is_and_verbs_that_do_not_fit_are_known)
{
    assert_string_equal(pattern_of(HTTP_HEAD, "/test/two"), "/test/:name");
    struct web *w = ask(HTTP_POST, "/test/two", NULL, NULL);
    assert_null(w->route);
    assert_int_equal(w->allowed, HTTP_GET | HTTP_HEAD | HTTP_PUT);
}

TEST(web, segments_are_decoded_once_after_the_split)
{
    struct web *w = ask(HTTP_GET, "/test/a%2Fb%2525", NULL, NULL);
    assert_str(web_captured(w, "name"), "a/b%25");
    assert_str(web_captured(ask(HTTP_GET, "/test/x/a%20b/c%2Fd", NULL, NULL), "rest"), "a b/c/d");
}

TEST(web, a_broken_escape_is_remembered)
{
    assert_true(ask(HTTP_GET, "/test/%zz", NULL, NULL)->malformed);
    assert_false(ask(HTTP_GET, "/test/zz", NULL, NULL)->malformed);
}

TEST(web, a_json_body_is_the_arguments_and_an_array_becomes_data)
{
    struct web *w = ask(HTTP_PUT, "/test/x", "{\"a\": 1, \"_\": 2}", "application/json; charset=utf-8");
    assert_true(web_read_args(w));
    assert_str(web_arg(w, "a"), "1");
    assert_null(web_arg_json(w, "_"));
    w = ask(HTTP_PUT, "/test/x", "[1]", "application/vnd.x+json");
    assert_true(web_read_args(w));
    assert_true(json_is_array(web_arg_json(w, "data")));
}

TEST(web, a_scalar_body_is_no_argument_map)
{
    struct web *w = ask(HTTP_PUT, "/test/x", "7", "application/json");
    assert_false(web_read_args(w));
    assert_str(w->cx.err.message, "Invalid request arguments");
}

TEST(web, the_first_value_of_a_form_wins)
{
    struct web *w = ask(HTTP_PUT, "/test/x", "a=1&a=2&b=x+y", "application/x-www-form-urlencoded");
    assert_true(web_read_args(w));
    assert_str(web_arg(w, "a"), "1");
    assert_str(web_arg(w, "b"), "x y");
}

TEST(web, an_unknown_media_type_is_json_only_when_it_looks_like_it)
{
    assert_true(web_read_args(ask(HTTP_PUT, "/test/x", " {\"a\":1}", "text/plain")));
    struct web *w = ask(HTTP_PUT, "/test/x", "a=1", "text/plain");
    assert_false(web_read_args(w));
    assert_ptr_equal(w->cx.err.kind, &UnsupportedMediaType);
}

TEST(web, an_argument_may_be_text_that_holds_json)
{
    const json_t *value;
    struct web *w = ask(HTTP_PUT, "/test/x", "f=%5B1%5D&g=%5B&h=", "application/x-www-form-urlencoded");
    assert_true(web_read_args(w));
    assert_true(web_arg_parsed(w, "f", &value) && json_is_array(value));
    assert_true(web_arg_parsed(w, "h", &value) && !value);
    assert_false(web_arg_parsed(w, "g", &value));
}

TEST(web, an_error_body_has_frappes_members_in_order)
{
    struct web *w = ask(HTTP_PUT, "/test/x", NULL, NULL);
    w->json = true;
    note(&w->cx, NULL, "%s", "first");
    throw(&w->cx, &LinkValidationError, "Could not find %s", "x");
    w->cx.err.hint = STR("hint");
    web_send_error(w);
    assert_int_equal(w->exchange->response.status, 417);
    struct str body = w->exchange->response.body;
    assert_true(
        str_starts(body, STR("{\"exception\":\"frappe.exceptions.LinkValidationError: Could not find x\",\"exc_type\":"
                             "\"LinkValidationError\",\"exc\":\"[\\\"frappe.exceptions.LinkValidationError: Could "
                             "not find x\\\"]\",\"_server_messages\":\"[\\\"{\\\\\\\"message\\\\\\\": "
                             "\\\\\\\"first\\\\\\\", \\\\\\\"title\\\\\\\": \\\\\\\"Message\\\\\\\"}\\\", ")));
    assert_true(str_ends(body, STR("\"_error_message\":\"hint\",\"request_id\":\"0123456789abcdef\"}")));
}

TEST(web, a_quiet_error_has_no_messages)
{
    struct web *w = ask(HTTP_PUT, "/test/x", NULL, NULL);
    w->json = true;
    throw_quiet(&w->cx, &DoesNotExistError);
    web_send_error(w);
    assert_true(str_find(w->exchange->response.body, STR("_server_messages")) < 0);
    assert_true(str_starts(w->exchange->response.body, STR("{\"exception\":\"frappe.exceptions.DoesNotExistError\",")));
}

TEST(web, notes_of_a_success_come_after_its_own_members)
{
    struct web *w = ask(HTTP_PUT, "/test/x", NULL, NULL);
    w->api = 1;
    note(&w->cx, NULL, "%s", "done");
    out_begin_object(&w->out);
    out_member_int(&w->out, "data", 1);
    out_end_object(&w->out);
    assert_true(web_send_json(w, 200));
    assert_true(str_starts(w->exchange->response.body, STR("{\"data\":1,\"_server_messages\":\"[")));
}
