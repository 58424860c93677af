"""The pages of who learns, as forms without a script: the number that moves, the button, /me."""
import re

import pytest
from conftest import PASSWORD


@pytest.fixture(scope="module")
def course(school):
    tree = school.admin.post("/api/resource/LMS Bootcamp", {
        "title": "Baking", "published": 1, "language": "en", "price": 0, "enrollment": "Free", "courses": [
            {"title": "Bread", "slug": "bread", "lessons": [
                {"title": "Flour", "slug": "flour", "content_type": "Text", "content": "White.", "completion": "Manual"},
                {"title": "Yeast", "slug": "yeast", "content_type": "Lab", "content": "Which?", "completion": "Answer",
                 "answer_type": "Exact", "answer": "Levain"},
                {"title": "Oven", "slug": "oven", "content_type": "Video", "video_url": "https://youtu.be/abcdefghijk",
                 "completion": "Watch", "video_seconds": 100}]}]}).json["data"]
    tree["url"] = f"/bootcamps/{tree['slug']}/bread"
    return tree


@pytest.fixture
def student(school, course, request):
    address = re.sub(r"\W+", "-", request.node.name)[:40].strip("-").lower() + "@learn.test"
    school.add_user(address, "Student")
    school.admin.post("/api/resource/Enrollment", {"user": address, "bootcamp": course["name"]})
    client = school.client()
    assert client.post("/login", form={"usr": address, "pwd": PASSWORD}).status == 303
    return client


def press(client, url, **form):
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', client.get(url).text)[1]
    return client.post(url, form={"csrf_token": token, **form})


def standing(client, url):
    return re.sub(r"<[^>]+>", "", re.search(r'<p class="standing".*?</p>', client.get(url).text)[0])


def test_the_button_completes_and_the_number_moves(course, student):
    url = course["url"] + "/flour"
    assert "0/3 lessons completed" in standing(student, url)
    pressed = press(student, url)
    assert pressed.status == 303 and pressed.header("Location") == url
    assert "1/3 lessons completed" in standing(student, url) and "Mark as completed" not in student.get(url).text


def test_a_wrong_answer_is_said_and_kept_in_the_field(course, student):
    url = course["url"] + "/yeast"
    page = press(student, url, answer='Soda "bread"')
    assert page.status == 200 and "That is not the answer yet." in page.text
    assert "Soda &#34;bread&#34;" in page.text or "Soda &quot;bread&quot;" in page.text
    assert "0/3" in standing(student, url)


def test_the_right_answer_completes(course, student):
    url = course["url"] + "/yeast"
    assert press(student, url, answer=" levain ").status == 303 and "1/3" in standing(student, url)


def test_the_button_does_not_watch_a_video_but_tells_the_school(school, course, student):
    url = course["url"] + "/oven"
    page = press(student, url)
    assert page.status == 200 and "The school was told" in page.text and "0/3" in standing(student, url)
    waiting = school.admin.get("/api/method/lms.completion_requests").message
    assert any(row["title"] == "Oven" for row in waiting)


def test_the_button_needs_the_token_of_the_session(course, student):
    url = course["url"] + "/flour"
    student.get(url)
    assert student.post(url, form={}).status in (400, 403) and "0/3" in standing(student, url)


def test_a_visitor_who_presses_is_sent_to_log_in_and_back(school, course):
    url = course["url"] + "/flour"
    pressed = school.client().post(url, form={})
    assert pressed.status == 303 and pressed.header("Location") == f"/login?redirect-to={url}"


def test_who_is_not_enrolled_sees_no_number_and_completes_nothing(school, course):
    school.add_user("stranger@learn.test", "Student")
    client = school.client()
    client.post("/login", form={"usr": "stranger@learn.test", "pwd": PASSWORD})
    url = course["url"] + "/flour"
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', client.get("/account").text)[1]
    assert "standing" not in client.get(url).text
    assert client.post(url, form={"csrf_token": token}).status == 403


def test_me_begins_with_what_to_continue(course, student):
    press(student, course["url"] + "/flour")
    page = student.get("/me").text
    assert "1/3 lessons completed" in page and page.index("Continue") < page.index("My bootcamps")
    assert '<progress value="1" max="3"' in page and 'href="/bootcamps/baking' in page


def test_me_says_what_is_closed_and_keeps_the_number(school, course, student):
    press(student, course["url"] + "/flour")
    mine = student.get("/api/method/lms.my_enrollments").message[0]["enrollment"]
    school.admin.put(f"/api/resource/Enrollment/{mine}", {"status": "Suspended"})
    page = student.get("/me").text
    assert "Paused or ended" in page and "1/3" in page and ">Continue<" not in page


def test_me_offers_a_way_to_who_has_nothing_yet(school):
    school.add_user("new@learn.test", "Student")
    client = school.client()
    client.post("/login", form={"usr": "new@learn.test", "pwd": PASSWORD})
    page = client.get("/me?lang=fr").text
    assert "Voir les formations" in page


def test_a_visitor_comes_back_to_me_after_the_log_in(school):
    answer = school.client().get("/me")
    assert answer.status == 303 and answer.header("Location") == "/login?redirect-to=/me"


def test_the_number_reads_in_french(course, student):
    assert "0/3 leçons terminées" in student.get(course["url"] + "/flour?lang=fr").text
