/* Facts about money: each is noted once, whoever tells it and how often, and the purchase follows. */
#include "card_priv.h"
#include "core.h"
#include "http.h"
#include "learn/enroll.h"
#include "purchase_priv.h"
#include "work.h"

static const char *const fact_names[] = {
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

/* ---- methods ------------------------------------------------------------------------------------------------------------------------ */
void purchase_json(const struct purchase_view *p, struct json_out *out)
{
    out_begin_object(out);
    out_member_text(out, "purchase", p->purchase);
    out_member_text(out, "state", p->state);
    out_member_price(out, "amount", p->amount);
    out_member_text(out, "currency", p->currency);
    out_member_text_or_null(out, "enrollment", p->enrollment);
    out_member_text(out, "url", p->url);
    out_end_object(out);
}

static bool look(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct purchase_view p;
    if (!purchase_look(cx, doc_text(args, "purchase"), &p))
        return false;
    purchase_json(&p, out);
    return true;
}

METHOD(purchase)
= {
    .path = "lms.purchase",
    .uses = LMS_SELLING,
    .verbs = HTTP_GET | HTTP_POST,
    ARGS({ "purchase", DATA, .reqd = true }),
    .call = look,
    .about = "What became of a purchase of the caller's; of anybody's for managers.",
};

/* A manager's own note of a payment: with a reference it counts once, however often it is sent. */
static bool told_by_manager(struct ctx *cx, const struct doc *args, enum payment_fact fact, struct json_out *out)
{
    struct purchase_view p;
    struct str reference = doc_text(args, "reference"), currency = doc_text(args, "currency");
    struct str purchase = doc_text(args, "purchase");
    if (!user_has_role(cx->user, "System Manager"))
        return throw(cx, &PermissionError, "Only managers may do this.");
    if (!purchase_look(cx, purchase, &p))
        return false;
    bool whole = fact == FACT_PAID && !doc_is_set(args, "amount");
    const struct payment_event e = { .purchase = p.purchase,
                                     .provider = "Manager",
                                     .event = str_printf(cx->arena, "%s %.*s", fact_names[fact],
                                                         STR_ARG(reference.n ? reference : random_hex(cx->arena, 12))),
                                     .reference = reference,
                                     .fact = fact,
                                     .amount = whole ? p.amount : doc_decimal(args, "amount"),
                                     .currency = currency.n ? currency : p.currency };
    if (!purchase_event(cx, &e, &p))
        return false;
    out_begin_object(out);
    out_member_text(out, "state", p.state);
    out_end_object(out);
    return true;
}

static bool confirm(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    return told_by_manager(cx, args, FACT_PAID, out);
}

METHOD(confirm_payment)
= {
    .path = "lms.confirm_payment",
    .uses = LMS_SELLING,
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    ARGS({ "purchase", DATA, .reqd = true }, { "amount", CURRENCY }, { "currency", DATA }, { "reference", DATA }),
    .call = confirm,
    .about = "Money came for a purchase; without an amount all of it. The same reference again does nothing. Managers.",
};

static bool refund(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    return told_by_manager(cx, args, FACT_REFUNDED, out);
}

METHOD(refund)
= {
    .path = "lms.refund",
    .uses = LMS_SELLING,
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    ARGS({ "purchase", DATA, .reqd = true }, { "amount", CURRENCY }, { "currency", DATA }, { "reference", DATA }),
    .call = refund,
    .about =
        "Money goes back; without an amount all that is left, and then access ends, while progress stays. Managers.",
};

/* ---- the nightly look --------------------------------------------------------------------------------------------------------------- */
static bool without_access(struct ctx *cx, int64_t *count)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_doctype(q, "Purchase");
    sql_add(q, " p LEFT JOIN ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " e ON e.user = p.user AND e.bootcamp = p.bootcamp WHERE p.state = 'Paid' AND "
               "(e.name IS NULL OR e.status NOT IN ('Active', 'Completed'))");
    sql_limit(q, 60000);
    return db_first_int(cx, q, count) || !failed(cx);
}

static bool reconcile(struct ctx *cx, struct job_run *run)
{
    int64_t count = 0;
    (void)run;
    if (doc_types_off(cx->site, "Purchase\nEnrollment"))
        return true;
    if (!without_access(cx, &count))
        return false;
    log_say(count ? LOG_WARN : LOG_INFO, "purchase.reconciled", "%ld payments without access", (long)count);
    return true;
}

JOB(purchase_reconcile)
= { .name = "purchase.reconcile",
    .run = reconcile,
    .daily = true,
    .hour = 2,
    .about = "Counts purchases that are paid and give no access." };
