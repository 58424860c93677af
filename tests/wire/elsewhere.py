"""A MariaDB of the tests' own that listens on TCP, and a folder of sites that `preau setup` has told of it."""
import json
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PREAU = os.environ.get("PREAU", str(ROOT / "build" / "preau"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


ROOT_PASSWORD = 'se"cr\\et of\'root'


def mariadb_on(folder, port):
    (folder / "tmp").mkdir()  # in a shared one, another server's start removes our temporary tables
    install = ["mariadb-install-db", "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db",
               "--skip-name-resolve", f"--datadir={folder}/data", f"--tmpdir={folder}/tmp"]
    as_root = ["--user=root"] if os.geteuid() == 0 else []
    subprocess.run(install + as_root, check=True, capture_output=True)
    first = folder / "first.sql"
    hexadecimal = ROOT_PASSWORD.encode().hex()
    first.write_text("DELETE FROM mysql.global_priv WHERE User='' OR User='root' AND Host<>'localhost';\n"
                     "UPDATE mysql.global_priv SET Host='%', Priv=JSON_SET(Priv,'$.plugin','mysql_native_password',"
                     f"'$.authentication_string',PASSWORD(X'{hexadecimal}')) WHERE User='root' AND Host='localhost';\n"
                     "FLUSH PRIVILEGES;\n")
    server = shutil.which("mariadbd", path=os.environ["PATH"] + ":/usr/sbin")
    return subprocess.Popen([server, "--no-defaults", *as_root, f"--datadir={folder}/data",
                             f"--tmpdir={folder}/tmp", f"--port={port}",
                             "--bind-address=127.0.0.1", f"--socket={folder}/s", f"--init-file={first}",
                             "--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci",
                             "--skip-character-set-client-handshake", "--innodb-buffer-pool-size=64M"],
                            stdout=subprocess.DEVNULL, stderr=open(folder / "mariadb.log", "wb"))


class Elsewhere:
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="preau-setup-"))
        self.sites, self.db_port = self.folder / "sites", free_port()
        (self.folder / "secret").write_text(ROOT_PASSWORD + "\n")
        self.database = mariadb_on(self.folder, self.db_port)

    def run(self, *words, status=0, input=None):
        done = subprocess.run([PREAU, *words, "--sites", str(self.sites)], capture_output=True, text=True, timeout=120,
                              input=input)
        assert done.returncode == status, f"{words}: {done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def setup(self, *more, **how):
        return self.run("setup", "--db-host", "127.0.0.1", "--db-port", str(self.db_port), "--root-login", "root",
                        "--root-password-file", str(self.folder / "secret"), *more, **how)

    def config(self):
        return json.loads((self.sites / "common_site_config.json").read_text())

    def close(self):
        self.database.terminate()
        self.database.wait(60)
        shutil.rmtree(self.folder)
