"""Bad input of any kind: a clear error in Frappe's shape, never a 5xx, nothing changed, nothing of the inside told.

Every case goes out as bytes, as the superuser where rights would otherwise hide the depth of it. `Wire.refused` is for
what cannot be meant; `Wire.survives` for what is odd but may be answered.
"""
import json
import re
import urllib.parse

import pytest
from conftest import Answer, bootcamp_tree
from seeded import sql

INSIDE = re.compile(r"SELECT |INSERT INTO|`tab|`t0`|SQL syntax|mysql|mariadb|sanitizer|/src/|/tmp/|\.c:\d|stack trace|Traceback|errno",
                    re.IGNORECASE)


FRAMING = (400, 413, 414, 415, 431)    # of the door, before anything knows what an API is


class Wire:
    """Sends bytes as they are; remembers what was wrong with the answers."""

    def __init__(self, school, lesson):
        self.school, self.lesson, self.faults = school, lesson, []
        self.token = school.token("Administrator")
        self.writes = False     # a test that sets it looks itself at what changed

    def send(self, method, target, body=b"", headers=(), guest=False):
        body = body if isinstance(body, bytes) else body.encode()
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.school.host}", "Connection: close"]
        if not guest:
            lines.append(f"Authorization: token {self.token}")
        if body or method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"{k}: {v}" for k, v in headers]
        received = self.school.server.raw("\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body)
        head, _, rest = received.partition(b"\r\n\r\n")
        if not head:
            return Answer(0, [], b"")
        first, *fields = head.decode("latin-1").split("\r\n")
        return Answer(int(first.split()[1]), [tuple(f.split(": ", 1)) for f in fields if ": " in f], rest)

    def check(self, what, target, answer, brought=b""):
        text = answer.body.decode("utf-8", "replace")
        if not 200 <= answer.status < 500:
            self.faults.append(f"{answer.status} for {what}: {text[:200]}")
        told = INSIDE.search(text)
        sent = urllib.parse.unquote(target) + bytes(brought).decode("utf-8", "replace")
        if answer.status >= 400 and told and told.group().lower() not in sent.lower():
            self.faults.append(f"tells {told.group()!r} for {what}: {text[:300]}")
        if answer.status >= 400 and target.startswith("/api/") and answer.status not in FRAMING:
            self.check_shape(what, target, answer)

    def check_shape(self, what, target, answer):
        try:
            body = answer.json
        except ValueError:
            self.faults.append(f"no JSON for {what}: {answer}")
            return
        if target.startswith("/api/v2/"):
            right = body.get("errors") and all(error.get("type") for error in body["errors"])
        else:
            right = body.get("exc_type") and isinstance(json.loads(body.get("exc") or "0"), list)
        if not right or answer.header("Content-Type") != "application/json":
            self.faults.append(f"not Frappe's shape for {what}: {answer}")

    def survives(self, method, target, body=b"", headers=(), **more):
        body = body if isinstance(body, bytes) else body.encode("utf-8", "surrogateescape")
        what = f"{method} {target[:150]} {body[:80]!r} {headers}"
        answer = self.send(method, target, body, headers, **more)
        self.check(what, target, answer, body)
        return answer

    def calls(self, method, body):
        """On one connection: there are thousands of these."""
        answer = self.school.admin.post(f"/api/method/{method}", body)
        self.check(f"{method} {str(body)[:150]}", "/api/method/x", answer, json.dumps(body).encode())

    def refused(self, method, target, body=b"", headers=(), **more):
        answer = self.survives(method, target, body, headers, **more)
        if answer.status < 400:
            self.faults.append(f"{answer.status} for {method} {target[:150]} {body[:80]!r} {headers}: {answer}")
        return answer


@pytest.fixture(scope="module")
def tree(school):
    return school.admin.post("/api/resource/LMS Bootcamp", bootcamp_tree(lessons=6)).data


def state_of(school):
    server, host = school.server, school.host
    tables = [row[0] for row in sql(server, host, "SHOW TABLES")]
    return sql(server, host, "CHECKSUM TABLE " + ", ".join(f"`{name}`" for name in tables if name.startswith(("tab", "__"))))


@pytest.fixture
def wire(school, tree):
    wire = Wire(school, tree["courses"][0]["lessons"][0]["name"])
    wire.school.admin.get("/api/method/ping")
    before = state_of(school)
    yield wire
    assert not wire.faults, f"{len(wire.faults)} faults\n" + "\n".join(wire.faults[:40])
    changed = [new for new, old in zip(state_of(school), before) if new != old]
    assert changed == [] or wire.writes, changed


JSON = (("Content-Type", "application/json"),)


def encoded(text):
    return urllib.parse.quote(text, safe="", errors="surrogateescape")


def query(**pairs):
    return "?" + "&".join(f"{k}={encoded(v if isinstance(v, str) else json.dumps(v))}" for k, v in pairs.items())


# ---- JSON ----------------------------------------------------------------------------------------------------------------------
def nested(depth, opening="[", closing="]"):
    return opening * depth + closing * depth


TORN = {
    "half an object": "{", "half a list": "[", "half a text": '{"a":"', "too much": '{"a":1}}', "two values": '{"a":1} {"b":2}',
    "single quotes": "{'a': 1}", "a comment": '{"a":1 /* x */}', "a trailing comma": '{"a":1,}', "no quotes": "{a:1}",
    "a key twice": '{"title":"x","title":"y"}', "a key twice below": '{"title":"x","courses":[{"title":"a","title":"b"}]}',
    "an escaped NUL": '{"title":"a\\u0000b"}', "a NUL": b'{"title":"a\x00b"}', "a NUL key": '{"a\\u0000b":1}',
    "bytes of Latin-1": b'{"title":"caf\xe9"}', "an overlong slash": b'{"title":"\xc0\xaf"}', "a surrogate": b'{"title":"\xed\xa0\x80"}',
    "an escaped half pair": '{"title":"\\ud800"}', "beyond Unicode": b'{"title":"\xf4\x90\x80\x80"}',
    "a number too large": '{"title":"x","price":1e400}', "not a number": '{"title":"x","price":NaN}',
    "infinity": '{"title":"x","price":-Infinity}', "four hundred digits": '{"title":"x","price":' + "9" * 400 + "}",
    "two to the 63rd": '{"title":"x","price":9223372036854775808}', "leading zeros": '{"price":007}', "a lone minus": '{"price":-}',
    "hexadecimal": '{"price":0x10}', "a BOM": b'\xef\xbb\xbf{"title":"x"}', "33 levels": '{"a":' + nested(33) + "}",
    "2,000 levels": '{"a":' + nested(2000) + "}", "100,000 levels": '{"a":' + nested(100000) + "}",
    "100,000 openings": "[" * 100000, "100,000 objects": '{"a":' * 100000, "deep objects": '{"a":' * 40 + "1" + "}" * 40,
    "10,001 keys": json.dumps({f"k{n}": n for n in range(10001)}), "a text": '"text"', "a number": "5", "null": "null", "true": "true",
    "a raw newline in a text": '{"title":"a\nb"}', "a bad escape": '{"title":"\\x41"}', "a list": "[1,2,3]", "spaces": "   ",
}
ROUTES = [("POST", "/api/resource/LMS%20Bootcamp"), ("POST", "/api/v1/resource/LMS%20Lesson"),
          ("POST", "/api/v2/document/LMS%20Bootcamp"), ("PUT", "/api/resource/LMS%20Lesson/NAME"),
          ("PATCH", "/api/v2/document/LMS%20Lesson/NAME"), ("POST", "/api/resource/LMS%20Lesson/NAME"),
          ("POST", "/api/method/frappe.client.insert"), ("POST", "/api/method/frappe.client.save"),
          ("POST", "/api/method/frappe.client.set_value"), ("POST", "/api/method/frappe.client.get_list"),
          ("POST", "/api/method/frappe.client.insert_many"), ("POST", "/api/method/frappe.client.delete"),
          ("POST", "/api/method/lms.enroll"), ("POST", "/api/method/login"), ("POST", "/api/v2/method/lms.lesson")]


@pytest.mark.parametrize("method, path", ROUTES)
def test_torn_json_is_refused_everywhere(wire, method, path):
    for body in TORN.values():
        wire.refused(method, path.replace("NAME", wire.lesson), body, JSON)


@pytest.mark.parametrize("name", ["doc", "docs", "filters", "fields", "fieldname", "data"])
def test_torn_json_in_an_argument(wire, name):
    targets = {"doc": "frappe.client.insert", "docs": "frappe.client.insert_many", "filters": "frappe.client.get_list",
               "fields": "frappe.client.get_list", "fieldname": "frappe.client.set_value"}
    for what, body in TORN.items():
        text = body if isinstance(body, str) else body.decode("utf-8", "surrogateescape")
        if len(text) > 60000 or what in ("a text", "a number", "true", "null", "spaces", "10,001 keys"):
            continue
        form = f"doctype=LMS+Lesson&name={wire.lesson}&{name}=".encode() + encoded(text).encode()
        path = f"/api/method/{targets[name]}" if name in targets else "/api/resource/LMS%20Bootcamp"
        wire.refused("POST", path, form, (("Content-Type", "application/x-www-form-urlencoded"),))


# ---- lists ----------------------------------------------------------------------------------------------------------------------
SHAPES = [5, -1, 1.5, True, "x", "", [], {}, [[]], [{}], [[[]]], [5], ["name"], [None], [["name"]], [["name", "="]], [["name", "=", {}]],
          [["name", "=", [1]]], [["name", {}, "x"]], [["name", [], "x"]], [[{}, "=", "x"]], [[["name"], "=", "x"]],
          [["name", "===", "x"]], [["name", "= 1 or 1 =", "x"]], [["name", "regexp", "x"]], [["name", "in", {}]], [["name", "in", [[]]]],
          [["name", "in", ["x"] * 2001]], [["name", "between", "x"]], [["name", "between", [1]]], [["name", "between", [1, 2, 3]]],
          [["creation", "between", ["x", "y"]]], [["creation", ">", "99999-99-99"]], [["creation", ">", "x"]], [["idx", "=", "x"]],
          [["idx", "=", 10 ** 30]], [["idx", ">", 1.7e308]], [["name", "is", "perhaps"]], [["creation", "timespan", "forever"]],
          [["name", "descendants of", "x"]], [["LMS Lesson", "name"]], [["Nope", "name", "=", "x"]], [["User", "name", "=", "x"]],
          [["LMS Lesson", "nope", "=", "x"]], [["LMS Lesson", "name", "=", "x", False, 1, 2]], {"nope": 1}, {"name": {}}, {"name": []},
          {"name": [[]]}, {"name": ["=", ["x"]]}, {"name": ["like"]}, {"name": ["like", {}]}, {"": 1}, {"name": ["", ""]}, {"a.b.c": 1},
          {"lessons.title": 1}, {"`tabLMS Lesson`.`name`": "x"}, {"`tabUser`.`name`": "x"}, {"name` or 1=1 -- ": "x"},
          {"name'": "x"}, {"1=1 or name": "x"}, {"name": "x' or '1'='1"}, {"name": "\\"}, {"name": "%' union select 1 -- "},
          {"sleep(5)": "x"}, {"name": "x" * 9000}, {"x" * 9000: 1}, [["name", "=", "x"]] * 101, [["name", "like", "%" * 4000]],
          {"name": 10 ** 400}, [["modified", "=", "2026-02-30"]], {"content": ["like", "%a%"]}, {"courses": "x"}, {"name": None},
          [["name", "=", None]], [["published", "=", "maybe"]], [["bootcamp.title.x", "=", 1]], [["name", "previous", "x"]]]
WORDS = ["(select 1)", "sleep(5)", "name; drop table `tabUser`", "name desc, sleep(5)", "name -- ", "name /*x*/", "name#", "`name", "name`",
         "`name` desc`", "if(1=1,name,title)", "rand()", "1", "1 desc", "-name", "name asc desc", "name,", ",name", "name,,title",
         "tabLMS Lesson.name", "`tabUser`.`name`", "`tabLMS Lesson`.nope", "nope", "name nope", "case when 1 then name end", "@@version",
         "user()", "extractvalue(1,concat(0x7e,version()))", "name' or '1'='1", "\"name\"", "name\x00", "name\n;", "ｎame", "NAME desc\t;x",
         "count(*)", "max(", "max)", "max()", "max(name", "max(max(name))", "concat(name,name)", "database()", "load_file('/etc/passwd')",
         "name into outfile '/tmp/x'", "name union select 1", "*", "lessons.*", "name as", "name as `x`", "name as x y", "name as 1",
         "distinct", "distinct *", "distinct name, title", "0x41", "null", "true", "{}", "[]", "name.name.name", ".", "..name", "name.",
         "name as \"><script>alert(1)</script>", "{{7*7}}", "${7*7}", "%s%s%n", "../../etc/passwd", "x" * 5000, "name," * 600,
         "locate('a',name) as x; drop", "locate(name)", "locate('a''b', name)", "datediff(name)", "count(distinct *)", "sum(*)", "name asc, " * 12 + "idx"]
LIMITS = ["-1", "x", "1.5", "1e3", "99999999999999999999", "0x10", "1;drop", "1,1", "١", " ", "1 1", "--1", "+1", "NaN", "[]", "{}"]


def lists(doctype="LMS%20Lesson"):
    return [f"/api/resource/{doctype}?", f"/api/v2/document/{doctype}?", f"/api/method/frappe.client.get_list?doctype={doctype}&"]


@pytest.mark.parametrize("name", ["filters", "or_filters", "fields"])
@pytest.mark.parametrize("guest", [False, True])
def test_filters_and_fields_of_every_wrong_shape(wire, name, guest):
    for shape in SHAPES:
        text = json.dumps(shape)
        if len(text) > 7000:
            continue
        for path in lists() + ["/api/method/frappe.client.get_count?doctype=LMS%20Lesson&", "/api/v2/doctype/LMS%20Lesson/count?",
                               "/api/method/frappe.client.get_value?doctype=LMS%20Lesson&fieldname=name&",
                               "/api/method/frappe.client.get?doctype=LMS%20Lesson&"][:7 if name != "fields" else 3]:
            wire.survives("GET", f"{path}{name}={encoded(text)}", guest=guest)
        body = json.dumps({"doctype": "LMS Lesson", name: shape})
        wire.survives("POST", "/api/method/frappe.client.get_list", body, JSON, guest=guest)


@pytest.mark.parametrize("name", ["order_by", "group_by", "fields", "parent", "as_dict", "debug", "doctype", "fieldname"])
def test_words_of_sql_are_not_taken(wire, name):
    refuses = name in ("order_by", "group_by", "fields")
    for word in WORDS:
        harmless = word in ("*", "count(*)", "name as `x`", "1", "null", "true", "{}", "[]", ".") or word in ("distinct", "NAME desc\t;x")
        for path in lists():
            if name == "doctype" and "doctype=" in path:
                path = "/api/method/frappe.client.get_list?"
            value = json.dumps([word]) if name == "fields" else word
            ask = wire.refused if refuses and not harmless else wire.survives
            ask("GET", f"{path}{name}={encoded(value)}")
        if name == "fields":
            wire.survives("GET", lists()[0] + "fields=" + encoded(word))
        if name == "fieldname":
            wire.survives("GET", "/api/method/frappe.client.get_value?doctype=LMS%20Lesson&fieldname=" + encoded(word))


@pytest.mark.parametrize("name", ["limit_start", "limit_page_length", "limit"])
def test_limits_are_whole_numbers(wire, name):
    for limit in LIMITS:
        wire.survives("GET", f"/api/resource/LMS%20Lesson?{name}={encoded(limit)}")
        wire.survives("GET", f"/api/v2/document/LMS%20Lesson?{name}={encoded(limit)}")
    for limit in (-1, 1.5, [], {}, "x", 10 ** 20, [1]):
        wire.refused("POST", "/api/method/frappe.client.get_list", json.dumps({"doctype": "LMS Lesson", "limit_page_length": limit}), JSON)
    wire.refused("GET", "/api/resource/LMS%20Lesson?limit_start=100001", guest=True)
    wire.survives("GET", "/api/resource/LMS%20Lesson?limit_start=9223372036854775807&limit=9223372036854775807")


def test_every_argument_takes_any_type(wire):
    for method in ("frappe.client.get_list", "frappe.client.get_count", "frappe.client.get_value", "frappe.client.get", "lms.catalogue",
                   "frappe.client.get_single_value", "lms.outline", "lms.lesson", "lms.enroll", "lms.my_enrollments", "logout_",
                   "frappe.client.delete", "frappe.client.set_value", "frappe.client.save", "frappe.client.insert", "login"):
        for name in ("doctype", "name", "filters", "fields", "fieldname", "field", "doc", "value", "bootcamp", "lesson", "language", "page",
                     "page_length", "q", "usr", "pwd", "user", "parent", "order_by", "as_dict"):
            for value in (None, True, 0, -1, 1.5, 10 ** 18, "", "x", "\x7f\x01", [], {}, [[]], {"a": {}}, "x" * 20000):
                base = {"doctype": "LMS Lesson", "name": "nope", "usr": "x", "pwd": "x", "bootcamp": "nope", "lesson": "nope"}
                if "log" in method:
                    base.pop("usr"), base.pop("pwd")
                if method == "login" and name in ("usr", "pwd") or (name, value) in (("doctype", "x"),):
                    continue
                wire.calls(method, {**base, name: value})


# ---- paths and methods ---------------------------------------------------------------------------------------------------------
SEGMENTS = ["%00", "a%00b", "%", "%z", "%zz", "%ff", "%c0%af", "%ed%a0%80", "%2F", "..%2f..%2fetc%2fpasswd", "%2e%2e", ".", "..", "%0d%0aX-Bad:%201",
            "%01", "%7f", "'", "%22", "%60", "%27%20or%201=1%20--%20", "%3Cscript%3Ealert(1)%3C/script%3E", "%7B%7B7*7%7D%7D", "%24%7B7*7%7D",
            "%25s%25n", "x" * 141, "x" * 3000, "%F0%9F%8E%93", "caf%C3%A9", "%E2%80%AE", "%EF%BB%BF", "Foo", "lms%20lesson", "LMS+Lesson",
            "LMS%2520Lesson", "tabLMS%20Lesson", "__Auth", "Sessions", "information_schema.tables", ";", "a;b=c", "*", "\\", "%5c", "a/b/c/d",
            "null", "undefined", "true", "-1", "1e400", "[object%20Object]", "%20", "%09", "//", "/", "a" + "/b" * 100]


def test_odd_segments_of_paths(wire):
    for segment in SEGMENTS:
        wire.survives("GET", f"/api/resource/{segment}")
        for prefix in ("/api/resource/LMS%20Lesson", "/api/v1/resource/LMS%20Bootcamp", "/api/v2/document/LMS%20Lesson"):
            if segment in (".", "/", "//"):     # a trailing slash is the list
                wire.survives("GET", f"{prefix}/{segment}")
                continue
            wire.refused("GET", f"{prefix}/{segment}")
            wire.refused("PUT", f"{prefix}/{segment}", '{"title":"x"}', JSON)
            wire.refused("DELETE", f"{prefix}/{segment}")
        for path in (f"/api/{segment}", f"/api/method/{segment}", f"/api/v2/method/{segment}", f"/api/v3/resource/{segment}", f"/{segment}",
                     f"/bootcamps/{segment}", f"/bootcamps/a/{segment}/c", f"/api/resource/{segment}/{segment}", f"/files/{segment}",
                     f"/private/files/{segment}", f"/assets/{segment}", f"/api/v2/doctype/{segment}/count",
                     f"/api/v2/document/LMS%20Lesson/{segment}/method/{segment}"):
            answer = wire.survives("GET", path)
            wire.survives("GET", path, guest=True)
            if b"<script>alert" in answer.body and "json" not in answer.header("Content-Type"):
                wire.faults.append(f"echoes a script: {path}")
    for target in ("/api/resource/" + "x" * 9000, "/" + "x" * 100000, "*", "api", "http://elsewhere.test/api", "/api/resource/LMS Lesson x"):
        answer = wire.send("GET", target)
        assert answer.status in (0, 400, 404, 414), (target[:40], answer)


@pytest.mark.parametrize("path", ["/", "/api", "/api/resource", "/api/resource/LMS%20Lesson", "/api/resource/LMS%20Lesson/nope", "/login",
                                  "/api/v2/document/LMS%20Lesson", "/api/v2/document/LMS%20Lesson/nope", "/api/method/ping", "/sitemap.xml",
                                  "/api/method/frappe.client.delete", "/api/v2/doctype/LMS%20Lesson/count", "/bootcamps/nope", "/healthz"])
def test_methods_that_do_not_fit(wire, path):
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "FOO", "get", "FOO<>BAR", "G" * 300):
        known = method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
        answer = wire.survives(method, path) if known else wire.send(method, path)
        if not known and answer.status not in (0, 400, 405, 501):
            wire.faults.append(f"{method} {path}: {answer}")


