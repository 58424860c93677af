"""frappe.client, frappe.desk and methods of documents: what Frappe's own clients call (spec sections 2.1, 8.1, 8.2)."""
import pytest
from conftest import bootcamp_tree

CLIENT = "/api/method/frappe.client."
DESK = "/api/method/frappe.desk."


@pytest.fixture(scope="module")
def bootcamp(school):
    return school.admin.post("/api/resource/LMS Bootcamp", bootcamp_tree(lessons=2)).data


@pytest.fixture(scope="module")
def student(school):
    return school.client(school.add_user("sita@people.test", "Student"))


@pytest.fixture(scope="module")
def selling(school):
    admin = school.admin
    for doctype, fields in (("Customer", {"customer_name": "Ana"}), ("Item", {"item_code": "IT-1", "item_name": "Item"})):
        answer = admin.post(f"/api/resource/{doctype}", fields)
        assert answer.status == 200, answer
    return admin


def invoice(selling, **more):
    customer = selling.list("Customer", limit="1").data[0]["name"]
    made = selling.post(CLIENT + "insert", {"doc": {
        "doctype": "Sales Invoice", "customer": customer, "posting_date": "2026-03-01", "due_date": "2099-01-01",
        "items": [{"item_code": "IT-1", "qty": 1, "rate": 10}], **more}})
    assert made.status == 200, made
    return made.message


# ---- insert, save, set_value -----------------------------------------------------------------------------------------
def test_insert_of_a_row_answers_with_its_parent(school):
    rule = school.admin.create("Pricing Rule", title="Rule", currency="EUR", discount_percentage=5,
                               items=[{"item_code": "IT-9"}])
    if rule.status != 200:
        school.admin.create("Item", item_code="IT-9", item_name="Nine")
        rule = school.admin.create("Pricing Rule", title="Rule", currency="EUR", discount_percentage=5,
                                   items=[{"item_code": "IT-9"}])
    name = rule.data["name"]
    answer = school.admin.post(CLIENT + "insert", {"doc": {
        "doctype": "Pricing Rule Item Code", "parent": name, "parenttype": "Pricing Rule", "parentfield": "items",
        "item_code": "IT-9"}}).message
    assert answer["doctype"] == "Pricing Rule" and len(answer["items"]) == 2
    row = answer["items"][1]["name"]
    changed = school.admin.post(CLIENT + "set_value", {"doctype": "Pricing Rule Item Code", "name": row,
                                                       "fieldname": "uom", "value": "Nos"}).message
    assert changed["doctype"] == "Pricing Rule" and changed["items"][1]["uom"] == "Nos"


@pytest.mark.parametrize("missing, exc_type", [
    ("modified", "TimestampMismatchError"), ("owner", "CannotChangeConstantError"), ("creation", "CannotChangeConstantError")])
def test_save_wants_the_document_as_it_was_read(school, bootcamp, missing, exc_type):
    doc = school.admin.get(CLIENT + "get", {"doctype": "LMS Bootcamp", "name": bootcamp["name"]}).message
    del doc[missing]
    answer = school.admin.post(CLIENT + "save", {"doc": doc})
    assert answer.status == 417 and answer.exc_type == exc_type, answer


def test_save_empties_what_is_not_sent(school):
    made = school.admin.post(CLIENT + "insert", {"doc": {"doctype": "LMS Bootcamp", "title": "Emptied", "license": "CC0",
                                                         "courses": [{"title": "One"}]}}).message
    for key in ("license", "courses"):
        del made[key]
    saved = school.admin.post(CLIENT + "save", {"doc": made}).message
    assert saved["license"] is None and saved["courses"] == []


@pytest.mark.parametrize("falsy", [0, False, "", None])
def test_set_value_stores_nothing_for_what_is_false(school, bootcamp, falsy):
    school.admin.post(CLIENT + "set_value", {"doctype": "LMS Bootcamp", "name": bootcamp["name"], "fieldname": "license",
                                             "value": "CC0"})
    cleared = school.admin.post(CLIENT + "set_value", {"doctype": "LMS Bootcamp", "name": bootcamp["name"],
                                                       "fieldname": "license", "value": falsy}).message
    assert cleared["license"] in (None, "")


