"""Prices and codes: lms.quote says what one bootcamp costs, and why."""
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

COMMERCE = Path(__file__).resolve().parents[3] / "shared" / "data" / "commerce" / "small"
QUOTE = "/api/method/lms.quote"


def sell(school, slug, rate, **more):
    school.admin.create("Item", item_code=f"ITEM-{slug}", standard_rate=rate, **more.pop("item", {}))
    created = school.admin.create("LMS Bootcamp", title=slug, slug=slug, published=1, price=rate, item_code=f"ITEM-{slug}", **more)
    assert created.status == 200, created
    return slug


def rule(school, slug, kind, value, **more):
    field = {"Discount Percentage": "discount_percentage", "Discount Amount": "discount_amount", "Rate": "rate"}[kind]
    made = school.admin.create("Pricing Rule", **{
        "title": f"{slug} {kind}", "apply_on": "Item Code", "items": [{"item_code": f"ITEM-{slug}"}], "rate_or_discount": kind,
        field: value, "valid_from": "2020-01-01", "currency": "EUR", **more})
    assert made.status == 200, made
    return made.data["name"]


def code(school, slug, typed, kind, value, coupon=None, **more):
    name = rule(school, slug, kind, value, coupon_code_based=1, **more)
    made = school.admin.create("Coupon Code", coupon_name=typed, coupon_code=typed, coupon_type="Promotional",
                               pricing_rule=name, **(coupon or {}))
    assert made.status == 200, made
    return name


def quote(client, slug, typed=None, **more):
    asked = {"bootcamp": slug, **more}
    if typed is not None:
        asked["coupon_code"] = typed
    answer = client.get(QUOTE, asked)
    assert answer.status == 200, answer
    told = answer.message
    exact = json.loads(answer.text, parse_float=Decimal)["message"]
    assert exact["total"] == exact["price"] - exact["discount"] + exact["tax"], told
    return told


def test_without_a_code_the_price_is_the_items(school):
    slug = sell(school, "plain", 349.9)
    told = quote(school.guest, slug)
    assert (told["price"], told["discount"], told["total"], told["valid"]) == (349.9, 0.0, 349.9, True)
    assert (told["currency"], told["reason_code"], told["coupon_code"]) == ("EUR", "ok", None)


@pytest.mark.parametrize("kind, value, total", [("Discount Percentage", 10, 90.0), ("Discount Amount", 10, 90.0),
                                                ("Rate", 75.5, 75.5), ("Discount Percentage", 100, 0.0),
                                                ("Discount Amount", 500, 0.0), ("Discount Percentage", 33.333, 66.67)])
def test_a_code_takes_off_what_its_rule_says(school, kind, value, total):
    slug = sell(school, f"cut-{kind.split()[-1].lower()}-{str(value).replace('.', '-')}", 100)
    code(school, slug, slug.upper(), kind, value)
    told = quote(school.guest, slug, f"  {slug} ")
    assert (told["total"], told["valid"], told["coupon_code"]) == (total, True, slug.upper())


def test_the_lowest_price_wins_and_a_beaten_code_stays_valid(school):
    slug = sell(school, "beaten", 200)
    best = rule(school, slug, "Discount Percentage", 40)
    code(school, slug, "WEAK", "Discount Percentage", 5)
    told = quote(school.admin, slug, "WEAK")
    assert (told["total"], told["valid"], told["coupon_code"], told["pricing_rule"]) == (120.0, True, None, best)
    assert "better" in told["reason"]


def test_of_equal_prices_the_higher_priority_wins(school):
    slug = sell(school, "equal", 100)
    rule(school, slug, "Discount Amount", 20, priority="2")
    high = rule(school, slug, "Discount Percentage", 20, priority="10")
    assert quote(school.admin, slug)["pricing_rule"] == high


def test_rules_do_not_add_up(school):
    slug = sell(school, "stack", 100)
    rule(school, slug, "Discount Percentage", 10)
    rule(school, slug, "Discount Amount", 15)
    assert quote(school.guest, slug)["total"] == 85.0


@pytest.mark.parametrize("what", [{"disable": 1}, {"min_qty": 2}, {"min_amt": 100.01}, {"max_amt": 99.99}, {"condition": "True"},
                                  {"valid_upto": "2020-12-31"}, {"valid_from": "2999-01-01"}, {"for_price_list": "Trade"},
                                  {"applicable_for": "Territory", "territory": "France"},
                                  {"price_or_product_discount": "Product"}])
