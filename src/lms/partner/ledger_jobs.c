/* The ledger in time: what is settled and past the hold is approved; every night all amounts are computed anew and compared;
 * and what a manager may do and ask (spec/product.md 6a.3, 6a.4). */
#include "card_priv.h"
#include "core.h"
#include "http.h"
#include "ledger_priv.h"
#include "money_priv.h"
#include "work.h"

enum { APPROVED_AT_ONCE = 200, SHOWN_MOST = 100 };

/* ---- approving -------------------------------------------------------------------------------------------------------------- */
/* Pending rows whose invoice is paid or wholly credited, and whose hold is over; of one invoice, or of all. */
static struct sql *settled(struct ctx *cx, struct str invoice)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT c.name FROM ");
    sql_doctype(q, "Sales Commission");
    sql_add(q, " c JOIN ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " i ON i.name = c.sales_invoice WHERE c.state = 'Pending' AND i.docstatus = 1");
    if (invoice.n) {
        sql_add(q, " AND i.name = ");
        sql_text(q, invoice);
    }
    sql_add(q, " AND c.posting_date <= DATE_SUB(");
    sql_text(q, call_today(cx));
    sql_add(q, ", INTERVAL ");
    sql_int(q, site_setting_int(cx->site, "School Settings", "hold_days", 30));
    sql_add(q, " DAY) AND (i.outstanding_amount <= 0 OR (SELECT COALESCE(SUM(r.grand_total), 0) FROM ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " r WHERE r.docstatus = 1 AND r.return_against = i.name) <= -i.grand_total) LIMIT ");
    sql_index(q, APPROVED_AT_ONCE);
    sql_limit(q, 30000);
    return q;
}

static bool approve(struct ctx *cx, struct str name)
{
    struct doc *row = doc_load_for_update(cx, doc_type(cx, STR("Sales Commission")), name);
    if (!row)
        return false;
    if (!str_is(doc_text(row, "state"), "Pending"))
        return true;
    doc_set_text(row, "state", STR("Approved"));
    doc_set_text(row, "reason", STR(LEDGER_SETTLED));
    return doc_save(cx, row, SAVE_AS_SYSTEM | SAVE_NO_LINKS);
}

static bool approve_settled(struct ctx *cx, struct str invoice, size_t *count)
{
    struct str names[APPROVED_AT_ONCE];
    *count = 0;
    struct rows *rows = db_run(cx, settled(cx, invoice));
    while (rows && rows_next(rows) && *count < countof(names))
        names[(*count)++] = str_copy(cx->arena, rows_text(rows, 0));
    if (rows)
        rows_close(rows);
    for (size_t i = 0; i < *count; i++)
        if (!approve(cx, names[i]))
            return false;
    return !failed(cx);
}

bool ledger_settle(struct ctx *cx, struct str invoice)
{
    size_t count;
    return approve_settled(cx, invoice, &count);
}

static bool approve_all(struct ctx *cx, struct job_run *run)
{
    size_t count = 0;
    (void)run;
    if (doc_types_off(cx->site, LMS_SELLING))
        return true;
    if (!db_begin(cx) || !approve_settled(cx, STR_NONE, &count))
        return false;
    return count < APPROVED_AT_ONCE || job_enqueue(cx, "commission.approve_more", &(struct job_order){ 0 });
}

JOB(commission_approve)
= { .name = "commission.approve",
    .run = approve_all,
    .every_s = 3600,
    .about = "Approves commissions that are settled and past the hold." };
JOB(commission_approve_more)
= { .name = "commission.approve_more", .run = approve_all, .about = "Goes on with commission.approve." };

/* ---- comparing --------------------------------------------------------------------------------------------------------------- */
struct comparison {
    struct differing {
        struct str commission;
        struct decimal amount, computed;
    } differing[SHOWN_MOST];
    int64_t rows, differ, missing;
};

