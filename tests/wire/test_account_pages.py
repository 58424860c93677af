"""The pages of an account, as forms without a script: sign-up, invitation, forgotten password, settings, leaving."""
import json
import re
import signal
import statistics
import subprocess
import time

import postbox
import pytest
import seeded
from conftest import PASSWORD, PREAU, Client, free_port

NEW = "Quite-Another-4711"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1"


def sql(school, text):
    return seeded.sql(school.server, school.host, text)


@pytest.fixture(autouse=True)
def fresh_counters(school):
    sql(school, "DELETE FROM preau_throttle")


@pytest.fixture
def person(school, request):
    """A new student with a session of a browser."""
    address = re.sub(r"\W+", "-", request.node.name)[:40].strip("-").lower() + "@page.test"
    school.add_user(address, "Student")
    return address


def browser(school, user=None, agent=FIREFOX, password=PASSWORD):
    client = school.client()
    if user:
        answer = client.post("/login", form={"usr": user, "pwd": password, "redirect-to": "/account"},
                             headers={"User-Agent": agent})
        assert answer.status == 303 and answer.header("Location") == "/account", answer
    return client


def csrf(client, path="/account"):
    return re.search(r'name="csrf_token" value="([0-9a-f]+)"', client.get(path).text)[1]


def send(client, path, page="/account", **form):
    return client.post(path, form={"csrf_token": csrf(client, page), **form})


def follow(school, link):
    return link.split(school.host, 1)[1]


def signup(school, mode):
    school.admin.put("/api/resource/School Settings/School Settings", {"signup": mode})
    time.sleep(0.05)


def error_of(answer, field):
    """The words beside the field, which names them."""
    said = re.search(rf'<p class="error" id="{field}_error">([^<]+)</p>', answer.text)
    tag = re.search(rf'<input id="{field}"[^>]*>', answer.text)[0]
    assert said and 'aria-invalid="true"' in tag and f"{field}_error" in tag, answer
    return said[1]


# ---- sign-up ------------------------------------------------------------------------------------------------------------------
def test_a_visitor_signs_up_and_comes_back_to_where_they_were(school):
    client = browser(school)
    page = client.get("/login", {"redirect-to": "/bootcamps/x"})
    assert '<a href="/signup?redirect-to=/bootcamps/x">' in page.text
    answer = client.post("/signup", form={"email": "Visitor@Page.test ", "full_name": "Véra & Co", "redirect-to": "/bootcamps/x"})
    assert answer.status == 200 and "Look into your mailbox" in answer.text
    mail = postbox.mails_to(school, "visitor@page.test")[0]
    link = follow(school, postbox.link_in(mail, "/update-password"))
    assert client.get(link).status == 200 and "visitor@page.test" in client.get(link).text
    key = postbox.key_in(mail)
    done = client.post("/update-password", form={"key": key, "new_password": NEW, "redirect-to": "/bootcamps/x"})
    assert done.status == 303 and done.header("Location") == "/bootcamps/x"
    assert client.get("/api/method/frappe.auth.get_logged_user").message == "visitor@page.test"
    assert school.admin.get("/api/resource/User/visitor@page.test").data["full_name"] == "Véra & Co"
    assert client.get(link).status == 410


@pytest.mark.parametrize("back", ["//evil.test/", "https://evil.test/", "/\\evil.test", "/%2f/evil.test", "javascript:alert(1)"])
def test_nobody_is_led_off_the_site(school, back, person):
    client = school.client()
    answer = client.post("/login", form={"usr": person, "pwd": PASSWORD, "redirect-to": back})
    assert answer.status == 303 and answer.header("Location") == "/"
    school.guest.post("/forgot", form={"email": person, "redirect-to": back})
    assert "redirect-to" not in postbox.link_in(postbox.mails_to(school, person)[0], "/update-password")


def test_mistakes_stand_beside_their_fields(school):
    answer = school.guest.post("/signup", form={"email": "no address", "full_name": "Nora"})
    assert answer.status == 417 and "not a valid Email" in error_of(answer, "email") and 'value="Nora"' in answer.text
    answer = school.guest.post("/signup", form={"email": "nora@page.test", "full_name": " "})
    assert answer.status == 417 and "Write your name" in error_of(answer, "full_name")
    answer = school.guest.post("/signup", form={"email": "x", "full_name": "N"}, headers={"Accept-Language": "fr"})
    assert "n’est pas une adresse" in error_of(answer, "email").replace("'", "’") or "valide" in error_of(answer, "email")


