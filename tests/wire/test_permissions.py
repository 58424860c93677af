"""Permissions as data: User Permissions, shares, permlevels, owners, roles (spec/frappe-api.md section 5).

The school has DocTypes of its own, so that nothing but its own rows decides. Each table says who sees what; every line
is asked on every path: document, list, count, traversal, search, grouping.
"""
import time

import pytest

RIGHTS = ("read", "write", "create", "delete", "submit", "cancel", "amend", "select", "report", "export", "import", "share",
          "print", "email")
DOMAIN = "people.test"


def perm(role, rights, **more):
    return {"role": role, **{right: int(right in rights.split()) for right in RIGHTS}, **more}


def field(name, kind="Data", options=None, **more):
    return {"fieldname": name, "fieldtype": kind, "options": options, "label": name.title(), **more}


def make_doctype(school, name, fields, permissions=(), **more):
    answer = school.admin.create("DocType", name=name, module="Custom", custom=1, fields=fields,
                                 permissions=list(permissions), **more)
    assert answer.status == 200, answer


def user(school, name, *roles):
    return school.client(school.add_user(f"{name}@{DOMAIN}", *roles))


def limit(school, name, allow, value, **more):
    school.admin.create("User Permission", user=f"{name}@{DOMAIN}", allow=allow, for_value=value,
                        apply_to_all_doctypes=int("applicable_for" not in more), **more).data


def share(school, doctype, name, person, **rights):
    return school.admin.post("/api/method/frappe.share.add",
                             {"doctype": doctype, "name": name, **({"everyone": 1} if person is None else {"user": f"{person}@{DOMAIN}"}),
                              **rights}).message


@pytest.fixture(scope="module")
def office(school):
    for role in ("Member", "Author", "Finder", "Auditor", "Helper"):
        school.admin.create("Role", role_name=role, desk_access=0).data
    make_doctype(school, "Branch", [field("title", reqd=1), field("lft", "Int"), field("rgt", "Int")],
                 [perm("Member", "read")], autoname="field:title")
    make_doctype(school, "Team Member", [field("person"), field("branch", "Link", "Branch"), field("wage", "Int", permlevel=1)],
                 istable=1)
    make_doctype(school, "Team", [
        field("title", reqd=1), field("branch", "Link", "Branch"), field("rival", "Link", "Branch", ignore_user_permissions=1),
        field("budget", "Int", permlevel=1), field("members", "Table", "Team Member"), field("heirs", "Table", "Team Member", permlevel=1)],
        [perm("Member", "read write create share"), perm("Author", "read write create", if_owner=1), perm("Finder", "select"),
         perm("Auditor", "read"), perm("Auditor", "read", permlevel=1), perm("Helper", "read"),
         perm("Helper", "delete write", if_owner=1)],
        autoname="field:title", search_fields="title", track_changes=0)
    school.server.run("site", "migrate", school.host)
    for title, lft, rgt in (("Europe", 1, 6), ("North", 2, 3), ("West", 4, 5), ("South", 7, 8)):
        school.admin.create("Branch", title=title, lft=lft, rgt=rgt).data
    for title, branch, row, rival in (("t-north", "North", "North", None), ("t-south", "South", None, None), ("t-none", None, None, None),
                                      ("t-row", "North", "South", None), ("t-free", None, None, "South"), ("t-west", "West", None, None)):
        rows = [{"person": "Ana", "branch": row, "wage": 7}] if row else [{"person": "Bob", "wage": 7}]
        school.admin.create("Team", title=title, branch=branch, rival=rival, budget=100, members=rows,
                            heirs=[{"person": "Eve"}]).data
    return school


TEAMS = {"t-north", "t-south", "t-none", "t-row", "t-free", "t-west"}
NOWHERE = {"t-none", "t-free"}


def api(name):
    return f"/api/method/frappe.{name}"


def seen_on_every_path(client, doctype="Team", names=TEAMS):
    """What a client sees, asked one way after the other; all ways must agree."""
    answers = {}
    statuses = {name: client.get(f"/api/resource/{doctype}/{name}").status for name in names}
    assert set(statuses.values()) <= {200, 403}, statuses
    answers["document"] = {name for name, status in statuses.items() if status == 200}
    answers["v2"] = {name for name in names if client.get(f"/api/v2/document/{doctype}/{name}").status == 200}
    for path in (f"/api/resource/{doctype}", f"/api/v2/document/{doctype}"):
        answers[path] = {row["name"] for row in client.get(path, {"limit": 100}).data}
    answers["count"] = {name for name in names
                        if client.get(api("client.get_count"), {"doctype": doctype, "filters": {"name": name}}).message}
    assert client.get(api("client.get_count"), {"doctype": doctype}).message == len(answers["count"])
    answers["get_value"] = {name for name in names
                            if client.get(api("client.get_value"), {"doctype": doctype, "filters": name, "fieldname": "name"}).message}
    answers["rows"] = {row["name"] for row in client.list(doctype, fields=["name", "members.person"], limit=100).data}
    answers["filtered by rows"] = {row["name"] for row in client.list(
        doctype, filters=[["Team Member", "person", "is", "set"]], limit=100).data}
    groups = client.list(doctype, fields=["name", "count(name) as n"], group_by="name", limit=100).data
    answers["groups"] = {row["name"] for row in groups}
    answers["children"] = {row["parent"] for row in client.list("Team Member", parent=doctype, fields=["parent"], limit=100).data}
    found = client.get(api("desk.search.search_link"), {"doctype": doctype, "txt": "t-", "page_length": 100})
    answers["search"] = {row["value"] for row in found.json.get("message", found.json.get("results", []))}
    first = answers["document"]
    assert {path: names for path, names in answers.items() if names != first} == {}, first
    return first


