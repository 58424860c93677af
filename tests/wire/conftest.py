"""One program on one private MariaDB for all wire tests; each test file gets a school of its own.

$PREAU names the program (build/preau if not set). A test is its point and nothing else:

    def test_a_document_that_is_not_there(school):
        assert school.admin.get("/api/resource/LMS Lesson/nope").status == 404
"""
import base64
import http.client
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

import pytest

from elsewhere import PREAU, ROOT, Elsewhere, free_port

PASSWORD = "Wire-Pass-2026!"
TIMEOUT = 60


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def data(self):
        assert self.status == 200, f"{self.status}: {self.text}"
        return self.json["data"]

    @property
    def message(self):
        assert self.status == 200, f"{self.status}: {self.text}"
        return self.json["message"]

    def header(self, name):
        values = self.all(name)
        return values[0] if values else None

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def exc_type(self):
        return self.json.get("exc_type")

    @property
    def server_messages(self):
        return [json.loads(one) for one in json.loads(self.json["_server_messages"])]

    def __repr__(self):
        return f"<{self.status} {self.body[:2000]!r}>"


def target_of(path, query):
    """Spaces and the like in a path are for people: they are encoded here; what is encoded already stays."""
    path = urllib.parse.quote(path, safe="/%?&=:+,*@!$'();~")
    if query:
        pairs = {k: v if isinstance(v, str) else json.dumps(v) for k, v in query.items()}
        path += ("&" if "?" in path else "?") + urllib.parse.urlencode(pairs, quote_via=urllib.parse.quote)
    return path


class Client:
    """One caller of one school: a token, a session's cookies, or nobody."""

    def __init__(self, school, token=None):
        self.school, self.token, self.cookies, self.csrf = school, token, {}, None
        self.connection = http.client.HTTPConnection("127.0.0.1", school.server.port, timeout=TIMEOUT)

    def request(self, method, path, query=None, json_body=None, form=None, body=None, headers=None):
        sent = {"Host": self.school.host}
        if self.token:
            sent["Authorization"] = f"token {self.token}"
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if self.csrf:
            sent["X-Frappe-CSRF-Token"] = self.csrf
        if json_body is not None:
            body, sent["Content-Type"] = json.dumps(json_body), "application/json"
        if form is not None:
            body, sent["Content-Type"] = urllib.parse.urlencode(form), "application/x-www-form-urlencoded"
        sent.update(headers or {})
        for attempt in (1, 2):
            try:
                self.connection.request(method, target_of(path, query), body, sent)
                response = self.connection.getresponse()
                break
            except (ConnectionError, http.client.HTTPException):
                self.connection.close()
                if attempt == 2:
                    raise
        answer = Answer(response.status, response.getheaders(), response.read())
        self.keep_cookies(answer)
        return answer

    def keep_cookies(self, answer):
        for line in answer.all("Set-Cookie"):
            name, _, value = line.split(";")[0].partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)

    def get(self, path, query=None, **more):
        return self.request("GET", path, query, **more)

    def post(self, path, json_body=None, **more):
        return self.request("POST", path, json_body=json_body, **more)

    def put(self, path, json_body=None, **more):
        return self.request("PUT", path, json_body=json_body, **more)

    def delete(self, path, **more):
        return self.request("DELETE", path, **more)

    def list(self, doctype, **query):
        return self.get(f"/api/resource/{doctype}", query)

    def create(self, doctype, **fields):
        return self.post(f"/api/resource/{doctype}", fields)

    def login(self, user, password=PASSWORD):
        return self.post("/api/method/login", form={"usr": user, "pwd": password})


class School:
    def __init__(self, server, host):
        self.server, self.host = server, host
        self.users = {}

    def client(self, user=None):
        """A client with the user's token; without a user: nobody."""
        return Client(self, self.token(user) if user else None)

    def session(self, user, password=PASSWORD):
        """A client that has logged in."""
        client = Client(self)
        answer = client.login(user, password)
        assert answer.status == 200, answer
        return client

    def token(self, user):
        if user not in self.users:
            made = json.loads(self.server.run("user", "api-key", self.host, user))
            self.users[user] = f"{made['api_key']}:{made['api_secret']}"
        return self.users[user]

    def add_user(self, email, *roles, password=PASSWORD):
        options = [word for role in roles for word in ("--role", role)]
        self.server.run("user", "add", self.host, email, *options, "--password-stdin", input=password + "\n")
        return email

    @property
    def admin(self):
        if not hasattr(self, "_admin"):
            self._admin = self.client("Administrator")
        return self._admin

    @property
    def guest(self):
        return self.client()

    def config(self):
        return json.loads((self.server.sites / self.host / "site_config.json").read_text())

    def configure(self, **keys):
        """Changes site_config.json and waits until the server has seen it."""
        path = self.server.sites / self.host / "site_config.json"
        config = {**self.config(), **keys}
        new = path.with_suffix(".new")
        new.write_text(json.dumps({k: v for k, v in config.items() if v is not None}))
        new.chmod(0o600)
        new.rename(path)
        time.sleep(2.2)


