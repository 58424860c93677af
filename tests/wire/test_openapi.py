"""/api/openapi.json: what each caller is told, and that it is so. An independent validator judges the documents in
tests/browser/test_openapi_valid.py."""
import json
import re
import urllib.parse

import pytest

WHO = ["guest", "student", "influencer", "instructor", "manager"]
VERBS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def callers(school):
    people = {"student": "Student", "influencer": "Influencer", "instructor": "Instructor", "manager": "System Manager"}
    clients = {who: school.client(school.add_user(f"{who}@x.test", role)) for who, role in people.items()}
    return {"guest": school.guest, **clients}


def read(client):
    answer = client.get("/api/openapi.json")
    assert answer.status == 200 and answer.header("Content-Type") == "application/json", answer
    return answer.json


@pytest.fixture(scope="module")
def documents(callers):
    return {who: read(client) for who, client in callers.items()}


def operations(document):
    for path, item in document["paths"].items():
        for verb in VERBS:
            if verb in item:
                yield path, verb, item[verb]


def doctypes(document):
    return [tag["name"] for tag in document["tags"] if tag["name"] != "Methods"]


def references(value):
    if isinstance(value, dict):
        yield from ([value["$ref"]] if "$ref" in value else [])
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from references(inner)


# ---- its shape ----

@pytest.mark.parametrize("who", WHO)
def test_every_reference_leads_somewhere(documents, who):
    for reference in set(references(documents[who])):
        at = documents[who]
        for key in reference.removeprefix("#/").split("/"):
            at = at[key]
        assert at


@pytest.mark.parametrize("who", WHO)
def test_operation_ids_are_unique(documents, who):
    ids = [operation["operationId"] for _, _, operation in operations(documents[who])]
    assert len(ids) == len(set(ids)) > 50


def test_operation_ids_are_the_same_for_everybody(documents):
    ids = {who: {(path, verb): o["operationId"] for path, verb, o in operations(documents[who])} for who in WHO}
    for who in WHO:
        assert {place: ids["manager"].get(place, name) for place, name in ids[who].items()} == ids[who]


def test_names_that_clients_are_generated_from(documents):
    ids = {o["operationId"]: (verb, path) for path, verb, o in operations(documents["manager"])}
    assert ids["list_LMS_Bootcamp"] == ("get", "/api/resource/LMS%20Bootcamp")
    assert ids["update_LMS_Bootcamp"] == ("put", "/api/resource/LMS%20Bootcamp/{name}")
    assert ids["v2.patch_LMS_Bootcamp"] == ("patch", "/api/v2/document/LMS%20Bootcamp/{name}")
    assert ids["v2.count_LMS_Bootcamp"] == ("get", "/api/v2/doctype/LMS%20Bootcamp/count")
    assert ids["read_School_Settings"] == ("get", "/api/resource/School%20Settings/School%20Settings")
    assert ids["call.lms.catalogue.get"] == ("get", "/api/method/lms.catalogue")


def test_a_field_is_described_by_its_declaration(documents):
    fields = documents["manager"]["components"]["schemas"]["LMS_Lesson"]["properties"]
    assert fields["content_type"]["enum"] == ["Text", "Video", "Lab", None]
    assert fields["title"]["maxLength"] == 255 and fields["title"]["description"].startswith("Title.")
    assert fields["is_free_preview"]["enum"] == [0, 1]
    assert fields["bootcamp"]["readOnly"] and fields["bootcamp"]["x-link"] == "LMS Bootcamp"
    assert "pattern" in fields["modified"] and fields["modified"]["readOnly"]
    tree = documents["manager"]["components"]["schemas"]["LMS_Bootcamp.input"]["properties"]
    assert tree["courses"]["items"] == {"$ref": "#/components/schemas/LMS_Course.input"}
    assert "total_lessons" not in tree and "modified" not in tree
    assert tree["price"]["format"] == "decimal"
    assert documents["manager"]["components"]["schemas"]["LMS_Lesson.input"]["properties"]["published"]["default"] == 1
    made = documents["manager"]["paths"]["/api/resource/LMS%20Lesson"]["post"]["requestBody"]
    assert set(made["content"]["application/json"]["schema"]["required"]) >= {"title", "parent"}


def test_arguments_of_a_method_are_described(documents):
    outline = documents["guest"]["paths"]["/api/method/lms.outline"]
    given = {p["name"]: p for p in outline["get"]["parameters"]}
    assert given["bootcamp"]["required"] and not given["language"]["required"]
    assert outline["post"]["requestBody"]["content"]["application/json"]["schema"]["required"] == ["bootcamp"]


# ---- who is told what ----

def test_a_guest_is_told_of_the_catalogue_alone(documents):
    assert doctypes(documents["guest"]) == ["Item", "LMS Bootcamp", "LMS Course", "LMS Lesson"]
    assert {verb for path, verb, _ in operations(documents["guest"]) if "/method/" not in path} == {"get"}


