"""/partner: the figures of a partner as a page and as events, and nothing about who bought."""
import html
import json
import re

import pytest

from shop import PHONE, Shop, click, seeded

RANGE = {"from": "2026-01-01", "to": "2026-02-28"}


@pytest.fixture
def shop(server, request):
    return Shop(server.new_school("page-" + re.sub("[^a-z0-9]+", "-", request.node.name[5:40].lower()).strip("-")))


def page_of(client, **query):
    answer = client.get("/partner", query, headers={"Accept-Language": "en"})
    assert answer.status == 200, answer
    return answer.text


def words_of(text):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def test_tiles_say_what_the_summary_says(shop):
    seeded(shop)
    client = shop.school.client("anna@example.com")
    words = words_of(page_of(client, **RANGE))
    for told in ("Net sales €280.00", "Commission €28.00", "Pending €20.00", "Approved €18.00", "Taken back -€10.00", "Sales 3"):
        assert told in words or told.replace("-€", "€-") in words, (told, words[:1500])


def test_links_have_an_address_and_a_qr_code(shop):
    facts = seeded(shop)
    text = page_of(shop.school.client("anna@example.com"))
    assert re.search(r"http://[^<\s]+/r/ANNA", text) and f"/r/{facts['coupon']['coupon_code']}" in text
    assert text.count('aria-label="QR code of') == 2 and "data-copy=" in text


def test_an_empty_time_says_so(shop):
    shop.school.add_user("new@example.com", "Student")
    shop.partner(10, user="new@example.com")
    words = words_of(page_of(shop.school.client("new@example.com")))
    assert "Nothing yet in this time" in words and "You have no link yet" in words and "from €50.00 on" in words


@pytest.mark.parametrize("period", ["today", "7", "30", "90", "month", "year", "all", "nonsense"])
def test_every_period_has_its_page(shop, period):
    seeded(shop)
    text = page_of(shop.school.client("anna@example.com"), period=period)
    assert text.count('aria-current="true"') >= 1


def test_whose_page_it_is(shop):
    facts = seeded(shop)
    shop.school.add_user("other@example.com", "Student")
    guest = shop.school.guest.get("/partner")
    assert guest.status == 303 and guest.header("Location").startswith("/login")
    assert shop.school.client("other@example.com").get("/partner").status == 403
    assert shop.school.client("anna@example.com").get("/partner", {"sales_partner": facts["rival"]}).status == 403
    assert shop.admin.get("/partner", {"sales_partner": facts["rival"], **RANGE}).status == 200


def test_live_is_an_event_that_is_asked_for_again(shop):
    seeded(shop)
    answer = shop.school.client("anna@example.com").get("/partner/live", RANGE)
    assert answer.header("Content-Type").startswith("text/event-stream") and answer.header("Cache-Control") == "no-store"
    retry, event, data = answer.text.strip().split("\n")
    assert (retry, event) == ("retry: 1500", "event: summary")
    assert json.loads(data.removeprefix("data: "))["totals"]["sales"] == 3
    assert shop.school.guest.get("/partner/live").status == 403


def test_students_are_nowhere(shop):
    partner = seeded(shop)["partner"]
    secret = {"customer_name": "Zebulon Quagmire", "email_id": "zebulon@quagmire.test", "mobile_no": "+33 6 99 88 77 66",
              "tax_id": "FR55512345678"}
    customer = shop.made("Customer", **secret)["name"]
    item = shop.item(100)
    sale = shop.sold(item, sales_partner=partner, customer=customer, contact_email="zebulon@quagmire.test")
    note = shop.credit(sale["name"])
    client = shop.school.client("anna@example.com")
    click(shop, agent=PHONE + " Zebulon")
    paths = ["/partner", "/partner?period=all", "/partner/live", "/api/method/lms.affiliate.summary", "/me", "/account",
             "/api/method/lms.affiliate.summary?by=bootcamp", "/api/method/lms.affiliate.sales?limit=100",
             "/api/method/lms.affiliate.export", "/api/resource/Sales Commission?fields=[\"*\"]&limit_page_length=0",
             "/api/resource/Coupon Code?fields=[\"*\"]", "/api/resource/Sales Partner?fields=[\"*\"]",
             "/api/resource/Sales Invoice", "/api/resource/Customer", "/api/resource/Referral Visit", f"/api/resource/Customer/{customer}",
             f"/api/resource/Sales Invoice/{sale['name']}", "/api/resource/Version", "/search?q=Zebulon"]
    words = [*secret.values(), customer, sale["name"], note["name"], "zebulon", "quagmire"]
    for path in paths:
        answer = client.get(path.split("?")[0], dict(p.split("=", 1) for p in path.split("?")[1].split("&")) if "?" in path else None)
        whole = (" ".join(f"{k}: {v}" for k, v in answer.headers) + answer.text).lower()
        for word in words:
            if word.lower() not in path.lower() + ("zebulon" if "Zebulon" in path else ""):
                assert word.lower() not in whole, (path, word)
