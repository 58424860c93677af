"""Who may include whom: only downward (docs/ARCHITECTURE.md, "The rooms")."""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINES = [["base"], ["text"], ["http", "db"], ["site"], ["auth", "work"], ["doc"], ["core"], ["lms"],
         ["web", "erpnext"], ["api", "portal"], ["app"]]
LINE_OF = {room: number for number, rooms in enumerate(LINES) for room in rooms}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def room_of_header(name):
    head = name.split("/")[0]
    return head.removesuffix(".h") if (ROOT / "include" / name).exists() else None


def includes():
    for path in sorted(ROOT.glob("src/*/**/*.[ch]")) + sorted(ROOT.glob("include/**/*.h")):
        parts = path.relative_to(ROOT).parts
        room = parts[1].removesuffix(".h")
        for name in INCLUDE.findall(path.read_text()):
            yield path.relative_to(ROOT), room, name


def test_rooms_include_only_downward():
    wrong = []
    for path, room, name in includes():
        target = room_of_header(name)
        if target and target != room and LINE_OF[target] >= LINE_OF[room]:
            wrong.append(f"{path} (line {LINE_OF[room]}) includes {name} (line {LINE_OF[target]})")
    assert wrong == []


def test_private_headers_are_of_the_own_room():
    wrong = [f"{path}: {name}" for path, room, name in includes()
             if room_of_header(name) is None and not (ROOT / "src" / room / name).exists()
             and not (ROOT / path).parent.joinpath(name).exists()]
    assert wrong == []


def uses(pattern, allowed):
    return [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("src/**/*.c"))
            if re.search(pattern, path.read_text()) and str(path.relative_to(ROOT)) not in allowed]


def test_threads_stand_in_one_file():
    assert uses(r"\bpthread_", {"src/base/sync.c"}) == []


def test_one_longjmp():
    assert len(uses(r"\blongjmp\s*\(", set())) <= 1


def test_libraries_stay_in_their_room():
    assert [p for p in uses(r"#include <(microhttpd)", set()) if not p.startswith("src/http/")] == []
    assert [p for p in uses(r"#include <(mysql|mariadb)", set()) if not p.startswith("src/db/")] == []


def test_no_drawer_files():
    names = {"utils.c", "util.c", "common.c", "misc.c", "helpers.c", "common.h", "utils.h"}
    assert [str(p) for p in ROOT.glob("src/**/*") if p.name in names] == []
