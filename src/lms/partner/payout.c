/* Payouts: which rows of the ledger one takes, and what becomes of it (spec/product.md 6a.4). */
#include "core.h"
#include "lms/sales.h"

enum { PARTNERS_MOST = 10000 };

/* ---- what can be paid out ------------------------------------------------------------------------------------------------- */
/* The rows `c` of the partner that a payout takes; a Reversed one follows the row of the sale that it takes back. */
static void payable(struct sql *q, struct str partner, struct str cut_off)
{
    sql_add(q, " FROM ");
    sql_doctype(q, "Sales Commission");
    sql_add(q, " c LEFT JOIN ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " i ON i.name = c.sales_invoice WHERE c.sales_partner = ");
    sql_text(q, partner);
    sql_add(q, " AND COALESCE(c.payout, '') = '' AND c.posting_date <= ");
    sql_text(q, cut_off);
    sql_add(q, " AND (c.state = 'Approved' OR (c.state = 'Reversed' AND EXISTS (SELECT 1 FROM ");
    sql_doctype(q, "Sales Commission");
    sql_add(q, " s WHERE s.sales_partner = c.sales_partner AND s.is_return = 0 AND s.state IN ('Approved', 'Paid') AND "
               "s.sales_invoice = COALESCE(NULLIF(i.return_against, ''), i.name))))");
}

static bool balance_of(struct ctx *cx, struct str partner, struct str cut_off, bool locking, struct decimal *out)
{
    struct sql *q = sql_new(cx);
    struct str text;
    sql_add(q, "SELECT COALESCE(SUM(c.amount), 0)");
    payable(q, partner, cut_off);
    if (locking)
        sql_add(q, " FOR UPDATE"); /* as others left it who had the partner's row before */
    if (!db_first_text(cx, q, &text))
        return false;
    return decimal_parse(text, out) || bug(cx, "a sum that is no number");
}

bool payout_next(struct ctx *cx, struct str partner, struct decimal *amount, struct decimal *minimum)
{
    if (!decimal_parse(site_setting(cx->site, "School Settings", "minimum_payout"), minimum))
        *minimum = DECIMAL_INT(0);
    call_depends(cx, "Sales Commission");
    return balance_of(cx, partner, call_today(cx), false, amount);
}

/* ---- making one ------------------------------------------------------------------------------------------------------------ */
static bool take_rows(struct ctx *cx, const struct doc *payout, struct str partner, struct str cut_off)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "Sales Commission");
    sql_add(q, " r JOIN (SELECT c.name");
    payable(q, partner, cut_off);
    sql_add(q, ") x ON x.name = r.name SET r.payout = ");
    sql_text(q, payout->name);
    sql_add(q, ", r.modified = ");
    sql_text(q, call_now(cx));
    sql_add(q, ", r.modified_by = ");
    sql_text(q, cx->user->name);
    sql_limit(q, 30000);
    call_changes(cx, "Sales Commission");
    return db_change(cx, q) >= 0;
}

/* The account is copied, so that it stays what it was. */
static struct doc *new_payout(struct ctx *cx, const struct doc *partner, struct str cut_off, struct decimal amount)
{
    static const char *const account[] = { "account_holder", "iban", "bic" };
    struct doc *payout = doc_new_named(cx, "Commission Payout");
    if (!payout)
        return NULL;
    doc_set_text(payout, "sales_partner", partner->name);
    doc_set_text(payout, "cut_off", cut_off);
    doc_set_decimal(payout, "amount", amount);
    doc_set_text(payout, "currency", cx->site->currency);
    for (size_t i = 0; i < countof(account); i++)
        doc_set_text(payout, account[i], doc_text(partner, account[i]));
    return doc_insert(cx, payout, SAVE_AS_SYSTEM) ? payout : NULL;
}

/* Whoever makes payouts of the same partner waits at its row; the sum is of what was taken. */
static bool pay_partner(struct ctx *cx, struct str name, struct str cut_off, struct decimal minimum,
                        struct payout_report *out)
{
    struct decimal amount;
    const struct doc *partner = doc_load_for_update(cx, doc_type(cx, STR("Sales Partner")), name);
    if (!partner || !balance_of(cx, name, cut_off, true, &amount))
        return false;
    if (amount.units <= 0 || decimal_compare(amount, minimum) < 0) {
        out->carried += amount.units != 0;
        return true;
    }
    struct doc *payout = new_payout(cx, partner, cut_off, amount);
    if (!payout || !take_rows(cx, payout, name, cut_off))
        return false;
    out->payouts[out->count++] = payout;
    return true;
}

