"""`preau import HOST DIR` of commerce: each school takes its own company's rows, and what they come to is what is expected
of the data; again changes nothing."""
import csv
import json
import subprocess
import time
from collections import Counter
from decimal import Decimal

import pytest
from conftest import PREAU, ROOT, bootcamp_tree
from seeded import sql

SMALL = ROOT.parent / "shared" / "data" / "commerce" / "small"
FILES = ("items", "users", "sales_partners", "pricing_rules", "coupon_codes", "sales_invoices")
COMPANIES = ("Tech School", "Data School", "Cooking School")
here = pytest.mark.skipif(not SMALL.is_dir(), reason="../shared/data/commerce is not here")
TABLES = ("Item", "User", "Customer", "Sales Partner", "Pricing Rule", "Coupon Code", "Sales Invoice", "Sales Invoice Item",
          "Enrollment", "Sales Commission")


def preau(server, *words, status=0):
    done = subprocess.run([PREAU, *words, "--sites", str(server.sites)], capture_output=True, text=True, timeout=300)
    assert done.returncode == status, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def sell(school, *codes):
    for code in codes:
        school.admin.create("Item", item_code=code)  # may be there
        made = school.admin.create("LMS Bootcamp", **bootcamp_tree(code, 2, slug=code.lower(), item_code=code))
        assert made.status == 200, made


def counted(output):
    """{file: [new, changed, unchanged, refused, left]}"""
    found = {}
    for line in output.splitlines():
        file, _, numbers = line.partition(".jsonl: ")
        if numbers:
            found[file] = [int(word) for word in numbers.replace(";", "").replace(",", "").split() if word.isdigit()]
    return found


def state(school):
    return {table: sorted(map(tuple, sql(school.server, school.host, f"SELECT name, modified FROM `tab{table}`")))
            for table in TABLES}


def put(school, text):
    return sql(school.server, school.host, text)


# ---- rows of our own ----

class Folder:
    """A folder of commerce for one company."""

    def __init__(self, path, company="Ours"):
        self.path, self.company = path, company
        path.mkdir(exist_ok=True)

    def write(self, name, *rows):
        lines = [row if isinstance(row, str) else json.dumps({"company": self.company, **row}) for row in rows]
        (self.path / f"{name}.jsonl").write_text("".join(line + "\n" for line in lines))
        return self

    def invoice(self, name, qty=1, item="BC-ONE", who="ana", **more):
        net = round(100.0 * qty, 2)
        row = {"doctype": "Sales Invoice", "name": name, "docstatus": 1, "status": "Paid", "customer": f"C-{who}",
               "customer_name": who.title(), "contact_email": f"{who}@bought.test", "posting_date": "2025-02-03",
               "posting_time": "10:11:12", "due_date": "2025-02-03", "currency": "EUR", "conversion_rate": 1.0,
               "is_return": int(qty < 0), "total_qty": qty, "total": net, "net_total": net, "grand_total": net,
               "outstanding_amount": 0.0, "total_taxes_and_charges": 0.0, "discount_amount": 0.0,
               "items": [{"idx": 1, "item_code": item, "item_name": item, "qty": qty, "uom": "Nos", "price_list_rate": 100.0,
                          "rate": 100.0, "amount": net, "net_amount": net, "grant_commission": 1}], **more}
        return row


@pytest.fixture
def ours(server, tmp_path, request):
    school = server.new_school("taken")
    sell(school, "BC-ONE")
    folder = Folder(tmp_path / "rows")
    folder.write("items", {"item_code": "BC-ONE", "item_name": "One", "rate": 100.0, "currency": "EUR"})

    def take(status=0, *options):
        return preau(server, "import", school.host, str(folder.path), "--company", "Ours", *options, status=status)
    school.folder, school.take = folder, take
    return school


def enrolled(school):
    return {(user, bootcamp): status for user, bootcamp, status in
            put(school, "SELECT user, bootcamp, status FROM tabEnrollment")}


def test_without_a_company_nothing_is_taken(server, tmp_path):
    school = server.new_school("nobodys")
    folder = Folder(tmp_path / "rows").write("items", {"item_code": "X", "rate": 1})
    assert "--company" in preau(server, "import", school.host, str(folder.path), status=1).stderr
    assert put(school, "SELECT COUNT(*) FROM tabItem") == [["0"]]


