"""The search of a school: what is found, in which words, by whom."""
import time
import urllib.parse

import pytest

CAMP = {"title": "Cuisine de saison", "slug": "cuisine", "language": "fr", "price": 90, "currency": "EUR", "published": 1,
        "short_introduction": "Des recettes simples.", "description": "Apprendre **les bases** : crème brûlée, béchamel.",
        "courses": [{"title": "Les œufs", "description": "Cuire un œuf mollet.", "lessons": [
            {"title": "Go au marché", "content_type": "Text", "is_free_preview": 1,
             "content": "# Au marché\n\nChoisir l'**eau** et le [thym](https://example.com/secretlink).\n\n"
                        "Le langage C <script>alert(1)</script> & \"Go\" : the best of both worlds."},
            {"title": "Soufflé au fromage", "content_type": "Text", "content": "Battre les blancs en neige avec parcimonie."},
            {"title": "Brouillon caché", "content_type": "Text", "content": "invisibleword", "published": 0,
             "is_free_preview": 1}]}]}


@pytest.fixture(scope="module")
def camp(school):
    created = school.admin.create("LMS Bootcamp", **CAMP).data
    school.admin.create("LMS Bootcamp", title="Draftword", slug="draft", published=0)
    lessons = {one["title"]: one["name"] for one in created["courses"][0]["lessons"]}
    for field, value in {"title": "Cheese soufflé", "content": "Whisk the egg whites sparingly."}.items():
        assert school.admin.create("Content Translation", reference_doctype="LMS Lesson", fieldname=field, language="en",
                                   reference_name=lessons["Soufflé au fromage"], value=value).status == 200
    return lessons


def find(client, q, **more):
    return client.get("/api/method/lms.search", {"q": q, "language": "fr", **more}).message["results"]


def titles(client, q, **more):
    return [one["title"] for one in find(client, q, **more)]


@pytest.mark.parametrize("q, title", [
    ("creme brulee", "Cuisine de saison"),  # accents
    ("CRÈME", "Cuisine de saison"),  # case
    ("recette", "Cuisine de saison"),  # plural
    ("oeufs", "Les œufs"),  # ligature
    ("go", "Go au marché"),  # two letters
    ("the", "Go au marché"),  # a stop word of the server's
    ("of both", "Go au marché"),
    ("c langage", "Go au marché"),  # one letter beside a word
    ("march", "Go au marché"),  # the beginning of a word
    ("l'eau", "Go au marché"),
    ('"choisir l\'eau"', "Go au marché"),  # in a row
    ("souffle", "Soufflé au fromage"),  # the title of what is locked
])
def test_a_word_is_found_however_it_is_written(school, camp, q, title):
    assert title in titles(school.guest, q), q


@pytest.mark.parametrize("q", ['"l\'eau choisir"', "secretlink", "script alert zzz", "invisibleword", "draftword", "caché"])
def test_what_is_not_there_or_not_shown_is_not_found(school, camp, q):
    assert not [one for one in find(school.guest, q) if not school.guest.get("/api/method/lms.search", {
        "q": q, "language": "fr"}).message["some_words"]]


def test_a_title_ranks_before_a_body(school, camp):
    assert titles(school.guest, "marché")[0] == "Go au marché"


def test_the_body_of_a_locked_lesson_makes_no_hit_and_is_never_quoted(school, camp):
    assert titles(school.guest, "parcimonie") == []
    locked = [one for one in find(school.guest, "soufflé") if one["doctype"] == "LMS Lesson"][0]
    assert locked["snippet"] == "" and locked["readable"] is False
    assert titles(school.admin, "parcimonie") == ["Soufflé au fromage"]


def test_who_is_enrolled_finds_it_until_access_ends(school, camp):
    user = school.client(school.add_user("finds@example.com", "Student"))
    assert titles(user, "parcimonie") == []
    enrollment = school.admin.create("Enrollment", user="finds@example.com", bootcamp="cuisine").data["name"]
    hit = find(user, "parcimonie")[0]
    assert hit["readable"] and "<mark>parcimonie</mark>" in hit["snippet"]
    assert hit["url"] == "/bootcamps/cuisine/les-oeufs/souffle-au-fromage" and hit["where"] == "Cuisine de saison › Les œufs"
    school.admin.put(f"/api/resource/Enrollment/{enrollment}", {"status": "Suspended"})
    assert titles(user, "parcimonie") == []


def test_a_reader_finds_what_their_language_shows(school, camp):
    assert titles(school.admin, "whisk", language="en") == ["Cheese soufflé"]
    assert titles(school.admin, "parcimonie", language="en") == []
    assert titles(school.admin, "whisk") == []
    assert "Go au marché" in titles(school.guest, "marché", language="en")  # not translated: as it is


def test_a_snippet_is_safe_html_with_the_words_marked(school, camp):
    snippet = [one for one in find(school.guest, "langage alert") if one["doctype"] == "LMS Lesson"][0]["snippet"]
    assert "<mark>langage</mark>" in snippet and "<script" not in snippet and "**" not in snippet


