"""lms.report: sales, commissions and enrollments for those who run the school."""
import csv
import io
import json
from decimal import Decimal

import pytest

from shop import Shop

PATH = "/api/method/lms.report"
RANGE = {"from": "2026-01-01", "to": "2026-02-28"}


@pytest.fixture(scope="module")
def shop(school):
    shop = Shop(school)
    shop.settings(tax_rate=20)
    shop.first, shop.second = shop.item(100), shop.item(40)
    shop.partner_name = shop.partner(10)
    for slug, item in (("first", shop.first), ("second", shop.second)):
        shop.made("LMS Bootcamp", title=slug, slug=slug, item_code=item, published=1)
    shop.coupon = shop.code(shop.first, "Discount Amount", 10, sales_partner=shop.partner_name)
    shop.sales = [shop.sold(shop.first, coupon_code=shop.coupon["name"], posting_date="2026-01-10"),
                  shop.sold((shop.first, 2), shop.second, posting_date="2026-02-03"),
                  shop.sold(shop.second, sales_partner=shop.partner_name, posting_date="2026-02-28")]
    shop.credit(shop.sales[1]["name"], (shop.first, -1), posting_date="2026-02-10")
    shop.sold(shop.first, posting_date="2026-03-01")
    shop.post(shop.first, posting_date="2026-02-01")
    shop.put(shop.sold(shop.first, posting_date="2026-02-01")["name"], docstatus=2)
    return shop


def report(client, name, **args):
    answer = client.get(PATH, {"report": name, **RANGE, **args})
    assert answer.status == 200, answer
    return json.loads(answer.text, parse_float=Decimal)["message"]["rows"]


def by_key(rows):
    return {r["key"]: (r["sales"], r["refunds"], r["units"], r["net_total"]) for r in rows}


@pytest.mark.parametrize("by, expected", [
    ("month", {"2026-01": (1, 0, 1, 90), "2026-02": (2, 1, 3, 180)}),
    ("bootcamp", {"first": (2, 1, 2, 190), "second": (2, 0, 2, 80)}),
])
def test_sales_without_tax_drafts_and_cancelled_ones(shop, by, expected):
    assert by_key(report(shop.admin, "sales", by=by)) == expected


def test_sales_by_partner_and_by_code(shop):
    assert by_key(report(shop.admin, "sales", by="partner")) == {"": (1, 1, 2, 140), shop.partner_name: (2, 0, 2, 130)}
    assert by_key(report(shop.admin, "sales", by="code")) == {"": (2, 1, 3, 180), shop.coupon["name"]: (1, 0, 1, 90)}


def test_commissions_have_the_columns_of_the_books(shop):
    rows = report(shop.admin, "commissions")
    assert [(r["sales_invoice"], r["amount"], r["commission_rate"], r["total_commission"]) for r in rows] == [
        (shop.sales[0]["name"], 90, 10, 9), (shop.sales[2]["name"], 40, 10, 4)]
    assert {"customer", "territory", "posting_date", "sales_partner", "state"} <= set(rows[0])


def test_enrollments_and_completion(shop):
    for i, status in enumerate(("Active", "Completed", "Revoked")):
        shop.school.add_user(f"s{i}@example.com", "Student")
        shop.made("Enrollment", user=f"s{i}@example.com", bootcamp="first", status=status)
    answer = shop.admin.get(PATH, {"report": "enrollments"})
    row, = answer.message["rows"]
    assert (row["bootcamp"], row["enrolled"], row["active"], row["completed"], row["closed"]) == ("first", 3, 1, 1, 1)


def test_as_csv(shop):
    answer = shop.admin.get(PATH, {"report": "sales", "by": "month", "format": "csv", **RANGE})
    assert answer.header("Content-Type").startswith("text/csv") and "sales-2026-01-01-2026-02-28.csv" in answer.header("Content-Disposition")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(r["key"], r["net_total"]) for r in rows] == [("2026-01", "90"), ("2026-02", "180")]


@pytest.mark.parametrize("args, status", [({"report": "users"}, 417), ({"report": "sales", "by": "customer"}, 417), ({}, 417),
                                          ({"report": "sales", "format": "pdf"}, 417),
                                          ({"report": "sales", "from": "2026-02-02", "to": "2026-02-01"}, 417),
                                          ({"report": "sales", "from": "2026-02-30", "to": "2026-03-01"}, 417),
                                          ({"report": "sales", "format": "csv", "from": '2026\r\nX: y', "to": "2026-03-01"}, 417)])
def test_what_is_no_question_is_refused(shop, args, status):
    assert shop.admin.get(PATH, args).status == status


def test_for_managers_only(shop):
    shop.school.add_user("inf@example.com", "Influencer")
    shop.school.add_user("teacher@example.com", "Instructor")
    for client in (shop.school.guest, shop.school.client("inf@example.com"), shop.school.client("teacher@example.com")):
        assert client.get(PATH, {"report": "sales"}).status == 403
