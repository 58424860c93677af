"""A demo of its own with further content by REST: what no author would write and every author does."""
import http.client
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

ROOT = Path(__file__).resolve().parents[2]
PREAU = os.environ.get("PREAU", str(ROOT / "build" / "preau"))
SECRET = "Only those enrolled may read of the purple walrus."
LONG = "Everything you always wanted to know about Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
UGLY = f"""# Video and worse

![A diagram of a walrus](https://images.example.org/walrus.png)

| {" | ".join(f"column number {i}" for i in range(12))} |
|{"---|" * 12}
| {" | ".join("9,999,999.99" for i in range(12))} |

```python
{"x = " + " + ".join(f"value_{i}" for i in range(60))}
```

See https://example.org/{"a" * 200} for <script>alert(1)</script> more.
"""


class Answer:
    def __init__(self, response):
        self.status, self.body = response.status, response.read()
        self.headers = response.getheaders()

    def all(self, name):
        return [v for k, v in self.headers if k.lower() == name.lower()]

    def header(self, name):
        return (self.all(name) or [None])[0]

    @property
    def text(self):
        return self.body.decode()


class Demo:
    def __init__(self, folder):
        self.folder = Path(folder)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.host = "tech-school.localhost"
        self.base = f"http://{self.host}:{self.port}"
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen([PREAU, "demo", "--data", str(self.folder / "data"), "--port", str(self.port),
                                         "--content", str(ROOT / "src/app/demo")], stdout=self.log, stderr=self.log)
        self.await_ready()
        people = json.loads((self.folder / "data/credentials.json").read_text())["sites"]["tech-school.local"]
        self.people = people

    def await_ready(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.tail()
            try:
                if self.get("/readyz").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError(self.tail())

    def tail(self):
        return (self.folder / "log").read_text(errors="replace")[-4000:]

    def request(self, method, path, body=None, headers=None, host=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, {"Host": host or f"{self.host}:{self.port}", **(headers or {})})
        return Answer(connection.getresponse())

    def get(self, path, **headers):
        return self.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def form(self, path, fields, **headers):
        return self.request("POST", path, urllib.parse.urlencode(fields), {
            "Content-Type": "application/x-www-form-urlencoded", **{k.replace("_", "-"): v for k, v in headers.items()}})

    def create(self, doctype, **fields):
        who = self.people["administrator"]
        answer = self.request("POST", "/api/resource/" + urllib.parse.quote(doctype), json.dumps(fields), {
            "Content-Type": "application/json", "Authorization": f"token {who['api_key']}:{who['api_secret']}"})
        assert answer.status == 200, answer.text
        return json.loads(answer.body)["data"]

    def token(self, person):
        who = self.people[person]
        return f"token {who['api_key']}:{who['api_secret']}"

    def login(self, person):
        who = self.people[person]
        answer = self.form("/login", {"usr": who["user"], "pwd": who["password"]})
        assert answer.status == 303, answer.text
        cookies = [line.split(";")[0] for line in answer.all("Set-Cookie")]
        return next(c.removeprefix("sid=") for c in cookies if c.startswith("sid="))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        self.log.close()
        return status


def lesson(slug, **fields):
    return {"title": slug.replace("-", " ").capitalize(), "slug": slug, "content_type": "Text", "content": "Words.",
            "duration_minutes": 5, **fields}


def seed(demo):
    lessons = [
        lesson("video", title="Video and worse", content_type="Video", content=UGLY, is_free_preview=1,
               video_url="https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        lesson("vimeo", content_type="Video", is_free_preview=1, video_url="https://vimeo.com/76979871/0a1b2c"),
        lesson("film", content_type="Video", is_free_preview=1, video_url="https://files.example.org/film.mp4"),
        lesson("secret", title=LONG, content=SECRET, video_url="https://youtu.be/secretsecret"),
        lesson("draft", published=0, is_free_preview=1, content=SECRET),
    ] + [lesson(f"more-{i}") for i in range(50)]
    tree = {"published": 1, "language": "en", "enrollment": "Paid", "currency": "EUR"}
    demo.create("LMS Bootcamp", title=LONG, slug="ugly", short_introduction='A "walrus" & its friends',
                description="Bring a **walrus**.", price=1234.5, courses=[
                    {"title": "First " + LONG, "slug": "first", "lessons": lessons}], **tree)
    demo.create("LMS Bootcamp", title="Gratis", slug="gratis", price=0, courses=[
        {"title": "One", "slug": "one", "lessons": [lesson("inside", content=SECRET)]}], **{**tree, "enrollment": "Free"})
    demo.create("LMS Bootcamp", title="En français", slug="en-francais", price=10, courses=[
        {"title": "Un", "slug": "un", "lessons": [lesson("apercu", is_free_preview=1, content="Bonjour.")]}],
                **{**tree, "language": "fr"})
    demo.create("LMS Bootcamp", title="Hidden draft", slug="hidden", price=1, **{**tree, "published": 0})
    demo.create("LMS Bootcamp", title="Nothing inside yet", slug="empty", price=1, **tree)
    for i in range(20):
        demo.create("LMS Bootcamp", title=f"Filler {i}", slug=f"filler-{i}", price=i, **tree)


@pytest.fixture(scope="session")
def demo():
    folder = tempfile.mkdtemp(prefix="preau-pages-")
    demo = Demo(folder)
    try:
        seed(demo)
        yield demo
    finally:
        status = demo.stop()
        shutil.rmtree(folder, ignore_errors=True)
    assert status == 0
