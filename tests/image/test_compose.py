"""The compose files and the proxy in front of the schools. No container is started here: the files are read by Debian's
docker-compose, and the proxy's configuration is run by Debian's caddy before a real daemon."""
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from elsewhere import Elsewhere, free_port
from test_setup import Serving

DOCKER = Path(__file__).resolve().parents[2] / "docker"
ERPNEXT = {"ERPNEXT_HOST": "erp.example.com", "SCHOOL_HOST": "school.example.com"}


def composed(*files, status=0, **environment):
    words = ["docker-compose", *(word for file in files for word in ("-f", str(DOCKER / file))), "config"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, env={**os.environ, **environment})
    assert done.returncode == status, done.stderr
    import yaml  # comes with docker-compose
    return yaml.safe_load(done.stdout) if status == 0 else done.stderr


def test_preau_and_its_database_are_whole_by_themselves():
    services = composed("compose.yaml")["services"]
    assert set(services) == {"preau", "db", "front"}
    assert services["preau"]["depends_on"]["db"]["condition"] == "service_healthy"


def test_only_the_proxy_is_reached_from_outside():
    whole = composed("compose.yaml")
    assert [name for name, service in whole["services"].items() if "ports" in service] == ["front"]
    assert whole["networks"]["inside"]["internal"] is True and list(whole["services"]["db"]["networks"]) == ["inside"]


def test_secrets_are_files_and_not_in_the_environment():
    services = composed("compose.yaml")["services"]
    settings = {key: value for service in services.values() for key, value in (service.get("environment") or {}).items()}
    assert not [key for key in settings if "PASSWORD" in key and not key.endswith("_FILE")]


def test_the_database_speaks_as_frappe_demands():
    command = composed("compose.yaml")["services"]["db"]["command"]
    assert {"--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci",
            "--skip-character-set-client-handshake"} <= set(command)


def test_beside_erpnext_it_joins_that_network_under_the_name_of_the_school():
    whole = composed("compose.yaml", "compose.erpnext.yaml", **ERPNEXT)
    networks = whole["services"]["preau"]["networks"]
    assert set(networks) == {"inside", "front", "erpnext"} and "school.example.com" in networks["erpnext"]["aliases"]
    assert whole["networks"]["erpnext"]["name"] == "frappe_docker_frappe_network"


def test_without_erpnexts_name_it_says_what_is_missing():
    assert "the name" in composed("compose.yaml", "compose.erpnext.yaml", status=1)


class Front:
    """Caddy with the configuration of the image, certificates of its own making, and other ports."""

    def __init__(self, preau, sites=None):
        self.folder, self.port = tempfile.mkdtemp(prefix="preau-front-"), free_port()
        options = f"admin off\nlocal_certs\nskip_install_trust\nhttps_port {self.port}\nhttp_port {free_port()}"
        environment = {**os.environ, "HOME": self.folder, "XDG_DATA_HOME": self.folder, "PREAU": f"127.0.0.1:{preau}",
                       "CADDY_OPTIONS": options, "SITES": str(sites or self.folder)}
        self.log = open(Path(self.folder) / "log", "wb")
        self.process = subprocess.Popen(["caddy", "run", "--config", str(DOCKER / "Caddyfile"), "--adapter", "caddyfile"],
                                        stdout=self.log, stderr=self.log, env=environment)

    def get(self, host, path="/", **headers):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as plain, \
                context.wrap_socket(plain, server_hostname=host) as secure:
            connection = http.client.HTTPConnection(host)
            connection.sock = secure
            connection.request("GET", path, headers={"Host": host, **headers})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode(errors="replace")

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.log.close()
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def front():
    elsewhere = Elsewhere()
    try:
        elsewhere.setup("--trusted-proxies", "127.0.0.1")
        elsewhere.run("site", "new", "front.test", "--admin-password-stdin", input="a long enough one\n")
        with Serving(elsewhere) as serving:
            front = Front(serving.port)
            try:
                deadline = time.monotonic() + 30
                while True:
                    try:
                        front.get("front.test")
                        break
                    except OSError:
                        assert time.monotonic() < deadline, (Path(front.folder) / "log").read_text()
                        time.sleep(0.2)
                yield front
            finally:
                front.close()
    finally:
        elsewhere.close()


def test_a_school_has_its_certificate_when_it_is_first_asked_for(front):
    status, headers, page = front.get("front.test")
    assert status == 200 and "<html" in page and "Strict-Transport-Security" in headers


def test_a_strangers_name_gets_no_certificate(front):
    with pytest.raises(OSError):
        front.get("stranger.test")


def test_links_speak_of_https(front):
    assert "https://front.test" in front.get("front.test", "/sitemap.xml")[2]


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_is_for_the_operator_is_not_reached_from_outside(front, path):
    assert front.get("front.test", path)[0] == 404


def test_erpnexts_name_goes_to_erpnext(tmp_path):
    shutil.copy(DOCKER / "erpnext.caddy", tmp_path)
    adapted = subprocess.run(["caddy", "adapt", "--config", str(DOCKER / "Caddyfile"), "--adapter", "caddyfile"],
                             capture_output=True, text=True, timeout=30,
                             env={**os.environ, "SITES": str(tmp_path), "ERPNEXT_HOST": "erp.example.com"})
    assert adapted.returncode == 0, adapted.stderr
    routes = [route for server in json.loads(adapted.stdout)["apps"]["http"]["servers"].values() for route in server["routes"]]
    named = [route for route in routes if any("erp.example.com" in match.get("host", []) for match in route.get("match", []))]
    assert "frontend:8080" in json.dumps(named) and "preau:8081" not in json.dumps(named)
