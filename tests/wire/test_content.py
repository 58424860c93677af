"""import and export: the bytes come back, and only what changed is written."""
import hashlib
import itertools
import json
import os
import shutil
import subprocess

import pytest

from conftest import PREAU

LESSON = """---
title: {title}
content_type: "Text"
video_url: null
is_free_preview: {preview}
duration_minutes: 5
language: "{language}"
translations: []
author: "kept"
---

{body}"""


def lesson(title, body="Text.\n", language="en", preview="false"):
    return LESSON.format(title=json.dumps(title), body=body, language=language, preview=preview)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def write_json(path, **keys):
    write(path, json.dumps(keys, indent=1, ensure_ascii=False) + "\n")


def edit(path, **keys):
    write_json(path, **{**json.loads(path.read_text()), **keys})


def make_bootcamp(folder, courses=None, **keys):
    courses = courses or {"01-alpha": ["01-one", "02-two", "03-three"], "02-beta": ["01-one", "02-four"]}
    write_json(folder / "bootcamp.json", title=folder.name.title(), price=189.9, currency="EUR", language="en",
               published=True, source={"repo": "several, see each course", "license": "MIT"},
               translations={"fr": {"title": "Titre"}}, courses=list(courses), **keys)
    for course, stems in courses.items():
        write_json(folder / "courses" / course / "course.json", title=course, description="", lessons=stems, unknown=[1])
        for stem in stems:
            write(folder / "courses" / course / "lessons" / f"{stem}.md", lesson(f"{course} {stem}", f"# {stem}\r\n---\n"))
    first = folder / "courses" / "01-alpha" / "lessons" / "01-one.fr.md"
    if "01-alpha" in courses:
        write(first, lesson("Un", "# Un\n", "fr"))
    write(folder / "LICENSE", "free\n")
    write_json(folder / "quizzes.json", any=[{"thing": 1}])
    write(folder / "manifest.json", json.dumps([entry(folder, p) for p in sorted(folder.rglob("lessons/*.md"))], indent=1) + "\n")


def entry(folder, path):
    body = path.read_bytes().partition(b"---\n\n")[2]
    return {"path": str(path.relative_to(folder)), "body_bytes": len(body),
            "body_sha256": hashlib.sha256(body).hexdigest()}


def make_school(folder, *bootcamps, **keys):
    write_json(folder / "school.json", name="École", company=" ACME  & Söhne ", currency="EUR", language="en",
               timezone="Europe/Paris", bootcamps=list(bootcamps), **keys)
    for name in bootcamps:
        make_bootcamp(folder / name)
    return folder


def diff(a, b):
    return subprocess.run(["diff", "-r", a, b], capture_output=True, text=True).stdout


def run(school, *words):
    return subprocess.run([PREAU, "--sites", str(school.server.sites), *map(str, words)], capture_output=True, text=True,
                          timeout=120)


def imported(school, folder, *options, status=0):
    done = run(school, "import", school.host, folder, *options)
    assert done.returncode == status, (done.stdout, done.stderr)
    return done


def exported(school, to):
    done = run(school, "export", school.host, to)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return to


number = itertools.count()


def get(school, path):
    """Past the daemon's cache, which learns within a second what the command line wrote."""
    return school.admin.get(path, {"_": str(next(number))})


def everything(school, doctype, **query):
    return school.admin.list(doctype, limit_page_length=0, _=str(next(number)), **query).data


def rows(school, doctype, bootcamp, *fields, **filters):
    return everything(school, doctype, filters={"bootcamp": bootcamp, **filters}, fields=["name", "slug", *fields],
                      order_by="creation asc, name asc")


def by_title(school, bootcamp):
    found = rows(school, "LMS Lesson", bootcamp, "title", "modified", "content", "parent", "idx")
    return {row["title"]: row for row in found}


def snapshot(school):
    types = ["LMS Bootcamp", "LMS Course", "LMS Lesson", "Content Translation", "Item"]
    return {t: everything(school, t, fields=["*"], order_by="name asc") for t in types}