# ---- User Permissions ------------------------------------------------------------------------------------------------
LIMITS = {
    "unlimited": ([], TEAMS),
    "one-branch": ([("Branch", "North", {})], {"t-north"} | NOWHERE),
    "two-branches": ([("Branch", "North", {}), ("Branch", "South", {})], {"t-north", "t-south", "t-row"} | NOWHERE),
    "for-teams": ([("Branch", "South", {"applicable_for": "Team"})], {"t-south"} | NOWHERE),
    "for-others": ([("Branch", "South", {"applicable_for": "Branch"})], TEAMS),
    "own-name": ([("Team", "t-south", {})], {"t-south"}),
    "name-and-branch": ([("Team", "t-south", {}), ("Team", "t-north", {}), ("Branch", "North", {})], {"t-north"}),
    "tree": ([("Branch", "Europe", {})], {"t-north", "t-west"} | NOWHERE),
    "tree-alone": ([("Branch", "Europe", {"hide_descendants": 1})], NOWHERE),
    "case": ([("Branch", "NORTH", {})], {"t-north"} | NOWHERE),
}


@pytest.mark.parametrize("name", LIMITS)
def test_user_permissions_limit_every_path_alike(office, name):
    limits, expected = LIMITS[name]
    client = user(office, name, "Member")
    for allow, value, more in limits:
        limit(office, name, allow, value, **more)
    assert seen_on_every_path(client) == expected
    for team in TEAMS:
        answer = client.put(f"/api/resource/Team/{team}", {"title": team})
        assert answer.status == (200 if team in expected else 403), answer


def test_documents_of_the_limited_doctype_are_limited_to_the_values(office):
    client = user(office, "own-branch", "Member")
    limit(office, "own-branch", "Branch", "Europe")
    assert {row["name"] for row in client.list("Branch").data} == {"Europe", "North", "West"}
    assert client.get("/api/resource/Branch/North").status == 200
    assert client.get("/api/resource/Branch/South").status == 403


@pytest.mark.parametrize("more, found", [
    ({}, {"Europe", "North", "West", "South"}), ({"reference_doctype": "Team"}, {"North"}), ({"reference_doctype": "Branch"}, {"Europe", "North", "West", "South"}),
    ({"reference_doctype": "Team", "ignore_user_permissions": 1}, {"Europe", "North", "West", "South"}),
    ({"reference_doctype": "Nothing", "ignore_user_permissions": 1}, {"Europe", "North", "West", "South"})])
def test_a_search_for_a_link_offers_what_the_link_may_hold(office, more, found):
    name = "linking" + str(len(str(more)))
    client = user(office, name, "Member")
    limit(office, name, "Branch", "North", applicable_for="Team")
    answer = client.get(api("desk.search.search_link"), {"doctype": "Branch", "txt": "", "page_length": 100, **more})
    assert {row["value"] for row in answer.message} == found


@pytest.mark.parametrize("reference", ["Team Member", "Branch", "", "User"])
def test_limits_are_ignored_only_where_a_link_does(office, reference):
    name = "ignoring" + reference.replace(" ", "").lower()
    client = user(office, name, "Member")
    limit(office, name, "Branch", "North")
    answer = client.get(api("desk.search.search_link"), {"doctype": "Branch", "txt": "", "page_length": 100,
                                                         "reference_doctype": reference, "ignore_user_permissions": 1})
    assert {row["value"] for row in answer.message} == {"North"}


def test_what_is_linked_is_joined_only_where_it_may_be_read(office):
    client = user(office, "linked", "Member")
    limit(office, "linked", "Branch", "North", applicable_for="Branch")
    rows = client.list("Team", fields=["name", "branch.title as t"], limit=100).data
    assert {row["name"]: row["t"] for row in rows if row["t"]} == {"t-north": "North", "t-row": "North"}