def test_a_rule_that_does_not_hold_takes_nothing_off(school, what):
    slug = sell(school, "hold-" + re.sub("[^a-z0-9]+", "-", str(what).lower()).strip("-"), 100)
    rule(school, slug, "Discount Percentage", 50, **what)
    assert quote(school.guest, slug)["total"] == 100.0


def test_an_amount_in_another_currency_takes_nothing_off(school):
    slug = sell(school, "foreign", 100)
    rule(school, slug, "Discount Amount", 50, currency="JPY")
    assert quote(school.guest, slug)["total"] == 100.0


def test_no_rule_goes_below_what_the_item_allows(school):
    slug = sell(school, "floor", 100, item={"max_discount": 30})
    rule(school, slug, "Discount Percentage", 90)
    assert quote(school.guest, slug)["total"] == 70.0


@pytest.mark.parametrize("coupon, verdict", [({"disabled": 1}, "disabled"), ({"valid_from": "2999-01-01"}, "not_started"),
                                             ({"valid_from": "2001-01-01", "valid_upto": "2001-12-31"}, "expired")])
def test_a_guesser_cannot_tell_a_code_that_is_not_in_force_from_none(school, coupon, verdict):
    slug = sell(school, f"secret-{verdict.replace('_', '-')}", 100)
    typed = f"SECRET-{verdict}"
    code(school, slug, typed, "Discount Percentage", 50, coupon=coupon)
    there, nowhere = quote(school.guest, slug, typed), quote(school.guest, slug, "NO-SUCH-CODE")
    assert there == nowhere and there["reason_code"] == "invalid" and there["total"] == 100.0
    assert quote(school.admin, slug, typed)["reason_code"] == verdict


def test_a_used_up_code_says_so(school):
    slug = sell(school, "few", 100)
    code(school, slug, "FEW", "Discount Percentage", 50, coupon={"maximum_use": 2})
    assert quote(school.admin, slug, "FEW", used_before=1)["valid"] is True
    told = quote(school.admin, slug, "FEW", used_before=2)
    assert (told["valid"], told["reason_code"], told["total"]) == (False, "exhausted", 100.0)


@pytest.fixture
def buyer(school):
    """A student who is a Customer, and that Customer's name."""
    school.add_user("buyer@example.com", "Student")
    made = school.admin.create("Customer", customer_name="Buyer", user="buyer@example.com")
    assert made.status == 200, made
    return school.client("buyer@example.com"), made.data["name"]


def test_a_person_has_a_limit_of_their_own_and_it_holds_at_once(school, buyer):
    student, customer = buyer
    slug = sell(school, "once", 100)
    code(school, slug, "ONCE", "Discount Percentage", 50, coupon={"maximum_use_per_user": 1})
    assert [quote(student, slug, "ONCE")["total"] for _ in range(3)] == [50.0] * 3
    assert school.admin.create("Sales Invoice", customer=customer, coupon_code="ONCE",
                               items=[{"item_code": f"ITEM-{slug}", "qty": 1}]).status == 200
    assert quote(student, slug, "ONCE")["reason_code"] == "exhausted"
    assert quote(school.guest, slug, "ONCE")["valid"] is True


def test_a_rule_for_one_customer_is_for_nobody_else(school):
    school.add_user("client@example.com", "Student")
    customer = school.admin.create("Customer", customer_name="Client", user="client@example.com").data["name"]
    slug = sell(school, "client", 100)
    rule(school, slug, "Discount Percentage", 30, applicable_for="Customer", customer=customer)
    client = school.client("client@example.com")
    assert (quote(client, slug)["total"], quote(school.guest, slug)["total"]) == (70.0, 100.0)
    school.admin.put(f"/api/resource/Customer/{customer}", {"user": ""})
    assert quote(client, slug)["total"] == 100.0


def test_first_and_last_day_count(school):
    slug = sell(school, "days", 100)
    code(school, slug, "MARCH", "Discount Percentage", 50, coupon={"valid_from": "2026-03-01", "valid_upto": "2026-03-31"})
    told = {day: quote(school.admin, slug, "MARCH", on=day)["reason_code"]
            for day in ("2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01")}
    assert list(told.values()) == ["not_started", "ok", "ok", "expired"]


def test_only_managers_choose_the_day_and_see_the_partner(school):
    slug = sell(school, "partner", 100)
    school.admin.create("Sales Partner", partner_name="Anna", commission_rate=15)
    code(school, slug, "ANNA", "Discount Percentage", 10, applicable_for="Sales Partner", sales_partner="Anna")
    assert quote(school.admin, slug, "ANNA")["sales_partner"] == "Anna"
    assert "sales_partner" not in quote(school.guest, slug, "ANNA")
    for more in ({"on": "2026-01-01"}, {"used_before": 3}):
        assert school.guest.get(QUOTE, {"bootcamp": slug, **more}).status == 403


