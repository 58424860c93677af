"""frappe-js-sdk 1.14.1 as npm has it: every method, with cookies, with `token` and with `Bearer`."""
import json
import os
import subprocess
from pathlib import Path

import pytest
from wire import PASSWORD

HERE = Path(__file__).resolve().parent
USER = "dev@people.test"


def sql(server, host, text):
    common = json.loads((server.sites / "common_site_config.json").read_text())
    database = json.loads((server.sites / host / "site_config.json").read_text())["db_name"]
    subprocess.run(["mariadb", "--no-defaults", "-S", common["db_socket"], "-u", common["root_login"], database],
                   input=text, text=True, check=True,
                   env={"MYSQL_PWD": common["root_password"], "PATH": "/usr/bin:/bin:/usr/local/bin"})


@pytest.fixture(scope="module")
def results(server, school):
    school.add_user(USER, "System Manager")
    sql(server, school.host, "INSERT INTO `tabOAuth Bearer Token` (name, owner, creation, modified, modified_by, user, status, "
        f"access_token, expiration_time) VALUES ('bearer-of-dev', 'Administrator', NOW(), NOW(), 'Administrator', '{USER}', "
        "'Active', 'bearer-of-dev', '2099-01-01')")
    environment = {**os.environ, "URL_OF_SCHOOL": f"http://127.0.0.1:{server.port}", "HOST_OF_SCHOOL": school.host,
                   "KEY": school.token(USER), "BEARER": "bearer-of-dev", "USER": USER, "PASSWORD": PASSWORD}
    done = subprocess.run(["node", "sdk.mjs"], cwd=HERE, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return json.loads(done.stdout)


@pytest.fixture
def value(results):
    return lambda step: results[step].get("value", results[step])


@pytest.fixture
def error(results):
    return lambda step: results[step]["error"]


# ---- who is calling --------------------------------------------------------------------------------------------------
def test_a_guest_is_refused(error):
    assert error("guest")["httpStatus"] == 403 and error("guest")["exc_type"] == "PermissionError"


def test_log_in(value, error):
    assert value("login") == {"message": "Logged In", "home_page": "/app", "full_name": "Dev"} or \
        value("login")["message"] == "Logged In"
    assert (error("login.wrong")["httpStatus"], error("login.wrong")["message"]) == (401, "Invalid login credentials")


def test_the_session_is_kept_until_logging_out(value, error):
    assert value("session.user") == USER and value("session.create")["name"] == "By session"
    assert "error" not in value("logout") and error("logout.user")["httpStatus"] == 403


def test_tokens(value, error):
    assert value("token.user") == USER and value("bearer.user") == USER
    assert error("token.wrong")["httpStatus"] == 401 and error("token.wrong")["exc_type"] == "AuthenticationError"


def test_a_forgotten_password_is_asked_for_at_the_root(results):
    assert "error" not in results["forgetPassword"], results["forgetPassword"]


# ---- documents -------------------------------------------------------------------------------------------------------
def test_create(value, error):
    assert value("create.Two")["price"] == 1.5 and value("create.Two")["published"] == 1
    wrong = error("create.wrong")
    assert wrong["httpStatus"] == 417 and wrong["exception"].startswith("frappe.exceptions.MandatoryError: [LMS Bootcamp, ")
    assert json.loads(json.loads(wrong["_server_messages"])[0])["message"] == "Error: Value missing for LMS Bootcamp: Title"


def test_get(value, error):
    assert value("getDoc")["name"] == value("create.One")["name"]
    assert error("getDoc.missing")["httpStatus"] == 404 and error("getDoc.missing")["exc_type"] == "DoesNotExistError"
    assert value("getDoc.slash")["name"] == "Data/Science 101"


def test_lists(value):
    assert [list(row) for row in value("list")] == [["name"]] * 3
    assert value("list.all") == [{"title": "Two", "price": 1.5}, {"title": "One", "price": 0.5}]
    assert value("list.arrays") == [["One"], ["Three"], ["Two"]]
    assert value("list.groups") == [{"published": 0, "n": 2}, {"published": 1, "n": 1}]
    assert len(value("list.unordered")) == 3 and "description" in value("list.unordered")[0]


def test_the_last_one(value):
    assert value("getLastDoc")["title"] == "Three" and value("getLastDoc.none") == {}


def test_update(value, error):
    assert value("updateDoc")["license"] == "CC0"
    assert error("updateDoc.stale")["exc_type"] == "TimestampMismatchError"


def test_values(value):
    assert value("getCount") == 2
    assert value("getValue") == {"message": {"license": "CC0"}}
    assert value("getValue.several") == {"message": {"license": "CC0", "price": 0.5}}
    assert value("setValue")["message"]["license"] == "MIT" and value("setValue.object")["message"]["license"] == "GPL"
    assert value("getSingleValue") == {"message": "EUR"}


def test_rename_submit_cancel(value):
    assert value("renameDoc") == {"message": "sdk2@people.test"}
    assert value("submit")["docstatus"] == 1 and value("cancel")["message"]["docstatus"] == 2


def test_delete(value, error):
    assert value("deleteDoc") in ({"data": "ok"}, {"message": "ok"}, "ok") and error("deleteDoc.missing")["httpStatus"] == 404


# ---- calls, files ----------------------------------------------------------------------------------------------------
def test_calls(value, error):
    assert value("call.get") == {"message": [{"title": "Two"}]}
    assert value("call.put")["message"]["license"] == "X" and value("call.delete") == {}
    assert error("call.unknown")["httpStatus"] == 417


def test_upload_with_progress(value, error):
    upload = value("upload")
    assert upload["status"] == 200, upload
    assert upload["message"]["file_name"].startswith("walrus") and upload["message"]["file_size"] == 280000
    assert upload["message"]["is_private"] == 1 and upload["message"]["attached_to_doctype"] == "LMS Bootcamp"
    assert upload["progress"][0] >= 280000
    assert error("upload.wrong")["httpStatus"] in (403, 404, 417)
