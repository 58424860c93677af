/* Which addresses and URLs are let out. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "test.h"
#include "work_priv.h"

static bool is_public(const char *text)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return address_is_public((const struct sockaddr *)(const void *)&v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return address_is_public((const struct sockaddr *)(const void *)&v6);
}

TEST(address, the_public_internet_is_public)
{
    static const char *const all[] = {
        "1.1.1.1",         "8.8.8.8",    "9.255.255.255",   "11.0.0.0",        "100.63.255.255",  "100.128.0.0",
        "126.255.255.255", "128.0.0.0",  "172.15.255.255",  "172.32.0.0",      "192.167.255.255", "192.169.0.0",
        "198.17.255.255",  "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1",    "2001:4860:4860::8888"
    };
    for (size_t i = 0; i < countof(all); i++)
        if (!is_public(all[i]))
            fail_msg("%s is refused", all[i]);
}

TEST(address, nothing_private_local_reserved_or_translated_is)
{
    static const char *const all[] = { "0.0.0.0",
                                       "0.255.255.255",
                                       "10.0.0.1",
                                       "100.64.0.1",
                                       "127.0.0.1",
                                       "127.255.255.254",
                                       "169.254.169.254",
                                       "172.16.0.1",
                                       "172.31.255.255",
                                       "192.0.0.8",
                                       "192.0.2.1",
                                       "192.88.99.1",
                                       "192.168.1.1",
                                       "198.18.0.1",
                                       "198.51.100.1",
                                       "203.0.113.1",
                                       "224.0.0.1",
                                       "240.0.0.1",
                                       "255.255.255.255",
                                       "::",
                                       "::1",
                                       "::ffff:127.0.0.1",
                                       "::ffff:8.8.8.8",
                                       "64:ff9b::7f00:1",
                                       "64:ff9b:1::1",
                                       "100::1",
                                       "2001::1",
                                       "2001:db8::1",
                                       "2002:7f00:1::",
                                       "3fff::1",
                                       "fc00::1",
                                       "fd00:ec2::254",
                                       "fe80::1",
                                       "fec0::1",
                                       "ff02::1" };
    for (size_t i = 0; i < countof(all); i++)
        if (is_public(all[i]))
            fail_msg("%s is let out", all[i]);
}

static const char *refused(const char *url, json_t *config)
{
    struct site site = { .config = config };
    struct ctx cx = test_ctx();
    cx.site = &site;
    const char *why = fetch_refuses(&cx, str_of(url));
    json_decref(config);
    return why;
}

TEST(fetch, only_https_on_its_port_unless_the_operator_lists_the_host)
{
    assert_null(refused("https://example.org/hook", NULL));
    assert_null(refused("https://example.org:443/hook", NULL));
    assert_non_null(refused("http://example.org/hook", NULL));
    assert_non_null(refused("https://example.org:8443/hook", NULL));
    assert_null(refused("http://Frontend:8080/", json_pack("{s:[s]}", "allow_private_hosts", "frontend:8080")));
    assert_non_null(refused("http://frontend:8081/", json_pack("{s:[s]}", "allow_private_hosts", "frontend:8080")));
    assert_null(refused("http://10.0.0.7:81/", json_pack("{s:[s]}", "allow_private_hosts", "10.0.0.7")));
    assert_non_null(refused("http://frontend:8080/", json_pack("{s:s}", "allow_private_hosts", "frontend:8080")));
}

TEST(fetch, what_is_no_address_of_the_web_is_refused)
{
    static const char *const all[] = { "",
                                       "ftp://example.org/",
                                       "file:///etc/passwd",
                                       "example.org/hook",
                                       "https://",
                                       "gopher://x/",
                                       "https://a b/",
                                       "https://x\n/",
                                       "javascript:alert(1)" };
    for (size_t i = 0; i < countof(all); i++)
        if (!refused(all[i], NULL))
            fail_msg("%s is let out", all[i]);
}

TEST(fetch, odd_spellings_of_loopback_do_not_reach_it)
{
    static const char *const all[] = { "https://127.0.0.1/", "https://2130706433/",      "https://0x7f.1/",
                                       "https://[::1]/",     "https://[::ffff:7f00:1]/", "https://0/",
                                       "https://localhost/" };
    struct site site = { 0 };
    assert_true(fetch_ready());
    for (size_t i = 0; i < countof(all); i++) {
        struct ctx cx = test_ctx();
        struct fetched got;
        cx.site = &site;
        assert_true(fetch(&cx, &(struct fetch){ .url = str_of(all[i]), .method = "GET", .timeout_s = 2 }, &got));
        assert_int_equal(got.status, 0);
        if (!got.problem || !strstr(got.problem, "not a public one"))
            fail_msg("%s: %s", all[i], got.problem);
    }
}
