/* Logging in, sessions, tokens and secrets against a real server. */
#include "auth_priv.h"
#include "tenant.h"

#define SECRET "Wire-Pass-2026!"

static struct identity who;
static struct str sid;

static bool try_login(struct ctx *cx, const char *usr, const char *pwd, const char *peer)
{
    who = (struct identity){ 0 };
    return login(cx, str_of(usr), str_of(pwd), str_of(peer), STR("test"), &who, &sid);
}

static void begin(void)
{
    tenant_open();
    tenant_sql("DELETE FROM `school`.`__Auth`");
    tenant_sql("DELETE FROM `school`.`tabUser`");
    tenant_sql("DELETE FROM `school`.`tabHas Role`");
    tenant_sql("DELETE FROM `school`.`tabSingles`");
    tenant_sql("DELETE FROM `school`.`preau_session`");
    tenant_sql("DELETE FROM `school`.`preau_throttle`");
    tenant_sql("REPLACE INTO `school`.`tabRole` VALUES ('Student', 0), ('Old', 1)");
    tenant_sql("INSERT INTO `school`.`tabUser` (`name`, `full_name`, `enabled`) VALUES ('ana@x.org', 'Ana Ruiz', 1), "
               "('off@x.org', 'Off', 0)");
    tenant_sql("INSERT INTO `school`.`tabHas Role` VALUES ('1', 'ana@x.org', 'User', 'Student'), "
               "('2', 'ana@x.org', 'User', 'Old'), ('3', 'off@x.org', 'User', 'Student')");
    struct ctx cx;
    tenant_call(&cx);
    assert_true(password_set(&cx, STR("ana@x.org"), STR(SECRET), false));
    assert_true(password_set(&cx, STR("off@x.org"), STR(SECRET), false));
    assert_true(call_commit(&cx));
    db_return(&cx);
}

static void enter(struct ctx *cx)
{
    tenant_call(cx);
    if (!try_login(cx, "ana@x.org", SECRET, "192.0.2.1"))
        fail_msg("%.*s", STR_ARG(cx->err.message));
    assert_true(call_commit(cx));
    db_return(cx);
}

static void find(struct ctx *cx, struct str with_sid, const char *header, struct identity *out)
{
    tenant_call(cx);
    cx->may_write = false;
    if (!identity_find(cx, with_sid, str_of(header), out))
        fail_msg("%.*s", STR_ARG(cx->err.message));
    db_return(cx);
}

TEST(login, lets_in_and_the_session_is_known_then_from_memory)
{
    begin();
    struct ctx cx;
    enter(&cx);
    assert_int_equal(sid.n, 56);
    assert_str(who.user->full_name, "Ana Ruiz");
    assert_true(user_has_role(who.user, "Student"));
    assert_true(user_has_role(who.user, "All"));
    assert_false(user_has_role(who.user, "Old"));
    struct identity found;
    assert_false(identity_peek(cx.site, test_arena, sid, STR_NONE, &found));
    find(&cx, sid, "", &found);
    assert_int_equal(found.by, BY_SESSION);
    assert_str(found.user->name, "ana@x.org");
    assert_true(identity_peek(cx.site, test_arena, sid, STR_NONE, &found));
    assert_str(found.user->name, "ana@x.org");
    tenant_close();
}

TEST(login, takes_the_name_in_any_case_and_gives_back_the_stored_one)
{
    begin();
    struct ctx cx;
    tenant_call(&cx);
    assert_true(try_login(&cx, " ANA@x.org ", SECRET, "192.0.2.1"));
    assert_str(who.user->name, "ana@x.org");
    tenant_close();
}

static void refused(const char *usr, const char *pwd, const char *words)
{
    struct ctx cx;
    tenant_call(&cx);
    assert_false(try_login(&cx, usr, pwd, "192.0.2.9"));
    assert_ptr_equal(cx.err.kind, &AuthenticationError);
    assert_true(cx.err.quiet);
    assert_str(cx.err.message, words);
    db_return(&cx);
}

TEST(login, refuses_in_frappes_words)
{
    begin();
    refused("ana@x.org", "wrong", "Invalid login credentials");
    refused("nobody@x.org", SECRET, "Invalid login credentials");
    refused("Guest", SECRET, "Invalid login credentials");
    refused("' OR 1=1 -- ", SECRET, "Invalid login credentials");
    refused("\xff", SECRET, "Invalid login credentials");
    refused("off@x.org", SECRET, "User disabled or missing");
    refused("off@x.org", "wrong", "Invalid login credentials");
    refused("", SECRET, "Incomplete login details");
    refused("ana@x.org", "", "Incomplete login details");
    char *long_one = arena_alloc(test_arena, 514);
    memset(long_one, 'x', 513);
    refused("ana@x.org", long_one, "Password size exceeded the maximum allowed size");
    tenant_close();
}