# ---- values for fields ---------------------------------------------------------------------------------------------------------
VALUES = [[], {}, [1], {"a": 1}, 1e300, -1, 2 ** 63 - 1, 10 ** 30, "x" * 5000, "not a date", "1e400", "\x01", "9" * 40, True, 1.5,
          "<script>alert(1)</script>", "{{7*7}}", "' or 1=1 -- ", "2026-02-30", "0000-00-00", "99999-01-01", "\u202e", "a\nb", "a\x7fb", "-0",
          [["x"]], [{"name": "nope"}], [None], "[{}]"]
FIELDS = {"LMS Bootcamp": ["title", "slug", "price", "currency", "language", "published", "published_on", "item_code", "enrollment", "courses",
                           "image", "source_url", "short_introduction", "description", "name", "owner", "creation", "modified", "docstatus", "idx"],
          "LMS Lesson": ["title", "content_type", "video_seconds", "duration_minutes", "video_url", "answer", "answer_type", "completion", "parent",
                         "parenttype", "parentfield", "idx", "bootcamp", "slug", "is_free_preview", "name"],
          "User": ["email", "first_name", "language", "time_zone", "birth_date", "roles", "new_password", "phone", "simultaneous_sessions",
                   "login_after", "username", "enabled"],
          "Sales Invoice": ["customer", "posting_date", "posting_time", "items", "conversion_rate", "coupon_code", "discount_amount", "due_date"],
          "Enrollment": ["user", "bootcamp", "status", "source", "expires_on", "completed_lessons"],
          "Coupon Code": ["coupon_code", "coupon_name", "maximum_use", "valid_from", "coupon_type", "pricing_rule"]}


