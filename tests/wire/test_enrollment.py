"""Enrolling: one row whoever asks and how often, what each status gives, and whole classes from a table."""
import http.server
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import bootcamp_tree
from seeded import sql


@pytest.fixture(scope="module")
def camps(school):
    for slug, kind in (("free", "Free"), ("paid", "Paid"), ("closed", "Closed")):
        school.admin.create("LMS Bootcamp", **bootcamp_tree(slug.title(), 3, slug=slug, enrollment=kind, language="en"))
    return school


def student(school, name):
    return school.client(school.add_user(f"{name}@students.test", "Student"))


def enroll(client, bootcamp, **more):
    return client.post("/api/method/lms.enroll", {"bootcamp": bootcamp, **more})


def rows(school, where):
    return sql(school.server, school.host, f"SELECT user, bootcamp, status, source, IFNULL(expires_on, '') FROM tabEnrollment WHERE {where}")


def test_fifty_at_once_make_one_row_and_one_event(camps):
    received = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{listener.server_port}"
    camps.configure(allow_private_hosts=[address])
    hook = camps.admin.create("Webhook", webhook_doctype="Enrollment", webhook_docevent="after_insert", enabled=1,
                              request_url=f"http://{address}/", request_method="POST", request_structure="JSON",
                              webhook_json='{"name": "{{ doc.name }}", "user": "{{ doc.user }}"}')
    assert hook.status == 200, hook
    one = student(camps, "fifty")
    clients = [camps.client("fifty@students.test") for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda client: enroll(client, "free"), clients))
    assert {a.status for a in answers} == {200}
    assert len({a.message["enrollment"] for a in answers}) == 1
    assert len(rows(camps, "user = 'fifty@students.test'")) == 1
    end = time.time() + 10
    while time.time() < end and not received:
        time.sleep(0.1)
    time.sleep(1.5)
    listener.shutdown()
    assert [r["user"] for r in received] == ["fifty@students.test"]
    camps.admin.delete(f"/api/resource/Webhook/{hook.data['name']}")
    assert one.get("/api/method/lms.my_enrollments").message[0]["total"] == 3


@pytest.mark.parametrize("bootcamp, status", [("free", 200), ("paid", 417), ("closed", 417), ("none", 404)])
def test_a_student_alone_enters_free_bootcamps_only(camps, bootcamp, status):
    client = student(camps, f"alone{bootcamp}")
    answer = enroll(client, bootcamp)
    assert answer.status == status
    if bootcamp == "paid":
        assert "/checkout/paid" in answer.text
    page = client.post(f"/bootcamps/{bootcamp}", form={"x": "1"})
    assert page.status != 500 and len(rows(camps, f"user = 'alone{bootcamp}@students.test'")) == int(status == 200)


def test_an_owned_bootcamp_is_the_same_enrollment(camps):
    client = student(camps, "owner")
    given = enroll(camps.admin, "paid", user="owner@students.test").message
    again = enroll(client, "paid").message
    assert given["enrollment"] == again["enrollment"] and rows(camps, "user = 'owner@students.test'")[0][3] == "Manual"


def test_nobody_enrolls_somebody_else(camps):
    client = student(camps, "somebody")
    student(camps, "victim")
    assert enroll(client, "free", user="victim@students.test").status == 403
    assert camps.guest.post("/api/method/lms.enroll", {"bootcamp": "free"}).status == 403
    for fields in ({"user": "victim@students.test", "bootcamp": "free"}, {"user": "somebody@students.test", "bootcamp": "paid"}):
        assert client.create("Enrollment", **fields).status == 403
    assert rows(camps, "user IN ('victim@students.test', 'somebody@students.test')") == []


@pytest.mark.parametrize("status", ["Suspended", "Revoked"])
def test_coming_back_keeps_progress_and_what_was_finished(camps, status):
    name = f"back{status.lower()}"
    client = student(camps, name)
    enrollment = enroll(client, "free").message["enrollment"]
    tree = camps.admin.get("/api/resource/LMS Bootcamp/free").data
    lessons = [one["name"] for one in tree["courses"][0]["lessons"]]
    client.get("/api/method/lms.lesson", {"lesson": lessons[1]})
    done = client.post("/api/method/lms.report_progress", {"lesson": lessons[1], "event": "manual"}).message
    assert done["complete"] and done["completed"] == 1
    path = f"/api/resource/Enrollment/{enrollment}"
    camps.admin.put(path, {"status": status})
    assert client.get("/api/method/lms.lesson", {"lesson": lessons[0]}).message["readable"] is False
    assert enroll(client, "free").status == 417  # a student cannot undo it
    assert enroll(camps.admin, "free", user=f"{name}@students.test").message["status"] == "Active"
    assert client.get("/api/method/lms.lesson", {"lesson": lessons[0]}).message["readable"] is True
    back = camps.admin.get(path).data
    assert back["lessons_completed"] == 1 and back["completed_lessons"][0]["lesson"] == lessons[1]
    sql(camps.server, camps.host, f"UPDATE tabEnrollment SET completed_on = NOW(), status = '{status}' WHERE name = '{enrollment}'")
    assert enroll(camps.admin, "free", user=f"{name}@students.test").message["status"] == "Completed"


def test_expiry_closes_without_a_status(camps):
    client = student(camps, "expiring")
    enrollment = enroll(client, "free").message["enrollment"]
    lesson = camps.admin.get("/api/resource/LMS Bootcamp/free").data["courses"][0]["lessons"][0]["name"]
    for date, readable in (("2020-01-01", False), ("2999-01-01", True), ("2020-01-01", False), ("", True)):
        assert camps.admin.put(f"/api/resource/Enrollment/{enrollment}", {"expires_on": date}).status == 200
        assert client.get("/api/method/lms.lesson", {"lesson": lesson}).message["readable"] is readable
        assert camps.admin.get(f"/api/resource/Enrollment/{enrollment}").data["status"] == "Active"


