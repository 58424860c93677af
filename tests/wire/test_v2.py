"""The second interface: /api/v2/document, /api/v2/doctype, /api/v2/method (spec sections 2.3, 7.3, 12.3)."""
import pytest
from conftest import PASSWORD, bootcamp_tree

V2 = "/api/v2/document/LMS Bootcamp"


@pytest.fixture(scope="module")
def bootcamp(school):
    return school.admin.post("/api/resource/LMS Bootcamp", bootcamp_tree(lessons=25)).data


@pytest.fixture(scope="module")
def student(school):
    return school.client(school.add_user("ida@people.test", "Student"))


# ---- lists -----------------------------------------------------------------------------------------------------------
def test_a_page_says_whether_there_is_another(school, bootcamp):
    page = lambda **query: school.admin.get("/api/v2/document/LMS Lesson", query).json
    first = page(limit="10", order_by="title asc", fields='["title"]')
    assert first["has_next_page"] is True and len(first["data"]) == 10
    last = page(start="20", limit="10", order_by="title asc", fields='["title"]')
    assert last["has_next_page"] is False and [row["title"] for row in last["data"]] == [f"Lesson {n}" for n in range(21, 26)]
    assert page(limit="25")["has_next_page"] is False and page(limit="24")["has_next_page"] is True
    assert len(page()["data"]) == 20 and len(page(limit="0")["data"]) == 25
    assert page(limit_start="24", limit="5", order_by="title asc", fields='["title"]')["data"] == [{"title": "Lesson 25"}]


def test_v1_pages_do_not_say(school, bootcamp):
    assert set(school.admin.list("LMS Lesson", limit="1").json) == {"data"}


def test_only_limit_counts(school, bootcamp):
    assert len(school.admin.get("/api/v2/document/LMS Lesson", {"limit_page_length": "3"}).data) == 20


@pytest.mark.parametrize("query", [{"fields": '["nope"]'}, {"filters": '[["title","~~","x"]]'}, {"limit": "-1"},
                                   {"start": "x"}, {"order_by": "select 1"}, {"fields": "[1]"}])
def test_wrong_lists_are_417(school, query):
    answer = school.admin.get("/api/v2/document/LMS Lesson", query)
    assert answer.status == 417 and answer.json["errors"][0]["type"], answer


# ---- documents -------------------------------------------------------------------------------------------------------
def test_the_round_of_a_document_keeps_nulls(school):
    made = school.admin.post(V2, {"title": "Second way", "doctype": "User"})
    assert made.data["image"] is None and made.data["doctype"] == "LMS Bootcamp"
    path = f"{V2}/{made.data['name']}"
    assert school.admin.get(path).data == made.data
    assert school.admin.put(path, {"license": "A"}).data["license"] == "A"
    patched = school.admin.request("PATCH", path, json_body={"license": None})
    assert patched.data["license"] is None
    gone = school.admin.delete(path)
    assert (gone.status, gone.json) == (202, {"data": "ok"})
    assert school.admin.get(path).status == 404


def test_a_field_named_data_is_no_wrapper(school):
    assert school.admin.post(V2, {"data": {"title": "x"}}).status == 417


def test_a_name_is_taken_where_nothing_decides_it(school, student):
    user = {"user": "ida@people.test", "allow": "Role", "for_value": "Student"}
    made = school.admin.post("/api/v2/document/User Permission", {**user, "name": "mine"})
    assert made.status == 200 and made.data["name"] == "mine", made
    again = school.admin.post("/api/v2/document/User Permission", {**user, "for_value": "Instructor", "name": "mine"})
    assert again.status == 409 and again.json["errors"][0]["type"] == "DuplicateEntryError"
    v1 = school.admin.post("/api/resource/User Permission", {**user, "for_value": "Instructor", "name": "ours"})
    assert v1.data["name"] != "ours"
    assert school.admin.post("/api/v2/document/Role", {"role_name": "Cook", "name": "Other"}).data["name"] == "Cook"
    for wrong in ("x" * 200, "<b>", "User Permission"):
        answer = school.admin.post("/api/v2/document/User Permission", {**user, "for_value": "Guest", "name": wrong})
        assert answer.status in (409, 417), answer


def test_names_may_hold_slashes(school):
    made = school.admin.create("Sales Partner", partner_name="Data/method 101", commission_rate=1)
    assert made.status == 200, made
    for path in ("/api/v2/document/Sales Partner/Data/method 101", "/api/v2/document/Sales Partner/Data%2Fmethod%20101",
                 "/api/resource/Sales Partner/Data/method 101"):
        assert school.admin.get(path).data["name"] == "Data/method 101"
    assert school.admin.delete("/api/v2/document/Sales Partner/Data/method 101").status == 202


