"""The school's own brand: what School Settings say is on every page at once, safely, and can be read."""
import re
import time

import pytest
from conftest import Client, Server, PREAU

PNG = (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
       b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82")
GROUNDS = {False: ["#fbfaf7", "#ffffff", "#f2efe8"], True: ["#15181b", "#1d2125", "#23282d"]}


def set_(school, **fields):
    return school.admin.put("/api/resource/School Settings/School Settings", fields)


def page(school, path="/", **headers):
    return school.guest.get(path, headers=headers).text


def upload(school, name, body, private=0):
    edge = "xxEDGExx"
    parts = (f'--{edge}\r\nContent-Disposition: form-data; name="is_private"\r\n\r\n{private}\r\n'
             f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
             "Content-Type: application/octet-stream\r\n\r\n").encode() + body + f"\r\n--{edge}--\r\n".encode()
    return school.admin.request("POST", "/api/method/upload_file", body=parts,
                                headers={"Content-Type": f"multipart/form-data; boundary={edge}"})


def luminance(color):
    parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    a, b = sorted((luminance(one), luminance(other)))
    return (b + 0.05) / (a + 0.05)


def sheet(school):
    url = re.search(r'<link rel="stylesheet" href="(/assets/school\.[0-9a-f]+\.css)">', page(school))[1]
    return url, school.guest.get(url)


@pytest.mark.parametrize("accent", ["#ffff00", "#000000", "#ffffff", "#777777", "#ff0000", "#00ff88", "#0b5d6b", "#8899aa"])
def test_every_accent_can_be_read_light_and_dark(school, accent):
    assert set_(school, accent_color=accent, primary_color=accent).status == 200
    url, css = sheet(school)
    assert css.header("Content-Type").startswith("text/css") and "immutable" in css.header("Cache-Control")
    light, dark = css.text.split("@media")
    for is_dark, part in ((False, light), (True, dark)):
        root = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6});", re.search(r":root\{(.*?)\}", part)[1]))
        assert min(contrast(root["accent"], ground) for ground in GROUNDS[is_dark]) >= 4.5
        assert contrast(root["accent"], root["accent-text"]) >= 4.5
        bar = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6});", re.search(r"\.bar\{(.*?)\}", part)[1]))
        assert contrast(bar["surface"], bar["text"]) >= 4.5
    assert 'name="theme-color"' in page(school)


def test_the_grounds_are_those_of_the_style_sheet(school):
    style = school.guest.get(re.search(r'href="(/assets/style\.[^"]+)"', page(school))[1]).text
    light, dark = style.split("prefers-color-scheme: dark")[:2]
    for name, at in (("ground", 0), ("surface", 1), ("code", 2)):
        assert f"--{name}: {GROUNDS[False][at]}" in light and f"--{name}: {GROUNDS[True][at]}" in dark


def test_a_colour_that_cannot_be_read_is_said(school):
    set_(school, accent_color="#123456")
    said = set_(school, accent_color="#ffe100").server_messages
    assert "4.5" in said[0]["message"] and "#ffe100" in said[0]["message"]


@pytest.mark.parametrize("value", ["red", "#fff", "#12345g", "#123456;}body{display:none}", "url(https://x.test)", "#123456 ",
                                   "rgb(1,2,3)", "</style>"])
def test_what_is_no_colour_is_refused(school, value):
    answer = set_(school, accent_color=value)
    assert answer.status == 417 or "display" not in sheet(school)[1].text
    assert answer.status == 417 or value.strip() != value


def test_an_old_name_of_the_sheet_gets_what_holds_now_and_is_not_kept(school):
    set_(school, accent_color="#aa0044")
    old, _ = sheet(school)
    set_(school, accent_color="#0044aa")
    new, css = sheet(school)
    again = school.guest.get(old)
    assert old != new and again.text == css.text and again.header("Cache-Control") == "no-cache"