def test_strict_user_permissions_refuse_empty_links(office):
    client = user(office, "strict", "Member")
    limit(office, "strict", "Branch", "North")
    settings = "/api/resource/System Settings/System Settings"
    row = {"person": "x", "branch": "North"}
    office.admin.create("Team", title="t-full", branch="North", members=[row], heirs=[row]).data
    names = TEAMS | {"t-full"}
    before = seen_on_every_path(client, names=names)
    try:
        office.admin.put(settings, {"apply_strict_user_permissions": 1}).data
        assert seen_on_every_path(client, names=names) == {"t-full"}
    finally:
        office.admin.put(settings, {"apply_strict_user_permissions": 0}).data
    assert seen_on_every_path(client, names=names) == before
    assert office.admin.delete("/api/resource/Team/t-full").status == 202


def test_user_permissions_hold_at_once_and_go_at_once(office):
    client = user(office, "moment", "Member")
    assert seen_on_every_path(client) == TEAMS
    made = office.admin.create("User Permission", user=f"moment@{DOMAIN}", allow="Branch", for_value="South").data["name"]
    assert seen_on_every_path(client) == {"t-south"} | NOWHERE
    office.admin.put(f"/api/resource/User Permission/{made}", {"for_value": "West"}).data
    assert seen_on_every_path(client) == {"t-west"} | NOWHERE
    assert office.admin.delete(f"/api/resource/User Permission/{made}").status == 202
    assert seen_on_every_path(client) == TEAMS


def test_nobody_writes_themselves_out_of_their_limits(office):
    client = user(office, "within", "Member")
    limit(office, "within", "Branch", "North")
    limit(office, "within", "Branch", "West")
    made = client.create("Team", title="mine", branch="North").data
    assert made["branch"] == "North"
    for change in ({"branch": "South"}, {"members": [{"person": "x", "branch": "South"}]}):
        assert client.put("/api/resource/Team/mine", change).status == 403, change
        assert client.create("Team", title="other", **change).status == 403, change
    assert client.put("/api/resource/Team/mine", {"branch": "West", "rival": "South"}).status == 200
    assert office.admin.get("/api/resource/Team/other").status == 404
    assert office.admin.delete("/api/resource/Team/mine").status == 202


@pytest.mark.parametrize("limits, expected", [
    ([("North", 0)], "North"), ([("North", 0), ("West", 1)], "West"), ([("North", 0), ("West", 0)], None)])
def test_a_new_document_takes_the_default_of_the_user_permissions(office, limits, expected):
    name = f"default{len(limits)}{sum(flag for _, flag in limits)}"
    client = user(office, name, "Member")
    for value, is_default in limits:
        limit(office, name, "Branch", value, is_default=is_default)
    made = client.create("Team", title=f"t {name}").data
    assert made.get("branch") == expected and "rival" not in made
    assert office.admin.delete(f"/api/resource/Team/{made['name']}").status == 202


@pytest.mark.parametrize("change, why", [
    ({"user": "Administrator"}, "Administrator"), ({"user": "Guest"}, "Guest"), ({}, "already exists"),
    ({"for_value": "North", "is_default": 1}, "default")])
def test_user_permissions_that_make_no_sense_are_refused(office, change, why):
    name = f"odd{len(str(change))}"
    user(office, name, "Member")
    limit(office, name, "Branch", "South", is_default=1)
    row = {"user": f"{name}@{DOMAIN}", "allow": "Branch", "for_value": "South", "apply_to_all_doctypes": 1, **change}
    answer = office.admin.create("User Permission", **row)
    assert answer.status == 417 and why in answer.text, answer


# ---- owners ----------------------------------------------------------------------------------------------------------
def test_if_owner_shows_ones_own_on_every_path(office):
    author, other = user(office, "author", "Author"), user(office, "author2", "Author")
    assert author.create("Team", title="own-1", members=[{"person": "x"}]).status == 200
    assert other.create("Team", title="own-2", members=[{"person": "x"}]).status == 200
    names = TEAMS | {"own-1", "own-2"}
    limit(office, "author", "Branch", "South")
    try:
        for client, mine in ((author, "own-1"), (other, "own-2")):
            for path in ("/api/resource/Team", "/api/v2/document/Team"):
                assert [row["name"] for row in client.get(path).data] == [mine]
            assert {name for name in names if client.get(f"/api/resource/Team/{name}").status == 200} == {mine}
            assert {name for name in names if client.put(f"/api/resource/Team/{name}", {"rival": "West"}).status == 200} == {mine}
            assert client.delete(f"/api/resource/Team/{mine}").status == 403
    finally:
        for name in ("own-1", "own-2"):
            assert office.admin.delete(f"/api/resource/Team/{name}").status == 202


def test_a_right_of_owners_adds_to_rights_in_general(office):
    helper = user(office, "helper", "Helper", "Author")
    assert seen_on_every_path(helper) == TEAMS
    assert helper.create("Team", title="helped").status == 200
    assert helper.put("/api/resource/Team/t-north", {"rival": "West"}).status == 403
    assert helper.put("/api/resource/Team/helped", {"rival": "West"}).status == 200
    assert helper.delete("/api/resource/Team/t-north").status == 403
    assert helper.delete("/api/resource/Team/helped").status == 202


