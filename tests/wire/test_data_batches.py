"""Batches of any DocType: CSV and JSON lines, in and out, by command line and REST (docs/BATCHES.md)."""
import csv
import io
import json
import os
import re
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

from conftest import PREAU, Server, bootcamp_tree

MANY = 20_000


@pytest.fixture(scope="module")
def server():
    """A server of this file alone: its memory is measured, so what ASan keeps of freed memory is kept small."""
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=4:thread_local_quarantine_size_kb=64"
    with tempfile.TemporaryDirectory(prefix="preau-batches-", ignore_cleanup_errors=True) as folder:
        server = Server(folder)
        yield server
        status = server.stop()
        log = server.log_path.read_text(errors="replace")
        assert status == 0 and "Sanitizer" not in log, log[-8000:]


@pytest.fixture(scope="module")
def admin(school):
    return school.admin


@pytest.fixture(scope="module")
def run(school):
    """`preau data …` for this school: status, standard output, standard error."""
    def run(what, doctype, path, *options, host=school.host):
        done = subprocess.run([PREAU, "data", what, host, doctype, str(path), *options, "--sites",
                               str(school.server.sites)], capture_output=True, text=True, timeout=300)
        return done.returncode, done.stdout, done.stderr
    return run


def upload(client, doctype, name, content, **fields):
    boundary = "----batch"
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'
             for k, v in {"doctype": doctype, **fields}.items()]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n')
    content = content if isinstance(content, bytes) else content.encode()
    body = "".join(parts).encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return client.post("/api/method/lms.data.import", body=body,
                       headers={"Content-Type": f"multipart/form-data; boundary={boundary}"})


def counts(report):
    return tuple(report[k] for k in ("rows", "inserted", "updated", "unchanged", "failed"))


def download(client, doctype, **query):
    return client.get("/api/method/lms.data.export", {"doctype": doctype, **query})


def rows_of(answer):
    assert answer.status == 200, answer
    return list(csv.reader(io.StringIO(answer.body.decode(), newline="")))


# ---- in ------------------------------------------------------------------------------------------------------------
def test_a_csv_makes_documents(admin):
    answer = upload(admin, "Item", "items.csv", "item_code,item_name,standard_rate\nA-1,First,12.5\nA-2,\"Se\"\"cond\",\n")
    assert counts(answer.message) == (2, 2, 0, 0, 0)
    item = admin.get("/api/resource/Item/A-1").data
    assert item["item_name"] == "First" and item["standard_rate"] == 12.5
    assert admin.get("/api/resource/Item/A-2").data["item_name"] == 'Se"cond'


def test_labels_semicolons_bom_and_crlf(admin):
    text = "\ufeffItem Code;Item Name;Standard Selling Rate\r\nB-1;\"two\r\nlines\";3.5\r\n\r\nB-2;x;1\r\n"
    labels = {f["fieldname"]: f["label"] for f in admin.get("/api/resource/DocType/Item").data["fields"]}
    text = text.replace("Standard Selling Rate", labels["standard_rate"])
    assert counts(upload(admin, "Item", "items.csv", text).message) == (2, 2, 0, 0, 0)
    assert admin.get("/api/resource/Item/B-1").data["item_name"] in ("two\r\nlines", "two\nlines")


def test_json_lines_make_documents(admin):
    lines = '{"item_code": "C-1", "item_name": "Line", "standard_rate": 7}\n\n{"item_code": "C-2", "item_name": "L2"}'
    assert counts(upload(admin, "Item", "items.jsonl", lines).message) == (2, 2, 0, 0, 0)


def test_a_bad_row_fails_alone_and_is_named(admin):
    text = ("item_code,item_name,standard_rate\nD-1,One,1\nD-2,Two,many\nD-3,Three,3\nA-1,Again,1\n\"D-4\"x,y,1\nD-5,Five,5,extra\n")
    report = upload(admin, "Item", "items.csv", text).message
    assert counts(report) == (6, 2, 0, 0, 4)
    errors = {e["row"]: e for e in report["errors"]}
    assert set(errors) == {3, 5, 6, 7}
    assert errors[3]["field"] == "standard_rate" and "many" in errors[3]["message"]
    assert errors[5]["field"] == "name" and "already exists" in errors[5]["message"] and "<" not in errors[5]["message"]
    assert "quote" in errors[6]["message"] and "without a name" in errors[7]["message"]
    assert admin.get("/api/resource/Item/D-3").status == 200 and admin.get("/api/resource/Item/D-2").status == 404