@pytest.fixture
def camp(school, tmp_path, request):
    """A school's folder with one bootcamp, imported."""
    name = request.node.name.removeprefix("test_").replace("_", "-")[:60].strip("-")
    folder = make_school(tmp_path / "school", name)
    shutil.copytree(folder, tmp_path / "first")
    imported(school, folder / name)
    return folder / name


# ---- bytes --------------------------------------------------------------------------------------------------------------


def test_a_school_comes_back_byte_for_byte(server, tmp_path):
    other = server.new_school("bytes")
    folder = make_school(tmp_path / "school", "first", "second")
    write(folder / "README.txt", "of the school\n")
    write(folder / "first" / ".gitattributes", "* -text\n")
    write(folder / "first/courses/01-alpha/lessons/02-two.md", b"\xef\xbb\xbf" + lesson("Two").replace("\n", "\r\n").encode())
    write(folder / "first/courses/01-alpha/lessons/99-draft.md", "no header, listed nowhere\n")
    imported(other, folder)
    assert diff(folder, exported(other, tmp_path / "out")) == ""
    settings = get(other, "/api/resource/School Settings/School Settings").data
    assert (settings["title"], settings["company"]) == ("École", " ACME  & Söhne ")


def test_a_second_import_writes_nothing_and_says_so(school, camp):
    before = snapshot(school)
    assert "unchanged" in imported(school, camp).stdout
    assert snapshot(school) == before


def test_what_was_made_over_rest_comes_back_elsewhere_as_the_same_tree(server, school, tmp_path):
    a, b = server.new_school("rest-a"), server.new_school("rest-b")
    a.admin.create("LMS Bootcamp", title="Über alles", price=0, enrollment="Closed", courses=[
        {"title": "Empty"}, {"title": "Full", "lessons": [
            {"title": "A \"quoted\" <b>", "content_type": "Text", "content": "x\r\n", "published": 0},
            {"title": "Same", "content_type": "Lab", "answer_type": "Exact", "answer": "42"},
            {"title": "Same", "content_type": "Video", "video_url": "https://youtu.be/x", "video_seconds": 90}]}]).data
    name = a.admin.list("LMS Lesson").data[0]["name"]
    a.admin.create("Content Translation", reference_doctype="LMS Lesson", reference_name=name, fieldname="title",
                   language="pt-BR", value="Título").data
    imported(b, exported(a, tmp_path / "out"))
    def tree(s):
        def plain(doc):
            return {k: [plain(r) for r in v] if isinstance(v, list) else v for k, v in doc.items()
                    if k not in ("name", "creation", "modified", "modified_by", "owner", "parent", "published_on")
                    or (k == "name" and doc["doctype"] == "LMS Bootcamp")}
        return plain(get(s, "/api/resource/LMS Bootcamp/uber-alles").data)
    assert tree(a) == tree(b)
    assert [t["value"] for t in b.admin.list("Content Translation", fields=["value"], filters={"language": "pt-BR", "fieldname": "title"}).data] == ["Título"]
    assert diff(tmp_path / "out", exported(b, tmp_path / "again")) == ""


def test_after_rest_edits_only_what_they_changed_differs(school, camp, tmp_path):
    one = by_title(school, camp.name)["01-alpha 02-two"]
    school.admin.put(f"/api/resource/LMS Lesson/{one['name']}", {"content": "New body.\n", "duration_minutes": 9}).data
    out = exported(school, tmp_path / "out") / camp.name
    changed = [l for l in diff(camp, out).splitlines() if l.startswith("diff")]
    assert [l.split(camp.name)[-1] for l in changed] == ["/courses/01-alpha/lessons/02-two.md", "/manifest.json"]
    text = (out / "courses/01-alpha/lessons/02-two.md").read_text()
    assert text == (camp / "courses/01-alpha/lessons/02-two.md").read_bytes().decode().replace(
        "duration_minutes: 5", "duration_minutes: 9").partition("---\n\n")[0] + "---\n\nNew body.\n"
    assert json.loads((out / "manifest.json").read_text()) == [entry(out, p) for p in sorted(out.rglob("lessons/*.md"))]