# ---- shares ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rights, allowed", [
    ({"read": 1}, {"GET"}), ({"write": 1}, {"GET", "PUT"}), ({"share": 1}, {"GET", "SHARE"}),
    ({"write": 1, "share": 1}, {"GET", "PUT", "SHARE"})])
def test_a_share_gives_its_rights_on_its_document_only(office, rights, allowed):
    name = "shared" + "".join(rights)
    client = user(office, name)
    assert client.list("Team").status == 403 and client.get("/api/resource/Team/t-south").status == 403
    share(office, "Team", "t-south", name, **rights)
    assert seen_on_every_path(client) == {"t-south"}
    for team, may in (("t-south", allowed), ("t-north", set())):
        done = {"GET": client.get(f"/api/resource/Team/{team}"), "PUT": client.put(f"/api/resource/Team/{team}", {"rival": "West"}),
                "DELETE": client.delete(f"/api/resource/Team/{team}"),
                "SHARE": client.post(api("share.add"), {"doctype": "Team", "name": team, "user": f"{name}@{DOMAIN}", **rights})}
        assert {how for how, answer in done.items() if answer.status == 200} == may, done
    assert client.create("Team", title="x").status == 403
    for right in ("write", "read"):
        office.admin.post(api("share.set_permission"), {"doctype": "Team", "name": "t-south", "user": f"{name}@{DOMAIN}",
                                                        "permission_to": right, "value": 0})
    assert client.get("/api/resource/Team/t-south").status == 403 and client.list("Team").status == 403


def test_a_share_with_everyone_is_for_who_is_logged_in(office):
    client = user(office, "anyone")
    shared = share(office, "Team", "t-west", None, read=1)
    assert seen_on_every_path(client) == {"t-west"}
    assert office.guest.get("/api/resource/Team/t-west").status == 403 and office.guest.list("Team").status == 403
    assert office.admin.delete(f"/api/resource/DocShare/{shared['name']}").status == 202
    assert client.get("/api/resource/Team/t-west").status == 403


def test_a_share_opens_what_limits_and_owners_close(office):
    limited, author = user(office, "limited", "Member"), user(office, "author3", "Author")
    limit(office, "limited", "Branch", "North")
    for name in ("limited", "author3"):
        share(office, "Team", "t-south", name, read=1)
    assert seen_on_every_path(limited) == {"t-north", "t-south"} | NOWHERE
    assert {row["name"] for row in author.list("Team").data} == {"t-south"}
    assert author.get("/api/resource/Team/t-south").status == 200


def test_nobody_shares_what_they_do_not_have(office):
    sharer = user(office, "sharer")
    share(office, "Team", "t-none", "sharer", share=1)
    me = {"doctype": "Team", "name": "t-none", "user": f"sharer@{DOMAIN}"}
    assert sharer.post(api("share.add"), {**me, "read": 1, "share": 1}).status == 200
    assert sharer.post(api("share.add"), {**me, "read": 1, "write": 1}).status == 403
    assert sharer.post(api("share.set_permission"), {**me, "permission_to": "write", "value": 1}).status == 403
    assert sharer.create("DocShare", share_doctype="Team", share_name="t-north", user=f"sharer@{DOMAIN}", read=1).status == 403
    assert sharer.put("/api/resource/Team/t-none", {"rival": "West"}).status == 403
    assert sharer.post(api("share.add"), {**me, "name": "t-north"}).status == 403


def test_sharing_can_be_switched_off(office):
    member = user(office, "switched", "Member")
    ask = {"doctype": "Team", "name": "t-north", "user": f"switched@{DOMAIN}", "read": 1}
    settings = "/api/resource/System Settings/System Settings"
    assert member.post(api("share.add"), ask).status == 200
    office.admin.put(settings, {"disable_document_sharing": 1}).data
    assert member.post(api("share.add"), ask).status == 403
    office.admin.put(settings, {"disable_document_sharing": 0}).data
    assert member.post(api("share.add"), ask).status == 200


def test_a_share_goes_with_its_document(office):
    client = user(office, "leftover")
    for round in range(2):
        office.admin.create("Team", title="short-lived").data
        if round == 0:
            share(office, "Team", "short-lived", "leftover", read=1)
        assert client.get("/api/resource/Team/short-lived").status == (200 if round == 0 else 403)
        assert office.admin.delete("/api/resource/Team/short-lived").status == 202


@pytest.mark.parametrize("change", [{"user": "Guest"}, {"user": None}, {"submit": 1}, {"share_name": "nope"}])
def test_shares_that_make_no_sense_are_refused(office, change):
    row = {"user": f"sharer@{DOMAIN}", "share_doctype": "Team", "share_name": "t-north", "read": 1, **change}
    assert office.admin.create("DocShare", **row).status == 417