def test_rows_of_another_company_than_the_schools_are_refused_as_a_whole(ours):
    ours.take()
    told = preau(ours.server, "import", ours.host, str(ours.folder.path), "--company", "Theirs", status=1)
    assert '"Ours"' in told.stderr and '"Theirs"' in told.stderr


def test_a_credit_note_over_all_seats_takes_access_away_and_a_new_sale_gives_it_back(ours):
    f = ours.folder
    f.write("sales_invoices", f.invoice("A-1", 2))
    ours.take()
    assert enrolled(ours) == {("ana@bought.test", "bc-one"): "Active"}
    f.write("sales_invoices", f.invoice("A-1", 2), f.invoice("A-2", -1, return_against="A-1"))
    ours.take()
    assert enrolled(ours) == {("ana@bought.test", "bc-one"): "Active"}
    f.write("sales_invoices", f.invoice("A-1", 2), f.invoice("A-2", -1, return_against="A-1"),
            f.invoice("A-3", -1, return_against="A-1"))
    ours.take()
    assert enrolled(ours) == {("ana@bought.test", "bc-one"): "Revoked"}
    f.write("sales_invoices", f.invoice("A-4"))
    ours.take()
    assert enrolled(ours) == {("ana@bought.test", "bc-one"): "Active"}


def test_an_enrollment_by_hand_is_no_business_of_an_import(ours):
    f = ours.folder
    ours.add_user("ana@bought.test", "Student")
    ours.admin.post("/api/method/lms.enroll", {"bootcamp": "bc-one", "user": "ana@bought.test"})
    f.write("sales_invoices", f.invoice("A-1"), f.invoice("A-2", -1, return_against="A-1"))
    ours.take()
    assert put(ours, "SELECT status, source FROM tabEnrollment") == [["Active", "Manual"]]


def test_an_invoice_that_is_cancelled_later_gives_its_seat_and_its_use_of_a_code_back(ours):
    f = ours.folder
    f.write("pricing_rules", {"name": "R-1", "title": "R", "apply_on": "Item Code", "items": ["BC-ONE"], "selling": 1,
                              "rate_or_discount": "Discount Percentage", "discount_percentage": 10.0, "currency": "EUR",
                              "coupon_code_based": 1, "valid_from": "2024-01-01"})
    f.write("coupon_codes", {"name": "TEN", "coupon_name": "Ten", "coupon_type": "Promotional", "coupon_code": "TEN",
                             "pricing_rule": "R-1", "maximum_use": 1, "used": 77})
    f.write("sales_partners", {"partner_name": "Pia", "commission_rate": 10.0, "companies": ["Ours"]})
    sold = {"coupon_code": "TEN", "sales_partner": "Pia", "commission_rate": 10.0, "amount_eligible_for_commission": 100.0,
            "total_commission": 10.0}
    f.write("sales_invoices", f.invoice("A-1", **sold), f.invoice("A-2", who="ben", **sold), f.invoice("A-3", who="cy", docstatus=0, status="Draft", **sold))
    ours.take()
    assert put(ours, "SELECT used, maximum_use FROM `tabCoupon Code`") == [["2", "1"]]
    f.write("sales_invoices", f.invoice("A-1", docstatus=2, status="Cancelled", **sold), f.invoice("A-2", who="ben", **sold))
    told = ours.take()
    assert counted(told.stdout)["sales_invoices"] == [0, 1, 1, 0, 0]
    assert put(ours, "SELECT used FROM `tabCoupon Code`") == [["1"]]
    assert enrolled(ours) == {("ana@bought.test", "bc-one"): "Revoked", ("ben@bought.test", "bc-one"): "Active"}
    assert put(ours, "SELECT sales_invoice, state, attribution FROM `tabSales Commission` ORDER BY sales_invoice") == [
        ["A-1", "Rejected", "Invoice"], ["A-2", "Approved", "Invoice"]]


