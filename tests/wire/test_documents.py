"""Create, read, update, delete over /api/resource, as recorded (spec sections 2.1 to 2.5, 4)."""
import json
import re

import pytest
from conftest import bootcamp_tree

STANDARD = ["name", "owner", "creation", "modified", "modified_by", "docstatus", "idx"]
STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?"


@pytest.fixture(scope="module")
def bootcamp(school):
    return school.admin.post("/api/resource/LMS Bootcamp", bootcamp_tree(lessons=4)).data


@pytest.fixture(scope="module")
def student(school):
    return school.client(school.add_user("student@school.test", "Student"))


def test_create_answers_200_with_the_document_in_frappes_order(school):
    answer = school.admin.create("LMS Bootcamp", title="Ordered", price=499.99, published=1)
    keys = list(answer.data)
    assert answer.status == 200 and keys[:7] == STANDARD
    assert keys.index("doctype") > keys.index("price") and keys[-1] == "courses"
    assert re.fullmatch(STAMP, answer.data["creation"]) and answer.data["docstatus"] == 0
    assert answer.data["price"] == 499.99 and answer.data["published"] == 1
    assert answer.header("Content-Type") == "application/json"


def test_a_body_is_compact_ascii(school):
    answer = school.admin.create("LMS Bootcamp", title="Élan 🚀")
    assert b'"title":"\\u00c9lan \\ud83d\\ude80"' in answer.body.replace(b"\\u00C9", b"\\u00c9")
    assert answer.body.isascii() and b'": ' not in answer.body.split(b'"courses"')[0]


def test_a_tree_is_made_in_one_post(bootcamp):
    course = bootcamp["courses"][0]
    assert [lesson["title"] for lesson in course["lessons"]] == ["Lesson 01", "Lesson 02", "Lesson 03", "Lesson 04"]
    lesson = course["lessons"][0]
    assert re.fullmatch(r"[0-9a-z]{10}", lesson["name"]) and lesson["idx"] == 1
    assert (lesson["parent"], lesson["parentfield"], lesson["parenttype"]) == (course["name"], "lessons", "LMS Course")


def test_read_leaves_out_what_is_null(school, bootcamp):
    data = school.admin.get(f"/api/resource/LMS Bootcamp/{bootcamp['name']}").data
    assert "image" not in data and None not in data.values()


def test_a_child_that_is_a_resource_is_read_by_itself(school, bootcamp):
    lesson = bootcamp["courses"][0]["lessons"][0]
    data = school.admin.get(f"/api/resource/LMS Lesson/{lesson['name']}").data
    assert data["title"] == "Lesson 01" and data["doctype"] == "LMS Lesson"


