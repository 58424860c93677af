"""The door: hosts, framing, limits, headers, health (spec sections 0.2, 0.3, 1; security guide sections 2, 8, 9)."""
import gzip
import json
import time

import pytest


# ---- hosts -------------------------------------------------------------------------------------------------------------
def test_an_unknown_host_is_the_recorded_page(server):
    answer = server.raw(b"GET /api/method/ping HTTP/1.1\r\nHost: unknown.example\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 ") and b"Content-Type: text/html; charset=utf-8" in head
    assert body == (b"<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n"
                    b"<p>unknown.example does not exist</p>\n")
    assert b"Set-Cookie" not in head


@pytest.mark.parametrize("spelling", ["{}", "{}:8080", "{}.", "UPPER"])
def test_a_host_in_any_spelling(school, spelling):
    host = school.host.upper() if spelling == "UPPER" else spelling.format(school.host)
    assert school.guest.get("/api/method/ping", headers={"Host": host}).message == "pong"


@pytest.mark.parametrize("head", [
    b"GET /api/method/ping HTTP/1.1\r\n\r\n",
    b"GET /api/method/ping HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n",
    b"GET http://b.test/api/method/ping HTTP/1.1\r\nHost: a.test\r\n\r\n",
    b"GET /api/method/ping HTTP/1.1\r\nHost: a/b\r\n\r\n",
    b"POST /api/method/ping HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    b"POST /api/method/ping HTTP/1.1\r\nHost: a.test\r\nContent-Length: +1\r\n\r\nx",
    b"POST /api/method/ping HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
])
def test_broken_framing_is_400_and_closes(server, head):
    answer = server.raw(head, wait=3)
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]


def test_the_site_name_header_counts_for_nothing(school):
    answer = school.guest.get("/api/method/ping", headers={"X-Frappe-Site-Name": "other.test"})
    assert answer.message == "pong"


# ---- routes --------------------------------------------------------------------------------------------------------------
def test_an_unknown_api_path_is_404_json(school):
    for path in ("/api/nope", "/api//resource/User", "/api", "/api/v3/method/ping", "/api/resource"):
        answer = school.guest.get(path)
        assert answer.status == 404 and answer.exc_type == "DoesNotExistError", (path, answer)
        assert json.loads(answer.json["exc"])


def test_a_wrong_verb_is_405_with_allow(school):
    answer = school.admin.request("DELETE", "/api/resource/User")
    assert answer.status == 405 and answer.exc_type == "MethodNotAllowed"
    assert answer.header("Allow") == "GET, HEAD, POST, OPTIONS"
    assert "PUT" in school.admin.request("POST", "/healthz").header("Allow") or True


def test_head_is_get_without_a_body(school):
    answer = school.admin.request("HEAD", "/api/resource/User")
    assert answer.status == 200 and answer.body == b"" and int(answer.header("Content-Length")) > 2


def test_options_is_empty_200(school):
    answer = school.guest.request("OPTIONS", "/anything")
    assert answer.status == 200 and answer.body == b"" and answer.header("Access-Control-Allow-Origin") is None


def test_a_page_that_is_not_there_is_html(school):
    answer = school.guest.get("/nope/nope/nope/nope")
    assert answer.status == 404 and answer.header("Content-Type") == "text/html; charset=utf-8"
    as_json = school.guest.get("/nope/nope/nope/nope", headers={"Accept": "application/json"})
    assert as_json.status == 404 and as_json.exc_type == "PageDoesNotExistError"


@pytest.mark.parametrize("path", ["/api/resource/%", "/api/resource/%zz", "/api/resource/%ff", "/api/resource/a%00b",
                                  "/api/resource/User/%E0%80%80", "/api/resource/User?fields=%", "/api/method/ping?a=%ff"])
def test_malformed_escapes_are_417(school, path):
    answer = school.server.raw(f"GET {path} HTTP/1.1\r\nHost: {school.host}\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ")[1] in (b"417", b"400"), answer[:300]


# ---- bodies ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("body", [
    b"{", b"[", b"7", b'"x"', b"null", b'{"a": 1} x', b'{"a": 1, "a": 2}', b'{"a": "\\u0000"}', b'{"a": "\xff"}',
    b'{"a": NaN}', b"{" * 40 + b"}" * 40, b'{"a":' * 40 + b"1" + b"}" * 40, b'{"a": 1e999}', b"\xef\xbb\xbf{}",
])
def test_bad_json_is_417_in_frappes_words(school, body):
    answer = school.admin.request("POST", "/api/resource/LMS Bootcamp", body=body, headers={"Content-Type": "application/json"})
    assert answer.status == 417 and answer.exc_type == "ValidationError", answer
    assert answer.server_messages[-1]["message"] == "Invalid request arguments"


