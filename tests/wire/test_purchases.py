"""Purchases: from the checkout to access, and what every fact about money makes of them."""
import re
import threading
import time

import pytest

from seeded import sql
from shop import RESOURCE, Shop, amounts, click, cookie_of, exact, figures

METHOD = "/api/method/lms."


@pytest.fixture
def shop(server, request):
    shop = Shop(server.new_school("buy-" + re.sub("[^a-z0-9]+", "-", request.node.name[5:40].lower()).strip("-")))
    shop.settings(iban="DE89370400440532013000", debtor_name="The School")
    shop.item_code = shop.item(100)
    shop.made("LMS Bootcamp", title="Camp", slug="camp", item_code=shop.item_code, price=100, published=1,
              courses=[{"title": "One", "lessons": [{"title": "First", "content_type": "Text", "content": "x"}]}])
    shop.buyer = student(shop, "buyer@example.com")
    return shop


def student(shop, email):
    shop.school.add_user(email, "Student")
    return shop.school.client(email)


def begin(client, status=200, **args):
    answer = client.post(METHOD + "checkout", {"bootcamp": "camp", "provider": "Bank", **args})
    assert answer.status == status, answer
    return answer.message if status == 200 else answer


def told(shop, method, purchase, status=200, **args):
    answer = shop.admin.post(METHOD + method, {"purchase": purchase, **args})
    assert answer.status == status, answer
    return answer.message["state"] if status == 200 else answer


def paid(shop, purchase, status=200, **args):
    return told(shop, "confirm_payment", purchase, status, **args)


def refund(shop, purchase, status=200, **args):
    return told(shop, "refund", purchase, status, **args)


def look(client, purchase):
    return client.get(METHOD + "purchase", {"purchase": purchase}).message


def enrollments(shop, **fields):
    return shop.admin.list("Enrollment", fields='["name","status","source","sales_invoice","user"]').data


def access(shop):
    rows = enrollments(shop)
    return rows[0]["status"] if rows else None


def purchase_of(shop, name):
    return exact(shop.admin.get(RESOURCE + "Purchase/" + name))


def invoices(shop):
    return shop.admin.list("Sales Invoice", fields='["name","grand_total","status","is_return","sales_partner","coupon_code"]',
                           order_by="creation asc").data


# ---- the way through -------------------------------------------------------------------------------------------------------------
def test_money_opens_the_bootcamp_and_not_before(shop):
    made = begin(shop.buyer)
    assert (made["state"], made["amount"], made["currency"]) == ("Pending", 100.0, "EUR")
    assert made["url"] == f"/checkout/camp/{made['purchase']}"
    assert access(shop) is None and invoices(shop) == []
    assert paid(shop, made["purchase"], amount=100, currency="EUR", reference="T1") == "Paid"
    row, = enrollments(shop)
    invoice, = invoices(shop)
    assert (row["status"], row["source"], row["sales_invoice"], row["user"]) == ("Active", "Purchase", invoice["name"], "buyer@example.com")
    assert (invoice["status"], invoice["grand_total"]) == ("Paid", 100.0)
    seen = look(shop.buyer, made["purchase"])
    assert (seen["state"], seen["enrollment"], seen["url"]) == ("Paid", row["name"], "/bootcamps/camp")