static bool compare_amounts(struct ctx *cx, struct comparison *c)
{
    struct money money = money_of(cx->site, cx->site->currency);
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT name, base, rate, amount FROM ");
    sql_doctype(q, "Sales Commission");
    sql_limit(q, 120000);
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows)) {
        struct decimal computed = money_percent(rows_decimal(rows, 1), rows_decimal(rows, 2), money);
        c->rows++;
        if (decimal_compare(computed, rows_decimal(rows, 3)) == 0)
            continue;
        if (c->differ < SHOWN_MOST)
            c->differing[c->differ] =
                (struct differing){ str_copy(cx->arena, rows_text(rows, 0)), rows_decimal(rows, 3), computed };
        c->differ++;
    }
    return !failed(cx);
}

static bool count_missing(struct ctx *cx, struct comparison *c)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " i LEFT JOIN ");
    sql_doctype(q, "Sales Commission");
    sql_add(q, " c ON c.sales_invoice = i.name WHERE i.docstatus = 1 AND i.sales_partner <> '' AND c.name IS NULL");
    sql_limit(q, 120000);
    return db_first_int(cx, q, &c->missing) || !failed(cx);
}

static bool compare(struct ctx *cx, struct comparison *c)
{
    *c = (struct comparison){ 0 };
    return compare_amounts(cx, c) && count_missing(cx, c);
}

/* Says what differs and changes nothing. */
static bool check(struct ctx *cx, struct job_run *run)
{
    (void)run;
    struct comparison c;
    if (doc_types_off(cx->site, LMS_SELLING))
        return true;
    if (!compare(cx, &c))
        return false;
    if (c.differ || c.missing)
        log_say(LOG_WARN, "commission.drift", "%ld rows differ from what is computed, %ld invoices have none",
                (long)c.differ, (long)c.missing);
    return true;
}

JOB(commission_check)
= { .name = "commission.check",
    .run = check,
    .daily = true,
    .hour = 5,
    .about = "Recomputes all commissions and compares." };

static bool show_check(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    (void)args;
    struct comparison c;
    if (!managers_only(cx) || !compare(cx, &c))
        return false;
    out_begin_object(out);
    out_member_int(out, "rows", c.rows);
    out_member_int(out, "differ", c.differ);
    out_member_int(out, "missing", c.missing);
    out_key(out, STR("differing"));
    out_begin_array(out);
    for (int64_t i = 0; i < c.differ && i < SHOWN_MOST; i++) {
        out_begin_object(out);
        out_member_text(out, "commission", c.differing[i].commission);
        out_member_price(out, "amount", c.differing[i].amount);
        out_member_price(out, "computed", c.differing[i].computed);
        out_end_object(out);
    }
    out_end_array(out);
    out_end_object(out);
    return true;
}

METHOD(commission_check)
= {
    .path = "lms.commission_check",
    .uses = LMS_SELLING,
    .verbs = HTTP_GET | HTTP_POST,
    .lane = LANE_OF_REPORTS,
    NO_ARGS,
    .call = show_check,
    .about = "Computes every commission anew and says which rows differ and how many invoices have none; for managers.",
};

/* ---- rejecting by hand ------------------------------------------------------------------------------------------------------- */
static bool reject(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    const struct doctype *type = managers_only(cx) ? doc_type(cx, STR("Sales Commission")) : NULL;
    struct doc *row = type ? doc_load_for_update(cx, type, doc_text(args, "commission")) : NULL;
    if (!row)
        return false;
    if (doc_is_set(row, "payout"))
        return throw(cx, &ValidationError, "This commission is part of the payout %.*s.",
                     STR_ARG(doc_text(row, "payout")));
    doc_set_text(row, "state", STR("Rejected"));
    doc_set_text(row, "reason", doc_text(args, "reason"));
    if (!doc_save(cx, row, SAVE_AS_SYSTEM | SAVE_NO_LINKS))
        return false;
    out_text(out, doc_text(row, "state"));
    return true;
}

METHOD(reject_commission)
= {
    .path = "lms.reject_commission",
    .uses = LMS_SELLING,
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    ARGS({ "commission", DATA, .reqd = true }, { "reason", DATA, .reqd = true }),
    .call = reject,
    .about = "Rejects a commission that is Pending or Approved, and says why; for managers.",
};
