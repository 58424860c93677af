/* Somebody leaves: a pseudonym takes the person's place wherever they are named. Their enrollments, purchases and what
 * they wrote stay under it, as do invoices and the ledger as they are; their files, tokens and shares go. */
#include "account_priv.h"
#include "doc.h"
#include "work.h"

enum { SUFFIX_BYTES = 8, SLOW_MS = 300000 };

/* ---- at once ---------------------------------------------------------------------------------------------------------------- */
bool account_erase(struct ctx *cx, struct str name, struct str peer)
{
    if (str_is(name, "Administrator") || str_is(name, "Guest"))
        return throw(cx, &ValidationError, "The user %.*s cannot be deleted.", STR_ARG(name));
    struct doc *user = doc_load(cx, "User", name);
    if (!user)
        return false;
    doc_set_int(user, "enabled", 0);
    json_t *args = json_object();
    json_object_set_new(args, "user", json_stringn(name.p, name.n));
    struct job_order order = { .args = args, .key = name };
    bool done = activity_log(cx, ACTIVITY_LEFT, name, peer) && doc_save(cx, user, SAVE_AS_SYSTEM) &&
                sessions_end(cx, name, STR_NONE) && job_enqueue(cx, "account.erase", &order);
    json_decref(args);
    return done;
}

/* ---- files -------------------------------------------------------------------------------------------------------------------- */
static bool is_personal(struct str doctype)
{
    TABLE_EACH (personals, struct personal, it)
        if ((*it)->doctype && str_is(doctype, (*it)->doctype))
            return true;
    return false;
}

/* What was attached to a lesson or a page is the school's. */
static bool delete_files(struct ctx *cx, struct str user)
{
    static const struct personal files = { .doctype = "File", .field = "owner" };
    struct str attached, *names = personal_names(cx, &files, user);
    const struct doctype *type = doc_type(cx, STR("File"));
    for (; type && names && names->p; names++) {
        if (!doc_get(cx, "File", *names, "attached_to_doctype", &attached))
            return false;
        if ((!attached.n || is_personal(attached)) && !doc_delete(cx, type, *names, SAVE_AS_SYSTEM))
            return false;
    }
    return !failed(cx);
}

/* ---- documents ----------------------------------------------------------------------------------------------------------------- */
static void set_empty(struct sql *q, const struct doctype *type, const char *list)
{
    struct str rest = str_of(list), name;
    while (list && str_cut(&rest, ' ', &name)) {
        const struct field *f = doc_field(type, name);
        if (f && field_has_column(f)) {
            sql_add(q, ", ");
            sql_name(q, f->name);
            sql_add(q, " = ''");
        }
    }
}

static bool change_rows(struct ctx *cx, const struct personal *p, const struct doctype *type, struct str user,
                        struct str pseudonym)
{
    struct sql *q = sql_new(cx);
    sql_limit(q, SLOW_MS);
    if (p->goes)
        sql_add(q, "DELETE FROM ");
    else
        sql_add(q, "UPDATE ");
    sql_doctype(q, type->name);
    if (!p->goes) {
        sql_add(q, " SET ");
        sql_name(q, p->field);
        sql_add(q, " = ");
        sql_text(q, pseudonym);
        set_empty(q, type, p->cleared);
    }
    sql_add(q, " WHERE ");
    sql_name(q, p->field);
    sql_add(q, " = ");
    sql_text(q, user);
    call_changes(cx, type->name);
    return db_change(cx, q) >= 0;
}

/* User itself is renamed, with its Links. */
static bool change_documents(struct ctx *cx, struct str user, struct str pseudonym)
{
    TABLE_EACH (personals, struct personal, it) {
        const struct personal *p = *it;
        const struct doctype *type = p->doctype ? doc_type_find(cx->site, str_of(p->doctype)) : NULL;
        if (type && !p->of && doc_field(type, str_of(p->field)) && !change_rows(cx, p, type, user, pseudonym))
            return false;
    }
    return true;
}

/* ---- what was written about them ----------------------------------------------------------------------------------------------- */
/* The address as a word of its own: "ada@x.org" is no part of "nada@x.org". */
static struct str pattern_of(struct ctx *cx, struct str address)
{
    struct buf out = buf_new(cx->arena, 4 * address.n + 128);
    buf_lit(&out, "(?<![A-Za-z0-9._%+-])");
    for (size_t i = 0; i < address.n; i++) {
        unsigned char c = (unsigned char)address.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
        if (!plain)
            buf_char(&out, '\\');
        buf_char(&out, (char)c);
    }
    buf_lit(&out, "(?![A-Za-z0-9_-]|\\.[A-Za-z0-9])");
    return buf_str(&out);
}

/* LOCATE first: it is quick, and most rows are somebody else's. */
static void where_named(struct ctx *cx, struct sql *q, const char *field, struct str user)
{
    sql_add(q, "LOCATE(");
    sql_text(q, user);
    sql_add(q, ", ");
    sql_name(q, field);
    sql_add(q, ") > 0 AND ");
    sql_name(q, field);
    sql_add(q, " REGEXP ");
    sql_text(q, pattern_of(cx, user));
}

