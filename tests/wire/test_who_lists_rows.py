"""Who lists which rows, and finds by which fields (tables: watching.py)."""
from watching import LISTS, RUNS, STUDENTS, TEACHES, UNUSABLE, children, doctypes, everyone, seeded, watch


SHAPES = [{}, {"fields": ["*"]}, {"fields": "*"}, {"fields": ["*"], "as_dict": "false"}, {"fields": ["*"], "limit": 0},
          {"fields": ["name", "docstatus", "idx"], "order_by": "name asc"},
          {"fields": ["count(name) as n", "docstatus"], "group_by": "docstatus"},
          {"fields": ["*"], "or_filters": [["name", "like", "%"], ["name", "is", "set"]]},
          {"fields": ["*"], "filters": [["name", "not in", ["x"]]], "debug": 1}]


@everyone
def test_lists_are_for_whom_the_table_says(watch, doctypes, children, person):
    for doctype in doctypes:
        if doctype in children:
            continue
        allowed = person in LISTS.get(doctype, RUNS)
        for shape in SHAPES:
            for path, more in ((f"/api/resource/{doctype}", {}), (f"/api/v2/document/{doctype}", {}),
                               ("/api/method/frappe.client.get_list", {"doctype": doctype})):
                answer = watch.get(person, path, **shape, **more)
                watch.expect(person, answer, [200] if allowed else [403], f"{path} {shape} {more}")
        for path, more in (("/api/method/frappe.client.get_count", {"doctype": doctype}),
                           (f"/api/v2/doctype/{doctype}/count", {})):
            watch.expect(person, watch.get(person, path, **more), [200] if allowed else [403], f"{path} {doctype}")


@everyone
def test_rows_of_child_tables_are_their_parents(seeded, watch, children, person):
    assert seeded.rows_of["Has Role"] and seeded.rows_of["Sales Invoice Item"]
    for child, parent in children.items():
        for shape in SHAPES:
            answer = watch.get(person, f"/api/resource/{child}", parent=parent, **shape)
            if answer.status == 200 and person not in RUNS and "group_by" not in shape and answer.data:
                watch.leaks.append(f"{person}: rows of {child}: {answer}")
            watch.get(person, f"/api/resource/{child}", **shape)
            watch.get(person, f"/api/resource/{child}", parent="LMS Bootcamp", **shape)
        for row in seeded.rows_of[child]:
            answer = watch.get(person, f"/api/resource/{child}/{row}")
            watch.expect(person, answer, [200] if person in RUNS else [403, 404], f"{child} {row}")


@everyone
def test_no_way_round_by_a_link_or_a_child(seeded, watch, person):
    ways = [
        ("Enrollment", ["last_lesson.content", "last_lesson.title", "bootcamp.title", "bootcamp.description"]),
        ("Enrollment", ["last_lesson.answer"]), ("Enrollment", ["user.api_key"]), ("Enrollment", ["user.bio"]),
        ("Enrollment", ["user.reset_password_key"]), ("Enrollment", ["sales_invoice.contact_email"]),
        ("Purchase", ["sales_invoice.customer", "sales_invoice.contact_email"]), ("Purchase", ["user.first_name"]),
        ("LMS Bootcamp", ["item_code.description"]), ("LMS Bootcamp", ["item_code.item_name", "name"]),
        ("LMS Bootcamp", ["courses.title", "courses.name"]), ("LMS Bootcamp", ["`tabLMS Course`.`title`"]),
        ("LMS Bootcamp", ["`tabLMS Lesson`.`content`"]), ("LMS Bootcamp", ["courses.lessons.content"]),
        ("LMS Course", ["lessons.content", "lessons.title", "lessons.video_url"]), ("LMS Course", ["lessons.answer"]),
        ("LMS Lesson", ["bootcamp.title", "title"]), ("LMS Lesson", ["bootcamp.description"]),
        ("Sales Commission", ["coupon_code.coupon_code", "coupon_code.customer"]),
        ("Sales Commission", ["sales_invoice.customer"]), ("Sales Commission", ["payout.reference"]),
        ("Sales Commission", ["sales_partner.account_holder"]), ("Sales Commission", ["bootcamp.title"]),
        ("Sales Commission", ["`tabSales Invoice`.`customer`"]), ("Sales Commission", ["payout.amount"]),
        ("Coupon Code", ["pricing_rule.title"]), ("Coupon Code", ["customer.customer_name"]),
        ("Coupon Code", ["sales_partner.iban", "sales_partner.account_holder"]), ("Sales Partner", ["user.bio"]),
        ("Sales Partner", ["user.api_key"]), ("Sales Partner", ["user.email"]), ("User", ["roles.role"]),
        ("User", ["`tabHas Role`.`role`"]), ("Item", ["variant_of.description"]),
        ("LMS Bootcamp", ["owner.api_key"]), ("LMS Bootcamp", ["owner.email"]),
    ]
    for doctype, fields in ways:
        for shape in ({}, {"as_dict": "false"}, {"limit": 0}, {"filters": [[doctype, "name", "is", "set"]]}):
            watch.get(person, f"/api/resource/{doctype}", fields=fields, **shape)
            watch.get(person, f"/api/v2/document/{doctype}", fields=fields, **shape)
            watch.get(person, "/api/method/frappe.client.get_list", doctype=doctype, fields=fields, **shape)
        for field in fields:
            for wrapped in (f"max({field})", f"count(distinct {field})", f"{field} as title", f"locate('s', {field})",
                            f"distinct {field}", f"date({field})"):
                watch.get(person, f"/api/resource/{doctype}", fields=[wrapped])
            watch.get(person, "/api/method/frappe.client.get_value", doctype=doctype, fieldname=field, filters={})