@pytest.mark.parametrize("q", ['+', '-', '*', '"', '""', '"""', '+-*', '@10', '(((', ')))', '+(a', '~<>', 'a* -b +c', '"a', "'", "\\",
                               '%', '_', 'a' * 3000, ' '.join(['mot'] * 500), '😀', 'é' * 200, 'ﷺ' * 140, '学习', '\u202e', '+"a b"*',
                               '"a b" @3', 'qzx', 'null', '`', '-- ', ';drop', '{"a":1}', '٣٤', '/*', 'a,b', 'a AND b'])
def test_hostile_questions_are_only_words(school, camp, q):
    assert school.guest.get("/api/method/lms.search", {"q": q}).status in (200, 417)
    assert school.guest.get("/search?q=" + urllib.parse.quote(q)).status in (200, 404, 417)


def test_a_visitor_s_page_is_kept_until_something_changes(school, camp):
    first = school.guest.get("/search?q=marché")
    assert "<mark>marché</mark>" in first.text and first.header("Cache-Control") == "no-cache" and first.header("ETag")
    assert school.guest.get("/search?q=marché", headers={"If-None-Match": first.header("ETag")}).status == 304
    lesson = camp["Go au marché"]
    school.admin.put(f"/api/resource/LMS Lesson/{lesson}", {"title": "Go aux halles"})
    assert school.guest.get("/search?q=marché", headers={"If-None-Match": first.header("ETag")}).status == 200
    school.admin.put(f"/api/resource/LMS Lesson/{lesson}", {"title": "Go au marché"})
    assert 'noindex' in first.text and "Disallow: /search" in school.guest.get("/robots.txt").text


def test_the_index_follows_the_documents_at_once(school):
    admin, guest = school.admin, school.guest
    tree = admin.create("LMS Bootcamp", title="Follow", slug="follow", published=1, language="fr", courses=[
        {"title": "C", "lessons": [{"title": "L", "content_type": "Text", "is_free_preview": 1, "content": "wordone"}]}]).data
    lesson = tree["courses"][0]["lessons"][0]["name"]
    assert titles(guest, "wordone") == ["L"]
    assert admin.put(f"/api/resource/LMS Lesson/{lesson}", {"content": "wordtwo"}).status == 200
    assert titles(guest, "wordone") == [] and titles(guest, "wordtwo") == ["L"]
    tree = admin.get("/api/resource/LMS Bootcamp/follow").data
    tree["courses"][0]["lessons"][0]["content"] = "wordthree"
    assert admin.put("/api/resource/LMS Bootcamp/follow", tree).status == 200
    assert titles(guest, "wordtwo") == [] and titles(guest, "wordthree") == ["L"]
    translation = admin.create("Content Translation", reference_doctype="LMS Lesson", reference_name=lesson,
                               fieldname="content", language="en", value="wordfour").data["name"]
    assert titles(guest, "wordfour", language="en") == ["L"] and titles(guest, "wordthree", language="en") == []
    admin.put(f"/api/resource/Content Translation/{translation}", {"value": "wordfive"})
    assert titles(guest, "wordfive", language="en") == ["L"] and titles(guest, "wordfour", language="en") == []
    admin.delete(f"/api/resource/Content Translation/{translation}")
    assert titles(guest, "wordthree", language="en") == ["L"] and titles(guest, "wordfive", language="en") == []
    admin.put("/api/resource/LMS Bootcamp/follow", {"published": 0})
    assert titles(guest, "wordthree") == []
    admin.put("/api/resource/LMS Bootcamp/follow", {"published": 1})
    assert admin.post("/api/method/frappe.client.rename_doc", {"doctype": "LMS Bootcamp", "old_name": "follow",
                                                               "new_name": "followed"}).status == 200
    assert find(guest, "wordthree")[0]["url"].startswith("/bootcamps/followed/")
    assert [one["url"] for one in find(guest, "follow")] == ["/bootcamps/followed"]
    admin.delete(f"/api/resource/LMS Lesson/{lesson}")
    assert titles(guest, "wordthree") == []
    admin.delete("/api/resource/LMS Bootcamp/followed")
    assert titles(guest, "follow") == []


def test_what_was_there_before_is_indexed_by_the_job(school, camp, server):
    from seeded import sql
    sql(server, school.host, "DELETE FROM preau_search; INSERT INTO preau_job (job, lane, args, created, run_at, lease_s)"
                             " VALUES ('search.index', 0, '{}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 120);"
                             " INSERT INTO preau_change_log (at, origin, doctypes) VALUES (UTC_TIMESTAMP(6), 0, 'preau_job');")
    end = time.time() + 20
    while time.time() < end and "Go au marché" not in titles(school.guest, "marché"):
        time.sleep(0.2)
    assert "Go au marché" in titles(school.guest, "marché")
