"""The Python frappe-client: what it puts on the wire, byte for byte, and how it reads what comes back (spec section 11.2).

`Wire` writes requests as python-requests does; `FrappeClient` makes the calls of the client of that name: log-in at the
root by form, `data=` forms, arguments in the address with an empty body, trailing slashes, Basic authorization. It
never looks at the status: a truthy `exc` is an error, else `message`, else `data`.
"""
import base64
import gzip
import itertools
import json
import urllib.parse

import pytest
from conftest import PASSWORD


NUMBERS = itertools.count(1)


class FrappeException(Exception):
    pass


class Wire:
    """One session of python-requests: its header lines in their order, and cookies."""

    def __init__(self, school):
        self.school, self.cookies, self.authorization, self.last = school, {}, None, None

    def send(self, method, path, params=None, data=None, accept="*/*"):
        target = urllib.parse.quote(path, safe="!#$%&'()*+,/:;=?@[]~")
        if params:
            target += "?" + urllib.parse.urlencode(params)
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.school.host}", "User-Agent: python-requests/2.32.3",
                 "Accept-Encoding: gzip, deflate", f"Accept: {accept}", "Connection: keep-alive"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        if self.authorization:
            lines.append(f"Authorization: {self.authorization}")
        body = urllib.parse.urlencode(data).encode() if data else b""
        if body or method in ("POST", "PUT"):
            lines.append(f"Content-Length: {len(body)}")
        if body:
            lines.append("Content-Type: application/x-www-form-urlencoded")
        return self.read(self.school.server.raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body))

    def read(self, received):
        head, _, body = received.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = [line.split(": ", 1) for line in lines]
        for name, value in headers:
            if name.lower() == "set-cookie":
                key, _, kept = value.split(";")[0].partition("=")
                self.cookies[key] = kept
                if not kept:
                    del self.cookies[key]
            if name.lower() == "content-encoding":
                body = gzip.decompress(body)
        self.last = int(status.split(" ")[1])
        return json.loads(body)


class FrappeClient:
    def __init__(self, school, username=None, password=None, key=None):
        self.wire = Wire(school)
        if username:
            answer = self.wire.send("POST", "/", data={"cmd": "login", "usr": username, "pwd": password},
                                    accept="application/json")
            if answer.get("message") != "Logged In":
                raise FrappeException("AuthError")
        if key:
            self.wire.authorization = "Basic " + base64.b64encode(key.encode()).decode()

    @staticmethod
    def result(answer):
        if answer and answer.get("exc"):
            raise FrappeException(answer["exc"])
        return answer.get("message", answer.get("data"))

    def command(self, method, **words):
        words = {k: json.dumps(v) if isinstance(v, (dict, list)) else v for k, v in words.items()}
        sent = {"params" if method == "GET" else "data": words}
        return self.result(self.wire.send(method, "/", **sent))

    def logout(self):
        self.wire.send("GET", "/", params={"cmd": "logout"})

    def get_list(self, doctype, fields='"*"', filters=None, limit_start=0, limit_page_length=0, order_by=None):
        params = {"fields": fields if isinstance(fields, str) else json.dumps(fields)}
        if filters:
            params["filters"] = json.dumps(filters)
        if limit_page_length:
            params |= {"limit_start": limit_start, "limit_page_length": limit_page_length}
        if order_by:
            params["order_by"] = order_by
        return self.result(self.wire.send("GET", f"/api/resource/{doctype}", params, accept="application/json"))

    def insert(self, doc):
        return self.result(self.wire.send("POST", f"/api/resource/{doc['doctype']}", data={"data": json.dumps(doc)}))

    def update(self, doc):
        return self.result(self.wire.send("PUT", f"/api/resource/{doc['doctype']}/{doc['name']}",
                                          data={"data": json.dumps(doc)}))

    def get_doc(self, doctype, name="", filters=None, fields=None):
        params = {key: json.dumps(value) for key, value in (("filters", filters), ("fields", fields)) if value}
        return self.result(self.wire.send("GET", f"/api/resource/{doctype}/{name}", params))

    def get_value(self, doctype, fieldname=None, filters=None):
        return self.result(self.wire.send("GET", "/", params={
            "cmd": "frappe.client.get_value", "doctype": doctype, "fieldname": fieldname or "name",
            "filters": json.dumps(filters)}))

    def get_api(self, method, params=None):
        return self.result(self.wire.send("GET", f"/api/method/{method}/", params))

    def post_api(self, method, params=None):
        return self.result(self.wire.send("POST", f"/api/method/{method}/", params))


@pytest.fixture(scope="module", params=["session", "basic"])
def client(request, school):
    if request.param == "session":
        return FrappeClient(school, "Administrator", PASSWORD)
    return FrappeClient(school, key=school.token("Administrator"))


@pytest.fixture
def bootcamp(client):
    return client.insert({"doctype": "LMS Bootcamp", "title": f"Par le client é {next(NUMBERS)}", "price": 10,
                          "courses": [{"title": "One"}, {"title": "Two"}]})


def test_log_in_and_out_at_the_root(school):
    client = FrappeClient(school, "Administrator", PASSWORD)
    assert client.get_api("frappe.auth.get_logged_user") == "Administrator"
    client.logout()
    assert client.wire.last == 200 and client.wire.cookies == {}
    with pytest.raises(FrappeException):
        client.get_api("frappe.auth.get_logged_user")


def test_wrong_passwords_and_people_without_a_desk_are_no_log_in(school):
    with pytest.raises(FrappeException, match="AuthError"):
        FrappeClient(school, "Administrator", "wrong")
    school.add_user("web@people.test", "Student")
    with pytest.raises(FrappeException, match="AuthError"):
        FrappeClient(school, "web@people.test", PASSWORD)


