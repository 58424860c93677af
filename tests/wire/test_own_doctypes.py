"""A school's own DocTypes, fields and permissions by REST: served at once, in every daemon, and refused whole."""
import signal
import subprocess
import threading
import time

import pytest

from conftest import PREAU, Client, free_port

ALL = {"read": 1, "write": 1, "create": 1, "delete": 1, "report": 1, "export": 1, "share": 1, "print": 1, "email": 1}


@pytest.fixture(scope="module")
def school(server):
    return server.new_school("own")


class Neighbour:
    """Another daemon over the same folder of sites."""

    def __init__(self, server):
        self.port = free_port()
        self.process = subprocess.Popen([PREAU, "serve", "--sites", str(server.sites), "--listen",
                                         f"127.0.0.1:{self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def client(self, school):
        token, host = school.token("Administrator"), school.host
        client = Client(type("There", (), {"server": self, "host": host}), token)
        deadline = time.monotonic() + 30
        while True:
            try:
                if client.get("/api/method/ping").status == 200:
                    return client
            except OSError:
                pass
            assert time.monotonic() < deadline and self.process.poll() is None
            time.sleep(0.1)


@pytest.fixture(scope="module")
def second(server):
    neighbour = Neighbour(server)
    yield neighbour
    neighbour.process.send_signal(signal.SIGTERM)
    assert neighbour.process.wait(60) == 0


def define(school, name, *fields, client=None, **more):
    """POST of a DocType; a field is (fieldname, fieldtype, options of the row)."""
    rows = [{"fieldname": f[0], "fieldtype": f[1], **(f[2] if len(f) > 2 else {})} for f in fields]
    document = {"name": name, "module": "Custom", "custom": 1, "fields": rows,
                "permissions": [{"role": "System Manager", **ALL}], **more}
    if document.get("istable"):
        document.pop("permissions")
    return (client or school.admin).post("/api/resource/DocType", document)


def defined(school, name, *fields, **more):
    answer = define(school, name, *fields, **more)
    assert answer.status == 200, answer
    return answer.data


def refused(answer, status=417, words=None):
    assert answer.status == status, answer
    if words:
        assert words in answer.text, answer
    return answer


# ---- made and served ---------------------------------------------------------------------------------------------------


def test_a_new_doctype_is_served_at_once(school):
    made = defined(school, "Room", ("title", "Data", {"reqd": 1}), ("seats", "Int", {"default": "12"}),
                   autoname="field:title")
    assert made["fields"][0]["fieldname"] == "title" and made["custom"] == 1
    room = school.admin.create("Room", title="Ada").data
    assert room["name"] == "Ada" and room["seats"] == 12
    assert school.admin.get("/api/resource/Room/Ada").data["title"] == "Ada"
    assert school.admin.put("/api/resource/Room/Ada", {"seats": 30}).data["seats"] == 30
    assert school.admin.list("Room", filters=[["seats", ">", 20]], fields=["name", "seats"]).data == [
        {"name": "Ada", "seats": 30}]
    assert school.admin.delete("/api/resource/Room/Ada").status == 202
    assert school.admin.list("Room").data == []


def test_a_mandatory_field_of_it_is_mandatory(school):
    defined(school, "Strict Thing", ("title", "Data", {"reqd": 1}))
    assert refused(school.admin.create("Strict Thing")).exc_type == "MandatoryError"


def test_child_tables_and_their_parents(school):
    defined(school, "Trip Stop", ("place", "Data", {"in_list_view": 1}), ("nights", "Int"), istable=1)
    defined(school, "Trip", ("title", "Data"), ("stops", "Table", {"options": "Trip Stop"}))
    trip = school.admin.create("Trip", title="North", stops=[{"place": "Lille", "nights": 2}, {"place": "Gent"}]).data
    assert [(s["place"], s["nights"], s["idx"]) for s in trip["stops"]] == [("Lille", 2, 1), ("Gent", 0, 2)]
    changed = school.admin.put(f"/api/resource/Trip/{trip['name']}", {"stops": [{"place": "Brugge"}]}).data
    assert [s["place"] for s in changed["stops"]] == ["Brugge"]


def test_a_single(school):
    defined(school, "Library Settings", ("days", "Int", {"default": "14"}), ("greeting", "Small Text"), issingle=1)
    assert school.admin.get("/api/resource/Library Settings/Library Settings").data["days"] == 14
    school.admin.put("/api/resource/Library Settings/Library Settings", {"days": 21, "greeting": "Salut"})
    kept = school.admin.get("/api/resource/Library Settings/Library Settings").data
    assert (kept["days"], kept["greeting"]) == (21, "Salut")


VALUES = {
    "Autocomplete": "a", "Attach": "/files/a.pdf", "Attach Image": "/files/a.png", "Barcode": "<svg></svg>", "Check": 1,
    "Code": "x < 1 && y", "Color": "#ff0000", "Currency": 12.5, "Data": "text", "Date": "2026-03-01",
    "Datetime": "2026-03-01 09:05:07", "Duration": 3600, "Float": 0.25, "Geolocation": '{"type":"FeatureCollection"}',
    "HTML Editor": "<p>a</p>", "Icon": "star", "Int": 7, "JSON": '{"a":1}', "Long Int": 9007199254740993,
    "Long Text": "long", "Markdown Editor": "# a", "Percent": 12.5, "Phone": "+32 2 555 12 12", "Rating": 0.8,
    "Read Only": "r", "Select": "B", "Signature": "data:image/png;base64,AA==", "Small Text": "small", "Text": "text",
    "Text Editor": "<p>b</p>", "Time": "11:05:07", "Link": "Administrator", "Dynamic Link": "Administrator",
}
OPTIONS = {"Select": "A\nB", "Link": "User", "Dynamic Link": "kind"}


def fieldname_of(fieldtype):
    return "f_" + fieldtype.lower().replace(" ", "_")


def test_every_fieldtype_goes_round(school):
    layout = ["Section Break", "Column Break", "Tab Break", "Heading", "HTML", "Image", "Button", "Fold"]
    fields = [("kind", "Link", {"options": "DocType"})]
    fields += [(fieldname_of(t), t, {"options": OPTIONS.get(t)}) for t in VALUES]
    fields += [(fieldname_of(t), t) for t in layout] + [("secret", "Password")]
    defined(school, "Every Type", *fields)
    values = {fieldname_of(t): v for t, v in VALUES.items()}
    made = school.admin.create("Every Type", kind="User", secret="s3cret", **values).data
    read = school.admin.get(f"/api/resource/Every Type/{made['name']}").data
    for fieldtype, value in VALUES.items():
        assert str(read[fieldname_of(fieldtype)]).startswith(str(value)), fieldtype
    assert read["secret"] == "*" * 6
    assert not [fieldname_of(t) for t in layout if fieldname_of(t) in read]


def test_labels_make_fieldnames_and_layout_needs_none(school):
    made = school.admin.post("/api/resource/DocType", {
        "name": "Labelled", "custom": 1, "module": "Custom", "fields": [
            {"label": "Level of Difficulty", "fieldtype": "Data"}, {"fieldtype": "Section Break"},
            {"label": "Name", "fieldtype": "Data"}]}).data
    assert [f["fieldname"] for f in made["fields"]] == ["level_of_difficulty", "section_break_2", "name1"]


def test_a_field_added_to_a_doctype_with_documents(school):
    made = defined(school, "Growing", ("title", "Data"))
    old = school.admin.create("Growing", title="old").data["name"]
    made["fields"].append({"fieldname": "size", "fieldtype": "Int", "default": "3"})
    assert school.admin.put("/api/resource/DocType/Growing", {"fields": made["fields"]}).status == 200
    assert school.admin.get(f"/api/resource/Growing/{old}").data["size"] == 3
    assert school.admin.create("Growing", title="new").data["size"] == 3


def test_a_column_gets_wider_never_narrower(school):
    made = defined(school, "Wide", ("a", "Data"), ("n", "Int"))
    school.admin.create("Wide", a="x" * 140, n=5)
    made["fields"][0]["fieldtype"] = "Small Text"
    made["fields"][1]["fieldtype"] = "Float"
    made = school.admin.put("/api/resource/DocType/Wide", {"fields": made["fields"]}).data
    assert school.admin.create("Wide", a="y" * 1000, n=0.5).data["n"] == 0.5
    made["fields"][0]["fieldtype"] = "Data"
    refused(school.admin.put("/api/resource/DocType/Wide", {"fields": made["fields"]}), words="without loss")
    assert school.admin.get("/api/resource/DocType/Wide").data["fields"][0]["fieldtype"] == "Small Text"
    assert len(school.admin.list("Wide", fields=["a"]).data) == 2


def test_naming_series_and_formats(school):
    defined(school, "Ticket", ("title", "Data"), autoname="TCK-.#####")
    assert [school.admin.create("Ticket", title="a").data["name"] for _ in "ab"] == ["TCK-00001", "TCK-00002"]
    defined(school, "Formatted", ("title", "Data"), autoname="format:F-{title}-{###}")
    assert school.admin.create("Formatted", title="x").data["name"] == "F-x-001"


def test_a_submittable_doctype(school):
    defined(school, "Request", ("title", "Data"), is_submittable=1,
            permissions=[{"role": "System Manager", **ALL, "submit": 1, "cancel": 1}])
    fields = school.admin.get("/api/resource/DocType/Request").data["fields"]
    assert [f["fieldname"] for f in fields] == ["title", "amended_from"]
    name = school.admin.create("Request", title="a").data["name"]
    assert school.admin.put(f"/api/resource/Request/{name}", {"docstatus": 1}).data["docstatus"] == 1
    assert refused(school.admin.put(f"/api/resource/Request/{name}", {"title": "b"})).exc_type == "UpdateAfterSubmitError"
    assert school.admin.put(f"/api/resource/Request/{name}", {"docstatus": 2}).status == 200
    assert school.admin.create("Request", title="b", amended_from=name).data["name"] == f"{name}-1"


def test_a_single_with_rows(school):
    defined(school, "Opening Hour", ("day", "Data"), istable=1)
    defined(school, "Desk Settings", ("hours", "Table", {"options": "Opening Hour"}), ("code", "Password"), issingle=1)
    path = "/api/resource/Desk Settings/Desk Settings"
    school.admin.put(path, {"hours": [{"day": "Mon"}, {"day": "Tue"}], "code": "abc"})
    read = school.admin.get(path).data
    assert [h["day"] for h in read["hours"]] == ["Mon", "Tue"] and read["code"] == "***"


def test_a_field_saved_and_deleted_by_itself(school):
    made = defined(school, "Row By Row", ("title", "Data"), ("size", "Data"))
    row = made["fields"][1]
    answer = school.admin.put(f"/api/resource/DocField/{row['name']}", {"fieldtype": "Small Text", "reqd": 1})
    assert answer.status == 200, answer
    assert school.admin.create("Row By Row", title="x", size="y" * 500).status == 200
    refused(school.admin.create("Row By Row", title="x"))
    refused(school.admin.put(f"/api/resource/DocField/{row['name']}", {"fieldname": "owner"}), words="standard column")
    added = school.admin.create("DocField", parent="Row By Row", parenttype="DocType", parentfield="fields",
                                fieldname="third", fieldtype="Int")
    assert added.status == 200, added
    assert school.admin.create("Row By Row", title="x", size="z", third=3).data["third"] == 3
    assert school.admin.delete(f"/api/resource/DocField/{added.data['name']}").status == 202
    assert "third" not in school.admin.list("Row By Row", fields=["*"]).text


def test_kept_answers_follow_the_definition(school):
    defined(school, "Flyer", ("title", "Data"), permissions=[{"role": "Guest", "read": 1}, {"role": "System Manager", **ALL}])
    school.admin.create("Flyer", title="x")
    everything = {"fields": ["*"]}
    for _ in "ab":
        assert "paper" not in school.guest.list("Flyer", **everything).data[0]
    school.admin.create("Custom Field", dt="Flyer", fieldname="paper", label="Paper", fieldtype="Data", default="A4")
    assert "paper" in school.guest.list("Flyer", **everything).data[0]
    school.admin.create("Custom DocPerm", parent="Flyer", role="System Manager", read=1)
    assert school.guest.list("Flyer", **everything).status == 403


def test_the_description_has_it(school):
    defined(school, "Described", ("shelf_mark", "Data"))
    assert "shelf_mark" in school.admin.get("/api/openapi.json").text
    assert "Described" not in school.guest.get("/api/openapi.json").text


def test_a_custom_field_on_rows_of_a_tree(school):
    school.admin.create("Custom Field", dt="LMS Lesson", fieldname="level", label="Level", fieldtype="Select",
                        options="\nEasy\nHard")
    tree = school.admin.create("LMS Bootcamp", title="Levels", courses=[
        {"title": "One", "lessons": [{"title": "A", "content_type": "Text", "level": "Hard"}]}]).data
    assert tree["courses"][0]["lessons"][0]["level"] == "Hard"
    assert school.admin.list("LMS Lesson", filters={"level": "Hard"}, fields=["title"]).data == [{"title": "A"}]
    lesson = tree["courses"][0]["lessons"][0]["name"]
    refused(school.admin.put(f"/api/resource/LMS Lesson/{lesson}", {"level": "Odd"}))


# ---- permissions ---------------------------------------------------------------------------------------------------------


def test_permissions_hold_at_once(school):
    student = school.client(school.add_user("perm@own.test"))
    defined(school, "Noticeboard", ("title", "Data"))
    assert student.list("Noticeboard").status == 403
    made = school.admin.get("/api/resource/DocType/Noticeboard").data
    made["permissions"].append({"role": "All", "read": 1, "write": 0, "create": 0, "delete": 0})
    assert school.admin.put("/api/resource/DocType/Noticeboard", {"permissions": made["permissions"]}).status == 200
    assert student.list("Noticeboard").status == 200
    assert student.create("Noticeboard", title="x").status == 403


def test_custom_docperm_replaces_them(school):
    student = school.client(school.add_user("custom-perm@own.test"))
    defined(school, "Rulebook", ("title", "Data"))
    row = school.admin.create("Custom DocPerm", parent="Rulebook", role="All", read=1, create=1).data
    assert student.create("Rulebook", title="x").status == 200
    school.admin.delete(f"/api/resource/Custom DocPerm/{row['name']}")
    assert student.list("Rulebook").status == 403


def test_custom_docperm_on_a_doctype_of_the_program(school):
    student = school.client(school.add_user("item-perm@own.test"))
    assert student.list("Sales Partner").status in (200, 403)
    before = student.create("Content Translation", reference_doctype="LMS Bootcamp", reference_name="x")
    assert before.status == 403
    row = school.admin.create("Custom DocPerm", parent="Role", role="All", read=1).data
    assert student.list("Role").status == 200
    school.admin.delete(f"/api/resource/Custom DocPerm/{row['name']}")
    assert student.list("Role").status == 403


def test_only_system_managers_define(school):
    student = school.client(school.add_user("nobody@own.test"))
    assert define(school, "Mine", ("title", "Data"), client=student).status == 403
    manager = school.client(school.add_user("boss@own.test", "System Manager"))
    assert define(school, "Managed", ("title", "Data"), client=manager).status == 200
    assert manager.create("Managed", title="x").status == 200


# ---- other daemons -------------------------------------------------------------------------------------------------------


def test_another_daemon_sees_it_within_a_second(school, server, second):
    other = second.client(school)
    assert other.get("/api/resource/Everywhere").status == 404
    defined(school, "Everywhere", ("title", "Data"))
    deadline = time.monotonic() + 2.5
    while other.get("/api/resource/Everywhere").status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert other.create("Everywhere", title="x").status == 200


# ---- Custom Field and Property Setter ------------------------------------------------------------------------------------


def test_a_custom_field_on_a_doctype_of_the_program(school):
    made = school.admin.create("Custom Field", dt="Customer", label="VAT Number", fieldtype="Data",
                               insert_after="customer_name").data
    assert made["name"] == "Customer-vat_number"
    customer = school.admin.create("Customer", customer_name="ACME", vat_number="BE 0").data
    assert customer["vat_number"] == "BE 0"
    keys = list(customer)
    assert keys.index("vat_number") == keys.index("customer_name") + 1
    found = school.admin.list("Customer", filters={"vat_number": "BE 0"}, fields=["vat_number"]).data
    assert found == [{"vat_number": "BE 0"}]
    assert school.admin.delete("/api/resource/Custom Field/Customer-vat_number").status == 202
    assert "vat_number" not in school.admin.get(f"/api/resource/Customer/{customer['name']}").data


def test_hooks_still_run_where_a_custom_field_was_added(school):
    school.admin.create("Custom Field", dt="LMS Bootcamp", label="Campus", fieldtype="Data")
    made = school.admin.create("LMS Bootcamp", title="With a Campus", campus="Gent").data
    assert (made["name"], made["campus"]) == ("with-a-campus", "Gent")
    guest = school.guest.list("LMS Bootcamp", fields=["name"])
    assert guest.status == 200 and "with-a-campus" not in guest.text


@pytest.mark.parametrize("more, words", [
    ({"dt": "Customer", "label": "Customer Name", "fieldname": "customer_name"}, "already"),
    ({"dt": "Customer", "label": "x", "fieldname": "owner"}, "standard column"),
    ({"dt": "Customer", "label": "x", "fieldname": "1 bad"}, "fieldname"),
    ({"dt": "Customer", "label": "x", "fieldtype": "Link", "options": "Nope"}, "Nope"),
    ({"dt": "DocType", "label": "x"}, "Custom Fields"),
    ({"dt": "Nope", "label": "x"}, "Nope"),
])
def test_custom_fields_that_are_refused(school, more, words):
    refused(school.admin.create("Custom Field", **{"fieldtype": "Data", **more}), words=words)


def test_a_property_setter(school):
    defined(school, "Settable", ("title", "Data"), ("size", "Select", {"options": "S\nM"}))
    school.admin.create("Property Setter", doctype_or_field="DocField", doc_type="Settable", field_name="title",
                        property="reqd", property_type="Check", value="1")
    assert refused(school.admin.create("Settable", size="S")).exc_type == "MandatoryError"
    school.admin.create("Property Setter", doctype_or_field="DocField", doc_type="Settable", field_name="size",
                        property="options", value="S\nM\nL")
    assert school.admin.create("Settable", title="a", size="L").status == 200
    school.admin.delete("/api/resource/Property Setter/Settable-title-reqd")
    assert school.admin.create("Settable", size="S").status == 200


def test_a_property_setter_can_make_a_column_wider(school):
    defined(school, "Stretched", ("title", "Data"))
    refused(school.admin.create("Stretched", title="x" * 200))
    school.admin.create("Property Setter", doctype_or_field="DocField", doc_type="Stretched", field_name="title",
                        property="length", value="255")
    assert school.admin.create("Stretched", title="x" * 200).status == 200


# ---- refusals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["LMS Lesson", "lms lesson", "USER", "Us\u00e9r"])
def test_names_of_the_program_are_taken(school, name):
    assert refused(define(school, name, ("title", "Data")), 409).exc_type == "DuplicateEntryError"


def test_a_name_of_ones_own_is_taken_in_any_case(school):
    defined(school, "Taken Once", ("title", "Data"))
    assert refused(define(school, "taken once", ("other", "Data")), 409).exc_type == "DuplicateEntryError"
    assert [f["fieldname"] for f in school.admin.get("/api/resource/DocType/Taken Once").data["fields"]] == ["title"]


@pytest.mark.parametrize("name", ["preau_change_log", "import_file", "Singles", "series", "Sessions", "__Auth", "x" * 62,
                                  "9 Lives", "a/b", "Caf\u00e9", "semi;colon", "back`tick", "dot.ted"])
def test_names_that_no_doctype_can_have(school, name):
    refused(define(school, name, ("title", "Data")))


@pytest.mark.parametrize("fieldname", ["name", "owner", "creation", "modified", "modified_by", "docstatus", "idx",
                                       "parent", "parentfield", "parenttype", "doctype", "_user_tags", "_comments",
                                       "_assign", "_liked_by", "has space", "sem;i", "1st", "x" * 65])
def test_fieldnames_that_no_field_can_have(school, fieldname):
    refused(define(school, "Badly Named", (fieldname, "Data")))
    assert school.admin.get("/api/resource/DocType/Badly Named").status == 404


@pytest.mark.parametrize("fields, words", [
    ([("a", "Data"), ("A", "Int")], "twice"),
    ([("a", "Nonsense")], "Fieldtype"),
    ([("a", "Link")], "Options"),
    ([("a", "Link", {"options": "Nope"})], "Nope"),
    ([("a", "Table", {"options": "User"})], "child"),
    ([("a", "Table")], "Options"),
    ([("a", "Dynamic Link", {"options": "b"})], "Options"),
    ([("a", "Select", {"options": "x\ny", "default": "z"})], "none of the options"),
    ([("a", "Check", {"default": "2"})], "0 or 1"),
    ([("a", "Long Text", {"unique": 1})], "unique"),
    ([("a", "Data", {"length": 5000})], "length"),
    ([("a", "Data", {"fetch_from": "b.c"})], "fetch_from"),
    ([("a", "Data", {"hidden": 1, "reqd": 1})], "default"),
])
def test_fields_that_make_no_sense(school, fields, words):
    refused(define(school, "Senseless", *fields), words=words)
    assert school.admin.get("/api/resource/Senseless").status == 404


@pytest.mark.parametrize("more, words", [
    ({"title_field": "nope"}, "title_field"),
    ({"search_fields": "a,nope"}, "search_fields"),
    ({"autoname": "field:nope"}, "nope"),
    ({"autoname": "naming_series:"}, "naming_series"),
    ({"autoname": "what is this"}, "autoname"),
    ({"istable": 1, "issingle": 1}, "Single"),
    ({"custom": 0}, "custom"),
    ({"is_virtual": 1}, "is_virtual"),
    ({"permissions": [{"role": "Nope", "read": 1}]}, "Nope"),
    ({"permissions": [{"role": "All", "read": 1}, {"role": "All", "read": 1}]}, "one permission"),
    ({"permissions": [{"role": "All", "read": 1, "submit": 1}]}, "is_submittable"),
])
def test_doctypes_that_make_no_sense(school, more, words):
    refused(define(school, "Senseless", ("a", "Data"), **more), words=words)
    assert school.admin.get("/api/resource/Senseless").status == 404


def test_too_many_fields_for_a_row_leave_nothing_behind(school):
    answer = define(school, "Too Wide", *[(f"f{i}", "Data") for i in range(150)])
    refused(answer, words="Small Text")
    assert school.admin.get("/api/resource/DocType/Too Wide").status == 404
    assert school.admin.get("/api/resource/Too Wide").status == 404
    assert define(school, "Too Wide", *[(f"f{i}", "Small Text") for i in range(150)]).status == 200


def test_a_unique_field_that_is_not_leaves_the_definition_as_it_was(school):
    made = defined(school, "Doubles", ("code", "Data"))
    for _ in "ab":
        school.admin.create("Doubles", code="same")
    made["fields"][0]["unique"] = 1
    refused(school.admin.put("/api/resource/DocType/Doubles", {"fields": made["fields"]}), words="unique")
    assert school.admin.get("/api/resource/DocType/Doubles").data["fields"][0]["unique"] == 0
    assert school.admin.create("Doubles", code="same").status == 200


def test_twenty_at_once_make_one(school):
    answers = []

    def one(number):
        answers.append(define(school, "Contested", (f"field_{number}", "Data"), client=school.client("Administrator")))

    school.token("Administrator")
    threads = [threading.Thread(target=one, args=(i,)) for i in range(20)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(a.status for a in answers) == [200] + [409] * 19
    winner = next(a for a in answers if a.status == 200).data["fields"][0]["fieldname"]
    assert school.admin.create("Contested", **{winner: "x"}).data[winner] == "x"


def test_nobody_notices_a_table_that_changes(school):
    made = defined(school, "Busy", ("title", "Data"))
    answers, over = [], threading.Event()

    def work():
        client = school.client("Administrator")
        while not over.is_set():
            name = client.create("Busy", title="x")
            answers.append(name)
            answers.append(client.list("Busy", fields=["*"], limit_page_length=5))
            if name.status == 200:
                answers.append(client.put(f"/api/resource/Busy/{name.data['name']}", {"title": "y"}))

    school.token("Administrator")
    threads = [threading.Thread(target=work) for _ in range(3)]
    [t.start() for t in threads]
    changes = []
    for i in range(6):
        row = {"fieldname": f"more_{i}", "fieldtype": ["Data", "Int", "Text"][i % 3]}
        made = school.admin.get("/api/resource/DocType/Busy").data
        changes.append(school.admin.put("/api/resource/DocType/Busy", {"fields": made["fields"] + [row]}))
    over.set()
    [t.join() for t in threads]
    assert [a.status for a in changes] == [200] * 6
    assert [a for a in answers if a.status != 200] == []
    assert len(answers) > 20


# ---- those of the program ------------------------------------------------------------------------------------------------


def test_doctypes_of_the_program_can_be_read(school):
    lesson = school.admin.get("/api/resource/DocType/LMS Lesson").data
    assert lesson["name"] == "LMS Lesson" and lesson["istable"] == 1
    assert {"title", "content", "video_url"} <= {f["fieldname"] for f in lesson["fields"]}


def test_lists_of_doctypes_have_both(school):
    defined(school, "Listed Too", ("title", "Data"))
    names = [d["name"] for d in school.admin.list("DocType", limit_page_length=0).data]
    assert {"LMS Lesson", "User", "Listed Too"} <= set(names) and len(names) == len(set(names))
    found = school.admin.list("DocType", filters={"name": ["like", "lms les%"]}, fields=["name", "istable", "module"]).data
    assert found == [{"name": "LMS Lesson", "istable": 1, "module": "LMS"}]
    assert school.admin.list("DocType", filters={"custom": 1, "name": "Listed Too"}, fields=["*"]).data[0]["custom"] == 1
    count = school.admin.get("/api/v2/doctype/DocType/count").data
    assert count == len(names)


@pytest.mark.parametrize("verb", ["put", "delete"])
def test_and_not_changed(school, verb):
    path = "/api/resource/DocType/LMS Lesson"
    answer = school.admin.put(path, {"title_field": "slug"}) if verb == "put" else school.admin.delete(path)
    refused(answer, words="belongs to the program")


# ---- gone and renamed ----------------------------------------------------------------------------------------------------


def test_a_deleted_doctype_is_gone_and_its_documents_come_back_with_it(school):
    defined(school, "Phoenix", ("title", "Data"))
    school.admin.create("Phoenix", title="ash")
    assert school.admin.delete("/api/resource/DocType/Phoenix").status == 202
    assert school.admin.list("Phoenix").status == 404
    answer = define(school, "Phoenix", ("title", "Data"), ("wings", "Int"))
    assert answer.status == 200 and "are back" in answer.text
    assert [d["title"] for d in school.admin.list("Phoenix", fields=["title"]).data] == ["ash"]


def test_a_doctype_that_another_uses_stays(school):
    defined(school, "Kept Child", ("a", "Data"), istable=1)
    defined(school, "Keeper", ("rows", "Table", {"options": "Kept Child"}))
    assert refused(school.admin.delete("/api/resource/DocType/Kept Child")).exc_type == "LinkExistsError"


def test_renaming_takes_documents_rows_and_links_along(school):
    defined(school, "Old Row", ("a", "Data"), istable=1)
    defined(school, "Old Name", ("title", "Data"), ("rows", "Table", {"options": "Old Row"}), autoname="field:title")
    defined(school, "Pointing", ("to", "Link", {"options": "Old Name"}))
    school.admin.create("Old Name", title="x", rows=[{"a": "1"}])
    school.admin.create("Pointing", to="x")
    answer = school.admin.post("/api/method/frappe.client.rename_doc",
                               {"doctype": "DocType", "old_name": "Old Name", "new_name": "New Name"})
    assert answer.status == 200, answer
    assert school.admin.get("/api/resource/Old Name").status == 404
    assert [r["a"] for r in school.admin.get("/api/resource/New Name/x").data["rows"]] == ["1"]
    assert school.admin.create("Pointing", to="x").status == 200
    assert refused(school.admin.create("Pointing", to="nope")).exc_type == "LinkValidationError"


# ---- names that are numbers ----------------------------------------------------------------------------------------------


def test_autoincrement_names_are_numbers(school):
    defined(school, "Booking Log", ("title", "Data"), autoname="autoincrement")
    made = [school.admin.create("Booking Log", title=t).data["name"] for t in "ab"]
    assert made == [1, 2]
    assert school.admin.get("/api/resource/Booking Log/2").data["title"] == "b"
    assert school.admin.get("/api/resource/Booking Log/2b").status == 404
    assert school.admin.list("Booking Log", fields=["name"], order_by="name asc").data == [{"name": 1}, {"name": 2}]
    assert school.admin.list("Booking Log", filters=[["name", ">", 1]], fields=["name"]).data == [{"name": 2}]
    assert school.admin.put("/api/resource/Booking Log/1", {"title": "c"}).data["title"] == "c"
    defined(school, "Booking Note", ("log", "Link", {"options": "Booking Log"}))
    assert school.admin.create("Booking Note", log="1").status == 200
    assert refused(school.admin.create("Booking Note", log="7")).exc_type == "LinkValidationError"
    assert school.admin.delete("/api/resource/Booking Log/2").status == 202
    refused(school.admin.put("/api/resource/DocType/Booking Log", {"autoname": "hash"}))


def test_an_autoincrement_doctype_has_rows(school):
    defined(school, "Counted Row", ("a", "Data"), istable=1)
    defined(school, "Counted", ("rows", "Table", {"options": "Counted Row"}), autoname="autoincrement")
    made = school.admin.create("Counted", rows=[{"a": "1"}, {"a": "2"}]).data
    assert [r["a"] for r in school.admin.get(f"/api/resource/Counted/{made['name']}").data["rows"]] == ["1", "2"]
    assert school.admin.list("Counted", fields=["name", "rows.a"]).data[0]["name"] == made["name"]


def test_a_document_naming_rule_names_what_fits(school):
    defined(school, "Letter", ("kind", "Select", {"options": "In\nOut"}), autoname="LTR-.####")
    school.admin.create("Document Naming Rule", document_type="Letter", prefix="OUT-.YYYY.-", prefix_digits=4, priority=1,
                        conditions=[{"field": "kind", "condition": "=", "value": "Out"}])
    year = school.admin.create("Letter", kind="Out").data["name"]
    assert year.startswith("OUT-20") and year.endswith("-0001")
    assert school.admin.create("Letter", kind="Out").data["name"].endswith("-0002")
    assert school.admin.create("Letter", kind="In").data["name"] == "LTR-0001"
    rule = school.admin.list("Document Naming Rule", filters={"document_type": "Letter"}, fields=["name", "counter"]).data[0]
    assert rule["counter"] == 2
    school.admin.put(f"/api/resource/Document Naming Rule/{rule['name']}", {"disabled": 1})
    assert school.admin.create("Letter", kind="Out").data["name"] == "LTR-0002"


def test_a_bare_site_has_the_doctypes_of_core_and_leaves_the_other_names_free(server):
    bare = server.new_school("bare", "--bare")
    names = {row["name"] for row in bare.admin.list("DocType", limit_page_length=0).data}
    assert {"User", "Role", "File", "School Settings"} <= names and not {"LMS Bootcamp", "Item", "Purchase"} & names
    assert bare.admin.get("/api/resource/LMS Bootcamp").status == 404
    defined(bare, "LMS Bootcamp", ("motto", "Data"))
    assert bare.admin.create("LMS Bootcamp", motto="ours").data["motto"] == "ours"
    refused(define(bare, "User", ("motto", "Data")), 409)
    for page in ("/", "/bootcamps/x", "/me", "/api/openapi.json"):
        assert bare.guest.get(page).status < 500