def test_set_value_takes_an_object(school, bootcamp):
    for fieldname in ({"license": "A", "price": 5}, '{"license": "A", "price": 5}'):
        message = school.admin.post(CLIENT + "set_value", {"doctype": "LMS Bootcamp", "name": bootcamp["name"],
                                                           "fieldname": fieldname}).message
        assert (message["license"], message["price"]) == ("A", 5.0)


# ---- submit, cancel, rename ------------------------------------------------------------------------------------------
def test_submit_and_cancel(selling):
    doc = invoice(selling)
    submitted = selling.post(CLIENT + "submit", {"doc": doc}).message
    assert submitted["docstatus"] == 1 and "amended_from" in submitted or submitted["docstatus"] == 1
    cancelled = selling.post(CLIENT + "cancel", {"doctype": "Sales Invoice", "name": doc["name"]}).message
    assert cancelled["docstatus"] == 2
    again = selling.post(CLIENT + "cancel", {"doctype": "Sales Invoice", "name": doc["name"]})
    assert again.status == 417 and again.server_messages[0]["message"] == "Cannot edit cancelled document"


def test_submit_takes_a_doclist_as_form(selling):
    import json
    doc = invoice(selling)
    answer = selling.post("/", form={"cmd": "frappe.client.submit", "doclist": json.dumps(doc)})
    assert answer.message["docstatus"] == 1


def test_submit_is_for_what_can_be_submitted(school, bootcamp):
    doc = school.admin.get(CLIENT + "get", {"doctype": "LMS Bootcamp", "name": bootcamp["name"]}).message
    answer = school.admin.post(CLIENT + "submit", {"doc": doc})
    assert answer.status in (403, 417), answer


def test_cancel_of_a_draft(selling):
    doc = invoice(selling)
    answer = selling.post(CLIENT + "cancel", {"doctype": "Sales Invoice", "name": doc["name"]})
    assert answer.status == 417 and answer.exc_type == "DocstatusTransitionError"


def test_students_neither_submit_nor_cancel(selling, student):
    doc = invoice(selling)
    assert student.post(CLIENT + "submit", {"doc": doc}).status == 403
    assert student.post(CLIENT + "cancel", {"doctype": "Sales Invoice", "name": doc["name"]}).status == 403


def test_rename(school):
    made = school.admin.create("User", email="old@people.test", first_name="Old").data
    renamed = school.admin.post(CLIENT + "rename_doc", {"doctype": "User", "old_name": made["name"],
                                                        "new_name": "new@people.test"})
    assert renamed.message == "new@people.test"
    assert school.admin.get("/api/resource/User/new@people.test").data["email"] == "new@people.test"
    assert school.admin.get("/api/resource/User/old@people.test").status == 404


@pytest.mark.parametrize("arguments, status", [
    ({"doctype": "User", "old_name": "nobody@people.test", "new_name": "x@people.test"}, 404),
    ({"doctype": "User", "old_name": "Administrator"}, 417),
    ({"doctype": "User", "old_name": "Administrator", "new_name": "root"}, 417),
    ({"doctype": "Role", "old_name": "Student", "new_name": "<b>"}, 409),
    ({"doctype": "LMS Bootcamp", "old_name": "x", "new_name": "y"}, 404),
    ({"doctype": "Nope", "old_name": "x", "new_name": "y"}, 404)])
def test_renaming_that_cannot_be(school, arguments, status):
    answer = school.admin.post(CLIENT + "rename_doc", arguments)
    assert answer.status == status or answer.status == 417, answer


def test_title_and_name_at_once(school):
    school.admin.create("User", email="title@people.test", first_name="T")
    change = {"doctype": "User", "docname": "title@people.test", "name": "titled@people.test"}
    assert school.admin.post("/api/method/frappe.model.rename_doc.update_document_title", change).message == "titled@people.test"


def test_is_document_amended(selling):
    doc = invoice(selling)
    asked = selling.get(CLIENT + "is_document_amended", {"doctype": "Sales Invoice", "docname": doc["name"]})
    assert asked.json == {"message": False}