def test_the_page_takes_the_same_time_for_known_and_unknown_addresses(school, person):
    times = {}
    for n in range(12):
        for who in (person, f"unknown-{n}@page.test"):
            start = time.perf_counter()
            school.guest.post("/signup", form={"email": who, "full_name": "Some Body"})
            times.setdefault(who == person, []).append(time.perf_counter() - start)
    known, unknown = (statistics.median(times[which]) for which in (True, False))
    assert max(known, unknown) < 3 * min(known, unknown) + 0.02


def test_the_page_says_the_same_to_known_and_unknown_addresses(school, person):
    pages = [school.guest.post("/signup", form={"email": who, "full_name": "Some Body"}).body for who in (person, "unknown@page.test")]
    assert pages[0] == pages[1]
    pages = [school.guest.post("/forgot", form={"email": who}).body for who in (person, "nobody@page.test")]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("mode, words", [("Invitation", "by invitation"), ("Closed", "takes nobody in")])
def test_a_school_that_is_not_open_says_so(school, mode, words):
    signup(school, mode)
    try:
        page = school.guest.get("/signup")
        assert page.status == 200 and words in page.text and "<input id=\"email\"" not in page.text
        assert "/signup" not in school.guest.get("/login").text.split("<main")[1]
        answer = school.guest.post("/signup", form={"email": "early@page.test", "full_name": "E"})
        assert answer.status == 417
        assert sql(school, "SELECT name FROM tabUser WHERE name = 'early@page.test'") == []
    finally:
        signup(school, "Open")


def test_links_use_the_configured_name_whatever_the_request_says(school, person):
    school.guest.post("/forgot", form={"email": person}, headers={"X-Forwarded-Host": "evil.test", "Origin": f"http://{school.host}"})
    mail = postbox.mails_to(school, person)[0]
    assert f"http://{school.host}/update-password?key=" in postbox.text_of(mail)
    assert "evil" not in postbox.text_of(mail) + postbox.html_of(mail)


# ---- invitation ----------------------------------------------------------------------------------------------------------------
@pytest.fixture
def bootcamp(school):
    listed = school.admin.list("LMS Bootcamp").data
    return listed[0]["name"] if listed else school.admin.create("LMS Bootcamp", title="Git & Co", price=10, published=1).data["name"]


def invite(school, **more):
    return school.admin.post("/api/method/lms.invite", more)


def test_who_is_invited_signs_up_and_is_enrolled_at_once(school, bootcamp):
    signup(school, "Invitation")
    try:
        made = invite(school, emails="Invited@Page.test", bootcamp=bootcamp).message
        assert [row["email"] for row in made] == ["invited@page.test"]
        mail = postbox.mails_to(school, "invited@page.test")[0]
        assert "Git & Co" in mail["Subject"] and "Git &amp; Co" in postbox.html_of(mail)
        link = follow(school, postbox.link_in(mail, "/signup"))
        client = browser(school)
        assert "invited@page.test" in client.get(link).text
        weak = client.post(link, form={"full_name": "Ivy", "new_password": "short"})
        assert weak.status == 417 and error_of(weak, "new_password") and 'value="Ivy"' in weak.text
        assert sql(school, "SELECT name FROM tabUser WHERE name = 'invited@page.test'") == []
        done = client.post(link, form={"full_name": "Ivy", "new_password": NEW})
        assert done.status == 303 and done.header("Location") == "/bootcamps/git-co", done
        mine = client.get("/api/method/lms.my_enrollments").message
        assert [row["bootcamp"] for row in mine] == [bootcamp]
        roles = school.admin.get("/api/resource/User/invited@page.test").data["roles"]
        assert [row["role"] for row in roles] == ["Student"]
        assert client.get(link).status == school.guest.post(link, form={"full_name": "E", "new_password": NEW}).status == 410
        stored = school.admin.get(f"/api/resource/Invitation/{made[0]['invitation']}").data
        assert stored["status"] == "Accepted" and stored["user"] == "invited@page.test"
    finally:
        signup(school, "Open")


