/* What is about a person: in core, and where to find it wherever it was declared. */
#include "account_priv.h"
#include "doc.h"

enum { NAMES_MOST = 20000 };

PERSONAL(user) = { .doctype = "User", .field = "name" };
PERSONAL(activity_log) = { .doctype = "Activity Log", .field = "user", .cleared = "subject full_name ip_address" };
PERSONAL(comment) = { .doctype = "Comment", .field = "comment_email", .cleared = "comment_by ip_address" };
PERSONAL(file) = { .doctype = "File", .field = "owner" }; /* account_erase.c knows which go */
PERSONAL(bearer_token) = { .doctype = "OAuth Bearer Token", .field = "user", .goes = true };
PERSONAL(user_permission) = { .doctype = "User Permission", .field = "user", .goes = true };
PERSONAL(share) = { .doctype = "DocShare", .field = "user", .goes = true };
PERSONAL(delivery) = { .doctype = "Webhook Request Log", .field = "user", .goes = true };

static bool has_field(struct ctx *cx, const struct personal *p)
{
    const struct doctype *type = p->doctype ? doc_type_find(cx->site, str_of(p->doctype)) : NULL;
    return type && !type->is_single &&
           (!strcmp(p->field, "owner") || !strcmp(p->field, "name") || doc_field(type, str_of(p->field)));
}

static const struct personal *personal_of(const char *doctype)
{
    TABLE_EACH (personals, struct personal, it)
        if ((*it)->doctype && !strcmp((*it)->doctype, doctype))
            return *it;
    return NULL;
}

static struct str *names_by(struct ctx *cx, const struct personal *p, struct str value, struct str *out, size_t *count)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `name` FROM ");
    sql_doctype(q, p->doctype);
    sql_add(q, " WHERE ");
    sql_name(q, p->field);
    sql_add(q, " = ");
    sql_text(q, value);
    sql_add(q, " ORDER BY `creation` LIMIT 20000");
    sql_limit(q, 60000);
    struct rows *rows = db_run(cx, q);
    while (rows && *count < NAMES_MOST && rows_next(rows))
        out[(*count)++] = str_copy(cx->arena, rows_text(rows, 0));
    if (rows)
        rows_close(rows);
    return failed(cx) ? NULL : out;
}

struct str *personal_names(struct ctx *cx, const struct personal *p, struct str user)
{
    struct str *out = arena_array(cx->arena, NAMES_MOST + 1, sizeof *out);
    size_t count = 0;
    if (!has_field(cx, p))
        return out;
    const struct personal *of = p->of ? personal_of(p->of) : NULL;
    if (!of)
        return names_by(cx, p, user, out, &count);
    struct str *between = personal_names(cx, of, user);
    for (; between && between->p && !failed(cx); between++)
        names_by(cx, p, *between, out, &count);
    return failed(cx) ? NULL : out;
}
