"""Lists over /api/resource (spec section 3, wire examples list-*)."""
import pytest
from conftest import bootcamp_tree

LESSON = "/api/resource/LMS Lesson"


@pytest.fixture(scope="module")
def admin(school):
    admin = school.admin
    assert admin.post("/api/resource/LMS Bootcamp", bootcamp_tree(lessons=25)).status == 200
    return admin


def titles(answer):
    return [row["title"] for row in answer.data]


def test_the_default_is_twenty_names(admin):
    rows = admin.get(LESSON).data
    assert len(rows) == 20 and all(list(row) == ["name"] for row in rows)


def test_a_trailing_slash_is_the_same_list(admin):
    assert len(admin.get(LESSON + "/").data) == 20


def test_fields_come_in_the_order_asked(admin):
    answer = admin.list("LMS Lesson", fields=["title", "content_type", "is_free_preview"], limit=3, order_by="title asc")
    assert answer.body == (b'{"data":[{"title":"Lesson 01","content_type":"Video","is_free_preview":0},'
                           b'{"title":"Lesson 02","content_type":"Lab","is_free_preview":0},'
                           b'{"title":"Lesson 03","content_type":"Text","is_free_preview":0}]}')


def test_nulls_are_in_rows(admin):
    assert admin.list("LMS Lesson", fields=["video_url"], limit=1).data == [{"video_url": None}]


def test_an_unknown_field_is_named(admin):
    answer = admin.list("LMS Lesson", fields=["title", "nope"])
    assert answer.status == 417 and answer.exc_type == "DataError"
    assert answer.json["exception"] == "frappe.exceptions.DataError: Field not permitted in query: nope"


def test_filters_as_an_object(admin):
    answer = admin.list("LMS Lesson", filters={"content_type": "Video"}, fields=["title"], order_by="title asc", limit=3)
    assert titles(answer) == ["Lesson 01", "Lesson 04", "Lesson 07"]


@pytest.mark.parametrize("filters, expected", [
    ([["LMS Lesson", "content_type", "=", "Lab"], ["LMS Lesson", "is_free_preview", "=", 1]], ["Lesson 05", "Lesson 20"]),
    ([["title", "in", ["Lesson 01", "Lesson 03", "nope"]]], ["Lesson 01", "Lesson 03"]),
    ([["title", "in", "Lesson 01,Lesson 03"]], ["Lesson 01", "Lesson 03"]),
    ([["title", "like", "%24"]], ["Lesson 24"]),
    ([["title", "not like", "Lesson%"]], []),
    ([["title", "between", ["Lesson 02", "Lesson 03"]]], ["Lesson 02", "Lesson 03"]),
    ([["title", ">", "Lesson 23"]], ["Lesson 24", "Lesson 25"]),
    ([["title", "<=", "Lesson 02"]], ["Lesson 01", "Lesson 02"]),
    ([["title", "!=", "Lesson 01"], ["title", "<", "Lesson 03"]], ["Lesson 02"]),
    ([["video_url", "is", "set"]], []),
    ({"title": ["like", "Lesson 1_"], "content_type": "Text"}, ["Lesson 12", "Lesson 15", "Lesson 18"]),
])
def test_filters_as_lists_with_operators(admin, filters, expected):
    answer = admin.list("LMS Lesson", filters=filters, fields=["title"], order_by="title asc")
    assert titles(answer) == expected


def test_an_unknown_operator_names_them_all(admin):
    answer = admin.list("LMS Lesson", filters=[["title", "~~", "x"]])
    assert answer.status == 417 and answer.exc_type == "ValidationError"
    assert answer.json["exception"].startswith("frappe.exceptions.ValidationError: Operator must be one of =, !=, >, <")


def test_or_filters(admin):
    answer = admin.list("LMS Lesson", or_filters=[["title", "=", "Lesson 01"], ["title", "=", "Lesson 02"]], fields=["title"],
                        order_by="title asc")
    assert titles(answer) == ["Lesson 01", "Lesson 02"]


def test_pages(admin):
    answer = admin.list("LMS Lesson", limit_start="5", limit_page_length="2", order_by="title asc", fields=["title"])
    assert titles(answer) == ["Lesson 06", "Lesson 07"]


def test_all_rows_in_the_slow_lane(admin):
    assert len(admin.list("LMS Lesson", limit_page_length="0").data) == 25


def test_rows_as_arrays(admin):
    answer = admin.list("LMS Lesson", as_dict="false", fields=["title", "content_type"], order_by="title asc", limit=2)
    assert answer.data == [["Lesson 01", "Video"], ["Lesson 02", "Lab"]]


def test_groups_and_counts(admin):
    answer = admin.list("LMS Lesson", fields=["content_type", "count(name) as n"], group_by="content_type",
                        order_by="content_type asc")
    assert answer.data == [{"content_type": "Lab", "n": 8}, {"content_type": "Text", "n": 8}, {"content_type": "Video", "n": 9}]


def test_a_field_of_a_linked_document(admin):
    answer = admin.list("LMS Lesson", fields=["title", "bootcamp.title as of"], order_by="`tabLMS Lesson`.title asc", limit=1)
    assert answer.data == [{"title": "Lesson 01", "of": "Full Stack Web"}]


def test_no_order_is_deterministic_and_an_empty_one_is_none(admin):
    assert admin.get(LESSON).data == admin.list("LMS Lesson", order_by="").data == admin.get(LESSON).data


@pytest.mark.parametrize("query", [
    {"limit": "-1"}, {"limit": "many"}, {"limit_start": "-5"}, {"limit_start": "1e3"}, {"limit_page_length": "1.5"},
    {"fields": "["}, {"filters": "{"}, {"filters": "[[1]]"}, {"filters": "7"}, {"or_filters": '"x"'},
    {"order_by": "title; drop table x"}, {"order_by": "nope asc"}, {"order_by": "sleep(1)"}, {"group_by": "1=1"},
    {"fields": '["sleep(5)"]'}, {"fields": '["title from tabUser --"]'}, {"fields": '["`title`, name"]'},
    {"filters": '{"title": {"a": 1}}'}, {"filters": '[["title", "in", {"a": 1}]]'}, {"fields": '{"a": 1}'},
    {"filters": '[["LMS Lesson", "title"]]'}, {"filters": '[["User", "password", "=", "x"]]'},
    {"filters": '[["creation", "timespan", "someday"]]'},
])
def test_bad_lists_are_refused_clearly(admin, query):
    answer = admin.request("GET", LESSON, {**query})
    assert answer.status in (403, 417), answer
    assert answer.exc_type and answer.json["exception"].startswith("frappe.exceptions.")
    assert "syntax" not in answer.text and "tabLMS" not in answer.text


def test_an_own_enrollment_and_no_other(school, admin):
    bootcamp = admin.list("LMS Bootcamp").data[0]["name"]
    one, two = (school.add_user(f"{n}@list.test", "Student") for n in ("one", "two"))
    mine = admin.create("Enrollment", user=one, bootcamp=bootcamp).data["name"]
    other = admin.create("Enrollment", user=two, bootcamp=bootcamp).data["name"]
    client = school.client(one)
    assert [row["name"] for row in client.get("/api/resource/Enrollment").data] == [mine]
    refused = client.get(f"/api/resource/Enrollment/{other}")
    assert refused.status in (403, 404), refused
