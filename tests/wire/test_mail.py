"""Mails over SMTP, to a real server: with and without TLS, refused, cut off, away for long."""
import ssl
import subprocess
import time

import postbox
import pytest
import seeded
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from conftest import PREAU, free_port

USER = "/api/method/frappe.core.doctype.user.user."
LOGIN, SECRET = "postmaster@relay.test", "r3lay-s3cret"


class Taker:
    """Takes mails, or answers what `answers` says first; "cut" closes the connection once the mail is there."""

    def __init__(self):
        self.mails, self.answers, self.logins = [], [], []

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        if self.answers and self.answers[0].startswith("rcpt "):
            envelope.rcpt_tos.pop()
            return self.answers.pop(0)[5:]
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope, postbox.parse(envelope.content), session))
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer == "cut":
            server.transport.abort()
        return answer

    def authenticate(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=(data.login, data.password) == (LOGIN.encode(), SECRET.encode()))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
                   check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem", context


class Relay(Controller):
    """`way`: open, starttls or tls."""

    def __init__(self, way, context):
        self.taker, self.way, self.context = Taker(), way, context
        super().__init__(self.taker, hostname="127.0.0.1", port=free_port(), ready_timeout=10,
                         ssl_context=context if way == "tls" else None)

    def factory(self):
        safe = {"tls_context": self.context, "require_starttls": True} if self.way == "starttls" else {}
        secret = self.way != "open"
        return SMTP(self.taker, hostname="relay.test", authenticator=self.taker.authenticate if secret else None,
                    auth_required=secret, auth_require_tls=self.way == "starttls", **safe)


@pytest.fixture(scope="module")
def relays(certificate):
    made = {way: Relay(way, certificate[1]) for way in ("open", "starttls", "tls")}
    for relay in made.values():
        relay.start()
    yield made
    for relay in made.values():
        relay.stop(no_assert=True)


@pytest.fixture(scope="module")
def open_school(server, relays):
    school = server.new_school("post")
    school.admin.put("/api/resource/School Settings/School Settings",
                     {"title": 'École “Ça & là” — “Œuvre” ' + "très " * 6 + "longue\t", "primary_color": "#ffee00"})
    school.configure(mail_server="127.0.0.1", mail_port=relays["open"].port, mail_retry_seconds=[1, 1, 1],
                     auto_email_id="bonjour@ecole.test", host_name="https://ecole.test/")
    return school


@pytest.fixture
def taker(relays):
    taker = relays["open"].taker
    taker.mails.clear()
    taker.answers.clear()
    return taker


def sign_up(school, address, name="Zoé d’Été", **headers):
    seeded.sql(school.server, school.host, "DELETE FROM preau_throttle")
    answer = school.guest.post(USER + "sign_up", {"email": address, "full_name": name}, headers=headers)
    assert answer.status == 200, answer


def wait(what, seconds=10):
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def seen(school, address):
    return next((m for m in school.admin.get("/api/method/lms.mails").message if m["recipient"] == address), None)


def state(school, address):
    mail = seen(school, address)
    return mail and mail["state"]


def stored(school, address):
    """Bytes of the texts that the database keeps."""
    return int(seeded.sql(school.server, school.host, f"SELECT LENGTH(text) + LENGTH(html) FROM preau_mail WHERE recipient = '{address}'")[0][0])


