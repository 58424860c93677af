/* Reports for those who run the school: sales, commissions, enrollments. Each is a table that is told as JSON or CSV. */
#include "card_priv.h"
#include "core.h"
#include "lms.h"
#include "lms/sales.h"
#include "range_priv.h"

enum { DAYS_SHOWN = 365, COLUMNS_MOST = 12 };

/* ---- what is asked ---------------------------------------------------------------------------------------------------- */
static void in_range(struct sql *q, const char *column, const struct report_question *ask)
{
    sql_add(q, " AND ");
    sql_column(q, "i", column);
    sql_add(q, " >= ");
    sql_text(q, ask->from);
    sql_add(q, " AND ");
    sql_column(q, "i", column);
    sql_add(q, " < DATE_ADD(");
    sql_text(q, ask->to);
    sql_add(q, ", INTERVAL 1 DAY)");
}

/* ---- sales --------------------------------------------------------------------------------------------------------------- */
/* A line belongs to the bootcamp that its Item sells; an Item that sells none stands for itself. */
static void sales_key(struct sql *q, struct str by)
{
    if (str_is(by, "bootcamp")) {
        sql_add(q, "COALESCE((SELECT MIN(b.name) FROM ");
        sql_doctype(q, "LMS Bootcamp");
        sql_add(q, " b WHERE b.item_code = l.item_code), l.item_code)");
    } else if (str_is(by, "partner")) {
        sql_add(q, "COALESCE(i.sales_partner, '')");
    } else if (str_is(by, "code")) {
        sql_add(q, "COALESCE(i.coupon_code, '')");
    } else {
        sql_add(q, "DATE_FORMAT(i.posting_date, '%Y-%m')");
    }
}

static struct sql *sales(struct ctx *cx, const struct report_question *ask)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT ");
    sales_key(q, ask->by);
    sql_add(q, " AS k, COUNT(DISTINCT IF(i.is_return = 0, i.name, NULL)), COUNT(DISTINCT IF(i.is_return = 1, i.name, "
               "NULL)), SUM(l.qty), SUM(l.base_net_amount) FROM ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " i JOIN ");
    sql_doctype(q, "Sales Invoice Item");
    sql_add(q, " l ON l.parent = i.name AND l.parenttype = 'Sales Invoice' WHERE i.docstatus = 1");
    in_range(q, "posting_date", ask);
    sql_add(q, " GROUP BY k ORDER BY k");
    return q;
}

/* ---- commissions ------------------------------------------------------------------------------------------------------------ */
/* The columns of ERPNext's Sales Partner Commission Summary (spec/erpnext.md 2.5), from the ledger. */
static struct sql *commissions(struct ctx *cx, const struct report_question *ask)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT i.sales_invoice, s.customer, COALESCE(c.territory, ''), i.posting_date, i.net_total, "
               "i.sales_partner, i.rate, i.amount, i.state FROM ");
    sql_doctype(q, "Sales Commission");
    sql_add(q, " i LEFT JOIN ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " s ON s.name = i.sales_invoice LEFT JOIN ");
    sql_doctype(q, "Customer");
    sql_add(q, " c ON c.name = s.customer WHERE i.state <> 'Rejected'");
    in_range(q, "posting_date", ask);
    sql_add(q, " ORDER BY i.posting_date, i.sales_invoice");
    return q;
}

/* ---- enrollments -------------------------------------------------------------------------------------------------------------- */
static struct sql *enrollments(struct ctx *cx, const struct report_question *ask)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT i.bootcamp, COUNT(*), SUM(i.status = 'Active'), SUM(i.status = 'Completed'), "
               "SUM(i.status IN ('Suspended', 'Revoked')), ROUND(AVG(i.progress), 2) FROM ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " i WHERE 1 = 1");
    in_range(q, "enrolled_on", ask);
    sql_add(q, " GROUP BY i.bootcamp ORDER BY i.bootcamp");
    return q;
}

