"""Frappe sites are not all alike: older columns, other collations and engines, uploads, views and triggers, dumps of other
programs. Each test makes such a site of the real one in ../shared/data/frappe-site, and moves it in."""
import gzip
import io
import itertools
import json
import subprocess
import tarfile
import time

import pytest
from conftest import PREAU, School
from seeded import sql
from test_adopted_site import CONFIG, DUMP, adopt, caller, left_in, server_sql

pytestmark = pytest.mark.skipif(not DUMP.is_file(), reason="../shared/data/frappe-site is not here")
numbers = itertools.count(1)
TEXT = gzip.open(DUMP, "rt").read() if DUMP.is_file() else ""


def client_of(server, program, *options):
    common = json.loads((server.sites / "common_site_config.json").read_text())
    return [program, "--no-defaults", "-S", common["db_socket"], "-u", common["root_login"], f"-p{common['root_password']}",
            *options]


@pytest.fixture(scope="module")
def frappe(server):
    """A database to change and dump: made anew by each test that asks."""
    made = []

    def make(statements=""):
        name = f"variant_{next(numbers)}"
        server_sql(server, f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        made.append(name)
        subprocess.run(client_of(server, "mariadb", name), input=(TEXT + statements).encode(), check=True, timeout=240)
        return name
    yield make
    for name in made:
        server_sql(server, f"DROP DATABASE IF EXISTS `{name}`")


def dump_of(server, database, path, *options):
    text = subprocess.run(client_of(server, "mariadb-dump", *options, database), capture_output=True, check=True,
                          timeout=240).stdout
    path.write_bytes(text)
    return path


def moved_in(server, *options, **more):
    host = f"moved-{next(numbers)}.test"
    done = adopt(server, host, *options, **more)
    assert done.returncode == 0, done.stderr[-3000:]
    school = School(server, host)
    school.report = done.stdout
    return school


def stays_out(server, *options, **more):
    before = left_in(server)
    done = adopt(server, "stays-out.test", *options, **more)
    assert done.returncode == 1, done.stdout
    assert left_in(server) == before
    return done.stderr


# ---- people ----------------------------------------------------------------------------------------------------------
# "password" as passlib writes it: argon2id in four lanes, and argon2i in eight as older versions did.
ARGON2 = {"eleve0": "$argon2id$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$uKZLaN6muIyoyIYr5waqw3y+zaDbe9aLSPj6Ln/rbz4",
          "eleve1": "$argon2i$v=19$m=102400,t=2,p=8$MDEyMzQ1Njc4OWFiY2RlZg$fvXRmMcY3inZnuUFHDfS6Q"}


def test_people_with_argon2_log_in_and_unknown_hashes_are_counted(server, frappe):
    changes = "".join(f"UPDATE `__Auth` SET `password` = '{hash}' WHERE `name` = '{who}@tech-school.local';"
                      for who, hash in ARGON2.items())
    changes += "UPDATE `__Auth` SET `password` = '$2b$12$nobodyknows' WHERE `name` = 'eleve2@tech-school.local';"
    school = moved_in(server, "--db", frappe(changes))
    assert "13 pbkdf2_sha256, 2 argon2" in school.report and "1 passwords in a form" in school.report
    for who in ARGON2:
        assert school.guest.login(f"{who}@tech-school.local", "passwore").status == 401
        school.session(f"{who}@tech-school.local", "password")
    assert school.guest.login("eleve2@tech-school.local", "password").status == 401
    stored = sql(server, school.host, "SELECT password FROM __Auth WHERE name = 'eleve1@tech-school.local'")[0][0]
    assert stored.startswith("$argon2id$")


def test_secrets_of_another_key_are_named(server, tmp_path):
    config = tmp_path / "site_config.json"
    config.write_text(json.dumps({**json.loads(CONFIG.read_text()), "encryption_key": "A" * 43 + "="}))
    school = moved_in(server, config=config)
    assert "4 secrets that the encryption_key of the configuration does not open" in school.report
    answer = caller(school, "admin").get("/api/resource/User")
    assert answer.status == 417 and "Encryption key is invalid" in answer.text
    assert school.session("Administrator", "admin").get("/api/resource/User").status == 200


# ---- files -----------------------------------------------------------------------------------------------------------
FILES = """
INSERT INTO `tabFile` (name, file_name, file_url, is_private, owner) VALUES ('f1', 'open.txt', '/files/open.txt', 0,
'Administrator'), ('f2', 'closed.txt', '/private/files/closed.txt', 1, 'Administrator'), ('f3', 'lost.txt',
'/files/lost.txt', 0, 'Administrator'), ('f4', 'web', 'https://example.org/x.png', 0, 'Administrator');
"""


def archive(path, folder, **files):
    with tarfile.open(path, "w:gz" if path.suffix == ".tgz" else "w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"./frappe.local/{folder}/files/{name}.txt")
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
        link = tarfile.TarInfo(f"./frappe.local/{folder}/files/link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    return path


def files_came(school):
    assert "2 files\n" in school.report and "1 files whose bytes are not" in school.report
    assert school.guest.get("/files/open.txt").body == b"open"
    assert school.guest.get("/private/files/closed.txt").status == 403
    assert caller(school, "admin").get("/private/files/closed.txt").body == b"closed"
    assert school.guest.get("/files/link.txt").status == 404
    folder = school.server.sites / school.host
    assert not [p for p in folder.rglob("*") if p.is_symlink()]


def test_uploads_come_from_the_archives_that_bench_puts_beside_the_dump(server, frappe, tmp_path):
    dump = dump_of(server, frappe(FILES), tmp_path / "20260101_120000-frappe_local-database.sql")
    archive(tmp_path / "20260101_120000-frappe_local-files.tar", "public", open="open")
    archive(tmp_path / "20260101_120000-frappe_local-private-files.tgz", "private", closed="closed")
    files_came(moved_in(server, dump=dump))


def test_uploads_come_from_archives_and_folders_that_are_named(server, frappe, tmp_path):
    (tmp_path / "closed.txt").write_text("closed")
    tar = archive(tmp_path / "public.tar", "public", open="open")
    files_came(moved_in(server, "--with-public-files", str(tar), "--with-private-files", str(tmp_path), "--db",
                        frappe(FILES)))


def test_uploads_come_from_beside_the_configuration(server, frappe, tmp_path):
    for part, name in (("public", "open"), ("private", "closed")):
        (tmp_path / part / "files").mkdir(parents=True)
        (tmp_path / part / "files" / f"{name}.txt").write_text(name)
    config = tmp_path / "site_config.json"
    config.write_text(CONFIG.read_text())
    files_came(moved_in(server, "--db", frappe(FILES), config=config))


def test_a_damaged_archive_is_refused_whole(server, tmp_path):
    broken = tmp_path / "broken.tar"
    broken.write_bytes(archive(tmp_path / "x.tar", "public", open="open" * 5000).read_bytes()[:9000])
    assert "tar" in stays_out(server, "--with-public-files", str(broken))
    assert "none.tar cannot be read" in stays_out(server, "--with-public-files", str(tmp_path / "none.tar"))


# ---- tables ----------------------------------------------------------------------------------------------------------
OLDER = """
ALTER TABLE `tabUser` DROP COLUMN default_app, DROP COLUMN default_workspace, DROP COLUMN onboarding_status,
  DROP COLUMN last_known_versions, DROP COLUMN search_bar, DROP COLUMN user_type;
ALTER TABLE `tabDocField` DROP COLUMN link_filters, DROP COLUMN placeholder, DROP COLUMN sort_options,
  DROP COLUMN is_virtual, DROP COLUMN non_negative;
ALTER TABLE `tabCustom Field` DROP COLUMN link_filters, DROP COLUMN placeholder, DROP COLUMN is_virtual;
ALTER TABLE `tabDocType` DROP COLUMN is_virtual, DROP COLUMN default_view;
ALTER TABLE `tabDocPerm` DROP COLUMN `select`;
ALTER TABLE `tabFile` DROP COLUMN file_type, DROP COLUMN uploaded_to_google_drive;
ALTER TABLE `tabLMS Bootcamp` DROP COLUMN _liked_by, DROP COLUMN price;
DROP TABLE `tabLMS Certificate`;
DROP TABLE `tabUser Permission`;
DROP TABLE `tabSessions`;
"""


def test_an_older_frappe_without_some_columns_and_tables(server, frappe):
    school = moved_in(server, "--db", frappe(OLDER))
    assert "LMS Bootcamp: its table has no column for price" in school.report
    assert "DocType LMS Certificate: it has no table" in school.report
    admin = caller(school, "admin")
    for path in ("User", "User/student@tech-school.local", "DocType/User", "File", "User Permission", "LMS Bootcamp",
                 "LMS Bootcamp/Bootcamp 03", 'LMS Bootcamp?fields=["*"]'):
        assert admin.get(f"/api/resource/{path}").status == 200, path
    assert admin.get("/api/resource/LMS Certificate").status == 404
    school.session("manager@tech-school.local", "Wire-Pass-2026!")
    assert admin.put("/api/resource/LMS Bootcamp/Bootcamp 03", {"price": 12}).status == 200
    assert admin.create("User", email="new@tech-school.local", first_name="New", send_welcome_email=0).status == 200
    assert admin.create("DocType", name="Own", custom=1, module="Custom", fields=[{"fieldname": "a", "fieldtype": "Data"}],
                        permissions=[{"role": "System Manager", "read": 1, "create": 1}]).status == 200
    assert admin.create("Own", a="x").data["a"] == "x"
    columns = [row[0] for row in sql(server, school.host, "SHOW COLUMNS FROM `tabLMS Bootcamp`")]
    assert "price" not in columns and "slug" not in columns


def test_other_collations_and_engines(server, frappe):
    general = "".join(f"ALTER TABLE `{t}` CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;"
                      for t in ("tabUser", "tabHas Role", "tabLMS Bootcamp", "tabDocType", "__Auth", "tabDocPerm"))
    engines = ("ALTER TABLE `tabLMS Bootcamp` ENGINE=MyISAM; ALTER TABLE `tabUser` ENGINE=MyISAM;"
               "ALTER TABLE `tabLMS Lesson` ROW_FORMAT=COMPRESSED; ALTER TABLE `tabFile` ENGINE=Aria;"
               "ALTER TABLE `tabRole` CONVERT TO CHARACTER SET latin1;")
    school = moved_in(server, "--db", frappe(general + engines))
    assert len(caller(school, "manager").get("/api/resource/LMS Bootcamp").data) == 10
    school.session("student@tech-school.local", "Wire-Pass-2026!")
    assert caller(school, "admin").get("/api/resource/User/student@tech-school.local").data["roles"]
    collations = server_sql(server, "SELECT DISTINCT collation_name FROM information_schema.columns WHERE table_schema = "
                                    f"'{school.config()['db_name']}' AND collation_name LIKE 'utf8mb4%'").split()
    assert set(collations) == {"utf8mb4_unicode_ci", "utf8mb4_bin"}


def test_other_collations_are_not_taken_in_place(server, frappe, tmp_path):
    database = frappe("ALTER TABLE `tabRole` CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;")
    config = tmp_path / "site_config.json"
    config.write_text(json.dumps({**json.loads(CONFIG.read_text()), "db_password": "a-password-of-frappe"}))
    assert "tabRole: utf8mb4_general_ci" in stays_out(server, "--db", database, "--in-place", config=config)
    assert "tabRole" in server_sql(server, f"SHOW TABLES FROM `{database}`")


# ---- dumps -----------------------------------------------------------------------------------------------------------
LIVING = """
CREATE VIEW `user_mails` AS SELECT name, email FROM `tabUser`;
DELIMITER ;;
CREATE TRIGGER `note_title` BEFORE INSERT ON `tabNote` FOR EACH ROW BEGIN SET NEW.title = CONCAT(NEW.title, '; DEFINER=`x`@`y`'); END;;
CREATE FUNCTION `one_more`(a INT) RETURNS INT DETERMINISTIC RETURN a + 1;;
DELIMITER ;
"""


def test_views_triggers_and_functions_of_somebody_else_move_in(server, frappe, tmp_path):
    dump = dump_of(server, frappe(LIVING), tmp_path / "living.sql", "--routines", "--databases")
    assert b"DEFINER=`root`@`localhost`" in dump.read_bytes() and b"USE `" in dump.read_bytes()
    school = moved_in(server, dump=dump)
    note = caller(school, "admin").create("Note", title="Told").data
    assert note["title"] == "Told; DEFINER=`x`@`y`"
    assert sql(server, school.host, "SELECT one_more(1), COUNT(*) FROM user_mails") == [["2", "17"]]


def test_values_are_not_touched_and_may_be_large(server, frappe, tmp_path):
    wild = "USE `mysql`; -- DEFINER=`root`@`localhost` utf8mb4_general_ci /*!50001 */ ''\\\\ é\n" * 3
    large = f"""INSERT INTO `tabNote` (name, title, content) VALUES ('wild', 'Wild', '{wild.replace("'", "''")}'),
                ('large', 'Large', REPEAT('0123456789abcdef', 786432));"""
    dump = dump_of(server, frappe(large), tmp_path / "large.sql", "--max-allowed-packet=1G", "--net-buffer-length=64M")
    packed = tmp_path / "large.sql.gz"  # as bench writes it: a first part of its own, then what mariadb-dump wrote
    packed.write_bytes(gzip.compress(b"-- Backup generated by Frappe 15.44.2 on branch version-15\n\n") +
                       gzip.compress(dump.read_bytes(), 1))
    school = moved_in(server, dump=packed)
    assert sql(server, school.host, "SELECT LENGTH(content), MD5(content) FROM tabNote WHERE name = 'large'") == \
        sql(server, school.host, "SELECT 12582912, MD5(REPEAT('0123456789abcdef', 786432))")
    assert caller(school, "admin").get("/api/resource/Note/wild").data["content"] == wild.replace("\\\\", "\\")


@pytest.mark.parametrize("first", ["/*M!999999\\- enable the sandbox mode */ \n", "/*!999999\\- enable the sandbox mode */\n", ""])
def test_first_lines_of_several_versions(server, tmp_path, first):
    dump = tmp_path / "first.sql"
    dump.write_text(first + TEXT.split("\n", 1)[1])
    done = adopt(server, "first-line.test", "--dry-run", dump=dump)
    assert done.returncode == 0, done.stderr


def cut(text, where):
    return {"between statements": text[:text.index("DROP TABLE IF EXISTS `tabUser`;")],
            "in a value": text[:text.index("influencer@tech-school.local") + 5],
            "before its last line": text[:text.rindex("-- Dump completed")]}[where]


@pytest.mark.parametrize("where", ["between statements", "in a value", "before its last line"])
def test_a_dump_that_was_cut_is_refused_whole(server, tmp_path, where):
    dump = tmp_path / "cut.sql"
    dump.write_text(cut(TEXT, where))
    assert "breaks off" in stays_out(server, dump=dump)


# ---- what meets what is ours -----------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def plain(server):
    return moved_in(server)


def test_pages_and_methods_name_the_fields_that_are_missing(plain):
    for who in ("admin", "student", "Guest"):
        client = caller(plain, who)
        for path in ("/", "/bootcamps/Bootcamp 03", "/sitemap.xml", "/bootcamps/x/y/z", "/search?q=x"):
            answer = client.get(path)
            assert answer.status == 417 and "LMS Bootcamp" in answer.text and "slug" in answer.text, (path, answer)
    for method in ("catalogue", "search?q=x", "my_enrollments", "outline?bootcamp=Bootcamp 03", "lesson?lesson=x"):
        answer = caller(plain, "admin").get(f"/api/method/lms.{method}")
        assert (answer.status, answer.exc_type) == (417, "ValidationError") and "slug" in answer.text, method
    assert caller(plain, "admin").post("/api/method/lms.enroll", {"bootcamp": "Bootcamp 03"}).status == 417
    assert plain.guest.get("/login").status == 200


def test_doctor_says_what_is_off_and_why(plain, server):
    lines = server.run("doctor").splitlines()
    off = [line for line in lines if f"{plain.host}: LMS Bootcamp" in line]
    assert len(off) == 1 and "slug" in off[0] and "courses" in off[0] and off[0].startswith("warn")
    assert not [line for line in lines if plain.host in line and "site migrate" in line]


def test_jobs_of_what_is_off_do_nothing(plain, server):
    """Those of every night too."""
    sql(server, plain.host, "UPDATE preau_job SET run_at = NOW() - INTERVAL 3 DAY WHERE job = 'enrollment.check'")
    time.sleep(3)
    assert not sql(server, plain.host, "SELECT job FROM preau_job WHERE dead = 1 OR tries > 1")


def test_every_fieldtype_moves_out_of_one_server_and_into_another(plain, server, tmp_path):
    kinds = {"Data": "Añ", "Int": 7, "Check": 1, "Currency": 12.345678, "Float": 0.1, "Percent": 33.3,
             "Duration": 90, "Rating": 0.6, "Date": "2026-02-03", "Datetime": "2026-02-03 04:05:06.123456",
             "Time": "04:05:06", "Small Text": "a\nb", "Text": "c", "Long Text": "d", "Code": "print(1)",
             "Markdown Editor": "# x", "HTML Editor": "<p>x</p>", "Text Editor": "<p>y</p>", "JSON": '{"a": [1, null]}',
             "Color": "#ff0000", "Select": "b", "Link": "Administrator", "Phone": "+33-123456789", "Attach": "/files/x.png",
             "Password": "hidden-word", "Barcode": "<svg></svg>", "Read Only": "r", "Autocomplete": "z"}
    options = {"Select": "a\nb", "Link": "User"}
    fields = [{"fieldname": k.lower().replace(" ", "_"), "label": k, "fieldtype": k, "options": options.get(k, "")} for k in kinds]
    rights = [{"role": "System Manager", "read": 1, "write": 1, "create": 1}]
    admin = caller(plain, "admin")
    assert admin.create("DocType", name="Every Row", custom=1, istable=1, module="Custom", fields=fields[:5]).status == 200
    assert admin.create("DocType", name="Every Kind", custom=1, module="Custom", autoname="KIND-.###", permissions=rights,
                        fields=fields + [{"fieldname": "rows", "fieldtype": "Table", "options": "Every Row"}]).status == 200
    assert admin.create("DocType", name="Every Setting", custom=1, issingle=1, module="Custom", permissions=rights,
                        fields=fields[:8]).status == 200
    values = {k.lower().replace(" ", "_"): v for k, v in kinds.items()}
    made = admin.create("Every Kind", **values, rows=[{"data": "one"}, {"data": "two", "int": 2}]).data
    assert admin.put("/api/resource/Every Setting/Every Setting", {"data": "kept", "int": 9}).status == 200
    assert admin.create("Property Setter", doc_type="Every Kind", doctype_or_field="DocField", field_name="data",
                        property="reqd", property_type="Check", value="1").status == 200
    assert admin.create("Custom Field", dt="Every Kind", fieldname="later", fieldtype="Data", insert_after="int").status == 200
    before = admin.get(f"/api/resource/Every Kind/{made['name']}").data
    dump = dump_of(server, plain.config()["db_name"], tmp_path / "again.sql")
    config = tmp_path / "site_config.json"
    config.write_text(json.dumps(plain.config()))
    other = moved_in(server, dump=dump, config=config)
    admin = caller(other, "admin")
    assert admin.get(f"/api/resource/Every Kind/{made['name']}").data == before
    assert admin.get("/api/resource/Every Setting/Every Setting").data["int"] == 9
    assert admin.post("/api/method/frappe.client.get_password", {"doctype": "Every Kind", "name": made["name"],
                     "fieldname": "password"}).message == "hidden-word"
    assert admin.create("Every Kind", int=1).exc_type == "MandatoryError"
    assert admin.create("Every Kind", data="x", later="y").data["name"] == "KIND-002"


def test_webhooks_whose_condition_is_not_understood_are_named(server, frappe):
    rows = ("('w1', 1, 'doc.status == \"Open\" and doc.total + doc.tax > 10'), ('w2', 1, 'frappe.db.exists(\"x\")'),"
            "('w3', 0, 'frappe.db.exists(\"x\")'), ('w4', 1, NULL)")
    school = moved_in(server, "--db", frappe(f"INSERT INTO `tabWebhook` (`name`, `enabled`, `condition`) VALUES {rows};"))
    said = [line for line in school.report.splitlines() if "Webhook w" in line]
    assert len(said) == 1 and "w2 is not sent" in said[0] and "Only doc and its fields" in said[0]
