/* What a partner sees: clicks, sales and commissions by day, month, bootcamp or code (spec/product.md 5 lms.affiliate.*). */
#include "card_priv.h"
#include "core.h"
#include "lms/sales.h"
#include "range_priv.h"

enum { ROWS_MOST = 20000, DAYS_SHOWN = 30, LINKS_MOST = 200 };

/* ---- whose, and when ---------------------------------------------------------------------------------------------------------- */
static bool own_partner(struct ctx *cx, struct str *out)
{
    struct sql *q = sql_new(cx);
    call_depends(cx, "Sales Partner");
    sql_add(q, "SELECT name FROM ");
    sql_doctype(q, "Sales Partner");
    sql_add(q, " WHERE user <> '' AND user = ");
    sql_text(q, cx->user->name);
    *out = STR_NONE;
    return db_first_text(cx, q, out) || !failed(cx);
}

/* A partner sees themselves; a manager whom they name. */
static bool find_partner(struct ctx *cx, struct str asked, struct str *out)
{
    bool manager = user_has_role(cx->user, "System Manager");
    if (manager && asked.n)
        return doc_exists(cx, "Sales Partner", asked, out) ||
               (!failed(cx) && throw(cx, &DoesNotExistError, "%s %.*s not found", "Sales Partner", STR_ARG(asked)));
    if (!own_partner(cx, out))
        return false;
    if (!manager && (!out->n || (asked.n && !str_eq_nocase(asked, *out))))
        return throw(cx, &PermissionError, "These figures are for partners of the school.");
    return true;
}

static bool find_by(struct ctx *cx, struct str text, enum affiliate_by *out)
{
    static const char *const names[] = {
        [BY_DAY] = "day", [BY_MONTH] = "month", [BY_BOOTCAMP] = "bootcamp", [BY_CODE] = "code"
    };
    *out = BY_DAY;
    for (size_t i = 0; i < countof(names); i++)
        if (str_is(text, names[i])) {
            *out = (enum affiliate_by)i;
            return true;
        }
    return !text.n || throw(cx, &ValidationError, "The argument 'by' must be day, month, bootcamp or code.");
}

bool affiliate_question(struct ctx *cx, struct str from, struct str to, struct str by, struct str sales_partner,
                        struct affiliate_question *out)
{
    *out = (struct affiliate_question){ .from = from, .to = to };
    return range_of(cx, &out->from, &out->to, DAYS_SHOWN) && find_by(cx, by, &out->by) &&
           find_partner(cx, sales_partner, &out->sales_partner);
}

/* ---- sums --------------------------------------------------------------------------------------------------------------------- */
struct gathering {
    struct ctx *cx;
    struct affiliate_summary *out;
    enum affiliate_by by;
    struct map by_key; /* → struct affiliate_row * */
};

/* Months are made here, of days: that is how the index has them. NULL: there are too many rows. */
static struct affiliate_figures *row_of(struct gathering *g, struct str key)
{
    if (g->by == BY_MONTH)
        key = str_slice(key, 0, 7);
    struct affiliate_row *row = map_get(&g->by_key, key);
    if (!row && g->out->count < ROWS_MOST) {
        row = &g->out->rows[g->out->count++];
        *row = (struct affiliate_row){ .key = str_copy(g->cx->arena, key) };
        map_put(&g->by_key, row->key, row);
    }
    return row ? &row->figures : NULL;
}

static void range(struct sql *q, const struct affiliate_question *ask, const char *day)
{
    sql_add(q, " WHERE ");
    if (ask->sales_partner.n) {
        sql_add(q, "sales_partner = ");
        sql_text(q, ask->sales_partner);
        sql_add(q, " AND ");
    }
    sql_name(q, day);
    sql_add(q, " BETWEEN ");
    sql_text(q, ask->from);
    sql_add(q, " AND ");
    sql_text(q, ask->to);
}