def test_the_same_checkout_again_is_the_same_purchase(shop):
    first = begin(shop.buyer)["purchase"]
    results = []
    threads = [threading.Thread(target=lambda: results.append(begin(shop.school.client("buyer@example.com"))["purchase"])) for _ in range(10)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert set(results) == {first}


def test_an_owned_bootcamp_is_not_sold_again(shop):
    paid(shop, begin(shop.buyer)["purchase"])
    assert "already" in begin(shop.buyer, status=417).text


def test_what_is_not_sold(shop):
    shop.made("LMS Bootcamp", title="Shut", slug="shut", price=10, published=1, enrollment="Closed")
    shop.made("LMS Bootcamp", title="Draft", slug="draft", price=10)
    begin(shop.buyer, status=417, bootcamp="shut")
    begin(shop.buyer, status=404, bootcamp="draft")
    begin(shop.school.guest, status=403)
    begin(shop.buyer, status=417, provider="Gold")
    begin(shop.buyer, status=417, coupon_code="NOPE")


def test_a_code_lowers_what_is_paid_and_is_used_once(shop):
    partner = shop.partner(10)
    coupon = shop.code(shop.item_code, "Discount Percentage", 25, sales_partner=partner, maximum_use=1)
    made = begin(shop.buyer, coupon_code=coupon["coupon_code"].lower())
    assert made["amount"] == 75.0 and shop.used(coupon) == 1
    assert paid(shop, made["purchase"]) == "Paid"
    invoice, = invoices(shop)
    assert (invoice["grand_total"], invoice["coupon_code"], invoice["sales_partner"]) == (75.0, coupon["name"], partner)
    assert shop.used(coupon) == 1
    row, = shop.rows(invoice["name"])
    assert row["attribution"] == "Code" and figures(row, "amount") == amounts("7.5")


def test_a_code_for_nothing_enrolls_at_once(shop):
    coupon = shop.code(shop.item_code, "Discount Percentage", 100)
    made = begin(shop.buyer, coupon_code=coupon["coupon_code"], provider="")
    assert (made["state"], made["amount"]) == ("Paid", 0.0) and access(shop) == "Active"
    other = student(shop, "other@example.com")
    answer = other.post(METHOD + "enroll", {"bootcamp": "camp", "coupon_code": coupon["coupon_code"]})
    assert answer.status == 200 and answer.message["status"] == "Active" and shop.used(coupon) == 2
    half = shop.code(shop.item_code, "Discount Percentage", 50)
    refused = student(shop, "third@example.com").post(METHOD + "enroll", {"bootcamp": "camp", "coupon_code": half["coupon_code"]})
    assert refused.status == 417 and "/checkout/camp" in refused.text


def test_of_many_at_once_the_last_use_has_one_winner(shop):
    coupon = shop.code(shop.item_code, "Discount Percentage", 50, maximum_use=1)
    clients = [student(shop, f"racer{i}@example.com") for i in range(12)]
    results = []

    def race(client):
        for _ in range(30):
            answer = client.post(METHOD + "checkout", {"bootcamp": "camp", "provider": "Bank", "coupon_code": coupon["coupon_code"]})
            if answer.status not in (503, 429):
                break
        results.append(answer.status)
    threads = [threading.Thread(target=race, args=(c,)) for c in clients]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(results) == [200] + [417] * 11 and shop.used(coupon) == 1


def test_a_click_brings_the_partner(shop):
    partner = shop.partner(20, referral_code="ANNA")
    cookie = cookie_of(click(shop))
    answer = shop.buyer.post(METHOD + "checkout", {"bootcamp": "camp", "provider": "Bank"}, headers={"Cookie": f"preau_ref={cookie}"})
    paid(shop, answer.message["purchase"])
    row, = shop.rows(invoices(shop)[0]["name"])
    assert (row["sales_partner"], row["attribution"]) == (partner, "Link") and figures(row, "amount") == amounts("20")


@pytest.mark.parametrize("bend", [lambda c: c[:-1], lambda c: "0" * 32 + c[32:], lambda c: "x", lambda c: ""])
def test_a_forged_click_brings_nobody(shop, bend):
    shop.partner(20, referral_code="ANNA")
    cookie = bend(cookie_of(click(shop)))
    answer = shop.buyer.post(METHOD + "checkout", {"bootcamp": "camp", "provider": "Bank"}, headers={"Cookie": f"preau_ref={cookie}"})
    paid(shop, answer.message["purchase"])
    assert invoices(shop)[0]["sales_partner"] is None


def test_a_typed_code_beats_a_click_and_ones_own_earns_nothing(shop):
    shop.partner(20, referral_code="ANNA")
    own = shop.partner(10, user="buyer@example.com")
    coupon = shop.code(shop.item_code, "Discount Percentage", 10, sales_partner=own)
    cookie = cookie_of(click(shop))
    answer = shop.buyer.post(METHOD + "checkout", {"bootcamp": "camp", "provider": "Bank", "coupon_code": coupon["coupon_code"]},
                             headers={"Cookie": f"preau_ref={cookie}"})
    assert answer.message["amount"] == 90.0
    paid(shop, answer.message["purchase"])
    row, = shop.rows(invoices(shop)[0]["name"])
    assert (row["sales_partner"], row["attribution"], row["state"], row["reason"]) == (own, "Code", "Rejected", "self")


# ---- facts, in any order and number -----------------------------------------------------------------------------------------------
def test_the_same_fact_again_does_nothing(shop):
    name = begin(shop.buyer)["purchase"]
    results = []

    def tell():
        for _ in range(30):
            answer = shop.school.client("Administrator").post(METHOD + "confirm_payment", {"purchase": name, "reference": "T1"})
            if answer.status != 503:
                break
        results.append(answer.message["state"])
    threads = [threading.Thread(target=tell) for _ in range(10)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert results == ["Paid"] * 10
    assert len(enrollments(shop)) == len(invoices(shop)) == 1 and not purchase_of(shop, name)["attention"]


def test_a_part_is_not_enough_and_the_rest_completes_it(shop):
    name = begin(shop.buyer)["purchase"]
    assert paid(shop, name, amount=60) == "Unpaid" and access(shop) is None
    assert paid(shop, name, amount=40) == "Paid" and access(shop) == "Active"


def test_too_much_is_paid_and_noted(shop):
    name = begin(shop.buyer)["purchase"]
    assert paid(shop, name, amount=130) == "Paid"
    assert "More money" in purchase_of(shop, name)["attention"]
    assert figures(shop.read(invoices(shop)[0]["name"]), "outstanding_amount") == amounts("0")


@pytest.mark.parametrize("args", [{"amount": 100, "currency": "USD"}, {"amount": 0}, {"amount": -5}, {"reference": "x" * 200}])
def test_what_cannot_be_a_payment_changes_nothing(shop, args):
    name = begin(shop.buyer)["purchase"]
    paid(shop, name, status=417, **args)
    assert look(shop.buyer, name)["state"] == "Pending" and access(shop) is None and invoices(shop) == []


def test_a_refund_ends_access_and_keeps_progress(shop):
    name = begin(shop.buyer)["purchase"]
    paid(shop, name)
    lesson = shop.buyer.get(METHOD + "outline", {"bootcamp": "camp"}).message["courses"][0]["lessons"][0]["name"]
    shop.buyer.post(METHOD + "report_progress", {"lesson": lesson, "event": "manual"})
    assert refund(shop, name, reference="R1") == "Refunded" == refund(shop, name, reference="R1")
    assert access(shop) == "Revoked"
    assert [i["is_return"] for i in invoices(shop)] == [0, 1]
    again = begin(shop.buyer)["purchase"]
    assert again != name and paid(shop, again) == "Paid"
    row, = shop.admin.list("Enrollment", fields='["status","lessons_completed"]').data
    assert row["status"] in ("Active", "Completed") and row["lessons_completed"] == 1


def test_money_back_without_units_keeps_access(shop):
    name = begin(shop.buyer)["purchase"]
    paid(shop, name)
    assert refund(shop, name, amount=30) == "Paid" and access(shop) == "Active"
    assert refund(shop, name, status=417, amount=71)
    assert refund(shop, name, amount=70) == "Refunded" and access(shop) == "Revoked"


def test_money_that_was_taken_back_suspends_and_comes_again(shop):
    name = begin(shop.buyer)["purchase"]
    told(shop, "reverse_payment", name, status=417)
    paid(shop, name, reference="T1")
    assert told(shop, "reverse_payment", name, reference="B1") == "Payment Reversed" and access(shop) == "Suspended"
    assert told(shop, "reverse_payment", name, reference="B1") == "Payment Reversed"
    assert figures(shop.read(invoices(shop)[0]["name"]), "outstanding_amount") == amounts("100")
    assert paid(shop, name, reference="T2") == "Paid" and access(shop) == "Active" and len(enrollments(shop)) == 1


def test_a_cancelled_purchase_frees_its_code_and_late_money_opens_it_all_the_same(shop):
    coupon = shop.code(shop.item_code, "Discount Percentage", 40, maximum_use=1)
    name = begin(shop.buyer, coupon_code=coupon["coupon_code"])["purchase"]
    assert shop.used(coupon) == 1
    assert told(shop, "cancel_purchase", name) == "Cancelled" and shop.used(coupon) == 0
    assert begin(student(shop, "next@example.com"), coupon_code=coupon["coupon_code"])["amount"] == 60.0
    assert paid(shop, name) == "Paid" and "agreed" in purchase_of(shop, name)["attention"]
    told(shop, "cancel_purchase", name, status=417)


def test_nothing_paid_is_nothing_to_refund(shop):
    name = begin(shop.buyer)["purchase"]
    assert "Nothing was paid" in refund(shop, name, status=417).text


def test_a_refund_in_part_lowers_the_commission(shop):
    partner = shop.partner(10)
    coupon = shop.code(shop.item_code, "Discount Amount", 0.01, sales_partner=partner)
    name = begin(shop.buyer, coupon_code=coupon["coupon_code"])["purchase"]
    paid(shop, name)
    refund(shop, name, amount=49.99)
    note = invoices(shop)[1]
    assert figures(shop.rows(note["name"])[0], "amount", "base") == amounts("-5", "-49.99")


def test_what_was_given_by_hand_stays_after_a_refund(shop):
    name = begin(shop.buyer)["purchase"]
    assert shop.admin.post(METHOD + "enroll", {"bootcamp": "camp", "user": "buyer@example.com"}).status == 200
    paid(shop, name)
    assert refund(shop, name) == "Refunded" and access(shop) == "Active"


def test_paid_twice_is_one_enrollment_and_a_word_to_the_school(shop):
    shop.school.configure(test_payments=1)
    first = begin(shop.buyer)["purchase"]
    second = begin(shop.buyer, provider="Test")["purchase"]
    assert first != second and paid(shop, first) == paid(shop, second) == "Paid"
    assert "twice" in purchase_of(shop, second)["attention"] and len(enrollments(shop)) == 1
    assert refund(shop, first) == "Refunded" and access(shop) == "Active"
    assert refund(shop, second) == "Refunded" and access(shop) == "Revoked"


def test_late_money_is_taken_at_the_agreed_price(shop):
    coupon = shop.code(shop.item_code, "Discount Percentage", 40, maximum_use=1)
    name = begin(shop.buyer, coupon_code=coupon["coupon_code"])["purchase"]
    sql(shop.school.server, shop.school.host, "UPDATE `tabPurchase` SET reserved_until = NULL; UPDATE `tabCoupon Code` SET used = 1, disabled = 1;")
    shop.admin.put(RESOURCE + "Item/" + shop.item_code, {"standard_rate": 250})
    assert paid(shop, name) == "Paid" and access(shop) == "Active"
    invoice, = invoices(shop)
    assert (invoice["grand_total"], invoice["coupon_code"]) == (60.0, None)
    assert "agreed" in purchase_of(shop, name)["attention"]


def test_an_abandoned_purchase_gives_the_code_back(shop):
    coupon = shop.code(shop.item_code, "Discount Percentage", 40, maximum_use=1)
    name = begin(shop.buyer, coupon_code=coupon["coupon_code"])["purchase"]
    sql(shop.school.server, shop.school.host,
        "UPDATE `tabPurchase` SET reserved_until = '2020-01-01 00:00:00'; "
        "UPDATE preau_job SET run_at = '2020-01-01 00:00:00' WHERE job = 'purchase.expire';")
    shop.school.guest.post("/api/method/frappe.core.doctype.user.user.reset_password", {"user": "buyer@example.com"})  # wakes the jobs
    deadline = time.monotonic() + 90
    while shop.used(coupon) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert shop.used(coupon) == 0 and look(shop.buyer, name)["state"] == "Pending"


# ---- whose it is, and pages ----------------------------------------------------------------------------------------------------------
def test_a_purchase_is_its_buyers_and_the_managers(shop):
    name = begin(shop.buyer)["purchase"]
    other = student(shop, "other@example.com")
    guest = shop.school.guest
    for client in (other, guest):
        assert client.get(METHOD + "purchase", {"purchase": name}).status == (403 if client is guest else 404)
        assert client.post(METHOD + "confirm_payment", {"purchase": name}).status == 403
        for method in ("refund", "reverse_payment", "cancel_purchase"):
            assert client.post(METHOD + method, {"purchase": name}).status == 403
    assert other.get(f"/checkout/camp/{name}").status == 404
    assert "attention" not in shop.buyer.get(RESOURCE + "Purchase/" + name).data


def test_the_pages_lead_from_price_to_lesson(shop):
    shop.school.configure(test_payments=1)
    coupon = shop.code(shop.item_code, "Discount Percentage", 10)
    assert 'href="/checkout/camp"' in shop.school.guest.get("/bootcamps/camp").text
    page = shop.school.guest.get("/checkout/camp", {"code": coupon["coupon_code"]}).text
    assert "€90.00" in page and "redirect-to=/checkout/camp%3Fcode%3D" in page
    wrong = shop.school.guest.get("/checkout/camp", {"code": "nope"}).text
    assert "This code cannot be used." in wrong and "€100.00" in wrong
    session = shop.school.session("buyer@example.com")
    token = re.search(r'name="csrf_token" value="([^"]+)"', session.get("/checkout/camp").text)[1]
    form = {"csrf_token": token, "code": coupon["coupon_code"], "provider": "Test"}
    refused = session.post("/checkout/camp", form=form)
    assert refused.status == 417 and "Please agree first" in refused.text
    begun = session.post("/checkout/camp", form={**form, "consent": "1"})
    assert begun.status == 303, begun
    place = begun.header("Location")
    assert "This page follows it" in session.get(place).text and access(shop) is None
    done = session.post(place, form={"csrf_token": token})
    assert done.status == 303 and "open for you" in session.get(place).text and access(shop) == "Active"
    assert session.post(place, form={"csrf_token": token}).status == 303 and len(invoices(shop)) == 1
    assert session.get("/checkout/camp").header("Location") == "/bootcamps/camp"


def test_the_bank_page_says_what_to_transfer(shop):
    session = shop.school.session("buyer@example.com")
    name = begin(shop.buyer)["purchase"]
    text = session.get(f"/checkout/camp/{name}").text
    assert "DE89370400440532013000" in text and name in text and "€100.00" in text and "The School" in text
    token = re.search(r'name="csrf_token" value="([^"]+)"', text)[1]
    assert session.post(f"/checkout/camp/{name}", form={"csrf_token": token}).status == 417 and access(shop) is None


def test_where_nothing_is_tried_out_there_is_no_test_provider(shop):
    begin(shop.buyer, status=417, provider="Test")
    assert 'value="Test"' not in shop.school.session("buyer@example.com").get("/checkout/camp").text