def hidden_words(documents, who):
    """What a manager is told by name and `who` is not: DocTypes, fields of what both see, methods."""
    manager, other = documents["manager"], documents[who]
    yield from (f'"{name}"' for name in set(doctypes(manager)) - set(doctypes(other)))
    yield from (urllib.parse.quote(name) for name in set(doctypes(manager)) - set(doctypes(other)) if " " in name)
    yield from (f'"{path}"' for path in set(manager["paths"]) - set(other["paths"]))


@pytest.mark.parametrize("who", WHO[:-1])
def test_no_word_of_what_a_caller_may_not_see(callers, documents, who):
    text = callers[who].get("/api/openapi.json").text
    words = list(hidden_words(documents, who))
    assert len(words) > 100 and [word for word in words if word in text] == []


def test_fields_that_rules_keep_are_not_named(documents):
    fields = {who: set(documents[who]["components"]["schemas"]["LMS_Lesson"]["properties"]) for who in WHO}
    assert {"answer", "answer_type"} & fields["guest"] == set() == {"answer", "answer_type"} & fields["student"]
    assert {"answer", "answer_type"} <= fields["instructor"] and {"answer", "answer_type"} <= fields["manager"]
    assert "content" in fields["guest"]
    commission = documents["influencer"]["components"]["schemas"]["Sales_Commission"]["properties"]
    assert {"sales_invoice", "reason", "modified_by"} & set(commission) == set() and "amount" in commission
    assert "sales_invoice" in documents["manager"]["components"]["schemas"]["Sales_Commission"]["properties"]


def test_what_everybody_may_call_says_so(documents):
    manager = documents["manager"]["paths"]
    assert {} in manager["/api/resource/LMS%20Bootcamp"]["get"]["security"]
    assert "security" not in manager["/api/resource/LMS%20Bootcamp"]["post"]
    assert {} in manager["/api/method/ping"]["get"]["security"]
    assert "security" not in manager["/api/resource/User"]["get"]
    assert all({} in o["security"] for _, _, o in operations(documents["guest"]))


# ---- it is so ----

@pytest.mark.parametrize("who", WHO)
def test_every_list_that_is_described_is_given(callers, documents, who):
    refused = []
    for path, verb, operation in operations(documents[who]):
        if not re.match(r"(v2\.)?(list|count)_", operation["operationId"]):
            continue
        query = {"limit": 1, "fields": '["*"]'}
        if any(p["$ref"].endswith("/parent") for p in operation["parameters"]):
            query["parent"] = parent_of(documents[who], operation["tags"][0])
        answer = callers[who].get(path, query)
        if answer.status != 200:
            refused.append((path, answer))
    assert refused == []


def parent_of(document, child):
    reference = {"$ref": "#/components/schemas/" + child.replace(" ", "_")}
    for schema in document["components"]["schemas"].values():
        for field in schema["properties"].values():
            if field.get("items") == reference:
                return schema["title"]
    raise AssertionError(f"no table holds {child}")


@pytest.mark.parametrize("who", WHO)
def test_a_document_that_is_missing_is_missing(callers, documents, who):
    """Or refused, where a document of somebody else would be."""
    told = (404,) if who in ("guest", "manager") else (403, 404)
    for path, verb, operation in operations(documents[who]):
        if operation["operationId"].startswith(("read_", "v2.read_")) and "{name}" in path:
            answer = callers[who].get(path.replace("{name}", "none-of-this-name"))
            assert answer.status in told, (path, answer)


@pytest.mark.parametrize("who", WHO[:-1])
def test_what_is_not_described_is_refused(callers, documents, who):
    """Lists of DocTypes and methods that a manager is told of and this caller is not."""
    given = []
    for path, verb, operation in operations(documents["manager"]):
        if verb == "get" and path not in documents[who]["paths"] and "{" not in path and not path.endswith("/meta"):
            answer = callers[who].get(path, {"parent": "User"})
            if answer.status not in (403, 404, 417) and answer.status == 200 and answer.json.get("data") != []:
                given.append((path, answer))
    assert given == []


# ---- as it changes ----

def test_it_is_of_this_school_and_this_address(school, server):
    other = server.new_school("other", "--title", "École du Midi", "--language", "fr")
    document = read(other.guest)
    assert document["info"]["title"] == "École du Midi"
    assert document["servers"] == [{"url": f"http://{other.host}"}]
    school.configure(host_name="https://school.example.org")
    assert read(school.guest)["servers"] == [{"url": "https://school.example.org"}]
    school.configure(host_name=None)


def test_browsers_keep_it_and_ask_again(callers):
    for who in ("guest", "manager"):
        first = callers[who].get("/api/openapi.json")
        assert first.header("ETag") and "no-store" not in first.header("Cache-Control")
        again = callers[who].get("/api/openapi.json", headers={"If-None-Match": first.header("ETag")})
        assert (again.status, again.body) == (304, b"")
    assert first.header("Cache-Control") == "private, no-cache"
    other = callers["student"].get("/api/openapi.json", headers={"If-None-Match": first.header("ETag")})
    assert other.status == 200 and other.header("ETag") != first.header("ETag")


