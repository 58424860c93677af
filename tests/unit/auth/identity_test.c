/* Who calls: headers taken apart, forged requests refused, roles, what memory keeps. */
#include "auth_priv.h"
#include "test.h"

static void parses(const char *header, enum scheme scheme, const char *key, const char *secret)
{
    struct authorization a = authorization_parse(test_arena, str_of(header));
    if (a.scheme != scheme)
        fail_msg("\"%s\" is scheme %d", header, (int)a.scheme);
    if (scheme == SCHEME_KEY)
        assert_str(a.key, key);
    if (scheme == SCHEME_KEY || scheme == SCHEME_BEARER)
        assert_str(a.secret, secret);
}

TEST(authorization, is_two_words_or_nothing)
{
    parses("token abc:def", SCHEME_KEY, "abc", "def");
    parses("TOKEN abc:def", SCHEME_KEY, "abc", "def");
    parses("token abc:d:f", SCHEME_KEY, "abc", "d:f");
    parses("Basic YWJjOmRlZg==", SCHEME_KEY, "abc", "def");
    parses("basic YWJjOmRlZg", SCHEME_KEY, "abc", "def");
    parses("Bearer tok.en", SCHEME_BEARER, "", "tok.en");
    parses("", SCHEME_NONE, "", "");
    parses("token", SCHEME_NONE, "", "");
    parses("token  abc:def", SCHEME_NONE, "", "");
    parses("token abc:def extra", SCHEME_NONE, "", "");
    parses("token ", SCHEME_UNKNOWN, "", "");
    parses("token abc", SCHEME_UNKNOWN, "", "");
    parses("token :def", SCHEME_UNKNOWN, "", "");
    parses("token abc:", SCHEME_UNKNOWN, "", "");
    parses("Digest x", SCHEME_UNKNOWN, "", "");
    parses("Basic !!!", SCHEME_BROKEN, "", "");
    parses("Basic YWJj", SCHEME_UNKNOWN, "", "");
}

struct forgery {
    enum credential by;
    const char *stored, *sent, *origin, *site;
    bool unsafe, ignored, login, allowed;
};

/* Own origin is https://a.org throughout. */
static const struct forgery forgeries[] = {
    { BY_NOBODY, "", "", "", "", true, false, false, true },
    { BY_NOBODY, "", "", "https://evil.org", "cross-site", true, false, false, true },
    { BY_NOBODY, "", "", "https://evil.org", "", true, false, true, false },
    { BY_NOBODY, "", "", "", "cross-site", true, false, true, false },
    { BY_NOBODY, "", "", "https://a.org", "same-origin", true, false, true, true },
    { BY_SESSION, "", "", "", "", true, false, false, true },
    { BY_SESSION, "t", "", "", "", true, false, false, false },
    { BY_SESSION, "t", "t", "", "", true, false, false, true },
    { BY_SESSION, "t", "T", "", "", true, false, false, false },
    { BY_SESSION, "t", "tt", "", "", true, false, false, false },
    { BY_SESSION, "t", "", "", "", false, false, false, true },
    { BY_SESSION, "t", "", "", "", true, true, false, true },
    { BY_SESSION, "", "", "https://evil.org", "", true, false, false, false },
    { BY_SESSION, "t", "t", "https://evil.org", "", true, false, false, false },
    { BY_SESSION, "", "", "null", "", true, false, false, false },
    { BY_SESSION, "", "", "http://a.org", "", true, false, false, false },
    { BY_SESSION, "", "", "https://a.org", "", true, false, false, true },
    { BY_SESSION, "", "", "", "cross-site", true, false, false, false },
    { BY_SESSION, "", "", "", "same-site", true, false, false, true },
    { BY_SESSION, "t", "", "", "", true, false, true, true },
    { BY_TOKEN, "t", "", "https://evil.org", "cross-site", true, false, false, true },
};

TEST(csrf, is_refused_exactly_where_the_table_says)
{
    for (size_t i = 0; i < countof(forgeries); i++) {
        const struct forgery *f = &forgeries[i];
        struct ctx cx = test_ctx();
        struct identity who = { .user = user_administrator, .by = f->by, .csrf_token = str_of(f->stored) };
        struct csrf_facts facts = { str_of(f->sent), str_of(f->origin), STR("https://a.org"),
                                    str_of(f->site), f->unsafe,         f->ignored,
                                    f->login };
        if (csrf_check(&cx, &who, &facts) != f->allowed)
            fail_msg("row %zu", i);
        assert_ptr_equal(cx.err.kind, f->allowed ? NULL : &CSRFTokenError);
    }
}

TEST(user, administrator_has_every_role_and_guest_one)
{
    assert_true(user_has_role(user_administrator, "Anything"));
    assert_true(user_has_role(user_guest, "Guest"));
    assert_false(user_has_role(user_guest, "All"));
    assert_true(user_is_guest(user_guest) && !user_is_guest(user_administrator));
    assert_true(user_is_administrator(user_administrator) && !user_is_administrator(user_guest));
}

TEST(session, a_sid_is_56_hexadecimal_digits)
{
    struct str sid = random_hex(test_arena, 28);
    assert_true(sid_valid(sid));
    assert_int_equal(sid_hash_of(test_arena, sid).n, 64);
    assert_false(sid_valid(str_slice(sid, 0, 55)));
    assert_false(sid_valid(STR("Guest")));
    assert_false(sid_valid(STR("ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEF00")));
}

static struct site *site_without_settings(void)
{
    struct site *s = arena_new_of(test_arena, struct site);
    s->settings = map_new(test_arena);
    return s;
}

static void expiry_is(const char *text, int64_t seconds)
{
    struct site *s = site_without_settings();
    struct str value = str_of(text);
    map_put(&s->settings, STR("System Settings.session_expiry"), &value);
    assert_int_equal(session_seconds(s), seconds);
}

TEST(session, lives_as_long_as_the_settings_say)
{
    assert_int_equal(session_seconds(site_without_settings()), 612000);
    expiry_is("170:00", 612000);
    expiry_is("06:30:15", 23415);
    expiry_is("1", 3600);
    expiry_is("", 612000);
    expiry_is("00:00", 612000);
    expiry_is("1:2:3:4", 612000);
    expiry_is("x", 612000);
}

TEST(session, slides_and_ends_after_thirty_days_all_the_same)
{
    struct site *site = site_without_settings();
    const int64_t hour = 3600 * 1000000LL, day = 24 * hour;
    struct session s = { .created_us = 0, .seen_us = 29 * day };
    assert_true(session_alive(&s, site, 29 * day + hour));
    assert_false(session_alive(&s, site, 30 * day));
    s = (struct session){ .created_us = 0, .seen_us = 0 };
    assert_true(session_alive(&s, site, 170 * hour - 1));
    assert_false(session_alive(&s, site, 170 * hour));
}

TEST(throttle, counts_people_by_a_hash_that_keeps_pairs_apart)
{
    struct str a = throttle_who(test_arena, STR("ab"), STR("c")), b = throttle_who(test_arena, STR("a"), STR("bc"));
    assert_int_equal(a.n, 32);
    assert_false(str_eq(a, b));
    assert_true(str_eq(a, throttle_who(test_arena, STR("ab"), STR("c"))));
}
