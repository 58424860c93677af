"""/api/openapi.json before an independent validator: valid as OpenAPI 3.1, its examples and presets valid against its own
schemas, and what the server really answers as described, for each kind of caller. openapi.mjs does the judging."""
import json
import re
import subprocess
import urllib.parse
from pathlib import Path

import pytest
from conftest import PREAU

HERE = Path(__file__).resolve().parent
WHO = ["guest", "student", "influencer", "instructor", "manager"]
KINDS = ["valid", "examples", "presets"]


class Caller:
    """Asks, and keeps what came back with the address as the document writes it."""

    def __init__(self, demo, who, token):
        self.demo, self.who, self.headers, self.answers = demo, who, {"Authorization": token} if token else {}, []

    def ask(self, verb, path, template=None, body=None, query=None):
        target = path + ("?" + urllib.parse.urlencode(query) if query else "")
        headers = {**self.headers, **({"Content-Type": "application/json"} if body is not None else {})}
        answer = self.demo.request(verb.upper(), target, None if body is None else json.dumps(body), headers)
        self.answers.append({"who": self.who, "path": template or path, "verb": verb, "status": answer.status,
                             "body": json.loads(answer.body), "name": f"{self.who} {len(self.answers)}"})
        return answer.status, json.loads(answer.body)


def paths_of(doctype, api):
    base = ("/api/resource/" if api == 1 else "/api/v2/document/") + urllib.parse.quote(doctype)
    return base, base + "/{name}"


def lists(caller, doctype, api):
    base, one = paths_of(doctype, api)
    status, body = caller.ask("get", base, query={"fields": '["*"]', "limit": 3})
    assert status == 200
    caller.ask("get", base, query={"fields": '["name"]', "as_dict": "false"})
    assert caller.ask("get", base, query={"fields": '["no_such_field"]'})[0] == 417
    assert caller.ask("get", base + "/none-of-this-name", one)[0] in (403, 404)
    for row in body["data"]:
        assert caller.ask("get", f"{base}/{urllib.parse.quote(row['name'], safe='')}", one)[0] == 200


def writes(caller, doctype, api, document, change):
    base, one = paths_of(doctype, api)
    status, made = caller.ask("post", base, body=document)
    assert status == 200, made
    address = f"{base}/{urllib.parse.quote(made['data']['name'], safe='')}"
    assert caller.ask("put", address, one, body=change)[0] == 200
    assert caller.ask("put", address, one, body={**change, "modified": "2001-01-01 00:00:00"})[0] == 417
    assert caller.ask("post", base, body={})[0] == 417
    assert caller.ask("delete", address, one)[0] == 202
    assert caller.ask("delete", address, one)[0] == 404


def methods(caller):
    assert caller.ask("get", "/api/method/lms.catalogue", query={"page": 1})[0] == 200
    assert caller.ask("get", "/api/v2/method/lms.outline")[0] == 417
    assert caller.ask("get", "/api/method/lms.outline", query={"bootcamp": "none"})[0] == 404
    assert caller.ask("post", "/api/v2/method/ping", body={})[0] == 200


def manager_token(demo):
    sites = ["--sites", str(demo.folder / "data" / "sites")]
    host, who = "tech-school.local", "manager@example.org"
    for words in (["user", "add", host, who, "--role", "System Manager", "--password-stdin"],
                  ["user", "add", host, "teacher@example.org", "--role", "Instructor", "--password-stdin"]):
        subprocess.run([PREAU, *words, *sites], input="Pass-Word-2026!\n", check=True, capture_output=True, text=True)
    tokens = []
    for person in (who, "teacher@example.org"):
        made = json.loads(subprocess.run([PREAU, "user", "api-key", host, person, *sites], check=True,
                                         capture_output=True, text=True).stdout)
        tokens.append(f"token {made['api_key']}:{made['api_secret']}")
    return tokens


@pytest.fixture(scope="module")
def judged(demo, tmp_path_factory):
    manager, instructor = manager_token(demo)
    tokens = {"guest": None, "student": demo.token("student"), "influencer": demo.token("influencer"),
              "instructor": instructor, "manager": manager}
    callers = {who: Caller(demo, who, token) for who, token in tokens.items()}
    for caller in callers.values():
        for api in (1, 2):
            lists(caller, "LMS Bootcamp", api)
            lists(caller, "LMS Lesson", api)
        methods(caller)
    lists(callers["student"], "Enrollment", 1)
    for api in (1, 2):
        lists(callers["influencer"], "Sales Partner", api)
        lists(callers["manager"], "User", api)
        for who in ("manager", "instructor"):
            writes(callers[who], "LMS Bootcamp", api, {"title": f"Of {who}", "price": 12.5, "courses": [
                {"title": "A", "lessons": [{"title": "B", "content_type": "Text"}]}]}, {"price": 13})
        writes(callers["manager"], "Role", api, {"role_name": f"Reader {api}"}, {"disabled": 1})
        assert callers["manager"].ask("get", paths_of("School Settings", api)[0] + "/School%20Settings")[0] == 200
        assert callers["manager"].ask("get", "/api/v2/doctype/LMS%20Lesson/count",
                                      query={"filters": '{"content_type": "Video"}'})[0] == 200
    plan = tmp_path_factory.mktemp("plan") / "plan.json"
    documents = {who: demo.request("GET", "/api/openapi.json", headers=callers[who].headers).text for who in WHO}
    answers = [answer for caller in callers.values() for answer in caller.answers]
    plan.write_text(json.dumps({"documents": documents, "answers": answers}))
    done = subprocess.run(["node", str(HERE / "openapi.mjs"), str(plan)], capture_output=True, text=True, timeout=120)
    found = {line["check"]: line for line in map(json.loads, done.stdout.splitlines())}
    return found, len(answers), done.stderr


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("kind", KINDS)
def test_the_document_is(judged, kind, who):
    found, _, complaints = judged
    assert f"{kind} {who}" in found, complaints[-3000:]
    assert found[f"{kind} {who}"]["ok"], found[f"{kind} {who}"]["detail"]


def test_the_server_answers_as_described(judged):
    found, count, complaints = judged
    answers = {check: line for check, line in found.items() if check.startswith("answer ")}
    assert len(answers) == count > 100, complaints[-3000:]
    assert [line["detail"] for line in answers.values() if not line["ok"]] == []


def test_the_judge_sees_a_mistake(demo, tmp_path):
    """A wrong document, a wrong example and an undescribed answer are told apart from right ones."""
    text = demo.request("GET", "/api/openapi.json").text
    broken = text.replace('"in":"path"', '"in":"nowhere"')
    example = re.sub(r'("published":)[01]', r'\1"yes"', text)
    answers = [{"who": "example", "path": "/api/method/ping", "verb": "get", "status": 299, "body": {}, "name": "odd"}]
    (tmp_path / "plan.json").write_text(json.dumps({"documents": {"broken": broken, "example": example},
                                                    "answers": answers}))
    done = subprocess.run(["node", str(HERE / "openapi.mjs"), str(tmp_path / "plan.json")], capture_output=True,
                          text=True, timeout=60)
    found = {line["check"]: line["ok"] for line in map(json.loads, done.stdout.splitlines())}
    assert (found["valid broken"], found["examples example"], found["answer odd"]) == (False, False, False)