def test_insert_and_read_back(client, bootcamp):
    assert client.get_doc("LMS Bootcamp", bootcamp["name"]) == bootcamp
    assert bootcamp["title"].startswith("Par le client é ") and bootcamp["price"] == 10.0


def test_a_whole_document_goes_back_as_it_came(client, bootcamp):
    bootcamp["license"] = "CC0"
    bootcamp["courses"] = bootcamp["courses"][1:]
    saved = client.update(bootcamp)
    assert saved["license"] == "CC0" and [row["title"] for row in saved["courses"]] == ["Two"]
    with pytest.raises(FrappeException, match="TimestampMismatchError"):
        client.update(bootcamp)


def test_lists(client, bootcamp):
    rows = client.get_list("LMS Bootcamp", filters={"name": bootcamp["name"]})
    assert len(rows) == 1 and rows[0]["title"] == bootcamp["title"] and rows[0]["image"] is None
    for _ in range(21):
        client.insert({"doctype": "LMS Bootcamp", "title": f"Row {next(NUMBERS):03}"})
    titles = lambda **more: [row["title"] for row in client.get_list("LMS Bootcamp", fields=["title"], **more)]
    assert len(titles()) == 20
    every = titles(filters=[["title", "like", "Row%"]], limit_page_length=100, order_by="title asc")
    assert titles(filters=[["title", "like", "Row%"]], limit_start=1, limit_page_length=2, order_by="title asc") == every[1:3]


def test_get_doc_by_filters_is_a_list(client, bootcamp):
    rows = client.get_doc("LMS Bootcamp", filters={"name": bootcamp["name"]}, fields=["title"])
    assert rows == [{"title": bootcamp["title"]}]


def test_values(client, bootcamp):
    assert client.get_value("LMS Bootcamp", "price", {"name": bootcamp["name"]}) == {"price": 10.0}
    assert client.get_value("LMS Bootcamp", ["price", "title"][0], bootcamp["name"]) == {"price": 10.0}
    assert set(client.get_value("LMS Bootcamp")) == {"name"}
    changed = client.command("POST", cmd="frappe.client.set_value", doctype="LMS Bootcamp", name=bootcamp["name"],
                             fieldname="license", value="MIT")
    assert changed["license"] == "MIT"
    both = client.command("POST", cmd="frappe.client.set_value", doctype="LMS Bootcamp", name=bootcamp["name"],
                          fieldname={"license": "X", "price": 3}, value="")
    assert (both["license"], both["price"]) == ("X", 3.0)


def test_many(client):
    names = client.command("POST", cmd="frappe.client.insert_many", docs=[{"doctype": "LMS Bootcamp", "title": f"Many {next(NUMBERS)}"}
                                                                          for _ in range(3)])
    assert len(names) == 3
    answer = client.command("POST", cmd="frappe.client.bulk_update", docs=[
        {"doctype": "LMS Bootcamp", "docname": names[0], "license": "B"}, {"doctype": "LMS Bootcamp", "docname": "nope"}])
    assert [failed["doc"]["docname"] for failed in answer["failed_docs"]] == ["nope"]
    assert client.get_value("LMS Bootcamp", "license", names[0]) == {"license": "B"}
    assert client.command("POST", cmd="frappe.client.delete", doctype="LMS Bootcamp", name=names[2]) is None
    with pytest.raises(FrappeException, match="DoesNotExistError"):
        client.get_doc("LMS Bootcamp", names[2])


def test_submit_sends_a_doclist_and_cancel_names(client):
    number = next(NUMBERS)
    item = client.insert({"doctype": "Item", "item_code": f"PC-{number}", "item_name": "Item"})
    customer = client.insert({"doctype": "Customer", "customer_name": f"Client {number}"})
    made = client.insert({"doctype": "Sales Invoice", "customer": customer["name"], "posting_date": "2026-03-01",
                          "due_date": "2099-01-01", "items": [{"item_code": item["name"], "qty": 1, "rate": 10}]})
    submitted = client.command("POST", cmd="frappe.client.submit", doclist=made)
    assert submitted["docstatus"] == 1
    assert client.command("POST", cmd="frappe.client.cancel", doctype="Sales Invoice", name=made["name"])["docstatus"] == 2


def test_rename(client):
    old = f"old{next(NUMBERS)}@people.test"
    client.insert({"doctype": "User", "email": old, "first_name": "Old"})
    assert client.command("POST", cmd="frappe.client.rename_doc", doctype="User", old_name=old, new_name="n" + old) == "n" + old


def test_arguments_in_the_address_of_a_post_without_a_body(client, bootcamp):
    assert client.post_api("frappe.client.get_count", {"doctype": "LMS Bootcamp", "filters": json.dumps({"name": bootcamp["name"]})}) == 1
    assert client.post_api("ping") == "pong" and client.get_api("ping") == "pong"


@pytest.mark.parametrize("call", [
    lambda client: client.get_doc("LMS Bootcamp", "nope"),
    lambda client: client.get_list("Nope"),
    lambda client: client.get_list("LMS Bootcamp", fields=["nope"]),
    lambda client: client.insert({"doctype": "LMS Bootcamp"}),
    lambda client: client.command("POST", cmd="frappe.client.nope"),
    lambda client: client.command("GET", cmd="frappe.client.set_value", doctype="User"),
    lambda client: client.get_api("frappe.templates.pages.print.download_pdf", {"doctype": "User"}),
    lambda client: client.get_api("frappe.core.page.data_import_tool.data_import_tool.get_doctypes"),
])
def test_every_failure_is_an_exception_to_it(client, call):
    with pytest.raises(FrappeException) as caught:
        call(client)
    assert json.loads(str(caught.value))[0].startswith("frappe.exceptions.") and client.wire.last >= 400