# ---- what changed ---------------------------------------------------------------------------------------------------------


def test_an_edited_file_updates_one_lesson(school, camp):
    before = by_title(school, camp.name)
    write(camp / "courses/02-beta/lessons/02-four.md", lesson("02-beta 02-four", "Edited.\n"))
    assert "1 changed" in imported(school, camp).stdout
    after = by_title(school, camp.name)
    assert [t for t in after if after[t] != before[t]] == ["02-beta 02-four"]
    assert after["02-beta 02-four"]["content"] == "Edited.\n"


def test_rest_edits_survive_unchanged_files_and_keys(school, camp):
    one = by_title(school, camp.name)["01-alpha 01-one"]
    school.admin.put(f"/api/resource/LMS Lesson/{one['name']}", {"content": "By hand.", "duration_minutes": 77}).data
    path = camp / "courses/01-alpha/lessons/01-one.md"
    write(path, path.read_bytes().replace(b"01-alpha 01-one", b"Renamed"))
    assert "file wins" not in imported(school, camp).stderr
    lesson_now = by_title(school, camp.name)["Renamed"]
    assert lesson_now["content"] == "By hand."


def test_a_conflict_is_said_and_the_file_wins(school, camp):
    one = by_title(school, camp.name)["01-alpha 02-two"]
    school.admin.put(f"/api/resource/LMS Lesson/{one['name']}", {"content": "By hand.", "title": "Hand"}).data
    write(camp / "courses/01-alpha/lessons/02-two.md", lesson("File", "From the file.\n"))
    said = imported(school, camp).stderr
    assert "02-two.md: title changed here and in the school: the file wins" in said and "the body changed" in said
    assert by_title(school, camp.name)["File"]["content"] == "From the file.\n"


def test_a_renumbered_and_a_moved_file_keep_their_documents(school, camp):
    before = by_title(school, camp.name)
    alpha, beta = camp / "courses/01-alpha", camp / "courses/02-beta"
    (alpha / "lessons/01-one.md").rename(alpha / "lessons/05-one.md")
    (alpha / "lessons/01-one.fr.md").rename(alpha / "lessons/05-one.fr.md")
    (alpha / "lessons/03-three.md").rename(beta / "lessons/03-three.md")
    edit(alpha / "course.json", lessons=["02-two", "05-one"])
    edit(beta / "course.json", lessons=["03-three", "01-one", "02-four"])
    said = imported(school, camp)
    after = by_title(school, camp.name)
    assert {t: r["name"] for t, r in after.items()} == {t: r["name"] for t, r in before.items()}
    assert after["01-alpha 03-three"]["parent"] == before["02-beta 01-one"]["parent"]
    assert (after["01-alpha 01-one"]["idx"], after["01-alpha 03-three"]["idx"]) == (2, 1)
    assert "gone" not in said.stderr and "3 renamed, 0 removed" in said.stdout


def test_a_renamed_course_folder_keeps_its_lessons(school, camp, tmp_path):
    before = by_title(school, camp.name)
    (camp / "courses/02-beta").rename(camp / "courses/07-gamma")
    edit(camp / "bootcamp.json", courses=["07-gamma", "01-alpha"])
    imported(school, camp, "--prune")
    after = by_title(school, camp.name)
    assert {t: r["name"] for t, r in after.items()} == {t: r["name"] for t, r in before.items()}
    assert [c["slug"] for c in rows(school, "LMS Course", camp.name)] != []


