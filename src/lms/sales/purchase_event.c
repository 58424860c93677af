/* Facts about money: each is noted once, whoever tells it and how often, and the purchase follows. */
#include "core.h"
#include "learn/enroll.h"
#include "purchase_priv.h"

const char *const fact_names[] = {
    [FACT_PAID] = "paid", [FACT_REVERSED] = "reversed", [FACT_REFUNDED] = "refunded", [FACT_CANCELLED] = "cancelled"
};

/* ---- what is told of a purchase ------------------------------------------------------------------------------------------------ */
static struct str next_place(struct ctx *cx, const struct doc *purchase)
{
    struct str slug = doc_text(purchase, "bootcamp");
    doc_get(cx, "LMS Bootcamp", slug, "slug", &slug);
    return str_is(doc_text(purchase, "state"), "Paid")
               ? str_printf(cx->arena, "/bootcamps/%.*s", STR_ARG(slug))
               : str_printf(cx->arena, "/checkout/%.*s/%.*s", STR_ARG(slug), STR_ARG(purchase->name));
}

bool purchase_view_of(struct ctx *cx, const struct doc *purchase, struct purchase_view *out)
{
    struct sql *q = sql_new(cx);
    *out = (struct purchase_view){ .purchase = purchase->name,
                                   .user = doc_text(purchase, "user"),
                                   .bootcamp = doc_text(purchase, "bootcamp"),
                                   .state = doc_text(purchase, "state"),
                                   .currency = doc_text(purchase, "currency"),
                                   .provider = doc_text(purchase, "provider"),
                                   .sales_invoice = doc_text(purchase, "sales_invoice"),
                                   .amount = doc_decimal(purchase, "amount"),
                                   .url = next_place(cx, purchase) };
    sql_add(q, "SELECT name FROM ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " WHERE status IN ('Active', 'Completed') AND user = ");
    sql_text(q, out->user);
    sql_add(q, " AND bootcamp = ");
    sql_text(q, out->bootcamp);
    return db_first_text(cx, q, &out->enrollment) || !failed(cx);
}

bool purchase_look(struct ctx *cx, struct str name, struct purchase_view *out)
{
    struct doc *purchase = doc_find(cx, "Purchase", name);
    bool own = purchase && str_eq_nocase(doc_text(purchase, "user"), cx->user->name);
    if (!own && !(purchase && user_has_role(cx->user, "System Manager")))
        return failed(cx) ? false : throw(cx, &DoesNotExistError, "%s %.*s not found", "Purchase", STR_ARG(name));
    return purchase_view_of(cx, purchase, out);
}

/* ---- one fact ------------------------------------------------------------------------------------------------------------------- */
/* *fresh: nobody has told it before. */
static bool note_event(struct ctx *cx, const struct payment_event *e, bool *fresh)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT IGNORE INTO ");
    sql_table(q, "preau_payment");
    sql_add(q, " (provider, event, purchase, fact, amount, currency, reference, told_by, at_us) VALUES (");
    sql_text(q, str_of(e->provider));
    sql_add(q, ", ");
    sql_text(q, e->event);
    sql_add(q, ", ");
    sql_text(q, e->purchase);
    sql_add(q, ", ");
    sql_text(q, str_of(fact_names[e->fact]));
    sql_add(q, ", ");
    sql_decimal(q, e->amount);
    sql_add(q, ", ");
    sql_text(q, e->currency);
    sql_add(q, ", ");
    sql_text(q, utf8_head(e->reference, 140));
    sql_add(q, ", ");
    sql_text(q, cx->user->name);
    sql_add(q, ", ");
    sql_int(q, cx->now_us);
    sql_add(q, ")");
    int64_t changed = db_change(cx, q);
    *fresh = changed > 0;
    return changed >= 0;
}

static bool check_event(struct ctx *cx, const struct doc *purchase, const struct payment_event *e)
{
    struct str currency = doc_text(purchase, "currency");
    bool of_all = e->fact == FACT_CANCELLED || (e->fact == FACT_REFUNDED && e->amount.units == 0);
    if (!e->event.n || e->event.n > 140)
        return throw(cx, &ValidationError, "A payment needs a reference of at most %d characters.", 140);
    if (!of_all && e->amount.units <= 0)
        return throw(cx, &ValidationError, "%s must be above 0.", "Amount");
    if (!of_all && !str_eq(e->currency, currency))
        return throw(cx, &ValidationError, "The purchase is in %.*s, not in %.*s.", STR_ARG(currency),
                     STR_ARG(e->currency));
    return true;
}

