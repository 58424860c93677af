"""A school in which every value that somebody must not see is a word of its own.

The school has one published bootcamp (`open`), one draft (`draft`), and a second published one (`far`) that no student
is enrolled in. `secret(label)` gives the word that stands in the field of that label, so that a test can look for it in
the bytes of any answer. What the interface does not let anybody write (ledger, purchases) is put into the tables.
"""
import json
import subprocess

PEOPLE = {"registered": (), "active": ("Student",), "completed": ("Student",), "suspended": ("Student",),
          "revoked": ("Student",), "expired": ("Student",), "influencer": (), "rival": (), "instructor": ("Instructor",),
          "manager": ("System Manager",)}
LESSONS = {"preview": {"is_free_preview": 1}, "locked": {}, "video": {"content_type": "Video"},
           "hidden": {"published": 0}, "hiddenpreview": {"published": 0, "is_free_preview": 1}}


LABELS = set()


def secret(label):
    LABELS.add(label)
    return "sec" + "".join(c for c in label if c.isalnum()).lower() + "zq"


def email(person):
    return f"{person}@people.test"


def lesson(bootcamp, key, **more):
    label = f"{bootcamp}.{key}"
    return {"title": secret(label + ".title"), "content_type": "Text", "content": f"# Body\n\n{secret(label + '.content')}",
            "video_url": f"https://video.test/{secret(label + '.video')}", "answer_type": "Exact",
            "answer": secret(label + ".answer"), "duration_minutes": 7, **more}


def bootcamp(key, published, lessons):
    return {"title": secret(key + ".title"), "slug": f"{key}-camp", "short_introduction": secret(key + ".intro"),
            "description": secret(key + ".description"), "price": 480, "currency": "EUR", "item_code": f"ITEM-{key}",
            "published": published,
            "courses": [{"title": secret(key + ".course"), "description": secret(key + ".course.text"),
                         "lessons": [lesson(key, name, **more) for name, more in lessons.items()]}]}


def sql(server, host, text):
    """Statements as the database's own administrator."""
    common = json.loads((server.sites / "common_site_config.json").read_text())
    database = json.loads((server.sites / host / "site_config.json").read_text())["db_name"]
    done = subprocess.run(["mariadb", "--no-defaults", "--default-character-set=utf8mb4", "-S", common["db_socket"], "-u",
                           common["root_login"], "-N", "-B", database], input=text, capture_output=True, text=True,
                          env={"MYSQL_PWD": common["root_password"], "PATH": "/usr/bin:/bin:/usr/local/bin"})
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def insert_sql(table, **values):
    columns = {"owner": "Administrator", "modified_by": secret("ledger.modifiedby") + "@people.test",
               "creation": "2026-03-01 09:47:13.120000", "modified": "2026-03-01 09:48:14.120000", "docstatus": 0,
               **values}
    cells = ", ".join("NULL" if v is None else str(v) if isinstance(v, (int, float)) else f"'{v}'"
                      for v in columns.values())
    return f"INSERT INTO `tab{table}` ({', '.join(f'`{c}`' for c in columns)}) VALUES ({cells});"


