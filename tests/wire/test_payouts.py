"""Payouts: which commissions they take, what is carried, files for the bank."""
import csv
import io
import re
import threading
import xml.etree.ElementTree as xml

import pytest

from postbox import mails_to, text_of
from shop import RESOURCE, Shop, amounts, figures

PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
IBAN = "FR7630006000011234567890189"


@pytest.fixture
def shop(server, request):
    """A school of its own for each test: payouts take whatever is there."""
    return Shop(server.new_school("pay-" + re.sub("[^a-z0-9]+", "-", request.node.name[5:40].lower()).strip("-")))


def earn(shop, partner, amount, paid=True, **more):
    """A sale of January that earns `amount`: half of its price."""
    sale = shop.sold(shop.item(2 * amount), sales_partner=partner, commission_rate=50, posting_date="2026-01-05", **more)
    if paid:
        shop.pay(sale["name"])
    return sale


def make(shop, **args):
    answer = shop.admin.post("/api/method/lms.make_payouts", args)
    assert answer.status == 200, answer
    return [(p["sales_partner"], p["amount"]) for p in answer.message["payouts"]], answer.message["carried"]


def payouts(shop, **more):
    return [p["name"] for p in shop.admin.list("Commission Payout", order_by="name asc", **more).data]


def end(shop, method, payout, status=200, **more):
    answer = shop.admin.post("/api/method/lms." + method, {"payout": payout, **more})
    assert answer.status == status, answer
    return answer


def states(shop, *sales):
    return [shop.rows(s["name"])[0]["state"] for s in sales]


def test_approved_rows_are_taken_and_pending_ones_wait(shop):
    partner = shop.partner(50, iban=IBAN, account_holder="Anna", bic="AGRIFRPP")
    taken, waits = earn(shop, partner, 60), earn(shop, partner, 30, paid=False)
    assert make(shop) == ([(partner, 60.0)], 0)
    payout = shop.admin.get(RESOURCE + "Commission Payout/" + payouts(shop)[0]).data
    assert (payout["state"], payout["iban"], payout["account_holder"], payout["currency"]) == ("Open", IBAN, "Anna", "EUR")
    assert shop.rows(taken["name"])[0]["payout"] == payout["name"] and not shop.rows(waits["name"])[0]["payout"]
    assert make(shop) == ([], 0)


def test_below_the_minimum_it_is_carried(shop):
    partner = shop.partner(50)
    earn(shop, partner, 49.99)
    assert make(shop) == ([], 1)
    earn(shop, partner, 0.01)
    assert make(shop) == ([(partner, 50.0)], 0)


def test_the_cut_off_leaves_what_is_later(shop):
    partner = shop.partner(50)
    earn(shop, partner, 70)
    assert make(shop, cut_off="2026-01-04") == ([], 0)
    assert make(shop, cut_off="2026-01-05") == ([(partner, 70.0)], 0)


def test_one_partner_alone(shop):
    first, second = shop.partner(50), shop.partner(50)
    earn(shop, first, 60)
    earn(shop, second, 80)
    assert make(shop, sales_partner=second) == ([(second, 80.0)], 0)
    assert make(shop) == ([(first, 60.0)], 0)


def test_paid_is_paid_and_locked(shop):
    partner = shop.partner(50)
    sale = earn(shop, partner, 60)
    make(shop)
    name, = payouts(shop)
    assert end(shop, "payout_paid", name, reference="TRF 1").message == "Paid"
    assert states(shop, sale) == ["Paid"]
    end(shop, "payout_paid", name, status=417)
    end(shop, "payout_failed", name, status=417, reason="late")
    row = shop.rows(sale["name"])[0]
    assert shop.admin.post("/api/method/lms.reject_commission", {"commission": row["name"], "reason": "x"}).status == 417


def test_what_failed_is_paid_by_the_next(shop):
    partner = shop.partner(50)
    sale = earn(shop, partner, 60)
    make(shop)
    end(shop, "payout_failed", payouts(shop)[0], reason="account closed")
    assert states(shop, sale) == ["Approved"]
    assert make(shop) == ([(partner, 60.0)], 0)


def test_a_refund_after_the_payout_is_carried_as_a_debt(shop):
    partner = shop.partner(50)
    sale = earn(shop, partner, 60)
    make(shop)
    end(shop, "payout_paid", payouts(shop)[0])
    shop.credit(sale["name"])
    assert states(shop, sale) == ["Paid"]
    assert make(shop) == ([], 1)
    earn(shop, partner, 110)
    assert make(shop) == ([(partner, 50.0)], 0)


def test_a_sale_refunded_before_it_earned_costs_nothing(shop):
    partner = shop.partner(50)
    lost = shop.sold(shop.item(200), sales_partner=partner)
    shop.credit(lost["name"])
    assert states(shop, lost) == ["Pending"]
    earn(shop, partner, 60)
    assert make(shop) == ([(partner, 60.0)], 0)