def test_three_encodings_of_a_body(school):
    admin = school.admin
    assert admin.create("LMS Bootcamp", title="Raw JSON").data["title"] == "Raw JSON"
    wrapped = admin.post("/api/resource/LMS Bootcamp", form={"data": json.dumps({"title": "Wrapped"})})
    assert wrapped.data["title"] == "Wrapped"
    assert admin.post("/api/resource/LMS Bootcamp", form={"title": "Form"}).data["title"] == "Form"
    multipart = ("--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nMultipart\r\n--b--\r\n").encode()
    answer = admin.request("POST", "/api/resource/LMS Bootcamp", body=multipart,
                           headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.data["title"] == "Multipart"
    sniffed = admin.request("POST", "/api/resource/LMS Bootcamp", body=b'{"title": "Sniffed"}')
    assert sniffed.data["title"] == "Sniffed"


def test_put_changes_what_is_sent_and_leaves_the_rest(school, bootcamp):
    before = school.admin.get(f"/api/resource/LMS Bootcamp/{bootcamp['name']}").data
    after = school.admin.put(f"/api/resource/LMS Bootcamp/{bootcamp['name']}", {"short_introduction": "New"}).data
    assert after["short_introduction"] == "New" and after["price"] == before["price"]
    assert after["modified"] > before["modified"] and after["creation"] == before["creation"]
    assert len(after["courses"][0]["lessons"]) == 4


def test_patch_is_put(school, bootcamp):
    answer = school.admin.request("PATCH", f"/api/resource/LMS Bootcamp/{bootcamp['name']}",
                                  json_body={"license": "CC-BY-4.0"})
    assert answer.data["license"] == "CC-BY-4.0"


def test_a_table_that_is_sent_is_replaced(school):
    made = school.admin.post("/api/resource/LMS Bootcamp", bootcamp_tree("Replaced", lessons=2)).data
    after = school.admin.put(f"/api/resource/LMS Bootcamp/{made['name']}", {"courses": [{"title": "Other"}]}).data
    assert [course["title"] for course in after["courses"]] == ["Other"]
    gone = made["courses"][0]["lessons"][0]["name"]
    assert school.admin.get(f"/api/resource/LMS Lesson/{gone}").status == 404


def test_a_stale_modified_is_refused(school):
    made = school.admin.create("LMS Bootcamp", title="Stale").data
    now = school.admin.put(f"/api/resource/LMS Bootcamp/{made['name']}", {"license": "A"}).data
    answer = school.admin.put(f"/api/resource/LMS Bootcamp/{made['name']}", {"license": "B", "modified": made["modified"]})
    assert answer.status == 417 and answer.exc_type == "TimestampMismatchError"
    assert answer.server_messages[0]["message"].startswith("Error: Document has been modified after you have opened it (")
    assert school.admin.get(f"/api/resource/LMS Bootcamp/{made['name']}").data["license"] == "A" == now["license"]


def test_delete_is_202_ok(school):
    made = school.admin.create("LMS Bootcamp", title="Short-lived").data
    answer = school.admin.delete(f"/api/resource/LMS Bootcamp/{made['name']}")
    assert answer.status == 202 and answer.body == b'{"data":"ok"}'
    assert school.admin.get(f"/api/resource/LMS Bootcamp/{made['name']}").status == 404


def test_what_is_linked_is_not_deleted(school, bootcamp, student):
    user = "student@school.test"
    made = school.admin.create("Enrollment", user=user, bootcamp=bootcamp["name"])
    assert made.status == 200, made
    answer = school.admin.delete(f"/api/resource/LMS Bootcamp/{bootcamp['name']}")
    assert answer.status == 417 and answer.exc_type == "LinkExistsError"
    assert answer.server_messages[0]["message"].startswith("Cannot delete or cancel because LMS Bootcamp <a href=")


def test_names_with_slashes_raw_and_encoded(school):
    code = school.admin.create("Item", item_code="A/B c", item_name="Odd", standard_rate=1)
    assert code.status == 200, code
    assert school.admin.get("/api/resource/Item/A/B%20c").data["name"] == "A/B c"
    assert school.admin.get("/api/resource/Item/A%2FB%20c").data["name"] == "A/B c"


# ---- refusals ---------------------------------------------------------------------------------------------------------
def refused(answer, status, kind, exception=None, message=None):
    assert answer.status == status, answer
    assert answer.json["exc_type"] == kind
    assert list(answer.json)[:3] == ["exception", "exc_type", "exc"]
    assert json.loads(answer.json["exc"]) == [answer.json["exception"]]
    assert re.fullmatch("[0-9a-f]{16}", answer.json["request_id"]) and answer.header("X-Request-Id") == answer.json["request_id"]
    if exception:
        assert answer.json["exception"] == "frappe.exceptions." + exception
    if message:
        assert [m["message"] for m in answer.server_messages] == [message]
    return answer


def test_unknown_doctype_is_404_everywhere(school):
    for verb, path in (("GET", ""), ("GET", "/x"), ("POST", ""), ("PUT", "/x"), ("DELETE", "/x")):
        body = {"title": "x"} if verb in ("POST", "PUT") else None
        refused(school.admin.request(verb, f"/api/resource/Nope{path}", json_body=body), 404, "DoesNotExistError",
                "DoesNotExistError: DocType Nope not found", "DocType Nope not found")


def test_a_missing_document_is_404(school):
    answer = refused(school.admin.get("/api/resource/LMS Bootcamp/nope"), 404, "DoesNotExistError",
                     "DoesNotExistError: LMS Bootcamp nope not found", "LMS Bootcamp nope not found")
    assert list(answer.server_messages[0]) == ["message", "title", "indicator", "raise_exception", "__frappe_exc_id"]
    assert re.fullmatch("[0-9a-f]{56}", answer.server_messages[0]["__frappe_exc_id"])


def test_the_inner_json_has_spaces_like_pythons(school):
    text = school.admin.get("/api/resource/LMS Bootcamp/nope").json["_server_messages"]
    assert text.startswith('["{\\"message\\": \\"LMS Bootcamp nope not found\\", \\"title\\": \\"Message\\", ')


def test_a_missing_mandatory_field(school):
    answer = refused(school.admin.create("LMS Bootcamp", license="x"), 417, "MandatoryError")
    assert re.match(r"frappe\.exceptions\.MandatoryError: \[LMS Bootcamp, .*\]: title", answer.json["exception"])
    assert answer.server_messages == [{"message": "Error: Value missing for LMS Bootcamp: Title", "title": "Message"}]


def test_a_link_to_nothing(school):
    refused(school.admin.create("LMS Bootcamp", title="x", item_code="no-such-item"), 417, "LinkValidationError",
            "LinkValidationError: Could not find Item Code: no-such-item", "Could not find Item Code: no-such-item")


def test_a_value_that_is_no_option(school):
    text = ' Enrollment cannot be "Maybe". It should be one of "Paid", "Free", "Closed"'
    answer = refused(school.admin.create("LMS Bootcamp", title="x", enrollment="Maybe"), 417, "ValidationError")
    assert "Enrollment cannot be \"Maybe\". It should be one of" in answer.server_messages[0]["message"], text


def test_a_duplicate_is_409(school):
    assert school.admin.create("Item", item_code="twice", item_name="One", standard_rate=1).status == 200
    answer = refused(school.admin.create("Item", item_code="twice", item_name="Two", standard_rate=1), 409, "DuplicateEntryError")
    assert answer.json["exception"].startswith("frappe.exceptions.DuplicateEntryError: ('Item', 'twice', IntegrityError(1062, ")
    assert answer.server_messages == [{"message": "Item <strong>twice</strong> already exists", "title": "Duplicate Name",
                                       "indicator": "red"}]


def test_guest_may_not_create(school):
    answer = refused(school.guest.create("LMS Bootcamp", title="x"), 403, "PermissionError")
    assert "Guest" in answer.server_messages[0]["message"]


def test_a_student_may_not_create_or_change(school, bootcamp, student):
    answer = refused(student.create("LMS Bootcamp", title="x"), 403, "PermissionError", "PermissionError")
    message = answer.server_messages[0]
    assert list(message) == ["message", "title"]
    assert message["message"].startswith("User <strong>student@school.test</strong> does not have ")
    assert "_error_message" in answer.json
    assert student.put(f"/api/resource/LMS Bootcamp/{bootcamp['name']}", {"title": "Mine"}).status == 403
    assert student.delete(f"/api/resource/LMS Bootcamp/{bootcamp['name']}").status == 403


def test_a_list_without_the_right_says_which(school):
    answer = refused(school.guest.get("/api/resource/Enrollment"), 403, "PermissionError", "PermissionError")
    assert answer.json["_error_message"] == "No permission for Enrollment"
    assert answer.server_messages == [{"message": "User <strong>Guest</strong> does not have doctype access via role permission "
                                                  "for document <strong>Enrollment</strong>", "title": "Message"}]


def test_post_to_a_document_needs_a_method(school, bootcamp):
    refused(school.admin.post(f"/api/resource/LMS Bootcamp/{bootcamp['name']}", {"title": "x"}), 417, "ValidationError")
    answer = school.admin.get(f"/api/resource/LMS Bootcamp/{bootcamp['name']}", {"run_method": "explode"})
    refused(answer, 404, "DoesNotExistError")


def test_a_refused_write_leaves_nothing(school):
    before = school.admin.get("/api/method/frappe.client.get_count", {"doctype": "LMS Course"}).message
    tree = bootcamp_tree("Half", lessons=2)
    tree["courses"][0]["lessons"][1]["content_type"] = "Audio"
    assert school.admin.post("/api/resource/LMS Bootcamp", tree).status == 417
    assert school.admin.get("/api/method/frappe.client.get_count", {"doctype": "LMS Course"}).message == before


# ---- v2 ------------------------------------------------------------------------------------------------------------------
def test_v2_reads_with_nulls_and_writes_without_a_wrapper(school):
    made = school.admin.post("/api/v2/document/LMS Bootcamp", {"title": "Second version"}).data
    assert made["image"] is None
    data = school.admin.get(f"/api/v2/document/LMS Bootcamp/{made['name']}").data
    assert data["title"] == "Second version"
    assert school.admin.delete(f"/api/v2/document/LMS Bootcamp/{made['name']}").status == 202


def test_v2_errors_have_their_own_shape(school):
    answer = school.admin.post("/api/v2/document/LMS Bootcamp", {"license": "x"})
    assert answer.status == 417
    error = answer.json["errors"][0]
    assert error["type"] == "MandatoryError" and error["message"] == "Error: Value missing for LMS Bootcamp: Title"
    missing = school.admin.get("/api/v2/document/LMS Bootcamp/nope")
    assert missing.status == 404 and missing.json["errors"][0]["type"] == "DoesNotExistError"
    assert "exception" not in missing.json["errors"][0]


def test_v2_count(school):
    assert school.admin.get("/api/v2/doctype/User/count").data >= 2
