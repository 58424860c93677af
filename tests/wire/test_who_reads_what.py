"""Who may read what (spec/product.md section 4), as one table over every read path of the real server.

Every value in the seeded school is a word of its own (seeded.py), so the table says who may see which word. Each test
asks on one path, as every person, and looks at the bytes of the whole answer: a word that stands there and that the
table does not give to this person is a leak, wherever it stands. Names of documents count as words too, unless the
caller brought them.
"""
import itertools
import json
import re

import pytest
from seeded import PEOPLE, Seeded, bootcamp, email, secret, sql

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
    return next(people for pattern, people in WORDS if fits(pattern, label))


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


# ---- one document ----------------------------------------------------------------------------------------------------------------
HIDES = {"LMS Bootcamp", "LMS Course", "LMS Lesson", "Item"}     # what is kept from somebody reads as missing


def name_of(seeded, key):
    return email(key[5:]) if key.startswith("user.") else seeded.names.get(key, key)


@everyone
def test_a_document_is_there_for_its_readers(seeded, watch, person):
    for (doctype, key), readers in DOCUMENTS.items():
        name = name_of(seeded, key)
        expected = [200] if person in readers else [404] if doctype in HIDES else [403]
        for path in (f"/api/resource/{doctype}/{name}", f"/api/v1/resource/{doctype}/{name}",
                     f"/api/v2/document/{doctype}/{name}"):
            watch.expect(person, watch.get(person, path), expected, path)
        path = "/api/method/frappe.client.get"
        watch.expect(person, watch.get(person, path, doctype=doctype, name=name), expected, f"{path} {doctype} {name}")
        if "Settings" in doctype:
            continue
        answer = watch.get(person, path, doctype=doctype, filters={"name": name})
        watch.expect(person, answer, [200] if person in readers else [403, 404], f"{path} {doctype} by filter")
        answer = watch.get(person, "/api/method/frappe.client.get_value", doctype=doctype, fieldname="name", filters=name)
        found = answer.status == 200 and answer.json.get("message") == {"name": name}
        if found != (person in readers):
            watch.leaks.append(f"{person}: get_value of {doctype} {name}: {answer}")
        counted = watch.get(person, "/api/method/frappe.client.get_count", doctype=doctype, filters={"name": name})
        if counted.status == 200 and counted.message != int(person in readers):
            watch.leaks.append(f"{person}: get_count of {doctype} {name}: {counted}")
        for method in ("as_dict", "get_password", "db_get", "reload", "run_method", "save"):
            watch.get(person, f"/api/resource/{doctype}/{name}", run_method=method)
            watch.ask(person, "POST", f"/api/resource/{doctype}/{name}", json_body={"run_method": method})
            watch.get(person, f"/api/v2/document/{doctype}/{name}/method/{method}", fieldname="content")
        document = {"doctype": doctype, "name": name}
        watch.ask(person, "POST", "/api/v2/method/run_doc_method", json_body={"method": "as_dict", "document": document})