def test_unknown_and_doubled_columns_refuse_the_file(admin):
    answer = upload(admin, "Item", "items.csv", "item_code,colour,size\nE-1,red,L\n")
    assert answer.status == 417 and "colour, size" in answer.text
    answer = upload(admin, "Item", "items.csv", "item_code,item_code\nE-1,E-1\n")
    assert answer.status == 417 and "item_code" in answer.text
    assert upload(admin, "Item", "items.csv", "").status == 417
    assert admin.get("/api/resource/Item/E-1").status == 404


def test_an_unknown_key_fails_its_line(admin):
    report = upload(admin, "Item", "items.jsonl", '{"item_code": "F-1", "colour": "red"}\n[1]\n{"item_code":\n').message
    assert counts(report)[-1] == 3 and report["errors"][0]["field"] == "colour"
    assert [e["row"] for e in report["errors"]] == [1, 2, 3]


def test_short_rows_are_empty_and_empty_is_null(admin):
    assert counts(upload(admin, "Item", "i.csv", "item_code,item_name,description\nG-1,x\nG-2,y,\n").message)[1] == 2
    assert "description" not in admin.get("/api/resource/Item/G-1").data or not admin.get("/api/resource/Item/G-1").data["description"]


def test_update_changes_inserts_and_counts_what_stays(admin):
    upload(admin, "Item", "i.csv", "item_code,item_name\nH-1,one\nH-2,two\n")
    before = {n: admin.get(f"/api/resource/Item/{n}").data["modified"] for n in ("H-1", "H-2")}
    report = upload(admin, "Item", "i.csv", "name,item_code,item_name\nH-1,H-1,one\nH-2,H-2,changed\nH-3,H-3,new\n", update=1)
    assert counts(report.message) == (3, 1, 1, 1, 0)
    after = {n: admin.get(f"/api/resource/Item/{n}").data["modified"] for n in ("H-1", "H-2")}
    assert after["H-1"] == before["H-1"] and after["H-2"] > before["H-2"]


def test_without_update_a_name_that_exists_fails(admin):
    upload(admin, "Item", "i.csv", "item_code,item_name\nI-1,one\n")
    report = upload(admin, "Item", "i.csv", "item_code,item_name\nI-1,other\n").message
    assert counts(report) == (1, 0, 0, 0, 1) and admin.get("/api/resource/Item/I-1").data["item_name"] == "one"


def test_a_dry_run_says_the_same_and_changes_nothing(admin, run, tmp_path):
    text = "item_code,item_name,standard_rate\nJ-1,one,1\nJ-2,two,x\nJ-1,again,1\n"
    dry = upload(admin, "Item", "i.csv", text, dry_run=1).message
    assert admin.get("/api/resource/Item/J-1").status == 404
    path = tmp_path / "i.csv"
    path.write_text(text)
    status, out, _ = run("import", "Item", path, "--dry-run", "--json")
    assert status == 1 and json.loads(out) == dry
    assert admin.get("/api/resource/Item/J-1").status == 404
    assert upload(admin, "Item", "i.csv", text).message == dry
    assert admin.get("/api/resource/Item/J-1").status == 200


def test_links_hooks_and_permissions_hold(school, admin):
    text = "user,bootcamp\nnobody@x.test,nowhere\n"
    report = upload(admin, "Enrollment", "e.csv", text).message
    assert counts(report)[-1] == 1 and "Could not find" in report["errors"][0]["message"]
    student = school.client(school.add_user("student@batch.test", "Student"))
    assert upload(student, "Item", "i.csv", "item_code,item_name\nK-1,x\n").status == 403
    assert upload(school.guest, "Item", "i.csv", "item_code,item_name\nK-1,x\n").status == 403
    assert download(student, "Item").status == 403 and download(school.guest, "Item").status == 403
    manager = school.client(school.add_user("manager@batch.test", "System Manager"))
    assert counts(upload(manager, "Item", "i.csv", "item_code,item_name\nK-2,x\n").message)[1] == 1
    assert upload(manager, "Comment", "c.csv", "content\nx\n").status == 403  # not allow_import


def test_the_command_line_reports_and_exits_1(run, tmp_path, admin):
    path = tmp_path / "items.csv"
    path.write_text("item_code,item_name,standard_rate\nL-1,one,1\nL-2,two,x\n")
    status, out, err = run("import", "Item", path)
    assert status == 1 and "1 inserted" in out and "1 failed" in out and "Row 3, standard_rate:" in err
    assert run("import", "Item", tmp_path / "none.csv")[0] == 1
    assert run("import", "Nonsense", path)[0] == 1
    assert run("export", "Item", tmp_path / "no" / "where.csv")[0] == 1
    assert run("export", "Item", path, "--format", "xls")[0] == 2
    assert run("export", "Item", path, "--filters", "{")[0] == 2