static bool replace_text(struct ctx *cx, const char *doctype, const char *field, struct str user, struct str pseudonym)
{
    const struct doctype *type = doc_type_find(cx->site, str_of(doctype));
    if (!type || !doc_field(type, str_of(field)))
        return true;
    struct sql *q = sql_new(cx);
    sql_limit(q, SLOW_MS);
    sql_add(q, "UPDATE ");
    sql_doctype(q, type->name);
    sql_add(q, " SET ");
    sql_name(q, field);
    sql_add(q, " = REGEXP_REPLACE(");
    sql_name(q, field);
    sql_add(q, ", ");
    sql_text(q, pattern_of(cx, user));
    sql_add(q, ", ");
    sql_text(q, pseudonym);
    sql_add(q, ") WHERE ");
    where_named(cx, q, field, user);
    call_changes(cx, type->name);
    return db_change(cx, q) >= 0;
}

/* The history of the User document and of deleted files holds names and more. */
static bool delete_history(struct ctx *cx, struct str user)
{
    struct sql *versions = sql_new(cx), *deleted = sql_new(cx);
    sql_add(versions, "DELETE FROM ");
    sql_doctype(versions, "Version");
    sql_add(versions, " WHERE `ref_doctype` = 'User' AND `docname` = ");
    sql_text(versions, user);
    sql_limit(deleted, SLOW_MS);
    sql_add(deleted, "DELETE FROM ");
    sql_doctype(deleted, "Deleted Document");
    sql_add(deleted, " WHERE `deleted_doctype` = 'File' AND ");
    where_named(cx, deleted, "data", user);
    call_changes(cx, "Version");
    call_changes(cx, "Deleted Document");
    return db_change(cx, versions) >= 0 && db_change(cx, deleted) >= 0;
}

static bool change_texts(struct ctx *cx, struct str user, struct str pseudonym)
{
    static const struct {
        const char *doctype, *field;
    } texts[] = { { "Version", "data" },         { "Deleted Document", "data" },  { "Comment", "content" },
                  { "Activity Log", "subject" }, { "Activity Log", "full_name" }, { "Webhook Request Log", "data" } };
    for (size_t i = 0; i < countof(texts); i++)
        if (!replace_text(cx, texts[i].doctype, texts[i].field, user, pseudonym))
            return false;
    return delete_history(cx, user);
}

/* ---- the user ---------------------------------------------------------------------------------------------------------------------- */
static bool is_said(const struct field *f)
{
    return field_has_column(f) && !field_is_number(f) && strcmp(f->name, "email") != 0 &&
           strcmp(f->name, "user_type") != 0 && strcmp(f->name, "first_name") != 0 && strcmp(f->name, "full_name") != 0;
}

static bool empty_user(struct ctx *cx, const struct doctype *type, struct str user)
{
    struct str nobody = str_of(tr(cx, N_("Deleted user")));
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "User");
    sql_add(q, " SET `enabled` = 0, `first_name` = ");
    sql_text(q, nobody);
    sql_add(q, ", `full_name` = ");
    sql_text(q, nobody);
    for (size_t i = 0; i < type->field_count; i++)
        if (is_said(&type->fields[i])) {
            sql_add(q, ", ");
            sql_name(q, type->fields[i].name);
            sql_add(q, " = NULL");
        }
    sql_add(q, " WHERE `name` = ");
    sql_text(q, user);
    return db_change(cx, q) >= 0;
}

static bool delete_roles(struct ctx *cx, struct str user)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_doctype(q, "Has Role");
    sql_add(q, " WHERE `parenttype` = 'User' AND `parent` = ");
    sql_text(q, user);
    call_changes(cx, "Has Role");
    return db_change(cx, q) >= 0;
}

/* Another address they wanted to have is theirs as well. */
static bool delete_wish(struct ctx *cx, struct str user)
{
    struct str address = STR_NONE;
    struct sql *wish = sql_new(cx), *q = sql_new(cx);
    sql_add(wish, "SELECT `address` FROM ");
    sql_table(wish, "preau_new_address");
    sql_add(wish, " WHERE `user` = ");
    sql_text(wish, user);
    if (db_first_text(cx, wish, &address) ? !mails_forget(cx, address) : failed(cx))
        return false;
    sql_add(q, "DELETE FROM ");
    sql_table(q, "preau_new_address");
    sql_add(q, " WHERE `user` = ");
    sql_text(q, user);
    return db_change(cx, q) >= 0;
}

static bool run_erase(struct ctx *cx, struct job_run *run)
{
    struct str user = json_get_str(run->args, "user"), enabled, renamed;
    struct str pseudonym =
        str_printf(cx->arena, "deleted-%.*s@deleted.invalid", STR_ARG(random_hex(cx->arena, SUFFIX_BYTES)));
    const struct doctype *type = doc_type(cx, STR("User"));
    bool there = type && doc_get(cx, "User", user, "enabled", &enabled);
    if (!there || str_is(enabled, "1")) /* done, or a manager has let them in again meanwhile */
        return !failed(cx);
    return delete_files(cx, user) && change_documents(cx, user, pseudonym) && change_texts(cx, user, pseudonym) &&
           empty_user(cx, type, user) && delete_roles(cx, user) && delete_wish(cx, user) &&
           secrets_delete(cx, STR("User"), user) && mails_forget(cx, user) &&
           doc_rename(cx, type, user, pseudonym, false, &renamed);
}

JOB(account_erase)
= { .name = "account.erase",
    .run = run_erase,
    .lease_s = 1800,
    .about = "Puts a pseudonym everywhere in the place of somebody who deleted their account." };
