"""Every exchange that was recorded from a real Frappe, sent again: ../shared/spec/wire-examples.md, read as it stands.

The DocTypes of the recording are made by REST on a bare site, then its documents. Statuses, headers that clients read and
all members of the bodies must be the same; names, times, error ids and tracebacks only in shape. Where we differ on
purpose, DEVIATIONS says so with the sentence that allows it. Without ../shared this skips aloud.
"""
import json
import re
import urllib.parse

import pytest
from conftest import PASSWORD, ROOT, Client

RECORDING = ROOT.parent / "shared" / "spec" / "wire-examples.md"
pytestmark = pytest.mark.skipif(not RECORDING.is_file(), reason="../shared/spec/wire-examples.md is not here")

STUDENT = "student@tech-school.local"
CALLER = re.compile(r"\s+\((?:as )?(guest|admin|student|session \(log-in of (?P<who>\w+)\))\)$")
# A moment, a name given by chance, the id of an error or of a session.
ANY = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}|\b[a-z0-9]{10}\b|\b[0-9a-f]{56}\b")

# Why an exchange differs: the member that does, and the sentence.
DEVIATIONS = {
    "who-token-bad-secret": ("Set-Cookie", "product.md 6b: Responses carry the five Frappe cookies only when a session changes"),
    "setup-enrollment-1": ("__unsaved", "frappe-api.md 2.5: Child rows in a create answer may carry \"__unsaved\":1; omit it"),
    "update-children-replace": ("__unsaved", "frappe-api.md 2.5: Child rows in a create answer may carry \"__unsaved\":1; omit it"),
    "delete-linked": ("referrer", "frappe-api.md 4.7: any Link / Dynamic Link column pointing here blocks: which one is told is open"),
    "list-default": ("order", "product.md 6b: No `order_by` means `modified desc, name`: deterministic"),
    "logout-get-session": ("Set-Cookie", "frappe-api.md 6.2: Deletion = empty value with `Expires` yesterday"),
}


# ---- reading the recording ----------------------------------------------------------------------------------------------

class Exchange:
    def __init__(self, name, lines):
        self.name = name
        sent = [line[2:] for line in lines if line.startswith("> ")]
        method, target = CALLER.sub("", sent[0]).split(" ", 1)
        self.method, self.target = method, target.strip()
        found = CALLER.search(sent[0])
        self.caller = found.group("who") and "session" or found.group(1) if found else "header"
        self.who = found.group("who") if found else None
        self.headers, self.body = {}, None
        for line in sent[1:]:
            key, colon, value = line.partition(": ")
            if colon and re.fullmatch(r"[A-Za-z-]+", key):
                self.headers[key] = value
            else:
                self.body = line
        start = next(i for i, line in enumerate(lines) if line.startswith("< "))
        self.status = int(lines[start][2:])
        self.answer_headers, rest = [], []
        for line in lines[start + 1:]:
            key, colon, value = line.removeprefix("< ").partition(": ")
            if line.startswith("< ") and colon and re.fullmatch(r"[A-Za-z-]+", key):
                self.answer_headers.append((key, value))
            else:
                rest.append(line[2:])
        self.text = "\n".join(rest)
        self.cut = self.text.partition("   ... ")[2]

    @property
    def json(self):
        return json.loads(self.text.partition("   ... ")[0])


def read_recording():
    found = re.findall(r"^## (\S+)\n(?:\(.*\)\n)?```\n(.*?)^```$", RECORDING.read_text(), re.M | re.S)
    return [Exchange(name, [line for line in text.splitlines() if not line.startswith("  decoded:")])
            for name, text in found]


RECORDED = read_recording() if RECORDING.is_file() else []


def test_the_recording_was_read_whole():
    assert len(RECORDED) == RECORDING.read_text().count("\n## ")


# ---- the world it presupposes ---------------------------------------------------------------------------------------------

ALL = {"read": 1, "write": 1, "create": 1, "delete": 1}
NONE = {"write": 0, "create": 0, "delete": 0}  # a DocPerm row gives these by default


def define(school, name, *fields, student=None, **more):
    rows = [{"fieldname": f, "fieldtype": kind, "label": f.replace("_", " ").title(), **options}
            for f, kind, options in fields]
    permissions = [{"role": "System Manager", **ALL}] + ([{"role": "Student", **NONE, **student}] if student else [])
    school.admin.create("DocType", name=name, module="Custom", custom=1, fields=rows, **more,
                        **({} if more.get("istable") else {"permissions": permissions})).data


