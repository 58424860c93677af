/* What follows from a purchase: its invoice, its state, and the access that goes with the state (spec/erpnext.md 5.3). */
#include "core.h"
#include "learn/enroll.h"
#include "purchase_priv.h"

void purchase_flag(struct ctx *cx, struct doc *purchase, const char *why)
{
    struct str before = doc_text(purchase, "attention");
    log_say(LOG_WARN, "purchase.attention", "%.*s: %s", STR_ARG(purchase->name), why);
    doc_set_text(purchase, "attention",
                 before.n ? str_printf(cx->arena, "%.*s\n%s", STR_ARG(before), why) : str_of(why));
}

bool purchase_release(struct ctx *cx, struct doc *purchase)
{
    if (!doc_is_set(purchase, "reserved_until"))
        return true;
    doc_set_null(purchase, "reserved_until");
    return coupon_use_give_back(cx, doc_text(purchase, "coupon_code"));
}

/* ---- the invoice ---------------------------------------------------------------------------------------------------------------- */
struct billing {
    struct doc *purchase, *invoice;
    bool honours;
};

static bool bill(struct ctx *cx, void *arg)
{
    struct billing *b = arg;
    struct doc *p = b->purchase;
    struct str how = doc_text(p, "attribution");
    const struct sale sale = { .user = doc_text(p, "user"),
                               .bootcamp = doc_text(p, "bootcamp"),
                               .coupon_code = doc_text(p, "coupon_code"),
                               .use_is_reserved = !b->honours && doc_is_set(p, "reserved_until"),
                               .sales_partner = doc_text(p, "sales_partner"),
                               .attribution = str_is(how, "Code")   ? "Code"
                                              : str_is(how, "Link") ? "Link"
                                                                    : NULL,
                               .purchase = p->name,
                               .total = doc_decimal(p, "amount"),
                               .honours_total = b->honours,
                               .currency = doc_text(p, "currency") };
    b->invoice = invoice_of_sale(cx, &sale);
    return b->invoice != NULL;
}

/* A code that is gone, or a price that changed, is not the buyer's fault who has paid: then what was agreed is charged. */
bool purchase_invoice(struct ctx *cx, struct doc *purchase)
{
    struct billing b = { .purchase = purchase };
    struct error why;
    if (!call_attempt(cx, bill, &b, &why))
        return false;
    if (why.kind) {
        if (!purchase_release(cx, purchase))
            return false;
        purchase_flag(cx, purchase,
                      "The price or the code had changed before the money came: what was agreed is charged.");
        b.honours = true;
        if (!bill(cx, &b))
            return false;
    }
    doc_set_null(purchase, "reserved_until");
    doc_set_text(purchase, "sales_invoice", b.invoice->name);
    return true;
}

/* ---- facts ------------------------------------------------------------------------------------------------------------------------ */
struct facts {
    int64_t units; /* sold less returned */
    bool is_open;  /* something of the invoice is not paid */
};

