"""Lessons complete by themselves: a text that is read, a film that is played, and both with the network cut in between."""
import json
import subprocess
import urllib.parse
from pathlib import Path

import pytest

from conftest import lesson

HERE = Path(__file__).resolve().parent
SHOTS = HERE.parents[1] / "build-test" / "screenshots"


FILM = "https://files.example.org/film.webm"


def film(folder):
    """Three seconds of a test picture."""
    path = folder / "film.webm"
    subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=duration=3:size=160x90:rate=10", "-c:v", "libvpx",
                    "-y", str(path)], check=True, timeout=60)
    return path


@pytest.fixture(scope="module")
def learned(demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("learning")
    words = "Words to read.\n\n" * 40
    demo.create("LMS Bootcamp", title="Learn", slug="learn", published=1, price=0, language="en", courses=[
        {"title": "One", "slug": "one", "lessons": [lesson("text", content=words), lesson(
            "film", content_type="Video", content="", video_url=FILM), lesson("last", content=words)]}])
    fields = urllib.parse.urlencode({"bootcamp": "learn"})
    answer = demo.request("POST", "/api/method/lms.enroll", fields, {"Authorization": demo.token("student"),
                                                                      "Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 200, answer.text
    plan = folder / "plan.json"
    plan.write_text(json.dumps({"base": demo.base, "sid": urllib.parse.unquote(demo.login("student")), "shots": str(SHOTS), "film": FILM, "file": str(film(folder))}))
    done = subprocess.run(["node", str(HERE / "learning.mjs"), str(plan)], capture_output=True, text=True, timeout=180)
    return {line["check"]: line for line in map(json.loads, done.stdout.splitlines())}, done.stderr


@pytest.mark.parametrize("step", ["read", "played", "offline", "continue"])
def test_a_lesson_completes_by_itself(learned, step):
    steps, complaints = learned
    assert step in steps, complaints[-3000:]
    assert steps[step]["ok"], steps[step]["detail"]