def define_all(school):
    school.admin.create("Role", role_name="Student")
    define(school, "LMS Bootcamp", ("title", "Data", {"reqd": 1}), ("description", "Text", {}), ("price", "Currency", {}),
           ("published", "Check", {}), student={"read": 1}, autoname="field:title")
    define(school, "LMS Course", ("title", "Data", {"reqd": 1}), ("description", "Text", {}),
           ("bootcamp", "Link", {"options": "LMS Bootcamp"}), student={"read": 1})
    define(school, "LMS Lesson", ("title", "Data", {"reqd": 1}),
           ("content_type", "Select", {"options": "Text\nVideo\nLab", "default": "Text"}), ("content", "Text", {}),
           ("video_url", "Data", {}), ("is_free_preview", "Check", {}), ("course", "Link", {"options": "LMS Course"}),
           student={"read": 1})
    define(school, "Enrollment Lesson", ("lesson", "Link", {"options": "LMS Lesson"}), ("completed_on", "Datetime", {}),
           istable=1)
    define(school, "Enrollment", ("user", "Link", {"options": "User"}), ("bootcamp", "Link", {"options": "LMS Bootcamp"}),
           ("status", "Select", {"options": "Active\nSuspended", "default": "Active"}),
           ("completed_lessons", "Table", {"options": "Enrollment Lesson"}),
           student={"read": 1, "write": 1, "create": 1, "if_owner": 1})


class World:
    """The site, who calls, and which of our names stands for which of the recording's."""

    def __init__(self, server):
        self.school = server.new_school("recorded", "--bare")
        define_all(self.school)
        self.school.add_user(STUDENT, "Student")
        self.school.admin.put(f"/api/resource/User/{STUDENT}", {"first_name": "Sita", "last_name": ""}).data
        self.names = {}
        self.documents_made = False

    def make_documents(self):
        """What stood there besides what the recording itself makes; after the first bootcamp."""
        if self.documents_made or "Full Stack Web" not in self.school.admin.list("LMS Bootcamp").text:
            return
        self.documents_made = True
        create = self.school.admin.create
        create("LMS Bootcamp", title="Data/Science 101").data
        courses = [create("LMS Course", title=title, bootcamp=bootcamp).data["name"] for title, bootcamp in
                   (("CSS Layout", "Full Stack Web"), ("Pandas", "Data/Science 101"), ("HTML Basics", "Full Stack Web"))]
        self.names["qdjnsa62eg"] = create("LMS Course", title="Orphan Course").data["name"]
        for n in range(1, 26):
            kind = ("Video", "Lab", "Text")[(n - 1) % 3]
            lesson = {"title": f"Lesson {n:02}", "content_type": kind, "content": f"Body of lesson {n}",
                      "is_free_preview": int(n % 5 == 0), "course": courses[(n - 1) % 3]}
            if kind == "Video":
                lesson["video_url"] = f"https://video.example/{n}"
            name = create("LMS Lesson", **lesson).data["name"]
            if n <= 3:
                self.names[("qdjnu2v7ce", "qdjnah4rf3", "qdjn0mu2u9")[n - 1]] = name
        self.names["qdjoi08c3v"] = create("Enrollment", user="Administrator", bootcamp="Full Stack Web").data["name"]

    def ours(self, text):
        for theirs, name in self.names.items():
            text = text.replace(theirs, name)
        return text

    def client(self, exchange):
        if exchange.caller == "admin":
            return self.school.admin
        if exchange.caller == "student":
            return self.school.client(STUDENT)
        if exchange.caller == "session":
            client = self.school.session({"admin": "Administrator", "student": STUDENT}[exchange.who])
            if exchange.name == "csrf-missing":
                client.get("/api/method/frappe.sessions.get_csrf_token").message
            return client
        return Client(self.school)

    def send(self, exchange):
        headers = dict(exchange.headers)
        body = exchange.body and self.ours(exchange.body).replace("pwd=admin", "pwd=" + urllib.parse.quote(PASSWORD))
        if body and "Content-Type" not in headers:
            headers["Content-Type"] = "application/json"
        if "Authorization" in headers:
            key = self.school.token(STUDENT).split(":")[0]
            headers["Authorization"] = headers["Authorization"].replace("key-student", key)
        return self.client(exchange).request(exchange.method, self.ours(exchange.target), body=body, headers=headers)


# ---- comparing --------------------------------------------------------------------------------------------------------------

def shape(text):
    """The text with what differs by nature taken out."""
    return ANY.sub("~", text)


def referrer(text):
    return re.sub(r"is linked with .*", "", shape(text))


class Comparison:
    def __init__(self, world, exchange):
        self.world, self.deviation = world, DEVIATIONS.get(exchange.name, ("", ""))[0]

    def same_text(self, where, theirs, ours):
        if theirs == "<traceback>":
            lines = json.loads(ours)
            assert lines and all(isinstance(line, str) for line in lines), where
        elif where.endswith("_server_messages"):
            self.same(where, [json.loads(m) for m in json.loads(theirs)], [json.loads(m) for m in json.loads(ours)])
        elif theirs.startswith("<traceback> "):
            assert shape(ours) == shape(theirs.removeprefix("<traceback> ")), where
        elif self.deviation == "referrer":
            assert referrer(ours) == referrer(theirs), where
        else:
            if re.fullmatch(r"qd[a-z0-9]{8}", theirs):
                self.world.names.setdefault(theirs, ours)
                assert self.deviation == "order" or self.world.names[theirs] == ours, where
            assert shape(ours) == shape(theirs), where

    def same(self, where, theirs, ours):
        assert type(theirs) is type(ours), f"{where}: {theirs!r} is not {ours!r}"
        if isinstance(theirs, dict):
            expected = [key for key in theirs if key != self.deviation]
            assert [key for key in ours if key in theirs] == expected, f"{where}: members {list(ours)}, not {expected}"
            for key in expected:
                self.same(f"{where}.{key}", theirs[key], ours[key])
        elif isinstance(theirs, list):
            assert len(theirs) == len(ours), where
            for i, pair in enumerate(zip(theirs, ours)):
                self.same(f"{where}[{i}]", *pair)
        elif isinstance(theirs, str):
            self.same_text(where, theirs, ours)
        else:
            assert theirs == ours and repr(theirs) == repr(ours), where


