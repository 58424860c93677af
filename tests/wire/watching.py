"""The tables of spec/product.md section 4: which word, document, list and field of the seeded school is for whom; and
who watches answers for words that are for somebody else.

Every value in the seeded school is a word of its own (seeded.py). Each test asks on one path, as every person, and
looks at the bytes of the whole answer: a word that stands there and that the table does not give to this person is a
leak, wherever it stands. Names of documents count as words too, unless the caller brought them.
"""
import json
import re

import pytest
from seeded import PEOPLE, Seeded, email, secret, sql

RUNS = {"manager", "administrator"}
TEACHES = RUNS | {"instructor"}
ENROLLED = {"active", "completed"}
PARTNERS = {"influencer", "rival"}
LOGGED_IN = set(PEOPLE) | {"administrator"}
EVERYONE = LOGGED_IN | {"guest"}

# ---- the table: which word is for whom; * stands for any run of characters, the first line that fits counts -------------
WORDS = [
    ("*.answer", TEACHES),
    ("open.preview.*", EVERYONE),
    ("open.hidden*", TEACHES),                     # unpublished lessons of a published bootcamp, previews or not
    ("open.*.title", EVERYONE),
    ("open.*.content", ENROLLED | TEACHES),
    ("open.*.video", ENROLLED | TEACHES),
    ("open.*", EVERYONE),
    ("far.locked.content", TEACHES),               # published, but nobody is enrolled
    ("far.locked.video", TEACHES),
    ("far.*", EVERYONE),
    ("draft.*", TEACHES),
    ("translation.open.locked", ENROLLED | TEACHES),
    ("translation.*", TEACHES),
    ("item.open.name", EVERYONE),
    ("item.far.name", EVERYONE),
    ("item.*", RUNS),
    *[(f"{person}.{word}", RUNS | ({person} & PARTNERS)) for person in PARTNERS
      for word in ("partner", "referral", "holder", "coupon", "code", "coupontext")],
    *[(f"{person}.{word}", RUNS) for person in PARTNERS
      for word in ("rule", "customer", "customermail", "contact", "payoutreference", "reason", "comments", "tags")],
    ("ledger.modifiedby", RUNS),
    *[(f"{person}.{word}", RUNS | {person}) for person in PEOPLE for word in ("firstname", "bio", "url")],
    *[(f"{person}.{word}", RUNS | {person}) for person in ("active", "completed") for word in ("reference", "enrolledby")],
    *[(f"{person}.reset", RUNS) for person in PEOPLE],
]

# ---- the table: which document is for whom ---------------------------------------------------------------------------------
DOCUMENTS = {
    ("LMS Bootcamp", "open"): EVERYONE,
    ("LMS Bootcamp", "draft"): TEACHES,
    ("LMS Course", "open.course"): EVERYONE,
    ("LMS Course", "draft.course"): TEACHES,
    ("LMS Lesson", "open.preview"): EVERYONE,
    ("LMS Lesson", "open.locked"): EVERYONE,       # its title; the words above say who gets the body
    ("LMS Lesson", "open.hidden"): TEACHES,
    ("LMS Lesson", "open.hiddenpreview"): TEACHES,
    ("LMS Lesson", "draft.preview"): TEACHES,
    ("LMS Lesson", "draft.locked"): TEACHES,
    ("LMS Lesson", "far.locked"): EVERYONE,
    ("Content Translation", "translation.open.locked"): TEACHES,
    ("Enrollment", "enrollment.active"): {"active"} | TEACHES,
    ("Enrollment", "enrollment.suspended"): {"suspended"} | TEACHES,
    ("Sales Partner", "partner.influencer"): {"influencer"} | RUNS,
    ("Sales Partner", "partner.rival"): {"rival"} | RUNS,
    ("Coupon Code", "coupon.influencer"): {"influencer"} | RUNS,
    ("Coupon Code", "coupon.rival"): {"rival"} | RUNS,
    ("Sales Commission", "commission.influencer"): {"influencer"} | RUNS,
    ("Sales Commission", "commission.rival"): {"rival"} | RUNS,
    ("Commission Payout", "payout.influencer"): RUNS,
    ("Pricing Rule", "rule.influencer"): RUNS,
    ("Sales Invoice", "invoice.influencer"): RUNS,
    ("Customer", "customer.influencer"): RUNS,
    ("Purchase", "purchase.active"): {"active"} | RUNS,
    ("Item", "item.open"): EVERYONE,
    ("Item", "item.draft"): RUNS,
    ("User", "user.active"): {"active"} | RUNS,
    ("User", "user.manager"): RUNS,
    ("School Settings", "School Settings"): RUNS,
    ("System Settings", "System Settings"): RUNS,
    ("ERPNext Settings", "ERPNext Settings"): RUNS,
    ("Role", "System Manager"): RUNS,
}

# ---- the table: which DocType can be listed at all; what is not here is for those who run the school -----------------------
LISTS = {
    **dict.fromkeys(("LMS Bootcamp", "LMS Course", "LMS Lesson", "Item"), EVERYONE),
    **dict.fromkeys(("Enrollment", "Purchase", "User"), LOGGED_IN),
    **dict.fromkeys(("Sales Partner", "Coupon Code", "Sales Commission"), PARTNERS | RUNS),
    "Content Translation": TEACHES,
}

