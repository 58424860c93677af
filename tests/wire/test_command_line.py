"""The command line: statuses, usage, --sites anywhere (product section 7)."""
import os
import subprocess

from conftest import PREAU


def preau(*words, **env):
    done = subprocess.run([PREAU, *words], capture_output=True, text=True, env={**os.environ, **env}, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_nothing_and_nonsense_are_wrong_usage():
    assert preau()[0] == 2
    status, out, err = preau("bake", "bread")
    assert status == 2 and 'There is no command "bake"' in err and out == ""


def test_an_unknown_option_is_named():
    status, _, err = preau("site", "list", "--yaml")
    assert status == 2 and "--yaml" in err and "usage: preau site list" in err


def test_an_option_without_its_value():
    assert preau("serve", "--listen")[0] == 2
    assert preau("--sites")[0] == 2
    assert preau("serve", "--listen", "nowhere")[0] == 2


def test_missing_words_are_wrong_usage():
    assert preau("site", "new")[0] == 2
    assert preau("user", "add", "a.test")[0] == 2


def test_help_lists_every_command():
    status, out, _ = preau("help")
    assert status == 0
    for name in ("serve", "site new", "site suspend", "user api-key", "import", "export", "doctor", "show"):
        assert f"preau {name}" in out


def test_sites_before_and_after_the_command(server, school):
    for words in (("--sites", str(server.sites), "site", "list"), ("site", "list", "--sites", str(server.sites)),
                  ("site", "--sites=" + str(server.sites), "list")):
        status, out, _ = preau(*words)
        assert status == 0 and school.host in out
    assert school.host in preau("site", "list", PREAU_SITES=str(server.sites))[1]


def test_show_prints_the_tables():
    assert "LMS Bootcamp" in preau("show", "doctypes")[1]
    assert "/api/resource/:doctype" in preau("show", "routes")[1]
    assert "frappe.client.get_value" in preau("show", "methods")[1]
    assert preau("show", "weather")[0] == 2


def test_a_failure_is_status_1_and_says_what(server):
    status, _, err = preau("user", "api-key", "nowhere.test", "a@b.test", "--sites", str(server.sites))
    assert status == 1 and "nowhere.test" in err