static void key_of(struct sql *q, enum affiliate_by by, const char *day, const char *code)
{
    if (by == BY_BOOTCAMP) {
        sql_add(q, "COALESCE(bootcamp, '')");
    } else if (by == BY_CODE) {
        sql_add(q, "COALESCE(");
        sql_name(q, code);
        sql_add(q, ", '')");
    } else {
        sql_name(q, day);
    }
}

static bool gather_clicks(struct gathering *g, const struct affiliate_question *ask)
{
    struct ctx *cx = g->cx;
    struct sql *q = sql_new(cx);
    call_depends(cx, "Referral Visit");
    sql_add(q, "SELECT ");
    key_of(q, ask->by, "day", "code");
    sql_add(q, " AS k, SUM(clicks), SUM(visitors) FROM ");
    sql_table(q, "preau_click_day");
    range(q, ask, "day");
    sql_add(q, " GROUP BY k");
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows)) {
        struct affiliate_figures *f = row_of(g, rows_text(rows, 0));
        if (f) {
            f->clicks += rows_int(rows, 1);
            f->visitors += rows_int(rows, 2);
        }
    }
    return !failed(cx);
}

enum { SALE_KEY, SALE_STATE, SALE_IS_RETURN, SALE_BY, SALE_COUNT, SALE_NET, SALE_AMOUNT };

/* In the order of the index, so that nothing is compared but by the sums here. */
static struct sql *sales(struct ctx *cx, const struct affiliate_question *ask)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT ");
    key_of(q, ask->by, "posting_date", "coupon_code");
    sql_add(q, " AS k, state, is_return, attribution, COUNT(*), SUM(net_total), SUM(amount) FROM ");
    sql_doctype(q, "Sales Commission");
    range(q, ask, "posting_date");
    sql_add(q, " GROUP BY k, is_return, state, attribution");
    return q;
}

/* Rejected rows are in no figure but their own. */
static void add_sales(struct affiliate_figures *f, struct rows *rows)
{
    struct str state = rows_text(rows, SALE_STATE);
    const struct {
        const char *state;
        struct decimal *sum;
    } sums[] = { { "Pending", &f->pending },
                 { "Approved", &f->approved },
                 { "Paid", &f->paid },
                 { "Reversed", &f->reversed },
                 { "Rejected", &f->rejected } };
    for (size_t i = 0; i < countof(sums); i++)
        if (str_is(state, sums[i].state))
            *sums[i].sum = decimal_add(*sums[i].sum, rows_decimal(rows, SALE_AMOUNT));
    if (str_is(state, "Rejected"))
        return;
    bool is_return = rows_int(rows, SALE_IS_RETURN) != 0;
    *(is_return ? &f->refunds : &f->sales) += rows_int(rows, SALE_COUNT);
    if (!is_return && str_is(rows_text(rows, SALE_BY), "Link"))
        f->linked += rows_int(rows, SALE_COUNT);
    f->net_total = decimal_add(f->net_total, rows_decimal(rows, SALE_NET));
}

static bool gather_sales(struct gathering *g, const struct affiliate_question *ask)
{
    struct ctx *cx = g->cx;
    call_depends(cx, "Sales Commission");
    struct rows *rows = db_run(cx, sales(cx, ask));
    while (rows && rows_next(rows)) {
        struct affiliate_figures *f = row_of(g, rows_text(rows, SALE_KEY));
        if (f)
            add_sales(f, rows);
    }
    return !failed(cx);
}

static void add_figures(struct affiliate_figures *to, const struct affiliate_figures *f)
{
    to->clicks += f->clicks;
    to->visitors += f->visitors;
    to->sales += f->sales;
    to->refunds += f->refunds;
    to->linked += f->linked;
    to->net_total = decimal_add(to->net_total, f->net_total);
    to->pending = decimal_add(to->pending, f->pending);
    to->approved = decimal_add(to->approved, f->approved);
    to->paid = decimal_add(to->paid, f->paid);
    to->reversed = decimal_add(to->reversed, f->reversed);
    to->rejected = decimal_add(to->rejected, f->rejected);
}