def test_cancelled_after_the_payout_is_answered_by_a_row_of_today(shop):
    partner = shop.partner(50)
    sale = earn(shop, partner, 60)
    make(shop)
    end(shop, "payout_paid", payouts(shop)[0])
    shop.put(sale["name"], docstatus=2)
    paid, answer = shop.rows(sale["name"])
    assert (paid["state"], answer["state"], answer["is_return"]) == ("Paid", "Reversed", 1)
    assert figures(answer, "amount", "base") == amounts("-60", "-120")
    assert answer["posting_date"] > paid["posting_date"]


def test_at_once_one_of_many_takes_the_rows(shop):
    partner = shop.partner(50)
    earn(shop, partner, 60)
    made = []

    def pay():
        answer = shop.school.client("Administrator").post("/api/method/lms.make_payouts", {})
        if answer.status == 200:
            made.extend(answer.message["payouts"])
    threads = [threading.Thread(target=pay) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(made) == len(payouts(shop)) == 1


def test_for_managers_only(shop):
    shop.school.add_user("inf@example.com", "Influencer")
    for client in (shop.school.guest, shop.school.client("inf@example.com")):
        for method in ("make_payouts", "payout_paid", "payout_failed", "export_payouts"):
            answer = client.post("/api/method/lms." + method, {"payout": "x", "reason": "x"})
            assert answer.status == 403, (method, answer)


def test_the_bank_is_told_in_its_own_letters(shop):
    shop.settings(debtor_name="École du Préau & Cie", iban="DE89370400440532013000")
    named = shop.partner(50, iban=IBAN, bic="AGRIFRPP", account_holder="Łukasz Müller-Ørsted <œuvre> “100 %”")
    plain, missing = shop.partner(50, iban="GB29NWBK60161331926819"), shop.partner(50)
    for partner, amount in ((named, 60), (plain, 70.5), (missing, 80)):
        earn(shop, partner, amount)
    make(shop)
    answer = shop.admin.get("/api/method/lms.export_payouts", {"format": "sepa"})
    assert answer.status == 200 and answer.header("Content-Type").startswith("application/xml"), answer
    assert "attachment" in answer.header("Content-Disposition") and answer.header("X-Left-Out") == "1"
    root = xml.fromstring(answer.body)
    text = lambda path: [e.text for e in root.iter() if e.tag == PAIN + path]  # noqa: E731
    assert text("NbOfTxs") == ["2", "2"] and text("CtrlSum") == ["130.50", "130.50"]
    assert text("InstdAmt") == ["60.00", "70.50"] and {e.get("Ccy") for e in root.iter(PAIN + "InstdAmt")} == {"EUR"}
    assert text("IBAN") == ["DE89370400440532013000", IBAN, "GB29NWBK60161331926819"]
    assert text("Nm") == ["Ecole du Preau Cie"] * 2 + ["Lukasz Muller-Orsted oeuvre 100", plain]
    assert text("BICFI") == ["AGRIFRPP"] and text("EndToEndId") == payouts(shop)[:2]
    assert all(len(t) <= 35 for t in text("MsgId") + text("PmtInfId") + text("EndToEndId"))
    order = [e.tag.replace(PAIN, "") for e in root[0][1]][:10]
    assert order == ["PmtInfId", "PmtMtd", "NbOfTxs", "CtrlSum", "PmtTpInf", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt", "ChrgBr"]


def test_without_an_account_of_its_own_the_school_is_told(shop):
    answer = shop.admin.get("/api/method/lms.export_payouts", {"format": "sepa"})
    assert answer.status == 417 and "No open payout" in answer.text
    earn(shop, shop.partner(50, iban=IBAN), 60)
    make(shop)
    answer = shop.admin.get("/api/method/lms.export_payouts", {"format": "sepa"})
    assert answer.status == 417 and "School Settings" in answer.text
    assert shop.admin.get("/api/method/lms.export_payouts", {"format": "pdf"}).status == 417


def test_as_csv_for_people(shop):
    partner = shop.partner(50, account_holder="=HYPERLINK(1)")
    earn(shop, partner, 60)
    make(shop)
    answer = shop.admin.get("/api/method/lms.export_payouts")
    row, = csv.DictReader(io.StringIO(answer.body.decode()))
    assert (row["sales_partner"], row["amount"], row["currency"]) == (partner, "60.00", "EUR")
    assert row["account_holder"] == "'=HYPERLINK(1)"


def test_the_partner_hears_of_another_account(shop):
    shop.school.add_user("anna@example.com", "Student")
    partner = shop.partner(50, user="anna@example.com", iban=IBAN)
    answer = shop.admin.put(RESOURCE + "Sales Partner/" + partner, {"iban": "GB29NWBK60161331926819"})
    assert answer.status == 200, answer
    mail, = mails_to(shop.school, "anna@example.com")
    assert "6819" in text_of(mail) and "0189" in text_of(mail) and IBAN not in text_of(mail)
