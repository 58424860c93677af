"""Many writers at once on one tree, one series, one document; and what is kept of changes (spec/product.md sections 3 and 6b)."""
import json
import re
import threading

import pytest

from conftest import bootcamp_tree

WRITERS = 8


def at_once(school, works):
    """Runs each work(client) in a thread with a connection of its own, all from the same moment; their results in order."""
    gate, results = threading.Barrier(len(works)), [None] * len(works)

    def run(i, work):
        client = school.client("Administrator")
        client.get("/api/method/ping")
        gate.wait()
        results[i] = work(client)
    school.admin  # the token is made once, not by all
    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def tree_of(school, name):
    return school.admin.get(f"/api/resource/LMS Bootcamp/{name}").data


def lessons_of(tree):
    return [lesson for course in tree["courses"] for lesson in course["lessons"]]


@pytest.fixture
def tree(school, request):
    return school.admin.create("LMS Bootcamp", **bootcamp_tree(title=request.node.name, lessons=WRITERS)).data


# ---- one tree --------------------------------------------------------------------------------------------------------
def test_lessons_of_one_tree_are_written_at_once(school, tree):
    lessons = lessons_of(tree)

    def work(i):
        def write(client):
            return [client.put(f"/api/resource/LMS Lesson/{lessons[i]['name']}", {"title": f"Writer {i} round {n}"}).status
                    for n in range(6)]
        return write
    assert at_once(school, [work(i) for i in range(WRITERS)]) == [[200] * 6] * WRITERS
    assert [l["title"] for l in lessons_of(tree_of(school, tree["name"]))] == [f"Writer {i} round 5" for i in range(WRITERS)]


def test_lessons_added_at_once_have_each_place_once(school, tree):
    course = tree["courses"][0]["name"]

    def add(client):
        return [client.create("LMS Lesson", parent=course, title="Added", content_type="Text").status for _ in range(5)]
    assert at_once(school, [add] * WRITERS) == [[200] * 5] * WRITERS
    after = tree_of(school, tree["name"])
    assert [l["idx"] for l in lessons_of(after)] == list(range(1, 6 * WRITERS + 1))
    assert len({l["name"] for l in lessons_of(after)}) == len({l["slug"] for l in lessons_of(after)}) == 6 * WRITERS
    assert after["total_lessons"] == 6 * WRITERS


def test_lessons_added_and_removed_at_once_leave_no_gap(school, tree):
    course, lessons = tree["courses"][0]["name"], lessons_of(tree)

    def work(i):
        if i % 2:
            return lambda client: client.delete(f"/api/resource/LMS Lesson/{lessons[i]['name']}").status
        return lambda client: client.create("LMS Lesson", parent=course, title=f"New {i}", content_type="Text", idx=1).status
    assert set(at_once(school, [work(i) for i in range(WRITERS)])) <= {200, 202}
    after = lessons_of(tree_of(school, tree["name"]))
    assert [l["idx"] for l in after] == list(range(1, WRITERS + 1))


def test_of_whole_trees_saved_at_once_one_wins_and_the_others_are_stale(school, tree):
    def save(i):
        changed = {**tree, "short_introduction": f"by {i}"}
        return lambda client: client.put(f"/api/resource/LMS Bootcamp/{tree['name']}", changed)
    answers = at_once(school, [save(i) for i in range(WRITERS)])
    won = [i for i, answer in enumerate(answers) if answer.status == 200]
    assert len(won) == 1, [a.status for a in answers]
    assert {a.exc_type for a in answers if a.status != 200} == {"TimestampMismatchError"}
    assert tree_of(school, tree["name"])["short_introduction"] == f"by {won[0]}"


def test_a_tree_and_its_lessons_at_once_do_not_undo_each_other(school, tree):
    lessons = lessons_of(tree)
    writes = [lambda client, i=i: client.put(f"/api/resource/LMS Lesson/{lessons[i]['name']}", {"title": f"Kept {i}"}).status
              for i in range(WRITERS - 1)]
    writes.append(lambda client: client.put(f"/api/resource/LMS Bootcamp/{tree['name']}", {"price": 7}).status)
    assert at_once(school, writes) == [200] * WRITERS
    after = tree_of(school, tree["name"])
    assert after["price"] == 7 and [l["title"] for l in lessons_of(after)][:-1] == [f"Kept {i}" for i in range(WRITERS - 1)]


def test_a_put_of_what_was_read_changes_nothing(school, tree):
    before = tree_of(school, tree["name"])
    assert school.admin.put(f"/api/resource/LMS Bootcamp/{tree['name']}", before).status == 200
    after = tree_of(school, tree["name"])
    for one in (before, after):
        one.pop("modified")
    assert after == before  # each row's own stamps among it
    assert [l["modified"] for l in lessons_of(after)] == [l["modified"] for l in lessons_of(before)]


# ---- one series, one name ------------------------------------------------------------------------------------------------
def test_numbers_of_a_series_are_given_once_and_without_gaps(school):
    admin = school.admin
    assert admin.create("Item", item_code="SER-1", item_name="x", standard_rate=10).status == 200
    customer = admin.create("Customer", customer_name="Series Customer")
    assert customer.status == 200, customer

    def post(client):
        made = [client.create("Sales Invoice", customer=customer.data["name"], items=[{"item_code": "SER-1", "qty": 1}])
                for _ in range(5)]
        assert [m.status for m in made] == [200] * 5, made
        return [m.data["name"] for m in made]
    names = sum(at_once(school, [post] * WRITERS), [])
    numbers = sorted(int(re.fullmatch(r"PRE-SINV-\d{4}-(\d{5})", name)[1]) for name in names)
    assert numbers == list(range(numbers[0], numbers[0] + 5 * WRITERS))


