"""Who reads one document, by whatever path it is asked for (tables: watching.py)."""
import itertools
import json

from seeded import secret
from watching import DOCUMENTS, HIDES, TEACHES, everyone, name_of, readers_of, seeded, watch


@everyone
def test_a_document_is_there_for_its_readers(seeded, watch, person):
    for (doctype, key), readers in DOCUMENTS.items():
        name = name_of(seeded, key)
        expected = [200] if person in readers else [404] if doctype in HIDES else [403]
        for path in (f"/api/resource/{doctype}/{name}", f"/api/v1/resource/{doctype}/{name}",
                     f"/api/v2/document/{doctype}/{name}"):
            watch.expect(person, watch.get(person, path), expected, path)
        path = "/api/method/frappe.client.get"
        watch.expect(person, watch.get(person, path, doctype=doctype, name=name), expected, f"{path} {doctype} {name}")
        if "Settings" in doctype:
            continue
        answer = watch.get(person, path, doctype=doctype, filters={"name": name})
        watch.expect(person, answer, [200] if person in readers else [403, 404], f"{path} {doctype} by filter")
        answer = watch.get(person, "/api/method/frappe.client.get_value", doctype=doctype, fieldname="name", filters=name)
        found = answer.status == 200 and answer.json.get("message") == {"name": name}
        if found != (person in readers):
            watch.leaks.append(f"{person}: get_value of {doctype} {name}: {answer}")
        counted = watch.get(person, "/api/method/frappe.client.get_count", doctype=doctype, filters={"name": name})
        if counted.status == 200 and counted.message != int(person in readers):
            watch.leaks.append(f"{person}: get_count of {doctype} {name}: {counted}")
        for method in ("as_dict", "get_password", "db_get", "reload", "run_method", "save"):
            watch.get(person, f"/api/resource/{doctype}/{name}", run_method=method)
            watch.ask(person, "POST", f"/api/resource/{doctype}/{name}", json_body={"run_method": method})
            watch.get(person, f"/api/v2/document/{doctype}/{name}/method/{method}", fieldname="content")
        document = {"doctype": doctype, "name": name}
        watch.ask(person, "POST", "/api/v2/method/run_doc_method", json_body={"method": "as_dict", "document": document})


@everyone
def test_the_body_of_a_lesson_on_every_path(seeded, watch, person):
    for label, field in itertools.product(("open.preview", "open.locked", "open.hidden", "open.hiddenpreview",
                                           "draft.preview", "far.locked"), ("content", "video")):
        name, word = seeded.names[label], secret(f"{label}.{field}")
        column, key = {"content": "content", "video": "video_url"}[field], label.split(".")[0]
        answers = {
            "v1": watch.get(person, f"/api/resource/LMS Lesson/{name}"),
            "v2": watch.get(person, f"/api/v2/document/LMS Lesson/{name}"),
            "client": watch.get(person, "/api/method/frappe.client.get", doctype="LMS Lesson", name=name),
            "tree": watch.get(person, f"/api/resource/LMS Bootcamp/{key}-camp"),
            "course": watch.get(person, f"/api/resource/LMS Course/{seeded.names[key + '.course']}"),
            "all": watch.get(person, "/api/resource/LMS Lesson", fields=["*"], limit=100),
            "named": watch.get(person, "/api/resource/LMS Lesson", fields=["name", column], filters={"name": name}),
            "arrays": watch.get(person, "/api/resource/LMS Lesson", fields=[column], as_dict="false"),
            "get_list": watch.get(person, "/api/method/frappe.client.get_list", doctype="LMS Lesson", fields=[column]),
            "get_value": watch.get(person, "/api/method/frappe.client.get_value", doctype="LMS Lesson", fieldname=column,
                                   filters=name),
            "child": watch.get(person, "/api/resource/LMS Course", fields=["name", f"lessons.{column}"]),
            "table": watch.get(person, "/api/resource/LMS Course", fields=[f"`tabLMS Lesson`.`{column}`"]),
            "parent": watch.get(person, "/api/resource/LMS Lesson", fields=[column], parent="LMS Course"),
        }
        if key == "open" or person in TEACHES:
            answers["lms.lesson"] = watch.get(person, "/api/method/lms.lesson", lesson=name)
        for path, answer in answers.items():
            if (word in answer.text) != (person in readers_of(f"{label}.{field}")):
                watch.leaks.append(f"{person}: {label}.{field} by {path}: {answer}")
