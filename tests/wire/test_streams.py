"""Answers that outgrow memory: all of them, in constant memory, with slow readers, with readers that leave, with a
database that breaks off (docs/DECISIONS/0005)."""
import gzip
import http.client
import json
import os
import re
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from conftest import Server

ROWS = 60_000
ALL = {"fields": '["name","subject","content"]', "limit_page_length": "0", "order_by": "name asc"}


@pytest.fixture(scope="module")
def server():
    """A server of this file alone: its connections are counted."""
    with tempfile.TemporaryDirectory(prefix="preau-streams-", ignore_cleanup_errors=True) as folder:
        server = Server(folder)
        yield server
        status = server.stop()
        log = server.log_path.read_text(errors="replace")
        assert status == 0 and "Sanitizer" not in log, log[-8000:]


def sql(server, statement):
    config = json.loads((server.sites / "common_site_config.json").read_text())
    done = subprocess.run(["mariadb", "--no-defaults", "--socket", config["db_socket"], "-u", config["root_login"], "-N",
                           "-B"], input=statement, capture_output=True, text=True,
                          env={**os.environ, "MYSQL_PWD": config["root_password"]})
    assert done.returncode == 0, done.stderr
    return done.stdout


def fill(school, rows=ROWS):
    sql(school.server, f"""USE `{school.config()["db_name"]}`; INSERT INTO `tabComment`
        (name, creation, modified, owner, modified_by, docstatus, idx, comment_type, subject, content)
        SELECT LPAD(seq, 10, '0'), NOW(6), NOW(6), 'Administrator', 'Administrator', 0, 0, 'Comment',
        CONCAT('Subject ', seq), REPEAT(SHA2(seq, 256), 4) FROM seq_1_to_{rows}""")


@pytest.fixture(scope="module")
def school(server):
    school = server.new_school("streams")
    fill(school)
    assert school.admin.get("/api/resource/Comment").status == 200
    return school


def resident(server):
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def gauge(server, name):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/metrics")
    found = re.search(rf"^{re.escape(name)} (\d+)$", connection.getresponse().read().decode(), re.M)
    return int(found[1])


def busy(server):
    """Statements that run in the database, but for ours."""
    return int(sql(server, "SELECT COUNT(*) FROM information_schema.processlist WHERE command = 'Execute' "
                           "OR (command = 'Query' AND info NOT LIKE '%processlist%')"))


def eventually(what, within):
    start = time.monotonic()
    while not what():
        assert time.monotonic() - start < within, f"not within {within} s"
        time.sleep(0.1)
    return time.monotonic() - start


def asking(school, buffer=None, query=ALL, version="1.1", headers=""):
    """A raw connection that has asked for all rows and read nothing yet."""
    connection = socket.socket()
    if buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    connection.settimeout(30)
    connection.connect(("127.0.0.1", school.server.port))
    words = "&".join(f"{k}={v.replace(' ', '%20')}" for k, v in query.items())
    connection.sendall(f"GET /api/resource/Comment?{words} HTTP/{version}\r\nHost: {school.host}\r\n"
                       f"Authorization: token {school.token('Administrator')}\r\n{headers}\r\n".encode())
    return connection


def test_all_rows_arrive_in_constant_memory(school, server):
    school.admin.get("/api/resource/Comment", ALL)  # the first makes threads and buffers
    before = resident(server)
    answer = school.admin.get("/api/resource/Comment", ALL)
    assert answer.status == 200 and answer.header("Transfer-Encoding") == "chunked"
    assert len(answer.body) > 15_000_000
    rows = answer.data
    assert len(rows) == ROWS and rows[0]["name"] == "0000000001" and rows[-1]["subject"] == f"Subject {ROWS}"
    assert answer.header("Cache-Control") and answer.header("X-Request-Id") and not answer.header("Content-Length")
    assert resident(server) - before < 12_000, "KiB"


def test_a_small_answer_is_whole_as_before(school):
    answer = school.admin.list("Comment", fields=["name"], limit_page_length=0, filters={"name": ["<", "0000000100"]})
    assert len(answer.data) == 99 and answer.header("Content-Length") == str(len(answer.body))
    assert not answer.header("Transfer-Encoding")


def test_a_stream_is_packed_for_who_takes_gzip(school):
    answer = school.admin.get("/api/resource/Comment", ALL, headers={"Accept-Encoding": "gzip"})
    assert answer.header("Content-Encoding") == "gzip" and len(answer.body) < 12_000_000
    assert len(json.loads(gzip.decompress(answer.body))["data"]) == ROWS


