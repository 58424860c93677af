"""The image of docker/Dockerfile, unpacked and run in a chroot (tests/image.sh builds it): what it is made of, and that it
does by itself what docs/OPERATING.md says."""
import http.client
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from elsewhere import Elsewhere, free_port

IMAGE = Path(os.environ["PREAU_IMAGE"])
CONFIG = json.loads(Path(os.environ["PREAU_INSPECT"]).read_text())["Docker"]["config"]
UID = 1000


def inside(*words, **environment):
    """A command of the container: its user, its folder, its environment and nothing of ours."""
    settings = [f"{key}={value}" for key, value in environment.items()] + CONFIG["Env"]
    return ["chroot", f"--userspec={UID}:{UID}", str(IMAGE), "/usr/bin/env", "-i", "-C", CONFIG["WorkingDir"], *settings, *words]


def test_it_runs_as_a_user_of_its_own_and_says_how_it_is():
    assert CONFIG["User"] == "preau" and CONFIG["Entrypoint"] == ["preau-entrypoint"]
    assert CONFIG["Healthcheck"]["Test"][:2] == ["CMD", "curl"] and list(CONFIG["ExposedPorts"]) == ["8081/tcp"]


def test_nothing_to_compile_with_and_no_server_of_a_database_is_in_it():
    there = [name for name in ("gcc", "cc", "cmake", "ninja", "mariadbd") for folder in ("usr/bin", "usr/sbin")
             if (IMAGE / folder / name).exists()]
    assert not there


def test_the_program_finds_its_libraries():
    done = subprocess.run(inside("preau", "--version"), capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and done.stdout.startswith("preau "), done.stderr


@pytest.fixture(scope="module")
def container():
    """As compose starts it: a database over TCP, its password in a file, schools in a volume."""
    elsewhere = Elsewhere()
    os.chmod(elsewhere.folder, 0o755)
    secret, volume, port = elsewhere.folder / "secret", IMAGE / "srv/preau/sites", free_port()
    secret.chmod(0o644)
    environment = {"DB_HOST": "127.0.0.1", "DB_PORT": elsewhere.db_port, "DB_ROOT_PASSWORD_FILE": secret}
    command = [word.replace("0.0.0.0:8081", f"127.0.0.1:{port}") for word in CONFIG["Cmd"]]
    log = open(elsewhere.folder / "container.log", "wb")
    process = subprocess.Popen(inside(*CONFIG["Entrypoint"], *command, TRUSTED_PROXIES="127.0.0.0/8", **environment),
                               stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 90
        while get(port, "/readyz") != 200:
            assert process.poll() is None and time.monotonic() < deadline, (elsewhere.folder / "container.log").read_text()
            time.sleep(0.2)
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        elsewhere.close()
        shutil.rmtree(volume)
        volume.mkdir(0o700)
        os.chown(volume, UID, UID)


def get(port, path, host="localhost"):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status
    except OSError:
        return None


def test_a_school_is_made_in_the_running_container_and_served_at_once(container):
    port, _ = container
    made = subprocess.run(inside("preau", "site", "new", "contained.test"), capture_output=True, text=True, timeout=60)
    assert made.returncode == 0, made.stderr
    deadline = time.monotonic() + 3
    while get(port, "/", "contained.test") != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_its_own_check_of_health_passes(container):
    port, _ = container
    words = [word.replace(":8081", f":{port}") for word in CONFIG["Healthcheck"]["Test"][1:]]
    assert subprocess.run(inside(*words), timeout=30).returncode == 0


def test_a_backup_is_made_by_the_programs_of_the_image(container):
    subprocess.run(inside("preau", "site", "new", "kept.test"), check=True, capture_output=True, timeout=60)
    done = subprocess.run(inside("preau", "site", "backup", "kept.test", "/srv/preau/backups/kept.tar.gz"),
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and (IMAGE / "srv/preau/backups/kept.tar.gz").stat().st_size > 1000, done.stderr
    (IMAGE / "srv/preau/backups/kept.tar.gz").unlink()


def test_sigterm_ends_it_cleanly(container):
    _, process = container  # the last test of this container
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
