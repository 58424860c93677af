"""Pages in the reader's language: which one, how numbers read, and that a switch stays where one is."""
import re

import pytest
from conftest import bootcamp_tree


@pytest.fixture(scope="module")
def camp(school):
    tree = school.admin.create("LMS Bootcamp", **bootcamp_tree("Bases", 5, slug="bases", language="fr", price=1234.5)).data
    preview = [one for one in tree["courses"][0]["lessons"] if one["is_free_preview"]][0]
    return {"path": f"/bootcamps/bases/{tree['courses'][0]['slug']}/{preview['slug']}", "lesson": preview["name"], "tree": tree}


def lang_of(answer):
    return re.search(r'<html lang="([^"]+)"', answer.text)[1]


@pytest.mark.parametrize("accept, wanted", [("fr", "fr"), ("fr-CH, en;q=0.8", "fr"), ("en;q=0.2, fr;q=0.9", "fr"), ("de, fr;q=0.1", "fr"),
                                            ("de", "en"), ("fr;q=0, en", "en"), ("", "en"), ("*", "en"), ("fr;q=abc, en;q=0.5", "en")])
def test_the_browser_says_the_language(school, camp, accept, wanted):
    assert lang_of(school.guest.get("/", headers={"Accept-Language": accept})) == wanted


def test_what_is_nearer_outranks(school, camp):
    school.add_user("langue@school.test", "Student")
    school.admin.put("/api/resource/User/langue@school.test", {"language": "en"})
    user = school.session("langue@school.test")
    french = {"Accept-Language": "en", "Cookie": "lang=fr"}
    assert lang_of(school.guest.get("/", headers=french)) == "fr"  # cookie before browser
    assert lang_of(user.get("/", headers={"Accept-Language": "fr"})) == "en"  # the user's before the browser's
    assert lang_of(user.get("/?lang=fr")) == "fr"  # the argument before all
    school.admin.put("/api/resource/School Settings/School Settings", {"language": "fr"})
    assert lang_of(school.guest.get("/")) == "fr" and lang_of(school.guest.get("/", headers={"Accept-Language": "en"})) == "en"
    school.admin.put("/api/resource/School Settings/School Settings", {"language": "en"})


@pytest.mark.parametrize("query", ["", "?q=base", "?q=base&page=2", "?lang=en&q=a%26b", "?q=%3Cscript%3E"])
@pytest.mark.parametrize("path", ["/", "/search", "/bootcamps/bases", "lesson", "/login"])
def test_the_switch_stays_on_the_page_and_its_query(school, camp, path, query):
    path = camp["path"] if path == "lesson" else path
    html = school.guest.get(path + query).text
    switch = re.search(r'<a href="([^"]+)" lang="fr" hreflang="fr"', html)[1].replace("&amp;", "&")
    assert switch.startswith(path + "?") and switch.endswith("lang=fr")
    rest = [piece for piece in query.lstrip("?").split("&") if piece and not piece.startswith("lang=")]
    assert switch == path + "?" + "".join(piece + "&" for piece in rest) + "lang=fr"
    there = school.guest.get(switch)
    assert there.status == 200 and lang_of(there) == "fr"
    assert "lang=fr" in (there.header("Set-Cookie") or "")


def test_numbers_read_as_the_language_writes_them(school, camp):
    french, english = school.guest.get("/?lang=fr").text, school.guest.get("/?lang=en").text
    assert "1\u202f234,50\u00a0€" in french and "€1,234.50" in english
    assert "5 leçons" in french and "5 lessons" in english


def test_errors_speak_the_language(school, camp):
    assert "Il n’y a rien ici" in school.guest.get("/nope?lang=fr").text and "There is nothing here" in school.guest.get("/nope?lang=en").text
    refused = school.guest.post("/api/method/lms.enroll?lang=fr", {"bootcamp": "bases"})
    assert refused.status == 403


def test_alternates_name_every_language_and_this_page(school, camp):
    html = school.guest.get(camp["path"]).text
    links = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"', html))
    assert set(links) == {"en", "fr", "x-default"} and all(camp["path"] in url for url in links.values())


def test_a_translation_holds_at_once_and_falls_back_field_by_field(school, camp):
    assert "Lesson 05" in school.guest.get(camp["path"] + "?lang=en").text
    for field, value in (("title", "An English title"), ("content", "An English body")):
        made = school.admin.create("Content Translation", reference_doctype="LMS Lesson", reference_name=camp["lesson"],
                                   fieldname=field, language="en", value=value)
        page = school.guest.get(camp["path"] + "?lang=en").text
        assert value in page
        assert ("Body of lesson" in page) == (field == "title")
        kept = made.data["name"]
    assert "An English" not in school.guest.get(camp["path"] + "?lang=fr").text
    school.admin.put(f"/api/resource/Content Translation/{kept}", {"value": "Rewritten"})
    assert "Rewritten" in school.guest.get(camp["path"] + "?lang=en").text
    school.admin.delete(f"/api/resource/Content Translation/{kept}")
    page = school.guest.get(camp["path"] + "?lang=en").text
    assert "Body of lesson" in page and "An English title" in page


def test_foreign_passages_say_their_language(school, camp):
    page = school.guest.get(camp["path"] + "?lang=en").text
    assert re.search(r'class="body" lang="fr"', page)
    for path in ("/", "/bootcamps/bases", camp["path"]):
        main = school.guest.get(path + "?lang=en").text.split("<main")[1]
        assert 'lang="fr"' in main and 'lang="fr"' not in school.guest.get(path + "?lang=fr").text.split("<main")[1].replace(
            'class="body" lang="fr"', "")
    assert 'lang="fr"' in school.guest.get("/search?q=bases&lang=en").text.split("<main")[1]
