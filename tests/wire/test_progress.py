"""Progress: lms.report_progress, the rule of each lesson, and who decides (spec/product.md 3 and 5)."""
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from seeded import sql

REPORT = "/api/method/lms.report_progress"
TEXT = {"content_type": "Text", "content": "Words."}
VIDEO = {"content_type": "Video", "video_url": "https://videos.test/one.webm"}
LESSONS = {"text": TEXT, "end": {**VIDEO, "video_seconds": 100}, "watch": {**VIDEO, "completion": "Watch", "video_seconds": 100},
           "lab": {"content_type": "Lab", "answer_type": "Exact", "answer": "Blue  sky"},
           "regex": {"content_type": "Lab", "answer_type": "Regex", "answer": "(a|b)+c"},
           "link": {"content_type": "Lab", "answer_type": "Link", "answer": "https://code.test/"},
           "button": {"content_type": "Text", "completion": "Manual"}, "bare": {"content_type": "Lab"}}


class Course:
    """A bootcamp with a lesson of each kind, and students of it."""

    def __init__(self, school, number):
        self.school = school
        rows = [{"title": name, **fields} for name, fields in LESSONS.items()]
        self.tree = school.admin.create("LMS Bootcamp", title=f"Learning {number}", slug=f"learning-{number}", published=1,
                                        enrollment="Free", courses=[{"title": "One", "lessons": rows}]).data
        self.lesson = {row["title"]: row["name"] for row in self.tree["courses"][0]["lessons"]}
        self.total = len(LESSONS)

    def student(self, name):
        email = f"{name}-{self.tree['slug']}@people.test"
        self.school.add_user(email, "Student")
        client = self.school.client(email)
        client.email = email
        assert client.post("/api/method/lms.enroll", {"bootcamp": self.tree["name"]}).status == 200
        client.report = lambda lesson, event="progress", **more: client.post(
            REPORT, {"lesson": self.lesson.get(lesson, lesson), "event": event, **more})
        return client

    def opened(self, student, lesson, seconds_ago):
        """The clock of the lesson is moved back, as if it had been opened before."""
        sql(self.school.server, self.school.host,
            f"UPDATE preau_watch SET opened_us = opened_us - {seconds_ago}000000, shown_us = shown_us - {seconds_ago}000000 "
            f"WHERE user = '{student.email}' AND lesson = '{self.lesson[lesson]}'")

    def enrollment(self, student):
        name = student.list("Enrollment").data[0]["name"]
        return self.school.admin.get(f"/api/resource/Enrollment/{name}").data


@pytest.fixture(scope="module")
def courses(school):
    return iter(Course(school, number) for number in range(100))


@pytest.fixture()
def course(courses):
    return next(courses)


@pytest.fixture()
def ana(course):
    return course.student("ana")


# ---- the answer ---------------------------------------------------------------------------------------------------------

def test_a_completed_lesson_moves_the_number_and_says_what_comes_next(course, ana):
    answer = ana.report("button", "manual").message
    assert answer["complete"] is True and answer["lesson_percent"] == 100
    assert (answer["completed"], answer["total"], answer["percent"]) == (1, course.total, 12.5)
    assert answer["next"]["name"] == course.lesson["bare"]
    assert ana.get("/api/method/lms.my_enrollments").message[0]["completed"] == 1


def test_complete_twice_is_once(course, ana):
    assert ana.report("button", "manual").message["completed"] == 1
    assert ana.report("button", "manual").message["completed"] == 1
    assert len(course.enrollment(ana)["completed_lessons"]) == 1


def test_fifty_reports_at_once_complete_once(course, ana):
    with ThreadPoolExecutor(16) as pool:
        clients = [course.school.client(ana.email) for _ in range(50)]
        answers = list(pool.map(lambda c: c.post(REPORT, {"lesson": course.lesson["button"], "event": "manual"}), clients))
    assert {a.status for a in answers} == {200}, [a for a in answers if a.status != 200][:1]
    assert len(course.enrollment(ana)["completed_lessons"]) == 1