# ---- many ------------------------------------------------------------------------------------------------------------
def test_bulk_update_reports_what_failed_and_keeps_the_rest(school):
    names = [school.admin.create("LMS Bootcamp", title=f"Bulk {n}").data["name"] for n in range(2)]
    docs = [{"doctype": "LMS Bootcamp", "docname": names[0], "license": "MIT"},
            {"doctype": "LMS Bootcamp", "docname": "nope", "license": "MIT"},
            {"doctype": "LMS Bootcamp", "docname": names[1], "title": ""}, "x", {"doctype": "LMS Bootcamp"}]
    import json
    for sent in (docs, json.dumps(docs)):
        failed = school.admin.post(CLIENT + "bulk_update", {"docs": sent}).message["failed_docs"]
        assert [one["doc"] for one in failed] == docs[1:]
        assert failed[0]["exc"] == "frappe.exceptions.DoesNotExistError: LMS Bootcamp nope not found"
        assert "MandatoryError" in failed[1]["exc"] and "\n" not in failed[1]["exc"]
    assert school.admin.get(f"/api/resource/LMS Bootcamp/{names[0]}").data["license"] == "MIT"
    assert school.admin.get(f"/api/resource/LMS Bootcamp/{names[1]}").data["title"] == "Bulk 1"


def test_bulk_update_of_what_one_may_not_write(school, bootcamp, student):
    failed = student.post(CLIENT + "bulk_update", {"docs": [{"doctype": "LMS Bootcamp", "docname": bootcamp["name"],
                                                             "license": "mine"}]}).message["failed_docs"]
    assert len(failed) == 1 and "PermissionError" in failed[0]["exc"]
    assert school.admin.get(f"/api/resource/LMS Bootcamp/{bootcamp['name']}").data.get("license") != "mine"


def test_insert_many_has_a_ceiling(school):
    docs = [{"doctype": "LMS Bootcamp", "title": f"Too many {n}"} for n in range(201)]
    assert school.admin.post(CLIENT + "insert_many", {"docs": docs}).status == 417


# ---- rights, secrets -------------------------------------------------------------------------------------------------
def test_has_permission(school, bootcamp, student):
    ask = lambda client, **more: client.get(CLIENT + "has_permission", {
        "doctype": "LMS Bootcamp", "docname": bootcamp["name"], **more})
    assert ask(school.admin, perm_type="write").message == {"has_permission": True}
    assert ask(student, perm_type="write").message == {"has_permission": False}
    assert ask(student).message == {"has_permission": True}
    assert ask(school.admin, perm_type="fly").status == 417
    assert ask(school.admin, docname="nope").status == 404


def test_what_is_hidden_is_not_there(school, student):
    """A draft answers as a document that does not exist, whatever is asked of it."""
    name = school.admin.create("LMS Bootcamp", title="Secret plans").data["name"]
    for method, more in (("has_permission", {}), ("get_doc_permissions", {})):
        ask = lambda docname: student.get(CLIENT + method, {"doctype": "LMS Bootcamp", "docname": docname, **more})
        hidden, missing = ask(name), ask("not-there")
        assert (hidden.status, missing.status) in ((404, 404), (403, 404)), (hidden, missing)
    for hidden in (student.post(f"/api/resource/LMS Bootcamp/{name}", {"run_method": "add_comment", "text": "x"}),
                   student.get(DESK + "form.load.getdoc", {"doctype": "LMS Bootcamp", "name": name}),
                   student.get("/api/method/frappe.share.get_users", {"doctype": "LMS Bootcamp", "name": name})):
        assert hidden.status in (403, 404) and "Secret plans" not in hidden.text, hidden
    assert student.get(CLIENT + "validate_link", {"doctype": "LMS Bootcamp", "docname": name}).message == {"name": None}


def test_comments_are_for_who_may_read_comments(school, bootcamp, student):
    school.admin.post(f"/api/resource/LMS Bootcamp/{bootcamp['name']}", {"run_method": "add_comment", "text": "between us"})
    ask = {"doctype": "LMS Bootcamp", "name": bootcamp["name"]}
    assert "between us" in school.admin.get(DESK + "form.load.getdoc", ask).text
    assert student.get(DESK + "form.load.getdoc", ask).json["docinfo"]["comments"] == []


