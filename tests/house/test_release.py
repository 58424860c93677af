"""The release program is hardened (guides/security.md section 12 asks what checksec asks)."""
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PREAU = os.environ.get("PREAU", str(ROOT / "build" / "preau"))


def readelf(*args):
    return subprocess.run(["readelf", "-W", *args, PREAU], capture_output=True, text=True, check=True).stdout


def test_position_independent():
    assert re.search(r"Type:\s+DYN", readelf("-h"))


def test_full_relro():
    assert "GNU_RELRO" in readelf("-l") and re.search(r"BIND_NOW|FLAGS_1.*NOW", readelf("-d"))


def test_stack_is_not_executable():
    assert re.search(r"GNU_STACK\s+\S+ \S+ \S+ \S+ \S+ RW ", readelf("-l"))


def test_stack_protector_and_fortify_are_in():
    symbols = readelf("--dyn-syms")
    assert "__stack_chk_fail" in symbols and "_chk@" in symbols


def test_sources_are_formatted():
    files = [str(p) for g in ("src/**/*.[ch]", "include/**/*.h", "tests/**/*.[ch]") for p in ROOT.glob(g)]
    result = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], capture_output=True, text=True)
    wrong = sorted({line.split(":")[0].removeprefix(str(ROOT) + "/") for line in result.stderr.splitlines()
                    if "warning" in line or "error:" in line})
    assert wrong == []