def test_the_connection_is_of_use_afterwards(school):
    client = school.client("Administrator")
    client.get("/api/resource/Comment", ALL)
    sock = client.connection.sock
    assert sock and client.get("/api/resource/Comment").status == 200 and client.connection.sock is sock


def test_methods_stream_too(school):
    answer = school.admin.get("/api/method/frappe.client.get_list", {"doctype": "Comment", **ALL})
    assert answer.header("Transfer-Encoding") == "chunked" and len(answer.message) == ROWS
    posted = school.admin.post("/api/method/frappe.client.get_list", {"doctype": "Comment", **ALL})
    assert posted.header("Transfer-Encoding") == "chunked" and len(posted.message) == ROWS
    assert len(school.admin.get("/api/v2/document/Comment", {**ALL, "limit": "0"}).data) == ROWS


def test_a_head_of_a_long_list_has_no_body(school):
    answer = school.admin.request("HEAD", "/api/resource/Comment", ALL)
    assert answer.status == 200 and answer.body == b"" and answer.header("Content-Type") == "application/json"


def test_an_older_client_gets_it_until_the_end_of_the_connection(school):
    with asking(school, version="1.0") as connection:
        received = b"".join(iter(lambda: connection.recv(1 << 20), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"200" in head.split(b"\r\n")[0] and len(json.loads(body)["data"]) == ROWS


def test_who_reads_slowly_but_reads_gets_all(school):
    with asking(school, buffer=65536) as connection:
        received = 0
        for _ in range(20):
            received += len(connection.recv(65536))
            time.sleep(0.1)
        tail = b""
        while piece := connection.recv(1 << 20):
            received += len(piece)
            tail = (tail + piece)[-64:]
            if tail.endswith(b"0\r\n\r\n"):
                break
    assert received > 15_000_000 and b"]}" in tail


def test_who_stops_reading_is_cut_off_and_frees_everything(school, server):
    with asking(school, buffer=65536) as connection:
        connection.recv(1000)
        eventually(lambda: busy(server) >= 1, 5)
        took = eventually(lambda: busy(server) == 0, 25)
        assert took > 5  # patience comes first
        with pytest.raises(ConnectionError):
            while connection.recv(1 << 20):
                pass
    assert school.admin.get("/api/resource/Comment").status == 200


def test_who_leaves_frees_everything_at_once(school, server):
    connection = asking(school, buffer=65536)
    connection.recv(1000)
    eventually(lambda: busy(server) >= 1, 5)
    connection.close()
    eventually(lambda: busy(server) == 0, 3)


def test_an_answer_broken_off_is_never_taken_for_whole(school, server):
    for version in ("1.1", "1.0"):
        with asking(school, buffer=65536, version=version) as connection:
            connection.recv(1000)
            eventually(lambda: busy(server) >= 1, 5)
            ids = sql(server, "SELECT id FROM information_schema.processlist WHERE command = 'Execute'").split()
            sql(server, "".join(f"KILL {i};" for i in ids))
            received = b""
            with pytest.raises(ConnectionError):
                while True:
                    piece = connection.recv(1 << 20)
                    assert piece or version == "1.1", "an orderly end"
                    if not piece:
                        raise ConnectionError
                    received += piece
            assert not received.endswith(b"0\r\n\r\n") and not received.endswith(b"]}")
    assert "stream.cut" in server.log_path.read_text(errors="replace")
    assert len(school.admin.get("/api/resource/Comment", ALL).data) == ROWS


def test_one_school_never_has_all_streams(school, server):
    readers = [asking(school, buffer=65536) for _ in range(8)]
    try:
        time.sleep(1)
        assert busy(server) <= 4
        other = server.new_school("beside")
        fill(other, 8000)
        assert len(other.admin.get("/api/resource/Comment", ALL).data) == 8000
        assert school.admin.get("/api/resource/Comment").status == 200
    finally:
        for reader in readers:
            reader.close()
    eventually(lambda: busy(server) == 0, 5)


def test_a_stop_does_not_wait_for_slow_readers(tmp_path):
    server = Server(tmp_path)
    school = server.new_school("stop")
    fill(school, 30000)
    with asking(school, buffer=65536) as connection:
        connection.recv(1000)
        start = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - start < 40
    assert "Sanitizer" not in server.log_path.read_text(errors="replace")