# ---- out -----------------------------------------------------------------------------------------------------------
def test_a_csv_has_the_fields_that_an_import_takes(admin):
    answer = download(admin, "Item", filters={"name": ["like", "A-%"]})
    assert answer.header("Content-Type") == "text/csv; charset=utf-8"
    assert answer.header("Content-Disposition") == 'attachment; filename="Item.csv"'
    head, *rows = rows_of(answer)
    assert head[0] == "name" and {"item_code", "item_name", "standard_rate"} <= set(head)
    assert not {"owner", "modified", "creation"} & set(head)
    assert [row[0] for row in rows] == ["A-1", "A-2"]
    assert rows[0][head.index("standard_rate")] == "12.5"


def test_fields_and_filters_choose(admin):
    answer = download(admin, "Item", fields=["item_name", "modified"], filters=[["name", "=", "A-1"]])
    head, row = rows_of(answer)
    assert head == ["name", "item_name", "modified"] and row[:2] == ["A-1", "First"]
    assert download(admin, "Item", fields=["nope"]).status == 417
    assert download(admin, "User", fields=["password"]).status in (403, 417)
    assert download(admin, "Item", filters={"nope": 1}).status == 417
    assert download(admin, "Nonsense").status == 404 and download(admin, "Item", format="xls").status == 417


def test_formulas_are_harmless_and_come_back(admin):
    wild = ["=1+1", "+x", "-x", "@SUM(A1)", "'=x", "'plain", "-5", "a;b", 'q"q', "l1\nl2", " space ", "\ttab", "é ✓"]
    lines = "\n".join(json.dumps({"item_code": f"W-{i:02}", "item_name": "w", "description": text}) for i, text in enumerate(wild))
    assert counts(upload(admin, "Item", "w.jsonl", lines).message)[1] == len(wild)
    answer = download(admin, "Item", fields=["description"], filters={"name": ["like", "W-%"]})
    cells = [row[1] for row in rows_of(answer)[1:]]
    assert not [c for c in cells if c[:1] in "=+@\t" or (c[:1] == "-" and c != "-5")]
    again = upload(admin, "Item", "w.csv", answer.body, update=1).message
    assert counts(again)[3:] == (len(wild), 0)
    assert download(admin, "Item", fields=["description"], filters={"name": ["like", "W-%"]}).body == answer.body


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_what_went_out_comes_in_elsewhere_and_goes_out_the_same(server, school, admin, run, tmp_path, ending):
    if not admin.list("LMS Bootcamp").data:
        assert admin.create("LMS Bootcamp", **bootcamp_tree(title="Trees, \"quoted\"", lessons=7)).status == 200
        assert admin.create("LMS Bootcamp", **bootcamp_tree(title="Bare", lessons=0)).status == 200
        admin.create("LMS Bootcamp", title="Empty", price=0)
    other = server.new_school(f"mirror-{ending}")
    for doctype in ("LMS Bootcamp", "Item", "Role", "Customer"):
        first, second = tmp_path / f"first.{ending}", tmp_path / f"second.{ending}"
        assert run("export", doctype, first)[0] == 0
        status, out, err = run("import", doctype, first, "--update", "--json", host=other.host)
        assert status == 0, out + err
        assert run("export", doctype, second, host=other.host)[0] == 0
        assert second.read_bytes() == first.read_bytes(), doctype
        report = json.loads(run("import", doctype, first, "--update", "--json", host=other.host)[1])
        assert report["unchanged"] == report["rows"] and report["rows"] >= 1 or doctype == "Customer"
    tree, = [b for b in other.admin.list("LMS Bootcamp", filters={"title": ["like", "Trees%"]}).data]
    lessons = other.admin.get(f"/api/resource/LMS Bootcamp/{tree['name']}").data["courses"][0]["lessons"]
    assert [row["idx"] for row in lessons] == list(range(1, 8))


def test_trees_in_csv_stand_on_following_lines(admin):
    text = ("title,price,courses.title,courses.lessons.title,courses.lessons.content_type\n"
            "By Hand,10,One,First,Text\n,,,Second,Text\n,,Two,Third,Video\nOther,,,,\n")
    assert counts(upload(admin, "LMS Bootcamp", "b.csv", text).message) == (2, 2, 0, 0, 0)
    tree = admin.get("/api/resource/LMS Bootcamp/by-hand").data
    assert [(c["title"], [l["title"] for l in c["lessons"]]) for c in tree["courses"]] == [("One", ["First", "Second"]), ("Two", ["Third"])]
    bad = "title,courses.title,courses.lessons.title\n,Lost,\nX,,Orphan\n"
    report = upload(admin, "LMS Bootcamp", "b.csv", bad).message
    assert [e["row"] for e in report["errors"]] == [2, 3]


