/* People from elsewhere: an account, and the Customer that is tied to it (spec/product.md 6a.7). */
#include "core.h"
#include "invoice_priv.h"
#include "take_priv.h"

enum { NAME_MOST = 140 };

/* ---- the account ---------------------------------------------------------------------------------------------------- */
static bool make_user(struct ctx *cx, const struct person *p)
{
    const struct str roles[] = { str_of(p->role), STR_NONE };
    struct str first = p->first_name.n ? p->first_name : p->full_name;
    const struct new_user wanted = { .email = p->email,
                                     .first_name = utf8_head(first, NAME_MOST),
                                     .last_name = utf8_head(p->last_name, NAME_MOST),
                                     .language = is_language(p->language) ? p->language : STR_NONE,
                                     .disabled = p->disabled,
                                     .roles = roles };
    return core_user_add(cx, &wanted);
}

static void set_text(struct doc *doc, const char *field, struct str text)
{
    if (text.n)
        doc_set_text(doc, field, utf8_head(text, NAME_MOST));
}

static bool change_user(struct ctx *cx, const struct person *p, struct str name, enum taken *out)
{
    struct doc *user = take_open(cx, "User", name);
    if (!user)
        return false;
    set_text(user, "first_name", p->first_name);
    set_text(user, "last_name", p->last_name);
    doc_set_int(user, "enabled", !p->disabled);
    return take_save(cx, user, out);
}

/* `known`: an import made the account, or took it over, before. */
static bool settle_user(struct ctx *cx, const struct person *p, bool known, struct str *name, enum taken *out)
{
    *out = TAKEN_UNCHANGED;
    if (doc_exists(cx, "User", p->email, name))
        return core_user_role(cx, *name, p->role, true) && (!known || change_user(cx, p, *name, out));
    *name = p->email;
    *out = TAKEN_NEW;
    return !failed(cx) && make_user(cx, p);
}

/* ---- the Customer --------------------------------------------------------------------------------------------------- */
static bool settle_customer(struct ctx *cx, const struct person *p, struct doc *customer, struct str user,
                            enum taken *out)
{
    struct str name = p->full_name.n ? p->full_name : p->email.n ? p->email : p->customer;
    doc_set_text(customer, "customer_name", utf8_head(name, NAME_MOST));
    if (user.n) {
        doc_set_text(customer, "user", user);
        doc_set_text(customer, "email_id", p->email);
    }
    return take_save(cx, customer, out);
}

static enum taken both(enum taken a, enum taken b)
{
    return a < b ? a : b;
}

bool person_settle(struct ctx *cx, const struct person *p, enum taken *out)
{
    struct str user = STR_NONE, customer_name;
    enum taken of_customer;
    *out = TAKEN_UNCHANGED;
    struct doc *customer = p->customer.n ? take_open(cx, "Customer", p->customer) : NULL;
    if (failed(cx))
        return false;
    bool known = customer && !customer->is_new && str_eq_nocase(doc_text(customer, "user"), p->email);
    if (p->email.n && !settle_user(cx, p, known, &user, out))
        return false;
    if (!customer)
        return !user.n || customer_of_user(cx, user, &customer_name);
    if (!settle_customer(cx, p, customer, user, &of_customer))
        return false;
    *out = both(*out, of_customer);
    return true;
}

/* ---- a row ---------------------------------------------------------------------------------------------------------- */
/* Nobody gets the keys of the school by an import. */
static const char *role_of(struct str role)
{
    return str_eq_nocase(role, STR("Instructor")) ? "Instructor" : "Student";
}

bool person_take(struct ctx *cx, const json_t *row, enum taken *out)
{
    const json_t *enabled = json_object_get(row, "enabled");
    const struct person p = { .email = str_lower(cx->arena, str_trim(json_get_str(row, "email"))),
                              .customer = str_trim(json_get_str(row, "customer")),
                              .first_name = str_trim(json_get_str(row, "first_name")),
                              .last_name = str_trim(json_get_str(row, "last_name")),
                              .full_name = str_trim(json_get_str(row, "full_name")),
                              .language = json_get_str(row, "language"),
                              .role = role_of(json_get_str(row, "role")),
                              .disabled = enabled && !json_is_true(enabled) && json_number_value(enabled) == 0 };
    if (!is_mail_address(p.email))
        return throw(cx, &InvalidEmailAddressError, "%.*s is not a valid Email Address",
                     STR_ARG(html_escape(cx->arena, p.email).text));
    return person_settle(cx, &p, out);
}
