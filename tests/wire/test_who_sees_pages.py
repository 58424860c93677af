"""What pages, feeds and methods of the school show to whom (tables: watching.py)."""
from seeded import email, secret
from watching import RUNS, TEACHES, everyone, readers_of, seeded, watch


@everyone
def test_pages_and_feeds(seeded, watch, person):
    bootcamps = {"open": [200], "far": [200], "draft": [200] if person in TEACHES else [404]}
    for key, expected in bootcamps.items():
        for query in ({}, {"lang": "fr"}, {"preview": "1", "draft": "1"}):
            watch.expect(person, watch.get(person, f"/bootcamps/{key}-camp", **query), expected, key)
    for label in ("open.preview", "open.locked", "open.hidden", "open.hiddenpreview", "draft.preview", "far.locked"):
        key = label.split(".")[0]
        path = f"/bootcamps/{key}-camp/{secret(key + '.course')}/{secret(label + '.title')}"
        readable = person in readers_of(f"{label}.title")
        for query in ({}, {"lang": "fr"}, {"images": "1"}):
            answer = watch.get(person, path, **query)
            watch.expect(person, answer, [200] if readable else [404], path)
        word = secret(f"{label}.content")
        if (word in watch.get(person, path, lang="en").text) != (person in readers_of(f"{label}.content")):
            watch.leaks.append(f"{person}: the page of {label}")
    for path in ("/", "/?q=sec", "/?q=draft", "/sitemap.xml", "/robots.txt", "/login", "/metrics", "/healthz", "/readyz",
                 "/feed.xml", "/api/openapi.json", "/private/files/x", "/files/x", "/backups/x", "/app", "/me", "/partner"):
        watch.get(person, path)


@everyone
def test_methods_of_the_school(seeded, watch, person):
    names = seeded.names
    for method, query in (("lms.catalogue", {}), ("lms.catalogue", {"q": "sec"}), ("lms.catalogue", {"q": "%"}),
                          ("lms.my_enrollments", {}), ("lms.my_enrollments", {"user": email("active")}),
                          ("lms.search", {"q": "sec"}), ("lms.affiliate.summary", {}), ("lms.affiliate.sales", {}),
                          ("frappe.auth.get_logged_user", {}), ("frappe.client.get_time_zone", {}),
                          *[("lms.outline", {"bootcamp": f"{key}-camp", "language": language})
                            for key in ("open", "draft", "far") for language in ("en", "fr")],
                          *[("lms.lesson", {"lesson": names[label], "language": language})
                            for label in names if label.count(".") == 1 and label.split(".")[0] in ("open", "draft", "far")
                            for language in ("en", "fr")],
                          *[("frappe.client.get_single_value", {"doctype": f"{single} Settings", "field": field})
                            for single, field in (("System", "time_zone"), ("School", "iban"), ("ERPNext", "api_secret"))]):
        for ask in ("GET", "POST"):
            answer = watch.ask(person, ask, f"/api/method/{method}", query)
            if method == "frappe.client.get_single_value" and person not in RUNS:
                watch.expect(person, answer, [403], f"{method} {query}")
