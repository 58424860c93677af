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


# ---- 8.2: others ---------------------------------------------------------------------------------------------------------

def upload(client, name, body, **parts):
    lines = [f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in parts.items()]
    lines.append(f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n{body}\r\n--b--\r\n')
    return client.post("/api/method/upload_file", body="".join(lines),
                       headers={"Content-Type": "multipart/form-data; boundary=b"})


def test_no_more_attachments_than_the_doctype_takes(school):
    define(school, "Folderful", ("title", "Data"), max_attachments=2)
    name = school.admin.create("Folderful", title="x").data["name"]
    for n in range(2):
        assert upload(school.admin, f"n{n}.txt", f"n{n}", doctype="Folderful", docname=name).status == 200
    refused = upload(school.admin, "n3.txt", "n3", doctype="Folderful", docname=name)
    assert (refused.status, refused.exc_type) == (417, "AttachmentLimitReached")
    assert upload(school.admin, "n3.txt", "n3").status == 200
    assert school.admin.list("DocType", fields=["max_attachments"], filters={"name": "Folderful"}).data == [{"max_attachments": 2}]


FILE = "/api/method/frappe.core.api.file."


def test_files_are_moved_between_folders(school):
    admin = school.admin
    assert admin.post(FILE + "create_new_folder", {"file_name": "Inbox", "folder": "Home"}).message["name"] == "Home/Inbox"
    names = [upload(admin, f"m{n}.txt", f"m{n}").message["name"] for n in range(3)]
    moved = admin.post(FILE + "move_file", {"file_list": json.dumps([{"name": n} for n in names]),
                                            "new_parent": "Home/Inbox", "old_parent": "Home"})
    assert moved.status == 200 and moved.json == {}
    page = admin.get(FILE + "get_files_in_folder", {"folder": "Home/Inbox", "page_length": 2}).message
    assert len(page["files"]) == 2 and page["has_more"] is True
    assert set(page["files"][0]) == {"name", "file_name", "file_url", "is_folder", "modified"}
    rest = admin.get(FILE + "get_files_in_folder", {"folder": "Home/Inbox", "page_length": 2, "start": 2}).message
    assert len(rest["files"]) == 1 and rest["has_more"] is False
    assert admin.post(FILE + "move_file", {"file_list": names, "new_parent": names[0]}).status == 417
    assert admin.post(FILE + "move_file", {"file_list": names, "new_parent": "Home/Nowhere"}).status == 404
    assert admin.post(FILE + "move_file", {"file_list": ["Home/Inbox"], "new_parent": "Home"}).status == 417


def test_files_of_others_are_not_moved(school):
    stranger = school.client(school.add_user("mover@people.test"))
    name = upload(school.admin, "mine.txt", "mine").message["name"]
    assert stranger.post(FILE + "move_file", {"file_list": [name], "new_parent": "Home"}).status == 403


def test_a_title_is_the_field_named_so(school):
    made = school.admin.create("Thing", title="Before").data["name"]
    path = "/api/method/frappe.model.rename_doc.update_document_title"
    assert school.admin.post(path, {"doctype": "Thing", "docname": made, "title": "After"}).message == made
    assert school.admin.get(f"/api/resource/Thing/{made}").data["title"] == "After"
    assert school.admin.post(path, {"doctype": "Role", "docname": "Guest", "title": "x"}).message == "Guest"
    school.admin.delete(f"/api/resource/Thing/{made}")


def test_who_may_follow_a_document(school):
    path = "/api/method/frappe.realtime.can_subscribe_doc"
    assert school.admin.get(path, {"doctype": "Thing", "docname": "TH-0001"}).message is True
    assert school.admin.get(path + "type", {"doctype": "Thing"}).message is True
    for answer in (school.guest.get(path, {"doctype": "Thing", "docname": "TH-0001"}),
                   school.guest.get(path + "type", {"doctype": "Thing"})):
        assert answer.status == 403, answer


def test_the_languages(school):
    assert school.guest.get("/api/method/frappe.translate.get_all_languages").message == ["en", "fr"]


# ---- 6.9: passwords ----------------------------------------------------------------------------------------------------------

UPDATE = "/api/method/frappe.core.doctype.user.user.update_password"


def change_password(school, user, old, new, **more):
    client = school.session(user, old)
    return client, client.post(UPDATE, {"old_password": old, "new_password": new, **more})


def who(client):
    return client.get("/api/method/frappe.auth.get_logged_user").status


def test_sessions_end_with_the_old_password_if_the_settings_or_the_caller_say_so(school):
    first, second, third = "Wire-Pass-2026!", "Wire-Pass-2027!", "Wire-Pass-2028!"
    user = school.add_user("changer@people.test")
    other = school.session(user)
    assert change_password(school, user, first, second)[1].status == 200 and who(other) == 403
    settings = "/api/resource/System Settings/System Settings"
    school.admin.put(settings, {"logout_on_password_reset": 0}).data
    other = school.session(user, second)
    client, answer = change_password(school, user, second, third)
    assert answer.status == 200 and who(other) == who(client) == 200
    client, answer = change_password(school, user, third, first, logout_all_sessions=1)
    assert answer.status == 200 and who(other) == 403 and who(client) == 200
    school.admin.put(settings, {"logout_on_password_reset": 1}).data


# ---- 8.1: set_value -----------------------------------------------------------------------------------------------------------

def test_set_value_takes_a_whole_document_as_it_was_read(school):
    admin = school.admin
    made = admin.create("Thing", title="Whole", parts=[{"label_": "p"}]).data["name"]
    read = admin.get(CLIENT + "get", {"doctype": "Thing", "name": made}).message
    values = {key: value for key, value in read.items() if key not in ("doctype", "name")}
    saved = admin.post(CLIENT + "set_value", {"doctype": "Thing", "name": made, "fieldname": {**values, "n": 5, "unknown": 1}})
    assert saved.message["n"] == 5 and saved.message["parts"][0]["name"] == read["parts"][0]["name"]
    stale = admin.post(CLIENT + "set_value", {"doctype": "Thing", "name": made, "fieldname": {**values, "n": 6}})
    assert (stale.status, stale.exc_type) == (417, "TimestampMismatchError")
    other = admin.post(CLIENT + "set_value", {"doctype": "Thing", "name": made, "fieldname": {"owner": "x@people.test"}})
    assert (other.status, other.exc_type) == (417, "CannotChangeConstantError")
    for field in ("owner", "name", "modified", "parent", "docstatus"):
        assert admin.post(CLIENT + "set_value", {"doctype": "Thing", "name": made, "fieldname": field, "value": "1"}).status == 417
    admin.delete(f"/api/resource/Thing/{made}")
