#!/usr/bin/python3
"""Measures the daemon against what this machine can do at all, and prints the ratios. README: docs/PERFORMANCE.md.

    tests/bench/run.py [--quick] [--programs DIR] [--keep DIR]

DIR holds preau, bench_hello and bench_rawsql of a Release build (`ninja preau bench`); build/ if not given. Everything
else is made here, in a temporary folder: MariaDB, two schools, a bootcamp of 400 lessons, up to 300 schools more.

The machine may be busy with other things: ours and the bare measure take turns, and the median of the ratios of
neighbours counts. Beside the rates stands the daemon's own processor time, which noise touches less.
Rates are not asserted: the exit status says whether everything ran, and that no more connections were open than the
setting allows, which no busy machine excuses.
"""
import argparse
import http.client
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
HOST = "tech-school.local"
TICK = os.sysconf("SC_CLK_TCK")
LESSONS = 400


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def quoted(path):
    return urllib.parse.quote(path, safe="/?&=")


class Process:
    """A program that runs beside us, and what it costs."""

    def __init__(self, arguments, log):
        self.log = open(log, "wb")
        self.child = subprocess.Popen([str(a) for a in arguments], stdout=self.log, stderr=subprocess.STDOUT,
                                      stdin=subprocess.DEVNULL, start_new_session=True)

    def cpu_s(self):
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory_mb(self):
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(40)
            except subprocess.TimeoutExpired:
                self.child.kill()
        self.log.close()


