/* Sales Partner: an influencer, their rate and where their commission goes. The User tied to a partner has the role
 * Influencer for as long as it is tied. */
#include "core.h"
#include "partner_priv.h"

static const struct field fields[] = {
    { "partner_name", DATA, .label = "Sales Partner Name", .reqd = true, .unique = true, .in_list_view = true,
      .in_search = true },
    { "partner_type", DATA, .preset = "Influencer" },
    { "territory", DATA, .preset = "All Territories" },
    { "commission_rate", FLOAT, .reqd = true, .preset = "0" },
    { "user", LINK, .options = "User", .unique = true, .in_list_view = true },
    { "referral_code", DATA, .unique = true },
    { "disabled", CHECK },
    { "account_holder", DATA },
    { "iban", DATA, .label = "IBAN", .length = 42 },
    { "bic", DATA, .label = "BIC", .length = 11 },
};

/* ---- the condition of everything that belongs to a partner ------------------------------------------------------------ */
static bool is_own(struct ctx *cx, const struct doc *doc)
{
    call_depends(cx, "Sales Partner");
    struct str user = STR_NONE;
    return doc_is_set(doc, "sales_partner") &&
           doc_get(cx, "Sales Partner", doc_text(doc, "sales_partner"), "user", &user) &&
           str_eq_nocase(user, cx->user->name);
}

static void own_where(struct ctx *cx, struct sql *q, const char *alias)
{
    call_depends(cx, "Sales Partner");
    sql_column(q, alias, "sales_partner");
    sql_add(q, " IN (SELECT name FROM ");
    sql_doctype(q, "Sales Partner");
    sql_add(q, " WHERE user = ");
    sql_text(q, cx->user->name);
    sql_add(q, ")");
}

const struct condition of_own_partner = { "of_own_partner", is_own, own_where };

/* ---- checks ------------------------------------------------------------------------------------------------------------ */
/* ISO 13616: the first four characters go to the end, letters count from 10, and the number leaves 1 of 97. */
static bool is_iban(struct str iban)
{
    if (iban.n < 15 || iban.n > 34)
        return false;
    unsigned rest = 0;
    for (size_t i = 0; i < iban.n; i++) {
        char c = iban.p[(i + 4) % iban.n];
        if (c >= '0' && c <= '9')
            rest = (rest * 10 + (unsigned)(c - '0')) % 97;
        else if (c >= 'A' && c <= 'Z')
            rest = (rest * 100 + (unsigned)(c - 'A') + 10) % 97;
        else
            return false;
    }
    return rest == 1;
}

/* Without spaces, in capitals. */
static struct str compact(struct ctx *cx, struct str text)
{
    struct buf out = buf_new(cx->arena, 256);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != ' ')
            buf_char(&out, text.p[i] >= 'a' && text.p[i] <= 'z' ? (char)(text.p[i] - 32) : text.p[i]);
    return buf_str(&out);
}

static bool before_validate(struct ctx *cx, struct doc *partner)
{
    doc_set_text(partner, "referral_code", str_trim(doc_text(partner, "referral_code")));
    doc_set_text(partner, "iban", compact(cx, doc_text(partner, "iban")));
    doc_set_text(partner, "bic", compact(cx, doc_text(partner, "bic")));
    doc_set_decimal(partner, "commission_rate",
                    decimal_round(doc_decimal(partner, "commission_rate"), 3, ROUND_COMMERCIAL));
    return true;
}

static bool validate(struct ctx *cx, struct doc *partner)
{
    struct decimal rate = doc_decimal(partner, "commission_rate");
    if (rate.units < 0 || decimal_compare(rate, DECIMAL_INT(100)) > 0)
        return throw(cx, &ValidationError, "%s must be between %d and %d.", "Commission Rate", 0, 100);
    struct str code = doc_text(partner, "referral_code"), user = doc_text(partner, "user");
    if (has_control(code) || str_has(code, '/'))
        return throw(cx, &ValidationError, "A referral code holds no slash and no control character.");
    if (doc_is_set(partner, "iban") && !is_iban(doc_text(partner, "iban")))
        return throw(cx, &ValidationError, "The IBAN is not valid: check its digits.");
    if (str_is(user, "Administrator") || str_is(user, "Guest"))
        return throw(cx, &ValidationError, "The user %.*s cannot be a partner.", STR_ARG(user));
    return true;
}

static const struct mail_words account_mail = {
    .kind = "payout_account",
    .subject = N_("{school}: the account for your commissions has changed"),
    .before = { N_("Your commissions from {school} will be paid to the account that ends in {new}. Until now it was "
                   "the "
                   "one that ends in {old}."),
                N_("If you did not ask for this, tell the school at once.") },
};

static struct str ending_of(struct str iban)
{
    return iban.n > 4 ? str_from(iban, iban.n - 4) : STR("–");
}

/* Whoever changed it: the partner hears of it. */
static bool tell_of_account(struct ctx *cx, const struct doc *partner)
{
    struct str user = doc_text(partner, "user");
    if (!user.n || !partner->before || !doc_changed(partner, "iban"))
        return true;
    const struct pair facts[] = { { STR("new"), ending_of(doc_text(partner, "iban")) },
                                  { STR("old"), ending_of(doc_text(partner->before, "iban")) } };
    return mail_put(cx, &(struct mail){ .words = &account_mail,
                                        .to = user,
                                        .name = doc_text(partner, "partner_name"),
                                        .facts = facts,
                                        .fact_count = countof(facts) });
}

static bool on_update(struct ctx *cx, struct doc *partner)
{
    if (!tell_of_account(cx, partner))
        return false;
    struct str user = doc_text(partner, "user");
    struct str before = partner->before ? doc_text(partner->before, "user") : STR_NONE;
    if (str_eq_nocase(user, before))
        return true;
    if (before.n && !core_user_role(cx, before, "Influencer", false))
        return false;
    return !user.n || core_user_role(cx, user, "Influencer", true);
}

static bool after_delete(struct ctx *cx, struct doc *partner)
{
    return !doc_is_set(partner, "user") || core_user_role(cx, doc_text(partner, "user"), "Influencer", false);
}

DOCTYPE(sales_partner)
= {
    .name = "Sales Partner",
    .module = "Setup",
    .autoname = "field:partner_name",
    .about = "An influencer, their rate and where their commission goes.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }, { "Influencer", READ }),
    ROWS({ "Influencer", OWN("user") }),
    FIELD_RULES({ "_user_tags _comments _assign _liked_by", "System Manager" }),
    NEEDS("commission_rate", "user", "referral_code", "iban", "bic"),
    .allow_rename = true,
    .allow_import = true,
    .track_changes = true,
    .before_validate = before_validate,
    .validate = validate,
    .on_update = on_update,
    .after_delete = after_delete,
};

PERSONAL(sales_partners) = { .doctype = "Sales Partner", .field = "user" };
