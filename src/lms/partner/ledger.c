/* The commission ledger: which rows an invoice makes and what becomes of them (spec/product.md 6a.3 to 6a.5). */
#include "core.h"
#include "ledger_priv.h"

/* ---- who buys ----------------------------------------------------------------------------------------------------------- */
static bool same_char(char a, char b)
{
    char low_a = a >= 'A' && a <= 'Z' ? (char)(a + 32) : a, low_b = b >= 'A' && b <= 'Z' ? (char)(b + 32) : b;
    return low_a == low_b;
}

/* What stands before the plus, or before the sign @. */
static size_t local_part(struct str address, struct str *domain)
{
    size_t end = 0, plus = 0;
    for (size_t i = 0; i < address.n; i++)
        if (address.p[i] == '@')
            end = i;
    *domain = str_from(address, end);
    while (plus < end && address.p[plus] != '+')
        plus++;
    return plus;
}

bool same_mailbox(struct str a, struct str b)
{
    struct str domain_a, domain_b;
    size_t n = local_part(a, &domain_a), m = local_part(b, &domain_b);
    if (n == 0 || n != m || !str_eq_nocase(domain_a, domain_b))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!same_char(a.p[i], b.p[i]))
            return false;
    return true;
}

static bool is_self(struct ctx *cx, const struct doc *invoice)
{
    struct str partner = STR_NONE, customer = doc_text(invoice, "customer"), of_customer[2] = { STR_NONE, STR_NONE };
    if (!doc_get(cx, "Sales Partner", doc_text(invoice, "sales_partner"), "user", &partner) || !partner.n)
        return false;
    doc_get(cx, "Customer", customer, "user", &of_customer[0]);
    doc_get(cx, "Customer", customer, "email_id", &of_customer[1]);
    return same_mailbox(partner, of_customer[0]) || same_mailbox(partner, of_customer[1]) ||
           same_mailbox(partner, doc_text(invoice, "contact_email"));
}

/* ---- what it was for ------------------------------------------------------------------------------------------------------ */
/* The bootcamp, where the invoice sells one and no other; else nothing. */
static bool bootcamp_of(struct ctx *cx, const struct doc *invoice, struct str *out)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT IF(COUNT(DISTINCT b.name) = 1, MIN(b.name), NULL) FROM ");
    sql_doctype(q, "Sales Invoice Item");
    sql_add(q, " l JOIN ");
    sql_doctype(q, "LMS Bootcamp");
    sql_add(q, " b ON b.item_code = l.item_code WHERE l.parenttype = 'Sales Invoice' AND l.parent = ");
    sql_text(q, invoice->name);
    *out = STR_NONE;
    return db_first_text(cx, q, out) || !failed(cx);
}

/* ---- its state at first ---------------------------------------------------------------------------------------------------- */
static bool hold_is_over(struct ctx *cx, struct str posting_date)
{
    int64_t hold = site_setting_int(cx->site, "School Settings", "hold_days", 30);
    return str_compare(clock_day_after(cx->arena, posting_date, hold), call_today(cx)) <= 0;
}

/* A credit note of a sale that earned nothing takes nothing away. */
static bool was_rejected(struct ctx *cx, const struct doc *credit)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT 1 FROM ");
    sql_doctype(q, "Sales Commission");
    sql_add(q, " WHERE state = 'Rejected' AND sales_invoice = ");
    sql_text(q, doc_text(credit, "return_against"));
    sql_add(q, " AND sales_partner = ");
    sql_text(q, doc_text(credit, "sales_partner"));
    sql_add(q, " LIMIT 1");
    int64_t one = 0;
    return doc_is_set(credit, "return_against") && db_first_int(cx, q, &one);
}

static void set_state(struct doc *row, const char *state, const char *reason)
{
    doc_set_text(row, "state", str_of(state));
    doc_set_text(row, "reason", str_of(reason));
}

static bool set_first_state(struct ctx *cx, const struct doc *invoice, struct doc *row)
{
    bool is_return = doc_true(invoice, "is_return");
    if (is_self(cx, invoice))
        set_state(row, "Rejected", "self");
    else if (is_return && was_rejected(cx, invoice))
        set_state(row, "Rejected", "the sale's commission was rejected");
    else if (is_return)
        set_state(row, "Reversed", "credit note");
    else if (doc_decimal(invoice, "outstanding_amount").units <= 0 &&
             hold_is_over(cx, doc_text(invoice, "posting_date")))
        set_state(row, "Approved", LEDGER_SETTLED);
    else
        set_state(row, "Pending", "");
    return !failed(cx);
}

/* ---- the row --------------------------------------------------------------------------------------------------------------- */
static bool has_row(struct ctx *cx, const struct doc *invoice, bool *has)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT 1 FROM ");
    sql_doctype(q, "Sales Commission");
    sql_add(q, " WHERE sales_invoice = ");
    sql_text(q, invoice->name);
    sql_add(q, " LIMIT 1 FOR UPDATE");
    int64_t one = 0;
    *has = db_first_int(cx, q, &one);
    return !failed(cx);
}