def wait_for(port, process, seconds=120):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.child.poll() is not None:
            raise SystemExit(f"A program ended early; see {process.log.name}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"Nobody listens on port {port}; see {process.log.name}")


class Api:
    """One keep-alive connection to one school."""

    def __init__(self, port, host, token=None, timeout=30):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.headers = {"Host": host}
        if token:
            self.headers["Authorization"] = f"token {token}"

    def call(self, method, path, body=None):
        headers = dict(self.headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        self.connection.request(method, quoted(path), body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def data(self, method, path, body=None):
        status, text = self.call(method, path, body)
        if status != 200:
            raise SystemExit(f"{method} {path}: {status} {text[:400]!r}")
        return json.loads(text)["data"]


def wrk(port, path, seconds, host=None, token=None, fresh=False, script=None, connections=16):
    """Answers a second. A status other than 2xx or 3xx is an error of the measurement."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    if host:
        command += ["-H", f"Host: {host}"]
    if token:
        command += ["-H", f"Authorization: token {token}"]
    if fresh or script:
        command += ["-s", str(HERE / (script or "fresh.lua"))]
    out = subprocess.run(command + [f"http://127.0.0.1:{port}{quoted(path)}"], capture_output=True, text=True, check=True)
    if "Non-2xx" in out.stdout:
        raise SystemExit(f"{path}: {out.stdout}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out.stdout)[1])


class Bench:
    def __init__(self, programs, folder, quick):
        self.programs, self.folder, self.quick = programs, folder, quick
        self.rounds, self.seconds = (3, 1) if quick else (7, 2)
        self.rows = []
        self.port = free_port()
        self.daemon = None
        self.too_many = False

    # ---- what there is to measure ------------------------------------------------------------------------------------

    def start(self):
        self.daemon = Process([self.programs / "preau", "demo", "--data", self.folder / "demo", "--port", self.port,
                               "--content", ROOT / "src/app/demo"], self.folder / "daemon.log")
        wait_for(self.port, self.daemon)
        sites = json.loads((self.folder / "demo/credentials.json").read_text())["sites"]
        manager = sites[HOST]["administrator"]
        self.token = f"{manager['api_key']}:{manager['api_secret']}"
        self.password = manager["password"]
        self.api = Api(self.port, HOST, self.token)
        common = json.loads((self.folder / "demo/sites/common_site_config.json").read_text())
        self.socket, self.root_password = common["db_socket"], common["root_password"]
        self.connections = common.get("db_connections", 32)
        self.database = json.loads((self.folder / f"demo/sites/{HOST}/site_config.json").read_text())["db_name"]
        self.sql("CREATE DATABASE IF NOT EXISTS preau_bench")

    def sql(self, text, **how):
        return subprocess.run(["mariadb", "-N", f"-S{self.socket}", "-uroot", f"-p{self.root_password}", "-e", text],
                              check=True, capture_output=True, text=True, **how).stdout

    def fill(self):
        """A published bootcamp of one course with LESSONS free previews, over REST."""
        body = ("A file is a name for bytes. " * 12).strip()
        lessons = [{"title": f"Lesson number {i}", "content_type": "Text", "is_free_preview": 1, "content": body}
                   for i in range(1, LESSONS + 1)]
        bootcamp = self.api.data("POST", "/api/resource/LMS Bootcamp", {
            "title": "The long bootcamp", "published": 1, "short_introduction": "Many lessons, to be read in a hurry.",
            "courses": [{"title": "The long course", "lessons": lessons}]})
        rows = self.api.data("GET", f'/api/resource/LMS Lesson?filters=[["bootcamp","=","{bootcamp["name"]}"]]'
                                    "&limit_page_length=0")
        self.lessons = [row["name"] for row in rows]
        if len(self.lessons) != LESSONS:
            raise SystemExit(f"{len(self.lessons)} lessons instead of {LESSONS}")

    def bare(self, size):
        port = free_port()
        hello = Process([self.programs / "bench_hello", port, size], self.folder / "hello.log")
        wait_for(port, hello)
        return hello, port

    def raw(self):
        out = subprocess.run([self.programs / "bench_rawsql", self.socket, "root", self.root_password, "preau_bench", "2",
                              str(self.seconds)], check=True, capture_output=True, text=True).stdout
        return {line.split()[0]: float(line.split()[1]) for line in out.splitlines()}

    # ---- measures ------------------------------------------------------------------------------------------------------

    def note(self, what, mark, measured, fine, more=""):
        self.rows.append((what, mark, measured, fine, more))
        print(f"{what:<44} {mark:>14} {measured:>12} {'ok' if fine else 'SHORT':<6} {more}", flush=True)

    def ours(self, path, **how):
        before = self.daemon.cpu_s()
        rate = wrk(self.port, path, self.seconds, host=HOST, **how)
        return rate, (self.daemon.cpu_s() - before) / (rate * self.seconds) * 1e6

    def hot(self, what, path, mark=60):
        """A public read from the response cache against bare libmicrohttpd with a body of the same size."""
        status, body = Api(self.port, HOST).call("GET", path)
        if status != 200:
            raise SystemExit(f"GET {path}: {status} {body[:400]!r}")
        hello, port = self.bare(len(body))
        ratios, rates, costs, bare_costs = [], [], [], []
        for _ in range(self.rounds):
            before = hello.cpu_s()
            bare = wrk(port, "/", self.seconds)
            bare_costs.append((hello.cpu_s() - before) / (bare * self.seconds) * 1e6)
            rate, cost = self.ours(path)
            ratios.append(rate / bare)
            rates.append(rate)
            costs.append(cost)
        hello.stop()
        ratio, cost = statistics.median(ratios) * 100, statistics.median(costs)
        per_cpu = statistics.median(bare_costs) / cost * 100
        self.note(f"{what} ÷ bare libmicrohttpd", f"≥ {mark} %" if mark else "", f"{ratio:.0f} %", ratio >= (mark or 0),
                  f"{statistics.median(rates):,.0f}/s of {len(body):,} B, {cost:.1f} µs of processor; per processor second {per_cpu:.0f} %")

    def cold(self):
        """Reads by a token with a query string of their own each, against raw prepared statements."""
        document = f"/api/resource/LMS Lesson/{self.lessons[7]}"
        fields = '["name","title","slug","idx","published","modified","owner","content_type"]'
        page = f"/api/resource/LMS Lesson?fields={fields}&order_by=name asc&limit_page_length=20"
        points, lists, rates, costs = [], [], {"point": [], "list20": []}, {"point": [], "list20": []}
        for _ in range(self.rounds):
            raw = self.raw()
            for kind, path, ratios in (("point", document, points), ("list20", page, lists)):
                rate, cost = self.ours(path, token=self.token, fresh=True)
                ratios.append(rate / raw[kind])
                rates[kind].append(rate)
                costs[kind].append(cost)
        for kind, what, ratios, mark in (("point", "document by token ÷ raw point", points, 25),
                                         ("list20", "list of 20 by token ÷ raw list", lists, 35)):
            ratio = statistics.median(ratios) * 100
            self.note(what, f"≥ {mark} %", f"{ratio:.0f} %", ratio >= mark,
                      f"{statistics.median(rates[kind]):,.0f}/s, {statistics.median(costs[kind]):.1f} µs of processor in the daemon")

    def paced(self, seconds, stop):
        """Open loop: a token's read every 5 ms, timed from when it was due. Milliseconds, sorted."""
        api, took, due = Api(self.port, HOST, self.token), [], time.monotonic()
        until, n = due + seconds, 0
        while due < until and not stop.is_set():
            wait = due - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            n += 1
            api.data("GET", f"/api/resource/LMS Lesson/{self.lessons[n % LESSONS]}?paced={n}")
            took.append((time.monotonic() - due) * 1000)
            due += 0.005
        return sorted(took)

    def slow_statements(self):
        """Four writers wait for rows that another session holds, about 0.5 s each, while a reader keeps its pace."""
        table = f"`{self.database}`.`tabLMS Lesson`"
        names = ", ".join(f"'{name}'" for name in self.lessons[:4])
        stop, waits = threading.Event(), []

        def hold():
            while not stop.is_set():
                self.sql(f"BEGIN; SELECT name FROM {table} WHERE name IN ({names}) FOR UPDATE; SELECT SLEEP(0.5); COMMIT")

        def write(i):
            api = Api(self.port, HOST, self.token)
            while not stop.is_set():
                start = time.monotonic()
                api.call("PUT", f"/api/resource/LMS Lesson/{self.lessons[i]}", {"title": f"Lesson {time.monotonic_ns()}"})
                waits.append(time.monotonic() - start)

        threads = [threading.Thread(target=hold)] + [threading.Thread(target=write, args=(i,)) for i in range(4)]
        for t in threads:
            t.start()
        time.sleep(0.5)
        took = self.paced(3 if self.quick else 10, threading.Event())
        stop.set()
        for t in threads:
            t.join()
        p99, worst = took[len(took) * 99 // 100], took[-1]
        self.note("reads beside 4 statements of 0.5 s", "< 100 ms", f"{worst:.0f} ms", worst < 100,
                  f"p50 {statistics.median(took):.1f} ms, p99 {p99:.1f} ms of {len(took)}; {len(waits)} writes, "
                  f"{statistics.median(waits) * 1000:.0f} ms each")

    def logins(self):
        """Eight clients log in without pause; reads go on beside them."""
        path, stop = f"/api/resource/LMS Lesson/{self.lessons[3]}", threading.Event()
        going, tried = threading.Event(), []

        def log_in(i):
            while not stop.is_set():
                if not going.wait(0.05):
                    continue
                api = Api(self.port, HOST)
                try:
                    tried.append(api.call("POST", "/api/method/login", {"usr": f"nobody{i}-{time.monotonic_ns()}@example.org",
                                                                         "pwd": self.password})[0])
                except OSError:
                    tried.append(0)

        threads = [threading.Thread(target=log_in, args=(i,)) for i in range(8)]
        for t in threads:
            t.start()
        ratios = []
        for _ in range(self.rounds):
            quiet, _ = self.ours(path, token=self.token, fresh=True)
            going.set()
            busy, _ = self.ours(path, token=self.token, fresh=True)
            going.clear()
            ratios.append(busy / quiet)
        stop.set()
        for t in threads:
            t.join()
        ratio = statistics.median(ratios) * 100
        seen = ", ".join(f"{tried.count(s)} × {s}" for s in sorted(set(tried)))
        self.note("reads while 8 clients log in ÷ without", "≥ 75 %", f"{ratio:.0f} %", ratio >= 75, f"log-ins: {seen}")

    # ---- many schools ------------------------------------------------------------------------------------------------------

    def many(self, count):
        sites = self.folder / "demo/sites"
        start = time.monotonic()
        for i in range(count):
            made = subprocess.run([self.programs / "preau", "site", "new", f"s{i:03}.local", "--admin-password-stdin",
                                   "--sites", sites], input=f"Bench-{i}-Pass-2026\n", text=True, capture_output=True)
            if made.returncode:
                raise SystemExit(f"site new: {made.stdout}{made.stderr}")
        each = (time.monotonic() - start) / count
        hosts = [f"s{i:03}.local" for i in range(count)]
        (self.folder / "hosts.lua").write_text(
            "local hosts = { %s }\n" % ", ".join(f'"{h}"' for h in hosts) + (HERE / "sites.lua").read_text())
        path = "/api/resource/LMS Bootcamp?limit_page_length=20"
        self.spread(path, 2 if self.quick else 6)  # tables and settings are read once
        ratios = []
        for _ in range(self.rounds):
            one = wrk(self.port, path, self.seconds, host=hosts[0], fresh=True)
            ratios.append(self.spread(path, self.seconds) / one)
        ratio = statistics.median(ratios) * 100
        self.note(f"{count} schools ÷ one, lists from MariaDB", "≥ 50 %", f"{ratio:.0f} %", ratio >= 50,
                  f"{each * 1000:.0f} ms to make one")
        held = int(self.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user LIKE 'preau%'"))
        self.note("connections", f"≤ {self.connections}", str(held), held <= self.connections)
        self.too_many = held > self.connections
        memory = self.daemon.memory_mb()
        self.note(f"memory of the daemon, {count} schools", "< 150 MB", f"{memory:.0f} MB", memory < 150)

    def spread(self, path, seconds):
        return wrk(self.port, path, seconds, script=self.folder / "hosts.lua")

    def run(self, schools):
        print(f"{'measure':<44} {'mark':>14} {'measured':>12}")
        self.start()
        self.fill()
        self.hot("ping", "/api/method/ping", mark=None)
        self.hot("document", f"/api/resource/LMS Lesson/{self.lessons[5]}")
        self.hot("list of 20", f'/api/resource/LMS Lesson?fields=["name","title","slug","duration_minutes"]'
                               '&limit_page_length=20')
        self.hot("catalogue page", "/")
        self.cold()
        self.slow_statements()
        self.logins()
        self.note("memory of the daemon, two schools", "", f"{self.daemon.memory_mb():.0f} MB", True)
        if schools:
            self.many(schools)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--quick", action="store_true", help="about a minute instead of four, and 20 schools")
    arguments.add_argument("--programs", type=Path, default=ROOT / "build")
    arguments.add_argument("--schools", type=int, help="300, or 20 when quick; 0: none")
    arguments.add_argument("--keep", type=Path, help="work in this folder and leave it")
    given = arguments.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="preau-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(given.programs.resolve(), folder.resolve(), given.quick)
    schools = given.schools if given.schools is not None else 20 if given.quick else 300
    print("load average", *os.getloadavg(), "on", os.cpu_count(), "processors")
    try:
        bench.run(schools)
    finally:
        if bench.daemon:
            bench.daemon.stop()
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    short = [row[0] for row in bench.rows if not row[3]]
    print("load average", *os.getloadavg())
    print("All marks hold." if not short else f"Short: {'; '.join(short)}")
    return 1 if bench.too_many else 0


if __name__ == "__main__":
    sys.exit(main())
