"""frappe-ui 0.1.278 as npm has it: the resources of Frappe's own Vue applications, with a session and its CSRF token."""
import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from wire import PASSWORD

HERE = Path(__file__).resolve().parent
PACKAGE = "frappe-ui@0.1.278"
USER = "ui@people.test"


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The package alone: its editors, charts and icons are not what talks to Frappe."""
    folder = tmp_path_factory.mktemp("frappe-ui")
    done = subprocess.run(["npm", "pack", PACKAGE, "--silent"], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        for member in archive.getmembers():
            if member.isfile() and member.name.startswith(("package/src/resources/", "package/src/utils/")):
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.extractfile(member).read())
    return folder / "package"


@pytest.fixture(scope="module")
def results(server, school, package):
    school.add_user(USER, "System Manager")
    environment = {**os.environ, "URL_OF_SCHOOL": f"http://127.0.0.1:{server.port}", "HOST_OF_SCHOOL": school.host,
                   "USER": USER, "PASSWORD": PASSWORD, "FRAPPE_UI": str(package), "NODE_PATH": str(HERE / "node_modules")}
    done = subprocess.run(["node", "ui.mjs"], cwd=HERE, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return json.loads(done.stdout)


@pytest.fixture
def value(results):
    return lambda step: results[step].get("value", results[step])


@pytest.fixture
def error(results):
    return lambda step: results[step]["error"]


def test_a_session(value, error):
    assert error("guest")["exc_type"] == "PermissionError"
    assert error("login.wrong")["messages"] == ["Invalid login credentials"]
    assert value("login")["message"] == "Logged In" and value("user") == USER and len(value("csrf")) > 20
    assert "error" not in value("logout") and error("logout.user")["exc_type"] == "PermissionError"


def test_what_cannot_be_called(error):
    assert error("unknown")["exc_type"] == "ValidationError" and "frappe.client.nope" in error("unknown")["messages"][0]
    assert error("unknown")["exc"].startswith("frappe.exceptions.ValidationError")


def test_a_resource(value):
    assert value("resource") == 0 and value("resource.get") == {"name": "Student"}


def test_a_list(value):
    assert value("insert.Anna")["name"] == "Anna" and value("insert.Anna")["doctype"] == "Sales Partner"
    assert [row["partner_name"] for row in value("list")["data"]] == ["Anna", "Bert"] and value("list")["more"] is True
    assert [row["name"] for row in value("list.next")["data"]] == ["Anna", "Bert", "Cleo"] and value("list.next")["more"] is False
    assert value("list.filtered") == [{"name": "Cleo"}, {"name": "Bert"}]
    assert value("list.one")["commission_rate"] == 0.5


def test_changes_through_a_list(value, error):
    assert value("list.setValue")["commission_rate"] == 7
    assert error("list.setValue.wrong")["exc_type"] in ("NonNegativeError", "ValidationError")
    assert value("list.runDocMethod")["docs"][0]["name"] == "Bert"
    assert "error" not in (value("list.delete") or {})
    assert error("list.unknown")["exc_type"] == "DoesNotExistError"


def test_a_document(value, error):
    assert value("doc")["name"] == "Anna" and value("doc")["account_holder"] is None
    assert value("doc.setValue")["commission_rate"] == 3


def test_a_document_is_saved_as_it_was_read_unless_it_has_changed(value, error):
    assert value("doc.save")["commission_rate"] == 4
    assert error("doc.stale")["exc_type"] == "TimestampMismatchError"


def test_methods_and_the_end_of_a_document(value, error):
    assert value("doc.method")["reference_name"] == "Anna" and value("doc.method")["content"] == "Well done"
    assert "error" not in (value("doc.delete") or {})
    assert error("doc.gone")["exc_type"] == "DoesNotExistError"