def test_what_is_given_back_here_of_a_sale_from_elsewhere_counts_too(ours):
    f = ours.folder
    f.write("sales_invoices", f.invoice("A-1", 2), f.invoice("A-2", who="ben"))
    ours.take()
    for units, status in ((-1, "Active"), (-1, "Revoked")):
        made = ours.admin.create("Sales Invoice", customer="C-ana", is_return=1, return_against="A-1", docstatus=1,
                                 items=[{"item_code": "BC-ONE", "qty": units}])
        assert made.status == 200, made
        assert enrolled(ours)[("ana@bought.test", "bc-one")] == status
    cancelled = ours.admin.put("/api/resource/Sales Invoice/A-2", {"docstatus": 2})
    assert cancelled.status == 200 and enrolled(ours)[("ben@bought.test", "bc-one")] == "Revoked", cancelled


def test_a_bootcamp_that_appears_later_gets_its_students(ours):
    f = ours.folder
    rows = [f.invoice(f"L-{n}", item="BC-LATER", who=f"late{n}") for n in range(230)]
    f.write("sales_invoices", *rows, f.invoice("L-B", item="BC-LATER", who="back"),
            f.invoice("L-C", -1, item="BC-LATER", who="back", return_against="L-B"))
    told = ours.take()
    assert "BC-LATER: no bootcamp sells it; 232 lines" in told.stdout and enrolled(ours) == {}
    assert put(ours, "SELECT name, standard_rate + 0 FROM tabItem WHERE name = 'BC-LATER'")[0][0] == "BC-LATER"
    sell(ours, "BC-LATER")
    deadline = time.monotonic() + 40
    while len(enrolled(ours)) < 230:
        assert time.monotonic() < deadline, len(enrolled(ours))
        time.sleep(0.2)
    assert set(enrolled(ours).values()) == {"Active"} and ("back@bought.test", "bc-later") not in enrolled(ours)
    assert put(ours, "SELECT DISTINCT source, enrolled_on FROM tabEnrollment") == [["Import", "2025-02-03 00:00:00.000000"]]


def test_people_get_no_power_no_password_and_no_mail(ours):
    person = {"first_name": "P", "last_name": "Q", "full_name": "P Q", "language": "fr", "enabled": 1}
    ours.folder.write("users", *[{"email": f"{role.lower()}@people.test", "customer": f"C-{role}", "role": role, **person}
                                 for role in ("Owner", "Instructor", "Evaluator", "Student")],
                      {"email": "off@people.test", "customer": "C-off", "role": "Student", **person, "enabled": 0})
    ours.take()
    roles = put(ours, "SELECT parent, role FROM `tabHas Role` WHERE parent LIKE '%people.test' ORDER BY parent")
    assert roles == [["evaluator@people.test", "Student"], ["instructor@people.test", "Instructor"],
                     ["off@people.test", "Student"], ["owner@people.test", "Student"], ["student@people.test", "Student"]]
    assert put(ours, "SELECT name FROM tabUser WHERE enabled = 0 AND name LIKE '%people.test'") == [["off@people.test"]]
    assert put(ours, "SELECT COUNT(*) FROM __Auth WHERE name LIKE '%people.test'") == [["0"]]
    assert put(ours, "SELECT COUNT(*) FROM preau_mail") == [["0"]]
    assert ["C-Owner", "owner@people.test"] in put(ours, "SELECT name, user FROM tabCustomer")


def test_what_the_school_changed_stays_until_its_row_changes(ours):
    f = ours.folder
    ours.take()
    ours.admin.put("/api/resource/Item/BC-ONE", {"standard_rate": 80})
    told = ours.take()
    assert counted(told.stdout)["items"] == [0, 0, 1, 0, 0]
    assert put(ours, "SELECT standard_rate + 0e0 FROM tabItem WHERE name = 'BC-ONE'") == [["80"]]
    f.write("items", {"item_code": "BC-ONE", "item_name": "One", "rate": 120.0, "currency": "EUR"})
    assert counted(ours.take().stdout)["items"] == [0, 1, 0, 0, 0]
    assert put(ours, "SELECT standard_rate + 0e0 FROM tabItem WHERE name = 'BC-ONE'") == [["120"]]


