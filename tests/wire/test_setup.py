"""A MariaDB that somebody else runs, over TCP, as in containers: `preau setup`, secrets from files, proxies in front."""
import http.client
import json
import signal
import subprocess
import time

import pytest

from elsewhere import PREAU, Elsewhere, free_port

class Serving:
    def __init__(self, elsewhere):
        self.port = free_port()
        self.log = elsewhere.folder / f"serve-{self.port}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([PREAU, "serve", "--sites", str(elsewhere.sites), "--listen",
                                             f"127.0.0.1:{self.port}"], stdout=log, stderr=log)

    def get(self, path, host, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers={"Host": host, **headers})
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()

    def __enter__(self):
        deadline = time.monotonic() + 60
        while True:
            try:
                if self.get("/readyz", "localhost")[0] == 200:
                    return self
            except OSError:
                pass
            assert self.process.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, self.log.read_text(errors="replace")[-6000:]


@pytest.fixture(scope="module")
def elsewhere():
    it = Elsewhere()
    try:
        it.setup("--trusted-proxies", "127.0.0.0/8, ::1")
        it.run("site", "new", "far.test", "--admin-password-stdin", input="a long enough one\n")
        yield it
    finally:
        it.close()


def test_a_school_is_served_from_a_database_over_tcp(elsewhere):
    with Serving(elsewhere) as serving:
        assert serving.get("/api/method/ping", "far.test")[2] == b'{"message":"pong"}'


def test_the_password_stays_in_its_file_and_the_configuration_is_ours_alone(elsewhere):
    config = elsewhere.config()
    assert "root_password" not in config and config["root_password_file"].endswith("secret")
    assert (elsewhere.sites / "common_site_config.json").stat().st_mode & 0o777 == 0o600


def test_the_daemon_logs_in_as_a_user_that_may_nothing_by_itself(elsewhere):
    config = elsewhere.config()
    shown = subprocess.run(["mariadb", "--no-defaults", "-h", "127.0.0.1", "-P", str(elsewhere.db_port), "-u",
                            config["preau_service_user"], f"-p{config['preau_service_password']}", "-N", "-e",
                            "SHOW DATABASES"], capture_output=True, text=True, timeout=30)
    assert shown.stdout.split() == ["information_schema"], shown.stderr


def test_setting_up_again_keeps_the_login_of_the_daemon(elsewhere):
    before = elsewhere.config()
    elsewhere.setup()
    assert elsewhere.config() == before


def test_schools_made_before_there_was_a_login_of_the_daemon_are_opened_to_it(elsewhere):
    path = elsewhere.sites / "common_site_config.json"
    config = elsewhere.config()
    del config["preau_service_user"], config["preau_service_password"]
    path.write_text(json.dumps(config))
    elsewhere.run("site", "new", "early.test", "--admin-password-stdin", input="a long enough one\n")
    elsewhere.setup()
    with Serving(elsewhere) as serving:
        assert serving.get("/api/method/ping", "early.test")[0] == 200
        assert serving.get("/", "early.test")[0] == 200


def test_backup_and_restore_reach_the_database_with_the_password_of_the_file(elsewhere):
    backup = elsewhere.folder / "far.tar.gz"
    elsewhere.run("site", "backup", "far.test", str(backup))
    elsewhere.run("site", "drop", "far.test", "--yes")
    elsewhere.run("site", "restore", "far.test", str(backup))
    with Serving(elsewhere) as serving:
        assert serving.get("/", "far.test")[0] == 200


def test_a_trusted_proxy_says_that_the_client_came_by_https(elsewhere):
    with Serving(elsewhere) as serving:
        links = [dict(serving.get("/", "far.test", **{"X-Forwarded-Proto": scheme})[1]).get("Strict-Transport-Security")
                 for scheme in ("https", "http")]
    assert links[0] and not links[1]


def test_a_proxy_is_told_which_names_are_schools(elsewhere):
    with Serving(elsewhere) as serving:
        asked = {name: serving.get(f"/healthz/host?domain={name}", "preau:8081")[0]
                 for name in ("far.test", "FAR.test", "stranger.test", "", "..", "far.test%2f..")}
    assert asked == {"far.test": 200, "FAR.test": 200, "stranger.test": 404, "": 404, "..": 404, "far.test%2f..": 404}


@pytest.mark.parametrize("change, says", [
    ({"trusted_proxies": ["10.0.0.0/33"]}, "10.0.0.0/33"),
    ({"trusted_proxies": "proxy"}, "proxy"),
    ({"root_password_file": "/nowhere/secret"}, "/nowhere/secret"),
])
def test_a_configuration_that_cannot_hold_is_said_at_the_start(elsewhere, change, says):
    path = elsewhere.sites / "common_site_config.json"
    before = path.read_text()
    path.write_text(json.dumps({**json.loads(before), **change}))
    try:
        done = subprocess.run([PREAU, "serve", "--sites", str(elsewhere.sites), "--listen", "127.0.0.1:0"],
                              capture_output=True, text=True, timeout=60)
    finally:
        path.write_text(before)
    assert done.returncode == 1 and says in done.stderr + done.stdout


def test_a_wrong_password_is_said_at_once(elsewhere):
    secret = elsewhere.folder / "secret"
    right = secret.read_text()
    secret.write_text("wrong\n")
    begun = time.monotonic()
    try:
        assert "refuses the login root" in elsewhere.setup(status=1)
    finally:
        secret.write_text(right)
    assert time.monotonic() - begun < 30, "it waited as for a server that is still starting"


def test_a_port_that_is_none_is_wrong_usage(elsewhere):
    assert "is not a port" in elsewhere.run("setup", "--db-port", "99999", status=2)