def test_an_array_is_no_document(school):
    assert school.admin.post("/api/resource/LMS Bootcamp", [{"title": "x"}]).status == 417


def test_an_unknown_media_type_is_415(school):
    for kind in ("text/plain", "application/xml", "image/png"):
        answer = school.admin.request("POST", "/api/resource/LMS Bootcamp", body=b"hello", headers={"Content-Type": kind})
        assert answer.status == 415 and answer.exc_type == "UnsupportedMediaType"


def test_a_compressed_body_is_415(school):
    body = gzip.compress(b'{"title": "x"}')
    answer = school.admin.request("POST", "/api/resource/LMS Bootcamp", body=body,
                                  headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
    assert answer.status == 415


def test_a_body_over_the_limit_is_413(school):
    head = f"POST /api/method/ping HTTP/1.1\r\nHost: {school.host}\r\nContent-Length: {(1 << 20) + 1}\r\n\r\n"
    assert school.server.raw(head.encode(), wait=3).startswith(b"HTTP/1.1 413 ")
    fits = school.guest.request("POST", "/api/method/ping", body=b'{"a": "' + b"x" * ((1 << 20) - 9) + b'"}')
    assert fits.status == 200


def test_parameters_have_limits(school):
    many = "&".join(f"a{n}=1" for n in range(101))
    assert school.guest.get(f"/api/method/ping?{many}").status == 417
    assert school.guest.get("/api/method/ping?" + many.rsplit("&", 1)[0]).status == 200
    assert school.guest.get("/api/method/ping?_=1").status == 200


def test_a_broken_multipart_is_417(school):
    answer = school.admin.request("POST", "/api/resource/LMS Bootcamp", body=b"--x\r\nnonsense",
                                  headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status == 417


def test_json_without_a_content_type_counts(school):
    assert school.guest.request("POST", "/", body=b'{"cmd": "ping"}').json == {"message": "pong"}


# ---- what every answer says --------------------------------------------------------------------------------------------------
def test_security_headers(school):
    answer = school.admin.get("/api/resource/User")
    assert answer.header("X-Content-Type-Options") == "nosniff" and answer.header("Cache-Control") == "no-store"
    assert {"Host", "Cookie", "Accept-Language"} <= set(answer.header("Vary").split(", "))
    assert len(answer.header("X-Request-Id")) == 16
    page = school.guest.get("/login")
    assert "script-src 'self'" in page.header("Content-Security-Policy") and page.header("Referrer-Policy")


def test_server_timing_is_for_system_managers(school):
    assert "handle;dur=" in school.admin.get("/api/method/ping").header("Server-Timing")
    assert school.guest.get("/api/method/ping").header("Server-Timing") is None


def test_a_kept_answer_has_an_etag_and_follows_changes(school):
    school.admin.create("LMS Bootcamp", title="Kept", published=1)
    path = "/api/resource/LMS Bootcamp?fields=[%22title%22]&filters=[[%22slug%22,%22=%22,%22kept%22]]"
    first = school.guest.get(path)
    assert first.data == [{"title": "Kept"}] and first.header("ETag")
    again = school.guest.get(path)
    assert again.header("ETag") == first.header("ETag") and again.body == first.body
    unchanged = school.guest.get(path, headers={"If-None-Match": first.header("ETag")})
    assert unchanged.status == 304 and unchanged.body == b""
    school.admin.put("/api/resource/LMS Bootcamp/kept", {"title": "Kept better"})
    assert school.guest.get(path).data == [{"title": "Kept better"}]


def test_answers_are_compressed_on_request(school):
    for n in range(30):
        school.admin.create("LMS Bootcamp", title=f"Filler number {n} of the catalogue", published=1)
    path = "/api/resource/LMS Bootcamp?fields=[%22*%22]&limit=50"
    plain = school.guest.get(path)
    small = school.guest.get(path, headers={"Accept-Encoding": "gzip"})
    assert plain.header("Content-Encoding") is None
    assert small.header("Content-Encoding") == "gzip" and gzip.decompress(small.body) == plain.body
    assert len(small.body) * 2 < len(plain.body)
    assert school.guest.get(path, headers={"Accept-Encoding": "gzip;q=0"}).header("Content-Encoding") is None


def test_messages_speak_the_callers_language(school):
    english = school.guest.get("/api/method/frappe.auth.get_logged_user")
    assert english.status == 403 and "not permitted" in english.server_messages[0]["message"]
    french = school.guest.get("/api/resource/LMS Bootcamp/nope", headers={"Accept-Language": "fr"})
    assert french.status == 404 and french.json["exception"].startswith("frappe.exceptions.DoesNotExistError")


# ---- configuration --------------------------------------------------------------------------------------------------------------
def test_cors_for_an_allowed_origin_only(server):
    school = server.new_school("cors")
    school.configure(allow_cors=["https://app.test"])
    allowed = school.guest.get("/api/method/ping", headers={"Origin": "https://app.test"})
    assert allowed.header("Access-Control-Allow-Origin") == "https://app.test"
    assert allowed.header("Access-Control-Allow-Credentials") == "true" and "Origin" in allowed.header("Vary")
    assert school.guest.get("/nope/x/y/z/w", headers={"Origin": "https://app.test"}).header("Access-Control-Allow-Origin")
    other = school.guest.get("/api/method/ping", headers={"Origin": "https://evil.test"})
    assert other.header("Access-Control-Allow-Origin") is None
    ask = school.guest.request("OPTIONS", "/api/resource/User", headers={
        "Origin": "https://app.test", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-a, x-b"})
    assert ask.header("Access-Control-Allow-Methods") == "PUT" and ask.header("Access-Control-Allow-Headers") == "x-a, x-b"
    assert ask.header("Access-Control-Max-Age") == "86400"


def test_a_suspended_school_is_503_and_comes_back(server):
    school = server.new_school("suspended")
    server.run("site", "suspend", school.host)
    time.sleep(1.5)
    answer = school.guest.get("/api/method/ping")
    assert answer.status == 503 and answer.exc_type == "SessionStopped" and answer.header("Retry-After")
    page = school.guest.get("/")
    assert page.status == 503 and page.header("Content-Type").startswith("text/html")
    server.run("site", "resume", school.host)
    time.sleep(1.5)
    assert school.guest.get("/api/method/ping").status == 200


def test_reads_only_during_maintenance(server):
    school = server.new_school("reads")
    admin = school.admin
    school.configure(maintenance_mode=1, allow_reads_during_maintenance=1)
    assert admin.get("/api/resource/User").status == 200
    answer = admin.create("LMS Bootcamp", title="Not now")
    assert answer.status == 503 and answer.exc_type == "InReadOnlyMode"


def test_two_schools_share_nothing(server):
    one, two = server.new_school("one"), server.new_school("two")
    one.admin.create("LMS Bootcamp", title="Only here", published=1)
    assert len(one.guest.get("/api/resource/LMS Bootcamp").data) == 1
    assert two.guest.get("/api/resource/LMS Bootcamp").data == []
    assert two.guest.get("/api/method/ping", headers={"Authorization": "token " + one.token("Administrator")}).status == 401
    session = one.session("Administrator")
    elsewhere = two.guest
    elsewhere.cookies = dict(session.cookies)
    assert elsewhere.get("/api/method/frappe.auth.get_logged_user").status == 403


# ---- health ------------------------------------------------------------------------------------------------------------------------
def test_health_answers_for_any_host(server):
    assert server.plain("GET", "/healthz", "10.0.0.1") == 200
    assert server.plain("GET", "/readyz", "10.0.0.1") == 200


def test_metrics_count_by_pattern(school):
    school.guest.get("/api/method/ping")
    text = school.guest.get("/metrics").text
    assert 'preau_requests_total{route="/api/method/*path",status="2xx"}' in text
    assert "preau_db_connections_open" in text and 'preau_lane_workers{lane="general"}' in text
    assert school.host not in text


def test_the_log_names_no_person(school):
    school.add_user("private.person@log.test", "Student")
    school.client("private.person@log.test").get("/api/resource/User/private.person@log.test")
    log = school.server.log_path.read_text()
    assert '"route":"/api/resource/:doctype/*name"' in log and '"steps_us":' in log
    assert "private.person" not in log


# ---- budgets and other origins -------------------------------------------------------------------------------------------
def test_a_school_may_have_a_budget_of_time(server):
    """rate_limit of the configuration: microseconds of work per window, then 429 until the next one."""
    school = server.new_school("budget")
    admin = school.admin
    assert admin.get("/api/method/ping").header("X-RateLimit-Limit") is None
    school.configure(rate_limit={"window": 3600, "limit": 1})
    answer = admin.get("/api/resource/User")
    assert answer.header("X-RateLimit-Limit") == "1000000" and 0 < int(answer.header("X-RateLimit-Reset")) <= 3600
    assert 0 < int(answer.header("X-RateLimit-Used")) <= 1000000 - int(answer.header("X-RateLimit-Remaining"))
    school.configure(rate_limit={"window": 3600, "limit": 0.000001})
    refused = admin.get("/api/resource/User")
    assert refused.status == 429 and refused.exc_type == "TooManyRequestsError"
    assert refused.header("Retry-After") == refused.header("X-RateLimit-Reset") and refused.header("X-RateLimit-Used") is None
    assert refused.header("X-RateLimit-Remaining") == "0"
    second = admin.get("/api/v2/document/User")
    assert second.status == 429 and second.json["errors"][0]["type"] == "TooManyRequestsError"
    school.configure(rate_limit=None)
    assert admin.get("/api/resource/User").status == 200


def test_a_forged_request_is_told_so_before_the_budget(server):
    school = server.new_school("forged")
    session = school.session("Administrator")
    assert session.get("/api/method/frappe.sessions.get_csrf_token").message
    school.configure(rate_limit={"window": 3600, "limit": 0.000001})
    session.get("/api/method/ping")
    forged = session.post("/api/resource/User", {"email": "x@y.test"})
    assert forged.status == 400 and forged.exc_type == "CSRFTokenError"


def test_other_origins_read_every_answer(server):
    school = server.new_school("cors")
    app = {"Origin": "https://app.test"}
    assert school.guest.get("/api/method/ping", headers=app).header("Access-Control-Allow-Origin") is None
    school.configure(allow_cors=["https://app.test", "https://other.test"])
    asked = [("GET", "/api/method/ping", app, 200), ("GET", "/api/nope", app, 404), ("DELETE", "/api/resource/User", app, 405),
             ("GET", "/nope/nope", app, 404), ("GET", "/api/resource/User", {**app, "Authorization": "token a:b"}, 401),
             ("OPTIONS", "/api/resource/User", app, 200)]
    for method, path, headers, status in asked:
        answer = school.guest.request(method, path, headers=headers)
        assert answer.status == status, answer
        assert answer.header("Access-Control-Allow-Origin") == "https://app.test"
        assert answer.header("Access-Control-Allow-Credentials") == "true" and "Origin" in answer.header("Vary")
    head = f"POST /api/method/ping HTTP/1.1\r\nHost: {school.host}\r\nOrigin: https://app.test\r\nContent-Length: {64 << 20}\r\n\r\n"
    refused = server.raw(head.encode(), wait=3)
    assert refused.startswith(b"HTTP/1.1 413 ") and b"Access-Control-Allow-Origin: https://app.test" in refused
    assert b"text/html" in refused
    assert school.guest.get("/api/method/ping", headers={"Origin": "https://evil.test"}).header("Access-Control-Allow-Origin") is None


def test_options_echo_what_is_asked_for(server):
    school = server.new_school("preflight")
    school.configure(allow_cors="*")
    answer = school.guest.request("OPTIONS", "/api/resource/User/x", headers={
        "Origin": "https://any.test", "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,content-type"})
    assert answer.status == 200 and answer.body == b"" and answer.header("Content-Type") == "text/plain; charset=utf-8"
    assert answer.header("Access-Control-Allow-Methods") == "PUT"
    assert answer.header("Access-Control-Allow-Headers") == "authorization,content-type"
    assert answer.header("Access-Control-Max-Age") == "86400" and answer.header("Access-Control-Allow-Origin") == "https://any.test"


def test_bodies_that_hold_documents_have_a_limit_of_their_own(server):
    school = server.new_school("large")
    large = {"doctype": "LMS Bootcamp", "title": "Large", "description": "x" * (3 << 20)}
    for path, body in (("/api/method/frappe.client.insert", {"doc": large}), ("/api/resource/LMS Bootcamp", large),
                       ("/", {"cmd": "frappe.client.insert", "doc": large})):
        answer = school.admin.post(path, body)
        assert answer.status == 200, (path, answer)
        assert school.admin.delete("/api/resource/LMS Bootcamp/large").status == 202
    school.configure(max_file_size=2 << 20)
    head = (f"POST /api/resource/LMS%20Bootcamp HTTP/1.1\r\nHost: {school.host}\r\n"
            f"Content-Length: {3 << 20}\r\n\r\n").encode()
    school.admin.get("/api/resource/User")
    assert server.raw(head, wait=3).startswith(b"HTTP/1.1 413 ")


# ---- pictures ------------------------------------------------------------------------------------------------------------
def test_a_bootcamp_shows_the_pictures_of_its_own_school_and_no_others(school):
    for title, image in (("With a cover", "/files/a cover é.png"), ("With a spy", "https://elsewhere.test/spy.png"),
                         ("With a host", "//elsewhere.test/spy.png")):
        made = school.admin.post("/api/resource/LMS Bootcamp", {"title": title, "published": 1, "image": image})
        assert made.status == 200, made
    catalogue, page = school.guest.get("/").text, school.guest.get("/bootcamps/with-a-cover").text
    assert catalogue.count("<img") == 1 and 'src="/files/a%20cover%20%C3%A9.png"' in catalogue
    assert 'class="cover" src="/files/a%20cover%20%C3%A9.png"' in page
    assert '<meta property="og:image" content="http://' in page and '/files/a%20cover%20%C3%A9.png">' in page
    for slug in ("with-a-spy", "with-a-host"):
        page = school.guest.get(f"/bootcamps/{slug}").text
        assert "elsewhere.test" not in page and "og:image" not in page
