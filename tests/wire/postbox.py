"""Mails as a server without mail_server keeps them: one .eml file each, below the folder `mail`."""
import email
import email.policy
import re
import time


def parse(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def kept(school):
    folder = school.server.folder / "mariadb" / "mail" / school.host
    files = sorted(folder.glob("*.eml"), key=lambda p: int(re.search(r"-(\d+)\.eml$", p.name)[1]))
    return [parse(path.read_bytes()) for path in files]


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def html_of(mail):
    return mail.get_body(("html",)).get_content()


def mails_to(school, address, at_least=1, wait=8.0):
    """All mails to the address, as soon as there are that many."""
    deadline = time.monotonic() + wait
    while True:
        found = [mail for mail in kept(school) if mail["To"].addresses[0].addr_spec == address]
        if len(found) >= at_least or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def link_in(mail, path):
    return re.search(rf"https?://[^\s/]+{re.escape(path)}\S*", text_of(mail))[0]


def key_in(mail):
    return re.search(r"(?:key|invitation)=([0-9a-f]{56})", text_of(mail))[1]
