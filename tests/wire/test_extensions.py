"""What we add to Frappe's lists and documents: totals, tables in rows, linked documents, If-Match, nulls, debug (spec
sections 2.3, 3.1, 12.2)."""
import json

import pytest
from conftest import bootcamp_tree


@pytest.fixture(scope="module")
def admin(school):
    admin = school.admin
    admin.post("/api/resource/LMS Bootcamp", bootcamp_tree(lessons=25))
    admin.post("/api/resource/LMS Bootcamp", {"title": "Second", "courses": [
        {"title": "A", "lessons": [{"title": "only"}]}, {"title": "B"}]})
    return admin


@pytest.fixture(scope="module")
def student(school):
    return school.client(school.add_user("eva@people.test", "Student"))


def test_the_total_comes_when_it_is_asked_for(admin):
    assert admin.list("LMS Lesson", limit=2).header("X-Total-Count") is None
    answer = admin.list("LMS Lesson", limit=2, with_count="1", filters={"content_type": "Lab"})
    assert len(answer.data) == 2 and answer.header("X-Total-Count") == "8"
    assert admin.get("/api/v2/document/LMS Lesson", {"with_count": "1"}).header("X-Total-Count") == "26"


def test_the_total_is_what_the_caller_may_see(admin, student):
    answer = student.list("LMS Bootcamp", with_count="1")
    assert answer.header("X-Total-Count") == str(len(answer.data)) == "1"


def test_distinct(admin):
    kinds = admin.list("LMS Lesson", fields=["content_type"], distinct="1", limit="0").data
    assert sorted(row["content_type"] for row in kinds) == ["Lab", "Text", "Video"]


# ---- tables in rows --------------------------------------------------------------------------------------------------
def test_a_table_among_the_fields_brings_its_rows(admin):
    rows = admin.list("LMS Bootcamp", fields=["title", "courses"], order_by="title asc").data
    assert [list(row) for row in rows] == [["title", "courses"]] * 2
    assert [course["title"] for course in rows[1]["courses"]] == ["A", "B"]
    assert rows[1]["courses"][0]["parent"] and rows[1]["courses"][0]["idx"] == 1
    assert admin.list("LMS Bootcamp", fields=["courses"], filters={"title": "Second"}).data[0].keys() == {"courses"}
    assert admin.list("LMS Bootcamp", fields=["name", "courses"], filters={"title": "none"}).data == []


def test_tables_want_a_page_with_an_end(admin):
    assert admin.list("LMS Bootcamp", fields=["courses"], limit="0").status == 417
    assert admin.list("LMS Bootcamp", fields=["courses"], limit="1001").status == 417


def test_rows_of_tables_are_those_the_caller_may_read(admin, student):
    rows = student.list("LMS Bootcamp", fields=["title", "courses"]).data
    assert [row["title"] for row in rows] == ["Full Stack Web"] and [len(row["courses"]) for row in rows] == [1]
    assert student.list("User", fields=["name", "roles"]).status in (200, 403)


# ---- links in place --------------------------------------------------------------------------------------------------
def test_expand_puts_the_document_in_place_of_its_name(admin):
    rows = admin.list("LMS Lesson", fields=["title", "bootcamp"], expand=["bootcamp"], limit=2, order_by="title asc").data
    assert rows[0]["bootcamp"]["title"] == "Full Stack Web" and rows[0]["bootcamp"]["price"] == 499.99
    assert list(rows[0]) == ["title", "bootcamp"]


def test_null_stays_null(admin):
    admin.create("Sales Partner", partner_name="Nobody's", commission_rate=1)
    rows = admin.list("Sales Partner", fields=["name", "user"], expand=["user"]).data
    assert rows == [{"name": "Nobody's", "user": None}]