/* ---- the table of reports -------------------------------------------------------------------------------------------------------- */
/* n: a whole number, d: a decimal, s: a text. */
static const struct report {
    const char *name;
    struct sql *(*rows)(struct ctx *, const struct report_question *);
    const char *kinds;
    const char *columns[COLUMNS_MOST];
} reports[] = {
    { "sales", sales, "snnnd", { "key", "sales", "refunds", "units", "net_total" } },
    { "commissions",
      commissions,
      "ssssdsdds",
      { "sales_invoice", "customer", "territory", "posting_date", "amount", "sales_partner", "commission_rate",
        "total_commission", "state" } },
    { "enrollments",
      enrollments,
      "snnnnd",
      { "bootcamp", "enrolled", "active", "completed", "closed", "average_progress" } },
};

static const struct report *find_report(struct ctx *cx, struct str name)
{
    for (size_t i = 0; i < countof(reports); i++)
        if (str_is(name, reports[i].name))
            return &reports[i];
    return throw(cx, &ValidationError, "There is no such report: sales, commissions or enrollments.");
}

bool report_question(struct ctx *cx, struct str report, struct str from, struct str to, struct str by,
                     struct report_question *out)
{
    *out = (struct report_question){ .report = report, .from = from, .to = to, .by = by.n ? by : STR("month") };
    if (!managers_only(cx))
        return false;
    bool known = str_is(out->by, "bootcamp") || str_is(out->by, "partner") || str_is(out->by, "code") ||
                 str_is(out->by, "month");
    if (!known)
        return throw(cx, &ValidationError, "The argument 'by' must be bootcamp, partner, code or month.");
    return find_report(cx, report) && range_of(cx, &out->from, &out->to, DAYS_SHOWN);
}

static struct rows *open_report(struct ctx *cx, const struct report_question *ask, const struct report **report)
{
    *report = find_report(cx, ask->report);
    if (!*report)
        return NULL;
    struct sql *q = (*report)->rows(cx, ask);
    sql_limit(q, 60000);
    return db_run(cx, q);
}

bool report_csv(struct ctx *cx, const struct report_question *ask, struct buf *out)
{
    const struct report *report;
    struct rows *rows = open_report(cx, ask, &report);
    size_t count = rows ? strlen(report->kinds) : 0;
    for (size_t i = 0; i < count; i++)
        csv_field(out, str_of(report->columns[i]), i == 0);
    buf_add(out, STR("\r\n"));
    while (rows && rows_next(rows)) {
        for (unsigned i = 0; i < count; i++) {
            struct scratch s = scratch_begin(cx);
            bool decimal = report->kinds[i] == 'd' || report->kinds[i] == 'n';
            csv_field(out, decimal ? decimal_text(cx->arena, rows_decimal(rows, i)) : rows_text(rows, i), i == 0);
            scratch_end(cx, &s);
        }
        buf_add(out, STR("\r\n"));
        if (!buf_drained(out))
            return false;
    }
    return !failed(cx);
}

static void cell_json(struct rows *rows, const struct report *report, unsigned i, struct json_out *out)
{
    const char *key = report->columns[i];
    if (report->kinds[i] == 's')
        out_member_text(out, key, rows_text(rows, i));
    else if (report->kinds[i] == 'n')
        out_member_int(out, key, decimal_truncate(rows_decimal(rows, i)));
    else
        out_member_price(out, key, rows_decimal(rows, i));
}

bool report_json(struct ctx *cx, const struct report_question *ask, struct json_out *out)
{
    const struct report *report;
    struct rows *rows = open_report(cx, ask, &report);
    size_t count = rows ? strlen(report->kinds) : 0;
    if (!rows)
        return false;
    out_begin_object(out);
    out_member_text(out, "report", ask->report);
    out_member_text(out, "from", ask->from);
    out_member_text(out, "to", ask->to);
    out_key(out, STR("columns"));
    out_begin_array(out);
    for (size_t i = 0; i < count; i++)
        out_text(out, str_of(report->columns[i]));
    out_end_array(out);
    out_key(out, STR("rows"));
    out_begin_array(out);
    while (rows_next(rows)) {
        out_begin_object(out);
        for (unsigned i = 0; i < count; i++)
            cell_json(rows, report, i, out);
        out_end_object(out);
    }
    out_end_array(out);
    out_end_object(out);
    return !failed(cx);
}