def test_nothing_is_undone_by_a_later_partial_position(ana):
    assert ana.report("end", "ended").message["complete"] is True
    later = ana.report("end", position=3).message
    assert later["complete"] is True and later["completed"] == 1


def test_all_lessons_finish_the_bootcamp(course, ana):
    for lesson in course.lesson:
        assert course.school.admin.post("/api/method/lms.complete_lesson", {
            "user": ana.email, "lesson": course.lesson[lesson]}).status == 200
    enrollment = course.enrollment(ana)
    assert enrollment["status"] == "Completed" and enrollment["completed_on"] and enrollment["progress"] == 100


def test_a_beat_does_not_change_the_enrollment(course, ana):
    before = course.enrollment(ana)["modified"]
    ana.report("watch", position=3, intervals=[[0, 3]])
    ana.report("text", "view")
    after = course.enrollment(ana)
    assert after["modified"] == before and after["last_lesson"] == course.lesson["text"]


# ---- End ----------------------------------------------------------------------------------------------------------------

def test_the_end_of_a_video_completes_it(ana):
    half = ana.report("end", position=50).message
    assert half["complete"] is False and half["lesson_percent"] == 50 and half["why"]
    assert ana.report("end", position=98.9).message["complete"] is False
    assert ana.report("end", position=99).message["complete"] is True


# ---- Watch --------------------------------------------------------------------------------------------------------------

def test_what_was_not_played_is_not_credited(course, ana):
    assert ana.report("watch", intervals=[[0, 100]], position=100).message["complete"] is False
    dragged = ana.report("watch", "ended", position=100).message
    assert dragged["complete"] is False and dragged["lesson_percent"] <= 10 and "95" in dragged["why"]


def test_the_union_of_what_was_played_completes(course, ana):
    ana.report("watch", "view")
    course.opened(ana, "watch", 60)
    assert ana.report("watch", intervals=[[0, 40]]).message["lesson_percent"] == 40
    assert ana.report("watch", intervals=[[30, 60], [0, 10]]).message["lesson_percent"] == 60
    assert ana.report("watch", intervals=[[0, 95]]).message["complete"] is True


def test_what_was_not_credited_now_is_credited_by_a_later_beat(course, ana):
    first = ana.report("watch", intervals=[[0, 96]]).message
    assert first["lesson_percent"] <= 10
    course.opened(ana, "watch", 60)
    assert ana.report("watch", intervals=[[0, 96]]).message["complete"] is True


def test_a_part_seen_over_and_over_counts_once(course, ana):
    ana.report("watch", "view")
    course.opened(ana, "watch", 600)
    for _ in range(5):
        answer = ana.report("watch", intervals=[[0, 20]]).message
    assert answer["lesson_percent"] == 20


def test_opening_the_lesson_starts_its_clock(course, ana):
    ana.get("/api/method/lms.lesson", {"lesson": course.lesson["watch"]})
    rows = sql(course.school.server, course.school.host,
               f"SELECT COUNT(*) FROM preau_watch WHERE user = '{ana.email}' AND lesson = '{course.lesson['watch']}'")
    assert rows == [["1"]]


def test_a_length_of_ones_own_choosing_does_not_count(course, ana):
    course_answer = ana.report("watch", intervals=[[0, 4]], duration=4).message
    assert course_answer["complete"] is False


def test_three_players_that_agree_correct_the_length(course, ana):
    others = [course.student("ben"), course.student("cleo")]
    for student in others:
        student.report("watch", duration=20.4)
    ana.report("watch", "view", duration=20)
    course.opened(ana, "watch", 60)
    assert ana.report("watch", intervals=[[0, 19.6]]).message["complete"] is True


