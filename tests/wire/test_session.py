"""Log-in, log-out, cookies, tokens, CSRF (spec sections 6.1 to 6.6)."""
import re

import pytest
from conftest import PASSWORD, Client, basic

STUDENT = "student@tech-school.test"
FIVE = ["sid", "system_user", "full_name", "user_id", "user_image"]


@pytest.fixture(scope="module")
def student(school):
    return school.add_user(STUDENT, "Student")


def names(answer):
    return [line.split("=")[0] for line in answer.all("Set-Cookie")]


def test_a_system_user_logs_in_by_form(school):
    answer = school.guest.login("Administrator")
    assert answer.status == 200
    assert list(answer.json) == ["message", "home_page", "full_name"]
    assert answer.json["message"] == "Logged In" and answer.json["home_page"] == "/app"
    assert names(answer) == FIVE
    sid = answer.all("Set-Cookie")[0]
    assert re.fullmatch(r"sid=[0-9a-f]{56}; Expires=\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT; Max-Age=612000; HttpOnly; "
                        r"Path=/; SameSite=Lax", sid), sid
    assert answer.all("Set-Cookie")[1] == "system_user=yes; Path=/; SameSite=Lax"
    assert answer.header("Cache-Control") == "no-store"


def test_a_website_user_gets_no_app(school, student):
    answer = school.guest.login(student)
    assert answer.json["message"] == "No App" and answer.json["home_page"] == "/me"
    assert "user_id=student%40tech-school.test; Path=/; SameSite=Lax" in answer.all("Set-Cookie")


def test_log_in_by_json_and_at_the_root_by_cmd(school):
    json_body = {"usr": "Administrator", "pwd": PASSWORD}
    assert school.guest.post("/api/method/login", json_body).message == "Logged In"
    assert school.guest.post("/api/v1/method/login", json_body).message == "Logged In"
    at_root = school.guest.post("/", form={"cmd": "login", "usr": "Administrator", "pwd": PASSWORD},
                                headers={"Accept": "application/json"})
    assert at_root.json["message"] == "Logged In" and "sid" in names(at_root)


def test_a_wrong_password_is_401_in_frappes_words_and_sets_no_cookie(school):
    answer = school.guest.login("Administrator", "wrong-password")
    assert answer.status == 401 and names(answer) == []
    assert list(answer.json)[:4] == ["message", "exception", "exc_type", "exc"]
    assert answer.json["message"] == "Invalid login credentials"
    assert answer.json["exception"] == "frappe.exceptions.AuthenticationError"
    assert "_server_messages" not in answer.json


def test_an_unknown_user_hears_the_same_as_a_wrong_password(school):
    unknown, wrong = school.guest.login("nobody@nowhere.test", "x"), school.guest.login("Administrator", "y")
    assert unknown.status == wrong.status == 401
    assert {**unknown.json, "request_id": 0} == {**wrong.json, "request_id": 0}


def test_log_in_by_get_or_with_the_password_in_the_address_is_refused(school):
    assert school.guest.get("/api/method/login", {"usr": "Administrator", "pwd": PASSWORD}).status == 403
    answer = school.guest.request("POST", "/api/method/login", {"usr": "Administrator", "pwd": PASSWORD})
    assert answer.status == 417 and names(answer) == []


def test_log_in_without_credentials(school):
    answer = school.guest.post("/api/method/login", {})
    assert answer.status == 401 and answer.json["message"] == "Incomplete login details"


def test_a_session_is_known_by_its_cookie(school, student):
    client = school.session(student)
    assert client.get("/api/method/frappe.auth.get_logged_user").message == student


def test_log_out_ends_the_session_and_clears_the_cookies(school, student):
    client = school.session(student)
    sid = client.cookies["sid"]
    answer = client.get("/api/method/logout")
    assert answer.json == {"message": "No App", "home_page": "/login", "full_name": "Guest"}
    assert names(answer) == FIVE + ["sid", "user_id", "system_user", "full_name", "user_image"]
    assert answer.all("Set-Cookie")[-1].startswith("user_image=; Expires=")
    client.cookies = {"sid": sid}
    assert client.get("/api/method/frappe.auth.get_logged_user").status == 403


def test_an_unknown_session_goes_on_as_guest_and_says_so(school):
    client = school.guest
    client.cookies = {"sid": "0" * 56}
    answer = client.get("/api/method/ping")
    assert answer.status == 200 and answer.json == {"session_expired": 1, "message": "pong"}
    assert any(line.startswith("sid=; Expires=") for line in answer.all("Set-Cookie"))


