"""What the pages say, to programs that read them: markup, headers, who may read what; no browser."""
import gzip
import html.parser
import json
import os
import re
import signal
import time
import xml.etree.ElementTree

import pytest

from conftest import LONG, SECRET

LESSON = "/bootcamps/ugly/first/video"
LOCKED = "/bootcamps/ugly/first/secret"
FREE = "/bootcamps/gratis"
PAGES = ["/", "/api/docs", "/api/docs/LMS%20Bootcamp", "/?q=walrus", "/?page=2", "/bootcamps/ugly", "/bootcamps/empty", LESSON, LOCKED, "/login", "/logout",
         "/signup", "/forgot", "/goodbye"]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
IMPLIED = {"path", "circle"}


class Page(html.parser.HTMLParser):
    """The elements of a page, its scripts' texts, and what is closed in the wrong order."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.wrong, self.scripts, self.words = [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID | IMPLIED:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in VOID | IMPLIED:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        inside = self.open[-1] if self.open else ""
        (self.scripts if inside == "script" else self.words).append(data)

    def all(self, tag, **wanted):
        return [a for t, a in self.elements if t == tag and all(a.get(k.rstrip("_")) == v for k, v in wanted.items())]

    @property
    def text(self):
        return re.sub(r"[ \n]+", " ", "".join(self.words))


def read(demo, path, **headers):
    answer = demo.get(path, **headers)
    assert answer.status == 200, answer
    return Page(answer.text)


# ---- markup ----

@pytest.mark.parametrize("path", PAGES)
def test_elements_are_closed_in_their_order(demo, path):
    page = read(demo, path)
    assert (page.wrong, page.open) == ([], [])


@pytest.mark.parametrize("path", PAGES)
def test_ids_are_unique(demo, path):
    ids = [a["id"] for _, a in read(demo, path).elements if "id" in a]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("path", PAGES)
def test_headings_are_in_order(demo, path):
    levels = [int(t[1]) for t, _ in read(demo, path).elements if re.fullmatch("h[1-6]", t)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(levels, levels[1:]))


@pytest.mark.parametrize("path", PAGES)
def test_no_script_or_style_is_inline(demo, path):
    page = read(demo, path)
    assert [a for a in page.all("script") if "src" not in a and a.get("type") != "application/ld+json"] == []
    assert [a for t, a in page.elements if t == "style" or any(k == "style" or k.startswith("on") for k in a)] == []


def test_blank_lines_do_not_pile_up(demo):
    for path in PAGES:
        assert "\n\n\n" not in demo.get(path).text, path


# ---- headers and weight ----

@pytest.mark.parametrize("path", PAGES + ["/nothing-here"])
def test_security_headers(demo, path):
    answer = demo.get(path)
    policy = answer.header("Content-Security-Policy")
    for part in ("default-src 'self'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'",
                 "frame-ancestors 'none'", "img-src 'self' data:"):
        assert part in policy
    assert "unsafe" not in policy
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Referrer-Policy") == "strict-origin-when-cross-origin"
    assert answer.header("Content-Type") == "text/html; charset=utf-8"


def test_only_a_lesson_with_a_player_may_frame_it(demo):
    assert "frame-src" not in demo.get("/").header("Content-Security-Policy")
    assert "frame-src https://www.youtube-nocookie.com https://player.vimeo.com" in demo.get(LESSON).header(
        "Content-Security-Policy")
    assert "media-src 'self' https:" in demo.get("/bootcamps/ugly/first/film").header("Content-Security-Policy")


def test_remote_images_come_after_a_click(demo):
    page = read(demo, LESSON)
    assert page.all("img") == []
    placeholder = page.all("a", class_="remote-image")[0]
    assert placeholder["href"].endswith("?images=1")
    asked = demo.get(placeholder["href"])
    assert "img-src 'self' data: https:" in asked.header("Content-Security-Policy")
    assert Page(asked.text).all("img")[0]["src"] == "https://images.example.org/walrus.png"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_weighs_at_most_50_kb(demo, path):
    answer = demo.get(path, Accept_Encoding="gzip")
    assert answer.header("Content-Encoding") == "gzip"
    page, weight = Page(gzip.decompress(answer.body).decode()), len(answer.body)
    parts = [a["href"] for a in page.all("link", rel="stylesheet")] + [a["src"] for a in page.all("script") if "src" in a]
    for part in parts:
        got = demo.get(part, Accept_Encoding="gzip")
        assert got.status == 200 and "immutable" in got.header("Cache-Control")
        weight += len(got.body)
    assert weight <= 50_000
    assert parts


# ---- what search engines read ----

@pytest.mark.parametrize("path", ["/", "/bootcamps/ugly", LESSON])
def test_canonical_and_alternates(demo, path):
    page = read(demo, path)
    own = page.all("link", rel="canonical")[0]["href"]
    assert own.endswith(path)
    alternates = {a["hreflang"]: a["href"] for a in page.all("link", rel="alternate")}
    assert alternates == {"en": own + "?lang=en", "fr": own + "?lang=fr", "x-default": own}
    french = read(demo, path + "?lang=fr")
    assert french.all("link", rel="canonical")[0]["href"] == own + "?lang=fr"
    assert french.all("html")[0]["lang"] == "fr"


def test_open_graph(demo):
    facts = {a["property"]: a["content"] for a in read(demo, "/bootcamps/ugly?lang=fr").all("meta") if "property" in a}
    assert facts["og:title"] == LONG and facts["og:type"] == "website" and facts["og:locale"] == "fr_FR"
    assert facts["og:description"] == 'A "walrus" & its friends'


def test_json_ld_is_a_course(demo):
    course = json.loads(read(demo, "/bootcamps/ugly").scripts[0])
    assert (course["@context"], course["@type"], course["name"]) == ("https://schema.org", "Course", LONG)
    assert course["description"] == 'A "walrus" & its friends'
    assert course["offers"]["priceCurrency"] == "EUR" and float(course["offers"]["price"]) == 1234.5
    assert course["provider"]["@type"] == "Organization" and course["provider"]["name"]


def test_the_sitemap_lists_what_every_visitor_may_read(demo):
    tree = xml.etree.ElementTree.fromstring(demo.get("/sitemap.xml").body)
    paths = [re.sub("^https?://[^/]+", "", loc.text) for loc in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert "/" in paths and "/bootcamps/ugly" in paths and LESSON in paths and "/bootcamps/filler-19" in paths
    assert not any(word in path for path in paths for word in ("hidden", "secret", "draft", "more-1", "login"))
    for path in paths[:12]:
        assert demo.get(path).status == 200


def test_robots_are_told_of_the_sitemap(demo):
    text = demo.get("/robots.txt").text
    assert "User-agent: *" in text and "Disallow: /login" in text
    assert re.search(r"^Sitemap: https?://[^/]+/sitemap\.xml$", text, re.M)


def test_search_and_locked_lessons_are_not_indexed(demo):
    for path in ("/?q=walrus", LOCKED, "/login"):
        assert read(demo, path).all("meta", name="robots")[0]["content"] == "noindex", path
    assert read(demo, "/").all("meta", name="robots") == []


# ---- who may read what ----

@pytest.mark.parametrize("path", [LOCKED, LOCKED + "?images=1", LOCKED + "?lang=fr", "/bootcamps/ugly", "/?q=walrus"])
@pytest.mark.parametrize("who", ["guest", "student", "influencer"])
def test_a_locked_body_is_nowhere(demo, who, path):
    headers = {} if who == "guest" else {"Cookie": "sid=" + session(demo, who)}
    answer = demo.get(path, **headers)
    assert answer.status == 200
    assert SECRET not in answer.text and "secretsecret" not in answer.text


def test_a_locked_lesson_says_how_to_get_in(demo):
    text = read(demo, LOCKED).text
    assert LONG in text and "5\u00a0min" in text and "for €1,234.50" in text
    assert "pour 1\u202f234,50\u00a0€" in read(demo, LOCKED + "?lang=fr").text


def test_the_school_reads_everything(demo):
    assert SECRET in demo.get(LOCKED, Authorization=demo.token("administrator")).text


@pytest.mark.parametrize("path", ["/bootcamps/hidden", "/bootcamps/ugly/first/draft", "/bootcamps/none", "/none",
                                  "/bootcamps/ugly/none/video", "/bootcamps/gratis/first/video"])
def test_what_is_not_for_visitors_is_not_there(demo, path):
    answer = demo.get(path)
    assert answer.status == 404 and "There is nothing here" in answer.text
    assert SECRET not in answer.text


# ---- languages ----

def test_the_address_the_cookie_and_the_browser_choose_the_language(demo):
    lang = lambda answer: Page(answer.text).all("html")[0]["lang"]
    assert lang(demo.get("/")) == "en"
    assert lang(demo.get("/", Accept_Language="fr-CA,fr;q=0.9")) == "fr"
    assert lang(demo.get("/", Accept_Language="fr", Cookie="lang=en")) == "en"
    chosen = demo.get("/?lang=fr", Cookie="lang=en")
    assert lang(chosen) == "fr"
    assert any(line.startswith("lang=fr;") for line in chosen.all("Set-Cookie"))
    assert lang(demo.get("/?lang=xx", Accept_Language="fr")) == "fr"


def test_a_guest_who_chose_nothing_gets_no_cookie(demo):
    assert demo.get("/").all("Set-Cookie") == []


def test_a_lesson_that_is_not_translated_says_into_what(demo):
    assert "pas encore traduite en français" in read(demo, LESSON + "?lang=fr").text
    page = read(demo, "/bootcamps/en-francais/un/apercu?lang=en")
    assert "not translated into English yet" in page.text
    assert page.all("div", class_="body")[0]["lang"] == "fr"
    assert "translated" not in read(demo, LESSON).text


# ---- catalogue ----

def test_the_catalogue_has_pages(demo):
    first, second = read(demo, "/"), read(demo, "/?page=2")
    assert len(first.all("li", class_="card")) == 20
    assert first.all("a", rel="next")[0]["href"] == "/?page=2" and not first.all("a", rel="prev")
    assert second.all("a", rel="prev")[0]["href"] == "/?page=1" and not second.all("a", rel="next")


def test_search_finds_and_says_when_it_does_not(demo):
    assert len(read(demo, "/?q=walrus").all("li", class_="card")) == 1
    assert "Nothing here matches" in read(demo, "/?q=zzzz").text
    page = read(demo, "/?q=%22%3E%3Cscript%3E")
    assert page.all("input", name="q")[0]["value"] == '"><script>'


# ---- log in, log out, enroll ----

sessions = {}


def session(demo, person):
    if person not in sessions:
        sessions[person] = demo.login(person)
    return sessions[person]


def test_a_wrong_password_keeps_the_address(demo):
    answer = demo.form("/login", {"usr": "some<one@example.org", "pwd": "wrong-password", "redirect-to": FREE})
    page = Page(answer.text)
    assert answer.status == 401
    assert page.all("input", name="usr")[0]["value"] == "some<one@example.org"
    assert page.all("input", name="redirect-to")[0]["value"] == FREE
    assert "value" not in page.all("input", name="pwd")[0]
    assert page.all("div", role="alert") and "do not belong together" in page.text


@pytest.mark.parametrize("wanted, got", [(FREE, FREE), ("https://example.org/", "/"), ("//example.org", "/"),
                                         ("/\\example.org", "/"), ("javascript:alert(1)", "/")])
def test_logging_in_leads_back_but_not_away(demo, wanted, got):
    who = demo.people["influencer"]
    answer = demo.form("/login", {"usr": who["user"], "pwd": who["password"], "redirect-to": wanted})
    assert (answer.status, answer.header("Location")) == (303, got)


def test_too_many_tries_are_told_as_a_page(demo):
    for _ in range(12):
        answer = demo.form("/login", {"usr": "nobody@example.org", "pwd": "wrong-password"})
    assert answer.status == 429 and int(answer.header("Retry-After")) > 0
    assert "Too many tries" in answer.text and Page(answer.text).all("input", name="usr")[0]["value"]


def test_logging_out_needs_the_form_of_the_session(demo):
    sid = demo.login("influencer")
    page = Page(demo.get("/logout", Cookie="sid=" + sid).text)
    token = page.all("input", name="csrf_token")[0]["value"]
    assert demo.form("/logout", {}, Cookie="sid=" + sid).status in (400, 403)
    assert demo.form("/logout", {"csrf_token": token}, Cookie="sid=" + sid).status == 303
    assert not Page(demo.get("/", Cookie="sid=" + sid).text).all("input", name="csrf_token")
    assert demo.form("/logout", {"csrf_token": token}, Cookie="sid=" + sid).status < 500


def test_a_page_of_a_member_is_kept_by_nobody(demo):
    assert "no-store" in demo.get("/", Cookie="sid=" + session(demo, "student")).header("Cache-Control")


def test_enrolling_for_free_twice_is_once(demo):
    cookie = "sid=" + session(demo, "student")
    inside = FREE + "/one/inside"
    assert SECRET not in demo.get(inside, Cookie=cookie).text
    token = Page(demo.get(FREE, Cookie=cookie).text).all("input", name="csrf_token")[0]["value"]
    for _ in range(2):
        answer = demo.form(FREE, {"csrf_token": token}, Cookie=cookie)
        assert (answer.status, answer.header("Location")) == (303, FREE)
    assert "Continue" in demo.get(FREE, Cookie=cookie).text
    assert SECRET in demo.get(inside, Cookie=cookie).text
    assert SECRET not in demo.get(inside).text


def test_what_is_paid_is_not_given_by_the_form(demo):
    cookie = "sid=" + session(demo, "student")
    token = Page(demo.get("/", Cookie=cookie).text).all("input", name="csrf_token")[0]["value"]
    assert demo.form("/bootcamps/ugly", {"csrf_token": token}, Cookie=cookie).status == 403
    assert SECRET not in demo.get(LOCKED, Cookie=cookie).text


# ---- statements ----

@pytest.mark.parametrize("path, most", [("/?page=1&n=1", 3), ("/?q=git&n=1", 3), ("/bootcamps/ugly?lang=fr&n=1", 6),
                                        (LESSON + "?lang=fr&n=1", 8)])
def test_a_page_asks_the_database_little(demo, path, most):
    cookie = "sid=" + session(demo, "student")
    demo.get("/", Cookie=cookie)
    seen = demo.get(path, Cookie=cookie).header("X-Frappe-Request-Id")
    lines = []
    for _ in range(50):
        lines = [json.loads(x) for x in (demo.folder / "log").read_text().splitlines() if x.startswith("{")]
        lines = [x for x in lines if x.get("site") == "tech-school.local" and x["event"] == "request"]
        if lines and (not seen or lines[-1]["request"] == seen):
            break
        time.sleep(0.02)
    assert lines[-1]["statements"] <= most


# ---- errors ----

def test_errors_speak_the_readers_language(demo):
    answer = demo.get("/nothing", Accept_Language="fr")
    page = Page(answer.text)
    assert answer.status == 404 and "Il n’y a rien ici" in page.text and page.all("html")[0]["lang"] == "fr"
    assert page.all("code") == [] and page.all("link", rel="canonical") == []


def test_zz_without_a_database_the_page_still_stands(demo):
    pid = int(next((demo.folder / "data").rglob("mariadb.pid")).read_text())
    os.kill(pid, signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    answer = demo.get("/bootcamps/ugly?n=2", Accept_Language="fr")
    page = Page(answer.text)
    assert answer.status in (500, 503)
    assert page.all("h1") and page.all("html")[0]["lang"] == "fr"
    assert not re.search("mysql|mariadb|socket|/tmp", answer.text, re.I)
    assert page.all("code")