class Seeded:
    """The school and the names of what is in it."""

    def __init__(self, school):
        self.school, self.names = school, {}
        self.people()
        self.learning()
        self.selling()
        self.ledger()
        self.clients = {person: school.client(email(person)) for person in PEOPLE}
        self.clients["guest"] = school.guest
        self.clients["administrator"] = school.admin
        self.labels = sorted(LABELS)

    def make(self, key, doctype, **fields):
        document = self.school.admin.create(doctype, **fields).data
        self.names[key] = document["name"]
        return document

    def people(self):
        for person, roles in PEOPLE.items():
            self.school.add_user(email(person), *roles)
            answer = self.school.admin.put(f"/api/resource/User/{email(person)}",
                                           {"first_name": secret(person + ".firstname"),
                                            "bio": secret(person + ".bio"), "redirect_url": "/" + secret(person + ".url")})
            assert answer.status == 200, answer

    def learning(self):
        for key in ("open", "draft", "far"):
            self.make(f"item.{key}", "Item", item_code=f"ITEM-{key}", item_name=secret(f"item.{key}.name"),
                      standard_rate=480, description=secret(f"item.{key}.description"), item_group=secret(f"item.{key}.group"))
        for key, published, lessons in (("open", 1, LESSONS), ("draft", 0, {"preview": {"is_free_preview": 1}, "locked": {}}),
                                        ("far", 1, {"locked": {}})):
            tree = self.make(key, "LMS Bootcamp", **bootcamp(key, published, lessons))
            self.names[f"{key}.course"] = tree["courses"][0]["name"]
            for name, row in zip(lessons, tree["courses"][0]["lessons"]):
                self.names[f"{key}.{name}"] = row["name"]
        for label, field in (("open.locked", "content"), ("open.hidden", "title"), ("draft.preview", "content")):
            self.make(f"translation.{label}", "Content Translation", reference_doctype="LMS Lesson",
                      reference_name=self.names[label], fieldname=field, language="fr",
                      value=secret(f"translation.{label}"))
        for person in ("active", "completed", "suspended", "revoked", "expired"):
            self.make(f"enrollment.{person}", "Enrollment", user=email(person), bootcamp=self.names["open"])
        self.make("enrollment.active.draft", "Enrollment", user=email("active"), bootcamp=self.names["draft"])
        for person, change in (("completed", {"status": "Completed"}), ("suspended", {"status": "Suspended"}),
                               ("revoked", {"status": "Revoked"}), ("expired", {"expires_on": "2020-01-01"})):
            answer = self.school.admin.put(f"/api/resource/Enrollment/{self.names['enrollment.' + person]}", change)
            assert answer.status == 200 and answer.data.items() >= change.items(), answer

    def selling(self):
        for person in ("influencer", "rival"):
            partner = self.make(f"partner.{person}", "Sales Partner", partner_name=secret(person + ".partner"),
                                commission_rate=10, user=email(person), referral_code=secret(person + ".referral"),
                                account_holder=secret(person + ".holder"), iban="FR7630006000011234567890189")
            rule = self.make(f"rule.{person}", "Pricing Rule", title=secret(person + ".rule"), currency="EUR",
                             items=[{"item_code": "ITEM-open"}], discount_percentage=13, coupon_code_based=1)
            customer = self.make(f"customer.{person}", "Customer", customer_name=secret(person + ".customer"),
                                 email_id=secret(person + ".customermail") + "@mail.test")
            self.make(f"coupon.{person}", "Coupon Code", coupon_name=secret(person + ".coupon"),
                      coupon_code=secret(person + ".code"), pricing_rule=rule["name"], sales_partner=partner["name"],
                      customer=customer["name"], description=secret(person + ".coupontext"))
            self.make(f"invoice.{person}", "Sales Invoice", customer=customer["name"], items=[{"item_code": "ITEM-open"}],
                      contact_email=secret(person + ".contact") + "@mail.test", due_date="2099-01-01",
                      posting_date="2026-03-01")

    def ledger(self):
        lines = []
        for person in ("influencer", "rival"):
            partner = self.names[f"partner.{person}"]
            payout, commission = f"PAY-{person}", f"COM-{person}"
            lines.append(insert_sql("Commission Payout", name=payout, sales_partner=partner, posting_date="2026-04-01",
                                    amount=7391.13, state="Paid", reference=secret(person + ".payoutreference")))
            lines.append(insert_sql(
                "Sales Commission", name=commission, sales_partner=partner, bootcamp=self.names["open"],
                sales_invoice=self.names[f"invoice.{person}"], coupon_code=self.names[f"coupon.{person}"],
                posting_date="2026-03-01", at="2026-03-01 09:49:15.120000", net_total=480, base=480, rate=10, amount=48,
                currency="EUR", state="Pending", attribution="Code", reason=secret(person + ".reason"), payout=payout,
                _comments=f'["{secret(person + ".comments")}"]', _user_tags=secret(person + ".tags")))
            self.names[f"commission.{person}"], self.names[f"payout.{person}"] = commission, payout
        for person in ("active", "completed"):
            self.names[f"purchase.{person}"] = f"PUR-{person}"
            lines.append(insert_sql("Purchase", name=f"PUR-{person}", user=email(person), bootcamp=self.names["open"],
                                    amount=480, currency="EUR", provider="Test", state="Paid",
                                    provider_reference=secret(person + ".reference"), modified_by="Administrator",
                                    creation="2026-03-02 10:00:00", modified="2026-03-02 10:00:00",
                                    sales_invoice=self.names["invoice.rival"]))
        for person in ("active", "completed"):
            lines.append(f"UPDATE `tabEnrollment` SET sales_invoice = '{secret(person + '.enrolledby')}', last_lesson = "
                         f"'{self.names['open.locked']}' WHERE name = '{self.names['enrollment.' + person]}';")
        for person in PEOPLE:
            lines.append(f"UPDATE `tabUser` SET reset_password_key = '{secret(person + '.reset')}', "
                         f"restrict_ip = '' WHERE name = '{email(person)}';")
        sql(self.school.server, self.school.host, "\n".join(lines))