def test_rules_of_our_doctypes_hold_whatever_is_shared(office):
    """Row and field rules of product.md section 4: no share lets a stranger past them."""
    tree = office.admin.create("LMS Bootcamp", title="Shared camp", published=1, courses=[
        {"title": "c", "lessons": [{"title": "l", "content_type": "Text", "content": "bodyword"}]}]).data
    lesson = tree["courses"][0]["lessons"][0]["name"]
    user(office, "owner", "Student")
    stranger = user(office, "stranger", "Member")
    enrolled = office.admin.create("Enrollment", user=f"owner@{DOMAIN}", bootcamp=tree["name"]).data["name"]
    draft = office.admin.create("LMS Bootcamp", title="Draft Word").data["name"]
    for doctype, name, word, status in (("LMS Lesson", lesson, "bodyword", 200), ("Enrollment", enrolled, "owner@", 403),
                                        ("LMS Bootcamp", draft, "Draft Word", 404)):
        share(office, doctype, name, "stranger", read=1, write=1)
        answer = stranger.get(f"/api/resource/{doctype}/{name}")
        assert answer.status == status and word not in answer.text, answer
        assert word not in stranger.list(doctype, fields=["*"], limit=100).text


# ---- finding only ----------------------------------------------------------------------------------------------------
def test_select_alone_finds_names(office):
    finder = user(office, "finder", "Finder")
    rows = finder.list("Team", fields=["*"], limit=100).data
    assert {row["name"] for row in rows} == TEAMS and set(rows[0]) == {"name", "title"}
    assert finder.list("Team", fields=["branch"]).status == 403
    assert finder.list("Team", filters={"branch": "North"}).status == 403
    assert finder.get("/api/resource/Team/t-north").status == 403
    share(office, "Team", "t-north", "finder", read=1)
    assert finder.get("/api/resource/Team/t-north").data["branch"] == "North"
    assert "branch" not in finder.list("Team", fields=["*"]).data[0]


# ---- permlevels ------------------------------------------------------------------------------------------------------
def test_fields_above_ones_level_are_neither_read_nor_filtered_by(office):
    member, auditor = user(office, "level0", "Member"), user(office, "level1", "Member", "Auditor")
    for client, reads in ((member, False), (auditor, True)):
        document = client.get("/api/resource/Team/t-north").data
        seen = document["budget"], [row["person"] for row in document["heirs"]], document["members"][0]["wage"]
        assert seen == ((100, ["Eve"], 7) if reads else (0, [], 0))  # as in Frappe: a whole number is 0, a table empty
        assert ("budget" in client.list("Team", fields=["*"]).data[0]) == reads
        assert ("wage" in client.list("Team Member", parent="Team", fields=["*"]).data[0]) == reads
        for query in ({"fields": ["budget"]}, {"filters": {"budget": 100}}, {"order_by": "budget"}, {"fields": ["max(budget) as m"]},
                      {"or_filters": {"budget": 1}}, {"fields": ["budget as name"]}, {"fields": ["name", "members.wage"]},
                      {"filters": [["Team Member", "wage", "=", 7]]}, {"fields": ["heirs.person"]},
                      {"fields": ["count(name) as n", "budget"], "group_by": "budget"}):
            assert client.list("Team", **query).status == (200 if reads else 403), query
        assert client.list("Team Member", parent="Team", filters={"wage": 7}).status == (403 if not reads else 200)
        got = client.get(api("client.get_value"), {"doctype": "Team", "filters": "t-north", "fieldname": "budget"})
        assert got.status == (200 if reads else 403)


WRITES = [("PUT", "/api/resource/Team/{}", lambda doc: doc), ("PUT", "/api/resource/Team/{}", lambda doc: {"data": doc}),
          ("PATCH", "/api/v2/document/Team/{}", lambda doc: doc),
          ("POST", api("client.set_value"), lambda doc: {"doctype": "Team", "name": doc["name"], "fieldname": {"budget": doc["budget"]}}),
          ("POST", api("client.bulk_update"), lambda doc: {"docs": [{**doc, "doctype": "Team", "docname": doc["name"]}]})]


@pytest.mark.parametrize("method, path, body", WRITES)
def test_fields_above_ones_level_are_put_back_on_every_path(office, method, path, body):
    name = f"level-{method}-{path.count('/')}{WRITES.index((method, path, body))}".lower()
    client = user(office, name, "Member", "Auditor")
    team = office.admin.create("Team", title=name, budget=5, members=[{"person": "A", "wage": 3}], heirs=[{"person": "H"}]).data
    change = {"name": team["name"], "budget": 99, "branch": "North", "heirs": [{"person": "thief"}],
              "members": [{"name": team["members"][0]["name"], "person": "A2", "wage": 99}]}
    answer = client.request(method, path.format(team["name"]), json_body=body(change))
    assert answer.status == 200, answer
    after = office.admin.get(f"/api/resource/Team/{team['name']}").data
    assert (after["budget"], after["members"][0]["wage"]) == (5, 3)
    assert [(row["name"], row["person"]) for row in after["heirs"]] == [(team["heirs"][0]["name"], "H")]
    if "set_value" not in path and "bulk" not in path:
        assert (after["branch"], after["members"][0]["person"]) == ("North", "A2")
    gone = client.request(method, path.format(team["name"]), json_body=body({**change, "heirs": [], "budget": None}))
    assert gone.status == 200
    assert len(office.admin.get(f"/api/resource/Team/{team['name']}").data["heirs"]) == 1
    assert office.admin.delete(f"/api/resource/Team/{team['name']}").status == 202


