"""Accounts: sign-up, reset links, new passwords, API keys, and the rules of who may log in when and from where."""
import re
import statistics
import time

import postbox
import pytest
import seeded
from conftest import PASSWORD

USER = "/api/method/frappe.core.doctype.user.user."
NEW = "Quite-Another-4711"


def sql(school, text):
    return "\n".join("\t".join(row) for row in seeded.sql(school.server, school.host, text))


@pytest.fixture(autouse=True)
def fresh_counters(school):
    sql(school, "DELETE FROM preau_throttle")


def settings(school, **values):
    answer = school.admin.put("/api/resource/System Settings/System Settings", values)
    assert answer.status == 200, answer
    time.sleep(0.1)


def mails(school, to, at_least=1):
    """The texts of the mails to the address."""
    return [postbox.text_of(mail) for mail in postbox.mails_to(school, to, at_least, 8.0 if at_least else 1.0)]


def key_in(text):
    return re.search(r"update-password\?key=([0-9a-f]{56})", text)[1]


def sign_up(client, email, name="New Person"):
    return client.post(USER + "sign_up", {"email": email, "full_name": name, "redirect_to": ""})


def reset(client, email):
    return client.post(USER + "reset_password", {"user": email})


# ---- sign-up -----------------------------------------------------------------------------------------------------------------
def test_who_signs_up_gets_a_mail_a_password_and_the_role_student_only(school):
    answer = sign_up(school.guest, "Newcomer@Mail.test")
    assert answer.message == [2, "Please check your email for verification"]
    mail = mails(school, "newcomer@mail.test")[0]
    assert mail.startswith("Hello New Person,") and f"http://{school.host}/update-password" in mail
    assert school.guest.login("newcomer@mail.test", NEW).json["message"] == "Invalid login credentials"
    client = school.client()
    assert client.post(USER + "update_password", {"new_password": NEW, "key": key_in(mail)}).message == "/me"
    assert client.get("/api/method/frappe.auth.get_logged_user").message == "newcomer@mail.test"
    roles = school.admin.get("/api/resource/User/newcomer@mail.test").data["roles"]
    assert [row["role"] for row in roles] == ["Student"]
    assert school.guest.login("newcomer@mail.test", NEW).status == 200


def test_a_known_address_hears_the_same_and_gets_a_mail_that_says_so(school):
    known = school.add_user("known@mail.test", "Student")
    unknown = sign_up(school.guest, "unknown@mail.test")
    again = sign_up(school.guest, known.upper())
    assert again.status == unknown.status == 200 and again.body == unknown.body
    assert "has an account already" in mails(school, known)[0]
    assert school.guest.login(known).status == 200, "the old password still holds"


def test_roles_cannot_be_signed_up_for(school):
    school.guest.post(USER + "sign_up", {"email": "greedy@mail.test", "full_name": "G", "roles": [{"role": "System Manager"}],
                                         "user_type": "System User", "enabled": 1})
    mails(school, "greedy@mail.test")
    user = school.admin.get("/api/resource/User/greedy@mail.test").data
    assert [row["role"] for row in user["roles"]] == ["Student"] and user["user_type"] == "Website User"


@pytest.mark.parametrize("mode", ["Closed", "Invitation"])
def test_a_school_that_is_not_open(school, mode):
    school.admin.put("/api/resource/School Settings/School Settings", {"signup": mode})
    try:
        answer = sign_up(school.guest, f"{mode.lower()}@mail.test")
        assert answer.status == 417 and answer.server_messages[0]["message"] == "Sign Up is disabled"
    finally:
        school.admin.put("/api/resource/School Settings/School Settings", {"signup": "Open"})


@pytest.mark.parametrize("email", ["", "x", "@", "a@b", "a b@c.de", "a@b@c.de", "<a@b.de>", "a@b.de\nBcc: x@y.z", "é" * 141 + "@x.de"])
def test_what_is_no_address(school, email):
    assert sign_up(school.guest, email).status == 417


def test_sign_up_is_post_only(school):
    assert school.guest.get(USER + "sign_up", {"email": "get@mail.test", "full_name": "x"}).status == 403