# ---- the mail itself --------------------------------------------------------------------------------------------------------
def test_a_mail_is_as_the_standards_want_it(open_school, taker):
    sign_up(open_school, "zoe@mail.test", **{"Accept-Language": "fr"})
    wait(lambda: taker.mails)
    envelope, mail, _ = taker.mails[0]
    assert envelope.mail_from == "bonjour@ecole.test" and envelope.rcpt_tos == ["zoe@mail.test"]
    sender = mail["From"].addresses[0]
    assert sender.addr_spec == "bonjour@ecole.test" and " ".join(sender.display_name.split()) == 'École “Ça & là” — “Œuvre” très très très très très très longue'
    assert mail["Subject"].startswith("École “Ça & là”") and mail["Subject"].endswith("\u202f: confirmez votre adresse")
    assert abs(mail["Date"].datetime.timestamp() - time.time()) < 60
    assert mail["Message-ID"].endswith("@ecole.test>") and mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "fr" and mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert not any(name.lower().startswith("list-") for name in mail.keys())
    raw = envelope.content
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"") and raw.isascii()
    text, html = postbox.text_of(mail), postbox.html_of(mail)
    assert text.startswith("Bonjour Zoé d’Été,") and "https://ecole.test/update-password?key=" in text
    assert "par ce lien\u202f:" in text and 'lang="fr"' in html and "#ffee00" in html and "color:#1f2328" in html
    assert "“Ça &amp; là”" in html and postbox.link_in(mail, "/update-password").replace("&", "&amp;") in html


def test_what_was_sent_is_no_longer_kept(open_school, taker):
    sign_up(open_school, "secret@mail.test")
    wait(lambda: state(open_school, "secret@mail.test") == "Sent")
    assert stored(open_school, "secret@mail.test") == 0
    assert open_school.admin.post("/api/method/lms.resend_mail", {"mail": seen(open_school, "secret@mail.test")["mail"]}).status == 417
    log = open_school.server.log_path.read_text(errors="replace")
    assert "secret@mail.test" not in log and postbox.key_in(taker.mails[0][1]) not in log


@pytest.mark.parametrize("name", ["Eve\r\nBcc: all@mail.test", "Eve\nSubject: x", "Eve\0", "<b>Eve</b>"])
def test_names_add_no_header(open_school, taker, name):
    answer = open_school.guest.post(USER + "sign_up", {"email": "eve@mail.test", "full_name": name})
    assert answer.status == 417 and taker.mails == []


@pytest.mark.parametrize("address", ["a,b@mail.test", "a b@mail.test", '"a"@mail.test', "a@mail.test,b@mail.test", "a@-x.test", "a..b@x.test",
                                     "a@mail.test>\r\nRCPT TO:<b@mail.test", "a@b", ".a@b.test", "(x)a@b.test"])
def test_addresses_that_are_two_or_none(open_school, taker, address):
    assert open_school.guest.post(USER + "sign_up", {"email": address, "full_name": "Eve"}).status == 417


def test_a_dot_alone_on_a_line_ends_nothing(open_school, taker):
    sign_up(open_school, "dot@mail.test", name=".")
    wait(lambda: taker.mails)
    assert "Hello .," in postbox.text_of(taker.mails[0][1])


# ---- what servers do ------------------------------------------------------------------------------------------------------------
def test_not_now_is_tried_again(open_school, taker):
    taker.answers += ["451 try later", "rcpt 450 greylisted"]
    sign_up(open_school, "later@mail.test")
    wait(lambda: state(open_school, "later@mail.test") == "Sent")
    ids = [mail["Message-ID"] for _, mail, _ in taker.mails]
    assert len(ids) == 2 and len(set(ids)) == 1
    assert seen(open_school, "later@mail.test")["error"] == ""


def test_never_is_given_up_at_once_and_may_be_sent_by_hand(open_school, taker):
    taker.answers += ["rcpt 550 no such mailbox"]
    sign_up(open_school, "never@mail.test")
    wait(lambda: state(open_school, "never@mail.test") == "Given Up")
    time.sleep(1.5)
    assert taker.mails == [] and "refused the mail. (550)" in seen(open_school, "never@mail.test")["error"]
    listed = subprocess.run([PREAU, "job", "list", open_school.host, "--sites", str(open_school.server.sites)], capture_output=True, text=True)
    assert "mail.send" in listed.stdout and "550" in listed.stdout and "never@mail.test" not in listed.stdout
    mail = seen(open_school, "never@mail.test")["mail"]
    assert open_school.guest.post("/api/method/lms.resend_mail", {"mail": mail}).status == 403
    assert open_school.admin.post("/api/method/lms.resend_mail", {"mail": mail}).message is True
    wait(lambda: state(open_school, "never@mail.test") == "Sent")
    assert len(taker.mails) == 1
    assert open_school.admin.post("/api/method/lms.resend_mail", {"mail": "x"}).status == 404


