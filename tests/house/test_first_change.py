"""docs/FIRST-CHANGE.md is true: its field, DocType and method compile as they stand."""
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_its_code_compiles(tmp_path):
    for name in ("CMakeLists.txt", "include", "src", "sql"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    field, doctype, method = re.findall(r"```c\n(.*?)```", (ROOT / "docs/FIRST-CHANGE.md").read_text(), re.S)
    lesson = tmp_path / "src/lms/catalogue/lesson.c"
    lesson.write_text(lesson.read_text().replace('    { "video_seconds"', field + '    { "video_seconds"', 1))
    (tmp_path / "src/lms/catalogue/announcement.c").write_text(doctype + "\n" + method)
    subprocess.run(["cmake", "-S", tmp_path, "-B", tmp_path / "build", "-G", "Ninja"], check=True, capture_output=True)
    objects = ["CMakeFiles/lms.dir/src/lms/catalogue/lesson.c.o", "CMakeFiles/lms.dir/src/lms/catalogue/announcement.c.o"]
    built = subprocess.run(["ninja", "-C", tmp_path / "build", *objects], capture_output=True, text=True)
    assert built.returncode == 0, built.stdout