# ---- reset ---------------------------------------------------------------------------------------------------------------------
def test_a_reset_link_works_once(school):
    user = school.add_user("forgot@mail.test", "Student")
    old_session = school.session(user)
    answer = school.guest.post("/", {"cmd": "frappe.core.doctype.user.user.reset_password", "user": user})
    assert answer.status == 200 and "message" not in answer.json
    assert answer.server_messages[0]["title"] == "Password Email Sent"
    key = key_in(mails(school, user)[0])
    assert key not in sql(school, f"SELECT reset_password_key FROM tabUser WHERE name = '{user}'")
    client = school.client()
    assert client.post(USER + "update_password", {"new_password": NEW, "key": key}).message == "/me"
    assert client.get("/api/method/frappe.auth.get_logged_user").message == user
    assert old_session.get("/api/method/frappe.auth.get_logged_user").status == 403
    assert school.guest.login(user).status == 401 and school.guest.login(user, NEW).status == 200
    again = school.guest.post(USER + "update_password", {"new_password": "Yet-Another-12", "key": key})
    assert again.status == 410 and "used before or is invalid" in again.json["message"]


def test_a_link_that_is_too_old(school):
    user = school.add_user("late@mail.test", "Student")
    reset(school.guest, user)
    key = key_in(mails(school, user)[0])
    sql(school, f"UPDATE tabUser SET last_reset_password_key_generated_on = '2020-01-01' WHERE name = '{user}'")
    answer = school.guest.post(USER + "update_password", {"new_password": NEW, "key": key})
    assert answer.status == 410 and answer.json["message"] == "The reset password link has been expired"
    assert school.guest.login(user).status == 200


@pytest.mark.parametrize("key", ["x", "0" * 56, "' OR 1=1 -- ", "\x00"])
def test_a_wrong_key(school, key):
    assert school.guest.post(USER + "update_password", {"new_password": NEW, "key": key}).status in (410, 417)


def test_known_unknown_and_disabled_addresses_hear_the_same_in_the_same_time(school):
    known = school.add_user("timed@mail.test", "Student")
    off = school.add_user("off@mail.test", "Student")
    school.admin.put(f"/api/resource/User/{off}", {"enabled": 0})
    settings(school, password_reset_limit=0)
    try:
        times, bodies = {}, set()
        for _ in range(8):
            for who in (known, off, "nobody@mail.test"):
                start = time.perf_counter()
                answer = reset(school.guest, who)
                times.setdefault(who, []).append(time.perf_counter() - start)
                bodies.add(re.sub(r"[0-9a-f]{16,}", "", answer.text))
        assert len(bodies) == 1
        medians = [statistics.median(one) for one in times.values()]
        assert max(medians) < 3 * min(medians) + 0.02
        assert 1 <= len(mails(school, known)) <= 3, "three an hour"
        assert mails(school, off, 0) == [] and mails(school, "nobody@mail.test", 0) == []
    finally:
        settings(school, password_reset_limit=3)


def test_the_fourth_reset_of_an_address_in_an_hour_is_429(school):
    answers = [reset(school.guest, "any@mail.test") for _ in range(4)]
    assert [a.status for a in answers] == [200, 200, 200, 429]
    assert answers[3].exc_type == "RateLimitExceededError" and int(answers[3].header("Retry-After")) > 3000


def test_administrators_password_is_not_reset_by_mail(school):
    assert reset(school.guest, "Administrator").message == "not allowed"


# ---- change ----------------------------------------------------------------------------------------------------------------------
def test_the_old_password_changes_to_a_new_one(school):
    user = school.add_user("change@mail.test", "Student")
    client, other = school.session(user), school.session(user)
    wrong = client.post(USER + "update_password", {"new_password": NEW, "old_password": "wrong"})
    assert wrong.status == 401
    done = client.post(USER + "update_password", {"new_password": NEW, "old_password": PASSWORD})
    assert done.message == "/me" and client.get("/api/method/frappe.auth.get_logged_user").message == user
    assert other.get("/api/method/frappe.auth.get_logged_user").status == 403
    assert school.guest.login(user, NEW).status == 200


