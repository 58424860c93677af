"""Every example of docs/API.md, run in order against a demo of its own, as a reader would paste it.

A ```console block holds commands (lines that begin with "$ ", going on while a quote or a backslash is open) and what
each prints. JSON is compared by meaning, other text line by line. "…" stands for anything: a value, part of a text,
further members of an object, further items of a list."""
import json
import re
import signal
import subprocess
import threading

import pytest
from conftest import PREAU, ROOT, free_port

PAGE = ROOT / "docs" / "API.md"
ANY = "\u2026"


# ---- reading the page ----

def is_open(command):
    """A quote or a backslash at the end goes on on the next line."""
    quote = None
    for i, c in enumerate(command):
        if c in "'\"" and (quote is None or quote == c) and not (quote != "'" and i and command[i - 1] == "\\"):
            quote = None if quote else c
    return quote is not None or command.endswith("\\")


def examples(text):
    """(line, command, what is expected)"""
    number, found, inside = 0, [], False
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif not inside:
            continue
        elif found and not found[-1][2] and is_open(found[-1][1]):
            found[-1][1] += "\n" + line
        elif line.startswith("$ "):
            found.append([number, line[2:], []])
        else:
            found[-1][2].append(line)
    return [(number, command, "\n".join(lines)) for number, command, lines in found]


# ---- comparing ----

def as_json(text):
    """Expected JSON with "…" outside of quotes: a member in an object, an item in a list, a value after a colon."""
    out, stack, inside, before = [], [], False, ""
    for i, c in enumerate(text):
        if c == '"' and (not inside or text[i - 1] != "\\"):
            inside = not inside
        if not inside and c in "{[":
            stack.append(c)
        if not inside and c in "}]":
            stack.pop()
        if c == ANY and not inside:
            member = stack and stack[-1] == "{" and before != ":"
            c = f'"{ANY}": "{ANY}"' if member else f'"{ANY}"'
        if not c.isspace():
            before = c[-1]
        out.append(c)
    return json.loads("".join(out))


def text_fits(wanted, got):
    return re.fullmatch(re.escape(wanted).replace(re.escape(ANY), ".*?"), got, re.S) is not None


def fits(wanted, got):
    if isinstance(wanted, dict):
        more = ANY in wanted
        wanted = {key: value for key, value in wanted.items() if key != ANY}
        return (isinstance(got, dict) and set(wanted) <= set(got) and (more or set(wanted) == set(got))
                and all(fits(value, got[key]) for key, value in wanted.items()))
    if isinstance(wanted, list):
        more = wanted[-1:] == [ANY]
        wanted = wanted[:-1] if more else wanted
        return (isinstance(got, list) and (len(got) >= len(wanted) if more else len(got) == len(wanted))
                and all(fits(one, other) for one, other in zip(wanted, got)))
    if isinstance(wanted, str) and ANY in wanted:
        return wanted == ANY or isinstance(got, str) and text_fits(wanted, got)
    return type(wanted) is type(got) and wanted == got


def agrees(expected, printed):
    try:
        return fits(as_json(expected), json.loads(printed))
    except json.JSONDecodeError:
        return text_fits(expected.strip(), printed.strip())


# ---- running ----

class Shell:
    """One shell for the whole page: variables and functions last."""

    def __init__(self, data, port):
        self.data, self.port, self.other_port = str(data), port, free_port()
        self.process = subprocess.Popen(["bash", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
                                        stderr=subprocess.STDOUT, text=True)

    def run(self, command):
        command = command.replace(".localhost:8080", f".localhost:{self.port}").replace("var/demo", self.data)
        command = command.replace("build/preau", PREAU).replace("8090", str(self.other_port))
        self.process.stdin.write(f"{command}\necho; echo =done=\n")
        self.process.stdin.flush()
        watch = threading.Timer(60, self.process.kill)
        watch.start()
        lines = []
        for line in self.process.stdout:
            if line == "=done=\n":
                break
            lines.append(line)
        watch.cancel()
        return "".join(lines).strip().replace(f".localhost:{self.port}", ".localhost:8080").replace("\r", "")


def served(data):
    port = free_port()
    log = open(data / "log", "w")
    process = subprocess.Popen([PREAU, "demo", "--data", str(data), "--port", str(port), "--content",
                                str(ROOT / "src/app/demo")], stdout=subprocess.PIPE, stderr=log, text=True)
    for line in process.stdout:
        if "Ctrl-C stops everything" in line:
            break
    return process, port


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    data = tmp_path_factory.mktemp("demo")
    process, port = served(data)
    shell = Shell(data, port)
    yield shell
    shell.process.stdin.close()
    shell.process.wait(10)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0


@pytest.mark.parametrize("line, command, expected", examples(PAGE.read_text()),
                         ids=lambda value: f"line-{value}" if isinstance(value, int) else "")
def test_example(shell, line, command, expected):
    printed = shell.run(command)
    assert agrees(expected, printed), f"API.md:{line}\n$ {command}\n{printed}"


def test_the_page_has_examples_of_everything():
    text = PAGE.read_text()
    assert len(examples(text)) > 60
    blocks = re.findall(r"^```(\w*)$", text, re.M)
    assert set(blocks) <= {"console", ""}


def test_how_answers_are_compared():
    assert agrees('{"a": 1, …}', '{"a": 1, "b": 2}') and not agrees('{"a": 1}', '{"a": 1, "b": 2}')
    assert agrees('{"a": …}', '{"a": [1]}') and agrees('[1, …]', '[1, 2, 3]') and not agrees('[1]', '[1, 2]')
    assert agrees('{"a": "x…z"}', '{"a": "xyz"}') and not agrees('{"a": "x…z"}', '{"a": "xy"}')
    assert not agrees('{"a": 1}', '{"a": 1.0}') and not agrees('{"a": 1}', '{"a": true}')
    assert agrees("HTTP/1.1 200 OK\n…", "HTTP/1.1 200 OK\nX: y") and not agrees("", "curl: failed")