def test_a_new_document_has_no_fields_above_ones_level(office):
    client = user(office, "maker", "Member", "Auditor")
    made = client.create("Team", title="leveled", budget=9, heirs=[{"person": "x"}], members=[{"person": "y", "wage": 9}]).data
    assert (made["budget"], made["heirs"], made["members"][0]["wage"]) == (0, [], 0)
    row = {"doctype": "Team Member", "parent": "leveled", "parenttype": "Team", "parentfield": "heirs", "person": "z"}
    assert client.post(api("client.insert"), {"doc": row}).status == 403
    assert client.post("/api/resource/Team Member", row).status == 403
    assert office.admin.delete("/api/resource/Team/leveled").status == 202


# ---- Custom DocPerm --------------------------------------------------------------------------------------------------
def test_custom_docperm_replaces_what_is_shipped_at_once(office):
    client = user(office, "custom", "Auditor")
    assert client.get("/api/resource/Branch/North").status == 403
    mine = office.admin.create("Custom DocPerm", parent="Branch", **perm("Auditor", "read write")).data
    assert client.get("/api/resource/Branch/North").status == 200
    assert client.put("/api/resource/Branch/North", {"lft": 2}).status == 200
    assert user(office, "custom2", "Member").get("/api/resource/Branch/North").status == 403
    assert office.guest.list("Branch").status == 403
    office.admin.put(f"/api/resource/Custom DocPerm/{mine['name']}", {"write": 0, "role": "Guest"}).data
    assert office.guest.list("Branch").status == office.guest.get("/api/resource/Branch/North").status == 200
    office.admin.put(f"/api/resource/Custom DocPerm/{mine['name']}", {"write": 0, "role": "Auditor"}).data
    assert office.guest.list("Branch").status == office.guest.get("/api/resource/Branch/North").status == 403
    assert client.put("/api/resource/Branch/North", {"lft": 2}).status == 403
    assert office.admin.delete(f"/api/resource/Custom DocPerm/{mine['name']}").status == 202
    assert client.get("/api/resource/Branch/North").status == 403


# ---- roles -----------------------------------------------------------------------------------------------------------
def roles_of(office, name):
    return {row["role"] for row in office.admin.get(f"/api/resource/User/{name}@{DOMAIN}").data["roles"]}


def give(office, name, *roles):
    answer = office.admin.put(f"/api/resource/User/{name}@{DOMAIN}", {"roles": [{"role": role} for role in roles]})
    assert answer.status == 200, answer


def test_roles_given_and_taken_hold_at_once_even_for_kept_answers(office):
    client = user(office, "changing")
    paths = ("/api/resource/Team", "/api/resource/Team/t-north", "/api/v2/document/Team", "/api/v2/doctype/Team/count")
    for _ in range(2):
        for roles in ((), ("Member",), ("Finder",), ("Auditor", "Member"), ()):
            give(office, "changing", *roles)
            for path in paths * 2:
                reads = "Member" in roles or ("Finder" in roles and "t-north" not in path)
                assert client.get(path).status == (200 if reads else 403), (roles, path)


def test_a_role_given_by_another_process_holds_within_a_second(office):
    client = user(office, "elsewhere")
    assert client.get("/api/resource/Team").status == 403
    office.add_user(f"elsewhere@{DOMAIN}", "Member")
    time.sleep(1.3)
    assert client.get("/api/resource/Team").status == 200


def test_a_role_that_is_switched_off_gives_nothing(office):
    office.admin.create("Role", role_name="Fleeting", desk_access=0).data
    rights = office.admin.create("Custom DocPerm", parent="Branch", **perm("Fleeting", "read")).data["name"]
    client = user(office, "fleeting", "Fleeting")
    assert client.get("/api/resource/Branch/North").status == 200
    office.admin.put("/api/resource/Role/Fleeting", {"disabled": 1}).data
    assert client.get("/api/resource/Branch/North").status == 403
    assert office.admin.delete(f"/api/resource/Custom DocPerm/{rights}").status == 202