def test_guests_need_a_key(school):
    assert school.guest.post(USER + "update_password", {"new_password": NEW, "old_password": PASSWORD}).status == 401


def test_guessing_the_old_password_is_throttled(school):
    client = school.session(school.add_user("guess@mail.test", "Student"))
    tries = [client.post(USER + "update_password", {"new_password": NEW, "old_password": f"wrong{n}"}).status for n in range(11)]
    assert tries == [401] * 10 + [429]


@pytest.mark.parametrize("weak", ["short", "password1", "aaaaaaaaaaaa", "12345678901", "x" * 257])
def test_weak_passwords_are_refused(school, weak):
    user = "weak@mail.test"
    if user not in school.users:
        school.add_user(user, "Student")
        school.token(user)
    answer = school.session(user).post(USER + "update_password", {"new_password": weak, "old_password": PASSWORD})
    assert answer.status == 417 and answer.exc_type == "ValidationError"


def test_strength(school):
    ask = lambda pwd: school.guest.post(USER + "test_password_strength", {"new_password": pwd}).message
    assert ask("password")["score"] == 0 and not ask("password")["feedback"]["password_policy_validation_passed"]
    assert ask("correct horse battery staple")["score"] == 4


# ---- keys ------------------------------------------------------------------------------------------------------------------------
def test_a_system_manager_makes_api_keys(school):
    user = school.add_user("keys@mail.test", "Student")
    secret = school.admin.post(USER + "generate_keys", {"user": user}).message["api_secret"]
    key = school.admin.get(f"/api/resource/User/{user}").data["api_key"]
    assert re.fullmatch(r"[0-9a-f]{15}", secret) and re.fullmatch(r"[0-9a-f]{15}", key)
    who = school.guest.get("/api/method/frappe.auth.get_logged_user", headers={"Authorization": f"token {key}:{secret}"})
    assert who.message == user
    again = school.admin.post(USER + "generate_keys", {"user": user}).message["api_secret"]
    assert again != secret
    who = school.guest.get("/api/method/frappe.auth.get_logged_user", headers={"Authorization": f"token {key}:{secret}"})
    assert who.status == 401


def test_nobody_else_makes_api_keys(school):
    user = school.add_user("plain@mail.test", "Student")
    manager = school.add_user("manager@mail.test", "System Manager")
    assert school.client(user).post(USER + "generate_keys", {"user": user}).status == 403
    assert school.guest.post(USER + "generate_keys", {"user": user}).status == 403
    assert school.client(manager).post(USER + "generate_keys", {"user": "Administrator"}).status == 403
    assert school.admin.post(USER + "generate_keys", {"user": "nobody@mail.test"}).status == 404


# ---- who may log in --------------------------------------------------------------------------------------------------------------
@pytest.fixture
def bound(school):
    user = "bound@mail.test"
    school.add_user(user, "Student")
    yield user
    school.admin.put(f"/api/resource/User/{user}", {"restrict_ip": "", "login_after": 0, "login_before": 0})


@pytest.mark.parametrize("addresses, lets_in", [("127.0.0.1", True), ("10.0.0.1, 127.0.0", True), ("10.0.0.1\n127.", True),
                                                ("127.0.0.10", False), ("127.0.0.", True), ("1", False), ("12", False),
                                                ("10.0.0.1", False), (" , ", True)])
def test_addresses(school, bound, addresses, lets_in):
    school.admin.put(f"/api/resource/User/{bound}", {"restrict_ip": addresses})
    answer = school.guest.login(bound)
    assert answer.status == (200 if lets_in else 401)
    if not lets_in:
        assert answer.server_messages[0]["message"] == "Access not allowed from this IP Address"
        assert not answer.all("Set-Cookie")


def test_hours(school, bound):
    hour = int(time.strftime("%H", time.gmtime()))
    if hour < 23:
        school.admin.put(f"/api/resource/User/{bound}", {"login_after": hour + 1})
        answer = school.guest.login(bound)
        assert answer.status == 401 and answer.server_messages[0]["message"] == "Login not allowed at this time"
    if hour > 1:
        school.admin.put(f"/api/resource/User/{bound}", {"login_after": 0, "login_before": hour - 1})
        assert school.guest.login(bound).status == 401
    school.admin.put(f"/api/resource/User/{bound}", {"login_after": 0, "login_before": 23})
    assert school.guest.login(bound).status == 200