def test_an_invitation_for_somebody_with_an_account_asks_them_to_log_in(school, bootcamp, person):
    invite(school, emails=json.dumps([person]), bootcamp=bootcamp)
    link = follow(school, postbox.link_in(postbox.mails_to(school, person)[0], "/signup"))
    page = school.guest.get(link)
    assert "log in with it to accept" in page.text
    assert school.guest.post(link, form={"full_name": "X", "new_password": NEW}).status == 417
    assert school.guest.login(person, NEW).status == 401, "the link changes no password"
    client = browser(school, person)
    assert send(client, link, page=link).header("Location") == "/bootcamps/git-co"
    assert len(client.get("/api/method/lms.my_enrollments").message) == 1


def test_an_invitation_that_is_too_old_or_withdrawn(school):
    made = invite(school, emails="old@page.test; gone@page.test").message
    links = {who: follow(school, postbox.link_in(postbox.mails_to(school, who)[0], "/signup")) for who in ("old@page.test", "gone@page.test")}
    sql(school, "UPDATE tabInvitation SET expires_on = '2020-01-01' WHERE email = 'old@page.test'")
    assert school.admin.delete(f"/api/resource/Invitation/{made[1]['invitation']}").status == 202
    for link in links.values():
        assert school.guest.get(link).status == 410
    assert school.guest.get("/signup?invitation=' OR 1=1 --").status == 410


def test_an_invitation_is_mailed_again_with_another_link(school):
    name = invite(school, emails="again@page.test").message[0]["invitation"]
    first = follow(school, postbox.link_in(postbox.mails_to(school, "again@page.test")[0], "/signup"))
    assert school.admin.post(f"/api/resource/Invitation/{name}?run_method=resend").status == 200
    second = follow(school, postbox.link_in(postbox.mails_to(school, "again@page.test", 2)[1], "/signup"))
    assert school.guest.get(first).status == 410 and school.guest.get(second).status == 200


def test_only_managers_invite(school, person):
    client = school.client(person)
    assert client.post("/api/method/lms.invite", {"emails": "a@b.test"}).status == 403
    assert client.create("Invitation", email="a@b.test").status == 403
    assert school.guest.post("/api/method/lms.invite", {"emails": "a@b.test"}).status == 403
    assert client.list("Invitation").status == 403
    signup(school, "Closed")
    try:
        assert invite(school, emails="a@b.test").status == 417
    finally:
        signup(school, "Open")


def test_an_invitation_opens_sign_up_by_rest_to_its_address_alone(school):
    sign_up = "/api/method/frappe.core.doctype.user.user.sign_up"
    invite(school, emails="rest@page.test")
    key = postbox.key_in(postbox.mails_to(school, "rest@page.test")[0])
    signup(school, "Invitation")
    try:
        for who, shown in (("rest@page.test", None), ("other@page.test", key), ("rest@page.test", "0" * 56)):
            body = {"email": who, "full_name": "R", **({"invitation": shown} if shown else {})}
            assert school.guest.post(sign_up, body).status == 417
        answer = school.guest.post(sign_up, {"email": "rest@page.test", "full_name": "R", "invitation": key})
        assert answer.message == [2, "Please check your email for verification"]
        assert "update-password" in postbox.text_of(postbox.mails_to(school, "rest@page.test", 2)[1])
    finally:
        signup(school, "Open")


def test_five_people_with_one_invitation_are_one(school):
    import concurrent.futures
    invite(school, emails="race@page.test")
    link = follow(school, postbox.link_in(postbox.mails_to(school, "race@page.test")[0], "/signup"))

    def take(n):
        return school.client().post(link, form={"full_name": f"R{n}", "new_password": NEW}).status

    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        states = list(pool.map(take, range(5)))
    assert states.count(303) == 1 and set(states) <= {303, 409, 410, 417}, states


# ---- settings ---------------------------------------------------------------------------------------------------------------------
def test_visitors_are_asked_to_log_in(school):
    for path in ("/account", "/account/export"):
        assert school.guest.get(path).header("Location") == "/login?redirect-to=/account"
    for path in ("profile", "password", "address", "session", "sessions", "delete"):
        assert school.guest.post(f"/account/{path}", form={}).header("Location") == "/login?redirect-to=/account"