def test_the_button_on_watch_says_what_is_missing_and_tells_the_school(course, ana):
    answer = ana.report("watch", "manual")
    assert answer.status == 200 and answer.message["complete"] is False and "school" in answer.message["why"]
    waiting = course.school.admin.get("/api/method/lms.completion_requests").message
    assert [w["lesson"] for w in waiting if w["user"] == ana.email] == [course.lesson["watch"]]
    done = course.school.admin.post("/api/method/lms.complete_lesson", {"user": ana.email, "lesson": course.lesson["watch"]})
    assert done.message["completed"] == 1
    assert ana.report("watch").message["complete"] is True
    assert not [w for w in course.school.admin.get("/api/method/lms.completion_requests").message if w["user"] == ana.email]


def test_another_video_begins_anew(course, ana):
    ana.report("watch", "view")
    course.opened(ana, "watch", 600)
    ana.report("watch", intervals=[[0, 90]])
    course.school.admin.put(f"/api/resource/LMS Lesson/{course.lesson['watch']}", {"video_url": "https://videos.test/two.webm"})
    assert ana.report("watch", intervals=[[90, 100]]).message["lesson_percent"] <= 10


# ---- View ---------------------------------------------------------------------------------------------------------------

def test_thirty_seconds_of_reading_complete_a_text(course, ana):
    assert ana.report("text", "view").message["complete"] is False
    course.opened(ana, "text", 29)
    assert ana.report("text", "progress").message["complete"] is False
    course.opened(ana, "text", 2)
    assert ana.report("text", "progress").message["complete"] is True


def test_the_end_of_a_text_counts_after_five_seconds(course, ana):
    assert ana.report("text", "ended").message["complete"] is False
    course.opened(ana, "text", 6)
    assert ana.report("text", "ended").message["complete"] is True


def test_reading_time_that_did_not_pass_does_not_count(ana):
    assert ana.report("text", "view", position=500).message["complete"] is False


# ---- Answer -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("lesson, right, wrong", [("lab", " blue sky ", "blue"), ("regex", "abac", "xabac"),
                                                  ("regex", "ac", "acd"),
                                                  ("link", "https://code.test/mine", "https://code.test.evil/mine"),
                                                  ("link", "https://code.test/x?y", "ftp://code.test/x")])
def test_answers(ana, lesson, right, wrong):
    refused = ana.report(lesson, "answer", answer=wrong).message
    assert refused["complete"] is False and refused["why"]
    assert ana.report(lesson, "answer", answer=right).message["complete"] is True


def test_the_answer_is_never_told(course, ana):
    texts = [ana.report("lab", "answer", answer="no").text, ana.report("lab", "manual").text,
             ana.get("/api/method/lms.lesson", {"lesson": course.lesson["lab"]}).text]
    assert not [text for text in texts if "Blue  sky" in text]


def test_a_lab_without_an_answer_completes_with_the_button(ana):
    assert ana.report("bare", "manual").message["complete"] is True


def test_a_pattern_that_would_take_for_ever_ends(course, ana):
    course.school.admin.put(f"/api/resource/LMS Lesson/{course.lesson['regex']}", {"answer": "(a+)+$"})
    assert ana.report("regex", "answer", answer="a" * 120 + "!").message["complete"] is False


def test_guessing_is_slowed_down(ana):
    answers = [ana.report("lab", "answer", answer=str(n)).status for n in range(25)]
    assert answers[0] == 200 and answers[-1] == 429


# ---- what the client may not decide -------------------------------------------------------------------------------------

def test_progress_is_the_servers(ana):
    answer = ana.report("text", progress=100)
    assert answer.status == 417 and "progress" in answer.server_messages[0]["message"]


def test_somebody_elses_row_is_refused(course, ana):
    ben = course.student("ben")
    theirs = ben.list("Enrollment").data[0]["name"]
    assert ana.report("button", "manual", user=ben.email).status == 403
    assert ana.report("button", "manual", enrollment=theirs).status == 403
    assert course.enrollment(ben)["lessons_completed"] == 0