def test_singles_go_out_and_in(admin, run, tmp_path):
    path = tmp_path / "s.jsonl"
    assert run("export", "School Settings", path)[0] == 0
    settings = json.loads(path.read_text())
    settings["title"] = "Changed by batch"
    path.write_text(json.dumps(settings))
    assert json.loads(run("import", "School Settings", path, "--json")[1])["updated"] == 1
    assert admin.get("/api/resource/School Settings/School Settings").data["title"] == "Changed by batch"


def test_fields_that_may_not_be_read_do_not_go_out(school, admin):
    head = rows_of(download(admin, "User"))[0]
    assert not {"password", "new_password", "api_secret"} & set(head)


# ---- many ----------------------------------------------------------------------------------------------------------
def resident(pid, what="VmHWM"):
    return int(re.search(rf"{what}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


def many_lines(path, count, first=0):
    with open(path, "w") as out:
        for i in range(first, first + count):
            out.write(json.dumps({"name": f"many-{i:07}", "comment_type": "Comment", "subject": f"Subject {i}",
                                  "content": "x" * 400}) + "\n")


def watched(words):
    """Runs the program; its peak of resident memory in KiB and its standard output."""
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, resident(process.pid))
        except (OSError, TypeError):
            pass
        time.sleep(0.002)
    out, err = process.communicate()
    assert process.returncode == 0, err
    return peak, out


def test_memory_does_not_grow_with_the_file(school, tmp_path):
    sites = ["--sites", str(school.server.sites)]
    few, many = tmp_path / "few.jsonl", tmp_path / "many.jsonl"
    many_lines(few, MANY // 10)
    many_lines(many, MANY, first=MANY)
    peaks = [watched([PREAU, "data", "import", school.host, "Comment", str(path), *sites])[0] for path in (few, many)]
    assert peaks[1] - peaks[0] < 8_000, peaks
    for ending in ("csv", "jsonl"):
        small, out = watched([PREAU, "data", "export", school.host, "Comment", str(tmp_path / f"s.{ending}"), *sites,
                              "--filters", '{"name": ["<", "many-0002000"]}'])
        large, out = watched([PREAU, "data", "export", school.host, "Comment", str(tmp_path / f"l.{ending}"), *sites])
        assert str(MANY + MANY // 10) in out and large - small < 8_000, (small, large)


def test_memory_of_the_daemon_neither(school, admin, tmp_path):
    path = tmp_path / "rest.jsonl"
    many_lines(path, 2000, first=3 * MANY)
    assert counts(upload(admin, "Comment", "c.jsonl", path.read_bytes()).message)[1] == 2000
    download(admin, "Comment")
    before = resident(school.server.process.pid, "VmRSS")
    many_lines(path, MANY // 2, first=4 * MANY)
    assert counts(upload(admin, "Comment", "c.jsonl", path.read_bytes()).message)[1] == MANY // 2
    answer = download(admin, "Comment", format="jsonl")
    assert answer.header("Transfer-Encoding") == "chunked" and answer.header("Content-Type").startswith("application/x-ndjson")
    assert answer.body.count(b"\n") == MANY + MANY // 10 + 2000 + MANY // 2
    assert resident(school.server.process.pid, "VmRSS") - before < 12_000


def test_an_import_beside_writers_repeats_what_deadlocks(school, admin, tmp_path):
    """Both take the same rows in opposite orders."""
    names = [f"N-{i:03}" for i in range(120)]
    text = "item_code,item_name\n" + "".join(f"{n},x\n" for n in names)
    assert counts(upload(admin, "Item", "n.csv", text).message)[1] == 120
    reports = []

    def update(order, word):
        rows = "".join(f"{n},{word}\n" for n in order)
        reports.append(upload(school.client("Administrator"), "Item", "n.csv", "name,item_name\n" + rows, update=1))
    threads = [threading.Thread(target=update, args=(names[::step], word)) for step, word in ((1, "up"), (-1, "down"), (1, "u2"), (-1, "d2"))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for report in reports:
        assert report.status == 200, report
        rows, inserted, updated, unchanged, failed = counts(report.message)
        assert rows == 120 and inserted == failed == 0 and updated + unchanged == 120


def test_too_many_errors_are_counted_and_cut(admin):
    text = "item_code,item_name,standard_rate\n" + "".join(f"Z-{i},x,bad\n" for i in range(10_500))
    report = upload(admin, "Item", "z.csv", text).message
    assert report["failed"] == 10_500 and len(report["errors"]) == 10_000
    assert [e["row"] for e in report["errors"]] == list(range(2, 10_002))


def test_what_is_no_utf8_fails_by_row(admin):
    text = b"item_code,item_name\nU-1,caf\xc3\xa9\nU-2,caf\xe9\nU-3,x\n"
    report = upload(admin, "Item", "u.csv", text).message
    assert counts(report) == (3, 2, 0, 0, 1) and report["errors"][0]["row"] == 3 and "UTF-8" in report["errors"][0]["message"]
    lines = b'{"item_code": "U-4", "item_name": "x"}\n{"item_code": "U-5", "item_name": "\xe9"}\n{"item_code": "U-6", "item_name": "y"}\n'
    report = upload(admin, "Item", "u.jsonl", lines).message
    assert counts(report) == (3, 2, 0, 0, 1) and report["errors"][0]["row"] == 2


def test_an_import_that_was_killed_goes_on_with_update(school, admin, run, tmp_path):
    path = tmp_path / "killed.csv"
    path.write_text("item_code,item_name\n" + "".join(f"KILL-{i:05},x\n" for i in range(6000)))
    process = subprocess.Popen([PREAU, "data", "import", school.host, "Item", str(path), "--sites", str(school.server.sites)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def there():
        return admin.get("/api/method/frappe.client.get_count", {"doctype": "Item", "filters": {"name": ["like", "KILL-%"]}}).message
    while not there() and process.poll() is None:
        time.sleep(0.02)
    process.kill()
    process.wait()
    before = there()
    assert 0 < before < 6000 and before % 100 == 0
    status, out, _ = run("import", "Item", path, "--update", "--json")
    report = json.loads(out)
    assert status == 0, report["errors"][:3]
    assert report["unchanged"] >= before and report["unchanged"] + report["inserted"] == 6000
    assert there() == 6000


# ---- who may ---------------------------------------------------------------------------------------------------------
def test_an_export_has_what_a_list_has_and_no_more(school, admin):
    """A right to export opens no other door: rows and fields are those of lists."""
    tree = admin.create("LMS Bootcamp", **bootcamp_tree(title="Guarded words", lessons=5)).data
    one, two = (school.add_user(f"{n}@export.test", "Student") for n in ("one", "two"))
    for user in (one, two):
        assert admin.create("Enrollment", user=user, bootcamp=tree["name"]).status == 200
    outsider = school.client(school.add_user("outsider@export.test", "Student"))
    rights = [admin.create("Custom DocPerm", parent=doctype, role="Student", permlevel=0, read=1, export=1).data["name"]
              for doctype in ("Enrollment", "LMS Lesson", "LMS Bootcamp")]
    try:
        for client in (school.client(one), school.client(two), outsider):
            for doctype in ("Enrollment", "LMS Lesson", "LMS Bootcamp"):
                listed = {row["name"] for row in client.list(doctype, limit_page_length=0).data}
                assert {row[0] for row in rows_of(download(client, doctype)) if row[0]} - {"name"} == listed, doctype
        assert "Body of lesson 1" in download(school.client(one), "LMS Lesson").text
        for doctype in ("LMS Lesson", "LMS Bootcamp"):
            for ending in ("csv", "jsonl"):
                text = download(outsider, doctype, format=ending).text
                assert "Body of lesson 5" in text and "Body of lesson 1" not in text, (doctype, ending)
    finally:
        for name in rights:
            admin.delete(f"/api/resource/Custom DocPerm/{name}")


def test_large_trees_are_updated_many_at_once(admin):
    """What a few bytes of a file touch may be large: a batch is measured by what it needs."""
    body = "x" * 200_000
    lessons = [{"title": f"L{i}", "content_type": "Text", "content": body} for i in range(20)]
    lines = [json.dumps({"title": f"Large {n:02}", "courses": [{"title": "C", "lessons": lessons}]}) for n in range(12)]
    assert counts(upload(admin, "LMS Bootcamp", "l.jsonl", "\n".join(lines)).message)[1] == 12
    text = "name,price\n" + "".join(f"large-{n:02},{n + 1}\n" for n in range(12))
    assert counts(upload(admin, "LMS Bootcamp", "l.csv", text, update=1).message) == (12, 0, 12, 0, 0)
    answer = download(admin, "LMS Bootcamp", format="jsonl", filters={"name": ["like", "large-%"]})
    assert answer.body.count(b"\n") == 12 and len(answer.body) > 12 * 20 * 200_000