class Server:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.sites = self.folder / "sites"
        self.port = free_port()
        self.log_path = self.folder / "preau.log"
        self.numbers = itertools.count(1)
        self.elsewhere = None
        if os.environ.get("PREAU_MARIADB") == "elsewhere":  # as in containers, instead of the private one
            self.elsewhere = Elsewhere()
            self.elsewhere.setup()
            self.sites = self.elsewhere.sites
        self.start()

    def start(self):
        self.log = open(self.log_path, "ab")
        database = [] if self.elsewhere else ["--embedded", str(self.folder / "mariadb")]
        self.process = subprocess.Popen(
            [PREAU, "serve", "--sites", str(self.sites), "--listen", f"127.0.0.1:{self.port}", *database],
            stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 120
        while self.plain("GET", "/readyz") != 200:
            assert self.process.poll() is None, self.tail()
            assert time.monotonic() < deadline, self.tail()
            time.sleep(0.1)

    def plain(self, method, path, host="localhost"):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request(method, path, headers={"Host": host})
            return connection.getresponse().status
        except OSError:
            return None

    def stop(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        status = self.process.wait(60)
        self.log.close()
        return status

    def tail(self):
        return self.log_path.read_text(errors="replace")[-6000:]

    def run(self, *words, input=None, status=0):
        """A command of the program; its standard output."""
        done = subprocess.run([PREAU, *words, "--sites", str(self.sites)], input=input, capture_output=True, text=True,
                              timeout=120)
        assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def new_school(self, name="school", *options):
        host = f"{name}-{next(self.numbers)}.test"
        self.run("site", "new", host, "--admin-password-stdin", *options, input=PASSWORD + "\n")
        school = School(self, host)
        deadline = time.monotonic() + 3
        while self.plain("GET", "/api/method/ping", host) != 200:
            assert time.monotonic() < deadline, f"{host} does not answer\n{self.tail()}"
            time.sleep(0.05)
        return school

    def raw(self, data, wait=5.0):
        """Sends bytes as they are; what comes back until the peer closes or `wait` seconds of silence."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as connection:
            connection.sendall(data)
            connection.settimeout(wait)
            received = b""
            try:
                while piece := connection.recv(65536):
                    received += piece
                    if complete(received):
                        break
            except (TimeoutError, ConnectionError):
                pass
            return received


def complete(received):
    head, found, body = received.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return bool(found and lengths and len(body) >= lengths[0])


@pytest.fixture(scope="session")
def server():
    folder = tempfile.mkdtemp(prefix="preau-wire-")
    server = Server(folder)
    yield server
    status = server.stop()
    if server.elsewhere:
        server.elsewhere.close()
    log = server.log_path.read_text(errors="replace")
    if os.environ.get("PREAU_KEEP"):
        print(f"kept: {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    assert status == 0 and "Sanitizer" not in log, log[-8000:]


@pytest.fixture(scope="module")
def school(server, request):
    """A school for this test file alone."""
    return server.new_school(request.module.__name__.removeprefix("test_").replace("_", "-"))


def basic(token):
    return "Basic " + base64.b64encode(token.encode()).decode()


def bootcamp_tree(title="Full Stack Web", lessons=20, **more):
    """A published bootcamp with one course; every third lesson is a Video, a Lab, a Text; every fifth is free."""
    kinds = ["Video", "Lab", "Text"]
    rows = [{"title": f"Lesson {n:02}", "content_type": kinds[(n - 1) % 3], "content": f"Body of lesson {n}",
             "is_free_preview": int(n % 5 == 0)} for n in range(1, lessons + 1)]
    return {"title": title, "price": 499.99, "published": 1, "courses": [{"title": "HTML Basics", "lessons": rows}], **more}
