#include "server_priv.h"
#include "test.h"

static struct str host_of(const char *authority)
{
    struct str host;
    return host_normalize(test_arena, str_of(authority), &host) ? host : STR("refused");
}

TEST(http, a_host_is_lower_case_without_port_and_trailing_dot)
{
    assert_str(host_of("tech-school.local"), "tech-school.local");
    assert_str(host_of("Tech-School.LOCAL:8080"), "tech-school.local");
    assert_str(host_of("tech-school.local."), "tech-school.local");
    assert_str(host_of("tech-school.local.:80"), "tech-school.local");
    assert_str(host_of("127.0.0.1:1"), "127.0.0.1");
    assert_str(host_of("[::1]:8080"), "[::1]");
    assert_str(host_of("a:"), "a");
}

TEST(http, what_is_no_host_is_refused)
{
    static const char *const bad[] = { "",      ".",       "..",     "-a",       "a-",       "a b", "a/b",      "a@b",
                                       "a:b",   "a:99999", "a:1:2",  "a:-1",     "[::1",     "a_b", "\xc3\xa9", "a\rb",
                                       "a:+80", "a%2eb",   "[g]:80", "a:808080", "http://a", ".a" };
    for (size_t i = 0; i < countof(bad); i++)
        assert_str(host_of(bad[i]), "refused");
}

TEST(http, a_host_of_254_letters_is_refused)
{
    char name[255];
    memset(name, 'a', sizeof name);
    struct str host;
    assert_true(host_normalize(test_arena, (struct str){ name, 253 }, &host));
    assert_false(host_normalize(test_arena, (struct str){ name, 254 }, &host));
}

static struct http_request request_at(const char *authority)
{
    struct http_request rq = { .authority = str_of(authority) };
    assert_true(host_normalize(test_arena, rq.authority, &rq.host));
    return rq;
}

TEST(http, a_target_is_split_and_not_decoded)
{
    struct http_request rq = request_at("a");
    assert_true(target_split(test_arena, &rq, STR("/api/resource/LMS%20Course/a%2Fb?x=%00&y?z")));
    assert_str(rq.path, "/api/resource/LMS%20Course/a%2Fb");
    assert_str(rq.query, "x=%00&y?z");
}

TEST(http, an_absolute_target_counts_when_it_names_the_same_host)
{
    struct http_request rq = request_at("Tech.local:8080");
    assert_true(target_split(test_arena, &rq, STR("http://tech.local:8080/x?y=1")));
    assert_str(rq.target, "/x?y=1");
    assert_true(target_split(test_arena, &rq, STR("HTTP://TECH.LOCAL.:8080")));
    assert_str(rq.target, "/");
    assert_true(target_split(test_arena, &rq, STR("http://tech.local:8080?y=1")));
    assert_str(rq.path, "/");
    assert_str(rq.query, "y=1");
}

TEST(http, an_absolute_target_of_another_host_is_refused)
{
    struct http_request rq = request_at("tech.local:8080");
    assert_false(target_split(test_arena, &rq, STR("http://other.local:8080/")));
    assert_false(target_split(test_arena, &rq, STR("http://tech.local:8081/")));
    assert_false(target_split(test_arena, &rq, STR("http://tech.local/")));
    assert_false(target_split(test_arena, &rq, STR("http://u@tech.local:8080/")));
    assert_false(target_split(test_arena, &rq, STR("ftp://tech.local:8080/")));
}

TEST(http, odd_targets_are_refused)
{
    struct http_request rq = request_at("a");
    static const char *const bad[] = { "", "*", "x", "//a/b", "/a b", "/a\tb", "/a\x7f", "a:80" };
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(target_split(test_arena, &rq, str_of(bad[i])));
}

static struct http_request behind(struct http_header *headers, size_t count)
{
    static const char *const proxies[] = { "127.0.0.1", "10.0.0.2", NULL };
    struct http_settings s = { .trusted_proxies = proxies };
    struct http_request rq = {
        .headers = headers, .header_count = count, .peer = STR("127.0.0.1"), .scheme = STR("http")
    };
    peer_behind_proxy(&s, &rq);
    return rq;
}

TEST(http, the_client_is_the_last_hop_that_is_no_proxy_of_ours)
{
    struct http_header h[] = { { STR("X-Forwarded-For"), STR("6.6.6.6, 203.0.113.9, 10.0.0.2") },
                               { STR("X-Forwarded-Proto"), STR("http, https") } };
    struct http_request rq = behind(h, 2);
    assert_str(rq.peer, "203.0.113.9");
    assert_str(rq.scheme, "https");
}

TEST(http, two_lines_of_forwarded_addresses_are_one_list)
{
    struct http_header h[] = { { STR("X-Forwarded-For"), STR("6.6.6.6, 203.0.113.9") },
                               { STR("x-forwarded-for"), STR("10.0.0.2") } };
    assert_str(behind(h, 2).peer, "203.0.113.9");
}

TEST(http, a_forwarded_address_that_is_none_is_not_believed)
{
    struct http_header h[] = { { STR("X-Forwarded-For"), STR("6.6.6.6, <script>, 10.0.0.2") } };
    assert_str(behind(h, 1).peer, "10.0.0.2");
}

static bool trusts(const char *network, const char *peer)
{
    const char *const proxies[] = { network, NULL };
    return peer_trusted(&(struct http_settings){ .trusted_proxies = proxies }, str_of(peer));
}

TEST(http, a_network_of_proxies_is_trusted_as_far_as_its_bits_go)
{
    static const struct {
        const char *network, *inside, *outside;
    } cases[] = { { "10.0.0.0/8", "10.255.0.1", "11.0.0.1" },
                  { "172.16.0.0/12", "172.31.255.255", "172.32.0.0" },
                  { "192.0.2.7/32", "192.0.2.7", "192.0.2.6" },
                  { "0.0.0.0/0", "203.0.113.9", "2001:db8::1" },
                  { "2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1" } };
    for (size_t i = 0; i < countof(cases); i++) {
        assert_true(trusts(cases[i].network, cases[i].inside));
        assert_false(trusts(cases[i].network, cases[i].outside));
    }
}

TEST(http, what_is_no_network_is_told_from_one)
{
    static const char *const bad[] = {
        "", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "::/129", "a", "10.0.0.0/8/8", "/8"
    };
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(peer_network_valid(bad[i]));
    assert_true(peer_network_valid("::1"));
}

TEST(http, addresses_of_peers_are_written_in_the_usual_way)
{
    struct sockaddr_storage at = { .ss_family = AF_INET6 };
    char text[PEER_MOST];
    unsigned char mapped[16] = { [10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 7 };
    memcpy((char *)&at + 8, mapped, sizeof mapped);
    peer_of_address((struct sockaddr *)&at, text);
    assert_string_equal(text, "192.0.2.7");
}