def test_name_and_language(school, person):
    client = browser(school, person)
    done = send(client, "/account/profile", full_name="Ada <3", language="fr")
    assert done.status == 417 and error_of(done, "full_name")
    done = send(client, "/account/profile", full_name="Ada L’Été", language="fr")
    assert done.header("Location") == "/account?done=profile"
    page = client.get("/account?done=profile")
    assert "Vos réglages sont enregistrés." in page.text and 'value="Ada L’Été"' in page.text
    user = school.admin.get(f"/api/resource/User/{person}").data
    assert user["full_name"] == "Ada L’Été" and user["language"] == "fr"
    assert send(client, "/account/profile", full_name="Ada", language="xx-not").status == 417


def test_nothing_else_is_changed_by_these_forms(school, person):
    client = browser(school, person)
    send(client, "/account/profile", full_name="A", language="", enabled="0", user_type="System User", email="evil@page.test",
         roles='[{"role": "System Manager"}]', role="System Manager", user="Administrator", name="Administrator")
    user = school.admin.get(f"/api/resource/User/{person}").data
    assert [row["role"] for row in user["roles"]] == ["Student"] and user["user_type"] == "Website User" and user["enabled"] == 1


def test_forms_want_their_token(school, person):
    client = browser(school, person)
    assert csrf(client)
    for path in ("profile", "session", "sessions"):
        assert client.post(f"/account/{path}", form={"full_name": "X"}).status == 400