def test_the_same_rights_make_the_same_document(school, callers):
    twin = school.client(school.add_user("twin@x.test", "Student"))
    tags = [client.get("/api/openapi.json").header("ETag") for client in (twin, callers["student"])]
    assert tags[0] == tags[1]


def test_a_role_that_is_given_shows_at_once(school):
    client = school.client(school.add_user("rising@x.test", "Student"))
    assert "Sales Partner" not in doctypes(read(client))
    user = school.admin.get("/api/resource/User/rising@x.test").data
    school.admin.put("/api/resource/User/rising@x.test", {"roles": user["roles"] + [{"role": "System Manager"}]})
    assert "Sales Partner" in doctypes(read(client))


def test_a_doctype_of_the_schools_own_is_described(school, callers):
    before = callers["student"].get("/api/openapi.json").header("ETag")
    made = school.admin.post("/api/resource/DocType", {
        "name": "Summer_School 2-b", "module": "Custom", "custom": 1, "autoname": "field:title",
        "fields": [{"fieldname": "title", "fieldtype": "Data", "reqd": 1, "label": "Titre"},
                   {"fieldname": "level", "fieldtype": "Select", "options": "Débutant\nExpert"},
                   {"fieldname": "hidden_cost", "fieldtype": "Currency", "permlevel": 1}],
        "permissions": [{"role": "System Manager", "read": 1, "write": 1, "create": 1, "delete": 1},
                        {"role": "System Manager", "read": 1, "write": 1, "permlevel": 1},
                        {"role": "Student", "read": 1, "write": 0, "create": 0, "delete": 0}]})
    assert made.status == 200, made
    key = "Summer.5FSchool_2-b"
    documents = {who: read(callers[who]) for who in WHO}
    assert key not in documents["guest"]["components"]["schemas"]
    student = documents["student"]["components"]["schemas"]
    assert student[key]["properties"]["level"]["enum"] == ["Débutant", "Expert", "", None]
    assert "hidden_cost" not in student[key]["properties"] and key + ".input" not in student
    manager = documents["manager"]
    assert "hidden_cost" in manager["components"]["schemas"][key + ".input"]["properties"]
    path = "/api/resource/Summer_School%202-b"
    assert manager["paths"][path]["post"]["operationId"] == f"create_{key}"
    assert callers["student"].get(path).status == 200
    assert callers["student"].get("/api/openapi.json").header("ETag") != before


def test_a_custom_field_is_described(school, callers):
    school.admin.post("/api/resource/Custom Field", {"dt": "LMS Bootcamp", "fieldname": "city", "label": "City",
                                                     "fieldtype": "Data", "length": 60})
    field = read(callers["guest"])["components"]["schemas"]["LMS_Bootcamp"]["properties"]["city"]
    assert field["maxLength"] == 60 and field["description"] == "City."


def test_what_is_shared_with_a_caller_is_described(school, callers):
    name = school.admin.create("Role", role_name="Shared role").data["name"]
    assert "Role" not in doctypes(read(callers["student"]))
    share = school.admin.post("/api/method/frappe.share.add", {"doctype": "Role", "name": name, "user": "student@x.test"})
    assert share.status == 200, share
    assert "Role" in doctypes(read(callers["student"]))
    school.admin.delete(f"/api/resource/DocShare/{share.message['name']}")
    assert "Role" not in doctypes(read(callers["student"]))


# ---- methods of documents, many documents ----

def test_methods_of_documents_are_addresses_of_their_own(documents):
    paths = documents["manager"]["paths"]
    rename = paths["/api/v2/document/Customer/{name}/method/rename"]["post"]
    schema = rename["requestBody"]["content"]["application/json"]["schema"]
    assert schema["required"] == ["name"] and {"merge", "force"} <= set(schema["properties"])
    assert "/api/v2/document/Customer/{name}/method/submit" not in paths
    assert {"submit", "cancel", "add_comment"} <= {p.rsplit("/", 1)[1] for p in paths if p.startswith("/api/v2/document/Sales%20Invoice/{name}/method/")}
    assert not any("/method/" in path for path in documents["guest"]["paths"] if path.startswith("/api/v2/document/"))


def test_many_documents_at_once_are_described_as_they_answer(callers, documents):
    paths = documents["manager"]["paths"]
    update = paths["/api/v2/document/Role/bulk_update"]["post"]
    outcome = update["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["data"]
    answer = callers["manager"].post("/api/v2/document/Role/bulk_update", {"docs": [{"name": "Nobody"}]}).json["data"]
    assert set(outcome["required"]) <= set(answer)
    delete = paths["/api/v2/document/Role/bulk_delete"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert delete["required"] == ["names"]
    assert callers["manager"].post("/api/v2/document/Role/bulk_delete", {"names": ["Nobody"]}).json["data"]["failure_count"] == 1
    assert "/api/v2/document/LMS%20Bootcamp/bulk_update" not in documents["student"]["paths"]
