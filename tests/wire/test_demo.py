"""The demo: two schools from nothing, one clean stop, a quick second start."""
import json
import os
import re
import signal
import socket
import subprocess
import time
import http.client
from pathlib import Path

import pytest

from conftest import PREAU, ROOT, free_port


class Demo:
    def __init__(self, data, port=None):
        self.data, self.port = Path(data), port or free_port()
        began = time.monotonic()
        self.process = subprocess.Popen([PREAU, "demo", "--data", str(data), "--port", str(self.port), "--content",
                                         str(ROOT / "src/app/demo")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.said = ""
        while "Ctrl-C" not in self.said:
            line = self.process.stdout.readline()
            self.said += line
            if not line:
                break
        self.seconds = time.monotonic() - began

    def get(self, host, path="/", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Host": f"{host}:{self.port}", **headers})
        response = connection.getresponse()
        return response.status, response.read().decode()

    def stop(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        status = self.process.wait(60)
        self.said += self.process.stdout.read()
        assert "Sanitizer" not in self.said, self.said
        return status

    def credentials(self):
        return json.loads((self.data / "credentials.json").read_text())


def servers_of(data):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if b"mariadbd" in words and os.fsencode(str(data)) in words:
            found.append(path)
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A path longer than a socket's may be."""
    return tmp_path_factory.mktemp("demo") / ("long-" * 24)


@pytest.fixture(scope="module")
def demo(data):
    demo = Demo(data)
    yield demo
    if demo.process.poll() is None:
        demo.stop()


def test_both_schools_answer_under_both_names(demo):
    for school in ("tech-school", "cooking-school"):
        for host in (f"{school}.local", f"{school}.localhost"):
            status, page = demo.get(host)
            assert status == 200 and "/bootcamps/" in page, demo.said
    assert f"http://tech-school.localhost:{demo.port}/" in demo.said


def test_the_credentials_are_private_and_work(demo):
    path = demo.data / "credentials.json"
    assert path.stat().st_mode & 0o777 == 0o600
    sites = demo.credentials()["sites"]
    assert sorted(sites) == ["cooking-school.local", "tech-school.local"]
    for host, people in sites.items():
        assert sorted(people) == ["administrator", "influencer", "student"]
        for person in people.values():
            assert sorted(person) == ["api_key", "api_secret", "password", "user"]
            status, answer = demo.get(host, "/api/method/frappe.auth.get_logged_user",
                                      Authorization=f"token {person['api_key']}:{person['api_secret']}")
            assert (status, json.loads(answer)["message"]) == (200, person["user"])
            body = json.dumps({"usr": person["user"], "pwd": person["password"]})
            connection = http.client.HTTPConnection("127.0.0.1", demo.port, timeout=30)
            connection.request("POST", "/api/method/login", body, {"Host": host, "Content-Type": "application/json"})
            assert connection.getresponse().status == 200


def test_a_second_demo_on_the_same_data_is_refused(demo, data):
    second = Demo(data)
    assert second.process.wait(60) == 1 and "in use by process" in second.said
    assert demo.get("tech-school.local")[0] == 200


def test_a_site_can_be_added_while_it_serves(demo, data):
    done = subprocess.run([PREAU, "--sites", data / "sites", "site", "new", "x.local"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert demo.get("x.local")[0] == 200
    subprocess.run([PREAU, "--sites", data / "sites", "site", "drop", "x.local", "--yes"], check=True, capture_output=True)


def test_it_stops_cleanly_and_starts_again_as_it_was(demo, data):
    before = demo.credentials()
    assert demo.stop(signal.SIGINT) == 0 and servers_of(data) == []
    again = Demo(data)
    try:
        assert again.credentials() == before
        assert again.get("tech-school.local")[0] == 200
        assert again.seconds < 3, again.seconds
    finally:
        assert again.stop(signal.SIGTERM) == 0
    assert servers_of(data) == []


def test_a_port_in_use_is_said_and_leaves_no_server(demo, data):
    if demo.process.poll() is None:
        demo.stop()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = Demo(data, port)
        assert refused.process.wait(60) == 1
        assert re.search(rf"\b{port}\b", refused.said), refused.said
    assert servers_of(data) == []
