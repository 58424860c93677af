"""Partners: links and clicks, what their figures say, and that tiles, rows and CSV are one."""
import csv
import datetime
import io
import json
import re
import threading
from decimal import Decimal

import pytest

from seeded import sql
from shop import PHONE, RESOURCE, Shop, anna, click, cookie_of, seeded

SUMMARY = "/api/method/lms.affiliate.summary"


@pytest.fixture
def shop(server, request):
    return Shop(server.new_school("aff-" + re.sub("[^a-z0-9]+", "-", request.node.name[5:40].lower()).strip("-")))


def summary(client, **args):
    answer = client.get(SUMMARY, args)
    assert answer.status == 200, answer
    return json.loads(answer.text, parse_float=Decimal)["message"]


# ---- links -----------------------------------------------------------------------------------------------------------------
def test_a_link_counts_remembers_and_leads_on(shop):
    anna(shop)
    answer = click(shop)
    assert (answer.status, answer.header("Location")) == (302, "/")
    cookie = next(c for c in answer.all("Set-Cookie") if c.startswith("preau_ref="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=2592000" in cookie and "Path=/" in cookie
    assert answer.header("Cache-Control") == "no-store"
    totals = summary(shop.school.client("anna@example.com"))["totals"]
    assert (totals["clicks"], totals["visitors"]) == (1, 1)


def test_a_coupon_code_is_a_link_to_its_bootcamp(shop):
    partner, item = anna(shop), shop.item(100)
    shop.made("LMS Bootcamp", title="One", slug="one", item_code=item, published=1)
    coupon = shop.code(item, "Discount Percentage", 10, sales_partner=partner)
    answer = click(shop, coupon["coupon_code"].lower())
    assert answer.header("Location") == "/bootcamps/one" and cookie_of(answer)
    row, = summary(shop.admin, by="code")["rows"]
    assert (row["key"], row["clicks"]) == (coupon["name"], 1)


@pytest.mark.parametrize("code", ["nobody", "GONE", "%00", "a%2Fb", "x" * 300])
def test_what_is_nobodys_leads_home_without_a_cookie(shop, code):
    shop.partner(10, referral_code="GONE", disabled=1)
    answer = click(shop, code)
    assert answer.status in (302, 404, 417) and not cookie_of(answer)
    if answer.status == 302:
        assert answer.header("Location") == "/"


@pytest.mark.parametrize("to, place", [("/bootcamps/x?y=1", "/bootcamps/x?y=1"), ("//evil.example", "/"), ("/\\evil.example", "/"),
                                       ("https://evil.example", "/"), ("", "/")])
def test_it_leads_nowhere_else(shop, to, place):
    anna(shop)
    assert click(shop, query={"to": to}).header("Location") == place


def test_once_an_hour_for_a_person_and_a_link(shop):
    partner = anna(shop)
    coupon = shop.code(shop.item(1), "Discount Percentage", 1, sales_partner=partner)
    for agent in (PHONE, PHONE, PHONE + " other"):
        click(shop, agent=agent)
    click(shop, coupon["coupon_code"])
    totals = summary(shop.admin)["totals"]
    assert (totals["clicks"], totals["visitors"]) == (3, 2)
    visits = shop.admin.list("Referral Visit", fields='["visitor","device","code","sales_partner"]').data
    assert len(visits) == 3 and {v["device"] for v in visits} == {"Phone"}
    assert all(len(v["visitor"]) == 32 for v in visits)


def test_clicks_at_once_are_counted_right(shop):
    anna(shop)
    agents = [f"{PHONE} {i % 5}" for i in range(20)]
    threads = [threading.Thread(target=click, args=(shop,), kwargs={"agent": a}) for a in agents]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    totals = summary(shop.admin)["totals"]
    assert (totals["clicks"], totals["visitors"]) == (5, 5)


def test_robots_and_browsers_that_fetch_ahead_do_not_count(shop):
    anna(shop)
    for answer in (click(shop, agent="Mozilla/5.0 (compatible; Googlebot/2.1)"), click(shop, agent="facebookexternalhit/1.1"),
                   click(shop, **{"Sec-Purpose": "prefetch"})):
        assert answer.status == 302 and not cookie_of(answer)
    assert summary(shop.admin)["totals"]["clicks"] == 0


def test_with_the_setting_the_cookie_waits_for_consent(shop):
    anna(shop)
    shop.settings(consent_for_referral=1)
    assert not cookie_of(click(shop)) and cookie_of(click(shop, query={"consent": "1"}))


def test_of_where_they_came_from_only_the_host_stays(shop):
    anna(shop)
    click(shop, query={"utm_campaign": "spring"}, Referer="https://blog.example/private/page?user=7")
    visit, = shop.admin.list("Referral Visit", fields='["referrer","campaign"]').data
    assert (visit["referrer"], visit["campaign"]) == ("blog.example", "spring")


# ---- figures ---------------------------------------------------------------------------------------------------------------
RANGE = {"from": "2026-01-01", "to": "2026-02-28"}


def test_the_totals_are_the_rows_and_the_file(shop):
    seeded(shop)
    client = shop.school.client("anna@example.com")
    told = summary(client, **RANGE)
    t = told["totals"]
    assert (t["sales"], t["refunds"], t["net_total"], t["conversion"]) == (3, 1, Decimal("280.0"), None)
    c = t["commission"]
    assert (c["approved"], c["pending"], c["paid"], c["reversed"], c["rejected"]) == (8 + 10, 20, 0, -10, 10)
    assert c["total"] == c["pending"] + c["approved"] + c["paid"] + c["reversed"]
    for by in ("day", "month", "bootcamp", "code"):
        rows = summary(client, by=by, **RANGE)["rows"]
        for field in ("sales", "refunds", "net_total", "clicks"):
            assert sum(r[field] for r in rows) == t[field], (by, field)
        for field in c:
            assert sum(r["commission"][field] for r in rows) == c[field], (by, field)
    lines = list(csv.DictReader(io.StringIO(client.get("/api/method/lms.affiliate.export", RANGE).text)))
    counted = [line for line in lines if line["state"] != "Rejected"]
    assert sum(Decimal(line["net_total"]) for line in counted) == t["net_total"]
    assert sum(Decimal(line["commission"]) for line in counted) == c["total"]
    rows = client.get("/api/method/lms.affiliate.sales", {**RANGE, "limit": 100}).message["rows"]
    assert [(r["at"], r["state"], r["code"]) for r in rows] == [(x["at"], x["state"], x["code"]) for x in lines]


def test_keys_are_days_months_bootcamps_and_codes(shop):
    facts = seeded(shop)
    client = shop.school.client("anna@example.com")
    keys = {by: [r["key"] for r in summary(client, by=by, **RANGE)["rows"]] for by in ("day", "month", "bootcamp", "code")}
    assert keys == {"day": ["2026-01-05", "2026-02-03", "2026-02-10", "2026-02-11"], "month": ["2026-01", "2026-02"],
                    "bootcamp": ["one"], "code": ["", facts["coupon"]["name"]]}


def test_both_ends_of_the_time_count(shop):
    seeded(shop)
    one = summary(shop.school.client("anna@example.com"), **{"from": "2026-01-05", "to": "2026-01-05"})
    assert one["totals"]["sales"] == 1 and one["currency"] == "EUR" and len(one["as_of"]) >= 19


def test_conversion_is_sales_by_click_of_visitors(shop):
    partner, item = anna(shop), shop.item(100)
    for i in range(3):
        click(shop, agent=f"{PHONE} {i}")
    sale = shop.sold(item, sales_partner=partner)
    # the attribution is the checkout's to say
    sql(shop.school.server, shop.school.host,
            f"UPDATE `tabSales Commission` SET attribution = 'Link' WHERE sales_invoice = '{sale['name']}';")
    assert summary(shop.school.client("anna@example.com"))["totals"]["conversion"] == Decimal("33.3")


def test_times_are_cut_to_the_hour_and_nothing_tells_who_bought(shop):
    facts = seeded(shop)
    client = shop.school.client("anna@example.com")
    for answer in (client.get("/api/method/lms.affiliate.sales", RANGE), client.get("/api/method/lms.affiliate.export", RANGE)):
        assert answer.status == 200
        for sale in facts["sales"]:
            assert sale["name"] not in answer.text and sale["customer"] not in answer.text
    for row in client.get("/api/method/lms.affiliate.sales", RANGE).message["rows"]:
        assert row["at"].endswith(":00:00") and set(row) == {"at", "bootcamp", "net_total", "commission", "state", "code"}


def test_whose_figures(shop):
    facts = seeded(shop)
    shop.school.add_user("other@example.com", "Student")
    client = shop.school.client("anna@example.com")
    for method in ("summary", "sales", "export"):
        path = "/api/method/lms.affiliate." + method
        assert shop.school.guest.get(path).status == 403
        assert shop.school.client("other@example.com").get(path).status == 403
        assert client.get(path, {"sales_partner": facts["rival"]}).status == 403
        assert shop.admin.get(path, {"sales_partner": "nobody"}).status == 404
    assert summary(client, sales_partner=facts["partner"], **RANGE)["totals"]["sales"] == 3
    assert summary(shop.admin, sales_partner=facts["rival"], **RANGE)["totals"]["sales"] == 1
    assert summary(shop.admin, **RANGE)["totals"]["sales"] == 4


@pytest.mark.parametrize("days", [{"from": "20\r\n-ab-cd", "to": "2026-03-01"}, {"from": "2026-02-30"}, {"to": '2026-0"-01'}])
def test_what_is_no_day_reaches_neither_header_nor_database(shop, days):
    anna(shop)
    client = shop.school.client("anna@example.com")
    for path in ("/api/method/lms.affiliate.export", "/partner", "/partner/live"):
        answer = client.get(path, {"from": "2026-01-01", "to": "2026-03-01", **days})
        assert answer.status == 417 and not answer.header("Content-Disposition"), (path, answer)


@pytest.mark.parametrize("args", [{"from": "2026-02-02", "to": "2026-02-01"}, {"from": "yesterday"}, {"by": "customer"}])
def test_what_is_no_question_is_refused(shop, args):
    anna(shop)
    answer = shop.school.client("anna@example.com").get(SUMMARY, args)
    assert answer.status == 417, answer


def test_a_sale_shows_at_once(shop):
    partner, item = anna(shop), shop.item(100)
    client = shop.school.client("anna@example.com")
    assert summary(client)["totals"]["sales"] == 0
    shop.sold(item, sales_partner=partner, posting_date=datetime.date.today().isoformat())
    assert summary(client)["totals"]["sales"] == 1
    shop.admin.get(RESOURCE + "Sales Partner/" + partner)
