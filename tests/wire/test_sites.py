"""Sites: made whole or not at all, closed and opened, kept apart, taken away and brought back."""
import json
import os
import signal
import subprocess
import time

import pytest

from conftest import PASSWORD, PREAU, School


def preau(server, *words, input=None, env=None):
    return subprocess.run([PREAU, *map(str, words), "--sites", str(server.sites)], input=input, capture_output=True,
                          text=True, timeout=120, env={**os.environ, **(env or {})})


def common(server):
    return json.loads((server.sites / "common_site_config.json").read_text())


def sql(server, text, user=None, password=None):
    config = common(server)
    return subprocess.run(["mariadb", "--no-defaults", "--socket", config["db_socket"], "--batch", "--skip-column-names",
                           "-u", user or config["root_login"], f"-p{password or config['root_password']}", "-e", text],
                          capture_output=True, text=True)


def traces(server):
    """Everything a site leaves: databases, users, roles, folders."""
    names = sql(server, "SHOW DATABASES; SELECT User, Host FROM mysql.user ORDER BY 1, 2").stdout
    return sorted(names.splitlines()), sorted(p.name for p in server.sites.iterdir() if not p.name.startswith("."))


def drop(server, host):
    assert preau(server, "site", "drop", host, "--yes").returncode == 0


def test_a_new_site_answers_at_once_without_a_restart(server):
    done = preau(server, "site", "new", "at-once.test")
    assert done.returncode == 0 and "password" in done.stdout
    assert server.plain("GET", "/", "at-once.test") == 200
    drop(server, "at-once.test")
    assert server.plain("GET", "/", "at-once.test") in (503, 404)
    time.sleep(1.1)
    assert server.plain("GET", "/", "at-once.test") == 404


def test_creating_a_site_twice_is_an_error_and_harms_nothing(server, school):
    done = preau(server, "site", "new", school.host)
    assert done.returncode == 1 and f"{school.host} exists already" in done.stderr
    assert school.admin.get("/api/method/frappe.auth.get_logged_user").message == "Administrator"


def test_a_dropped_site_leaves_nothing(server):
    before = traces(server)
    assert preau(server, "site", "new", "gone.test").returncode == 0
    assert traces(server) != before
    assert preau(server, "site", "drop", "gone.test").returncode == 2
    drop(server, "gone.test")
    assert traces(server) == before


@pytest.mark.parametrize("words, status", [
    (["site", "new", "Bad_Name!"], 1), (["site", "new", "../x"], 1), (["site", "new"], 2),
    (["site", "new", "x.test", "--language", "klingon"], 1), (["site", "new", "x.test", "--timezone", "Mars"], 2),
    (["site", "new", "x.test", "--currency", "XXQ"], 1), (["site", "new", "x.test", "--what"], 2), (["site", "nothing"], 2),
    (["site", "drop", "nobody.test", "--yes"], 1), (["site", "suspend", "nobody.test"], 1),
    (["site", "migrate", "nobody.test"], 1), (["site", "backup", "nobody.test", "/tmp/x"], 1),
    (["user", "add", "nobody.test", "a@b.c"], 1), (["user", "api-key", "nobody.test", "a@b.c"], 1), ([], 2),
])
def test_what_cannot_be_done_is_said_and_leaves_nothing(server, words, status):
    before = traces(server)
    done = preau(server, *words)
    assert (done.returncode, bool(done.stderr)) == (status, True), done
    assert traces(server) == before