def test_only_so_many_sessions(school, bound):
    settings(school, deny_multiple_sessions=1)
    try:
        clients = []
        for _ in range(3):
            clients.append(school.session(bound))
            time.sleep(0.01)
        states = [c.get("/api/method/frappe.auth.get_logged_user").status for c in clients]
        assert states == [403, 200, 200]
    finally:
        settings(school, deny_multiple_sessions=0)


def test_a_password_that_is_too_old_gets_a_link_instead_of_a_session(school, bound):
    settings(school, force_user_to_reset_password=30)
    sql(school, f"UPDATE tabUser SET last_password_reset_date = '2020-01-01' WHERE name = '{bound}'")
    try:
        answer = school.guest.login(bound)
        assert answer.status == 200 and answer.json["message"] == "Password Reset" and not answer.all("Set-Cookie")
        assert answer.json["redirect_to"].endswith("&password_expired=true")
        done = school.guest.post(USER + "update_password", {"new_password": NEW, "key": key_in(answer.json["redirect_to"])})
        assert done.status == 200
        assert school.guest.login(bound, NEW).json["message"] == "No App"
        assert school.guest.login("Administrator").status == 200
    finally:
        settings(school, force_user_to_reset_password=0)


def test_passwords_may_be_forbidden(school, bound):
    settings(school, disable_user_pass_login=1)
    try:
        answer = school.guest.login(bound)
        assert answer.status == 401
        assert answer.server_messages[0]["message"] == "Login with username and password is not allowed."
    finally:
        settings(school, disable_user_pass_login=0)


def test_a_log_in_has_4_kib(school):
    assert school.guest.post("/api/method/login", {"usr": "x", "pwd": "y" * 4000}).status == 401
    assert school.guest.post("/api/method/login", {"usr": "x", "pwd": "y" * 5000}).status == 413


def test_log_in_by_user_name_and_mobile_number(school):
    user = school.add_user("named@mail.test", "Student")
    school.admin.put(f"/api/resource/User/{user}", {"username": "nina", "mobile_no": "+33612345678"})
    assert school.guest.login("nina").status == 401
    settings(school, allow_login_using_user_name=1, allow_login_using_mobile_number=1)
    try:
        assert school.guest.login("nina").status == 200 and school.guest.login("+33612345678").status == 200
    finally:
        settings(school, allow_login_using_user_name=0, allow_login_using_mobile_number=0)


# ---- OAuth ----------------------------------------------------------------------------------------------------------------------
OAUTH = "/api/method/frappe.integrations.oauth2."


@pytest.fixture
def oauth(school, bound):
    client = school.admin.create("OAuth Client", app_name="App", scopes="all openid",
                                 default_redirect_uri="https://app.test/").data
    sql(school, "INSERT INTO `tabOAuth Bearer Token` (name, creation, modified, owner, client, user, scopes, access_token,"
                " refresh_token, expiration_time, expires_in, status) VALUES "
                f"('access{client['name']}', NOW(), NOW(), 'x', '{client['name']}', '{bound}', 'all openid', 'access{client['name']}',"
                f" 'refresh{client['name']}', NOW() + INTERVAL 1 HOUR, 3600, 'Active')")
    return client["name"]


def who(school, token):
    return school.guest.get("/api/method/frappe.auth.get_logged_user", headers={"Authorization": f"Bearer {token}"})


def test_a_bearer_token_is_renewed_once(school, oauth, bound):
    assert who(school, f"access{oauth}").message == bound
    ask = {"grant_type": "refresh_token", "refresh_token": f"refresh{oauth}", "client_id": oauth}
    fresh = school.guest.post(OAUTH + "get_token", form=ask)
    assert fresh.status == 200 and fresh.json["token_type"] == "Bearer" and fresh.json["expires_in"] == 3600
    assert fresh.json["scope"] == "all openid" and fresh.header("Cache-Control") == "no-store"
    assert who(school, fresh.json["access_token"]).message == bound and who(school, f"access{oauth}").status == 401
    again = school.guest.post(OAUTH + "get_token", form=ask)
    assert again.status == 400 and again.json["error"] == "invalid_grant"