@pytest.mark.parametrize("doctype", sorted(FIELDS))
def test_values_of_the_wrong_type(wire, school, doctype):
    """Some may be taken (a number for a text): then it is a document; refused ones leave none behind."""
    wire.writes = True
    valid = {"title": "x", "email": "x@x.test", "first_name": "x", "content_type": "Text", "parent": "nope", "coupon_name": "x"}
    for field in FIELDS[doctype]:
        for value in VALUES:
            count = school.admin.get("/api/method/frappe.client.get_count", {"doctype": doctype}).message
            answer = school.admin.post(f"/api/resource/{doctype}", {**valid, field: value})
            wire.check(f"POST {doctype} {field}={str(value)[:60]!r}", "/api/resource/x", answer, json.dumps(value).encode())
            after = school.admin.get("/api/method/frappe.client.get_count", {"doctype": doctype}).message
            if answer.status >= 400:
                assert after == count, (field, value)
            else:
                assert school.admin.delete(f"/api/resource/{doctype}/{urllib.parse.quote(answer.data['name'], safe='')}").status == 202, answer


def test_a_refused_change_leaves_the_document(wire, school, tree):
    path = f"/api/resource/LMS Bootcamp/{tree['name']}"
    wire.writes = True
    for field in FIELDS["LMS Bootcamp"]:
        for value in VALUES:
            if field == "courses" and value in ([], [{}]):
                continue
            before = school.admin.get(path)
            answer = school.admin.put(path, {field: value})
            wire.check(f"PUT {field}={str(value)[:60]!r}", "/api/resource/x", answer, json.dumps(value).encode())
            if answer.status >= 400:
                assert school.admin.get(path).body == before.body, (field, value)
            else:
                assert school.admin.put(path, {**before.data, "modified": answer.data["modified"]}).status == 200, (field, value)
    assert [row["name"] for row in school.admin.get(path).data["courses"]] == [row["name"] for row in tree["courses"]]


