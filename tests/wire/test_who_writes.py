"""Who writes what, and what nobody writes (tables: watching.py)."""
import json

import pytest
from seeded import PEOPLE, bootcamp, email, sql
from watching import DOCUMENTS, EVERYONE, RUNS, TEACHES, doctypes, name_of, seeded, watch


ODD = {"flags": {"ignore_permissions": 1, "ignore_mandatory": 1}, "ignore_permissions": 1, "ignore_links": True, "__islocal": 1,
       "__unsaved": 1, "run_method": "delete", "cmd": "frappe.client.delete", "owner": "me@x.test", "_user_tags": ",x",
       "_comments": "[]", "as_dict": 0, "docstatus": 1, "parent": "x", "roles": [{"role": "System Manager"}]}
TAUGHT = {"LMS Bootcamp", "LMS Course", "LMS Lesson", "Content Translation"}


@pytest.fixture
def unchanged(seeded, doctypes):
    """Nothing in any table may differ afterwards."""
    def state():
        tables = ", ".join(f"`tab{name}`" for name in doctypes + ["Singles", "Series"])
        return sql(seeded.school.server, seeded.school.host, f"CHECKSUM TABLE {tables}, `__Auth`")
    before = state()
    yield
    assert [row for row, old in zip(state(), before) if row != old] == []


def documents_for_writing(doctype, seeded):
    """A document of the DocType that is there, best one's own."""
    rows = sql(seeded.school.server, seeded.school.host, f"SELECT name FROM `tab{doctype}` LIMIT 2")
    return [row[0] for row in rows] + ["missing"]


@pytest.fixture(scope="module")
def targets(seeded, doctypes):
    found = {doctype: documents_for_writing(doctype, seeded) for doctype in doctypes}
    for (doctype, key) in DOCUMENTS:
        if "Settings" in doctype:
            found[doctype] = [doctype]
        else:
            found[doctype].append(name_of(seeded, key))
    return found


def ways_to_write(doctype, name, document):
    for prefix in ("/api/resource", "/api/v2/document"):
        yield "POST", f"{prefix}/{doctype}", document
        yield "PUT", f"{prefix}/{doctype}/{name}", document
        yield "DELETE", f"{prefix}/{doctype}/{name}", None
    yield "PATCH", f"/api/v2/document/{doctype}/{name}", document
    client = "/api/method/frappe.client."
    whole = {**document, "doctype": doctype}
    yield "POST", client + "insert", {"doc": whole}
    yield "POST", client + "insert_many", {"docs": [whole]}
    yield "POST", client + "save", {"doc": {**whole, "name": name}}
    yield "POST", client + "set_value", {"doctype": doctype, "name": name, "fieldname": {"title": "x", "status": "Active"}}
    yield "POST", client + "set_value", {"doctype": doctype, "name": name, "fieldname": "title", "value": "x"}
    yield "POST", client + "delete", {"doctype": doctype, "name": name}
    yield "POST", client + "rename_doc", {"doctype": doctype, "old_name": name, "new_name": "stolen"}
    yield "POST", client + "submit", {"doc": {**whole, "name": name}}
    yield "POST", client + "cancel", {"doctype": doctype, "name": name}


@pytest.mark.parametrize("person", sorted(EVERYONE - RUNS))
def test_nobody_else_writes_anything(seeded, watch, unchanged, targets, person):
    me = email(person) if person in PEOPLE else "Guest"
    for doctype, names in targets.items():
        if person in TEACHES and doctype in TAUGHT:
            continue
        document = {"title": "x", "user": me, "bootcamp": "far-camp", "email": "new@x.test", "first_name": "x", "status": "Active",
                    "parenttype": "User", "parentfield": "roles", "role": "System Manager", "sales_partner": "x", **ODD,
                    "parent": me}
        for name in dict.fromkeys([*names, me]):
            for method, path, body in ways_to_write(doctype, name, document):
                answer = watch.ask(person, method, path, json_body=body)
                creates = method == "POST" and ("client" not in path or "insert" in path)
                exists = not any(word in path for word in ("delete", "rename", "submit", "cancel", "set_value"))
                watch.expect(person, answer, [403] if creates or method == "PUT" and exists else [403, 404, 417],
                             f"{method} {path} {body}")


@pytest.mark.parametrize("person", ["guest", "registered", "active"])
def test_nobody_writes_by_reading(seeded, watch, unchanged, targets, person):
    for doctype, names in targets.items():
        name = names[-1]
        for path, query in ((f"/api/resource/{doctype}/{name}", {"run_method": "delete"}),
                            ("/", {"cmd": "frappe.client.delete", "doctype": doctype, "name": name}),
                            (f"/api/resource/{doctype}", {"cmd": "frappe.client.delete", "name": name}),
                            ("/api/method/frappe.client.delete", {"doctype": doctype, "name": name}),
                            ("/api/method/frappe.client.set_value", {"doctype": doctype, "name": name, "fieldname": "title",
                                                                     "value": "x"})):
            watch.ask(person, "GET", path, query)
            watch.ask(person, "POST", path, form=query)
            watch.ask(person, "POST", path, form=query, headers={"X-HTTP-Method-Override": "DELETE"})