def test_what_cannot_be_taken_is_named_and_the_rest_is_taken(ours):
    f = ours.folder
    f.write("items", {"item_code": "BC-ONE", "rate": 100.0}, {"item_code": "DOLLARS", "rate": 5, "currency": "USD"},
            '{"item_code": "BROKEN"', "[1]", {"item_name": "nameless"})
    f.write("users", {"email": "no address", "customer": "C-x", "role": "Student"})
    f.write("sales_invoices", f.invoice("A-1"), f.invoice("A-2", sales_partner="Nobody"), f.invoice("", who="ben"),
            f.invoice("A-3", who="eve", docstatus=3), f.invoice("A-4", who="zoe"))
    told = ours.take(1)
    assert counted(told.stdout)["items"][3:] == [4, 0] and counted(told.stdout)["users"] == [0, 0, 0, 1, 0]
    assert counted(told.stdout)["sales_invoices"] == [2, 0, 0, 3, 0]
    for place in ("items.jsonl: Row 2", "items.jsonl: Row 3", "users.jsonl: Row 1", "sales_invoices.jsonl: Row 2"):
        assert place in told.stderr
    assert set(enrolled(ours)) == {("ana@bought.test", "bc-one"), ("zoe@bought.test", "bc-one")}


def test_an_invoice_of_ours_is_not_replaced(ours):
    made = ours.admin.create("Customer", customer_name="Us")
    ours.take()
    own = ours.admin.create("Sales Invoice", customer=made.data["name"], items=[{"item_code": "BC-ONE", "qty": 1}]).data["name"]
    ours.folder.write("sales_invoices", ours.folder.invoice(own))
    assert own in ours.take(1).stderr


# ---- the generated data ----

@pytest.fixture(scope="module")
def schools(server):
    """Each company's school with its bootcamps, after one import."""
    made = {}
    for company in COMPANIES:
        school = server.new_school("commerce-" + company.split()[0].lower())
        assert school.admin.put("/api/resource/School Settings/School Settings", {"company": company}).status == 200
        items = [json.loads(line) for line in (SMALL / "items.jsonl").read_text().splitlines()]
        sell(school, *[i["item_code"] for i in items if i["company"] == company and i["lms_type"] == "bootcamp"])
        school.told = preau(server, "import", school.host, str(SMALL)).stdout
        made[company] = school
    return made


def rows_of(name):
    return [json.loads(line) for line in (SMALL / f"{name}.jsonl").read_text().splitlines()]


@here
@pytest.mark.parametrize("company", COMPANIES)
def test_own_rows_are_taken_and_the_others_counted(schools, company):
    told = counted(schools[company].told)
    for file in ("items", "users", "pricing_rules", "sales_invoices"):
        own = sum(row["company"] == company for row in rows_of(file))
        new, changed, *rest = told[file]  # an Item of a bootcamp is there already
        assert (new + changed, rest) == (own, [0, 0, len(rows_of(file)) - own]), file
    partners = sum(company in row["companies"] for row in rows_of("sales_partners"))
    assert told["sales_partners"] == [partners, 0, 0, 0, 6 - partners]
    assert sum(told["coupon_codes"]) == 7 and told["coupon_codes"][3] == 0
    assert "SV-MENTOR-HOUR: no bootcamp sells it" in schools["Tech School"].told


@here
@pytest.mark.parametrize("company", COMPANIES)
def test_enrollments_are_those_expected(schools, company):
    expected = {(row["email"], row["item_code"].lower(), row["first_invoice"])
                for row in rows_of("expected_enrollments") if row["company"] == company and row["enrolled"]}
    found = put(schools[company], "SELECT user, bootcamp, DATE(enrolled_on), source, status FROM tabEnrollment")
    assert {(user, camp, day) for user, camp, day, _, status in found if status == "Active"} == expected
    assert {source for _, _, _, source, _ in found} == {"Import"}
    assert f"{len(expected)} enrollments" in schools[company].told


