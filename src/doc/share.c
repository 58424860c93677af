/* DocShare (spec/frappe-api.md 5.2): documents that somebody shared with the user, or with everyone. Which DocTypes have
 * any is known with the user; the table is asked about a document only where everything else says no. */
#include "doc_priv.h"
#include "perm_priv.h"

unsigned share_rights(const struct ctx *cx, const struct doctype *type)
{
    for (size_t i = 0; i < cx->user->share_count; i++) {
        const struct user_share *s = &cx->user->shares[i];
        if (!str_is(s->doctype, type->name))
            continue;
        return (s->read ? READ | SELECT_ | PRINT | EMAIL : 0u) | (s->write ? WRITE : 0u) | (s->share ? SHARE : 0u) |
               (s->submit && type->is_submittable ? SUBMIT : 0u);
    }
    return 0;
}

/* The column that says whether a share gives the right. */
static const char *column_of(enum right right)
{
    return right == WRITE ? "write" : right == SHARE ? "share" : right == SUBMIT ? "submit" : "read";
}

static void shared_sql(struct ctx *cx, const struct doctype *type, enum right right, struct sql *q)
{
    call_depends(cx, "DocShare");
    sql_doctype(q, "DocShare");
    sql_add(q, " `ds` WHERE `ds`.`share_doctype` = ");
    sql_text(q, str_of(type->name));
    sql_add(q, " AND (`ds`.`user` = ");
    sql_text(q, cx->user->name);
    sql_add(q, " OR `ds`.`everyone` = 1) AND ");
    sql_column(q, "ds", column_of(right));
    sql_add(q, " = 1");
}

bool shares_hold(struct ctx *cx, const struct access *a, struct str name, enum right right)
{
    int64_t one = 0;
    if (!(a->shared & right) || failed(cx))
        return false;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT 1 FROM ");
    shared_sql(cx, a->type, right, q);
    sql_add(q, " AND `ds`.`share_name` = ");
    sql_text(q, name);
    sql_add(q, " LIMIT 1");
    return db_first_int(cx, q, &one);
}

void shares_sql(struct ctx *cx, const struct access *a, struct sql *q, const char *alias)
{
    sql_column(q, alias, "name");
    sql_add(q, " IN (SELECT `ds`.`share_name` FROM ");
    shared_sql(cx, a->type, READ, q);
    sql_add(q, ")");
}

/* A document that is gone opens nothing to whoever is given its name later; nor does a user. */
bool shares_drop(struct ctx *cx, const struct doc *gone)
{
    if (gone->type->is_child || !doc_type_find(cx->site, STR("DocShare")))
        return true;
    struct sql *q = sql_new(cx);
    sql_add(q, "DELETE FROM ");
    sql_doctype(q, "DocShare");
    sql_add(q, " WHERE `share_doctype` = ");
    sql_text(q, str_of(gone->type->name));
    sql_add(q, " AND `share_name` = ");
    sql_text(q, gone->name);
    if (!strcmp(gone->type->name, "User")) {
        sql_add(q, " OR `user` = ");
        sql_text(q, gone->name);
    }
    int64_t dropped = db_change(cx, q);
    if (dropped > 0)
        call_changes(cx, "DocShare");
    return dropped >= 0;
}