@everyone
def test_the_body_of_a_lesson_on_every_path(seeded, watch, person):
    for label, field in itertools.product(("open.preview", "open.locked", "open.hidden", "open.hiddenpreview",
                                           "draft.preview", "far.locked"), ("content", "video")):
        name, word = seeded.names[label], secret(f"{label}.{field}")
        column, key = {"content": "content", "video": "video_url"}[field], label.split(".")[0]
        answers = {
            "v1": watch.get(person, f"/api/resource/LMS Lesson/{name}"),
            "v2": watch.get(person, f"/api/v2/document/LMS Lesson/{name}"),
            "client": watch.get(person, "/api/method/frappe.client.get", doctype="LMS Lesson", name=name),
            "tree": watch.get(person, f"/api/resource/LMS Bootcamp/{key}-camp"),
            "course": watch.get(person, f"/api/resource/LMS Course/{seeded.names[key + '.course']}"),
            "all": watch.get(person, "/api/resource/LMS Lesson", fields=["*"], limit=100),
            "named": watch.get(person, "/api/resource/LMS Lesson", fields=["name", column], filters={"name": name}),
            "arrays": watch.get(person, "/api/resource/LMS Lesson", fields=[column], as_dict="false"),
            "get_list": watch.get(person, "/api/method/frappe.client.get_list", doctype="LMS Lesson", fields=[column]),
            "get_value": watch.get(person, "/api/method/frappe.client.get_value", doctype="LMS Lesson", fieldname=column,
                                   filters=name),
            "child": watch.get(person, "/api/resource/LMS Course", fields=["name", f"lessons.{column}"]),
            "table": watch.get(person, "/api/resource/LMS Course", fields=[f"`tabLMS Lesson`.`{column}`"]),
            "parent": watch.get(person, "/api/resource/LMS Lesson", fields=[column], parent="LMS Course"),
        }
        if key == "open" or person in TEACHES:
            answers["lms.lesson"] = watch.get(person, "/api/method/lms.lesson", lesson=name)
        for path, answer in answers.items():
            if (word in answer.text) != (person in readers_of(f"{label}.{field}")):
                watch.leaks.append(f"{person}: {label}.{field} by {path}: {answer}")


# ---- lists -------------------------------------------------------------------------------------------------------------------------
SHAPES = [{}, {"fields": ["*"]}, {"fields": "*"}, {"fields": ["*"], "as_dict": "false"}, {"fields": ["*"], "limit": 0},
          {"fields": ["name", "docstatus", "idx"], "order_by": "name asc"},
          {"fields": ["count(name) as n", "docstatus"], "group_by": "docstatus"},
          {"fields": ["*"], "or_filters": [["name", "like", "%"], ["name", "is", "set"]]},
          {"fields": ["*"], "filters": [["name", "not in", ["x"]]], "debug": 1}]


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


@everyone
def test_lists_are_for_whom_the_table_says(watch, doctypes, children, person):
    for doctype in doctypes:
        if doctype in children:
            continue
        allowed = person in LISTS.get(doctype, RUNS)
        for shape in SHAPES:
            for path, more in ((f"/api/resource/{doctype}", {}), (f"/api/v2/document/{doctype}", {}),
                               ("/api/method/frappe.client.get_list", {"doctype": doctype})):
                answer = watch.get(person, path, **shape, **more)
                watch.expect(person, answer, [200] if allowed else [403], f"{path} {shape} {more}")
        for path, more in (("/api/method/frappe.client.get_count", {"doctype": doctype}),
                           (f"/api/v2/doctype/{doctype}/count", {})):
            watch.expect(person, watch.get(person, path, **more), [200] if allowed else [403], f"{path} {doctype}")


@everyone
def test_rows_of_child_tables_are_their_parents(seeded, watch, children, person):
    assert seeded.rows_of["Has Role"] and seeded.rows_of["Sales Invoice Item"]
    for child, parent in children.items():
        for shape in SHAPES:
            answer = watch.get(person, f"/api/resource/{child}", parent=parent, **shape)
            if answer.status == 200 and person not in RUNS and "group_by" not in shape and answer.data:
                watch.leaks.append(f"{person}: rows of {child}: {answer}")
            watch.get(person, f"/api/resource/{child}", **shape)
            watch.get(person, f"/api/resource/{child}", parent="LMS Bootcamp", **shape)
        for row in seeded.rows_of[child]:
            answer = watch.get(person, f"/api/resource/{child}/{row}")
            watch.expect(person, answer, [200] if person in RUNS else [403, 404], f"{child} {row}")