ESCALATIONS = [
    ("PUT", "/api/resource/User/{me}", {"roles": [{"role": "System Manager"}]}),
    ("PUT", "/api/v2/document/User/{me}", {"roles": [{"role": "System Manager"}]}),
    ("POST", "/api/resource/Has Role", {"parent": "{me}", "parenttype": "User", "parentfield": "roles", "role": "System Manager"}),
    ("POST", api("client.insert"), {"doc": {"doctype": "Has Role", "parent": "{me}", "parenttype": "User", "parentfield": "roles",
                                            "role": "System Manager"}}),
    ("POST", api("client.set_value"), {"doctype": "User", "name": "{me}", "fieldname": "roles", "value": [{"role": "System Manager"}]}),
    ("POST", api("client.set_value"), {"doctype": "User", "name": "{me}", "fieldname": {"roles": [{"role": "System Manager"}]}}),
    ("POST", api("client.bulk_update"), {"docs": [{"doctype": "User", "docname": "{me}", "roles": [{"role": "System Manager"}]}]}),
    ("POST", api("client.insert_many"), {"docs": [{"doctype": "Has Role", "parent": "{me}", "parenttype": "User",
                                                   "parentfield": "roles", "role": "System Manager"}]}),
    ("POST", "/api/resource/Custom DocPerm", {"parent": "User", "role": "All", "write": 1, "read": 1, "permlevel": 1}),
    ("POST", "/api/resource/User Permission", {"user": "{me}", "allow": "Branch", "for_value": "North"}),
    ("POST", "/api/resource/DocShare", {"user": "{me}", "share_doctype": "Team", "share_name": "t-north", "read": 1}),
    ("POST", "/api/resource/Role", {"role_name": "Mine"}),
    ("POST", "/api/resource/User", {"email": "other@people.test", "first_name": "x", "roles": [{"role": "System Manager"}]}),
    ("POST", api("client.rename_doc"), {"doctype": "Role", "old_name": "Member", "new_name": "System Manager", "merge": 1}),
    ("POST", api("client.rename_doc"), {"doctype": "User", "old_name": "{me}", "new_name": "Administrator", "merge": 1}),
]


def filled(value, me):
    if isinstance(value, dict):
        return {key: filled(one, me) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, me) for one in value]
    return value.replace("{me}", me) if isinstance(value, str) else value


@pytest.mark.parametrize("helped", [False, True])
def test_nobody_gives_themselves_a_role(office, helped):
    """Even with the right to write their own User document, and with a share of it that allows everything."""
    name = f"climber{int(helped)}"
    client = user(office, name, "Member")
    me = f"{name}@{DOMAIN}"
    rights = []
    if helped:
        rights = [office.admin.create("Custom DocPerm", parent="User", **one).data["name"] for one in (
            perm("System Manager", "read write create delete share"), perm("System Manager", "read write", permlevel=1),
            perm("Member", "read write create share"))]
        share(office, "User", me, name, read=1, write=1, share=1)
        assert client.put(f"/api/resource/User/{me}", {"bio": "mine"}).status == 200
    for method, path, body in ESCALATIONS:
        client.request(method, filled(path, me), json_body=filled(body, me))
        assert roles_of(office, name) == {"Member"}, (method, path, body)
    assert client.get("/api/resource/Role").status == 403
    other = office.admin.get("/api/resource/User/other@people.test")
    assert other.status == 404 or other.data["roles"] == []
    for one in rights:
        assert office.admin.delete(f"/api/resource/Custom DocPerm/{one}").status == 202


def test_a_system_manager_does_not_touch_the_administrator(office):
    boss = user(office, "boss", "System Manager")
    row = {"parent": "Administrator", "parenttype": "User", "parentfield": "roles", "role": "Member"}
    before = office.admin.get("/api/resource/User/Administrator").data
    for answer in (boss.put("/api/resource/User/Administrator", {"bio": "x"}), boss.put("/api/resource/User/Administrator", {"roles": []}),
                   boss.put("/api/resource/User/Administrator", {"new_password": "Stolen-Pass-77!"}),
                   boss.create("Has Role", **row), boss.delete("/api/resource/User/Administrator"),
                   boss.post(api("client.rename_doc"), {"doctype": "User", "old_name": "Administrator", "new_name": "a@b.test"}),
                   boss.post(api("client.rename_doc"), {"doctype": "User", "old_name": f"boss@{DOMAIN}", "new_name": "Administrator", "merge": 1}),
                   boss.put("/api/resource/User/Administrator", {"enabled": 0}), boss.put("/api/resource/User/Guest", {"roles": [{"role": "Member"}]}),
                   boss.create("Has Role", **{**row, "parent": "Guest"}),
                   boss.put(f"/api/resource/User/boss@{DOMAIN}", {"roles": [{"role": "System Manager"}, {"role": "Administrator"}]}),
                   boss.create("Has Role", **{**row, "parent": f"boss@{DOMAIN}", "role": "Administrator"})):
        assert answer.status in (403, 417), answer
    assert office.admin.get("/api/resource/User/Administrator").data == before
    assert roles_of(office, "boss") == {"System Manager"}