def test_copy_is_ready_to_be_posted(school, bootcamp):
    copy = school.admin.get(f"{V2}/{bootcamp['name']}/copy").data
    assert not {"name", "owner", "creation", "modified", "modified_by", "docstatus"} & set(copy)
    assert None not in copy.values() and len(copy["courses"][0]["lessons"]) == 25
    assert "name" not in copy["courses"][0] and "name" not in copy["courses"][0]["lessons"][0]
    made = school.admin.post(V2, {**copy, "title": "A copy", "slug": "a-copy"})
    assert made.status == 200 and made.data["name"] != bootcamp["name"], made


def test_copies_are_for_readers(school, bootcamp, student):
    school.admin.put(f"{V2}/{bootcamp['name']}", {"published": 0})
    assert student.get(f"{V2}/{bootcamp['name']}/copy").status in (403, 404)
    school.admin.put(f"{V2}/{bootcamp['name']}", {"published": 1})
    assert school.admin.get(f"{V2}/nope/copy").status == 404


# ---- methods of documents --------------------------------------------------------------------------------------------
def test_a_method_answers_with_its_result_and_the_document(school):
    school.admin.create("User", email="v2@people.test", first_name="V")
    answer = school.admin.post("/api/v2/document/User/v2@people.test/method/rename", {"name": "v2b@people.test"}).json
    assert "data" not in answer and answer["docs"][0]["name"] == "v2b@people.test"
    answer = school.admin.post("/api/v2/document/User/v2b@people.test/method/add_comment", {"text": "hello"}).json
    assert answer["data"]["doctype"] == "Comment" and answer["docs"][0]["doctype"] == "User"


def test_methods_that_write_take_post_only(school, bootcamp):
    answer = school.admin.get(f"{V2}/{bootcamp['name']}/method/rename", {"name": "x"})
    assert answer.status == 403 and answer.json["errors"][0]["type"] == "PermissionError"


def test_unknown_methods(school, bootcamp):
    for method in ("nope", "db_set", "__init__"):
        answer = school.admin.post(f"{V2}/{bootcamp['name']}/method/{method}", {})
        assert answer.status == 404 and "exception" not in answer.json["errors"][0], answer


def test_delete_takes_the_longest_name(school, bootcamp):
    answer = school.admin.delete(f"{V2}/{bootcamp['name']}/method/rename")
    assert answer.status == 404 and school.admin.get(f"{V2}/{bootcamp['name']}").status == 200


def test_run_doc_method(school):
    doc = school.admin.post("/api/v2/document/User", {"email": "rdm@people.test", "first_name": "R"}).data
    answer = school.admin.post("/api/v2/method/run_doc_method", {"method": "add_comment", "document": doc,
                                                                 "kwargs": {"text": "hello"}})
    assert answer.status == 200 and answer.json["data"]["content"] and answer.json["docs"][0]["name"] == "rdm@people.test"
    school.admin.put("/api/v2/document/User/rdm@people.test", {"bio": "x"})
    stale = school.admin.post("/api/v2/method/run_doc_method", {"method": "add_comment", "document": doc,
                                                                "kwargs": {"text": "hello"}})
    assert stale.status == 417 and stale.json["errors"][0]["type"] == "TimestampMismatchError"


# ---- many ------------------------------------------------------------------------------------------------------------
def test_bulk_update_and_delete_of_one_doctype(school):
    names = [school.admin.post(V2, {"title": f"Many {n}"}).data["name"] for n in range(3)]
    answer = school.admin.post(f"{V2}/bulk_update", {"docs": [{"name": names[0], "license": "B"}, {"name": "nope"}, 7]}).json
    assert answer["data"]["updated"] == [names[0]] and answer["docs"][0]["license"] == "B"
    assert [(one["name"], one["error"]) for one in answer["data"]["failed"]] == [
        ("nope", "LMS Bootcamp nope not found"), ("", "Each document must be a JSON object.")]
    assert (answer["data"]["total"], answer["data"]["success_count"], answer["data"]["failure_count"]) == (3, 1, 2)
    answer = school.admin.post(f"{V2}/bulk_delete", {"names": [*names[:2], "nope"]}).json
    assert answer["data"]["deleted"] == names[:2] and answer["data"]["failed"][0]["name"] == "nope" and "docs" not in answer
    assert [school.admin.get(f"{V2}/{name}").status for name in names] == [404, 404, 200]