def test_a_lesson_of_another_bootcamp_is_refused(course, courses, ana):
    other = next(courses)
    assert ana.report(other.lesson["text"], "view").status == 403
    assert ana.report("text", "view", bootcamp=other.tree["name"]).status == 403


def test_visitors_report_nothing(course):
    assert course.school.guest.post(REPORT, {"lesson": course.lesson["text"], "event": "view"}).status == 403


def test_an_unenrolled_manager_hears_that_nothing_is_recorded(course):
    answer = course.school.admin.post(REPORT, {"lesson": course.lesson["button"], "event": "manual"})
    assert answer.message["complete"] is False and "enrolled" in answer.message["why"]


def test_suspended_students_complete_nothing(course, ana):
    name = ana.list("Enrollment").data[0]["name"]
    course.school.admin.put(f"/api/resource/Enrollment/{name}", {"status": "Suspended"})
    assert ana.report("button", "manual").status == 403
    course.school.admin.put(f"/api/resource/Enrollment/{name}", {"status": "Active"})
    assert ana.report("button", "manual").message["completed"] == 1


@pytest.mark.parametrize("more", [{"position": -1}, {"position": 1e12}, {"intervals": "nope"},
                                  {"intervals": [[1]]}, {"intervals": [[0, 1]] * 2001}, {"event": "finish"},
                                  {"lesson": ""}, {"duration": {"a": 1}}])
def test_nonsense_is_refused(ana, more):
    answer = ana.post(REPORT, {"lesson": "x", "event": "progress", **more}) if "lesson" in more else \
        ana.report("watch", **more)
    assert answer.status == 417, answer


def test_students_complete_nothing_for_others(course, ana):
    answer = ana.post("/api/method/lms.complete_lesson", {"user": ana.email, "lesson": course.lesson["watch"]})
    assert answer.status == 403
    assert ana.get("/api/method/lms.completion_requests").status == 403


# ---- lessons come and go ------------------------------------------------------------------------------------------------

def settled(course, student, **wanted):
    """The Enrollment once the job has counted anew."""
    deadline = time.monotonic() + 20
    while True:
        enrollment = course.enrollment(student)
        if all(enrollment.get(key) == value for key, value in wanted.items()):
            return enrollment
        assert time.monotonic() < deadline, {key: enrollment.get(key) for key in wanted}
        time.sleep(0.2)


def test_a_lesson_added_or_removed_is_counted_anew(course, ana):
    ana.report("button", "manual")
    modified = course.enrollment(ana)["modified"]
    added = course.school.admin.create("LMS Lesson", parent=course.tree["courses"][0]["name"], title="More", **TEXT).data
    settled(course, ana, lessons_total=course.total + 1, lessons_completed=1)
    course.school.admin.put(f"/api/resource/LMS Lesson/{course.lesson['button']}", {"published": 0})
    settled(course, ana, lessons_total=course.total, lessons_completed=0, progress=0)
    assert course.school.admin.delete(f"/api/resource/LMS Lesson/{added['name']}").status == 202
    assert settled(course, ana, lessons_total=course.total - 1)["modified"] == modified


def test_the_last_missing_lesson_taken_away_completes(course, ana):
    ana.report("button", "manual")
    for title, name in course.lesson.items():
        if title != "button":
            course.school.admin.put(f"/api/resource/LMS Lesson/{name}", {"published": 0})
    done = settled(course, ana, lessons_total=1, lessons_completed=1, status="Completed")
    assert done["completed_on"] and done["progress"] == 100


def test_a_lesson_added_later_leaves_it_completed(course, ana):
    for name in course.lesson.values():
        course.school.admin.post("/api/method/lms.complete_lesson", {"user": ana.email, "lesson": name})
    finished = course.enrollment(ana)["completed_on"]
    course.school.admin.create("LMS Lesson", parent=course.tree["courses"][0]["name"], title="More", **TEXT)
    after = settled(course, ana, lessons_total=course.total + 1)
    assert after["status"] == "Completed" and after["completed_on"] == finished and after["lessons_completed"] == course.total