def test_the_kind_of_user_follows_a_role_written_by_itself(office):
    user(office, "kind")
    row = office.admin.create("Has Role", parent=f"kind@{DOMAIN}", parenttype="User", parentfield="roles", role="System Manager").data
    kind = lambda: office.admin.get(f"/api/resource/User/kind@{DOMAIN}").data["user_type"]
    assert kind() == "System User"
    assert office.admin.delete(f"/api/resource/Has Role/{row['name']}").status == 202
    assert kind() == "Website User"


# ---- what exists is not told -----------------------------------------------------------------------------------------
def test_a_missing_document_reads_as_one_of_somebody_else(office):
    client = user(office, "curious", "Student")
    user(office, "neighbour", "Student")
    camp = office.admin.create("LMS Bootcamp", title="Oracle camp", published=1).data["name"]
    enrolled = office.admin.create("Enrollment", user=f"neighbour@{DOMAIN}", bootcamp=camp).data["name"]
    for doctype, there in (("User", f"neighbour@{DOMAIN}"), ("Enrollment", enrolled)):
        answers = [client.get(f"/api/resource/{doctype}/{name}") for name in (there, "nobody@people.test")]
        assert [answer.status for answer in answers] == [403, 403]
        told = [{**answer.json, "request_id": ""} for answer in answers]
        assert str(told[0]).replace(there, "X") == str(told[1]).replace("nobody@people.test", "X")
        rights = [client.get(api("client.has_permission"), {"doctype": doctype, "docname": name}) for name in (there, "nobody@people.test")]
        assert [answer.message for answer in rights] == [{"has_permission": False}] * 2
        rights = [client.get(api("client.get_doc_permissions"), {"doctype": doctype, "docname": name}) for name in (there, "nobody@people.test")]
        assert rights[0].message == rights[1].message
    assert office.admin.get("/api/resource/User/nobody@people.test").status == 404
    assert client.get("/api/resource/LMS Bootcamp/nothing").status == 404


def test_a_level_past_all_fields_gives_no_document(school):
    rule = school.admin.create("Custom DocPerm", parent="Customer", role="All", permlevel=256, read=1).data["name"]
    try:
        nobody = school.client(school.add_user("nobody256@people.test"))
        assert nobody.list("Customer").status == 403
    finally:
        school.admin.delete(f"/api/resource/Custom DocPerm/{rule}")


# ---- what no DocPerm opens ----------------------------------------------------------------------------------------------

def test_customers_and_invoices_stay_closed_whatever_docperm_or_a_share_says(server):
    school = server.new_school("closed")
    clerk = school.add_user("clerk@people.test", "Student")
    customer = school.admin.create("Customer", customer_name="Ana").data["name"]
    school.admin.create("Item", item_code="SEAT", item_name="Seat", standard_rate=10).data
    invoice = school.admin.create("Sales Invoice", customer=customer, items=[{"item_code": "SEAT"}]).data["name"]
    for doctype, name in (("Customer", customer), ("Sales Invoice", invoice)):
        for role in ("Student", "System Manager"):
            school.admin.create("Custom DocPerm", parent=doctype, role=role, permlevel=0, read=1, write=1, create=1).data
        school.admin.create("DocShare", user=clerk, share_doctype=doctype, share_name=name, read=1).data
        caller = school.client(clerk)
        assert caller.get(f"/api/resource/{doctype}/{name}").status == 403
        assert caller.list(doctype).data == []
        assert caller.get("/api/method/frappe.client.get_count", {"doctype": doctype}).message == 0
        assert caller.put(f"/api/resource/{doctype}/{name}", {"language": "fr"}).status == 403
        assert school.admin.get(f"/api/resource/{doctype}/{name}").status == 200


def test_a_user_permission_limits_a_system_manager_too_but_not_the_administrator(server):
    school = server.new_school("limited")
    boss = school.add_user("boss@people.test", "System Manager")
    for name in ("North", "South"):
        school.admin.create("Sales Partner", partner_name=name, commission_rate=1).data
        school.admin.create("Pricing Rule", title=name, currency="EUR", discount_percentage=1, coupon_code_based=1,
                            items=[{"item_code": school.admin.create("Item", item_code=name, item_name=name).data["name"]}])
    school.admin.create("User Permission", user=boss, allow="Sales Partner", for_value="North").data
    caller = school.client(boss)
    assert caller.list("Sales Partner").data == [{"name": "North"}]
    assert caller.get("/api/method/frappe.client.get_count", {"doctype": "Sales Partner"}).message == 1
    assert caller.get("/api/resource/Sales Partner/South").status == 403
    assert caller.put("/api/resource/Sales Partner/South", {"commission_rate": 9}).status == 403
    assert caller.get("/api/method/lms.data.export", {"doctype": "Sales Partner", "fields": ["name"], "format": "jsonl"}).text \
        == '{"name":"North"}\n'
    assert len(school.admin.list("Sales Partner").data) == 2