def test_a_removed_file_is_reported_and_goes_with_prune(school, camp, tmp_path):
    one = by_title(school, camp.name)["01-alpha 01-one"]["name"]
    for name in ("01-one.md", "01-one.fr.md"):
        (camp / "courses/01-alpha/lessons" / name).unlink()
    edit(camp / "courses/01-alpha/course.json", lessons=["02-two", "03-three"])
    said = imported(school, camp)
    assert "01-one.md: gone from the folder, kept" in said.stderr
    assert get(school, f"/api/resource/LMS Lesson/{one}").status == 200
    assert "2 removed" in imported(school, camp, "--prune").stdout
    assert get(school, f"/api/resource/LMS Lesson/{one}").status == 404
    assert everything(school, "Content Translation", filters={"reference_name": one}) == []
    assert "unchanged" in imported(school, camp, "--prune").stdout
    assert "01-one" not in diff(camp / "courses", exported(school, tmp_path / "out") / camp.name / "courses")


def test_a_removed_translation_goes_with_prune_and_a_removed_key_at_once(school, camp):
    one = by_title(school, camp.name)["01-alpha 01-one"]["name"]
    (camp / "courses/01-alpha/lessons/01-one.fr.md").unlink()
    edit(camp / "bootcamp.json", translations={})
    imported(school, camp, "--prune")
    assert everything(school, "Content Translation", filters={"reference_name": ["in", [one, camp.name]]}) == []


def test_what_was_removed_in_the_school_stays_so_until_its_file_changes(school, camp):
    one = by_title(school, camp.name)["01-alpha 02-two"]["name"]
    assert school.admin.delete(f"/api/resource/LMS Lesson/{one}").status == 202
    path = camp / "courses/01-alpha/lessons/02-two.md"
    edit(camp / "bootcamp.json", title="Other")
    assert "02-two.md: removed in the school, unchanged here: left so" in imported(school, camp).stderr
    assert "01-alpha 02-two" not in by_title(school, camp.name)
    write(path, path.read_bytes() + b"more\n")
    assert "made again" in imported(school, camp).stderr
    assert "01-alpha 02-two" in by_title(school, camp.name)


def test_a_bootcamp_removed_in_the_school_is_imported_anew(school, camp, tmp_path):
    assert school.admin.delete(f"/api/resource/LMS Bootcamp/{camp.name}").status == 202
    imported(school, camp)
    assert len(by_title(school, camp.name)) == 5
    assert diff(camp, exported(school, tmp_path / "out") / camp.name) == ""


def test_a_price_from_nothing_makes_a_bootcamp_paid(school, camp):
    edit(camp / "bootcamp.json", price=0)
    imported(school, camp)
    assert get(school, f"/api/resource/LMS Bootcamp/{camp.name}").data["enrollment"] == "Free"
    edit(camp / "bootcamp.json", price=12.5)
    imported(school, camp)
    bootcamp = get(school, f"/api/resource/LMS Bootcamp/{camp.name}").data
    assert (bootcamp["enrollment"], bootcamp["price"]) == ("Paid", 12.5)


# ---- faults ---------------------------------------------------------------------------------------------------------------