def test_get_doc_permissions(school, bootcamp, student):
    ask = {"doctype": "LMS Bootcamp", "docname": bootcamp["name"]}
    assert student.get(CLIENT + "get_doc_permissions", ask).message["permissions"]["write"] == 0
    rights = school.admin.get(CLIENT + "get_doc_permissions", ask).message["permissions"]
    assert (rights["read"], rights["write"], rights["delete"], rights["submit"]) == (1, 1, 1, 0)


def test_get_password_is_for_system_managers_and_leaves_a_trace(school, student):
    school.token("sita@people.test")
    ask = {"doctype": "User", "name": "sita@people.test", "fieldname": "api_secret"}
    assert school.admin.post(CLIENT + "get_password", ask).message == school.token("sita@people.test").split(":")[1]
    comments = school.admin.list("Comment", filters={"reference_name": "sita@people.test"}, fields=["content", "owner"])
    assert comments.data == [{"content": "Read the secret api_secret", "owner": "Administrator"}]
    assert student.post(CLIENT + "get_password", ask).status == 403
    assert school.admin.get(CLIENT + "get_password", ask).status == 403
    assert school.admin.post(CLIENT + "get_password", {**ask, "fieldname": "first_name"}).status == 417
    assert school.admin.post(CLIENT + "get_password", {**ask, "name": "nobody"}).status == 404


# ---- links, search ---------------------------------------------------------------------------------------------------
def test_validate_link(school, bootcamp):
    ask = lambda **more: school.admin.get(CLIENT + "validate_link", {"doctype": "LMS Bootcamp", **more})
    assert ask(docname=bootcamp["name"].upper(), fields=["title"]).message == {"name": bootcamp["name"],
                                                                             "title": "Full Stack Web"}
    assert ask(docname="nope", fields=["title"]).message == {"name": None}
    assert ask(docname="nope").message == {"name": None}
    assert ask(docname=bootcamp["name"], fields=["nope"]).status == 417


@pytest.fixture(scope="module")
def partners(school):
    for name in ("Zeta North", "North", "Northern Lights", "South"):
        assert school.admin.create("Sales Partner", partner_name=name, commission_rate=1).status == 200
    return school.admin


def test_search_link_puts_names_that_begin_with_the_text_first(partners):
    ask = lambda **more: [row["value"] for row in partners.get(
        DESK + "search.search_link", {"doctype": "Sales Partner", **more}).message]
    found = ask(txt="north")
    assert set(found[:2]) == {"North", "Northern Lights"} and found[2:] == ["Zeta North"]
    assert ask(txt="nothing like it") == []
    assert len(ask(txt="", page_length="2")) == 2
    assert ask(txt="th", filters={"name": ["like", "S%"]}) == ["South"]
    assert ask(txt="th", filters='[["Sales Partner", "name", "=", "South"]]') == ["South"]


def test_search_link_describes_and_leaves_out_what_is_disabled(school):
    school.admin.create("User", email="shut@people.test", first_name="Shut", last_name="Out", enabled=0)
    school.admin.create("User", email="open@people.test", first_name="Open", last_name="House")
    rows = school.admin.get(DESK + "search.search_link", {"doctype": "User", "txt": "people.test"}).message
    assert {"value": "open@people.test", "description": "Open House"} in rows
    assert not [row for row in rows if row["value"] == "shut@people.test"]


def test_search_link_in_wrong_fields_and_without_rights(partners, student):
    bad = partners.get(DESK + "search.search_link", {"doctype": "Sales Partner", "txt": "x", "searchfield": "a;b"})
    assert bad.status == 417 and bad.exc_type == "DataError"
    assert partners.get(DESK + "search.search_link", {"doctype": "Sales Partner", "searchfield": "nope", "txt": "x"}).status == 417
    assert partners.get(DESK + "search.search_link", {"doctype": "Nope", "txt": "x"}).status == 404
    assert student.get(DESK + "search.search_link", {"doctype": "Customer", "txt": ""}).status == 403


def test_search_widget_gives_arrays(partners):
    rows = partners.get(DESK + "search.search_widget", {"doctype": "Sales Partner", "txt": "South"}).message
    assert rows[0][0] == "South"
    rows = partners.get(DESK + "search.search_widget", {"doctype": "Sales Partner", "txt": "South", "as_dict": "1",
                                                        "filter_fields": '["commission_rate"]'}).message
    assert rows[0]["name"] == "South" and rows[0]["commission_rate"] == 1.0


