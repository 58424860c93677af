/* The table preau_taken_row. */
#include "commerce_row.h"

#include "content/curriculum.h"

void commerce_row_of(struct ctx *cx, const char *doctype, struct str name, const json_t *row, struct commerce_row *out)
{
    struct str key = str_printf(cx->arena, "%s\n%.*s", doctype, STR_ARG(name));
    *out = (struct commerce_row){ .key = sha256_hex(cx->arena, key),
                                  .digest = sha256_hex(cx->arena, json_print(cx->arena, row)) };
}

bool commerce_row_find(struct ctx *cx, struct commerce_row *r)
{
    struct sql *q = sql_new(cx);
    struct str stored = STR_NONE;
    sql_add(q, "SELECT `digest` FROM ");
    sql_table(q, "preau_taken_row");
    sql_add(q, " WHERE `row_key` = ");
    sql_text(q, r->key);
    r->is_same = db_first_text(cx, q, &stored) && str_eq(stored, r->digest);
    return !failed(cx);
}

bool commerce_row_put(struct ctx *cx, const struct commerce_row *r)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "REPLACE INTO ");
    sql_table(q, "preau_taken_row");
    sql_add(q, " (`row_key`, `digest`) VALUES (");
    sql_text(q, r->key);
    sql_add(q, ", ");
    sql_text(q, r->digest);
    sql_add(q, ")");
    return db_change(cx, q) >= 0;
}