static bool partners_to_pay(struct ctx *cx, struct str partner, struct str *names, size_t *count)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT DISTINCT sales_partner FROM ");
    sql_doctype(q, "Sales Commission");
    sql_add(q, " WHERE COALESCE(payout, '') = '' AND state IN ('Approved', 'Reversed')");
    if (partner.n) {
        sql_add(q, " AND sales_partner = ");
        sql_text(q, partner);
    }
    sql_add(q, " ORDER BY sales_partner");
    sql_limit(q, 30000);
    struct rows *rows = db_run(cx, q);
    for (*count = 0; rows && rows_next(rows) && *count < PARTNERS_MOST;)
        names[(*count)++] = str_copy(cx->arena, rows_text(rows, 0));
    if (rows)
        rows_close(rows);
    return !failed(cx);
}

bool payouts_make(struct ctx *cx, struct str partner, struct str cut_off, struct payout_report *out)
{
    struct str *names = arena_array(cx->arena, PARTNERS_MOST, sizeof *names);
    struct decimal minimum;
    size_t count = 0;
    *out = (struct payout_report){ 0 };
    if (!decimal_parse(site_setting(cx->site, "School Settings", "minimum_payout"), &minimum))
        minimum = DECIMAL_INT(0);
    if (!db_begin(cx) || !partners_to_pay(cx, partner, names, &count))
        return false;
    out->payouts = arena_array(cx->arena, count + 1, sizeof *out->payouts);
    for (size_t i = 0; i < count; i++)
        if (!pay_partner(cx, names[i], cut_off.n ? cut_off : call_today(cx), minimum, out))
            return false;
    return true;
}

/* ---- how it ends -------------------------------------------------------------------------------------------------------------- */
static struct doc *open_payout(struct ctx *cx, struct str name)
{
    struct doc *payout = doc_load_for_update(cx, doc_type(cx, STR("Commission Payout")), name);
    if (payout && !str_is(doc_text(payout, "state"), "Open"))
        return throw(cx, &ValidationError, "The payout %.*s is %.*s already.", STR_ARG(name),
                     STR_ARG(doc_text(payout, "state")));
    return payout;
}

/* `change` sets columns of its rows. */
static bool change_rows(struct ctx *cx, struct str payout, const struct sql *change)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "Sales Commission");
    sql_add(q, " SET ");
    sql_join(q, change);
    sql_add(q, ", modified = ");
    sql_text(q, call_now(cx));
    sql_add(q, ", modified_by = ");
    sql_text(q, cx->user->name);
    sql_add(q, " WHERE payout = ");
    sql_text(q, payout);
    sql_limit(q, 30000);
    call_changes(cx, "Sales Commission");
    return db_change(cx, q) >= 0;
}

bool payout_paid(struct ctx *cx, struct str name, struct str reference)
{
    struct doc *payout = open_payout(cx, name);
    struct sql *change = sql_new(cx);
    if (!payout)
        return false;
    sql_add(change,
            "reason = IF(state = 'Approved', 'paid out', reason), state = IF(state = 'Approved', 'Paid', state)");
    doc_set_text(payout, "state", STR("Paid"));
    if (reference.n)
        doc_set_text(payout, "reference", reference);
    return doc_save(cx, payout, SAVE_AS_SYSTEM) && change_rows(cx, payout->name, change);
}

bool payout_failed(struct ctx *cx, struct str name, struct str reason)
{
    struct doc *payout = open_payout(cx, name);
    struct sql *change = sql_new(cx);
    if (!payout)
        return false;
    sql_add(change, "payout = NULL");
    doc_set_text(payout, "state", STR("Failed"));
    doc_set_text(payout, "remarks", reason);
    return doc_save(cx, payout, SAVE_AS_SYSTEM) && change_rows(cx, payout->name, change);
}