def test_a_draft_and_a_name_that_is_not_there_are_both_404(school):
    school.admin.create("LMS Bootcamp", title="Hidden", slug="hidden", price=10)
    for name in ("hidden", "nowhere"):
        assert school.guest.get(QUOTE, {"bootcamp": name}).status == 404
    assert school.guest.get(QUOTE).status == 417


def test_codes_are_not_for_trying_out(school):
    slug = sell(school, "tries", 100)
    school.add_user("guesser@example.com", "Student")
    guesser = school.client("guesser@example.com")
    answers = [guesser.get(QUOTE, {"bootcamp": slug, "coupon_code": f"TRY{n}"}).status for n in range(61)]
    assert set(answers[:60]) == {200} and answers[60] == 429
    assert quote(guesser, slug)["total"] == 100.0


class TestTax:
    @pytest.fixture
    def taxed(self, school):
        def switch(rate, included):
            assert school.admin.put("/api/resource/School Settings/School Settings",
                                    {"tax_rate": rate, "tax_included": included}).status == 200
        yield switch
        switch(0, 0)

    def test_on_top(self, school, taxed):
        slug = sell(school, "on-top", 499)
        taxed(19, 0)
        told = quote(school.guest, slug)
        assert (told["price"], told["tax"], told["total"]) == (499.0, 94.81, 593.81)

    def test_within_the_price_what_is_shown_is_what_is_charged(self, school, taxed):
        slug = sell(school, "within", 499)
        code(school, slug, "TEN", "Discount Percentage", 10)
        taxed(19, 1)
        assert quote(school.guest, slug)["total"] == 499.0
        told = quote(school.guest, slug, "TEN")  # 449.10 / 1.19 = 377.39
        assert (told["total"], told["tax"]) == (449.1, 71.71)


@pytest.mark.parametrize("currency, price, percent, total", [("JPY", 12345, 10, 11111.0), ("KWD", 10.005, 50, 5.003)])
def test_a_price_is_rounded_to_its_currencys_smallest_unit(school, currency, price, percent, total):
    slug = sell(school, f"in-{currency.lower()}", price, currency=currency)
    rule(school, slug, "Discount Percentage", percent, currency=currency)
    told = quote(school.guest, slug)
    assert (told["total"], told["currency"]) == (total, currency)


def lines(name):
    return [json.loads(line) for line in (COMMERCE / f"{name}.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("company", ["Tech School", "Data School", "Cooking School"])
def test_every_recorded_attempt_is_answered_as_expected(server, company):
    if not COMMERCE.is_dir():
        pytest.skip("needs ../shared/data/commerce")
    school = server.new_school("checks-" + company.split()[0].lower())
    assert school.admin.put("/api/resource/School Settings/School Settings", {"company": company}).status == 200
    for item in lines("items"):
        school.admin.create("Item", item_code=item["item_code"], standard_rate=item["rate"], item_group=item["item_group"])
    rules = {}
    for row in lines("pricing_rules"):
        given = {key: value for key, value in row.items() if key not in ("name", "items") and value is not None}
        made = school.admin.create("Pricing Rule", items=[{"item_code": one} for one in row["items"]], **given)
        assert made.status == 200, made
        rules[row["name"]] = made.data["name"]
    for row in lines("coupon_codes"):
        given = {key: value for key, value in row.items() if key not in ("name", "pricing_rule") and value is not None}
        if row["coupon_type"] == "Gift Card":
            given["coupon_type"] = "Promotional"  # a gift card is somebody's, and the rows name nobody
        made = school.admin.create("Coupon Code", pricing_rule=rules[row["pricing_rule"]], **given)
        assert made.status == 200, made
    checks = [row for row in lines("coupon_checks") if row["company"] == company]
    assert len(checks) == {"Tech School": 25, "Data School": 22, "Cooking School": 14}[company]
    for check in checks:
        told = school.admin.get(QUOTE, {key: check[key] for key in ("coupon_code", "item_code", "on", "used_before")}).message
        expected = "unknown" if check["expected"] == "wrong_company" else check["expected"]
        assert told["reason_code"] == expected, (check, told)
        if told["coupon_code"]:
            percent = Decimal(str(told["discount"])) / Decimal(str(told["price"])) * 100
            assert abs(percent - Decimal(str(check["expected_discount_percentage"]))) < Decimal("0.01"), (check, told)
        elif expected == "ok":
            assert told["discount"] > told["price"] * check["expected_discount_percentage"] / 100, (check, told)
