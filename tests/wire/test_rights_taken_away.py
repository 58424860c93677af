"""What was true a moment ago: a right that is taken away is gone at once, kept answers included."""
import itertools

from seeded import email, secret
from watching import seeded


def test_what_is_taken_away_is_gone_at_once(seeded, school):
    """Answers are kept in memory; none of them outlives the right to it."""
    lesson, body = f"/api/resource/LMS Lesson/{seeded.names['open.locked']}", secret("open.locked.content")
    enrollment, student = f"/api/resource/Enrollment/{seeded.names['enrollment.active']}", seeded.clients["active"]
    session = school.session(email("active"))
    page = f"/bootcamps/open-camp/{secret('open.course')}/{secret('open.locked.title')}?lang=en"
    for change, reads in (({"status": "Suspended"}, False), ({"status": "Active"}, True), ({"expires_on": "2020-01-01"}, False),
                          ({"expires_on": None}, True), ({"status": "Revoked"}, False), ({"status": "Active"}, True)):
        assert school.admin.put(enrollment, change).status == 200
        for client, path in itertools.product((student, session), (lesson, page, "/api/resource/LMS Lesson?fields=[\"*\"]")):
            assert (body in client.get(path).text) == reads, (change, path)


def test_a_bootcamp_that_is_taken_back_is_a_draft_again(seeded, school):
    preview = f"/api/resource/LMS Lesson/{seeded.names['open.preview']}"
    paths = ["/", "/sitemap.xml", "/bootcamps/open-camp", "/api/method/lms.catalogue", "/api/resource/LMS Bootcamp/open-camp", preview,
             "/api/resource/LMS Lesson?fields=[\"*\"]", "/api/resource/Item?fields=[\"*\"]"]
    words = ('"open-camp"', "/open-camp<", secret("open.title"), secret("open.preview.content"), secret("item.open.name"))
    for published in (0, 1):
        assert school.admin.put("/api/resource/LMS Bootcamp/open-camp", {"published": published}).status == 200
        for person, path in itertools.product(("guest", "completed"), paths):
            seen = any(word in seeded.clients[person].get(path).text for word in words)
            assert seen == bool(published), (person, path, published)


def test_who_is_disabled_reads_nothing(seeded, school):
    user = f"/api/resource/User/{email('rival')}"
    commission = f"/api/resource/Sales Commission/{seeded.names['commission.rival']}"
    assert seeded.clients["rival"].get(commission).status == 200
    assert school.admin.put(user, {"enabled": 0}).status == 200
    assert seeded.clients["rival"].get(commission).status == 401
    assert school.admin.put(user, {"enabled": 1}).status == 200
    assert seeded.clients["rival"].get(commission).status == 200