@everyone
def test_no_way_round_by_a_link_or_a_child(seeded, watch, person):
    ways = [
        ("Enrollment", ["last_lesson.content", "last_lesson.title", "bootcamp.title", "bootcamp.description"]),
        ("Enrollment", ["last_lesson.answer"]), ("Enrollment", ["user.api_key"]), ("Enrollment", ["user.bio"]),
        ("Enrollment", ["user.reset_password_key"]), ("Enrollment", ["sales_invoice.contact_email"]),
        ("Purchase", ["sales_invoice.customer", "sales_invoice.contact_email"]), ("Purchase", ["user.first_name"]),
        ("LMS Bootcamp", ["item_code.description"]), ("LMS Bootcamp", ["item_code.item_name", "name"]),
        ("LMS Bootcamp", ["courses.title", "courses.name"]), ("LMS Bootcamp", ["`tabLMS Course`.`title`"]),
        ("LMS Bootcamp", ["`tabLMS Lesson`.`content`"]), ("LMS Bootcamp", ["courses.lessons.content"]),
        ("LMS Course", ["lessons.content", "lessons.title", "lessons.video_url"]), ("LMS Course", ["lessons.answer"]),
        ("LMS Lesson", ["bootcamp.title", "title"]), ("LMS Lesson", ["bootcamp.description"]),
        ("Sales Commission", ["coupon_code.coupon_code", "coupon_code.customer"]),
        ("Sales Commission", ["sales_invoice.customer"]), ("Sales Commission", ["payout.reference"]),
        ("Sales Commission", ["sales_partner.account_holder"]), ("Sales Commission", ["bootcamp.title"]),
        ("Sales Commission", ["`tabSales Invoice`.`customer`"]), ("Sales Commission", ["payout.amount"]),
        ("Coupon Code", ["pricing_rule.title"]), ("Coupon Code", ["customer.customer_name"]),
        ("Coupon Code", ["sales_partner.iban", "sales_partner.account_holder"]), ("Sales Partner", ["user.bio"]),
        ("Sales Partner", ["user.api_key"]), ("Sales Partner", ["user.email"]), ("User", ["roles.role"]),
        ("User", ["`tabHas Role`.`role`"]), ("Item", ["variant_of.description"]),
        ("LMS Bootcamp", ["owner.api_key"]), ("LMS Bootcamp", ["owner.email"]),
    ]
    for doctype, fields in ways:
        for shape in ({}, {"as_dict": "false"}, {"limit": 0}, {"filters": [[doctype, "name", "is", "set"]]}):
            watch.get(person, f"/api/resource/{doctype}", fields=fields, **shape)
            watch.get(person, f"/api/v2/document/{doctype}", fields=fields, **shape)
            watch.get(person, "/api/method/frappe.client.get_list", doctype=doctype, fields=fields, **shape)
        for field in fields:
            for wrapped in (f"max({field})", f"count(distinct {field})", f"{field} as title", f"locate('s', {field})",
                            f"distinct {field}", f"date({field})"):
                watch.get(person, f"/api/resource/{doctype}", fields=[wrapped])
            watch.get(person, "/api/method/frappe.client.get_value", doctype=doctype, fieldname=field, filters={})


# ---- a field that one may not read everywhere is of no use for finding -----------------------------------------------------------
def ways_to_use(doctype, field):
    path = f"/api/resource/{doctype}"
    value = "%sec%"
    for filters in ({field: ["like", value]}, [[field, "like", value]], [[doctype, field, "like", value]],
                    [[field, "is", "set"]], [[f"`tab{doctype}`.`{field}`", "is", "set"]], [[field, "=", "x"]],
                    [[field, "in", ["x", None]]], [[field, "!=", ""]]):
        yield path, {"filters": filters}
        yield path, {"or_filters": filters}
        yield "/api/method/frappe.client.get_count", {"doctype": doctype, "filters": filters}
        yield f"/api/v2/doctype/{doctype}/count", {"filters": filters}
        yield "/api/method/frappe.client.get_value", {"doctype": doctype, "fieldname": "name", "filters": filters}
        yield "/api/method/frappe.client.get", {"doctype": doctype, "filters": filters}
    for order in (field, f"{field} desc", f"name asc, {field} desc", f"`tab{doctype}`.`{field}` asc", f"max({field})"):
        yield path, {"order_by": order}
        yield "/api/method/frappe.client.get_list", {"doctype": doctype, "order_by": order}
    yield path, {"group_by": field}
    yield path, {"fields": ["count(name) as n"], "group_by": f"`tab{doctype}`.`{field}`"}
    for call in ("count({})", "min({}) as least", "max({})", "sum({})", "avg({})", "count(distinct {})", "locate('s', {})",
                 "date({})", "year({})"):
        yield path, {"fields": [call.format(field)]}
        yield path, {"fields": [call.format(f"`tab{doctype}`.`{field}`")]}
    yield path, {"fields": [f"{field} as x"], "order_by": "x"}
    yield path, {"fields": [f"{field} as x"], "group_by": "x"}