A = "courses/01-alpha"
ONE = f"{A}/lessons/01-one.md"
FAULTS = {
    "json": ("bootcamp.json", "{\n \"title\": ,\n}", "bootcamp.json:2: "),
    "not-an-object": (f"{A}/course.json", "[]", "course.json:1: must be a JSON object"),
    "no-title": (f"{A}/course.json", '{"lessons": []}', "course.json: title is missing"),
    "wrong-type": (f"{A}/course.json", '{\n"title": 3,\n"lessons": {}}', "course.json:3: lessons must be a list"),
    "not-there": (f"{A}/course.json", '{"title": "a", "lessons": ["09-x"]}', "09-x.md: the file is listed but is not there"),
    "a-way-out": (f"{A}/course.json", '{"title": "a",\n"lessons": ["../../x"]}', "course.json:2: lessons: entry 1 is not"),
    "course-way-out": ("bootcamp.json", '{"title": "a",\n"courses": [".."]}', "bootcamp.json:2: courses: entry 1 is not"),
    "negative": ("bootcamp.json", '{"title": "a",\n"price": -1, "courses": []}', "bootcamp.json:2: price must be"),
    "currency": ("bootcamp.json", '{"title": "a",\n"currency": "EURO", "courses": []}', "bootcamp.json:2: currency must be"),
    "translations": ("bootcamp.json", '{"title": "a",\n"translations": {"fr": 1}, "courses": []}', ":2: translations must"),
    "long-title": ("bootcamp.json", json.dumps({"title": "x" * 141, "courses": []}), "bootcamp.json:1: title must be"),
    "utf8": (ONE, lesson("x").encode() + b"\xff", "01-one.md: the file is not valid UTF-8"),
    "nul": (ONE, lesson("x", "a\0b"), "01-one.md: the file is not valid UTF-8, or holds a NUL"),
    "no-header": (ONE, "# Title\n", "01-one.md:1: a lesson begins with"),
    "open-header": (ONE, '---\ntitle: "x"\n', "01-one.md:2: the header is not closed"),
    "header-json": (ONE, lesson("x").replace('"x"', "x"), "01-one.md:2: the value of title is not JSON"),
    "javascript": (ONE, lesson("x").replace("video_url: null", 'video_url: "javascript:alert(1)"'), "01-one.md:4: video_url must"),
    "content-type": (ONE, lesson("x").replace('"Text"', '"Film"'), "01-one.md:3: content_type must be"),
    "lesson-title": (ONE, lesson("y" * 256), "01-one.md:2: title must be"),
}


def test_every_fault_is_named_and_refuses_its_bootcamp_alone(school, tmp_path):
    folder = make_school(tmp_path / "school", "good", *[f"bad-{n}" for n in FAULTS], "bad-link", "bad-missing")
    for name, (path, text, _) in FAULTS.items():
        write(folder / f"bad-{name}" / path, text)
    (folder / "bad-link" / "LICENSE").unlink()
    (folder / "bad-link" / "LICENSE").symlink_to("/etc/passwd")
    (folder / "bad-missing" / "bootcamp.json").unlink()
    said = imported(school, folder, status=1).stderr
    for name, (_, _, words) in FAULTS.items():
        assert any(line.startswith(f"refused: bad-{name}/") and words in line for line in said.splitlines()), (name, said)
    assert "refused: bad-link/LICENSE: it is a symbolic link" in said
    assert "refused: bad-missing/bootcamp.json: the file is missing" in said
    names = [b["name"] for b in everything(school, "LMS Bootcamp")]
    assert "good" in names and not [n for n in names if n.startswith("bad-")]


def test_a_title_as_long_as_the_doctype_allows_is_taken(school, camp):
    write(camp / "courses/01-alpha/lessons/01-one.md", lesson("y" * 255))
    edit(camp / "courses/01-alpha/course.json", title="z" * 140)
    imported(school, camp)
    one = by_title(school, camp.name)["y" * 255]
    refused = school.admin.put(f"/api/resource/LMS Lesson/{one['name']}", {"title": "y" * 256})
    assert refused.exc_type == "CharacterLengthExceededError"


@pytest.mark.parametrize("what", ["nowhere", "empty", "file"])
def test_a_folder_that_is_no_curriculum_is_said(school, tmp_path, what):
    if what == "empty":
        (tmp_path / what).mkdir()
    if what == "file":
        write(tmp_path / what, "x")
    said = imported(school, tmp_path / what, status=1).stderr
    assert str(tmp_path / what) in said and ("not a curriculum" in said or "cannot be read" in said)


def test_export_wants_an_empty_folder(school, tmp_path):
    write(tmp_path / "out" / "x", "mine")
    assert run(school, "export", school.host, tmp_path / "out").returncode == 1
    assert os.listdir(tmp_path / "out") == ["x"]


def test_many_bootcamps_in_one_import(server, tmp_path):
    other = server.new_school("many")
    imported(other, make_school(tmp_path / "school", *[f"camp-{i}" for i in range(40)]))
    assert other.admin.get("/api/method/frappe.client.get_count", {"doctype": "LMS Lesson"}).message == 200