static int by_key(const void *a, const void *b)
{
    return str_compare(((const struct affiliate_row *)a)->key, ((const struct affiliate_row *)b)->key);
}

bool affiliate_summary(struct ctx *cx, const struct affiliate_question *ask, struct affiliate_summary *out)
{
    struct gathering g = { .cx = cx, .out = out, .by = ask->by, .by_key = map_new(cx->arena) };
    *out = (struct affiliate_summary){ .rows = arena_array(cx->arena, ROWS_MOST, sizeof *out->rows),
                                       .currency = cx->site->currency,
                                       .as_of = call_now(cx) };
    if (!gather_clicks(&g, ask) || !gather_sales(&g, ask))
        return false;
    qsort(out->rows, out->count, sizeof *out->rows, by_key);
    for (size_t i = 0; i < out->count; i++)
        add_figures(&out->totals, &out->rows[i].figures);
    return true;
}

struct decimal affiliate_total(const struct affiliate_figures *f)
{
    return decimal_add(decimal_add(f->pending, f->approved), decimal_add(f->paid, f->reversed));
}

bool affiliate_conversion(const struct affiliate_figures *f, struct decimal *out)
{
    return f->visitors > 0 &&
           decimal_divide(DECIMAL_INT(f->linked * 100), DECIMAL_INT(f->visitors), 1, ROUND_COMMERCIAL, out);
}

static void figures_json(const struct affiliate_figures *f, struct json_out *out)
{
    struct decimal conversion;
    out_member_int(out, "clicks", f->clicks);
    out_member_int(out, "visitors", f->visitors);
    out_member_int(out, "sales", f->sales);
    out_member_int(out, "refunds", f->refunds);
    if (affiliate_conversion(f, &conversion))
        out_member_price(out, "conversion", conversion);
    else
        out_member_null(out, "conversion");
    out_member_price(out, "net_total", f->net_total);
    out_key(out, STR("commission"));
    out_begin_object(out);
    out_member_price(out, "pending", f->pending);
    out_member_price(out, "approved", f->approved);
    out_member_price(out, "paid", f->paid);
    out_member_price(out, "reversed", f->reversed);
    out_member_price(out, "rejected", f->rejected);
    out_member_price(out, "total", affiliate_total(f));
    out_end_object(out);
}

void affiliate_summary_json(const struct affiliate_summary *summary, struct json_out *out)
{
    out_begin_object(out);
    out_member_text(out, "currency", summary->currency);
    out_key(out, STR("totals"));
    out_begin_object(out);
    figures_json(&summary->totals, out);
    out_end_object(out);
    out_key(out, STR("rows"));
    out_begin_array(out);
    for (size_t i = 0; i < summary->count; i++) {
        out_begin_object(out);
        out_member_text(out, "key", summary->rows[i].key);
        figures_json(&summary->rows[i].figures, out);
        out_end_object(out);
    }
    out_end_array(out);
    out_member_text(out, "as_of", summary->as_of);
    out_end_object(out);
}

/* ---- links -------------------------------------------------------------------------------------------------------------------- */
static struct sql *links(struct ctx *cx, struct str partner)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT referral_code, referral_code, disabled, NULL, 0 AS kind FROM ");
    sql_doctype(q, "Sales Partner");
    sql_add(q, " WHERE COALESCE(referral_code, '') <> '' AND name = ");
    sql_text(q, partner);
    sql_add(q, " UNION ALL SELECT name, coupon_code, disabled, valid_upto, 1 FROM ");
    sql_doctype(q, "Coupon Code");
    sql_add(q, " WHERE COALESCE(coupon_code, '') <> '' AND sales_partner = ");
    sql_text(q, partner);
    sql_add(q, " ORDER BY kind, 2 LIMIT ");
    sql_index(q, LINKS_MOST);
    return q;
}

