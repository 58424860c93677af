/* Frappe-Authorization-Source: a key and secret kept by documents of another DocType than User, whose `user` acts
 * (spec/frappe-api.md section 6.4). */
#include <sodium.h>

#include "doc.h"
#include "web_priv.h"

static bool can_vouch(const struct doctype *type)
{
    const struct field *key = type ? doc_field(type, STR("api_key")) : NULL;
    const struct field *secret = type ? doc_field(type, STR("api_secret")) : NULL;
    const struct field *user = type ? doc_field(type, STR("user")) : NULL;
    return key && secret && user && !type->is_single && field_has_column(key) && field_has_column(user) &&
           secret->type == PASSWORD && user->type == LINK && strcmp(user->options, "User") == 0;
}

static bool same_secret(struct str a, struct str b)
{
    return a.n && a.n == b.n && sodium_memcmp(a.p, b.p, a.n) == 0;
}

/* The document of the key, byte for byte (the column's collation is generous), and its user. */
static bool find_document(struct ctx *cx, const struct doctype *type, struct str key, struct str *name,
                          struct str *user)
{
    struct rows *rows = doc_rows(cx, &(struct find){ .doctype = type->name,
                                                     .fields = "name api_key user",
                                                     .where = FIND({ "api_key", "=", key }),
                                                     .unchecked = true });
    *name = STR_NONE;
    while (rows && rows_next(rows))
        if (str_eq(rows_text(rows, 1), key)) {
            *name = str_copy(cx->arena, rows_text(rows, 0));
            *user = str_copy(cx->arena, rows_text(rows, 2));
        }
    return name->n > 0;
}

const struct user *web_source_user(struct ctx *cx, struct str source, struct str authorization)
{
    struct str key, secret, name, user, kept;
    const struct doctype *type = doc_type_find(cx->site, source);
    if (!authorization_pair(cx->arena, authorization, &key, &secret) || key.n > 140 || !utf8_valid(key) ||
        !can_vouch(type) || !find_document(cx, type, key, &name, &user) ||
        !secret_get(cx, str_of(type->name), name, "api_secret", &kept) || !same_secret(kept, secret))
        return failed(cx) ? NULL : throw_quiet(cx, &AuthenticationError);
    const struct user *u = user_load(cx, user);
    return u && u->enabled ? u : throw_quiet(cx, &AuthenticationError);
}
