"""Facts of the interface, one by one, on a site's own DocTypes: what spec/frappe-api.md says and no other file asks."""
import json

import pytest

CLIENT = "/api/method/frappe.client."
RIGHTS = {"read": 1, "write": 1, "create": 1, "delete": 1, "import": 1}


def define(school, name, *fields, **more):
    rows = [{"fieldname": f[0], "fieldtype": f[1], **(f[2] if len(f) > 2 else {})} for f in fields]
    permissions = {} if more.get("istable") else {"permissions": [{"role": "System Manager", **RIGHTS}]}
    school.admin.create("DocType", name=name, module="Custom", custom=1, fields=rows, **permissions, **more).data


@pytest.fixture(scope="module")
def school(server):
    school = server.new_school("interface", "--bare")
    define(school, "Part", ("label_", "Data"), ("n", "Int"), istable=1)
    define(school, "Thing", ("title", "Data", {"reqd": 1}), ("n", "Int"), ("day", "Date"), ("at", "Datetime"),
           ("kind", "Select", {"options": "One\nTwo"}), ("word", "Data", {"default": "hello"}),
           ("parts", "Table", {"options": "Part"}), autoname="format:TH-{####}", allow_rename=1)
    today = school.admin.create("Thing", title="Now").data["creation"][:10]
    for fields in ({"title": "Alpha", "n": 3, "day": today, "at": "2026-03-01 09:05:07", "parts": [{"label_": "a"}, {"label_": "b"}]},
                   {"title": "Beta", "n": 7, "day": "2026-03-02", "kind": "Two", "parts": [{"label_": "c"}]}):
        school.admin.create("Thing", **fields).data
    return school


def titles(school, **query):
    return [row["title"] for row in school.admin.list("Thing", fields=["title"], order_by="title asc", **query).data]


# ---- 3: lists ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("filters, expected", [
    ([["creation", "between", ["2026-01-01"]]], ["Alpha", "Beta", "Now"]),
    ([["at", "between", ["2026-03-01"]]], ["Alpha"]),
    ([["day", "between", []]], ["Alpha"]),
    ([["day", "between", "2026-03-02"]], ["Alpha"]),
    ([["day", "between", ["2026-03-02", None]]], ["Alpha", "Beta"]),
])
def test_a_missing_bound_is_today(school, filters, expected):
    assert titles(school, filters=filters) == expected


def test_numbers_need_both_bounds(school):
    assert school.admin.list("Thing", filters=[["n", "between", [1]]]).status == 417
    assert titles(school, filters=[["n", "between", [1, 5]]]) == ["Alpha"]


def test_an_order_by_another_table_needs_a_column_of_it(school):
    answer = school.admin.list("Thing", order_by="`tabPart`.label_ asc")
    assert answer.status == 417 and "Please select atleast 1 column from Part to sort/group" in answer.text
    rows = school.admin.list("Thing", fields=["name", "`tabPart`.`label_` as l"], order_by="`tabPart`.label_ desc",
                             filters=[["Part", "label_", "is", "set"]]).data
    assert [row["l"] for row in rows] == ["c", "b", "a"]


def test_the_week_begins_on_sunday_unless_the_settings_say_otherwise(school):
    assert school.admin.get("/api/resource/System Settings/System Settings").data["first_day_of_the_week"] == "Sunday"


# ---- 8.1: frappe.client -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("filters, count", [("TH-0002", 1), ('"TH-0002"', 1), (["TH-0001", "TH-0002", "x"], 2), ("nope", 0)])
def test_counting_by_names(school, filters, count):
    assert school.admin.get(CLIENT + "get_count", {"doctype": "Thing", "filters": filters}).message == count


@pytest.mark.parametrize("method, sent", [("insert", {}), ("save", {}), ("insert_many", {}), ("bulk_update", {}),
                                          ("validate_link", {"doctype": "Thing"}), ("set_value", {"doctype": "Thing"})])
def test_an_argument_that_is_missing(school, method, sent):
    answer = school.admin.post(CLIENT + method, sent)
    assert (answer.status, answer.exc_type) == (417, "FrappeTypeError")


def test_a_rename_that_changes_nothing_is_refused(school):
    answer = school.admin.post(CLIENT + "rename_doc", {"doctype": "Thing", "old_name": "TH-0002", "new_name": "TH-0002"})
    assert (answer.status, answer.exc_type) == (417, "ValidationError")


def test_a_cleared_field_stays_empty_whatever_its_default(school):
    made = school.admin.create("Thing", title="Cleared").data
    assert made["word"] == "hello" and made["kind"] == "One"
    path = f"/api/resource/Thing/{made['name']}"
    assert not {"word", "kind"} & set(school.admin.put(path, {"word": None, "kind": None}).data)
    assert not {"word", "kind"} & set(school.admin.put(path, {"n": 1}).data)
    school.admin.delete(path)
