"""Files: uploads, downloads, who may read them, and what attackers try (spec section 8.4)."""
import base64
import concurrent.futures
import hashlib
import http.client
import io
import os
import re
import time
import urllib.parse
import uuid

import pytest
from conftest import bootcamp_tree

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PDF = b"%PDF-1.4\nhello"


@pytest.fixture(scope="module")
def student(school):
    return school.add_user("student@files.test", "Student")


@pytest.fixture(scope="module")
def other(school):
    return school.add_user("other@files.test", "Student")


def form(name, content, **fields):
    boundary = uuid.uuid4().hex
    body = io.BytesIO()
    for key, value in fields.items():
        body.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode())
    if name is not None:
        body.write(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="'.encode() +
                   (name if isinstance(name, bytes) else name.encode()) + b'"\r\n\r\n' + content + b"\r\n")
    body.write(f"--{boundary}--\r\n".encode())
    return body.getvalue(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def upload(client, name, content=PNG, path="/api/method/upload_file", **fields):
    body, headers = form(name, content, **fields)
    return client.request("POST", path, body=body, headers=headers)


def unique(size=64):
    return b"unique " + os.urandom(size)


def url_path(url):
    return urllib.parse.quote(url)


def stored(school, private=True):
    folder = school.server.sites / school.host / ("private" if private else "public") / "files"
    return folder


# ---- upload ------------------------------------------------------------------------------------------------------------
def test_an_upload_is_a_file_document(school):
    content = PDF + unique()
    doc = upload(school.admin, "report.pdf", content, is_private="1").message
    assert doc["doctype"] == "File" and re.fullmatch(r"[0-9a-v]{10}", doc["name"])
    assert doc["file_name"] == "report.pdf" and doc["file_url"] == "/private/files/report.pdf"
    assert doc["is_private"] == 1 and doc["is_folder"] == 0 and doc["folder"] == "Home"
    assert doc["file_size"] == len(content) and doc["file_type"] == "PDF"
    assert doc["content_hash"] == hashlib.md5(content).hexdigest()
    assert "attached_to_doctype" not in doc and "content" not in doc
    assert (stored(school) / "report.pdf").read_bytes() == content


def test_the_same_by_frappe_handler_and_by_v2(school):
    assert upload(school.admin, "h.txt", unique(), path="/api/method/frappe.handler.upload_file").message["file_name"] == "h.txt"
    answer = upload(school.admin, "v2.txt", unique(), path="/api/v2/method/upload_file")
    assert answer.status == 200 and answer.json["data"]["file_name"] == "v2.txt"


def test_public_is_the_default(school):
    doc = upload(school.admin, "logo.png", PNG + unique()).message
    assert doc["file_url"] == "/files/logo.png" and doc["is_private"] == 0
    assert school.guest.get(doc["file_url"]).status == 200


def test_guests_may_not_upload(school):
    assert upload(school.guest, "a.png").status == 403


def test_guests_may_upload_simple_files_where_the_school_says_so(school):
    school.admin.put("/api/resource/System Settings/System Settings", {"allow_guests_to_upload_files": 1})
    try:
        assert upload(school.guest, "guest.png", PNG + unique()).status == 200
        assert upload(school.guest, "guest.html", b"<script>").exc_type == "FileTypeNotAllowed"
    finally:
        school.admin.put("/api/resource/System Settings/System Settings", {"allow_guests_to_upload_files": 0})


def test_students_upload_simple_kinds_only(school, student):
    client = school.client(student)
    assert upload(client, "me.png", PNG + unique(), is_private="1").status == 200
    answer = upload(client, "page.html", b"<script>alert(1)</script>")
    assert answer.status == 417 and answer.exc_type == "FileTypeNotAllowed"
    assert upload(client, "x.svg", b"<svg/>").status == 417


def test_content_that_is_not_what_the_name_says_is_refused(school):
    answer = upload(school.admin, "photo.png", b"MZ\x90\0 a program")
    assert answer.status == 417 and answer.exc_type == "FileTypeNotAllowed"
    assert upload(school.admin, "paper.pdf", b"<html><script>alert(1)</script>").status == 417
    assert upload(school.admin, "movie.mp4", b"\0\0\0\x18ftypmp42" + unique()).status == 200


def test_only_extensions_that_the_school_allows(school):
    school.admin.put("/api/resource/System Settings/System Settings", {"allowed_file_extensions": "PNG\nPDF"})
    try:
        assert upload(school.admin, "n.txt", unique()).exc_type == "FileTypeNotAllowed"
        assert upload(school.admin, "y.png", PNG + unique()).status == 200
    finally:
        school.admin.put("/api/resource/System Settings/System Settings", {"allowed_file_extensions": ""})


def test_a_file_over_the_limit(school):
    school.admin.put("/api/resource/System Settings/System Settings", {"max_file_size": 1})
    try:
        assert upload(school.admin, "fits.txt", b"x" * (1 << 20)).status == 200
        answer = upload(school.admin, "big.txt", b"x" * ((1 << 20) + 1))
        assert answer.status == 417 and answer.exc_type == "MaxFileSizeReachedError"
        head = (f"POST /api/method/upload_file HTTP/1.1\r\nHost: {school.host}\r\nContent-Length: {3 << 20}\r\n"
                f"Content-Type: multipart/form-data; boundary=x\r\n\r\n")
        assert school.server.raw(head.encode()).split()[1] == b"413", "before the body is read"
    finally:
        school.admin.put("/api/resource/System Settings/System Settings", {"max_file_size": 0})


def test_names_are_made_safe(school):
    cases = {"../../etc/passwd.txt": "etcpasswd.txt", "..\\..\\boot.txt": "boot.txt", ".htaccess.txt": "htaccess.txt",
             "a%2e%2e%2fb.txt": "a_2e_2e_2fb.txt", "what?#.txt": "what__.txt", "été 2026 😀_100.txt": "été 2026 😀_100.txt",
             "safe\u202etxt.exe.txt": "safetxt.exe.txt", "<b>.txt": "_b_.txt", "...": "file"}
    for sent, kept in cases.items():
        doc = upload(school.admin, sent, unique(), is_private="1").message
        assert doc["file_name"] == kept, sent
        assert school.admin.get(url_path(doc["file_url"])).status == 200, sent
        assert (stored(school) / kept).is_file()


def test_a_name_that_is_not_utf8_is_refused(school):
    assert upload(school.admin, b"\xff\xfe.txt", unique()).status == 417


def test_a_long_name_is_cut_before_its_extension(school):
    doc = upload(school.admin, "l" * 230 + ".txt", unique()).message
    assert len(doc["file_name"]) <= 140 and doc["file_name"].endswith("l.txt")
    doc = upload(school.admin, "漢" * 75 + ".txt", unique()).message
    assert len(doc["file_name"].encode()) <= 180 and doc["file_name"].endswith("漢.txt")


def test_a_name_that_is_taken_ends_with_the_hash(school):
    first, second = unique(), unique()
    assert upload(school.admin, "twice.txt", first).message["file_url"] == "/files/twice.txt"
    doc = upload(school.admin, "twice.txt", second).message
    end = hashlib.md5(second).hexdigest()[-6:]
    assert doc["file_url"] == f"/files/twice{end}.txt" and doc["file_name"] == f"twice{end}.txt"
    assert school.guest.get("/files/twice.txt").body == first
    assert school.guest.get(doc["file_url"]).body == second


def test_the_same_content_of_one_owner_is_stored_once(school):
    content = unique()
    first = upload(school.admin, "one.txt", content).message
    again = upload(school.admin, "two.txt", content).message
    assert again["file_url"] == first["file_url"] and again["name"] != first["name"]


def test_the_same_content_of_another_owner_keeps_names_apart_and_shares_the_bytes(school, student, other):
    content = unique()
    first = upload(school.client(student), "secret-plan.txt", content, is_private="1").message
    second = upload(school.client(other), "mine.txt", content, is_private="1").message
    assert second["file_url"] == "/private/files/mine.txt"
    folder = stored(school)
    assert os.stat(folder / "secret-plan.txt").st_ino == os.stat(folder / "mine.txt").st_ino
    assert school.admin.delete(f"/api/resource/File/{first['name']}").status == 202
    assert not (folder / "secret-plan.txt").exists() and (folder / "mine.txt").read_bytes() == content


def test_ten_uploads_of_one_name_at_once(school):
    token = school.token("Administrator")
    bodies = [unique() for _ in range(10)]

    def one(content):
        client = school.client("Administrator")
        return upload(client, "race.txt", content).message

    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        docs = list(pool.map(one, bodies))
    assert token and len({doc["file_url"] for doc in docs}) == 10
    for doc, content in zip(docs, bodies):
        assert school.guest.get(doc["file_url"]).body == content
    assert list((stored(school, private=False) / ".new").iterdir()) == []


def test_a_refused_upload_leaves_nothing(school):
    before = {p.name for p in stored(school).rglob("*")}
    assert upload(school.admin, "stray.txt", unique(), is_private="1", folder="No such folder").status == 417
    assert {p.name for p in stored(school).rglob("*")} == before


def test_what_a_killed_process_left_is_swept(school):
    folder = stored(school)
    (folder / ".new").mkdir(exist_ok=True)
    left = folder / ".new" / "00000000-orphan.txt"
    left.write_bytes(b"half")
    os.link(left, folder / "orphan.txt")
    kept = upload(school.admin, "kept.txt", unique(), is_private="1").message
    os.link(folder / "kept.txt", folder / ".new" / "00000001-kept.txt")
    upload(school.admin, "now.txt", unique(), is_private="1")
    assert left.exists(), "an hour has not passed"
    assert kept["file_url"] == "/private/files/kept.txt"


def test_a_disk_without_room_is_503_and_leaves_nothing(school):
    folder = stored(school)
    folder.rename(folder.with_name("files.away"))
    folder.write_text("not a folder")
    try:
        answer = upload(school.admin, "nowhere.txt", unique(), is_private="1")
        assert answer.status == 503 and str(folder) not in answer.text
    finally:
        folder.unlink()
        folder.with_name("files.away").rename(folder)


def peak_memory(school):
    """KiB that the server ever had resident."""
    return int(re.search(r"VmHWM:\s*(\d+)", open(f"/proc/{school.server.process.pid}/status").read())[1])


def test_a_large_upload_goes_through(school):
    school.admin.put("/api/resource/System Settings/System Settings", {"max_file_size": 80})
    try:
        content = os.urandom(1 << 20) * 70
        before = peak_memory(school)
        doc = upload(school.admin, "large.bin", content, is_private="1").message
        assert peak_memory(school) < before + (48 << 10), "it is on disk, not in memory"
        assert doc["file_size"] == len(content)
        answer = school.admin.get(doc["file_url"])
        assert hashlib.md5(answer.body).hexdigest() == doc["content_hash"]
    finally:
        school.admin.put("/api/resource/System Settings/System Settings", {"max_file_size": 0})


def test_a_field_of_megabytes_in_a_form_is_refused(school):
    answer = upload(school.admin, "a.txt", b"x", folder="y" * (5 << 20))
    assert answer.status == 417


# ---- attaching -----------------------------------------------------------------------------------------------------------
def test_attaching_needs_write_on_the_document(school, student, other):
    client = school.client(student)
    answer = upload(client, "in.png", PNG + unique(), doctype="User", docname=other)
    assert answer.status in (403, 404)
    doc = upload(school.admin, "cv.pdf", PDF + unique(), doctype="User", docname=other, fieldname="user_image",
                 is_private="1").message
    assert (doc["attached_to_doctype"], doc["attached_to_name"], doc["attached_to_field"]) == ("User", other, "user_image")
    assert school.client(other).get(doc["file_url"]).status == 200
    assert school.client(student).get(doc["file_url"]).status == 403


def test_unknown_doctypes_and_fields_are_refused(school):
    assert upload(school.admin, "a.png", PNG, doctype="Nothing", docname="x").status == 404
    assert upload(school.admin, "a.png", PNG, doctype="User", docname="Guest", fieldname="nope").status == 417


def test_files_of_a_lesson_are_for_those_who_may_read_its_content(school, student):
    tree = school.admin.create("LMS Bootcamp", **bootcamp_tree("Files Camp", 5)).data
    lessons = tree["courses"][0]["lessons"]
    locked, preview = lessons[0]["name"], lessons[4]["name"]
    secret = upload(school.admin, "handout.pdf", PDF + unique(), doctype="LMS Lesson", docname=locked, is_private="1").message
    free = upload(school.admin, "free.pdf", PDF + unique(), doctype="LMS Lesson", docname=preview, is_private="1").message
    assert school.client(student).get(free["file_url"]).status == 200
    for url in (free["file_url"], secret["file_url"]):
        assert school.guest.get(url).status == 403  # whatever it is attached to
    assert school.client(student).get(secret["file_url"]).status == 403
    school.admin.post("/api/method/lms.enroll", {"bootcamp": tree["name"], "user": student})
    assert school.client(student).get(secret["file_url"]).status == 200


def test_attach_file_by_base64(school):
    content = unique()
    answer = school.admin.post("/api/method/frappe.client.attach_file",
                               {"filename": "b64.txt", "filedata": base64.b64encode(content).decode(), "decode_base64": 1,
                                "doctype": "User", "docname": "Administrator", "is_private": 1})
    assert answer.message["folder"] == "Home/Attachments"
    assert school.admin.get(answer.message["file_url"]).body == content


def test_a_file_document_with_content(school):
    content = unique()
    doc = school.admin.create("File", file_name="rest.txt", content=base64.b64encode(content).decode(), decode=1,
                              is_private=1).data
    assert doc["file_size"] == len(content) and school.admin.get(doc["file_url"]).body == content


# ---- downloads ------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def video(school):
    return upload(school.admin, "film.mp4", b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 8).message["file_url"]


def test_a_download_has_type_length_tag_and_policy(school, video):
    answer = school.guest.get(video)
    assert answer.status == 200 and answer.header("Content-Type") == "video/mp4"
    assert answer.header("Accept-Ranges") == "bytes" and answer.header("X-Content-Type-Options") == "nosniff"
    assert "sandbox" in answer.header("Content-Security-Policy")
    assert answer.header("Content-Disposition").startswith('inline; filename="film.mp4"')
    assert int(answer.header("Content-Length")) == len(answer.body) == 2060
    head = school.guest.request("HEAD", video)
    assert head.status == 200 and head.body == b"" and head.header("Content-Length") == "2060"


@pytest.mark.parametrize("asked, status, first, last", [
    ("bytes=0-0", 206, 0, 0), ("bytes=10-19", 206, 10, 19), ("bytes=2000-", 206, 2000, 2059), ("bytes=-10", 206, 2050, 2059),
    ("bytes=2059-9999", 206, 2059, 2059), ("bytes=2060-", 416, 0, 0), ("bytes=-0", 416, 0, 0), ("bytes=5-2", 200, 0, 2059),
    ("bytes=0-1,5-6", 200, 0, 2059), ("lines=1-2", 200, 0, 2059), ("bytes=99999999999999999999-", 200, 0, 2059)])
def test_ranges(school, video, asked, status, first, last):
    whole = school.guest.get(video).body
    answer = school.guest.get(video, headers={"Range": asked})
    assert answer.status == status
    if status == 206:
        assert answer.header("Content-Range") == f"bytes {first}-{last}/2060"
    if status == 416:
        assert answer.header("Content-Range") == "bytes */2060" and answer.body == b""
    else:
        assert answer.body == whole[first:last + 1]


def test_conditions(school, video):
    answer = school.guest.get(video)
    tag, date = answer.header("ETag"), answer.header("Last-Modified")
    assert school.guest.get(video, headers={"If-None-Match": f'"x", W/{tag}'}).status == 304
    assert school.guest.get(video, headers={"If-None-Match": '"x"', "If-Modified-Since": date}).status == 200
    assert school.guest.get(video, headers={"If-Modified-Since": date}).status == 304
    assert school.guest.get(video, headers={"Range": "bytes=0-1", "If-Range": tag}).status == 206
    assert school.guest.get(video, headers={"Range": "bytes=0-1", "If-Range": '"old"'}).status == 200


def test_private_files_are_their_owners(school, student, other):
    url = upload(school.client(student), "diary.txt", unique(), is_private="1").message["file_url"]
    answer = school.client(student).get(url)
    assert answer.status == 200 and "no-store" in answer.header("Cache-Control")
    assert school.admin.get(url).status == 200
    for stranger in (school.guest, school.client(other)):
        refused = stranger.get(url)
        assert refused.status == 403 and b"unique" not in refused.body
        assert stranger.get("/private/files/no-such.txt").status == 403
    assert school.admin.get("/private/files/no-such.txt").status == 404


def test_registering_the_address_of_a_foreign_file_gives_nothing(school, student, other):
    url = upload(school.client(student), "register.txt", unique(), is_private="1").message["file_url"]
    thief = school.client(other)
    assert upload(thief, None, b"", file_url=url).status == 404
    assert upload(thief, None, b"", file_url=url.upper().replace("/PRIVATE/FILES/", "/private/files/")).status == 404
    assert thief.create("File", file_name="x.txt", file_url=url).status == 403
    assert thief.get(url).status == 403


def test_addresses_that_differ_by_case_or_accent_are_different_files(school, student, other):
    upload(school.client(student), "resume.txt", unique(), is_private="1")
    upload(school.client(other), "Résumé.txt", unique(), is_private="1")
    assert school.client(other).get("/private/files/resume.txt").status == 403
    assert school.client(student).get(url_path("/private/files/Résumé.txt")).status == 403


@pytest.mark.parametrize("path", [
    "/files/../../site_config.json", "/files/%2e%2e/%2e%2e/site_config.json", "/files/..%2f..%2fsite_config.json",
    "/files/.new/x", "/files//etc/passwd", "/files/%2fetc%2fpasswd", "/files/..%5c..%5csite_config.json", "/files/",
    "/files/a%00b", "/files/" + "a" * 300, "/files/" + "a/" * 20 + "x"])
def test_nothing_outside_of_the_folder_is_served(school, path):
    answer = school.server.raw(f"GET {path} HTTP/1.1\r\nHost: {school.host}\r\nConnection: close\r\n\r\n".encode())
    assert int(answer.split()[1]) in (400, 404, 417) and b"db_name" not in answer and b"root:" not in answer


def test_links_and_pipes_on_disk_are_not_followed(school):
    folder = stored(school, private=False)
    os.symlink("/etc/passwd", folder / "link.txt")
    os.symlink("/etc", folder / "dir")
    os.mkfifo(folder / "pipe.txt")
    for path in ("/files/link.txt", "/files/dir/passwd", "/files/pipe.txt", "/files/dir"):
        assert school.guest.get(path).status == 404, path
    for name in ("link.txt", "dir", "pipe.txt"):
        (folder / name).unlink()


def test_another_school_has_other_files(school, server):
    stranger = server.new_school("strangers")
    url = upload(school.admin, "ours.txt", unique()).message["file_url"]
    assert stranger.guest.get(url).status == 404 and school.guest.get(url).status == 200


def test_pages_and_drawings_are_never_shown_in_place(school):
    for name, content in (("evil.html", b"<script>alert(1)</script>"), ("evil.svg", b"<svg onload='alert(1)'/>"),
                          ("evil.xml", b"<x/>"), ("evil.xhtml", b"<x/>"), ("evil", b"<html>"), ("evil.shtml", b"<html>")):
        url = upload(school.admin, name, content + unique()).message["file_url"]
        answer = school.guest.get(url)
        assert answer.header("Content-Disposition").startswith("attachment"), name
        assert answer.header("Content-Type").split(";")[0] in ("application/octet-stream", "image/svg+xml")
        assert "sandbox" in answer.header("Content-Security-Policy")


def test_names_beyond_ascii_in_the_disposition(school):
    url = upload(school.admin, "Résumé 😀.pdf", PDF + unique()).message["file_url"]
    assert school.guest.get(url_path(url)).header("Content-Disposition") == (
        "attachment; filename=\"R_sum_ _.pdf\"; filename*=UTF-8''R%C3%A9sum%C3%A9%20%F0%9F%98%80.pdf")


def test_download_file(school, student):
    url = upload(school.client(student), "dl.txt", unique(), is_private="1").message["file_url"]
    answer = school.client(student).get("/api/method/download_file", {"file_url": url})
    assert answer.status == 200 and answer.header("Content-Disposition").startswith("attachment")
    assert school.guest.get("/api/method/download_file", {"file_url": url}).status == 403


# ---- the documents ----------------------------------------------------------------------------------------------------------
def test_home_and_attachments_are_there(school):
    assert school.admin.get("/api/resource/File/Home").data["is_home_folder"] == 1
    assert school.admin.get("/api/resource/File/Home%2FAttachments").data["folder"] == "Home"
    assert school.admin.delete("/api/resource/File/Home").status == 417


def test_a_folder_that_holds_files_stays(school):
    made = school.admin.post("/api/method/frappe.core.api.file.create_new_folder", {"file_name": "Box", "folder": "Home"})
    assert made.message["name"] == "Home/Box"
    doc = upload(school.admin, "inbox.txt", unique(), folder="Home/Box").message
    assert school.admin.delete("/api/resource/File/Home%2FBox").exc_type == "FolderNotEmpty"
    school.admin.delete(f"/api/resource/File/{doc['name']}")
    assert school.admin.delete("/api/resource/File/Home%2FBox").status == 202


def test_the_bytes_go_with_the_last_file(school):
    content = unique()
    first = upload(school.admin, "last.txt", content).message
    second = upload(school.admin, "last.txt", content).message
    assert first["file_url"] == second["file_url"]
    school.admin.delete(f"/api/resource/File/{first['name']}")
    assert school.guest.get(first["file_url"]).status == 200
    school.admin.delete(f"/api/resource/File/{second['name']}")
    assert school.guest.get(first["file_url"]).status == 404


def test_made_private_the_bytes_leave_the_public_folder(school):
    doc = upload(school.admin, "turn.txt", unique()).message
    changed = school.admin.put(f"/api/resource/File/{doc['name']}", {"is_private": 1}).data
    assert changed["file_url"] == "/private/files/turn.txt"
    assert school.guest.get(doc["file_url"]).status == 404 and school.guest.get(changed["file_url"]).status == 403
    assert school.admin.get(changed["file_url"]).status == 200


def test_the_address_of_a_file_cannot_be_changed(school):
    doc = upload(school.admin, "fixed.txt", unique()).message
    answer = school.admin.put(f"/api/resource/File/{doc['name']}", {"file_url": "/files/other.txt"})
    assert answer.status == 417
    read = school.admin.get(f"/api/resource/File/{doc['name']}").data
    assert school.admin.put(f"/api/resource/File/{doc['name']}", read).status == 200


def test_file_documents_are_the_managers(school, student):
    mine = upload(school.client(student), "list.txt", unique(), is_private="1").message["name"]
    assert school.client(student).list("File").status == 403
    assert school.client(student).get(f"/api/resource/File/{mine}").status == 403
    assert school.client(student).delete(f"/api/resource/File/{mine}").status == 403
    assert school.admin.get(f"/api/resource/File/{mine}").data["owner"] == student


def test_files_go_with_the_document_they_are_attached_to(school):
    tree = school.admin.create("LMS Bootcamp", **bootcamp_tree("Gone Camp", 2)).data
    lesson = tree["courses"][0]["lessons"][0]["name"]
    docs = [upload(school.admin, f"gone{n}.pdf", PDF + unique(), doctype=doctype, docname=name, is_private="1").message
            for n, (doctype, name) in enumerate([("LMS Bootcamp", tree["name"]), ("LMS Lesson", lesson)])]
    assert school.admin.delete(f"/api/resource/LMS Bootcamp/{tree['name']}").status == 202
    for doc in docs:
        assert school.admin.get(f"/api/resource/File/{doc['name']}").status == 404
        assert not (stored(school) / doc["file_name"]).exists()


def test_files_of_a_renamed_document_follow_it(school):
    school.admin.create("Role", role_name="Old Name")
    doc = upload(school.admin, "role.pdf", PDF + unique(), doctype="Role", docname="Old Name", is_private="1").message
    renamed = school.admin.post("/api/method/frappe.client.rename_doc",
                                {"doctype": "Role", "old_name": "Old Name", "new_name": "New Name"})
    if renamed.status == 200:
        assert school.admin.get(f"/api/resource/File/{doc['name']}").data["attached_to_name"] == "New Name"


def test_files_come_back_from_a_backup(school, server, tmp_path):
    content = unique()
    url = upload(school.admin, "backed.txt", content).message["file_url"]
    upload(school.admin, "backed-too.txt", content, is_private="1")
    server.run("site", "backup", school.host, str(tmp_path / "b.tgz"))
    server.run("site", "restore", "files-back.test", str(tmp_path / "b.tgz"))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for _ in range(40):
        connection.request("GET", url, headers={"Host": "files-back.test"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 200:
            break
        time.sleep(0.1)
    assert answer.status == 200 and body == content