def test_bulk_of_any_doctype(school):
    name = school.admin.post(V2, {"title": "Any"}).data["name"]
    both = [{"doctype": "LMS Bootcamp", "name": name, "license": "C"}, {"doctype": "Nope", "name": "x"}, {"name": "x"}]
    data = school.admin.post("/api/v2/method/bulk_update", {"docs": both}).data
    assert data["updated"] == [{"doctype": "LMS Bootcamp", "name": name}] and data["failure_count"] == 2
    data = school.admin.post("/api/v2/method/bulk_delete", {"docs": both[:1]}).data
    assert data["deleted"] == [{"doctype": "LMS Bootcamp", "name": name}]


@pytest.mark.parametrize("what, body", [("bulk_update", {}), ("bulk_update", {"docs": "x"}), ("bulk_delete", {"names": 7}),
                                        ("bulk_delete", {"docs": []}), ("bulk_update", {"docs": [{}] * 501})])
def test_bulk_without_a_list(school, what, body):
    assert school.admin.post(f"{V2}/{what}", body).status == 417


def test_bulk_obeys_rights(school, bootcamp, student):
    data = student.post(f"{V2}/bulk_delete", {"names": [bootcamp["name"]]}).data
    assert data["deleted"] == [] and data["failure_count"] == 1
    assert school.guest.post("/api/v2/method/bulk_delete", {"docs": []}).status == 403


# ---- DocTypes --------------------------------------------------------------------------------------------------------
def test_meta(school, student):
    meta = student.get("/api/v2/doctype/LMS Bootcamp/meta").data
    assert meta["doctype"] == "DocType" and meta["name"] == "LMS Bootcamp" and meta["issingle"] == 0
    fields = {field["fieldname"]: field for field in meta["fields"]}
    assert fields["courses"]["fieldtype"] == "Table" and fields["courses"]["options"] == "LMS Course"
    assert fields["title"]["reqd"] == 1 and fields["title"]["label"] == "Title" and fields["title"]["idx"] >= 1
    assert any(perm["role"] == "System Manager" and perm["write"] == 1 for perm in meta["permissions"])
    assert school.guest.get("/api/v2/doctype/LMS Bootcamp/meta").status == 403
    assert student.get("/api/v2/doctype/Nope/meta").status == 404


def test_count(school, bootcamp, student):
    count = lambda client, **query: client.get("/api/v2/doctype/LMS Lesson/count", query)
    assert count(school.admin, filters='{"content_type": "Lab"}').data >= 8
    assert count(school.admin, limit="5").data == 5
    assert count(school.admin, or_filters='[["title","=","Lesson 01"],["title","=","Lesson 02"]]').data >= 2
    assert count(school.guest).status in (200, 403)
    assert school.guest.get("/api/v2/doctype/Customer/count").status == 403


# ---- methods ---------------------------------------------------------------------------------------------------------
def test_methods_answer_in_data(school):
    assert school.guest.get("/api/v2/method/ping").json == {"data": "pong"}
    assert school.admin.get("/api/v2/method/frappe.auth.get_logged_user").json == {"data": "Administrator"}


def test_a_function_of_a_doctype(school, student):
    """/api/v2/method/<DocType>/<function> is frappe.….doctype.<doctype>.<doctype>.<function>."""
    answer = school.admin.post("/api/v2/method/User/generate_keys", {"user": "ida@people.test"})
    assert answer.status == 200 and len(answer.data["api_secret"]) == 15, answer
    school.users.pop("ida@people.test", None)
    answer = school.admin.get("/api/v2/method/User/nope")
    assert answer.status == 417 and answer.json["errors"][0]["message"].startswith("Failed to get method ")
    assert school.admin.get("/api/v2/method/ping/what/ever").json == {"data": "pong"}


def test_log_in_by_the_second_interface(school):
    client = school.client()
    answer = client.post("/api/v2/method/login", {"usr": "Administrator", "pwd": PASSWORD})
    assert answer.json == {"data": "Logged In", "home_page": "/app", "full_name": "Administrator"}
    assert client.get("/api/v2/method/frappe.auth.get_logged_user").json == {"data": "Administrator"}
    assert client.post("/api/v2/method/logout").status == 200
    assert client.get("/api/v2/method/frappe.auth.get_logged_user").status == 403


def test_errors_have_the_second_shape(school):
    answer = school.admin.post("/api/v2/document/LMS Lesson", {"content": "x"})
    error = answer.json["errors"][0]
    assert answer.status == 417 and "exc" not in answer.json and error["type"]
    missing = school.admin.get("/api/v2/document/LMS Lesson/nope")
    assert missing.status == 404 and "exception" not in missing.json["errors"][0]