TEST(login, is_locked_after_ten_failures_for_that_account_and_address_only)
{
    begin();
    struct ctx cx;
    for (int i = 0; i < 10; i++)
        refused("ana@x.org", "wrong", "Invalid login credentials");
    tenant_call(&cx);
    assert_false(try_login(&cx, "Ana@x.org", SECRET, "192.0.2.9"));
    assert_ptr_equal(cx.err.kind, &SecurityException);
    assert_true(cx.err.retry_after_s > 50 && cx.err.retry_after_s <= 60);
    db_return(&cx);
    tenant_call(&cx);
    assert_true(try_login(&cx, "ana@x.org", SECRET, "192.0.2.10"));
    call_rollback(&cx);
    tenant_sql("UPDATE `school`.`preau_throttle` SET `since_us` = `since_us` - 61000000");
    tenant_call(&cx);
    assert_true(try_login(&cx, "ana@x.org", SECRET, "192.0.2.9"));
    tenant_close();
}

TEST(login, renews_a_hash_that_frappe_made)
{
    begin();
    tenant_sql("UPDATE `school`.`__Auth` SET `password` = '$pbkdf2-sha256$29000$8PHy8/T19vf4.fr7/P3+/w$x' "
               "WHERE `name` = 'ana@x.org'");
    struct ctx cx;
    tenant_call(&cx);
    struct str hash;
    assert_false(try_login(&cx, "ana@x.org", SECRET, "192.0.2.1"));
    db_return(&cx);
    tenant_sql("UPDATE `school`.`__Auth` SET `password` = "
               "'$pbkdf2-sha256$29000$8PHy8/T19vf4.fr7/P3./w$b47HhJTkZULtl8JOkF.bnXIFBA5YzosbPPEZq5/P2Y0' WHERE `name` "
               "= 'ana@x.org'");
    tenant_call(&cx);
    assert_true(try_login(&cx, "ana@x.org", SECRET, "192.0.2.1"));
    assert_true(call_commit(&cx));
    struct sql *q = sql_new(&cx);
    sql_add(q, "SELECT `password` FROM `school`.`__Auth` WHERE `name` = 'ana@x.org'");
    assert_true(db_first_text(&cx, q, &hash));
    assert_true(password_is_current(hash));
    assert_true(password_matches(hash, STR(SECRET)));
    tenant_close();
}

TEST(session, ends_the_one_before_at_login_and_itself_at_logout)
{
    begin();
    struct ctx cx;
    struct identity found;
    enter(&cx);
    struct str first = sid;
    find(&cx, first, "", &found);
    tenant_call(&cx);
    who = found;
    assert_true(login(&cx, STR("ana@x.org"), STR(SECRET), STR("192.0.2.1"), STR(""), &who, &sid));
    assert_true(call_commit(&cx));
    db_return(&cx);
    assert_false(str_eq(first, sid));
    find(&cx, first, "", &found);
    assert_true(user_is_guest(found.user) && found.session_expired);
    find(&cx, sid, "", &found);
    tenant_call(&cx);
    assert_true(logout(&cx, &found));
    assert_true(call_commit(&cx));
    db_return(&cx);
    find(&cx, sid, "", &found);
    assert_true(user_is_guest(found.user) && found.session_expired);
    tenant_close();
}

TEST(session, unknown_malformed_or_none_is_guest)
{
    begin();
    struct ctx cx;
    struct identity found;
    find(&cx, random_hex(test_arena, 28), "", &found);
    assert_true(user_is_guest(found.user) && found.session_expired);
    find(&cx, STR("x"), "", &found);
    assert_true(found.session_expired);
    find(&cx, STR("Guest"), "", &found);
    assert_true(user_is_guest(found.user) && !found.session_expired);
    find(&cx, STR_NONE, "", &found);
    assert_true(user_is_guest(found.user) && found.by == BY_NOBODY);
    tenant_close();
}

TEST(session, expires_by_idleness_and_is_stamped_every_ten_minutes)
{
    begin();
    struct ctx cx;
    struct identity found;
    int64_t seen;
    enter(&cx);
    tenant_sql("UPDATE `school`.`preau_session` SET `seen_us` = `seen_us` - 700000000");
    find(&cx, sid, "", &found);
    assert_int_equal(found.by, BY_SESSION);
    struct sql *q = sql_new(&cx);
    sql_add(q, "SELECT `seen_us` FROM `school`.`preau_session`");
    assert_true(db_first_int(&cx, q, &seen));
    assert_true(seen == cx.now_us);
    db_return(&cx);
    tenant_sql("UPDATE `school`.`preau_session` SET `seen_us` = `seen_us` - 612000000000");
    tenant_call(&cx);
    call_changes(&cx, SESSIONS);
    assert_true(call_commit(&cx));
    db_return(&cx);
    find(&cx, sid, "", &found);
    assert_true(found.session_expired);
    tenant_close();
}

