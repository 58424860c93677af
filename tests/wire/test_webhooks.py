"""Outgoing webhooks against a real receiver: what is sent, when, how often; and where nothing is sent to."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

import pytest

from conftest import PREAU, Server, free_port

RETRIES = [1, 1, 1, 1, 1]


class Received:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def delivery(self):
        return self.headers["X-Frappe-Webhook-Delivery"]


class Receiver:
    """A program that is told things. `answer` decides what it says to a path."""

    def __init__(self, port=0, tls=None):
        self.got, self.status, self.slow = [], 200, 0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def take(self):
                length = int(self.headers.get("Content-Length") or 0)
                receiver.got.append(Received(self.command, self.path, self.headers, self.rfile.read(length)))
                time.sleep(receiver.slow)
                self.send_response(receiver.status)
                if 300 <= receiver.status < 400:
                    self.send_header("Location", f"http://127.0.0.1:{receiver.port}/elsewhere")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            do_POST = do_PUT = do_DELETE = do_GET = take

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.http.server_address[1]
        if tls:
            self.http.socket = tls.wrap_socket(self.http.socket, server_side=True)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def url(self, path="/hook"):
        return f"http://127.0.0.1:{self.port}{path}"

    def of(self, path):
        return [one for one in list(self.got) if one.path.split("?")[0] == path]

    def wait(self, path, count=1, within=10):
        eventually(lambda: len(self.of(path)) >= count, within, lambda: f"{path}: {[g.path for g in self.got]}")
        return self.of(path)

    def close(self):
        self.http.shutdown()
        self.http.server_close()


def eventually(holds, within=10, said=lambda: ""):
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"not within {within} s {said()}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="module")
def school(server, receiver):
    school = server.new_school("hooks")
    school.configure(allow_private_hosts=["127.0.0.1"], webhook_retry_seconds=RETRIES)
    return school


_paths = iter(range(10_000))


def hook(school, receiver, doctype="Role", event="after_insert", path=None, **more):
    """A webhook with a path of its own; its name and the path."""
    path = path or f"/h{next(_paths)}"
    fields = {"webhook_doctype": doctype, "webhook_docevent": event, "request_url": receiver.url(path),
              "request_structure": "Form URL-Encoded", "webhook_data": [{"fieldname": "name", "key": "name"}], **more}
    answer = school.admin.create("Webhook", **fields)
    return answer.data["name"], path


def log_rows(school, name, **filters):
    wanted = [["webhook", "=", name]] + [[k, "=", v] for k, v in filters.items()]
    return school.admin.list("Webhook Request Log", filters=wanted, fields=["*"], order_by="attempt asc",
                             limit_page_length=100).data


def role(school, name):
    return school.admin.create("Role", role_name=name).data["name"]


def test_an_insert_is_told_with_the_chosen_fields(school, receiver):
    name, path = hook(school, receiver, webhook_data=[{"fieldname": "name", "key": "id"},
                                                      {"fieldname": "disabled", "key": "off"},
                                                      {"fieldname": "home_page", "key": "page"}])
    role(school, "Told Ünë")
    one = receiver.wait(path)[0]
    assert one.method == "POST"
    assert one.body == b'{"id": "Told \\u00dcn\\u00eb", "off": 0, "page": null}'
    assert one.headers["X-Frappe-Webhook-Event"] == "after_insert"
    assert abs(int(one.headers["X-Frappe-Webhook-Timestamp"]) - time.time()) < 30
    assert len(one.delivery) == 36
    assert one.headers["Content-Type"] is None


def test_every_attempt_leaves_a_row_with_nothing_secret(school, receiver):
    name, path = hook(school, receiver, enable_security=1, webhook_secret="hush",
                      webhook_headers=[{"key": "Authorization", "value": "token a:b"},
                                       {"key": "Content-Type", "value": "application/json"}])
    role(school, "Logged")
    sent = receiver.wait(path)[0]
    assert sent.headers["Authorization"] == "token a:b"
    eventually(lambda: log_rows(school, name))
    row = log_rows(school, name)[0]
    assert (row["status_code"], row["attempt"], row["error"]) == (200, 1, None)
    assert row["delivery"] == sent.delivery and row["data"] == sent.body.decode() and row["response"] == "ok"
    assert row["reference_document"] == "Logged" and row["user"] == "Administrator"
    headers = json.loads(row["headers"])
    assert headers["Authorization"] == "****" and headers["Content-Type"] == "application/json"
    assert "hush" not in json.dumps(row) and "a:b" not in json.dumps(row)


def test_the_signature_is_over_the_bytes_sent(school, receiver):
    _, path = hook(school, receiver, enable_security=1, webhook_secret="s3crét", request_structure="JSON",
                   webhook_json='{"r": "{{ doc.name }}", "raw": {{ doc.name | tojson }}, "n": {{ doc.disabled }}}')
    role(school, 'Signed "é"')
    one = receiver.wait(path)[0]
    wanted = base64.b64encode(hmac.new("s3crét".encode(), one.body, hashlib.sha256).digest()).decode()
    assert one.headers["X-Frappe-Webhook-Signature"] == wanted
    assert one.json == {"r": 'Signed "é"', "raw": 'Signed "é"', "n": 0}
    assert b'": "' in one.body and b'", "' in one.body


def test_a_condition_decides(school, receiver):
    _, path = hook(school, receiver, condition='"Yes" in doc.name and not doc.disabled')
    role(school, "No Condition")
    role(school, "Yes Condition")
    assert [one.json["name"] for one in receiver.wait(path)] == ["Yes Condition"]


@pytest.mark.parametrize("field,value,word", [
    ("condition", "frappe.db.sql('x')", "Invalid Condition"),
    ("condition", "doc.nothing == 1", "no field"),
    ("condition", "doc.name ==", "Invalid Condition"),
    ("webhook_docevent", "on_submit", "Submittable"),
    ("request_url", "ftp://example.org/", "Check Request URL"),
    ("request_url", "http://example.org/", "https"),
    ("request_url", "https://example.org:8443/", "443"),
    ("timeout", 0, "timeout"),
    ("timeout", 61, "timeout"),
    ("webhook_headers", [{"key": "A B", "value": "x"}], "header"),
    ("webhook_headers", [{"key": "A", "value": "x\r\nB: y"}], "header"),
    ("webhook_data", [{"fieldname": "nothing", "key": "x"}], "no field"),
    ("webhook_data", [{"fieldname": "name", "key": "x"}, {"fieldname": "name", "key": "y"}], "more than once"),
    ("webhook_doctype", "Webhook Request Log", "own log"),
    ("webhook_doctype", "Has Role", "Rows of"),
    ("enable_security", 1, "secret"),
])
def test_what_cannot_work_is_refused_when_it_is_saved(school, field, value, word):
    fields = {"webhook_doctype": "Role", "webhook_docevent": "after_insert", "request_url": "https://example.org/",
              field: value}
    answer = school.admin.create("Webhook", **fields)
    assert answer.status == 417 and word in answer.text, answer


def test_json_that_is_none_is_refused_when_it_is_saved(school):
    for text in ('{"a": {{ doc.name }', "{% for x in doc %}", "{'a': 1}", '{"a": {{ frappe.session.user }}}'):
        answer = school.admin.create("Webhook", webhook_doctype="Role", webhook_docevent="after_insert",
                                     request_url="https://example.org/", request_structure="JSON", webhook_json=text)
        assert answer.status == 417 and "JSON" in answer.text, answer


def test_each_event_tells_its_own_hook(school, receiver):
    paths = {event: hook(school, receiver, event=event)[1] for event in
             ("after_insert", "on_update", "on_change", "on_trash")}
    name = role(school, "Eventful")
    receiver.wait(paths["after_insert"])
    receiver.wait(paths["on_update"])
    time.sleep(0.3)
    assert receiver.of(paths["on_change"]) == []  # not while it is new
    assert school.admin.put(f"/api/resource/Role/{name}", {"disabled": 1}).status == 200
    receiver.wait(paths["on_update"], 2)
    receiver.wait(paths["on_change"], 1)
    assert school.admin.delete(f"/api/resource/Role/{name}").status in (200, 202)
    assert receiver.wait(paths["on_trash"])[0].json["name"] == name
    receiver.wait(paths["on_change"], 2)
    time.sleep(0.5)
    counts = {event: len(receiver.of(path)) for event, path in paths.items()}
    assert counts == {"after_insert": 1, "on_update": 2, "on_change": 2, "on_trash": 1}


def test_a_document_that_is_submitted_changed_and_cancelled(school, receiver):
    admin = school.admin
    doctype = "Told Of"
    made = admin.create("DocType", name=doctype, module="Custom", custom=1, is_submittable=1,
                        fields=[{"fieldname": "title", "fieldtype": "Data", "allow_on_submit": 1}],
                        permissions=[{"role": "System Manager", "read": 1, "write": 1, "create": 1, "delete": 1,
                                      "submit": 1, "cancel": 1}])
    assert made.status == 200, made
    events = ("on_update", "on_submit", "on_update_after_submit", "on_cancel")
    paths = {event: hook(school, receiver, doctype, event,
                         webhook_data=[{"fieldname": "docstatus", "key": "s"}, {"fieldname": "title", "key": "t"}])[1]
             for event in events}
    name = admin.create(doctype, title="a").data["name"]
    receiver.wait(paths["on_update"])
    assert admin.put(f"/api/resource/{doctype}/{name}", {"docstatus": 1}).status == 200
    assert receiver.wait(paths["on_submit"])[0].json == {"s": 1, "t": "a"}
    assert admin.put(f"/api/resource/{doctype}/{name}", {"title": "b"}).status == 200
    assert receiver.wait(paths["on_update_after_submit"])[0].json == {"s": 1, "t": "b"}
    assert admin.put(f"/api/resource/{doctype}/{name}", {"docstatus": 2}).status == 200
    assert receiver.wait(paths["on_cancel"])[0].json == {"s": 2, "t": "b"}
    time.sleep(0.5)
    assert [len(receiver.of(paths[event])) for event in events] == [2, 1, 1, 1]


def test_rows_that_are_resources_are_told_of_when_their_tree_is_saved(school, receiver):
    _, path = hook(school, receiver, "LMS Lesson", "after_insert",
                   webhook_data=[{"fieldname": "title", "key": "title"}])
    tree = {"title": "Hooked", "price": 1, "courses": [{"title": "C", "lessons": [
        {"title": "One", "content_type": "Text", "content": "x"}, {"title": "Two", "content_type": "Text", "content": "y"}]}]}
    assert school.admin.create("LMS Bootcamp", **tree).status == 200
    assert {one.json["title"] for one in receiver.wait(path, 2)} == {"One", "Two"}


def test_what_fails_tells_nobody(school, receiver):
    _, path = hook(school, receiver)
    assert school.admin.create("Role", role_name="Twice").status == 200
    assert school.admin.create("Role", role_name="Twice").status == 409
    answer = school.admin.post("/api/method/frappe.client.insert_many", {"docs": [
        {"doctype": "Role", "role_name": "Half"}, {"doctype": "Role", "role_name": "Twice"}]})
    assert answer.status == 409, answer
    receiver.wait(path)
    time.sleep(0.7)
    assert [one.json["name"] for one in receiver.of(path)] == ["Twice"]


def test_a_method_and_a_dynamic_url(school, receiver):
    _, path = hook(school, receiver, path="/put", request_method="PUT", is_dynamic_url=1,
                   request_url=receiver.url("/put") + "?role={{ doc.name }}")
    role(school, "In URL &x")
    one = receiver.wait("/put")[0]
    assert one.method == "PUT" and one.path == "/put?role=In%20URL%20%26x"
    school.admin.delete("/api/resource/Webhook/" + _)


def test_a_webhook_that_is_switched_off_sends_nothing(school, receiver):
    name, path = hook(school, receiver)
    assert school.admin.put(f"/api/resource/Webhook/{name}", {"enabled": 0}).status == 200
    role(school, "Unheard")
    assert school.admin.put(f"/api/resource/Webhook/{name}", {"enabled": 1}).status == 200
    role(school, "Heard")
    assert [one.json["name"] for one in receiver.wait(path)] == ["Heard"]


def test_a_receiver_that_fails_is_tried_again_with_the_same_delivery_id(school, receiver):
    other = Receiver()
    name, path = hook(school, other)
    other.status = 503
    role(school, "Retried")
    other.wait(path, 2, 15)
    other.status = 200
    sent = other.wait(path, 3, 15)
    eventually(lambda: len(log_rows(school, name)) >= 3)
    rows = log_rows(school, name)
    assert len({one.delivery for one in sent}) == 1 and len({one.body for one in sent}) == 1
    assert [r["attempt"] for r in rows] == list(range(1, len(rows) + 1))
    assert rows[0]["error"] == "The answer was 503." and rows[-1]["error"] is None
    time.sleep(1.5)
    assert len(other.of(path)) == len(sent)
    other.close()


def test_a_receiver_that_is_down_gets_everything_in_order_when_it_is_up(school):
    port = free_port()
    down = type("Down", (), {"url": lambda self, path: f"http://127.0.0.1:{port}{path}"})()
    name, path = hook(school, down, event="on_update", webhook_data=[{"fieldname": "disabled", "key": "off"}])
    role(school, "Patient")
    school.admin.put("/api/resource/Role/Patient", {"disabled": 1})
    school.admin.put("/api/resource/Role/Patient", {"disabled": 0})
    eventually(lambda: log_rows(school, name))
    assert log_rows(school, name)[0]["error"] == "No connection could be made."
    up = Receiver(port)
    sent = up.wait(path, 3, 15)
    assert [one.json["off"] for one in sent] == [0, 1, 0]
    up.close()


def test_what_was_given_up_is_seen_and_can_be_sent_again(server):
    school = server.new_school("dead")
    school.configure(allow_private_hosts=["127.0.0.1"], webhook_retry_seconds=[])
    other = Receiver()
    other.status = 500
    name, path = hook(school, other)
    role(school, "Given Up")
    other.wait(path)
    eventually(lambda: "dead" in server.run("job", "list", school.host))
    assert "webhook.deliver" in server.run("job", "list", school.host)
    assert "failed for good" in server.run("doctor")
    other.status = 200
    row = log_rows(school, name)[0]
    answer = school.admin.post("/api/method/preau.webhook.resend", {"log": row["name"]})
    assert answer.message == row["delivery"]
    sent = other.wait(path, 2)
    assert sent[0].delivery == sent[1].delivery and sent[0].body == sent[1].body
    assert "1 job" in server.run("job", "retry", school.host)
    other.wait(path, 3)
    eventually(lambda: "webhook.deliver" not in server.run("job", "list", school.host))
    other.close()


def test_a_restored_backup_sends_nothing_until_somebody_says_so(server, tmp_path):
    school, other = server.new_school("restored"), Receiver()
    school.configure(allow_private_hosts=["127.0.0.1"], webhook_retry_seconds=[3600])
    other.status = 500
    _, path = hook(school, other)
    role(school, "Waits")
    other.wait(path)
    eventually(lambda: "try 1" in server.run("job", "list", school.host))
    server.run("site", "backup", school.host, str(tmp_path / "b.tar.gz"))
    assert "1 delivery" in server.run("site", "restore", "copy.test", str(tmp_path / "b.tar.gz"))
    other.status = 200
    assert "dead" in (held := server.run("job", "list", "copy.test")) and "held by a restore" in held
    time.sleep(2)
    assert len(other.of(path)) == 1
    assert server.plain("GET", "/api/method/frappe.client.get_count?doctype=Role", "copy.test") == 403
    assert "1 job" in server.run("job", "retry", "copy.test")
    sent = other.wait(path, 2)
    assert sent[0].delivery == sent[1].delivery
    other.close()


def test_only_who_may_write_the_webhook_may_resend(school, receiver):
    row = log_rows_any(school)
    user = school.client(school.add_user("nobody@hooks.test"))
    assert user.post("/api/method/preau.webhook.resend", {"log": row}).status == 403
    assert school.admin.post("/api/method/preau.webhook.resend", {"log": "nope"}).status == 404


def log_rows_any(school):
    return school.admin.list("Webhook Request Log", limit_page_length=1).data[0]["name"]


def test_a_redirect_is_a_success_that_is_not_followed(school):
    other = Receiver()
    other.status = 302
    name, path = hook(school, other)
    role(school, "Redirected")
    other.wait(path)
    eventually(lambda: log_rows(school, name))
    time.sleep(0.5)
    assert other.of("/elsewhere") == [] and log_rows(school, name)[0]["error"] is None
    other.close()


def test_a_slow_receiver_is_given_up_on_in_time(school):
    other = Receiver()
    other.slow = 3
    name, path = hook(school, other, timeout=1)
    role(school, "Slow")
    eventually(lambda: log_rows(school, name), 6)
    assert log_rows(school, name)[0]["error"] == "There was no answer in time."
    school.admin.put(f"/api/resource/Webhook/{name}", {"enabled": 0})
    other.close()


def test_private_addresses_are_refused_whatever_they_are_called(server, receiver):
    closed = server.new_school("closed")
    admin = closed.admin
    assert admin.create("Webhook", webhook_doctype="Role", webhook_docevent="after_insert",
                        request_url=receiver.url("/closed")).status == 417
    names = {}
    for url in ("https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
                "https://2130706433/", "https://0x7f000001/", "https://169.254.169.254/latest/meta-data", "https://10.1.2.3/",
                "{{ doc.name }}"):
        names[url] = admin.create("Webhook", webhook_doctype="Role", webhook_docevent="after_insert", request_url=url,
                                  is_dynamic_url=1, timeout=2).data["name"]
    role(closed, "https:127.0.0.1")
    for url, name in names.items():
        eventually(lambda: log_rows(closed, name), 15, lambda: url)
        error = log_rows(closed, name)[0]["error"]
        assert "not a public one" in error or "no address of the web" in error, (url, error)


def test_a_certificate_that_nobody_vouches_for_is_refused(school, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days",
                    "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    other = Receiver(tls=tls)
    name, path = hook(school, type("TLS", (), {"url": lambda self, path: f"https://127.0.0.1:{other.port}{path}"})())
    role(school, "Certified")
    eventually(lambda: log_rows(school, name))
    assert log_rows(school, name)[0]["error"] == "The host's certificate is not valid." and other.got == []
    school.admin.put(f"/api/resource/Webhook/{name}", {"enabled": 0})
    other.close()


def test_a_host_listed_with_a_port_opens_that_port_only(server, receiver):
    listed = server.new_school("listed")
    listed.configure(allow_private_hosts=[f"127.0.0.1:{receiver.port}"])
    hook(listed, receiver, path="/listed")
    role(listed, "Listed")
    receiver.wait("/listed")
    answer = listed.admin.create("Webhook", webhook_doctype="Role", webhook_docevent="after_insert",
                                 request_url=f"http://127.0.0.1:{receiver.port + 1}/")
    assert answer.status == 417


def test_twenty_failures_in_a_row_switch_it_off_with_a_notice(school):
    other = Receiver()
    other.status = 500
    name, path = hook(school, other)
    for n in range(4):
        role(school, f"Failing {n}")
    url = f"/api/resource/Webhook/{name}"
    eventually(lambda: school.admin.get(url).data["enabled"] == 0, 40, lambda: f"{len(other.of(path))} attempts")
    assert 20 <= len(other.of(path)) <= 24
    notices = school.admin.list("Comment", filters=[["reference_name", "=", name]], fields=["content", "comment_type"]).data
    assert [n["comment_type"] for n in notices] == ["Info"] and "20 failures" in notices[0]["content"]
    other.status = 200
    assert school.admin.put(url, {"enabled": 1}).status == 200
    role(school, "Working Again")
    eventually(lambda: any(one.json["name"] == "Working Again" for one in other.of(path)))
    other.close()


def test_an_import_like_save_in_one_transaction_is_told_once(school, receiver):
    """insert_many of one call: a delivery per document, none twice."""
    _, path = hook(school, receiver, event="on_update")
    answer = school.admin.post("/api/method/frappe.client.insert_many",
                               {"docs": [{"doctype": "Role", "role_name": f"Many {n}"} for n in range(20)]})
    assert answer.status == 200, answer
    receiver.wait(path, 20, 15)
    time.sleep(0.5)
    assert sorted(one.json["name"] for one in receiver.of(path)) == sorted(f"Many {n}" for n in range(20))


# ---- daemons that are killed, and several of them ---------------------------------------------------------------------


class Second:
    """Another daemon over the same folder and database."""

    def __init__(self, server):
        self.port = free_port()
        self.log_path = server.folder / f"second-{self.port}.log"
        self.log = open(self.log_path, "wb")
        self.process = subprocess.Popen([PREAU, "serve", "--sites", str(server.sites), "--listen",
                                         f"127.0.0.1:{self.port}"], stdout=self.log, stderr=self.log)
        eventually(self.answers, 30, lambda: self.log_path.read_text())

    def answers(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        self.process.terminate()
        assert self.process.wait(30) == 0


@pytest.fixture(scope="module")
def own_server():
    """A server of its own: it is killed."""
    with tempfile.TemporaryDirectory(prefix="preau-hooks-", ignore_cleanup_errors=True) as folder:
        server = Server(folder)
        yield server
        assert server.stop() == 0
        log = server.log_path.read_text(errors="replace")
        assert "Sanitizer" not in log, log[-8000:]


@pytest.fixture(scope="module")
def own_school(own_server):
    school = own_server.new_school("killed")
    school.configure(allow_private_hosts=["127.0.0.1"], webhook_retry_seconds=[1] * 8)
    return school


def test_two_daemons_deliver_once(own_server, own_school):
    other = Receiver()
    _, path = hook(own_school, other)
    second = Second(own_server)
    for n in range(60):
        role(own_school, f"Shared {n}")
    other.wait(path, 60, 30)
    time.sleep(1.5)
    assert len(other.of(path)) == 60 and len({one.json["name"] for one in other.of(path)}) == 60
    second.stop()
    other.close()


def test_killed_between_commit_and_delivery_it_is_delivered_after_the_restart(own_server, own_school):
    other = Receiver()
    other.status = 503
    name, path = hook(own_school, other)
    role(own_school, "Survivor")
    other.wait(path)
    own_server.process.send_signal(signal.SIGKILL)
    own_server.process.wait()
    before = len(other.of(path))
    other.status = 200
    own_server.start()
    sent = other.wait(path, before + 1, 20)
    assert sent[-1].json == {"name": "Survivor"} and len({one.delivery for one in sent}) == 1
    other.close()


def test_killed_while_it_delivers_it_is_delivered_again_after_the_lease(own_server, own_school):
    other = Receiver()
    other.slow = 60
    _, path = hook(own_school, other, timeout=4)
    role(own_school, "Orphan")
    other.wait(path)
    own_server.process.send_signal(signal.SIGKILL)
    own_server.process.wait()
    other.slow = 0
    own_server.start()
    listed = own_server.run("job", "list", own_school.host)
    assert "running" in listed and "webhook.deliver" in listed
    sent = other.wait(path, 2, 30)
    assert sent[0].delivery == sent[1].delivery
    other.close()


def test_a_stop_hands_back_what_is_being_sent(own_server, own_school):
    other = Receiver()
    other.slow = 30
    name, path = hook(own_school, other, timeout=40)
    role(own_school, "Handed Back")
    other.wait(path)
    start = time.monotonic()
    assert own_server.stop() == 0
    assert time.monotonic() - start < 10
    other.slow = 0
    own_server.start()
    sent = other.wait(path, 2, 20)
    assert sent[0].delivery == sent[1].delivery
    eventually(lambda: log_rows(own_school, name))
    assert [row["attempt"] for row in log_rows(own_school, name)] == [1]
    other.close()
