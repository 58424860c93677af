/* Reversible secrets: the values of Password fields, as Fernet rows of __Auth. A secret of a document counts as a change
 * of that document's DocType. */
#include "auth_priv.h"

static void where_field(struct sql *q, struct str doctype, struct str name, const char *field)
{
    sql_add(q, " WHERE `encrypted` = 1 AND `doctype` = ");
    sql_text(q, doctype);
    sql_add(q, " AND `name` = ");
    sql_text(q, name);
    sql_add(q, " AND `fieldname` = ");
    sql_text(q, str_of(field));
}

static bool erase(struct ctx *cx, struct str doctype, struct str name, const char *field)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "__Auth");
    where_field(q, doctype, name, field);
    return db_change(cx, q) >= 0;
}

static bool write(struct ctx *cx, struct str doctype, struct str name, const char *field, struct str sealed)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "__Auth");
    sql_add(q, " (`doctype`, `name`, `fieldname`, `password`, `encrypted`) VALUES (");
    sql_text(q, doctype);
    sql_add(q, ", ");
    sql_text(q, name);
    sql_add(q, ", ");
    sql_text(q, str_of(field));
    sql_add(q, ", ");
    sql_text(q, sealed);
    sql_add(q, ", 1) ON DUPLICATE KEY UPDATE `password` = VALUES(`password`), `encrypted` = 1");
    return db_change(cx, q) >= 0;
}

bool secret_set(struct ctx *cx, struct str doctype, struct str name, const char *field, struct str value)
{
    call_changes(cx, str_c(cx->arena, doctype));
    if (!value.n)
        return erase(cx, doctype, name, field);
    struct str sealed = fernet_seal(cx->arena, cx->site->encryption_key, value);
    if (!sealed.n)
        return throw(cx, &ValidationError, N_("Encryption key is invalid! Please check site_config.json"));
    return write(cx, doctype, name, field, sealed);
}

/* Empty when there is none. */
static bool read_row(struct ctx *cx, struct str doctype, struct str name, const char *field, struct str *out)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `password` FROM ");
    sql_table(q, "__Auth");
    where_field(q, doctype, name, field);
    *out = STR_NONE;
    return db_first_text(cx, q, out) || !failed(cx);
}

bool secret_get(struct ctx *cx, struct str doctype, struct str name, const char *field, struct str *out)
{
    struct str sealed;
    *out = STR_NONE;
    if (!read_row(cx, doctype, name, field, &sealed))
        return false;
    if (!sealed.n || fernet_open(cx->arena, cx->site->encryption_key, sealed, out))
        return true;
    return throw(cx, &ValidationError, N_("Encryption key is invalid! Please check site_config.json"));
}

bool secret_has(struct ctx *cx, struct str doctype, struct str name, const char *field, bool *has)
{
    struct str sealed;
    bool ok = read_row(cx, doctype, name, field, &sealed);
    *has = ok && sealed.n > 0;
    return ok;
}

bool secrets_delete(struct ctx *cx, struct str doctype, struct str name)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_table(q, "__Auth");
    sql_add(q, " WHERE `doctype` = ");
    sql_text(q, doctype);
    sql_add(q, " AND `name` = ");
    sql_text(q, name);
    call_changes(cx, str_c(cx->arena, doctype));
    return db_change(cx, q) >= 0;
}

bool secrets_rename(struct ctx *cx, struct str doctype, struct str old_name, struct str new_name)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "__Auth");
    sql_add(q, " SET `name` = ");
    sql_text(q, new_name);
    sql_add(q, " WHERE `doctype` = ");
    sql_text(q, doctype);
    sql_add(q, " AND `name` = ");
    sql_text(q, old_name);
    call_changes(cx, str_c(cx->arena, doctype));
    return db_change(cx, q) >= 0;
}

static void survey_row(struct ctx *cx, struct secrets_survey *found, bool encrypted, struct str value)
{
    struct str plain;
    if (encrypted)
        ++*(fernet_open(cx->arena, cx->site->encryption_key, value, &plain) ? &found->opened : &found->sealed);
    else if (str_starts(value, STR("$pbkdf2-sha256$")))
        found->pbkdf2++;
    else if (str_starts(value, STR("$argon2")))
        found->argon2++;
    else
        found->unknown++;
}

bool secrets_survey(struct ctx *cx, struct secrets_survey *found)
{
    *found = (struct secrets_survey){ 0 };
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `encrypted`, `password` FROM ");
    sql_table(q, "__Auth");
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows))
        survey_row(cx, found, rows_int(rows, 0) != 0, rows_text(rows, 1));
    return !failed(cx);
}
