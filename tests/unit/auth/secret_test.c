/* Hashes and seals against vectors: passlib's strings (made with Python's hashlib), PHC strings of argon2, the Fernet
 * specification's own. */
#include "auth_priv.h"
#include "test.h"

static const struct {
    const char *hash, *password;
} pbkdf2[] = {
    { "$pbkdf2-sha256$29000$8PHy8/T19vf4.fr7/P3./w$b47HhJTkZULtl8JOkF.bnXIFBA5YzosbPPEZq5/P2Y0", "Wire-Pass-2026!" },
    { "$pbkdf2-sha256$1000$.//..//..//..//..//.$WGv0LBEwQBfhpluRrt5YslUQQnwQ9Uaj72IxkahxQ1E",
      "\xc3\xa9t\xc3\xa9 \xe2\x98\x80" },
    { "$pbkdf2-sha256$1$c2FsdA$8TXCeZO6.Ydzxc20ClcGzmo0XN5hsACmeFhlDNajJNc", "" },
    { "$pbkdf2-sha256$29000$AAAAAAAAAAAAAAAAAAAAAA$RtfER8c32UW6N2icqGP8HrdnMmdD.wkPthxDbW2tq5I",
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
};

static const char *const argon2[] = {
    "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$rk2Mi3E4dgRMg0fHaYaptWVZRKqs//6b6k3/nntqGJk",
    "$argon2id$v=19$m=64,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$voQDpD+sYPaW8jE747xdIyIqWQX6hQKyhBsyt5EJ+Qg",
    "$argon2i$v=19$m=128,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$1vciOx7IaUc9+lConZoyJ0KZWbpKlQilTj4+gJedaaw",
    "$argon2id$v=19$m=512,t=2,p=8$MDEyMzQ1Njc4OWFiY2RlZg$xq+brG89WdVkdFC5y2FUBYEJwUNgOL3mtQo4Z89VCig",
    "$argon2i$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$upMolgTkMlwbVBjdk8MFwkTNVPmQTsViYFz5ZF/pVVg",
};

TEST(password, verifies_what_passlib_wrote)
{
    for (size_t i = 0; i < countof(pbkdf2); i++) {
        assert_true(password_matches(str_of(pbkdf2[i].hash), str_of(pbkdf2[i].password)));
        assert_false(password_matches(str_of(pbkdf2[i].hash), STR("another")));
    }
}

TEST(password, verifies_argon2_of_any_parameters)
{
    for (size_t i = 0; i < countof(argon2); i++) {
        assert_true(password_matches(str_of(argon2[i]), STR("correct horse")));
        assert_false(password_matches(str_of(argon2[i]), STR("correct horsf")));
    }
}

TEST(password, its_own_hash_has_the_parameters_of_the_house)
{
    struct ctx cx = test_ctx();
    struct str one, two;
    assert_true(password_hash(&cx, STR("s3cret \xc3\xa9t\xc3\xa9"), &one));
    assert_true(password_hash(&cx, STR("s3cret \xc3\xa9t\xc3\xa9"), &two));
    assert_true(password_is_current(one));
    assert_false(str_eq(one, two));
    assert_true(password_matches(one, STR("s3cret \xc3\xa9t\xc3\xa9")));
    assert_false(password_matches(one, STR("s3cret")));
    assert_false(password_is_current(str_of(pbkdf2[0].hash)));
}

TEST(password, matches_nothing_that_is_no_hash)
{
    const char *bad[] = { "",
                          "x",
                          "$",
                          "$pbkdf2-sha256$",
                          "$pbkdf2-sha256$29000$$",
                          "$pbkdf2-sha256$0$c2FsdA$c3Vt",
                          "$pbkdf2-sha256$99999999999$c2FsdA$c3Vt",
                          "$pbkdf2-sha256$1$c2FsdA",
                          "$argon2id$",
                          "$argon2id$v=19$m=19456,t=2,p=1$$",
                          "$argon2d$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$c3Vt",
                          "plain" };
    for (size_t i = 0; i < countof(bad); i++) {
        assert_false(password_matches(str_of(bad[i]), STR("")));
        assert_false(password_matches(str_of(bad[i]), STR("plain")));
    }
}

TEST(password, the_dummy_costs_a_hash_and_matches_nobody)
{
    assert_true(password_is_current(password_dummy));
    assert_false(password_matches(password_dummy, STR("")));
    int64_t before = clock_mono_us();
    assert_false(password_matches(password_dummy, STR("password")));
    assert_true(clock_mono_us() - before > 2000);
}

TEST(password, the_first_anyone_would_guess_are_known)
{
    const char *bad[] = { "password", "PASSWORD1", "azertyuiop", "12345678", "zzzzzzzzzzzz" };
    for (size_t i = 0; i < countof(bad); i++)
        assert_true(password_is_common(str_of(bad[i])));
    assert_false(password_is_common(STR("correct horse battery")));
}

#define FERNET_KEY STR("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=")
#define FERNET_TOKEN                                                                                                   \
    STR("gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==")

TEST(fernet, seals_as_the_specification_says)
{
    unsigned char iv[16];
    for (unsigned char i = 0; i < 16; i++)
        iv[i] = i;
    struct str token = fernet_seal_with(test_arena, FERNET_KEY, 499162800, iv, STR("hello"));
    assert_true(str_eq(token, FERNET_TOKEN));
}

TEST(fernet, opens_as_the_specification_says)
{
    struct str text;
    assert_true(fernet_open(test_arena, FERNET_KEY, FERNET_TOKEN, &text));
    assert_str(text, "hello");
}

TEST(fernet, refuses_every_changed_character)
{
    struct str text;
    for (size_t i = 0; i + 2 < FERNET_TOKEN.n; i++) {
        char *changed = (char *)(uintptr_t)str_copy(test_arena, FERNET_TOKEN).p;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_false(fernet_open(test_arena, FERNET_KEY, (struct str){ changed, FERNET_TOKEN.n }, &text));
    }
    for (size_t n = 0; n < FERNET_TOKEN.n - 2; n++)
        assert_false(fernet_open(test_arena, FERNET_KEY, str_slice(FERNET_TOKEN, 0, n), &text));
    assert_false(fernet_open(test_arena, STR("short"), FERNET_TOKEN, &text));
    assert_false(fernet_open(test_arena, fernet_key(test_arena), FERNET_TOKEN, &text));
}

TEST(fernet, there_and_back_at_every_length)
{
    char body[100];
    memset(body, 'k', sizeof body);
    struct str key = fernet_key(test_arena), text;
    assert_int_equal(key.n, 44);
    for (size_t n = 0; n < sizeof body; n++) {
        struct str token = fernet_seal(test_arena, key, (struct str){ body, n });
        assert_true(token.n > 0);
        assert_true(fernet_open(test_arena, key, token, &text));
        assert_true(str_eq(text, (struct str){ body, n }));
    }
    assert_int_equal(fernet_seal(test_arena, STR("no key"), STR("x")).n, 0);
}

/* Made by Frappe itself (spec/frappe-api.md section 9). */
TEST(signature, is_frappes_over_the_same_bytes)
{
    struct str body = STR("{\"event\": \"enrolled\", \"member\": \"ana@tech-school.local\", \"course\": \"LMSC-0001\", "
                          "\"note\": \"A\\u00f1\"}");
    assert_str(signature_of(test_arena, STR("s3cr3t"), body), "n3DC3KxDEd1myLaV2BX+8W1OPXzayMLS0Ch1+tiC/GM=");
}