# ---- reportview ------------------------------------------------------------------------------------------------------
def test_reportview(partners, student):
    ask = {"doctype": "Sales Partner", "fields": '["`tabSales Partner`.`name`", "commission_rate"]',
           "order_by": "`tabSales Partner`.`name` asc", "filters": '[["Sales Partner", "name", "like", "%north%", false]]'}
    got = partners.get(DESK + "reportview.get", ask).message
    assert got == {"keys": ["name", "commission_rate"],
                   "values": [["North", 1.0], ["Northern Lights", 1.0], ["Zeta North", 1.0]], "user_info": {}}
    assert partners.post(DESK + "reportview.get", form=ask).message == got
    assert partners.get(DESK + "reportview.get", {**ask, "filters": '{"name": "nope"}'}).message == []
    rows = partners.get(DESK + "reportview.get_list", {**ask, "start": "1", "page_length": "1"}).message
    assert rows == [{"name": "Northern Lights", "commission_rate": 1.0}]
    assert partners.get(DESK + "reportview.get_count", ask).message == 3
    assert partners.get(DESK + "reportview.get_count", {**ask, "limit": "2"}).message == 2
    assert student.get(DESK + "reportview.get", {"doctype": "Customer"}).status == 403
    assert student.get(DESK + "reportview.get_count", {"doctype": "Customer"}).status == 403


def test_reportview_aggregates(partners):
    got = partners.get(DESK + "reportview.get", {
        "doctype": "Sales Partner", "fields": '["commission_rate"]', "group_by": "commission_rate",
        "aggregate_function": "sum", "aggregate_on_field": "commission_rate"}).message
    assert got["keys"] == ["commission_rate", "_aggregate_column"] and got["values"] == [[1.0, 4.0]]


# ---- methods of documents --------------------------------------------------------------------------------------------
def test_run_method_by_post_needs_write_and_answers_in_data(selling, student):
    doc = invoice(selling)
    path = f"/api/resource/Sales Invoice/{doc['name']}"
    assert selling.get(path, {"run_method": "submit"}).status == 403
    assert student.post(path, {"run_method": "submit"}).status == 403
    answer = selling.post(path, {"run_method": "submit"})
    assert answer.data["docstatus"] == 1
    assert selling.post(path + "?run_method=cancel").data["docstatus"] == 2


def test_a_method_without_a_result_answers_with_nothing(school):
    school.admin.create("User", email="method@people.test", first_name="M")
    answer = school.admin.post("/api/resource/User/method@people.test", {"run_method": "rename", "name": "m2@people.test"})
    assert answer.json == {}
    assert school.admin.get("/api/resource/User/m2@people.test").status == 200


def test_methods_that_are_none(school, bootcamp):
    path = f"/api/resource/LMS Bootcamp/{bootcamp['name']}"
    for answer in (school.admin.get(path, {"run_method": "nope"}), school.admin.post(path, {"run_method": "db_set"})):
        assert answer.status == 404 and answer.exc_type == "DoesNotExistError", answer
    assert school.admin.post(path, {}).status == 417
    missing = school.admin.post(path, {"run_method": "rename"})
    assert missing.status == 417 and missing.exc_type == "FrappeTypeError"
    assert school.admin.post("/api/resource/LMS Bootcamp/nope", {"run_method": "rename", "name": "x"}).status == 404


def test_add_comment_is_the_callers(school, bootcamp, student):
    made = school.admin.post(f"/api/resource/LMS Bootcamp/{bootcamp['name']}",
                             {"run_method": "add_comment", "text": "<b>Hi</b><script>x</script>"}).data
    assert made["owner"] == "Administrator" and "script" not in made["content"]
    add = {"reference_doctype": "LMS Bootcamp", "reference_name": bootcamp["name"], "content": "Nice",
           "comment_email": "Administrator", "comment_by": "Administrator"}
    assert student.post(DESK + "form.utils.add_comment", add).message["comment_email"] == "sita@people.test"
    assert student.post(DESK + "form.utils.add_comment", {**add, "reference_doctype": "Customer"}).status in (403, 404)
    assert student.get(DESK + "form.utils.add_comment", add).status == 403
    assert student.post(f"/api/resource/LMS Bootcamp/{bootcamp['name']}",
                        {"run_method": "add_comment", "text": "no"}).status == 403


