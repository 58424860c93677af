"""The pages in headless Chromium: run.mjs does the looking once, each of its checks is a test here."""
import email
import email.policy
import json
import re
import subprocess
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SHOTS = HERE.parents[1] / "build-test" / "screenshots"
PAGES = [
    {"name": "catalogue", "path": "/"},
    {"name": "found", "path": "/?q=walrus"},
    {"name": "nothing-found", "path": "/?q=zzzz"},
    {"name": "search", "path": "/search"},
    {"name": "search-found", "path": "/search?q=walrus"},
    {"name": "search-some", "path": "/search?q=walrus+zzzz"},
    {"name": "search-nothing", "path": "/search?q=zzzz"},
    {"name": "legal", "path": "/legal/notice"},
    {"name": "bootcamp", "path": "/bootcamps/ugly"},
    {"name": "empty-bootcamp", "path": "/bootcamps/empty"},
    {"name": "lesson", "path": "/bootcamps/ugly/first/video"},
    {"name": "locked", "path": "/bootcamps/ugly/first/secret"},
    {"name": "login", "path": "/login"},
    {"name": "signup", "path": "/signup"},
    {"name": "forgot", "path": "/forgot"},
    {"name": "link-expired", "path": "/update-password?key=0", "status": 410},
    {"name": "goodbye", "path": "/goodbye"},
    {"name": "invitation", "path": None},  # its address comes by mail
    {"name": "not-found", "path": "/nothing", "status": 404},
    {"name": "docs", "path": "/api/docs"},
    {"name": "docs-bootcamp", "path": "/api/docs/LMS%20Bootcamp"},
    {"name": "docs-missing", "path": "/api/docs/Sales%20Partner", "status": 404},
    {"name": "member-docs", "path": "/api/docs", "member": True},
    {"name": "member-docs-enrollment", "path": "/api/docs/Enrollment", "member": True},
    {"name": "member-bootcamp", "path": "/bootcamps/git-from-zero-to-team", "member": True},
    {"name": "logout", "path": "/logout", "member": True},
    {"name": "account", "path": "/account", "member": True},
    {"name": "me", "path": "/me", "member": True},
    {"name": "member-lesson", "path": "/bootcamps/git-from-zero-to-team/first-steps/what-git-keeps", "member": True},
]
VIDEOS = [
    {"name": "youtube", "path": "/bootcamps/ugly/first/video", "src": "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"},
    {"name": "vimeo", "path": "/bootcamps/ugly/first/vimeo", "src": "https://player.vimeo.com/video/76979871?h=0a1b2c"},
    {"name": "file", "path": "/bootcamps/ugly/first/film", "src": "https://files.example.org/film.mp4"},
]
KEYBOARD = ["/", "/search?q=walrus", "/bootcamps/ugly", "/bootcamps/ugly/first/video", "/login", "/signup", "/forgot", "/api/docs", "/api/docs/LMS%20Bootcamp"]
CHECKS = ([f"{kind} {page['name']}-{lang}-{theme}" for kind in ("fits", "axe", "quiet") for page in PAGES
           for lang in ("en", "fr") for theme in ("light", "dark")]
          + [f"facade {video['name']}" for video in VIDEOS] + ["without script", "try it", "try it without script"] + [f"keyboard {p}" for p in KEYBOARD])


def invited(demo):
    """The page behind the link of an invitation."""
    demo.create("Invitation", email="guest@browser.test", bootcamp="gratis")
    folder = demo.folder / "data/mail/tech-school.local"
    for _ in range(100):
        for path in folder.glob("*.eml") if folder.exists() else ():
            if b"guest@browser.test" in path.read_bytes():
                mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                return re.search(r"/signup\?invitation=[0-9a-f]+", mail.get_body(("plain",)).get_content())[0]
        time.sleep(0.1)
    raise AssertionError("no mail")


@pytest.fixture(scope="module")
def seen(demo, tmp_path_factory):
    plan = tmp_path_factory.mktemp("plan") / "plan.json"
    plan.write_text(json.dumps({"base": demo.base, "sid": demo.login("student"), "pages": [{**page, "path": page["path"] or invited(demo)} for page in PAGES], "videos": VIDEOS,
                                "keyboard": KEYBOARD, "word": "walrus", "shots": str(SHOTS)}))
    done = subprocess.run(["node", str(HERE / "run.mjs"), str(plan)], capture_output=True, text=True, timeout=300)
    found = {line["check"]: line for line in map(json.loads, done.stdout.splitlines())}
    return found, done.stderr


@pytest.mark.parametrize("check", CHECKS)
def test_in_the_browser(seen, check):
    found, complaints = seen
    assert check in found, complaints[-3000:]
    assert found[check]["ok"], found[check]["detail"]