@everyone
def test_what_one_does_not_read_everywhere_finds_nothing(seeded, watch, person):
    for doctype, fields in UNUSABLE.items():
        for field, readers in fields.items():
            for path, query in ways_to_use(doctype, field):
                answer = watch.get(person, path, **query)
                if person not in readers:
                    watch.expect(person, answer, [403], f"{path} {query}")
                elif answer.status == 403:
                    watch.leaks.append(f"{person}: may read {doctype} {field}, yet {path} {query}: {answer}")


@everyone
def test_a_joined_field_is_no_better(seeded, watch, person):
    for doctype, field, readers in (("LMS Course", "lessons.content", TEACHES), ("LMS Course", "lessons.answer", TEACHES),
                                    ("Sales Commission", "sales_invoice.customer", RUNS),
                                    ("Enrollment", "last_lesson.content", TEACHES),
                                    ("LMS Bootcamp", "item_code.description", RUNS), ("User", "roles.role", RUNS)):
        for path, query in ((f"/api/resource/{doctype}", {"filters": [[field, "like", "%sec%"]]}),
                            (f"/api/resource/{doctype}", {"or_filters": [[field, "is", "set"]]}),
                            (f"/api/resource/{doctype}", {"order_by": field}),
                            (f"/api/resource/{doctype}", {"group_by": field}),
                            (f"/api/resource/{doctype}", {"fields": [f"max({field}) as m"]})):
            answer = watch.get(person, path, **query)
            if person not in readers:
                watch.expect(person, answer, [403, 417], f"{path} {query}")
    for filters in ([["LMS Lesson", "content", "like", "%sec%"]], [["LMS Lesson", "answer", "is", "set"]]):
        for doctype in ("LMS Course", "LMS Bootcamp"):
            answer = watch.get(person, f"/api/resource/{doctype}", filters=filters)
            if person not in TEACHES:
                watch.expect(person, answer, [403, 417], f"{doctype} {filters}")


@everyone
def test_a_field_that_is_nowhere_readable_is_refused_by_name(seeded, watch, person):
    for doctype, fields in UNUSABLE.items():
        for field, readers in fields.items():
            nowhere = person not in readers and field not in ("content", "video_url", "at", "creation", "modified")
            own = doctype == "Enrollment" and person in STUDENTS     # their own invoice's name
            if nowhere and not own and person in LISTS[doctype]:
                watch.expect(person, watch.get(person, f"/api/resource/{doctype}", fields=["name", field]), [403],
                             f"{doctype} {field}")
                answer = watch.get(person, f"/api/resource/{doctype}", fields=["*"])
                if any(field in row for row in answer.data):
                    watch.leaks.append(f"{person}: {field} in all fields of {doctype}")


