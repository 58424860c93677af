"""The real curricula of ../shared/data, which is not part of the project: skipped aloud where it is missing."""
import filecmp
import subprocess
from pathlib import Path

import pytest
from conftest import PREAU, ROOT

DATA = ROOT.parent / "shared" / "data"
LESSONS = {"tech-school": 54, "data-school": 145, "cooking-school": 118}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")


def preau(server, *words):
    done = subprocess.run([PREAU, *words, "--sites", str(server.sites)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(folder):
    return sorted(str(p.relative_to(folder)) for p in Path(folder).rglob("*") if p.is_file())


@pytest.mark.parametrize("name", LESSONS)
def test_a_school_comes_in_stays_unchanged_and_goes_out_byte_for_byte(server, tmp_path, name):
    host, out = f"{name}-real.test", tmp_path / "out"
    preau(server, "site", "new", host)
    preau(server, "import", host, str(DATA / name))
    second = preau(server, "import", host, str(DATA / name)).splitlines()
    lessons = sum(int(line.split(" courses, ")[1].split()[0]) for line in second)
    assert all(": unchanged (" in line for line in second) and lessons == LESSONS[name]
    preau(server, "export", host, str(out))
    same, different, missing = filecmp.cmpfiles(DATA / name, out, files(DATA / name), shallow=False)
    assert (different, missing) == ([], []) and files(out) == files(DATA / name)
