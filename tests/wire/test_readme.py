"""The README's commands do what it says, pasted as they stand (only port and data directory are this test's own)."""
import json
import re
import signal
import subprocess

import pytest
from conftest import PREAU, ROOT, free_port

BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.S)


def block_with(word):
    return next(block for block in BLOCKS if word in block)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    data, port = tmp_path_factory.mktemp("demo"), free_port()
    command = [PREAU, "demo", "--data", str(data), "--port", str(port), "--content", str(ROOT / "src/app/demo")]
    with open(data / "log", "w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    for line in process.stdout:
        if "Ctrl-C stops everything" in line:
            break
    yield data, port
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0


def paste(demo, block):
    """One shell runs the block, as a newcomer's would; the output of each command on a line of its own."""
    data, port = demo
    script = block.replace("http://127.0.0.1:8080", f"http://127.0.0.1:{port}").replace("var/demo", str(data))
    script = script.replace("build/preau", PREAU).replace("curl -s", "curl -s -w '\\n'")
    run = subprocess.run(["sh", "-eu", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_tour_with_curl(demo):
    answers = [json.loads(line) for line in paste(demo, block_with("api/method/ping")).splitlines() if line]
    ping, tech, cooking, caller, made, lessons, deleted = answers
    assert ping == {"message": "pong"}
    assert {"name": "git-from-zero-to-team", "title": "Git, from zero to team", "price": 149.0} in tech["data"]
    assert not {row["name"] for row in tech["data"]} & {row["name"] for row in cooking["data"]}
    assert caller == {"message": "Administrator"}
    assert made["data"]["name"] == "regular-expressions" and len(made["data"]["courses"][0]["lessons"]) == 2
    assert {row["title"]: row["content"] for row in lessons["data"]} == {"Literals": "A letter matches itself.",
                                                                         "Classes": None}
    assert deleted == {"data": "ok"}


def test_a_school_of_ones_own(demo):
    printed = paste(demo, block_with("site new"))
    assert "my-school.local is ready" in printed and "tech-school.local\n" in printed
    assert "my-school.local is gone" in printed


def test_every_folder_of_the_map_is_there():
    table = (ROOT / "README.md").read_text().split("## Where things are")[1]
    assert [p for p in re.findall(r"`((?:src|include|sql|tests|docs)/?[a-z]*)/?`", table)
            if not (ROOT / p).is_dir()] == []