# ---- pages and methods ---------------------------------------------------------------------------------------------------------
@everyone
def test_pages_and_feeds(seeded, watch, person):
    bootcamps = {"open": [200], "far": [200], "draft": [200] if person in TEACHES else [404]}
    for key, expected in bootcamps.items():
        for query in ({}, {"lang": "fr"}, {"preview": "1", "draft": "1"}):
            watch.expect(person, watch.get(person, f"/bootcamps/{key}-camp", **query), expected, key)
    for label in ("open.preview", "open.locked", "open.hidden", "open.hiddenpreview", "draft.preview", "far.locked"):
        key = label.split(".")[0]
        path = f"/bootcamps/{key}-camp/{secret(key + '.course')}/{secret(label + '.title')}"
        readable = person in readers_of(f"{label}.title")
        for query in ({}, {"lang": "fr"}, {"images": "1"}):
            answer = watch.get(person, path, **query)
            watch.expect(person, answer, [200] if readable else [404], path)
        word = secret(f"{label}.content")
        if (word in watch.get(person, path, lang="en").text) != (person in readers_of(f"{label}.content")):
            watch.leaks.append(f"{person}: the page of {label}")
    for path in ("/", "/?q=sec", "/?q=draft", "/sitemap.xml", "/robots.txt", "/login", "/metrics", "/healthz", "/readyz",
                 "/feed.xml", "/api/openapi.json", "/private/files/x", "/files/x", "/backups/x", "/app", "/me", "/partner"):
        watch.get(person, path)


@everyone
def test_methods_of_the_school(seeded, watch, person):
    names = seeded.names
    for method, query in (("lms.catalogue", {}), ("lms.catalogue", {"q": "sec"}), ("lms.catalogue", {"q": "%"}),
                          ("lms.my_enrollments", {}), ("lms.my_enrollments", {"user": email("active")}),
                          ("lms.search", {"q": "sec"}), ("lms.affiliate.summary", {}), ("lms.affiliate.sales", {}),
                          ("frappe.auth.get_logged_user", {}), ("frappe.client.get_time_zone", {}),
                          *[("lms.outline", {"bootcamp": f"{key}-camp", "language": language})
                            for key in ("open", "draft", "far") for language in ("en", "fr")],
                          *[("lms.lesson", {"lesson": names[label], "language": language})
                            for label in names if label.count(".") == 1 and label.split(".")[0] in ("open", "draft", "far")
                            for language in ("en", "fr")],
                          *[("frappe.client.get_single_value", {"doctype": f"{single} Settings", "field": field})
                            for single, field in (("System", "time_zone"), ("School", "iban"), ("ERPNext", "api_secret"))]):
        for ask in ("GET", "POST"):
            answer = watch.ask(person, ask, f"/api/method/{method}", query)
            if method == "frappe.client.get_single_value" and person not in RUNS:
                watch.expect(person, answer, [403], f"{method} {query}")


# ---- who may write -------------------------------------------------------------------------------------------------------------
ODD = {"flags": {"ignore_permissions": 1, "ignore_mandatory": 1}, "ignore_permissions": 1, "ignore_links": True, "__islocal": 1,
       "__unsaved": 1, "run_method": "delete", "cmd": "frappe.client.delete", "owner": "me@x.test", "_user_tags": ",x",
       "_comments": "[]", "as_dict": 0, "docstatus": 1, "parent": "x", "roles": [{"role": "System Manager"}]}
TAUGHT = {"LMS Bootcamp", "LMS Course", "LMS Lesson", "Content Translation"}


@pytest.fixture
def unchanged(seeded, doctypes):
    """Nothing in any table may differ afterwards."""
    def state():
        tables = ", ".join(f"`tab{name}`" for name in doctypes + ["Singles", "Series"])
        return sql(seeded.school.server, seeded.school.host, f"CHECKSUM TABLE {tables}, `__Auth`")
    before = state()
    yield
    assert [row for row, old in zip(state(), before) if row != old] == []


def documents_for_writing(doctype, seeded):
    """A document of the DocType that is there, best one's own."""
    rows = sql(seeded.school.server, seeded.school.host, f"SELECT name FROM `tab{doctype}` LIMIT 2")
    return [row[0] for row in rows] + ["missing"]