def test_run_doc_method(selling):
    doc = invoice(selling)
    answer = selling.post("/api/method/run_doc_method", {"dt": "Sales Invoice", "dn": doc["name"], "method": "submit"})
    assert answer.message["docstatus"] == 1 and answer.json["docs"][0]["docstatus"] == 1
    held = invoice(selling)
    answer = selling.post("/api/method/run_doc_method", {"docs": held, "method": "submit"})
    assert answer.status == 200 and answer.json["docs"][0]["name"] == held["name"]
    stale = selling.post("/api/method/run_doc_method", {"docs": held, "method": "cancel"})
    assert stale.status == 417 and stale.exc_type == "TimestampMismatchError"
    assert selling.post("/api/method/run_doc_method", {"method": "submit"}).status == 417
    unsaved = {"docs": {"doctype": "Sales Invoice", "__islocal": 1, "name": "new-1"}, "method": "add_comment", "text": "x"}
    assert selling.post("/api/method/run_doc_method", unsaved).status == 417
    assert selling.post("/api/method/run_doc_method", {"dt": "Sales Invoice", "dn": held["name"], "method": "x"}).status == 404


# ---- forms -----------------------------------------------------------------------------------------------------------
def test_getdoc_and_getdoctype(school, bootcamp, student):
    answer = school.admin.get(DESK + "form.load.getdoc", {"doctype": "LMS Bootcamp", "name": bootcamp["name"]}).json
    assert answer["docs"][0]["name"] == bootcamp["name"] and answer["docinfo"]["permissions"]["write"] == 1
    metas = student.get(DESK + "form.load.getdoctype", {"doctype": "LMS Bootcamp"}).json["docs"]
    assert [meta["name"] for meta in metas] == ["LMS Bootcamp", "LMS Course"]
    assert student.get(DESK + "form.load.getdoc", {"doctype": "Customer", "name": "x"}).status == 403
    assert school.guest.get(DESK + "form.load.getdoctype", {"doctype": "User"}).status == 403


def test_savedocs(selling):
    import json
    doc = invoice(selling)
    save = lambda doc, action: selling.post(DESK + "form.save.savedocs", form={"doc": json.dumps(doc), "action": action})
    saved = save({**doc, "remarks": "x"}, "Save")
    assert saved.status == 200 and saved.server_messages[0]["message"] == "Saved", saved
    submitted = save(saved.json["docs"][0], "Submit")
    assert submitted.json["docs"][0]["docstatus"] == 1, submitted
    assert save(saved.json["docs"][0], "Cancel").exc_type == "TimestampMismatchError"
    assert save(submitted.json["docs"][0], "Cancel").json["docs"][0]["docstatus"] == 2
    assert save(doc, "Fly").status == 417


# ---- sharing ---------------------------------------------------------------------------------------------------------
def test_sharing_is_for_who_may_share(school, bootcamp, student):
    share = {"doctype": "LMS Bootcamp", "name": bootcamp["name"], "user": "sita@people.test", "read": 1, "write": 1}
    assert student.post("/api/method/frappe.share.add", share).status == 403
    made = school.admin.post("/api/method/frappe.share.add", share).message
    assert (made["user"], made["read"], made["write"], made["share"]) == ("sita@people.test", 1, 1, 0)
    users = school.admin.get("/api/method/frappe.share.get_users", {"doctype": "LMS Bootcamp", "name": bootcamp["name"]})
    assert [(one["user"], one["write"]) for one in users.message] == [("sita@people.test", 1)]
    taken = school.admin.post("/api/method/frappe.share.set_permission", {**share, "permission_to": "write", "value": 0})
    assert taken.message["write"] == 0
    assert school.admin.post("/api/method/frappe.share.set_permission", {**share, "permission_to": "fly"}).status == 417
    school.admin.post("/api/method/frappe.share.set_permission", {**share, "permission_to": "read", "value": 0})
    assert school.admin.get("/api/method/frappe.share.get_users", {"doctype": "LMS Bootcamp", "name": bootcamp["name"]}).message == []