# ---- forms ------------------------------------------------------------------------------------------------------------------------
def test_torn_forms(wire):
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    for body in ("%", "%zz=1", "a=%00", "a=%ff", "%00=1", "=", "&&&", "a=%ed%a0%80", "data=", "data=[]", "data={", "data=5", "data=null",
                 "data=%5B1%5D", "&".join(f"k{n}=1" for n in range(10001)), "x" * 70000, "data=" + encoded('{"a":{"a":') * 50,
                 "data={}&data={}", b"\xff\xfe", b"\x00"):
        wire.refused("POST", "/api/resource/LMS%20Bootcamp", body, form)
        wire.survives("POST", "/api/method/frappe.client.get_list", body, form)
        wire.survives("POST", "/login", body, form, guest=True)
    for text in ("?" + "&".join(f"k{n}=1" for n in range(101)), "?a=%00", "?a=%ff", "?%ff=1", "?limit=" + "1" * 9000, "?a=%", "?a=%zz"):
        wire.survives("GET", "/api/resource/LMS%20Lesson" + text)


def part(name, value="x", extra=""):
    return f'--B\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n{value}\r\n'


def test_torn_multipart(wire):
    good = part("data", "{}") + "--B--\r\n"
    for boundary in ("", "; boundary=", "; boundary=B", '; boundary="B', "; boundary=" + "x" * 71, "; boundary=a\x01b", "; boundary=C",
                     "; boundary=B; boundary=C", ";;;", "; Boundary=B"):
        for body in ("", "x", "--B", "--B--", "--B\r\n", "--B\r\n\r\n", good, good[:-6], part("data", "{"), part("", "x") + "--B--",
                     "--B\r\nX: y\r\n\r\nz\r\n--B--", "--B\r\nContent-Disposition: form-data\r\n\r\nz\r\n--B--", part("a\x00b") + "--B--",
                     part("data", "\x00") + "--B--", part("f", "x", '; filename="../../etc/passwd"') + "--B--",
                     part("f", "x", f'; filename="{"x" * 300}"') + "--B--", part("f", "x", '; filename="a\x00.png"') + "--B--",
                     "".join(part(f"k{n}") for n in range(21)) + "--B--", "".join(part(f"k{n}") for n in range(5000)) + "--B--",
                     "--B\r\n" + "X: y\r\n" * 1000 + "\r\nz\r\n--B--", b'--B\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff\r\n--B--'):
            for path in ("/api/resource/LMS%20Bootcamp", "/api/method/upload_file", "/api/method/frappe.client.insert"):
                wire.refused("POST", path, body, (("Content-Type", "multipart/form-data" + boundary),))