def test_a_token_names_its_user_and_sets_no_cookie(school, student):
    answer = school.client(student).get("/api/method/frappe.auth.get_logged_user")
    assert answer.message == student and names(answer) == []


def test_the_token_pair_as_basic_is_the_same(school, student):
    answer = school.guest.get("/api/method/frappe.auth.get_logged_user",
                              headers={"Authorization": basic(school.token(student))})
    assert answer.message == student


@pytest.mark.parametrize("header", ["token nope:nope", "token :", "Bearer nope", "Negotiate abc", "token nocolon"])
def test_a_wrong_authorization_is_401_never_guest(school, header):
    answer = school.guest.get("/api/method/ping", headers={"Authorization": header})
    assert answer.status == 401 and answer.exc_type == "AuthenticationError"
    assert answer.json["exception"] == "frappe.exceptions.AuthenticationError"


def test_a_right_key_with_a_wrong_secret_is_401(school, student):
    key = school.token(student).split(":")[0]
    assert Client(school, f"{key}:wrong").get("/api/method/ping").status == 401


def test_basic_that_is_not_base64_is_400(school):
    answer = school.guest.get("/api/method/ping", headers={"Authorization": "Basic %%%"})
    assert answer.status == 400 and answer.exc_type == "InvalidAuthorizationToken"


def test_who_am_i_is_not_for_guests(school):
    answer = school.guest.get("/api/method/frappe.auth.get_logged_user")
    text = ("<details><summary>You are not permitted to access this resource.</summary>Function "
            "<strong>frappe.auth.get_logged_user</strong> is not whitelisted.</details>")
    assert answer.status == 403
    assert answer.json["exception"] == "frappe.exceptions.PermissionError: " + text
    message = answer.server_messages[0]
    assert list(message) == ["message", "title", "indicator", "raise_exception", "__frappe_exc_id"]
    assert message["message"] == text and message["title"] == "Method Not Allowed"


def test_the_csrf_token_is_asked_for_once_it_was_given(school):
    client = school.session("Administrator")
    item = {"doc": {"doctype": "LMS Bootcamp", "title": "Before the token"}}
    assert client.post("/api/method/frappe.client.insert", item).status == 200
    token = client.get("/api/method/frappe.sessions.get_csrf_token").message
    assert re.fullmatch(r"[0-9a-f]{56}", token)
    refused = client.post("/api/method/frappe.client.insert", {"doc": {"doctype": "LMS Bootcamp", "title": "Refused"}})
    assert refused.status == 400 and refused.exc_type == "CSRFTokenError"
    assert refused.server_messages[0]["message"] == "Invalid Request"
    client.csrf = token
    again = {"doc": {"doctype": "LMS Bootcamp", "title": "With the token"}}
    assert client.post("/api/method/frappe.client.insert", again).status == 200


def test_a_foreign_origin_is_refused_with_a_session(school):
    client = school.session("Administrator")
    for headers in ({"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = client.post("/api/resource/LMS Bootcamp", {"title": "From elsewhere"}, headers=headers)
        assert answer.status == 400 and answer.exc_type == "CSRFTokenError"


def test_a_foreign_origin_cannot_log_in(school):
    answer = school.guest.post("/api/method/login", {"usr": "Administrator", "pwd": PASSWORD},
                               headers={"Origin": "https://evil.test"})
    assert answer.status == 400 and names(answer) == []


def test_a_token_needs_no_csrf_token(school):
    answer = school.admin.post("/api/resource/LMS Bootcamp", {"title": "By token"}, headers={"Origin": "https://app.test"})
    assert answer.status == 200


def test_logging_in_and_out_stands_in_the_activity_log(school):
    school.add_user("log@people.test")
    school.client().login("log@people.test", "wrong password")
    session = school.session("log@people.test")
    session.get("/api/method/logout")
    rows = school.admin.list("Activity Log", filters={"full_name": ["like", "%log%"]}, order_by="creation asc",
                             fields=["operation", "status", "user", "ip_address"]).data
    assert [(row["operation"], row["status"]) for row in rows] == [
        ("Login", "Failed"), ("Login", "Success"), ("Logout", "Success")]
    assert all(row["user"] == "log@people.test" and row["ip_address"] == "127.0.0.1" for row in rows)
    school.client().login("nobody@people.test", "x")
    assert school.admin.list("Activity Log", filters={"subject": ["like", "nobody@people.test%"]}, fields=["user"]).data == [{"user": "Guest"}]