def test_a_creation_without_a_database_leaves_nothing(server, tmp_path):
    (tmp_path / "common_site_config.json").write_text(json.dumps({"db_socket": str(tmp_path / "none.sock")}))
    done = subprocess.run([PREAU, "site", "new", "x.test", "--sites", str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "x.test was not created" in done.stderr
    assert [p.name for p in tmp_path.iterdir() if not p.name.startswith(".")] == ["common_site_config.json"]


def test_a_creation_that_was_killed_is_cleared_by_the_next(server):
    before = traces(server)
    config = server.sites / "killed.test/site_config.json"  # the folder may be there without it
    for moment in (0.03, 0.08, 0.13, 0.18):
        process = subprocess.Popen([PREAU, "site", "new", "killed.test", "--sites", str(server.sites)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if config.exists() and "being_created" in config.read_text():
            assert server.plain("GET", "/", "killed.test") in (404, 503)
    if config.exists() and "being_created" not in config.read_text():
        drop(server, "killed.test")
    assert preau(server, "site", "new", "killed.test").returncode == 0
    assert server.plain("GET", "/", "killed.test") == 200
    drop(server, "killed.test")
    assert traces(server) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="takes another user's place")
def test_who_may_not_write_into_the_folder_makes_nothing_and_is_told_why(server, tmp_path):
    before, folder = traces(server), tmp_path / "sites"
    folder.mkdir()
    (folder / "common_site_config.json").write_text(json.dumps(common(server)))
    for part in (*tmp_path.parents[:-2], tmp_path, folder):
        part.chmod(part.stat().st_mode | 0o555)
    (folder / "common_site_config.json").chmod(0o644)
    done = subprocess.run([PREAU, "site", "new", "shut.test", "--sites", str(folder)], capture_output=True, text=True,
                          timeout=60, user=65534, group=65534, extra_groups=[])
    assert done.returncode == 1 and "shut.test" in done.stderr and "ermission" in done.stderr, done
    assert [p.name for p in folder.iterdir()] == ["common_site_config.json"]
    assert traces(server) == before


def test_a_suspended_site_is_closed_within_a_second_and_opens_again(server, school):
    assert preau(server, "site", "suspend", school.host).returncode == 0
    time.sleep(1.1)
    closed = school.guest.get("/?lang=fr")
    assert closed.status == 503 and closed.header("Retry-After") and '<html lang="fr">' in closed.text
    assert school.guest.get("/api/method/ping").exc_type == "SessionStopped"
    assert school.host + "\tsuspended" in preau(server, "site", "list").stdout
    assert preau(server, "site", "resume", school.host).returncode == 0
    time.sleep(1.1)
    assert server.plain("GET", "/", school.host) == 200


def test_the_list_for_programs(server, school):
    rows = json.loads(preau(server, "site", "list", "--json").stdout)
    own = [r for r in rows if r["name"] == school.host]
    assert own == [{"name": school.host, "db_name": school.config()["db_name"], "suspended": False, "domains": []}]


def test_sites_may_be_named_before_the_command_or_in_the_environment(server, school):
    for words, env in ((["--sites", str(server.sites), "site", "list"], {}),
                       (["site", "--sites=" + str(server.sites), "list"], {}),
                       (["site", "list"], {"PREAU_SITES": str(server.sites)})):
        done = subprocess.run([PREAU, *words], capture_output=True, text=True, env={**os.environ, **env})
        assert school.host in done.stdout, done


def test_no_user_and_no_role_of_a_site_reads_another_sites_tables(server, school):
    other = server.new_school("apart")
    mine, theirs = school.config(), other.config()
    own = sql(server, f"SELECT COUNT(*) > 0 FROM {mine['db_name']}.tabUser", mine["db_name"], mine["db_password"])
    assert own.stdout == "1\n", own.stderr
    for statement in (f"SELECT * FROM {theirs['db_name']}.tabUser", f"USE {theirs['db_name']}",
                      f"DELETE FROM {theirs['db_name']}.__Auth", "SELECT * FROM mysql.global_priv"):
        done = sql(server, statement, mine["db_name"], mine["db_password"])
        assert done.returncode and ("ERROR 1142" in done.stderr or "ERROR 1044" in done.stderr), done
    config = common(server)
    service = config["preau_service_user"], config["preau_service_password"]
    role = sql(server, f"SET ROLE `{mine['db_name']}`; SELECT COUNT(*) > 0 FROM {mine['db_name']}.tabUser", *service)
    assert role.stdout == "1\n", role.stderr
    for statement in (f"SELECT * FROM {mine['db_name']}.tabUser",
                      f"SET ROLE `{mine['db_name']}`; SELECT * FROM {theirs['db_name']}.tabUser"):
        done = sql(server, statement, *service)
        assert "ERROR 1142" in done.stderr or "ERROR 1044" in done.stderr, done


def test_migrate_of_a_site_that_is_as_declared_does_nothing(server, school):
    assert preau(server, "site", "migrate", school.host).stdout == f"{school.host}: nothing to do\n"
    sql(server, f"ALTER TABLE {school.config()['db_name']}.`tabLMS Course` DROP COLUMN attribution")
    dry = preau(server, "site", "migrate", "--dry-run", school.host).stdout
    assert "attribution" in dry and "attribution" in preau(server, "site", "migrate", school.host).stdout
    assert preau(server, "site", "migrate", school.host).stdout == f"{school.host}: nothing to do\n"


# ---- backup and restore ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def full(server):
    """A school with a document, a person, a key and a file."""
    school = server.new_school("full")
    school.add_user("ann@example.com", "Instructor")
    school.token("ann@example.com")
    school.admin.create("LMS Bootcamp", title="Kept", price=5, courses=[{"title": "C", "lessons": [
        {"title": "L", "content_type": "Text", "content": "emoji 🎓 and \\ and ' and\r\n"}]}]).data
    for where in ("public", "private"):
        (server.sites / school.host / where / "files" / "a b.txt").write_bytes(b"\0\xff")
    return school


def contents(school):
    docs = [school.admin.list(t, fields=["*"], order_by="name", limit_page_length=0, _=str(time.time())).data
            for t in ("LMS Bootcamp", "LMS Course", "LMS Lesson", "User", "Role")]
    files = [(school.server.sites / school.host / where / "files" / "a b.txt").read_bytes() for where in ("public", "private")]
    return docs, files


def check_restored(server, host, full, before):
    copy = School(server, host)
    copy.users = full.users
    deadline = time.monotonic() + 3
    while server.plain("GET", "/", host) != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert contents(copy) == before
    assert copy.session("ann@example.com").get("/api/method/frappe.auth.get_logged_user").message == "ann@example.com"
    assert copy.client("ann@example.com").get("/api/method/frappe.auth.get_logged_user").message == "ann@example.com"


def test_a_restored_site_is_the_same_beside_the_original_and_in_its_place(server, full, tmp_path):
    before, archive = contents(full), tmp_path / "full.tar.gz"
    assert preau(server, "site", "backup", full.host, archive).returncode == 0
    assert archive.stat().st_mode & 0o777 == 0o600
    done = preau(server, "site", "restore", "beside.test", archive)
    assert done.returncode == 0, done.stderr
    check_restored(server, "beside.test", full, before)
    drop(server, "beside.test")
    assert preau(server, "site", "restore", full.host, archive).returncode == 1
    check_restored(server, full.host, full, before)
    drop(server, full.host)
    assert preau(server, "site", "restore", full.host, archive).returncode == 0
    check_restored(server, full.host, full, before)


@pytest.mark.parametrize("kind", ["missing", "text", "empty-tar", "no-dump", "bad-dump"])
def test_a_wrong_archive_is_refused_and_leaves_nothing(server, tmp_path, kind):
    before, archive, inside = traces(server), tmp_path / "x.tar.gz", tmp_path / "inside"
    (inside / "public").mkdir(parents=True)
    (inside / "private").mkdir()
    if kind in ("no-dump", "bad-dump"):
        (inside / "site_config.json").write_text("{}")
    if kind == "bad-dump":
        (inside / "database.sql").write_text("CREATE TABLE half (a int); NONSENSE;")
    if kind == "text":
        archive.write_text("no archive")
    elif kind != "missing":
        subprocess.run(["tar", "-czf", archive, "-C", inside, "."], check=True)
    done = preau(server, "site", "restore", "wrong.test", archive)
    assert done.returncode == 1 and "wrong.test was not restored: " in done.stderr
    assert traces(server) == before
    assert not [p for p in server.sites.iterdir() if p.name.startswith(".work")]


def test_a_backup_that_cannot_be_written_is_said(server, full):
    done = preau(server, "site", "backup", full.host, "/nowhere/x.tar.gz")
    assert done.returncode == 1 and "No backup" in done.stderr


# ---- people and the doctor ------------------------------------------------------------------------------------------------


def test_a_user_added_twice_keeps_one_name_and_an_unknown_role_is_refused(server, school):
    for _ in range(2):
        assert preau(server, "user", "add", school.host, "bob@example.com", "--role", "Student", "--password-stdin",
                     input=PASSWORD).returncode == 0
    assert preau(server, "user", "add", school.host, "eve@example.com", "--role", "Nobody").returncode == 1
    assert school.admin.get("/api/resource/User/eve@example.com").status == 404
    assert preau(server, "user", "api-key", school.host, "eve@example.com").returncode == 1
    assert preau(server, "user", "add", school.host, "no address").returncode == 1


def test_the_doctor_finds_what_is_wrong(server, school):
    assert f"{school.host}: database and tables as declared" in preau(server, "doctor").stdout
    path = server.sites / school.host / "site_config.json"
    path.chmod(0o644)
    done = preau(server, "doctor")
    path.chmod(0o600)
    assert done.returncode == 1 and "can be read by others" in done.stdout