# ---- headers ----------------------------------------------------------------------------------------------------------------------
def test_odd_headers(wire):
    for name, values in {
        "Authorization": ["", " ", "token", "token ", "token a", "token a:b", "token :", "token a:b:c", "Basic", "Basic !!!", "Basic YQ==", "Basic OjpZ",
                          "Bearer", "Bearer x", "Bearer " + "x" * 5000, "Nope x", "token " + "x" * 5000, "token \x80:\xff", "Digest x"],
        "Cookie": ["sid", "sid=", "sid=x", "sid=%00", "sid=" + "x" * 5000, "sid=Administrator", "sid=Guest; sid=x", "=", ";;;", "sid='; drop", "a=b\x80"],
        "Content-Type": ["", "/", "application/json; charset=utf-16", "text/plain", "application/xml", "a" * 500, "application/json; x=\x80", "multipart/mixed"],
        "Accept-Language": ["", "x" * 1000, "*", "fr;q=x", "fr;q=1e400", "../../etc", "fr-" + "x-" * 500, "%s%n", "\x80"],
        "Accept": ["text/html", "x" * 1000, "", "*/*;q=nan"], "If-None-Match": ["*", "x" * 1000, '"', 'W/"', "\x80"],
        "Range": ["bytes=0-", "bytes=-1", "bytes=9-1", "x"], "X-Frappe-Site-Name": ["", "x", "../../etc", "nope.test"],
        "X-Frappe-CSRF-Token": ["x" * 1000], "Content-Encoding": ["gzip", "br", "x", "identity, gzip"], "Frappe-Authorization-Source": ["User", "Nope", "x" * 300],
        "X-Forwarded-For": ["1.2.3.4, " * 200, "' or 1=1"], "Origin": ["null", "x", "http://elsewhere.test"], "Sec-Fetch-Site": ["cross-site", "x"],
        "If-Modified-Since": ["x", "Thu, 01 Jan 1970 00:00:00 GMT"], "Expect": ["200-ok"], "Referer": ["\x80"], "User-Agent": ["%n%s", ""],
    }.items():
        for value in values:
            wire.survives("GET", "/api/resource/LMS%20Lesson?limit=1", headers=((name, value),), guest=name in ("Authorization", "Cookie"))
            wire.survives("GET", "/", headers=((name, value),), guest=True)
            wire.survives("POST", "/api/resource/LMS%20Bootcamp", '{"title":', ((name, value),), guest=name == "Authorization")
