"""Jobs: what people see of the queue, the schedule, several daemons, and what it costs."""
import json
import re
import time

import pytest

from seeded import sql
from test_webhooks import Second, eventually

NIGHTLY = "webhook.forget_old_log"


@pytest.fixture(scope="module")
def school(server):
    return server.new_school("jobs")


def metric(school, name):
    text = school.guest.get("/metrics").text
    return float(re.search(rf"^{name} (\S+)$", text, re.M)[1])


def jobs(server, school):
    return [line.split() for line in server.run("job", "list", school.host).splitlines()]


def scheduled(server, school):
    return [row for row in jobs(server, school) if row[2] == NIGHTLY]


def due(server, school, job):
    """The job's time has come: what a test needs not wait for."""
    sql(server, school.host, f"UPDATE preau_job SET run_at = UTC_TIMESTAMP(6) WHERE job = '{job}'; "
                             "INSERT INTO preau_change_log (at, origin, doctypes) VALUES (UTC_TIMESTAMP(6), 0, 'preau_job')")
    school.guest.get("/api/method/ping")  # a site that nobody uses is looked at once a minute


def runs(school, job, *logs):
    """Log lines, of any daemon, of attempts at the job for this school."""
    lines = [json.loads(line) for log in logs for line in log.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == "job" and line.get("site") == school.host and line.get("job") == job]


def test_every_scheduled_job_has_one_row_in_each_school(server, school):
    eventually(lambda: scheduled(server, school))
    second = Second(server)
    time.sleep(2)
    rows = scheduled(server, school)
    assert len(rows) == 1 and rows[0][1] == "scheduled"
    second.stop()


def test_a_daily_job_is_done_once_and_waits_for_tomorrow(server, school):
    eventually(lambda: scheduled(server, school))
    school.admin.get("/api/method/ping")
    sql(server, school.host, "INSERT INTO `tabWebhook Request Log` (name, creation, modified, owner, modified_by) VALUES "
                             "('old', NOW() - INTERVAL 31 DAY, NOW(), 'Administrator', 'Administrator'), "
                             "('new', NOW() - INTERVAL 28 DAY, NOW(), 'Administrator', 'Administrator')")
    second = Second(server)
    before = len(runs(school, NIGHTLY, server.log_path, second.log_path))
    due(server, school, NIGHTLY)
    names = lambda: {row["name"] for row in school.admin.list("Webhook Request Log").data}
    eventually(lambda: "old" not in names(), 20)
    assert "new" in names()
    row = scheduled(server, school)[0]
    assert row[1] == "scheduled" and row[-1] == "0"
    [[minutes]] = sql(server, school.host, f"SELECT TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(), run_at) FROM preau_job WHERE job = '{NIGHTLY}'")
    assert 0 < int(minutes) <= 25 * 60
    time.sleep(2)
    assert len(runs(school, NIGHTLY, server.log_path, second.log_path)) - before == 1
    second.stop()


def test_the_table_of_jobs_is_shown(server):
    shown = server.run("show", "jobs")
    assert re.search(rf"^{NIGHTLY}\s+here\s+daily at 3\s", shown, re.M)
    assert re.search(r"^webhook.deliver\s+elsewhere\s+when asked\s", shown, re.M)


def test_the_metrics_count_jobs(school):
    for name in ("queued", "running", "dead", "oldest_seconds", "done_total", "failed_total", "given_up_total"):
        assert metric(school, f"preau_jobs_{name}") >= 0


def test_a_job_number_that_is_none_is_wrong_usage(server, school):
    server.run("job", "retry", school.host, "x", status=2)
    server.run("job", "list", "nowhere.test", status=1)
    assert "0 job(s)" in server.run("job", "retry", school.host, "999999")