static bool find_facts(struct ctx *cx, struct str invoice, struct facts *out)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COALESCE(SUM(l.qty), 0), COALESCE(MAX(IF(i.name = ");
    sql_text(q, invoice);
    sql_add(q, ", i.outstanding_amount > 0, 0)), 0) FROM ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " i JOIN ");
    sql_doctype(q, "Sales Invoice Item");
    sql_add(q, " l ON l.parent = i.name AND l.parenttype = 'Sales Invoice' WHERE i.docstatus = 1 AND (i.name = ");
    sql_text(q, invoice);
    sql_add(q, " OR i.return_against = ");
    sql_text(q, invoice);
    sql_add(q, ")");
    struct rows *rows = db_run(cx, q);
    if (!rows || !rows_next(rows))
        return false;
    out->units = decimal_truncate(rows_decimal(rows, 0));
    out->is_open = rows_int(rows, 1) != 0;
    rows_close(rows);
    return true;
}

static const char *state_of(const struct doc *purchase, const struct facts *f)
{
    struct str before = doc_text(purchase, "state");
    bool was_paid = str_is(before, "Paid") || str_is(before, "Payment Reversed");
    if (f->units <= 0)
        return "Refunded";
    if (!f->is_open)
        return "Paid";
    return was_paid ? "Payment Reversed" : "Unpaid";
}

/* ---- access ------------------------------------------------------------------------------------------------------------------------ */
static const struct mail_words bought_mail = {
    .kind = "purchase",
    .subject = N_("{school}: “{bootcamp}” is yours"),
    .before = { N_("Thank you. You have paid for “{bootcamp}”, and it is open for you now. Invoice {invoice}.") },
    .button = N_("Open the bootcamp"),
};

static bool tell_buyer(struct ctx *cx, const struct doc *purchase)
{
    struct str bootcamp = doc_text(purchase, "bootcamp"), title = bootcamp, slug = bootcamp;
    doc_get(cx, "LMS Bootcamp", bootcamp, "title", &title);
    doc_get(cx, "LMS Bootcamp", bootcamp, "slug", &slug);
    const struct pair facts[] = { { STR("bootcamp"), title }, { STR("invoice"), doc_text(purchase, "sales_invoice") } };
    return mail_put(cx, &(struct mail){ .words = &bought_mail,
                                        .to = doc_text(purchase, "user"),
                                        .link = site_link(cx, str_printf(cx->arena, "/bootcamps/%.*s", STR_ARG(slug))),
                                        .facts = facts,
                                        .fact_count = countof(facts) });
}

static bool open_access(struct ctx *cx, const struct doc *purchase)
{
    enum enrolled how;
    struct doc *enrollment =
        enroll_how(cx, doc_text(purchase, "user"), doc_text(purchase, "bootcamp"), "Purchase", &how);
    if (!enrollment)
        return false;
    if (how == ENROLLED_ALREADY)
        return true;
    doc_set_text(enrollment, "source", STR("Purchase"));
    doc_set_text(enrollment, "sales_invoice", doc_text(purchase, "sales_invoice"));
    return doc_save(cx, enrollment, SAVE_AS_SYSTEM | SAVE_NO_VERSION);
}

/* Somebody who has bought it twice keeps it until both are gone. */
static bool has_another(struct ctx *cx, const struct doc *purchase, bool *has)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT 1 FROM ");
    sql_doctype(q, "Purchase");
    sql_add(q, " WHERE state = 'Paid' AND user = ");
    sql_text(q, doc_text(purchase, "user"));
    sql_add(q, " AND bootcamp = ");
    sql_text(q, doc_text(purchase, "bootcamp"));
    sql_add(q, " AND name <> ");
    sql_text(q, purchase->name);
    sql_add(q, " LIMIT 1 FOR UPDATE");
    int64_t one = 0;
    *has = db_first_int(cx, q, &one);
    return !failed(cx);
}

/* What was given by hand or for nothing stays; progress stays always. */
static bool close_access(struct ctx *cx, const struct doc *purchase, const char *status)
{
    struct str name;
    bool another;
    if (!has_another(cx, purchase, &another) || another)
        return !failed(cx);
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT name FROM ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " WHERE source = 'Purchase' AND user = ");
    sql_text(q, doc_text(purchase, "user"));
    sql_add(q, " AND bootcamp = ");
    sql_text(q, doc_text(purchase, "bootcamp"));
    sql_add(q, " FOR UPDATE");
    if (!db_first_text(cx, q, &name))
        return !failed(cx);
    struct doc *enrollment = doc_load_for_update(cx, doc_type(cx, STR("Enrollment")), name);
    if (!enrollment)
        return false;
    doc_set_text(enrollment, "status", str_of(status));
    return doc_save(cx, enrollment, SAVE_AS_SYSTEM);
}

static bool follow_state(struct ctx *cx, struct doc *purchase, bool changed)
{
    struct str state = doc_text(purchase, "state");
    bool another = false;
    if (str_is(state, "Refunded") || str_is(state, "Cancelled"))
        return close_access(cx, purchase, "Revoked");
    if (str_is(state, "Payment Reversed"))
        return close_access(cx, purchase, "Suspended");
    if (!str_is(state, "Paid") || !changed)
        return true;
    if (!has_another(cx, purchase, &another))
        return false;
    if (another)
        purchase_flag(cx, purchase, "The buyer has paid for this bootcamp twice.");
    return open_access(cx, purchase) && tell_buyer(cx, purchase);
}

bool purchase_settle(struct ctx *cx, struct doc *purchase)
{
    struct facts facts;
    struct str before = doc_text(purchase, "state"), invoice = doc_text(purchase, "sales_invoice");
    if (invoice.n) {
        if (!find_facts(cx, invoice, &facts))
            return false;
        doc_set_text(purchase, "state", str_of(state_of(purchase, &facts)));
    }
    bool changed = !str_eq(before, doc_text(purchase, "state"));
    return follow_state(cx, purchase, changed) && doc_save(cx, purchase, SAVE_AS_SYSTEM);
}