@pytest.fixture(scope="module")
def targets(seeded, doctypes):
    found = {doctype: documents_for_writing(doctype, seeded) for doctype in doctypes}
    for (doctype, key) in DOCUMENTS:
        if "Settings" in doctype:
            found[doctype] = [doctype]
        else:
            found[doctype].append(name_of(seeded, key))
    return found


def ways_to_write(doctype, name, document):
    for prefix in ("/api/resource", "/api/v2/document"):
        yield "POST", f"{prefix}/{doctype}", document
        yield "PUT", f"{prefix}/{doctype}/{name}", document
        yield "DELETE", f"{prefix}/{doctype}/{name}", None
    yield "PATCH", f"/api/v2/document/{doctype}/{name}", document
    client = "/api/method/frappe.client."
    whole = {**document, "doctype": doctype}
    yield "POST", client + "insert", {"doc": whole}
    yield "POST", client + "insert_many", {"docs": [whole]}
    yield "POST", client + "save", {"doc": {**whole, "name": name}}
    yield "POST", client + "set_value", {"doctype": doctype, "name": name, "fieldname": {"title": "x", "status": "Active"}}
    yield "POST", client + "set_value", {"doctype": doctype, "name": name, "fieldname": "title", "value": "x"}
    yield "POST", client + "delete", {"doctype": doctype, "name": name}
    yield "POST", client + "rename_doc", {"doctype": doctype, "old_name": name, "new_name": "stolen"}
    yield "POST", client + "submit", {"doc": {**whole, "name": name}}
    yield "POST", client + "cancel", {"doctype": doctype, "name": name}


@pytest.mark.parametrize("person", sorted(EVERYONE - RUNS))
def test_nobody_else_writes_anything(seeded, watch, unchanged, targets, person):
    me = email(person) if person in PEOPLE else "Guest"
    for doctype, names in targets.items():
        if person in TEACHES and doctype in TAUGHT:
            continue
        document = {"title": "x", "user": me, "bootcamp": "far-camp", "email": "new@x.test", "first_name": "x", "status": "Active",
                    "parenttype": "User", "parentfield": "roles", "role": "System Manager", "sales_partner": "x", **ODD,
                    "parent": me}
        for name in dict.fromkeys([*names, me]):
            for method, path, body in ways_to_write(doctype, name, document):
                answer = watch.ask(person, method, path, json_body=body)
                creates = method == "POST" and ("client" not in path or "insert" in path)
                exists = not any(word in path for word in ("delete", "rename", "submit", "cancel", "set_value"))
                watch.expect(person, answer, [403] if creates or method == "PUT" and exists else [403, 404, 417],
                             f"{method} {path} {body}")


@pytest.mark.parametrize("person", ["guest", "registered", "active"])
def test_nobody_writes_by_reading(seeded, watch, unchanged, targets, person):
    for doctype, names in targets.items():
        name = names[-1]
        for path, query in ((f"/api/resource/{doctype}/{name}", {"run_method": "delete"}),
                            ("/", {"cmd": "frappe.client.delete", "doctype": doctype, "name": name}),
                            (f"/api/resource/{doctype}", {"cmd": "frappe.client.delete", "name": name}),
                            ("/api/method/frappe.client.delete", {"doctype": doctype, "name": name}),
                            ("/api/method/frappe.client.set_value", {"doctype": doctype, "name": name, "fieldname": "title",
                                                                     "value": "x"})):
            watch.ask(person, "GET", path, query)
            watch.ask(person, "POST", path, form=query)
            watch.ask(person, "POST", path, form=query, headers={"X-HTTP-Method-Override": "DELETE"})