def test_logo_and_icon_are_public_pictures(school):
    url = upload(school, "logo.png", PNG).message["file_url"]
    assert set_(school, logo=url, favicon=url).status == 200
    html = page(school)
    assert f'<img src="{url}" alt="">' in html and f'<link rel="icon" href="{url}">' in html
    assert re.search(rf'<meta property="og:image" content="http[^"]+{re.escape(url)}">', html)
    assert school.guest.get("/favicon.ico").header("Location") == url
    assert set_(school, logo="", favicon="").status == 200
    assert "/assets/" in school.guest.get("/favicon.ico").header("Location")


@pytest.mark.parametrize("bad", ["https://evil.test/x.png", "/private/files/x.png", "/files/none.png", "/files/../x.png",
                                 "javascript:alert(1)", "data:image/png;base64,AAAA", '/files/x.png"onload="x', "//evil.test/x.png"])
def test_what_is_no_public_picture_is_refused(school, bad):
    assert set_(school, logo=bad).status == 417
    assert "evil" not in page(school)


def test_an_svg_is_no_logo(school):
    answer = upload(school, "logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    if answer.status == 200:
        assert set_(school, logo=answer.message["file_url"]).status == 417
        sent = school.guest.get(answer.message["file_url"])
        assert sent.header("Content-Disposition").startswith("attachment")


def test_footer_and_legal_pages_are_markdown_and_translated(school):
    set_(school, language="en", footer="**Our** school <script>alert(1)</script> [map](https://example.org)",
         legal_notice="# Who we are\n\nA company.", introduction="Learn <script>alert(2)</script>well.")
    html = page(school)
    assert "<strong>Our</strong>" in html and "<script>alert" not in html and 'href="/legal/notice"' in html
    assert "<b>" not in html and "Learn" in html
    legal = school.guest.get("/legal/notice")
    assert legal.status == 200 and "Who we are" in legal.text and "<title>Legal notice" in legal.text
    assert school.guest.get("/legal/terms").status == 404 and school.guest.get("/legal/nothing").status == 404
    assert "/legal/notice</loc>" in page(school, "/sitemap.xml") and "/legal/terms" not in page(school, "/sitemap.xml")
    french = school.guest.get("/legal/notice?lang=fr")
    assert "Mentions légales" in french.text and '<div class="body" lang="en">' in french.text
    made = school.admin.create("Content Translation", reference_doctype="School Settings", reference_name="School Settings",
                               fieldname="legal_notice", language="fr", value="Une société.")
    assert made.status == 200, made
    french = school.guest.get("/legal/notice?lang=fr").text
    assert "Une société." in french and 'class="body" lang' not in french
    assert "A company." in page(school, "/legal/notice")
    school.admin.put(f"/api/resource/Content Translation/{made.data['name']}", {"value": "Une coopérative."})
    assert "Une coopérative." in page(school, "/legal/notice?lang=fr")
    set_(school, legal_notice="")
    assert school.guest.get("/legal/notice").status == 404 and "/legal/notice" not in page(school)


def test_the_policy_of_pages_stays_strict(school):
    policy = school.guest.get("/").header("Content-Security-Policy")
    assert "default-src 'self'" in policy and "unsafe" not in policy and "style-src" not in policy
    assert "<style" not in page(school) and not re.search(r"\sstyle=", page(school))


def test_the_name_is_text(school):
    set_(school, title='"Ours" <i>& co')
    html = page(school)
    assert "<i>" not in html and '"Ours"' not in html and "Ours" in html


def test_a_change_is_seen_by_another_daemon_within_a_second(server, school):
    import subprocess
    from conftest import free_port
    port = free_port()
    other = subprocess.Popen([PREAU, "serve", "--sites", str(server.sites), "--listen", f"127.0.0.1:{port}"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        class There:
            pass
        there = There()
        there.host, there.server = school.host, There()
        there.server.port = port
        deadline = time.time() + 20
        while time.time() < deadline:
            try:
                if Client(there).get("/").status == 200:
                    break
            except OSError:
                time.sleep(0.1)
        set_(school, title="Before", accent_color="#aa2200")
        time.sleep(1.1)
        assert "Before" in Client(there).get("/").text
        set_(school, title="After", accent_color="#0022aa")
        assert "After" in page(school)
        time.sleep(1.0)
        text = Client(there).get("/").text
        assert "After" in text and sheet(school)[0] in text
    finally:
        other.terminate()
        assert other.wait(30) == 0