def cookie(line):
    """Name, value where it says something, attributes in their order without their values."""
    first, *attributes = line.split("; ")
    name, _, value = first.partition("=")
    return name, "~" if name == "sid" and value else value, [a.split("=")[0] for a in attributes]


def same_headers(exchange, answer):
    for key in {key for key, _ in exchange.answer_headers} - {DEVIATIONS.get(exchange.name, ("", ""))[0]}:
        theirs = [value for k, value in exchange.answer_headers if k == key]
        ours = answer.all(key)
        if key == "Set-Cookie":
            theirs, ours = [cookie(line) for line in theirs], [cookie(line) for line in ours]
        assert ours == theirs, key


MORE_MEMBERS = {"exception", "exc", "request_id", "_error_message", "has_next_page"}


def no_surprise(exchange, answer):
    """An extra member is allowed where no client can stumble: in errors, those that Frappe's clients know."""
    assert set(answer.json) <= set(exchange.json) | MORE_MEMBERS, sorted(answer.json)


@pytest.fixture(scope="module")
def world(server):
    return World(server)


@pytest.mark.parametrize("exchange", RECORDED, ids=lambda e: e.name)
def test_a_recorded_exchange_comes_out_the_same(world, exchange):
    world.make_documents()
    answer = world.send(exchange)
    assert answer.status == exchange.status, answer
    same_headers(exchange, answer)
    if not exchange.text.startswith("{"):
        assert re.sub(r"\s+", "", answer.text) == re.sub(r"\s+", "", exchange.text)
        return
    assert answer.header("Content-Type") == "application/json"
    theirs, ours = exchange.json, answer.json
    if exchange.cut:
        count = int(exchange.cut.split()[0])
        assert len(ours["data"]) == count
        ours["data"] = ours["data"][:len(theirs["data"])]
    Comparison(world, exchange).same("", theirs, ours)
    no_surprise(exchange, answer)


# ---- refusals as Frappe words them, in the same world (frappe-api.md 5.5) --------------------------------------------------

def refusal(answer):
    """(server messages, _error_message)"""
    assert (answer.status, answer.exc_type) == (403, "PermissionError"), answer
    return [m["message"] for m in answer.server_messages], answer.json.get("_error_message")


@pytest.fixture(scope="module")
def lesson(world):
    return world.school.admin.create("LMS Lesson", title="Not for students").data["name"]


@pytest.mark.parametrize("method, path, body, right", [
    ("PUT", "/api/resource/LMS Lesson/{}", {"title": "x"}, "write"),
    ("POST", "/api/method/frappe.client.set_value", {"fieldname": "title", "value": "x"}, "write"),
    ("POST", "/api/method/frappe.client.save", {"doc": {"title": "x"}}, "write"),
    ("POST", "/api/method/frappe.client.cancel", {}, "cancel"),
    ("POST", "/api/resource/LMS Lesson/{}", {"run_method": "add_comment", "text": "x"}, "write"),
])
def test_who_reads_and_may_not_write_is_told_of_the_document(world, lesson, method, path, body, right):
    names = {"doctype": "LMS Lesson", "name": lesson}
    body = {"doc": {**names, **body["doc"]}} if "doc" in body else {**names, **body} if "client" in path else body
    answer = world.school.client(STUDENT).request(method, path.format(lesson), json_body=body)
    assert refusal(answer) == ([f"User <strong>{STUDENT}</strong> does not have access to this document: LMS Lesson - {lesson}"],
                               f"Insufficient Permission for LMS Lesson (<strong>{right}</strong>)")


def test_who_reads_and_may_not_delete(world, lesson):
    answer = world.school.client(STUDENT).delete(f"/api/resource/LMS Lesson/{lesson}")
    assert refusal(answer) == ([f"User not allowed to delete LMS Lesson: {lesson}"], None)


def test_who_reads_none_is_told_the_same_of_every_name(world, lesson):
    guest = world.school.guest
    for verb, send in (("write", lambda name: guest.put(f"/api/resource/LMS Lesson/{name}", {"title": "x"})),
                       ("delete", lambda name: guest.delete(f"/api/resource/LMS Lesson/{name}"))):
        there, missing = refusal(send(lesson)), refusal(send("missing"))
        assert json.dumps(there).replace(lesson, "missing") == json.dumps(missing)
        assert verb == "delete" or there[1] == "Insufficient Permission for LMS Lesson (<strong>write</strong>)"
