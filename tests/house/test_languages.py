"""A language of the interface is one file, src/text/po/<code>.po: nothing else knows which there are, and what is
delivered is not built while one of them is unfinished."""
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODES = re.compile(r'"(?:fr|fr_FR|Français|français|French)"')
# A preset of the examples and of the command's help, the demo's schools.
MAY_SAY = {"src/app/site.c", "src/app/demo.c", "src/api/openapi_example.c"}


def copy(folder):
    for part in ("src", "tests/house"):
        shutil.copytree(ROOT / part, folder / part)
    return folder


def complete(folder):
    return subprocess.run([sys.executable, "tests/house/messages.py", "--complete"], cwd=folder, capture_output=True, text=True)


def test_no_source_knows_the_languages():
    wrong = []
    for path in sorted((ROOT / "src").rglob("*")):
        name = str(path.relative_to(ROOT))
        if path.suffix in {".c", ".h", ".html", ".js"} and name not in MAY_SAY and "src/app/demo/" not in name:
            text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
            wrong += [f"{name}: {found[0]}" for found in CODES.finditer(text)]
    assert wrong == []


def test_an_untranslated_message_stops_the_build(tmp_path):
    folder = copy(tmp_path)
    assert complete(folder).returncode == 0
    page = folder / "src/portal/templates/search.html"
    page.write_text(page.read_text() + '{{_ "Nobody has translated this"}}\n')
    said = complete(folder)
    assert said.returncode == 1 and "search.html" in said.stderr and "Nobody has translated this" in said.stderr
    with open(folder / "src/text/po/fr.po", "a") as po:
        po.write('\nmsgid "Nobody has translated this"\nmsgstr ""\n')
    assert complete(folder).returncode == 1
    po = folder / "src/text/po/fr.po"
    po.write_text(po.read_text().replace('this"\nmsgstr ""', 'this"\nmsgstr "Traduit"'))
    assert complete(folder).returncode == 0


def test_a_new_language_is_asked_for_every_message(tmp_path):
    folder = copy(tmp_path)
    (folder / "src/text/po/de.po").write_text('msgid ""\nmsgstr ""\n"Language: de\\n"\n\nmsgid "Log in"\nmsgstr "Anmelden"\n')
    said = complete(folder)
    assert said.returncode == 1 and "de.po lacks" in said.stderr and "'Log in'" not in said.stderr


def test_the_build_asks():
    text = (ROOT / "CMakeLists.txt").read_text()
    assert "messages.py --complete" in text and re.search(r"GLOB po_files .*/src/text/po/\*\.po", text)
