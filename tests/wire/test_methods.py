"""/api/method: verbs, rights, frappe.client (spec sections 2.1, 7.4, 8.1)."""
import pytest
from conftest import bootcamp_tree

CLIENT = "/api/method/frappe.client."


@pytest.fixture(scope="module")
def bootcamp(school):
    return school.admin.post("/api/resource/LMS Bootcamp", bootcamp_tree(lessons=2)).data


def test_ping(school):
    for path in ("/api/method/ping", "/api/method/frappe.ping", "/api/v1/method/ping", "/api/method/ping/"):
        assert school.guest.get(path).body == b'{"message":"pong"}'
    assert school.guest.get("/api/v2/method/ping").body == b'{"data":"pong"}'
    assert school.guest.post("/api/method/ping").body == b'{"message":"pong"}'


def test_cmd_at_the_root_calls_a_method(school):
    assert school.guest.get("/", {"cmd": "ping"}).json == {"message": "pong"}
    assert school.guest.post("/", form={"cmd": "frappe.ping"}).json == {"message": "pong"}
    assert school.guest.post("/", {"cmd": "frappe.ping"}).json == {"message": "pong"}


def test_cmd_elsewhere_is_an_argument_as_any(school):
    assert "data" in school.admin.get("/api/resource/User", {"cmd": "ping"}).json


def test_an_unknown_method(school):
    answer = school.admin.get(CLIENT + "nope")
    text = "Failed to get method for command frappe.client.nope with module 'frappe.client' has no attribute 'nope'"
    assert answer.status == 417 and answer.exc_type == "ValidationError"
    assert answer.server_messages[0]["message"].replace("&#39;", "'") == text
    v2 = school.admin.get("/api/v2/method/frappe.client.nope")
    assert v2.status == 417 and v2.json["errors"][0]["message"].startswith("Failed to get method frappe.client.nope with ")


def test_an_internal_function_is_not_whitelisted(school):
    answer = school.admin.get("/api/method/frappe.get_doc")
    assert answer.status == 403 and answer.server_messages[0]["title"] == "Method Not Allowed"


def test_markup_in_a_name_is_escaped(school):
    answer = school.admin.get("/api/method/%3Cb%3Ex")
    assert answer.status == 417 and "<b>" not in answer.text


@pytest.mark.parametrize("verb", ["HEAD", "PATCH"])
def test_verbs_that_no_method_takes(school, verb):
    assert school.guest.request(verb, "/api/method/ping").status == 403


def test_writers_do_not_take_get(school, bootcamp):
    answer = school.admin.get(CLIENT + "set_value", {"doctype": "LMS Bootcamp", "name": bootcamp["name"],
                                                     "fieldname": "license", "value": "x"})
    assert answer.status == 403 and answer.server_messages[0]["message"] == "Not permitted"


def test_get_value_by_name_by_filters_and_of_nothing(school, bootcamp):
    get = lambda **query: school.admin.get(CLIENT + "get_value", {"doctype": "LMS Bootcamp", **query})
    assert get(fieldname="price", filters=bootcamp["name"]).json == {"message": {"price": 499.99}}
    both = get(fieldname=["title", "price"], filters={"name": bootcamp["name"]})
    assert both.message == {"title": "Full Stack Web", "price": 499.99}
    assert get(fieldname="price", filters="nope").json == {"message": {}}
    assert get(fieldname="price", filters=bootcamp["name"], as_dict="0").message == 499.99


def test_get_returns_nulls(school, bootcamp):
    message = school.admin.get(CLIENT + "get", {"doctype": "LMS Bootcamp", "name": bootcamp["name"]}).message
    assert message["image"] is None and message["doctype"] == "LMS Bootcamp"


def test_get_count_obeys_rights(school):
    assert school.admin.get(CLIENT + "get_count", {"doctype": "User"}).message >= 2
    assert school.guest.get(CLIENT + "get_count", {"doctype": "Enrollment"}).status == 403


def test_get_list_has_its_own_limit(school):
    rows = school.admin.get(CLIENT + "get_list", {"doctype": "LMS Lesson", "limit": "1"}).message
    assert len(rows) == 2
    assert len(school.admin.get(CLIENT + "get_list", {"doctype": "LMS Lesson", "limit_page_length": "1"}).message) == 1


def test_insert_save_set_value_delete(school):
    made = school.admin.post(CLIENT + "insert", {"doc": {"doctype": "LMS Bootcamp", "title": "By client"}}).message
    changed = school.admin.post(CLIENT + "set_value", {"doctype": "LMS Bootcamp", "name": made["name"],
                                                       "fieldname": "license", "value": "CC0"}).message
    assert changed["license"] == "CC0"
    saved = school.admin.post(CLIENT + "save", {"doc": {**changed, "license": "MIT"}}).message
    assert saved["license"] == "MIT"
    standard = school.admin.post(CLIENT + "set_value", {"doctype": "LMS Bootcamp", "name": made["name"],
                                                        "fieldname": "owner", "value": "x"})
    assert standard.status == 417 and standard.server_messages[0]["message"] == "Cannot edit standard fields"
    assert school.admin.post(CLIENT + "delete", {"doctype": "LMS Bootcamp", "name": made["name"]}).json == {}


def test_insert_many_is_all_or_nothing(school):
    docs = [{"doctype": "LMS Bootcamp", "title": "Many 1"}, {"doctype": "LMS Bootcamp"}]
    assert school.admin.post(CLIENT + "insert_many", {"docs": docs}).status == 417
    assert school.admin.list("LMS Bootcamp", filters={"title": "Many 1"}).data == []
    docs[1]["title"] = "Many 2"
    assert len(school.admin.post(CLIENT + "insert_many", {"docs": docs}).message) == 2


@pytest.mark.parametrize("method, arguments", [
    ("get_value", {}), ("get_value", {"doctype": "User"}), ("get", {}), ("get_count", {}), ("get_list", {}),
    ("get_list", {"doctype": ["User"]}), ("insert", {}), ("insert", {"doc": 7}), ("insert", {"doc": {"title": "x"}}),
    ("save", {"doc": []}), ("set_value", {"doctype": "User", "name": "Guest", "fieldname": "nope", "value": 1}),
    ("delete", {"doctype": "LMS Bootcamp"}), ("insert_many", {"docs": "x"}), ("insert", {"doc": "{"}),
])
def test_wrong_arguments_are_417(school, method, arguments):
    answer = school.admin.post(CLIENT + method, arguments)
    assert answer.status in (404, 417), answer
    assert answer.exc_type


def test_a_method_of_the_domain_checks_its_arguments(school):
    answer = school.guest.get("/api/method/lms.outline")
    assert answer.status == 417 and answer.exc_type == "FrappeTypeError"
    assert school.guest.get("/api/method/lms.catalogue").message["total"] >= 1