@here
@pytest.mark.parametrize("company", COMPANIES)
def test_totals_per_partner_and_month_are_those_expected(schools, company):
    with open(SMALL / "expected_totals.csv", encoding="utf-8", newline="") as file:
        expected = [row for row in csv.DictReader(file) if row["company"] == company]
    invoices = {(partner, month): figures for partner, month, *figures in put(schools[company],
                "SELECT IFNULL(sales_partner, ''), LEFT(posting_date, 7), SUM(is_return = 0), SUM(is_return = 1),"
                " SUM(IF(is_return, 0, net_total)), SUM(IF(is_return, net_total, 0)), SUM(net_total),"
                " SUM(amount_eligible_for_commission), SUM(total_commission) FROM `tabSales Invoice` WHERE docstatus = 1"
                " GROUP BY 1, 2")}
    ledger = {(partner, month): figures for partner, month, *figures in put(schools[company],
              "SELECT sales_partner, LEFT(posting_date, 7), SUM(is_return = 0), SUM(is_return = 1), SUM(net_total),"
              " SUM(base), SUM(amount) FROM `tabSales Commission` WHERE state IN ('Pending', 'Approved', 'Reversed')"
              " GROUP BY 1, 2")}
    columns = ("sales_count", "return_count", "sales_net", "returns_net", "net", "eligible", "commission")
    assert len(invoices) == len(expected) and len(ledger) == len([row for row in expected if row["sales_partner"]])
    for row in expected:
        key = (row["sales_partner"], row["month"])
        assert [Decimal(x) for x in invoices[key]] == [Decimal(row[c]) for c in columns], row
        if row["sales_partner"]:
            kept = [row[c] for c in columns if not c.endswith("_net")]
            assert [Decimal(x) for x in ledger[key]] == [Decimal(x) for x in kept], row


@here
@pytest.mark.parametrize("company", COMPANIES)
def test_uses_of_codes_are_counted(schools, company):
    own = {rule["name"] for rule in rows_of("pricing_rules") if rule["company"] == company}
    expected = {row["name"]: str(row["used"]) for row in rows_of("coupon_codes") if row["pricing_rule"] in own}
    assert dict(put(schools[company], "SELECT name, used FROM `tabCoupon Code`")) == expected


@here
def test_invoices_stay_as_they_are(schools):
    school = schools["Data School"]
    for row in [row for row in rows_of("sales_invoices") if row["company"] == "Data School"][::7]:
        kept = school.admin.get(f"/api/resource/Sales Invoice/{row['name']}").data
        for key, value in row.items():
            if key not in ("items", "taxes", "posting_time") and value is not None:
                assert kept[key] == value, (row["name"], key)
        assert [{k: v for k, v in line.items() if k in sent} for line, sent in zip(kept["items"], row["items"])] == [
            {k: v for k, v in line.items() if v is not None} for line in row["items"]]


@here
@pytest.mark.parametrize("company", COMPANIES)
def test_again_changes_nothing(schools, company):
    school = schools[company]
    before = state(school)
    told = counted(preau(school.server, "import", school.host, str(SMALL)).stdout)
    assert all(numbers[:2] == [0, 0] and numbers[3] == 0 for numbers in told.values())
    assert state(school) == before


@here
def test_rows_that_are_forgotten_come_to_the_same(schools):
    """Whoever lost the memory of the last import finds the documents as the rows say they are."""
    school = schools["Cooking School"]
    before = state(school)
    put(school, "DELETE FROM preau_taken_row")
    told = counted(preau(school.server, "import", school.host, str(SMALL)).stdout)
    assert {file: numbers[:2] for file, numbers in told.items()} == {file: [0, 0] for file in FILES}
    assert state(school) == before


@here
def test_gift_cards_that_name_nobody_stay_so(schools):
    school = schools["Cooking School"]
    card = school.admin.get("/api/resource/Coupon Code/FREEMEAL").data
    assert (card["coupon_type"], card["maximum_use"]) == ("Gift Card", 3) and not card.get("customer")
    assert school.admin.put("/api/resource/Coupon Code/FREEMEAL", {"description": "lunch"}).status == 200
    assert school.admin.create("Coupon Code", coupon_name="mine", coupon_type="Gift Card").status == 417


@here
def test_nobody_is_in_two_schools_by_mistake(schools):
    own = Counter(row["company"] for row in rows_of("users"))
    for company, school in schools.items():
        assert put(school, "SELECT COUNT(*) FROM tabUser WHERE name LIKE '%@example.com'") == [[str(own[company])]]