# ---- rosters ----

ROSTER = ("E-mail;Name;Bootcamp;Expires on;Remark\r\nroster1@class.test;Ana Maria;paid;2999-12-31;x\r\n"
          "ROSTER2@class.test;;paid;;\r\n\r\nnot an address;Bad;paid;;\r\nroster3@class.test;C;nowhere;;\r\n"
          "roster4@class.test;D;paid;31 mars;\r\nroster1@class.test;Ana;free;;\r\n")


def many(client, csv, **more):
    return client.post("/api/method/lms.enroll_many", {"csv": csv, **more})


def test_a_roster_says_what_became_of_each_row_and_twice_changes_nothing(camps):
    first = many(camps.admin, ROSTER).message
    assert [(r["row"], r["result"], r["new_user"]) for r in first["report"]] == [
        (2, "enrolled", True), (3, "enrolled", True), (5, "failed", False), (6, "failed", False), (7, "failed", False),
        (8, "enrolled", False)]
    assert (first["rows"], first["enrolled"], first["failed"], first["new_users"]) == (6, 3, 3, 2)
    before = sql(camps.server, camps.host, "SELECT name, modified FROM tabEnrollment UNION SELECT name, modified FROM tabUser")
    again = many(camps.admin, ROSTER).message
    assert (again["unchanged"], again["failed"], again["new_users"], again["enrolled"]) == (3, 3, 0, 0)
    after = sql(camps.server, camps.host, "SELECT name, modified FROM tabEnrollment UNION SELECT name, modified FROM tabUser")
    assert sorted(before) == sorted(after)
    assert rows(camps, "user LIKE 'roster1%' AND bootcamp = 'paid'") == [
        ["roster1@class.test", "paid", "Active", "Manual", "2999-12-31"]]
    roles = camps.admin.get("/api/resource/User/roster1@class.test").data
    assert [r["role"] for r in roles["roles"]] == ["Student"] and roles["first_name"] == "Ana Maria"


def test_a_roster_only_tried_changes_nothing(camps):
    answer = many(camps.admin, "email\nghost@class.test\n", bootcamp="free", dry_run=1).message
    assert (answer["enrolled"], answer["new_users"]) == (1, 1)
    assert rows(camps, "user = 'ghost@class.test'") == []
    assert camps.admin.get("/api/resource/User/ghost@class.test").status == 404


def test_a_roster_is_for_managers_and_must_be_one(camps):
    assert many(student(camps, "pupil"), ROSTER).status == 403
    assert many(camps.guest, ROSTER).status == 403
    for wrong in ("", "name,bootcamp\nx,free\n", 'email,bootcamp\n"open', "email\n" + "x@y.test\n" * 2001):
        assert many(camps.admin, wrong).status == 417


def test_who_is_invited_by_a_roster_gets_a_mail_once(camps):
    count = "SELECT COUNT(*) FROM preau_mail WHERE kind = 'enrolled'"
    many(camps.admin, "email\nmailed@class.test\n", bootcamp="free", invite=1)
    first = sql(camps.server, camps.host, count)
    many(camps.admin, "email\nmailed@class.test\n", bootcamp="free", invite=1)
    assert first == [["1"]] and sql(camps.server, camps.host, count) == first


def test_a_roster_by_the_command(camps, tmp_path):
    path = tmp_path / "class.csv"
    path.write_text("\ufeffemail,expires_on\ncommand@class.test,2999-01-01\n")
    tried = json.loads(camps.server.run("enroll", camps.host, str(path), "--bootcamp", "free", "--dry-run", "--json"))
    assert tried["enrolled"] == 1 and rows(camps, "user = 'command@class.test'") == []
    assert "1 enrolled" in camps.server.run("enroll", camps.host, str(path), "--bootcamp", "free")
    assert "1 unchanged" in camps.server.run("enroll", camps.host, str(path), "--bootcamp", "free")
    path.write_text("email,expires_on\ncommand@class.test,2998-01-01\nbad,\n")
    assert "1 changed" in camps.server.run("enroll", camps.host, str(path), "--bootcamp", "free", status=1)


def test_a_class_of_two_thousand(camps):
    started = time.time()
    answer = many(camps.admin, "email\n" + "".join(f"big{n}@class.test\n" for n in range(2000)), bootcamp="free").message
    assert answer["enrolled"] == 2000
    print(f"2000 new students in {time.time() - started:.1f} s")


def test_a_student_sees_their_own_on_every_path(camps):
    one, two = student(camps, "own1"), student(camps, "own2")
    mine, theirs = enroll(one, "free").message["enrollment"], enroll(two, "free").message["enrollment"]
    assert [r["name"] for r in one.list("Enrollment", limit_page_length=0).data] == [mine]
    assert one.get(f"/api/resource/Enrollment/{theirs}").status == 403
    assert one.get("/api/method/frappe.client.get_count", {"doctype": "Enrollment"}).message == 1
    assert one.get("/api/method/frappe.client.get_value", {"doctype": "Enrollment", "fieldname": "user",
                                                           "filters": {"name": theirs}}).text.count("own2") == 0
    assert [r["enrollment"] for r in one.get("/api/method/lms.my_enrollments").message] == [mine]
    assert one.put(f"/api/resource/Enrollment/{mine}", {"status": "Completed"}).status == 403
    assert one.delete(f"/api/resource/Enrollment/{mine}").status == 403
    assert camps.guest.list("Enrollment").status == 403