def test_forms_that_want_the_password_come_from_the_site_itself(school, person):
    client = browser(school, person)
    right = {"old_password": PASSWORD, "new_password": NEW, "address_password": PASSWORD, "leave_password": PASSWORD,
             "email": "x@page.test", "csrf_token": csrf(client)}
    for path in ("password", "address", "delete"):
        for headers in ({"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}):
            assert client.post(f"/account/{path}", form=right, headers=headers).status == 400
        assert client.post(f"/account/{path}", form={}).status == 401


def test_the_password_changes_and_other_sessions_end(school, person):
    client, phone = browser(school, person), browser(school, person, IPHONE)
    wrong = send(client, "/account/password", old_password="wrong", new_password=NEW)
    assert wrong.status == 401 and error_of(wrong, "old_password") == "This is not your password."
    weak = send(client, "/account/password", old_password=PASSWORD, new_password="password1")
    assert weak.status == 417 and error_of(weak, "new_password")
    done = send(client, "/account/password", old_password=PASSWORD, new_password=NEW)
    assert done.header("Location") == "/account?done=password"
    assert client.get("/account").status == 200 and phone.get("/account").status == 303
    assert school.guest.login(person, NEW).status == 200 and school.guest.login(person).status == 401
    assert "password was changed" in postbox.mails_to(school, person)[0]["Subject"]


def test_sessions_are_listed_by_device_and_end_one_by_one_or_all(school, person):
    client, phone = browser(school, person), browser(school, person, IPHONE)
    page = client.get("/account").text
    assert "Firefox, Linux" in page and "Safari, iPhone" in page and page.count("this device") == 1
    listed = client.get("/api/method/lms.account.sessions").message
    other = next(s for s in listed if not s["current"])
    assert other["device"] == "Safari, iPhone" and len(listed) == 2
    assert send(client, "/account/session", session=other["session"]).header("Location") == "/account?done=session"
    assert phone.get("/account").status == 303 and client.get("/account").status == 200
    stranger = browser(school, school.add_user("stranger@page.test", "Student"))
    own = client.get("/api/method/lms.account.sessions").message[0]["session"]
    assert stranger.post("/api/method/lms.account.end_session", {"session": own}, headers={"X-Frappe-CSRF-Token": csrf(stranger)}).status == 404
    browser(school, person, IPHONE)
    assert send(client, "/account/sessions").header("Location") == "/login"
    assert client.get("/account").status == 303
    assert sql(school, f"SELECT COUNT(*) FROM preau_session WHERE user = '{person}'")[0][0] in (0, "0")


def test_a_new_address_is_taken_when_its_mail_is_answered(school, person, bootcamp):
    new = "moved-" + person
    client = browser(school, person)
    school.admin.create("Enrollment", user=person, bootcamp=bootcamp)
    wrong = send(client, "/account/address", email=new, address_password="wrong")
    assert wrong.status == 401 and error_of(wrong, "address_password")
    assert send(client, "/account/address", email="no", address_password=PASSWORD).status == 417
    assert send(client, "/account/address", email=person, address_password=PASSWORD).status == 417
    assert send(client, "/account/address", email=new, address_password=PASSWORD).header("Location") == "/account?done=mail"
    mail = postbox.mails_to(school, new)[0]
    assert "somebody wants to change" in postbox.mails_to(school, person)[0]["Subject"]
    assert client.get("/api/method/frappe.auth.get_logged_user").message == person, "not yet"
    link = follow(school, postbox.link_in(mail, "/confirm-address"))
    assert new in school.guest.get(link).text
    assert client.get("/api/method/frappe.auth.get_logged_user").message == person, "opening the link does nothing"
    other = browser(school)
    done = other.post("/confirm-address", form={"key": postbox.key_in(mail)})
    assert done.header("Location") == "/account?done=address", done
    assert other.get("/api/method/frappe.auth.get_logged_user").message == new
    assert client.get("/account").status == 303, "old sessions have ended"
    assert school.guest.login(new).status == 200 and school.guest.login(person).status == 401
    assert len(other.get("/api/method/lms.my_enrollments").message) == 1
    assert "was changed" in postbox.mails_to(school, person, 2)[1]["Subject"]
    assert school.guest.get(link).status == 410


def test_an_address_that_is_taken_is_told_to_its_owner_only(school, person):
    owner = school.add_user("owner-of-it@page.test", "Student")
    client = browser(school, person)
    assert send(client, "/account/address", email=owner, address_password=PASSWORD).header("Location") == "/account?done=mail"
    mail = postbox.mails_to(school, owner)[0]
    assert "has an account already" in mail["Subject"] and "/confirm-address" not in postbox.text_of(mail)


# ---- one's data ----------------------------------------------------------------------------------------------------------------------
def test_the_export_holds_what_is_about_the_person_and_nobody_else(school, person, bootcamp):
    client = browser(school, person)
    other = school.add_user("other-one@page.test", "Student")
    for user in (person, other):
        school.admin.create("Enrollment", user=user, bootcamp=bootcamp)
        school.admin.create("Customer", customer_name=f"Customer {user}", customer_type="Individual", user=user)
    school.client(person).post("/api/method/upload_file", form={})
    answer = client.get("/account/export")
    assert answer.status == 200 and "attachment" in answer.header("Content-Disposition")
    data = answer.json
    assert data["User"][0]["name"] == person and data["Enrollment"][0]["bootcamp"] == bootcamp
    assert data["Customer"][0]["user"] == person and data["Activity Log"] and data["sessions"][0]["device"] == "Firefox, Linux"
    assert other not in answer.text and "reset_password_key" not in answer.text and "api_secret" not in answer.text
    log = sql(school, f"SELECT subject FROM `tabActivity Log` WHERE user = '{person}' ORDER BY creation, name")
    assert [row[0].split(" ", 1)[1] for row in log] == ["logged in", "exported their data"]
    same = client.get("/api/method/lms.account.export").message
    assert same["Enrollment"] == data["Enrollment"]


def everywhere(school, text):
    """Tables and columns of the school's database that hold the text."""
    columns = sql(school, "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND "
                          "DATA_TYPE IN ('varchar', 'text', 'mediumtext', 'longtext')")
    tables = {}
    for table, column in columns:
        tables.setdefault(table, []).append(column)
    found = []
    for table, names in tables.items():
        hits = sql(school, f"SELECT {', '.join(f'''MAX(LOCATE('{text}', IFNULL(`{name}`, '')))''' for name in names)} FROM `{table}`")
        found += [f"{table}.{name}" for name, hit in zip(names, hits[0]) if str(hit) not in ("0", "None", "NULL")]
    return sorted(found)


def test_who_leaves_is_a_pseudonym_everywhere(school, bootcamp):
    user = school.add_user("leaver@page.test", "Student")
    similar = school.add_user("the-leaver@page.test", "Student")
    school.client(similar)
    browser(school, similar)
    school.admin.put(f"/api/resource/User/{similar}", {"bio": f"Not {user}."})
    school.admin.put(f"/api/resource/User/{similar}", {"bio": ""})
    client = browser(school, user)
    send(client, "/account/profile", full_name="Zebulon Quark", language="fr")
    enrollment = school.admin.create("Enrollment", user=user, bootcamp=bootcamp).data["name"]
    school.admin.put(f"/api/resource/Enrollment/{enrollment}", {"status": "Suspended"})
    school.admin.create("Customer", customer_name="Invoiced", customer_type="Individual", user=user)
    school.client(user).post("/api/method/lms.account.new_address", {"email": "new-leaver@page.test", "password": PASSWORD})
    token = school.client(user)
    school.guest.login(user, "wrong")
    school.guest.post("/forgot", form={"email": user})
    postbox.mails_to(school, user, 2)
    wrong = send(client, "/account/delete", leave_password="wrong")
    assert wrong.status == 401 and error_of(wrong, "leave_password") and "<details open>" in wrong.text
    assert everywhere(school, user) and everywhere(school, "Zebulon")
    done = send(client, "/account/delete", leave_password=PASSWORD)
    assert done.header("Location") == "/goodbye" and client.get("/goodbye").status == 200
    assert client.get("/account").status == 303
    assert token.get("/api/method/frappe.auth.get_logged_user").status == 401
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and sql(school, f"SELECT name FROM tabUser WHERE name = '{user}'"):
        time.sleep(0.1)
    time.sleep(0.2)
    assert len(sql(school, f"SELECT name FROM tabVersion WHERE docname = '{similar}' AND data LIKE '%deleted-%'")) == 2
    assert sql(school, f"SELECT COUNT(*) FROM `tabActivity Log` WHERE user = '{similar}' AND full_name LIKE '%deleted%'")[0][0] in (0, "0")
    assert len(school.admin.get(f"/api/resource/User/{similar}").data["roles"]) == 1
    assert school.admin.delete(f"/api/resource/User/{similar}").status in (202, 417, 409)
    sql(school, f"DELETE FROM `tabActivity Log` WHERE user = '{similar}'")
    left = [place for place in everywhere(school, user) if not sql(
        school, f"SELECT 1 FROM `{place.rsplit('.', 1)[0]}` WHERE `{place.rsplit('.', 1)[1]}` LIKE '%the-leaver@%' OR "
                f"`{place.rsplit('.', 1)[1]}` LIKE '%new-leaver@%'")]
    assert left == [] and everywhere(school, "Zebulon") == []
    row = sql(school, f"SELECT user FROM tabEnrollment WHERE name = '{enrollment}'")[0][0]
    assert re.fullmatch(r"deleted-[0-9a-f]{16}@deleted\.invalid", row)
    stays = school.admin.get(f"/api/resource/User/{row}").data
    assert stays["enabled"] == 0 and stays.get("roles", []) == [] and stays["full_name"] == "Deleted user"
    assert school.guest.login(row).status == 401


def test_a_manager_exports_and_erases_for_somebody_who_asks(school, person):
    path = f"/api/resource/User/{person}?run_method="
    assert school.admin.get(path + "export_data").data["User"][0]["name"] == person
    client = school.client(person)
    for name in ("export_data", "erase"):
        assert client.post(path + name).status == 403
    assert school.admin.post(path + "erase").data is True
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and sql(school, f"SELECT name FROM tabUser WHERE name = '{person}'"):
        time.sleep(0.1)
    assert school.admin.get(f"/api/resource/User/{person}").status == 404
    assert school.admin.post("/api/resource/User/Administrator?run_method=erase").status == 417


def test_administrator_and_guest_stay(school):
    assert school.client("Administrator").post("/api/method/lms.account.delete", {"password": PASSWORD}).status == 417
    assert school.guest.post("/api/method/lms.account.delete", {"password": PASSWORD}).status == 403


def test_files_of_who_leaves_go_and_those_of_lessons_stay(school, bootcamp):
    user = school.add_user("author@page.test", "Instructor")
    client = school.client(user)

    def upload(name, **more):
        boundary = "b0undary"
        fields = "".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in more.items())
        body = (f'{fields}--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                f"Content-Type: text/plain\r\n\r\n{name}\r\n--{boundary}--\r\n")
        answer = client.request("POST", "/api/method/upload_file", body=body.encode(),
                                headers={"Content-Type": f"multipart/form-data; boundary={boundary}"})
        return answer.message["file_url"]

    own = upload("own.txt", is_private=1)
    shown = upload("shown.txt", is_private=0, doctype="LMS Bootcamp", docname=bootcamp)
    assert school.client(user).post("/api/method/lms.account.delete", {"password": PASSWORD}).status == 200
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and sql(school, f"SELECT name FROM tabUser WHERE name = '{user}'"):
        time.sleep(0.1)
    time.sleep(0.3)
    assert school.admin.get(own).status == 404 and school.guest.get(shown).status == 200
    assert sql(school, f"SELECT owner FROM tabFile WHERE file_url = '{shown}'")[0][0].startswith("deleted-")


# ---- roles ---------------------------------------------------------------------------------------------------------------------
def imported(client, doctype, line):
    boundary = "b0undary"
    body = (f'--{boundary}\r\nContent-Disposition: form-data; name="doctype"\r\n\r\n{doctype}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="update"\r\n\r\n1\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.jsonl"\r\n\r\n{line}\r\n--{boundary}--\r\n')
    return client.request("POST", "/api/method/lms.data.import", body=body.encode(),
                          headers={"Content-Type": f"multipart/form-data; boundary={boundary}"})


def test_no_way_of_an_account_leads_to_a_role(school, person):
    """Beside the generic ones, which test_permissions.py tries."""
    client, boss = school.client(person), [{"role": "System Manager"}]
    row = {"parent": person, "parenttype": "User", "parentfield": "roles", "role": "System Manager"}
    assert imported(client, "Has Role", json.dumps(row)).status == 403
    assert imported(client, "User", json.dumps({"name": person, "roles": boss})).status == 403
    client.post("/api/method/frappe.share.add_docshare", {"doctype": "User", "name": person, "user": person, "write": 1, "share": 1})
    client.post("/api/method/run_doc_method", {"docs": json.dumps({"doctype": "User", "name": person, "roles": boss}), "method": "save"})
    client.post(f"/api/resource/User/{person}?run_method=add_roles", {"roles": "System Manager"})
    client.post("/api/method/lms.account.new_address", {"email": "climb@page.test", "password": PASSWORD, "roles": boss})
    client.post("/api/method/lms.invite", {"emails": person, "roles": boss})
    client.put(f"/api/v2/document/User/{person}", {"user_type": "System User", "roles": boss})
    school.guest.post("/signup", form={"email": "climber@page.test", "full_name": "C", "roles": json.dumps(boss), "role": "System Manager",
                                       "user_type": "System User", "invited": "1"})
    postbox.mails_to(school, "climber@page.test")
    for who in (person, "climber@page.test"):
        user = school.admin.get(f"/api/resource/User/{who}").data
        assert [one["role"] for one in user["roles"]] == ["Student"] and user["user_type"] == "Website User"


# ---- two daemons -----------------------------------------------------------------------------------------------------------------
def test_what_changes_in_one_daemon_holds_in_the_other_within_a_second(school, server, person):
    port = free_port()
    other = subprocess.Popen([PREAU, "serve", "--sites", str(server.sites), "--listen", f"127.0.0.1:{port}"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        there = Client(type("There", (), {"server": type("At", (), {"port": port}), "host": school.host}))
        deadline = time.monotonic() + 30
        while True:
            try:
                if there.get("/api/method/ping").status == 200:
                    break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        here = browser(school, person)
        there.cookies = dict(here.cookies)
        assert "Account" in there.get("/account").text and there.get("/signup", {"x": "1"}).status == 303
        send(here, "/account/profile", full_name="Seen Elsewhere", language="fr")
        time.sleep(1.2)
        assert "Seen Elsewhere" in there.get("/account").text and "Votre compte" in there.get("/account").text
        assert send(here, "/account/sessions").status == 303
        time.sleep(1.2)
        assert there.get("/account").status == 303
        signup(school, "Closed")
        time.sleep(1.2)
        assert "takes nobody in" in there.get("/signup?lang=en").text
    finally:
        signup(school, "Open")
        other.send_signal(signal.SIGTERM)
        assert other.wait(60) == 0