TEST(session, of_a_disabled_user_is_refused)
{
    begin();
    struct ctx cx;
    struct identity found;
    enter(&cx);
    find(&cx, sid, "", &found);
    tenant_sql("UPDATE `school`.`tabUser` SET `enabled` = 0");
    tenant_call(&cx);
    call_changes(&cx, "User");
    assert_true(call_commit(&cx));
    assert_false(identity_find(&cx, sid, STR_NONE, &found));
    assert_ptr_equal(cx.err.kind, &ValidationError);
    tenant_close();
}

TEST(session, gets_one_csrf_token_for_its_life)
{
    begin();
    struct ctx cx;
    struct identity one, two;
    struct str token, again;
    enter(&cx);
    find(&cx, sid, "", &one);
    find(&cx, sid, "", &two);
    assert_int_equal(one.csrf_token.n, 0);
    assert_true(csrf_token(&cx, &one, &token));
    assert_int_equal(token.n, 56);
    assert_true(csrf_token(&cx, &two, &again));
    assert_true(str_eq(token, again));
    find(&cx, sid, "", &two);
    assert_true(str_eq(two.csrf_token, token));
    tenant_close();
}

TEST(session, all_but_one_end_with_a_new_password)
{
    begin();
    struct ctx cx;
    struct identity found;
    enter(&cx);
    struct str first = sid;
    enter(&cx);
    tenant_call(&cx);
    assert_true(sessions_end(&cx, STR("ana@x.org"), sid_hash_of(test_arena, sid)));
    assert_true(call_commit(&cx));
    db_return(&cx);
    find(&cx, first, "", &found);
    assert_true(found.session_expired);
    find(&cx, sid, "", &found);
    assert_false(found.session_expired);
    tenant_call(&cx);
    assert_true(password_set(&cx, STR("ana@x.org"), STR("another good one"), false));
    assert_true(call_commit(&cx));
    db_return(&cx);
    find(&cx, sid, "", &found);
    assert_true(found.session_expired);
    tenant_close();
}

static void refuses_header(const char *header, const struct exc *kind)
{
    struct ctx cx;
    struct identity found;
    tenant_call(&cx);
    assert_false(identity_find(&cx, STR_NONE, str_of(header), &found));
    assert_ptr_equal(cx.err.kind, kind);
    db_return(&cx);
}

TEST(token, is_right_or_refused)
{
    begin();
    struct ctx cx;
    struct identity found;
    struct str key, secret, key_again, other;
    tenant_call(&cx);
    assert_true(api_key_make(&cx, STR("ANA@x.org"), &key, &secret));
    assert_true(call_commit(&cx));
    db_return(&cx);
    assert_int_equal(key.n, 15);
    assert_int_equal(secret.n, 15);
    const char *good = arena_printf(test_arena, "token %.*s:%.*s", STR_ARG(key), STR_ARG(secret));
    assert_false(identity_peek(cx.site, test_arena, STR_NONE, str_of(good), &found));
    find(&cx, STR_NONE, good, &found);
    assert_int_equal(found.by, BY_TOKEN);
    assert_str(found.user->name, "ana@x.org");
    assert_true(identity_peek(cx.site, test_arena, STR_NONE, str_of(good), &found));
    assert_int_equal(found.by, BY_TOKEN);
    refuses_header(arena_printf(test_arena, "token %.*s:x", STR_ARG(key)), &AuthenticationError);
    refuses_header(arena_printf(test_arena, "token x:%.*s", STR_ARG(secret)), &AuthenticationError);
    refuses_header("Digest x", &AuthenticationError);
    refuses_header("Basic !", &InvalidAuthorizationToken);
    refuses_header("Bearer nothing", &AuthenticationError);
    find(&cx, STR_NONE, "token", &found);
    assert_true(user_is_guest(found.user));
    tenant_call(&cx);
    assert_true(api_key_make(&cx, STR("ana@x.org"), &key_again, &other));
    assert_true(call_commit(&cx));
    db_return(&cx);
    assert_true(str_eq(key, key_again));
    refuses_header(good, &AuthenticationError);
    tenant_close();
}