static struct decimal open_of(struct ctx *cx, struct str invoice)
{
    struct str text;
    struct decimal open = DECIMAL_INT(0);
    if (doc_get(cx, "Sales Invoice", invoice, "outstanding_amount", &text) && !decimal_parse(text, &open))
        open = DECIMAL_INT(0);
    return open;
}

/* Money beyond what is due is noted for the school, never lost and never counted. */
static bool take_paid(struct ctx *cx, struct doc *purchase, const struct payment_event *e)
{
    if (!doc_is_set(purchase, "sales_invoice") && !purchase_invoice(cx, purchase))
        return false;
    struct str invoice = doc_text(purchase, "sales_invoice");
    struct decimal open = open_of(cx, invoice);
    if (failed(cx))
        return false;
    if (decimal_compare(e->amount, open) > 0)
        purchase_flag(cx, purchase, "More money came than was due: give the rest back.");
    if (open.units <= 0)
        return true;
    return invoice_paid(cx, invoice, decimal_compare(e->amount, open) > 0 ? open : e->amount);
}

static bool needs_invoice(struct ctx *cx, const struct doc *purchase)
{
    return doc_is_set(purchase, "sales_invoice") ||
           throw(cx, &ValidationError, "Nothing was paid for %.*s yet.", STR_ARG(purchase->name));
}

static bool take_reversed(struct ctx *cx, struct doc *purchase, const struct payment_event *e)
{
    return needs_invoice(cx, purchase) && invoice_unpaid(cx, doc_text(purchase, "sales_invoice"), e->amount);
}

/* What is left of the invoice; more than that cannot go back. */
static bool take_refunded(struct ctx *cx, struct doc *purchase, const struct payment_event *e)
{
    struct decimal amount = e->amount;
    struct str invoice = doc_text(purchase, "sales_invoice"), left;
    if (!needs_invoice(cx, purchase))
        return false;
    if (amount.units == 0) {
        struct sql *q = sql_new(cx);
        sql_add(q, "SELECT SUM(grand_total) FROM ");
        sql_doctype(q, "Sales Invoice");
        sql_add(q, " WHERE docstatus = 1 AND (name = ");
        sql_text(q, invoice);
        sql_add(q, " OR return_against = ");
        sql_text(q, invoice);
        sql_add(q, ")");
        if (!db_first_text(cx, q, &left) || !decimal_parse(left, &amount))
            return failed(cx) ? false : bug(cx, "a sum that is no number");
    }
    return invoice_credited(cx, invoice, amount) != NULL;
}

static bool take_cancelled(struct ctx *cx, struct doc *purchase, const struct payment_event *e)
{
    (void)e;
    if (doc_is_set(purchase, "sales_invoice"))
        return throw(cx, &ValidationError, "%.*s has an invoice: refund it instead.", STR_ARG(purchase->name));
    doc_set_text(purchase, "state", STR("Cancelled"));
    return purchase_release(cx, purchase);
}

bool purchase_event(struct ctx *cx, const struct payment_event *e, struct purchase_view *out)
{
    static bool (*const takes[])(struct ctx *, struct doc *,
                                 const struct payment_event *) = { [FACT_PAID] = take_paid,
                                                                   [FACT_REVERSED] = take_reversed,
                                                                   [FACT_REFUNDED] = take_refunded,
                                                                   [FACT_CANCELLED] = take_cancelled };
    struct doc *purchase = doc_load_for_update(cx, doc_type(cx, STR("Purchase")), e->purchase);
    bool fresh = false;
    if (!purchase || !check_event(cx, purchase, e) || !user_lock(cx, doc_text(purchase, "user")) ||
        !note_event(cx, e, &fresh))
        return false;
    if (fresh && (!takes[e->fact](cx, purchase, e) || !purchase_settle(cx, purchase)))
        return false;
    return purchase_view_of(cx, purchase, out);
}