def test_a_connection_that_is_cut_in_the_middle(open_school, taker):
    taker.answers += ["cut"]
    sign_up(open_school, "cut@mail.test")
    wait(lambda: state(open_school, "cut@mail.test") == "Sent")
    first, second = [mail for _, mail, _ in taker.mails]
    assert first["Message-ID"] == second["Message-ID"] and first["Date"] == second["Date"]


def test_a_server_that_is_away_and_comes_back(open_school, relays, certificate, taker):
    relay = relays["open"]
    relay.stop(no_assert=True)
    sign_up(open_school, "away@mail.test")
    wait(lambda: (seen(open_school, "away@mail.test") or {}).get("error"))
    assert state(open_school, "away@mail.test") == "Waiting" and "No connection" in seen(open_school, "away@mail.test")["error"]
    wait(lambda: state(open_school, "away@mail.test") == "Given Up")
    assert stored(open_school, "away@mail.test") > 500, "kept until it is sent"
    back = Relay("open", None)
    back.port = back._port = relay.port
    back.taker.mails = taker.mails
    back.start()
    relays["open"] = back
    done = subprocess.run([PREAU, "job", "retry", open_school.host, "--sites", str(open_school.server.sites)], capture_output=True, text=True)
    assert done.returncode == 0, done
    wait(lambda: state(open_school, "away@mail.test") == "Sent")
    assert stored(open_school, "away@mail.test") == 0 and len(taker.mails) == 1


# ---- TLS ----------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("way, key", [("starttls", "use_tls"), ("tls", "use_ssl")])
def test_tls_with_a_log_in(server, relays, certificate, way, key):
    relay, school = relays[way], server.new_school("safe-" + way)
    school.configure(mail_server="localhost", mail_port=relay.port, mail_login=LOGIN, mail_password=SECRET, **{key: 1},
                     mail_retry_seconds=[3, 3], mail_ca_file=str(certificate[0]))
    sign_up(school, "safe@mail.test")
    wait(lambda: relay.taker.mails)
    _, mail, session = relay.taker.mails[0]
    assert session.ssl is not None or way == "tls"
    assert relay.taker.logins[-1] == (LOGIN, SECRET)
    assert mail["From"].addresses[0].addr_spec == f"noreply@{school.host}"
    # a certificate that nobody vouches for
    school.configure(mail_ca_file=None)
    sign_up(school, "unsafe@mail.test")
    wait(lambda: "certificate" in ((seen(school, "unsafe@mail.test") or {}).get("error") or ""))
    assert len(relay.taker.mails) == 1


def test_no_starttls_no_mail(server, relays):
    school = server.new_school("insist")
    before = len(relays["open"].taker.mails)
    school.configure(mail_server="127.0.0.1", mail_port=relays["open"].port, use_tls=1, mail_login=LOGIN, mail_password=SECRET)
    sign_up(school, "plain@mail.test")
    wait(lambda: "STARTTLS" in ((seen(school, "plain@mail.test") or {}).get("error") or ""))
    assert len(relays["open"].taker.mails) == before and relays["open"].taker.logins == []


def test_nothing_configured_says_so(server):
    school = server.new_school("silent")
    school.configure(mail_folder="")
    sign_up(school, "silent@mail.test")
    wait(lambda: "No mail_server" in ((seen(school, "silent@mail.test") or {}).get("error") or ""))
    assert state(school, "silent@mail.test") == "Waiting"


def test_the_start_says_where_mails_go(server):
    log = server.log_path.read_text(errors="replace")
    assert "No mail_server is configured: mails are kept in" in log and "/mariadb/mail/<host>/" in log


def test_only_managers_see_mails(open_school):
    student = open_school.client(open_school.add_user("student@mail.test", "Student"))
    assert student.get("/api/method/lms.mails").status == 403 and open_school.guest.get("/api/method/lms.mails").status == 403