def test_what_the_server_manages_is_not_taken_from_a_tree(seeded):
    manager = seeded.clients["manager"]
    tree = bootcamp("taken", 1, {"one": {}})
    mine = {"name": "mine", "owner": "x@x.test", "creation": "2001-01-01", "modified_by": "x@x.test", "docstatus": 0,
            "total_lessons": 99, "duration_minutes": 999, "published_on": "2001-01-01 00:00:00", "item_code": None,
            "bootcamp": "far-camp", "parent": "far-camp", "parenttype": "User", "parentfield": "roles", "idx": 40,
            "doctype": "User", "flags": {"ignore_permissions": 1}, "api_key": "x", "enrollment": ""}
    tree.update(mine)
    tree["courses"][0].update(mine, name=None)
    tree["courses"][0]["lessons"][0].update(mine, name=None, duration_minutes=7)
    made = manager.post("/api/resource/LMS Bootcamp", tree).data
    course = made["courses"][0]
    row = course["lessons"][0]
    assert (made["name"], made["total_lessons"], made["duration_minutes"]) == ("taken-camp", 1, 7)
    assert made["published_on"] > "2026" and made["creation"] > "2026" and made["owner"] == email("manager")
    assert (course["parent"], course["parenttype"], course["parentfield"], course["bootcamp"], course["idx"]) == (
        "taken-camp", "LMS Bootcamp", "courses", "taken-camp", 1)
    assert (row["parent"], row["parenttype"], row["parentfield"], row["bootcamp"], row["idx"]) == (
        course["name"], "LMS Course", "lessons", "taken-camp", 1)
    assert row["owner"] == course["owner"] == email("manager") and row["creation"] > "2026"
    changed = manager.put("/api/resource/LMS Bootcamp/taken-camp", {
        "total_lessons": 99, "published_on": "2001-01-01 00:00:00", "modified_by": "x@x.test", "flags": {"x": 1},
        "courses": [{**course, "bootcamp": "far-camp", "parent": "far-camp", "idx": 9,
                     "lessons": [{**row, "bootcamp": "far-camp", "parent": "x"}]}]}).data
    assert changed["total_lessons"] == 1 and changed["published_on"] == made["published_on"]
    assert changed["courses"][0]["lessons"][0]["bootcamp"] == changed["courses"][0]["bootcamp"] == "taken-camp"
    assert manager.delete("/api/resource/LMS Bootcamp/taken-camp").status == 202


@pytest.mark.parametrize("doctype, key, change", [
    ("Enrollment", "enrollment.active", {"progress": 100, "lessons_total": 1, "lessons_completed": 1, "completed_on": "2026-01-01 00:00:00",
                                         "enrolled_on": "2001-01-01 00:00:00", "last_lesson": "x",
                                         "completed_lessons": [{"lesson": "x"}]}),
    ("User", "user.registered", {"api_key": "stolen", "reset_password_key": "stolen", "user_type": "System User", "api_secret": "stolen",
                                 "full_name": "stolen", "last_login": "stolen", "last_ip": "stolen"}),
    ("Coupon Code", "coupon.rival", {"used": 77}),
    ("Sales Invoice", "invoice.rival", {"grand_total": 1, "net_total": 1, "outstanding_amount": 0, "status": "Paid",
                                        "erpnext_name": "stolen", "total_commission": 1}),
    ("LMS Lesson", "open.locked", {"bootcamp": "far-camp"}),
])
def test_not_even_a_manager_sets_what_the_server_manages(seeded, doctype, key, change):
    manager, path = seeded.clients["manager"], f"/api/resource/{doctype}/{name_of(seeded, key)}"
    before = manager.get(path).data
    for ask, body in (("PUT", change), ("PUT", {"data": json.dumps(change)}),
                      ("PUT", {**change, "flags": {"ignore_permissions": True, "ignore_validate": 1}, "doctype": doctype})):
        assert manager.request(ask, path, json_body=body).status in (200, 417)
    after = manager.get(path).data
    assert {field: after.get(field) for field in change} == {field: before.get(field) for field in change}
    for field, value in change.items():
        answer = manager.post("/api/method/frappe.client.set_value",
                              {"doctype": doctype, "name": before["name"], "fieldname": field, "value": value})
        assert answer.status in (200, 403, 417), answer
    after = manager.get(path).data
    assert {field: after.get(field) for field in change} == {field: before.get(field) for field in change}


@pytest.mark.parametrize("doctype", ["Sales Commission", "Purchase", "Commission Payout", "Activity Log", "Version", "Deleted Document"])
def test_records_are_not_made_or_changed_by_hand(seeded, doctype):
    manager = seeded.clients["manager"]
    name = {"Sales Commission": "COM-rival", "Purchase": "PUR-active", "Commission Payout": "PAY-rival"}.get(doctype, "x")
    if doctype != "Commission Payout":
        made = manager.create(doctype, sales_partner=seeded.names["partner.rival"], amount=1, state="Paid", subject="x")
        assert made.status in (403, 417), made
        assert manager.put(f"/api/resource/{doctype}/{name}", {"amount": 1, "state": "Paid", "subject": "x"}).status in (403, 404)
    else:
        manager.put(f"/api/resource/{doctype}/{name}", {"amount": 1, "state": "Open"})
        assert manager.get(f"/api/resource/{doctype}/{name}").data["amount"] == 7391.13
    if doctype in ("Sales Commission", "Purchase"):
        assert manager.delete(f"/api/resource/{doctype}/{name}").status in (403, 417)