# ---- the table: fields that can be read on some rows or none, hence never be filtered, sorted, grouped or aggregated by ----
UNUSABLE = {
    "LMS Lesson": {"content": TEACHES, "video_url": TEACHES, "answer": TEACHES, "answer_type": TEACHES},
    "Enrollment": {"sales_invoice": RUNS},
    "Sales Commission": dict.fromkeys(("sales_invoice", "reason", "modified_by", "at", "creation", "modified", "_user_tags",
                                       "_comments", "_assign", "_liked_by"), RUNS),
    "Coupon Code": {"customer": RUNS},
    "Item": dict.fromkeys(("description", "item_group", "modified_by", "owner", "max_discount"), RUNS),
    "User": dict.fromkeys(("api_key", "reset_password_key", "restrict_ip", "user_type"), RUNS),
}


@pytest.fixture(scope="module")
def seeded(school):
    return Seeded(school)


def fits(pattern, label):
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), label)


def readers_of(label):
    found = next((people for pattern, people in WORDS if fits(pattern, label)), None)
    assert found is not None, f"who may read the word of {label}?"
    return found


# ---- looking for words --------------------------------------------------------------------------------------------------------
class Watch:
    """Reads answers for words that are not for the person who asked."""

    def __init__(self, seeded):
        self.seeded, self.names = seeded, seeded.names
        self.readers = dict.fromkeys(("7391.13", "09:47:", "09:48:", "09:49:"), RUNS)
        for (_, key), people in DOCUMENTS.items():
            if key in self.names and not key.startswith("partner"):
                self.readers[self.names[key]] = people
        for person in PEOPLE:
            self.readers[email(person)] = RUNS | {person} | ({"instructor"} if person in STUDENTS else set())
            self.readers[seeded.school.token(email(person)).split(":")[0]] = RUNS
            self.readers[seeded.school.token(email(person)).split(":")[1]] = set()
        for label in seeded.labels:
            self.readers[secret(label)] = readers_of(label)
        self.readers.pop("draft-camp")      # an enrollment names its bootcamp: 'active' is enrolled in a draft
        self.readers["ITEM-draft"] = TEACHES   # as a bootcamp names its item,
        for word in ("payout", "rule"):        # and a partner's own rows name what they point to
            self.readers[self.names[f"{word}.influencer"]] = RUNS | {"influencer"}
        self.any = re.compile("|".join(re.escape(word) for word in sorted(self.readers, key=len, reverse=True)))
        self.leaks = []

    def ask(self, person, method, path, query=None, **more):
        answer = self.seeded.clients[person].request(method, path, query, **more)
        brought = f"{path} {json.dumps(query)} {json.dumps(more)}"
        whole = " ".join(f"{k}: {v}" for k, v in answer.headers) + answer.body.decode()
        for word in set(self.any.findall(whole)):
            if person not in self.readers[word] and word not in brought:
                self.leaks.append(f"{person}: {word} in {method} {path} {query or ''} {more or ''} ({answer.status})")
        if answer.status >= 500:
            self.leaks.append(f"{person}: {answer.status} from {method} {path} {query or ''}")
        return answer

    def get(self, person, path, **query):
        return self.ask(person, "GET", path, query or None)

    def expect(self, person, answer, statuses, what):
        if answer.status not in statuses:
            self.leaks.append(f"{person}: {answer.status} instead of {statuses}: {what} {answer.text[:300]}")


STUDENTS = ("active", "completed", "suspended", "revoked", "expired")


@pytest.fixture
def watch(seeded):
    watch = Watch(seeded)
    yield watch
    assert not watch.leaks, "\n".join(watch.leaks)


everyone = pytest.mark.parametrize("person", sorted(EVERYONE))

HIDES = {"LMS Bootcamp", "LMS Course", "LMS Lesson", "Item"}     # what is kept from somebody reads as missing


def name_of(seeded, key):
    return email(key[5:]) if key.startswith("user.") else seeded.names.get(key, key)


@pytest.fixture(scope="module")
def doctypes(seeded):
    """Of every table there is."""
    rows = sql(seeded.school.server, seeded.school.host, "SHOW TABLES LIKE 'tab%'")
    names = [row[0][3:] for row in rows]
    assert len(names) > 30
    return [name for name in names if name not in ("Singles", "Series", "DefaultValue", "Sessions")]


@pytest.fixture(scope="module")
def children(seeded):
    """Child DocTypes that have no right of their own, with a parent that has such rows."""
    parents = {"Sales Invoice Item": "Sales Invoice", "Has Role": "User", "Enrollment Lesson": "Enrollment",
            "Pricing Rule Item Code": "Pricing Rule", "Pricing Rule Item Group": "Pricing Rule",
            "Pricing Rule Brand": "Pricing Rule", "Document Naming Rule Condition": "Document Naming Rule", "DocField": "DocType", "DocPerm": "DocType",
            "Webhook Header": "Webhook", "Webhook Data": "Webhook"}
    seeded.rows_of = {child: [row[0] for row in sql(seeded.school.server, seeded.school.host,
                                                    f"SELECT name FROM `tab{child}` LIMIT 30")] for child in parents}
    return parents