def test_another_client_or_a_wrong_secret_renews_nothing(school, oauth):
    ask = {"grant_type": "refresh_token", "refresh_token": f"refresh{oauth}"}
    for more in ({}, {"client_id": "other"}, {"client_id": oauth, "client_secret": "wrong"}):
        assert school.guest.post(OAUTH + "get_token", form={**ask, **more}).json["error"] == "invalid_grant"
    assert school.guest.post(OAUTH + "get_token", form={"grant_type": "password"}).json["error"] == "unsupported_grant_type"
    assert who(school, f"access{oauth}").status == 200


def test_a_token_is_looked_into_and_revoked(school, oauth):
    seen = school.guest.post(OAUTH + "introspect_token", form={"token": f"access{oauth}"}).json
    assert seen["active"] is True and seen["client_id"] == oauth and abs(seen["exp"] - time.time() - 3600) < 60
    assert school.guest.post(OAUTH + "introspect_token", form={"token": f"ACCESS{oauth}"}).json == {"active": False}
    assert school.guest.post(OAUTH + "revoke_token", form={"token": f"access{oauth}"}).status == 200
    assert school.guest.post(OAUTH + "revoke_token", form={"token": "unknown"}).status == 200
    assert who(school, f"access{oauth}").status == 401
    assert school.guest.post(OAUTH + "introspect_token", form={"token": f"access{oauth}"}).json == {"active": False}


def test_a_token_of_a_disabled_user_is_none(school, oauth, bound):
    school.admin.put(f"/api/resource/User/{bound}", {"enabled": 0})
    try:
        assert who(school, f"access{oauth}").status == 401
        ask = {"grant_type": "refresh_token", "refresh_token": f"refresh{oauth}", "client_id": oauth}
        assert school.guest.post(OAUTH + "get_token", form=ask).status == 400
        assert school.guest.post(OAUTH + "introspect_token", form={"token": f"access{oauth}"}).json == {"active": False}
    finally:
        school.admin.put(f"/api/resource/User/{bound}", {"enabled": 1})


def test_the_openid_profile(school, oauth, bound):
    answer = school.guest.get(OAUTH + "openid_profile", headers={"Authorization": f"Bearer access{oauth}"})
    assert answer.json["sub"] == answer.json["email"] == bound and "Student" in answer.json["roles"]
    assert school.guest.get(OAUTH + "openid_profile").status == 403


# ---- keys kept by other DocTypes ---------------------------------------------------------------------------------------------------
def test_keys_of_another_doctype_speak_for_its_user(school, bound):
    fields = [{"fieldname": "api_key", "fieldtype": "Data", "label": "Key"},
              {"fieldname": "api_secret", "fieldtype": "Password", "label": "Secret"},
              {"fieldname": "user", "fieldtype": "Link", "options": "User", "label": "User"}]
    made = school.admin.create("DocType", name="Device", module="Custom", custom=1, fields=fields,
                               permissions=[{"role": "System Manager", "read": 1, "write": 1, "create": 1}])
    assert made.status == 200, made
    school.admin.create("Device", api_key="device-1", api_secret="s3cret-of-device", user=bound)

    def ask(authorization, source="Device"):
        return school.guest.get("/api/method/frappe.auth.get_logged_user",
                                headers={"Authorization": authorization, "Frappe-Authorization-Source": source})

    assert ask("token device-1:s3cret-of-device").message == bound
    for authorization, source in (("token device-1:wrong", "Device"), ("token DEVICE-1:s3cret-of-device", "Device"),
                                  ("token device-1:s3cret-of-device", "User"), ("token device-1:s3cret-of-device", "Nothing"),
                                  ("token device-1:s3cret-of-device", "ERPNext Settings"), ("token device-1:", "Device")):
        assert ask(authorization, source).status == 401, (authorization, source)
    token = school.token("Administrator")
    assert ask(f"token {token}", "User").message == "Administrator" and ask(f"token {token}", "Device").status == 401