def test_a_name_is_given_to_one(school):
    answers = at_once(school, [lambda client: client.create("Item", item_code="ONLY-ONE", item_name="x")] * WRITERS)
    assert sorted(a.status for a in answers) == [200] + [409] * (WRITERS - 1)
    assert {a.exc_type for a in answers if a.status != 200} == {"DuplicateEntryError"}


# ---- what is kept -----------------------------------------------------------------------------------------------------------
def test_a_version_says_what_changed(school):
    admin = school.admin
    admin.create("Item", item_code="VER-1", item_name="before", standard_rate=1)
    admin.put("/api/resource/Item/VER-1", {"item_name": "after", "standard_rate": 2.5})
    admin.put("/api/resource/Item/VER-1", {"item_name": "after"})
    rows = admin.list("Version", fields=["ref_doctype", "docname", "data", "owner"], filters={"docname": "VER-1"},
                      order_by="creation asc").data
    changed = [json.loads(r["data"]) for r in rows]
    changed = [c["changed"] for c in changed if c.get("changed")]
    assert len(changed) == 1 and rows[0]["ref_doctype"] == "Item" and rows[0]["owner"] == "Administrator"
    assert sorted(c[0] for c in changed[0]) == ["item_name", "standard_rate"]
    assert next(c[1:] for c in changed[0] if c[0] == "item_name") == ["before", "after"]


def test_a_deleted_document_is_kept_whole(school, tree):
    assert school.admin.delete(f"/api/resource/LMS Bootcamp/{tree['name']}").status == 202
    kept, = school.admin.list("Deleted Document", fields=["deleted_doctype", "deleted_name", "data", "owner"],
                              filters={"deleted_name": tree["name"]}).data
    data = json.loads(kept["data"])
    assert kept["deleted_doctype"] == "LMS Bootcamp" and data["title"] == tree["title"]
    assert [l["title"] for l in lessons_of(data)] == [l["title"] for l in lessons_of(tree)]


def test_a_rename_that_merges_moves_the_links(school):
    admin = school.admin
    for name in ("MERGE-A", "MERGE-B"):
        admin.create("Item", item_code=name, item_name=name)
    admin.create("Item", item_code="MERGE-C", item_name="c", variant_of="MERGE-A")
    rename = {"doctype": "Item", "old_name": "MERGE-A", "new_name": "MERGE-B"}
    refused = admin.post("/api/method/frappe.client.rename_doc", rename)
    assert refused.status >= 400
    answer = admin.post("/api/method/frappe.client.rename_doc", {**rename, "merge": 1})
    assert answer.message == "MERGE-B"
    assert admin.get("/api/resource/Item/MERGE-A").status == 404
    assert admin.get("/api/resource/Item/MERGE-C").data["variant_of"] == "MERGE-B"
    assert admin.get("/api/resource/Item/MERGE-B").data["item_name"] == "MERGE-B"


def test_a_secret_is_read_as_stars_and_stars_change_nothing(school):
    admin, settings = school.admin, "/api/resource/ERPNext Settings/ERPNext Settings"
    assert admin.put(settings, {"api_secret": "hush-hush-hush"}).status == 200
    read = admin.get(settings).data
    assert set(read["api_secret"]) == {"*"} and "hush" not in json.dumps(read)
    assert admin.put(settings, read).status == 200
    secret = admin.get("/api/method/frappe.client.get_password",
                       {"doctype": "ERPNext Settings", "name": "ERPNext Settings", "fieldname": "api_secret"})
    assert secret.status != 200 or secret.message == "hush-hush-hush"
    assert "hush" not in admin.list("Version", fields=["data"], filters={"ref_doctype": "ERPNext Settings"}).text


# ---- bodies -------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path, most", [("resource/Item", 25 << 20), ("method/frappe.client.get_count", 1 << 20)])
def test_a_body_over_the_limit_is_413_before_it_comes(school, server, path, most):
    def head(length):
        return (f"POST /api/{path} HTTP/1.1\r\nHost: {school.host}\r\nContent-Type: application/json\r\n"
                f"Authorization: token {school.token('Administrator')}\r\nContent-Length: {length}\r\n\r\n").encode()
    assert server.raw(head(most + 1), wait=5).startswith(b"HTTP/1.1 413 ")
    fits = b'{"doctype": "' + b"x" * ((1 << 20) - 15) + b'"}'
    assert b" 413 " not in server.raw(head(len(fits)) + fits).split(b"\r\n")[0]


@pytest.mark.parametrize("body", [
    b'{"item_code": "BIG", "description": "' + b"\\u00e9" * (4 << 20) + b'"}',  # 24 MiB that become one text of 8
    b'{"a": [' + b"[]," * (8 << 20) + b"1]}",                                    # 24 MiB of lists
    b'{"item_code": "BIG", "description": "' + b"<b>" * (8 << 20) + b'"}',       # 24 MiB of tags to be cleaned
], ids=["one text", "lists", "tags"])
def test_a_body_that_needs_too_much_memory_is_refused_not_fatal(school, server, body):
    answer = school.admin.post("/api/resource/Item", body=body, headers={"Content-Type": "application/json"})
    assert answer.status in (413, 417), answer
    assert school.admin.get("/api/resource/Item/BIG").status == 404
    assert server.process.poll() is None