/* When it was sold, in the school's time: of what was made elsewhere, as the invoice says. */
static struct str moment_of(struct ctx *cx, const struct doc *invoice)
{
    struct str time = doc_text(invoice, "posting_time");
    if (!doc_is_set(invoice, "taken_from"))
        return call_now(cx);
    return str_printf(cx->arena, "%.*s %.*s", STR_ARG(doc_text(invoice, "posting_date")),
                      STR_ARG(time.n ? time : STR("00:00:00")));
}

/* The document's own commission counts, whoever computed it. */
static void copy_figures(const struct doc *invoice, struct doc *row)
{
    doc_set_decimal(row, "net_total", doc_decimal(invoice, "base_net_total"));
    doc_set_decimal(row, "base", doc_decimal(invoice, "amount_eligible_for_commission"));
    doc_set_decimal(row, "rate", doc_decimal(invoice, "commission_rate"));
    doc_set_decimal(row, "amount", doc_decimal(invoice, "total_commission"));
}

bool ledger_of_invoice(struct ctx *cx, const struct doc *invoice)
{
    bool has = false;
    struct str bootcamp;
    if (!doc_is_set(invoice, "sales_partner") || !has_row(cx, invoice, &has) || has)
        return !failed(cx);
    struct doc *row = doc_new_named(cx, "Sales Commission");
    if (!row || !bootcamp_of(cx, invoice, &bootcamp))
        return false;
    doc_set_text(row, "sales_partner", doc_text(invoice, "sales_partner"));
    doc_set_text(row, "sales_invoice", invoice->name);
    doc_set_text(row, "bootcamp", bootcamp);
    doc_set_text(row, "coupon_code", doc_text(invoice, "coupon_code"));
    doc_set_text(row, "posting_date", doc_text(invoice, "posting_date"));
    doc_set_text(row, "at", moment_of(cx, invoice));
    doc_set_int(row, "is_return", doc_true(invoice, "is_return"));
    doc_set_text(row, "currency", cx->site->currency);
    doc_set_text(row, "attribution",
                 doc_is_set(invoice, "attribution") ? doc_text(invoice, "attribution") : STR("Invoice"));
    copy_figures(invoice, row);
    return set_first_state(cx, invoice, row) && ledger_insert(cx, row);
}

/* The ledger belongs to nobody who could be told by it. */
bool ledger_insert(struct ctx *cx, struct doc *row)
{
    row->owner = STR("Administrator");
    return doc_insert(cx, row, SAVE_AS_SYSTEM | SAVE_NO_LINKS);
}

/* ---- cancelled -------------------------------------------------------------------------------------------------------------- */
static struct decimal opposite(const struct doc *row, const char *field)
{
    return decimal_subtract(DECIMAL_INT(0), doc_decimal(row, field));
}

/* What was paid out, or taken back, is not undone but answered, today. */
static bool answer(struct ctx *cx, const struct doc *row)
{
    static const char *const copied[] = { "sales_partner", "sales_invoice", "bootcamp",
                                          "coupon_code",   "currency",      "attribution" };
    struct doc *reversal = doc_new_named(cx, "Sales Commission");
    if (!reversal)
        return false;
    for (size_t i = 0; i < countof(copied); i++)
        doc_set_text(reversal, copied[i], doc_text(row, copied[i]));
    doc_set_text(reversal, "posting_date", call_today(cx));
    doc_set_text(reversal, "at", call_now(cx));
    doc_set_int(reversal, "is_return", !doc_true(row, "is_return"));
    doc_set_decimal(reversal, "net_total", opposite(row, "net_total"));
    doc_set_decimal(reversal, "base", opposite(row, "base"));
    doc_set_decimal(reversal, "rate", doc_decimal(row, "rate"));
    doc_set_decimal(reversal, "amount", opposite(row, "amount"));
    set_state(reversal, "Reversed", "cancelled afterwards");
    return ledger_insert(cx, reversal);
}

static bool cancel_row(struct ctx *cx, struct doc *row)
{
    struct str state = doc_text(row, "state");
    if (str_is(state, "Paid") || str_is(state, "Reversed"))
        return answer(cx, row);
    if (str_is(state, "Rejected"))
        return true;
    doc_set_null(row, "payout");
    set_state(row, "Rejected", "cancelled");
    return doc_save(cx, row, SAVE_AS_SYSTEM | SAVE_NO_LINKS);
}

bool ledger_cancelled(struct ctx *cx, const struct doc *invoice)
{
    struct str name = STR_NONE;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT name FROM ");
    sql_doctype(q, "Sales Commission");
    sql_add(q, " WHERE sales_invoice = ");
    sql_text(q, invoice->name);
    sql_add(q, " ORDER BY creation, name LIMIT 1 FOR UPDATE");
    if (!db_first_text(cx, q, &name))
        return !failed(cx);
    struct doc *row = doc_load_for_update(cx, doc_type(cx, STR("Sales Commission")), name);
    return row && cancel_row(cx, row);
}
