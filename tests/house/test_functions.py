"""No function that needs a map: at most 60 lines, median near 15."""
import re
import statistics
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def functions():
    for path in sorted(ROOT.glob("src/**/*.c")):
        lines, start = path.read_text().split("\n"), None
        for number, line in enumerate(lines):
            if line == "{" and number and re.search(r"[\w)]\s*$", lines[number - 1]):
                start = number
            elif line == "}" and start is not None:
                yield f"{path.relative_to(ROOT)}:{start}", number - start
                start = None


def test_no_function_over_60_lines():
    assert [(where, length) for where, length in functions() if length > 60] == []


def test_the_median_stays_small():
    assert statistics.median(length for _, length in functions()) <= 18


def test_no_file_over_600_lines():
    sizes = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in ROOT.glob("src/**/*.c")}
    assert {name: size for name, size in sizes.items() if size > 600} == {}