# ---- a field that one may not read everywhere is of no use for finding -----------------------------------------------------------
def ways_to_use(doctype, field):
    path = f"/api/resource/{doctype}"
    value = "%sec%"
    for filters in ({field: ["like", value]}, [[field, "like", value]], [[doctype, field, "like", value]],
                    [[field, "is", "set"]], [[f"`tab{doctype}`.`{field}`", "is", "set"]], [[field, "=", "x"]],
                    [[field, "in", ["x", None]]], [[field, "!=", ""]]):
        yield path, {"filters": filters}
        yield path, {"or_filters": filters}
        yield "/api/method/frappe.client.get_count", {"doctype": doctype, "filters": filters}
        yield f"/api/v2/doctype/{doctype}/count", {"filters": filters}
        yield "/api/method/frappe.client.get_value", {"doctype": doctype, "fieldname": "name", "filters": filters}
        yield "/api/method/frappe.client.get", {"doctype": doctype, "filters": filters}
    for order in (field, f"{field} desc", f"name asc, {field} desc", f"`tab{doctype}`.`{field}` asc", f"max({field})"):
        yield path, {"order_by": order}
        yield "/api/method/frappe.client.get_list", {"doctype": doctype, "order_by": order}
    yield path, {"group_by": field}
    yield path, {"fields": ["count(name) as n"], "group_by": f"`tab{doctype}`.`{field}`"}
    for call in ("count({})", "min({}) as least", "max({})", "sum({})", "avg({})", "count(distinct {})", "locate('s', {})",
                 "date({})", "year({})"):
        yield path, {"fields": [call.format(field)]}
        yield path, {"fields": [call.format(f"`tab{doctype}`.`{field}`")]}
    yield path, {"fields": [f"{field} as x"], "order_by": "x"}
    yield path, {"fields": [f"{field} as x"], "group_by": "x"}


@everyone
def test_what_one_does_not_read_everywhere_finds_nothing(seeded, watch, person):
    for doctype, fields in UNUSABLE.items():
        for field, readers in fields.items():
            for path, query in ways_to_use(doctype, field):
                answer = watch.get(person, path, **query)
                if person not in readers:
                    watch.expect(person, answer, [403], f"{path} {query}")
                elif answer.status == 403:
                    watch.leaks.append(f"{person}: may read {doctype} {field}, yet {path} {query}: {answer}")


@everyone
def test_a_joined_field_is_no_better(seeded, watch, person):
    for doctype, field, readers in (("LMS Course", "lessons.content", TEACHES), ("LMS Course", "lessons.answer", TEACHES),
                                    ("Sales Commission", "sales_invoice.customer", RUNS),
                                    ("Enrollment", "last_lesson.content", TEACHES),
                                    ("LMS Bootcamp", "item_code.description", RUNS), ("User", "roles.role", RUNS)):
        for path, query in ((f"/api/resource/{doctype}", {"filters": [[field, "like", "%sec%"]]}),
                            (f"/api/resource/{doctype}", {"or_filters": [[field, "is", "set"]]}),
                            (f"/api/resource/{doctype}", {"order_by": field}),
                            (f"/api/resource/{doctype}", {"group_by": field}),
                            (f"/api/resource/{doctype}", {"fields": [f"max({field}) as m"]})):
            answer = watch.get(person, path, **query)
            if person not in readers:
                watch.expect(person, answer, [403, 417], f"{path} {query}")
    for filters in ([["LMS Lesson", "content", "like", "%sec%"]], [["LMS Lesson", "answer", "is", "set"]]):
        for doctype in ("LMS Course", "LMS Bootcamp"):
            answer = watch.get(person, f"/api/resource/{doctype}", filters=filters)
            if person not in TEACHES:
                watch.expect(person, answer, [403, 417], f"{doctype} {filters}")


@everyone
def test_a_field_that_is_nowhere_readable_is_refused_by_name(seeded, watch, person):
    for doctype, fields in UNUSABLE.items():
        for field, readers in fields.items():
            nowhere = person not in readers and field not in ("content", "video_url", "at", "creation", "modified")
            own = doctype == "Enrollment" and person in STUDENTS     # their own invoice's name
            if nowhere and not own and person in LISTS[doctype]:
                watch.expect(person, watch.get(person, f"/api/resource/{doctype}", fields=["name", field]), [403],
                             f"{doctype} {field}")
                answer = watch.get(person, f"/api/resource/{doctype}", fields=["*"])
                if any(field in row for row in answer.data):
                    watch.leaks.append(f"{person}: {field} in all fields of {doctype}")