def test_the_plain_name_stays_where_the_caller_may_not_read(school, admin, student):
    admin.create("Enrollment", user="eva@people.test", bootcamp=admin.list("LMS Bootcamp", filters={"published": 1}).data[0]["name"])
    rows = student.list("Enrollment", fields=["name", "user", "bootcamp"], expand=["user", "bootcamp"]).data
    assert rows[0]["bootcamp"]["title"] == "Full Stack Web" and rows[0]["user"]["name"] == "eva@people.test"
    assert "api_key" not in rows[0]["user"] and "roles" not in rows[0]["user"]
    admin.put(f"/api/resource/LMS Bootcamp/{rows[0]['bootcamp']['name']}", {"published": 0})
    try:
        left = student.list("Enrollment", fields=["bootcamp"], expand=["bootcamp"]).data
        assert all(isinstance(row["bootcamp"], str) or row["bootcamp"]["published"] == 0 for row in left)
    finally:
        admin.put(f"/api/resource/LMS Bootcamp/{rows[0]['bootcamp']['name']}", {"published": 1})


@pytest.mark.parametrize("expand", [["nope"], ["title"], "bootcamp", {"a": 1}, [7]])
def test_what_cannot_be_expanded(admin, expand):
    assert admin.list("LMS Lesson", expand=expand).status == 417


def test_expand_links_of_one_document(admin):
    name = admin.list("LMS Bootcamp", filters={"title": "Second"}).data[0]["name"]
    plain = admin.get(f"/api/resource/LMS Bootcamp/{name}").data
    full = admin.get(f"/api/resource/LMS Bootcamp/{name}", {"expand_links": "1"}).data
    assert list(full) == list(plain)
    assert full["courses"][0]["lessons"][0]["bootcamp"]["title"] == "Second"
    assert plain["courses"][0]["lessons"][0]["bootcamp"] == name


# ---- nulls, If-Match, debug --------------------------------------------------------------------------------------------
def test_nulls_on_request(admin):
    name = admin.list("LMS Bootcamp", filters={"title": "Second"}).data[0]["name"]
    assert "image" not in admin.get(f"/api/resource/LMS Bootcamp/{name}").data
    assert admin.get(f"/api/resource/LMS Bootcamp/{name}?with_nulls=1").data["image"] is None
    assert admin.put(f"/api/resource/LMS Bootcamp/{name}?with_nulls=1", {"license": "X"}).data["image"] is None
    assert "image" not in admin.get(f"/api/resource/LMS Bootcamp/{name}?with_nulls=0").data


def test_if_match_names_the_state_that_was_read(admin):
    doc = admin.list("LMS Bootcamp", fields=["name", "modified"], filters={"title": "Second"}).data[0]
    path = f"/api/resource/LMS Bootcamp/{doc['name']}"
    first = admin.put(path, {"license": "1"}, headers={"If-Match": f'"{doc["modified"]}"'})
    assert first.status == 200, first
    stale = admin.put(path, {"license": "2"}, headers={"If-Match": f'"{doc["modified"]}"'})
    assert stale.status == 417 and stale.exc_type == "TimestampMismatchError"
    assert admin.put(path, {"license": "3"}, headers={"If-Match": "*"}).status == 200
    assert admin.put(path, {"license": "4"}, headers={"If-Match": '"yesterday"'}).status == 417
    assert admin.get(path).data["license"] == "3"


def test_debug_shows_the_statement_to_managers_only(admin, student):
    answer = admin.list("LMS Lesson", debug="1").json
    assert json.loads(answer["_debug_messages"])[0].startswith("SELECT ")
    assert admin.get("/api/v2/document/LMS Lesson", {"debug": "1"}).json["debug"][0]["message"].startswith("SELECT ")
    assert "_debug_messages" not in student.list("LMS Bootcamp", debug="1").json
    assert "_debug_messages" not in admin.list("LMS Lesson", debug="false").json


def test_what_can_be_disabled_says_so_when_it_is_linked(admin):
    admin.create("User", email="linked@people.test", first_name="L")
    admin.create("Sales Partner", partner_name="Linked", commission_rate=1, user="linked@people.test")
    answer = admin.delete("/api/resource/User/linked@people.test")
    assert answer.status == 417 and answer.exc_type == "LinkExistsError"
    assert answer.server_messages[0]["message"] == "You can disable this User instead of deleting it."