def test_what_the_server_manages_is_not_taken_from_a_tree(seeded):
    manager = seeded.clients["manager"]
    tree = bootcamp("taken", 1, {"one": {}})
    mine = {"name": "mine", "owner": "x@x.test", "creation": "2001-01-01", "modified_by": "x@x.test", "docstatus": 0,
            "total_lessons": 99, "duration_minutes": 999, "published_on": "2001-01-01 00:00:00", "item_code": None,
            "bootcamp": "far-camp", "parent": "far-camp", "parenttype": "User", "parentfield": "roles", "idx": 40,
            "doctype": "User", "flags": {"ignore_permissions": 1}, "api_key": "x", "enrollment": ""}
    tree.update(mine)
    tree["courses"][0].update(mine, name=None)
    tree["courses"][0]["lessons"][0].update(mine, name=None, duration_minutes=7)
    made = manager.post("/api/resource/LMS Bootcamp", tree).data
    course = made["courses"][0]
    row = course["lessons"][0]
    assert (made["name"], made["total_lessons"], made["duration_minutes"]) == ("taken-camp", 1, 7)
    assert made["published_on"] > "2026" and made["creation"] > "2026" and made["owner"] == email("manager")
    assert (course["parent"], course["parenttype"], course["parentfield"], course["bootcamp"], course["idx"]) == (
        "taken-camp", "LMS Bootcamp", "courses", "taken-camp", 1)
    assert (row["parent"], row["parenttype"], row["parentfield"], row["bootcamp"], row["idx"]) == (
        course["name"], "LMS Course", "lessons", "taken-camp", 1)
    assert row["owner"] == course["owner"] == email("manager") and row["creation"] > "2026"
    changed = manager.put("/api/resource/LMS Bootcamp/taken-camp", {
        "total_lessons": 99, "published_on": "2001-01-01 00:00:00", "modified_by": "x@x.test", "flags": {"x": 1},
        "courses": [{**course, "bootcamp": "far-camp", "parent": "far-camp", "idx": 9,
                     "lessons": [{**row, "bootcamp": "far-camp", "parent": "x"}]}]}).data
    assert changed["total_lessons"] == 1 and changed["published_on"] == made["published_on"]
    assert changed["courses"][0]["lessons"][0]["bootcamp"] == changed["courses"][0]["bootcamp"] == "taken-camp"
    assert manager.delete("/api/resource/LMS Bootcamp/taken-camp").status == 202


@pytest.mark.parametrize("doctype, key, change", [
    ("Enrollment", "enrollment.active", {"progress": 100, "lessons_total": 1, "lessons_completed": 1, "completed_on": "2026-01-01 00:00:00",
                                         "enrolled_on": "2001-01-01 00:00:00", "last_lesson": "x",
                                         "completed_lessons": [{"lesson": "x"}]}),
    ("User", "user.registered", {"api_key": "stolen", "reset_password_key": "stolen", "user_type": "System User", "api_secret": "stolen",
                                 "full_name": "stolen", "last_login": "stolen", "last_ip": "stolen"}),
    ("Coupon Code", "coupon.rival", {"used": 77}),
    ("Sales Invoice", "invoice.rival", {"grand_total": 1, "net_total": 1, "outstanding_amount": 0, "status": "Paid",
                                        "erpnext_name": "stolen", "total_commission": 1}),
    ("LMS Lesson", "open.locked", {"bootcamp": "far-camp"}),
])
def test_not_even_a_manager_sets_what_the_server_manages(seeded, doctype, key, change):
    manager, path = seeded.clients["manager"], f"/api/resource/{doctype}/{name_of(seeded, key)}"
    before = manager.get(path).data
    for ask, body in (("PUT", change), ("PUT", {"data": json.dumps(change)}),
                      ("PUT", {**change, "flags": {"ignore_permissions": True, "ignore_validate": 1}, "doctype": doctype})):
        assert manager.request(ask, path, json_body=body).status in (200, 417)
    after = manager.get(path).data
    assert {field: after.get(field) for field in change} == {field: before.get(field) for field in change}
    for field, value in change.items():
        answer = manager.post("/api/method/frappe.client.set_value",
                              {"doctype": doctype, "name": before["name"], "fieldname": field, "value": value})
        assert answer.status in (200, 403, 417), answer
    after = manager.get(path).data
    assert {field: after.get(field) for field in change} == {field: before.get(field) for field in change}


