"""A school that sells: what tests of invoices, commissions and payouts make again and again."""
import json
from decimal import Decimal

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Mobile/15E148 Safari/604.1"
RESOURCE = "/api/resource/"


class Shop:
    def __init__(self, school):
        self.school, self.admin, self.number = school, school.admin, 0

    def made(self, doctype, **fields):
        answer = self.admin.create(doctype, **fields)
        assert answer.status == 200, answer
        return answer.data

    def next(self, word):
        self.number += 1
        return f"{word}-{self.number}"

    def item(self, rate, **more):
        return self.made("Item", item_code=self.next("I"), standard_rate=rate, **more)["name"]

    def customer(self, user=None, **more):
        return self.made("Customer", customer_name=self.next("Buyer"), **({"user": user} if user else {}), **more)["name"]

    def partner(self, rate=10, **more):
        return self.made("Sales Partner", partner_name=self.next("Partner"), commission_rate=rate, **more)["name"]

    def code(self, item, kind, value, rule=None, **coupon):
        field = {"Discount Percentage": "discount_percentage", "Discount Amount": "discount_amount", "Rate": "rate"}[kind]
        rule = self.made("Pricing Rule", title="r", apply_on="Item Code", items=[{"item_code": item}], rate_or_discount=kind,
                         coupon_code_based=1, valid_from="2020-01-01", currency="EUR", **{field: value}, **(rule or {}))
        typed = self.next("CODE")
        return self.made("Coupon Code", coupon_name=f"coupon {typed}", coupon_code=typed, coupon_type="Promotional",
                         pricing_rule=rule["name"], **coupon)

    def post(self, *items, answers=200, **more):
        rows = [dict(zip(("item_code", "qty"), i)) if isinstance(i, tuple) else {"item_code": i, "qty": 1} for i in items]
        answer = self.admin.create("Sales Invoice", **{"customer": more.pop("customer", None) or self.customer(),
                                                       **({"items": rows} if rows else {}), **more})
        assert answer.status == answers, answer
        return exact(answer) if answers == 200 else answer

    def sold(self, *items, **more):
        return self.post(*items, docstatus=1, **more)

    def read(self, name):
        return exact(self.admin.get(RESOURCE + "Sales Invoice/" + name))

    def put(self, name, status=200, **fields):
        answer = self.admin.put(RESOURCE + "Sales Invoice/" + name, fields)
        assert answer.status == status, answer
        return answer

    def credit(self, name, *items, answers=200, **more):
        return self.post(*items, is_return=1, return_against=name, docstatus=1, answers=answers,
                         customer=self.read(name)["customer"], **more)

    def pay(self, name, amount=None, status=200):
        answer = self.admin.post("/api/method/run_doc_method", {"dt": "Sales Invoice", "dn": name, "method": "record_payment",
                                                                "args": {"amount": amount} if amount else {}})
        assert answer.status == status, answer
        return answer

    def used(self, coupon):
        return self.admin.get(RESOURCE + "Coupon Code/" + coupon["name"]).data["used"]

    def rows(self, invoice):
        answer = self.admin.list("Sales Commission", filters=json.dumps([["sales_invoice", "=", invoice]]), fields='["*"]',
                                 order_by="creation asc")
        return exact(answer)

    def settings(self, **fields):
        answer = self.admin.put(RESOURCE + "School Settings/School Settings", fields)
        assert answer.status == 200, answer


def exact(answer):
    assert answer.status == 200, answer
    data = json.loads(answer.text, parse_float=Decimal)["data"]
    return Document(data) if isinstance(data, dict) else data


class Document(dict):
    """v1 leaves out what is empty."""
    def __missing__(self, key):
        return None


def figures(doc, *fields):
    return tuple(Decimal(str(doc[f])) for f in fields)


def amounts(*texts):
    return tuple(Decimal(t) for t in texts)


# ---- partners and their links ----
def anna(shop, **more):
    shop.school.add_user("anna@example.com", "Student")
    return shop.partner(10, user="anna@example.com", referral_code="ANNA", **more)


def click(shop, code="ANNA", agent=PHONE, query=None, peer=None, **headers):
    fresh = shop.school.client()
    headers = {"User-Agent": agent, **({"X-Forwarded-For": peer} if peer else {}), **headers}
    return fresh.get(f"/r/{code}", query, headers=headers)


def cookie_of(answer):
    return next((c.split(";")[0].split("=", 1)[1] for c in answer.all("Set-Cookie") if c.startswith("preau_ref=")), None)


def seeded(shop):
    """Sales of two months: pending, approved, refunded, rejected; of another partner too."""
    partner, rival, item = anna(shop), shop.partner(30), shop.item(100)
    shop.made("LMS Bootcamp", title="One", slug="one", item_code=item, published=1)
    coupon = shop.code(item, "Discount Amount", 20, sales_partner=partner)
    approved = shop.sold(item, coupon_code=coupon["name"], posting_date="2026-01-05")
    shop.pay(approved["name"])
    pending = shop.sold((item, 2), sales_partner=partner, posting_date="2026-02-03")
    back = shop.sold(item, sales_partner=partner, posting_date="2026-02-03")
    shop.credit(back["name"], posting_date="2026-02-10")
    own = shop.sold(item, sales_partner=partner, posting_date="2026-02-11", customer=shop.customer("anna@example.com"))
    shop.sold(item, sales_partner=rival, posting_date="2026-02-03")
    return {"partner": partner, "rival": rival, "coupon": coupon, "sales": [approved, pending, back, own]}