bool affiliate_links(struct ctx *cx, struct str sales_partner, struct affiliate_link **out, size_t *count)
{
    *out = arena_array(cx->arena, LINKS_MOST, sizeof **out);
    *count = 0;
    call_depends(cx, "Sales Partner");
    call_depends(cx, "Coupon Code");
    struct rows *rows = db_run(cx, links(cx, sales_partner));
    while (rows && rows_next(rows))
        (*out)[(*count)++] = (struct affiliate_link){ .key = str_copy(cx->arena, rows_text(rows, 0)),
                                                      .code = str_copy(cx->arena, rows_text(rows, 1)),
                                                      .disabled = rows_int(rows, 2) != 0,
                                                      .until = str_copy(cx->arena, rows_text(rows, 3)) };
    return !failed(cx);
}

/* ---- rows ---------------------------------------------------------------------------------------------------------------------- */
/* Equal hours come in the order of names, which are random: the order tells nothing finer. */
static struct rows *find_sales(struct ctx *cx, const struct affiliate_question *ask, int64_t start, int64_t length)
{
    struct sql *q = sql_new(cx);
    call_depends(cx, "Sales Commission");
    sql_add(q, "SELECT DATE_FORMAT(at, '%Y-%m-%d %H:00:00') AS hour, COALESCE(bootcamp, ''), state, "
               "COALESCE(coupon_code, ''), net_total, amount FROM ");
    sql_doctype(q, "Sales Commission");
    range(q, ask, "posting_date");
    sql_add(q, " ORDER BY posting_date DESC, hour DESC, name");
    if (length > 0) {
        sql_add(q, " LIMIT ");
        sql_int(q, start);
        sql_add(q, ", ");
        sql_int(q, length);
    }
    sql_limit(q, 30000);
    return db_run(cx, q);
}

static struct affiliate_sale read_sale(struct rows *rows)
{
    return (struct affiliate_sale){ .at = rows_text(rows, 0),
                                    .bootcamp = rows_text(rows, 1),
                                    .state = rows_text(rows, 2),
                                    .code = rows_text(rows, 3),
                                    .net_total = rows_decimal(rows, 4),
                                    .commission = rows_decimal(rows, 5) };
}

bool affiliate_sales(struct ctx *cx, const struct affiliate_question *ask, int64_t start, int64_t length,
                     struct affiliate_sale **out, size_t *count)
{
    *out = arena_array(cx->arena, (size_t)length + 1, sizeof **out);
    *count = 0;
    struct rows *rows = find_sales(cx, ask, start, length);
    while (rows && rows_next(rows) && *count < (size_t)length) {
        struct affiliate_sale *sale = &(*out)[(*count)++];
        *sale = read_sale(rows);
        struct str *texts[] = { &sale->at, &sale->bootcamp, &sale->state, &sale->code };
        for (size_t i = 0; i < countof(texts); i++)
            *texts[i] = str_copy(cx->arena, *texts[i]);
    }
    if (rows)
        rows_close(rows);
    return !failed(cx);
}

bool affiliate_csv(struct ctx *cx, const struct affiliate_question *ask, struct buf *out)
{
    int places = currency_places(cx->site->currency);
    buf_add(out, STR("at,bootcamp,code,net_total,commission,currency,state\r\n"));
    struct rows *rows = find_sales(cx, ask, 0, 0);
    while (rows && rows_next(rows)) {
        struct scratch s = scratch_begin(cx);
        struct affiliate_sale sale = read_sale(rows);
        const struct str fields[] = { sale.at,
                                      sale.bootcamp,
                                      sale.code,
                                      decimal_fixed(cx->arena, sale.net_total, places),
                                      decimal_fixed(cx->arena, sale.commission, places),
                                      cx->site->currency,
                                      sale.state };
        for (size_t i = 0; i < countof(fields); i++)
            csv_field(out, fields[i], i == 0);
        buf_add(out, STR("\r\n"));
        scratch_end(cx, &s);
        if (!buf_drained(out))
            return false;
    }
    return !failed(cx);
}