@pytest.mark.parametrize("doctype", ["Sales Commission", "Purchase", "Commission Payout", "Activity Log", "Version", "Deleted Document"])
def test_records_are_not_made_or_changed_by_hand(seeded, doctype):
    manager = seeded.clients["manager"]
    name = {"Sales Commission": "COM-rival", "Purchase": "PUR-active", "Commission Payout": "PAY-rival"}.get(doctype, "x")
    if doctype != "Commission Payout":
        made = manager.create(doctype, sales_partner=seeded.names["partner.rival"], amount=1, state="Paid", subject="x")
        assert made.status in (403, 417), made
        assert manager.put(f"/api/resource/{doctype}/{name}", {"amount": 1, "state": "Paid", "subject": "x"}).status in (403, 404)
    else:
        manager.put(f"/api/resource/{doctype}/{name}", {"amount": 1, "state": "Open"})
        assert manager.get(f"/api/resource/{doctype}/{name}").data["amount"] == 7391.13
    if doctype in ("Sales Commission", "Purchase"):
        assert manager.delete(f"/api/resource/{doctype}/{name}").status in (403, 417)


# ---- what was true a moment ago ------------------------------------------------------------------------------------------------
def test_what_is_taken_away_is_gone_at_once(seeded, school):
    """Answers are kept in memory; none of them outlives the right to it."""
    lesson, body = f"/api/resource/LMS Lesson/{seeded.names['open.locked']}", secret("open.locked.content")
    enrollment, student = f"/api/resource/Enrollment/{seeded.names['enrollment.active']}", seeded.clients["active"]
    session = school.session(email("active"))
    page = f"/bootcamps/open-camp/{secret('open.course')}/{secret('open.locked.title')}?lang=en"
    for change, reads in (({"status": "Suspended"}, False), ({"status": "Active"}, True), ({"expires_on": "2020-01-01"}, False),
                          ({"expires_on": None}, True), ({"status": "Revoked"}, False), ({"status": "Active"}, True)):
        assert school.admin.put(enrollment, change).status == 200
        for client, path in itertools.product((student, session), (lesson, page, "/api/resource/LMS Lesson?fields=[\"*\"]")):
            assert (body in client.get(path).text) == reads, (change, path)


def test_a_bootcamp_that_is_taken_back_is_a_draft_again(seeded, school):
    preview = f"/api/resource/LMS Lesson/{seeded.names['open.preview']}"
    paths = ["/", "/sitemap.xml", "/bootcamps/open-camp", "/api/method/lms.catalogue", "/api/resource/LMS Bootcamp/open-camp", preview,
             "/api/resource/LMS Lesson?fields=[\"*\"]", "/api/resource/Item?fields=[\"*\"]"]
    words = ('"open-camp"', "/open-camp<", secret("open.title"), secret("open.preview.content"), secret("item.open.name"))
    for published in (0, 1):
        assert school.admin.put("/api/resource/LMS Bootcamp/open-camp", {"published": published}).status == 200
        for person, path in itertools.product(("guest", "completed"), paths):
            seen = any(word in seeded.clients[person].get(path).text for word in words)
            assert seen == bool(published), (person, path, published)


def test_who_is_disabled_reads_nothing(seeded, school):
    user = f"/api/resource/User/{email('rival')}"
    commission = f"/api/resource/Sales Commission/{seeded.names['commission.rival']}"
    assert seeded.clients["rival"].get(commission).status == 200
    assert school.admin.put(user, {"enabled": 0}).status == 200
    assert seeded.clients["rival"].get(commission).status == 401
    assert school.admin.put(user, {"enabled": 1}).status == 200
    assert seeded.clients["rival"].get(commission).status == 200