TEST(token, of_a_disabled_user_is_refused_and_beside_a_session_must_be_right)
{
    begin();
    struct ctx cx;
    struct identity found;
    struct str key, secret;
    tenant_call(&cx);
    assert_true(api_key_make(&cx, STR("off@x.org"), &key, &secret));
    assert_true(call_commit(&cx));
    db_return(&cx);
    refuses_header(arena_printf(test_arena, "token %.*s:%.*s", STR_ARG(key), STR_ARG(secret)), &AuthenticationError);
    enter(&cx);
    tenant_call(&cx);
    assert_false(identity_find(&cx, sid, STR("token a:b"), &found));
    assert_ptr_equal(cx.err.kind, &AuthenticationError);
    tenant_close();
}

TEST(token, a_bearer_is_good_until_it_expires)
{
    begin();
    struct ctx cx;
    struct identity found;
    tenant_sql("REPLACE INTO `school`.`tabOAuth Bearer Token` VALUES ('Good', 'ana@x.org', 'Active', '2999-01-01'), "
               "('Late', 'ana@x.org', 'Active', '2001-01-01'), ('Gone', 'ana@x.org', 'Revoked', '2999-01-01')");
    find(&cx, STR_NONE, "Bearer Good", &found);
    assert_str(found.user->name, "ana@x.org");
    refuses_header("Bearer good", &AuthenticationError);
    refuses_header("Bearer Late", &AuthenticationError);
    refuses_header("Bearer Gone", &AuthenticationError);
    tenant_close();
}

TEST(password, has_rules)
{
    begin();
    struct ctx cx;
    const char *bad[] = { "short", "password123", "ana@x.org" };
    for (size_t i = 0; i < countof(bad); i++) {
        tenant_call(&cx);
        assert_false(password_set(&cx, STR("ana@x.org"), str_of(bad[i]), false));
        assert_ptr_equal(cx.err.kind, &ValidationError);
        db_return(&cx);
    }
    bool has;
    tenant_call(&cx);
    assert_true(password_set(&cx, STR("ana@x.org"), STR("x"), true));
    assert_true(password_has(&cx, STR("ana@x.org"), &has) && has);
    assert_true(password_has(&cx, STR("nobody"), &has) && !has);
    assert_false(password_set(&cx, STR("nobody"), STR("long enough it is"), false));
    assert_ptr_equal(cx.err.kind, &DoesNotExistError);
    tenant_close();
}

TEST(secret, is_stored_sealed_renamed_and_deleted)
{
    begin();
    struct ctx cx;
    struct str out;
    bool has;
    tenant_call(&cx);
    assert_true(secret_set(&cx, STR("Webhook"), STR("W1"), "webhook_secret", STR("hush")));
    struct sql *q = sql_new(&cx);
    sql_add(q, "SELECT `password` FROM `school`.`__Auth` WHERE `name` = 'W1'");
    assert_true(db_first_text(&cx, q, &out));
    assert_true(str_starts(out, STR("gAAAA")));
    assert_true(secrets_rename(&cx, STR("Webhook"), STR("W1"), STR("W2")));
    assert_true(secret_get(&cx, STR("Webhook"), STR("W2"), "webhook_secret", &out));
    assert_str(out, "hush");
    assert_true(secret_has(&cx, STR("Webhook"), STR("W1"), "webhook_secret", &has) && !has);
    assert_true(secret_set(&cx, STR("Webhook"), STR("W2"), "webhook_secret", STR("")));
    assert_true(secret_has(&cx, STR("Webhook"), STR("W2"), "webhook_secret", &has) && !has);
    assert_true(secret_set(&cx, STR("Webhook"), STR("W2"), "webhook_secret", STR("hush")));
    assert_true(secrets_delete(&cx, STR("Webhook"), STR("W2")));
    assert_true(secret_get(&cx, STR("Webhook"), STR("W2"), "webhook_secret", &out));
    assert_int_equal(out.n, 0);
    tenant_close();
}

TEST(throttle, refuses_what_passes_the_measure_and_survives_a_rollback)
{
    begin();
    struct ctx cx;
    for (int i = 0; i < 3; i++) {
        tenant_call(&cx);
        assert_true(throttle(&cx, "reset", STR("ana@x.org"), 3, 3600));
        call_rollback(&cx);
        db_return(&cx);
    }
    tenant_call(&cx);
    assert_false(throttle(&cx, "reset", STR("ana@x.org"), 3, 3600));
    assert_ptr_equal(cx.err.kind, &RateLimitExceededError);
    assert_true(cx.err.retry_after_s > 3590);
    db_return(&cx);
    tenant_call(&cx);
    assert_true(throttle(&cx, "reset", STR("bob@x.org"), 3, 3600));
    assert_true(throttle(&cx, "other", STR("ana@x.org"), 3, 3600));
    tenant_close();
}
