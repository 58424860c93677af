"""What breaks around the program: the database killed, stopped, full, read-only, locked; the program itself killed."""
import http.client
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

from conftest import Server, bootcamp_tree

PING = "/api/method/ping"
ROUNDS = int(os.environ.get("PREAU_KILL_ROUNDS", "3"))


@pytest.fixture(scope="module")
def server():
    """A server of this file alone: it is treated badly."""
    with tempfile.TemporaryDirectory(prefix="preau-faults-", ignore_cleanup_errors=True) as folder:
        server = Server(folder)
        yield server
        status = server.stop()
        log = server.log_path.read_text(errors="replace")
        assert status == 0 and "Sanitizer" not in log, log[-8000:]


@pytest.fixture(scope="module")
def school(server):
    return server.new_school("faults")


def children(pid):
    return [int(p) for task in Path(f"/proc/{pid}/task").iterdir() for p in (task / "children").read_text().split()]


def mariadbd(server):
    for pid in children(server.process.pid):
        if Path(f"/proc/{pid}/comm").read_text().strip() == "mariadbd":
            return pid
    return None


def eventually(what, within):
    start = time.monotonic()
    while not what():
        assert time.monotonic() - start < within, f"not within {within} s"
        time.sleep(0.05)
    return time.monotonic() - start


class Load:
    """Threads that ask again and again; every status and the longest wait are kept."""

    def __init__(self, school, ask, threads=4):
        self.school, self.ask, self.statuses, self.longest, self.going = school, ask, {}, 0.0, True
        school.admin
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(threads)]

    def run(self, n):
        client, i = self.school.client("Administrator"), 0
        while self.going:
            start = time.monotonic()
            try:
                status = self.ask(client, f"{n}-{i}").status
            except (OSError, http.client.HTTPException):
                status = None
            self.longest = max(self.longest, time.monotonic() - start)
            self.statuses[status] = self.statuses.get(status, 0) + 1
            i += 1

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.going = False
        for thread in self.threads:
            thread.join()


def read(client, mark):
    return client.get(f"/api/resource/User/Administrator?x={mark}-{time.monotonic_ns()}")


def write(client, mark):
    return client.create("LMS Bootcamp", **bootcamp_tree(f"B {mark} {time.monotonic_ns()}", 6))


class Root:
    """A client of the database's administrator that stays connected."""

    def __init__(self, server, *statements, database="mysql"):
        config = json.loads((server.sites / "common_site_config.json").read_text())
        self.client = subprocess.Popen(["mariadb", "--no-defaults", f"--socket={config['db_socket']}", "-uroot", "-N",
                                        "--unbuffered", database], env={**os.environ, "MYSQL_PWD": config["root_password"]},
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.say(*statements)

    def say(self, *statements):
        try:
            self.client.stdin.write("".join(f"{one};\n" for one in (*statements, "SELECT 'said'")))
            self.client.stdin.flush()
        except BrokenPipeError:
            return  # one connection too many for the server
        while (line := self.client.stdout.readline()) and line != "said\n":
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.kill()
        self.client.communicate()


# ---- the database ----------------------------------------------------------------------------------------------------------
def test_a_killed_database_is_503_and_comes_back(server, school):
    with Load(school, read) as load:
        time.sleep(0.5)
        os.kill(mariadbd(server), signal.SIGKILL)
        eventually(lambda: server.plain("GET", "/readyz") == 503, 2)
        eventually(lambda: server.plain("GET", "/readyz") == 200, 30)
        eventually(lambda: read(school.admin, "after").status == 200, 10)
    assert set(load.statuses) <= {200, 503}, load.statuses
    assert load.statuses[200] and load.longest < 12, (load.statuses, load.longest)


def test_a_database_that_stands_still_is_waited_for_not_for_ever(server, school):
    pid = mariadbd(server)
    with Load(school, read) as load:
        time.sleep(0.3)
        os.kill(pid, signal.SIGSTOP)
        try:
            eventually(lambda: server.plain("GET", "/readyz") == 503, 3)
            assert server.plain("GET", "/healthz") == 200
            time.sleep(5)
        finally:
            os.kill(pid, signal.SIGCONT)
        eventually(lambda: server.plain("GET", "/readyz") == 200, 5)
        eventually(lambda: read(school.admin, "after").status == 200, 10)
    assert set(load.statuses) <= {200, 503}, load.statuses
    assert load.longest < 15, load.longest


def test_a_read_only_database_refuses_writes_and_serves_reads(server, school):
    with Root(server, "SET GLOBAL read_only = 1") as root:
        try:
            assert read(school.admin, "ro").status == 200
            assert write(school.admin, "ro").status == 503
        finally:
            root.say("SET GLOBAL read_only = 0")
    assert write(school.admin, "rw").status == 200


def test_no_connection_left_is_503(server, school):
    """Others have taken the database's connections, and ours were cut."""
    school.token("Administrator")
    with Root(server, "SET GLOBAL max_connections = 10") as root:
        hogs = [Root(server) for _ in range(9)]
        try:
            root.say("KILL USER preau_service")
            with Load(school, read, 8) as load:
                time.sleep(1.5)
            assert set(load.statuses) <= {200, 503} and load.longest < 12, (load.statuses, load.longest)
        finally:
            root.say("SET GLOBAL max_connections = 200")
            for hog in hogs:
                hog.__exit__()
    eventually(lambda: read(school.admin, "x").status == 200, 15)


def test_a_row_that_another_holds_is_waited_for_then_503(server, school):
    name = write(school.admin, "held").data["name"]
    with Root(server, "BEGIN", "SELECT name FROM `tabLMS Bootcamp` FOR UPDATE", database=school.config()["db_name"]):
        start = time.monotonic()
        answer = school.admin.put(f"/api/resource/LMS Bootcamp/{name}", {"title": "Changed"})
        assert answer.status == 503 and time.monotonic() - start < 12, answer
        assert read(school.admin, "beside").status == 200
    assert school.admin.put(f"/api/resource/LMS Bootcamp/{name}", {"title": "Changed"}).status == 200


# ---- the program -----------------------------------------------------------------------------------------------------------
def whole(school):
    """Every bootcamp has its course, every course its six lessons."""
    rows = school.admin.list("LMS Bootcamp", fields=["name"], limit_page_length=0).data
    lessons = school.admin.list("LMS Lesson", fields=["parent", "count(name) as n"], group_by="parent", limit_page_length=0)
    courses = school.admin.list("LMS Course", fields=["name"], limit_page_length=0).data
    return rows, courses, lessons


def test_killed_while_writing_nothing_is_half_written(server, school):
    for _ in range(ROUNDS):
        with Load(school, write) as load:
            time.sleep(0.7)
            old = mariadbd(server)
            server.process.kill()
            server.process.wait()
            load.going = False
        server.log.close()
        server.start()
        assert mariadbd(server) != old
        eventually(lambda: not Path(f"/proc/{old}").exists(), 10)
        rows, courses, lessons = whole(school)
        assert len(rows) == len(courses) and len(rows) > 0
        assert {row["n"] for row in lessons.data} == {6}, lessons


def test_sigterm_answers_what_is_under_way(server, school):
    with Load(school, write) as load:
        time.sleep(0.7)
        assert server.stop() == 0
        load.going = False
    assert set(load.statuses) <= {200, 503, None}, load.statuses
    server.start()
    assert read(school.admin, "again").status == 200
