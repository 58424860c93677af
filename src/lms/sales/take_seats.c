/* Seats: who has bought a bootcamp elsewhere is enrolled in it, at once or when the bootcamp appears; who gave all seats
 * back is not (spec/product.md 6a.6). */
#include "learn/enroll.h"
#include "lms.h"
#include "take_priv.h"
#include "work.h"

enum { BOOTCAMPS_MOST = 64, USERS_AT_ONCE = 200, UNSOLD_MOST = 100 };

/* How many units of an Item one invoice gives, or takes below 0. */
struct units {
    struct str item_code;
    struct decimal by;
};
struct change {
    struct str customer, user, day; /* user empty: an account is tied to nobody */
    struct units *units;
    size_t count;
};

/* A bootcamp that one of the Items sells, and somebody's Enrollment in it. */
struct seat {
    struct str bootcamp, item_code;
    struct str enrollment, status, source; /* empty: not enrolled */
};

/* ---- reading -------------------------------------------------------------------------------------------------------- */
static struct sql *question(struct ctx *cx, const struct change *c)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT b.name, b.item_code, e.name, e.status, e.source FROM ");
    sql_doctype(q, "LMS Bootcamp");
    sql_add(q, " b LEFT JOIN ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " e ON e.bootcamp = b.name AND e.user = ");
    sql_text(q, c->user);
    sql_add(q, " WHERE b.item_code IN (");
    for (size_t i = 0; i < c->count; i++) {
        if (i)
            sql_add(q, ", ");
        sql_text(q, c->units[i].item_code);
    }
    sql_add(q, ")");
    return q;
}

static bool read_seats(struct ctx *cx, struct sql *q, struct seat *out, size_t *count)
{
    *count = 0;
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows) && *count < BOOTCAMPS_MOST)
        out[(*count)++] = (struct seat){ .bootcamp = str_copy(cx->arena, rows_text(rows, 0)),
                                         .item_code = str_copy(cx->arena, rows_text(rows, 1)),
                                         .enrollment = str_copy(cx->arena, rows_text(rows, 2)),
                                         .status = str_copy(cx->arena, rows_text(rows, 3)),
                                         .source = str_copy(cx->arena, rows_text(rows, 4)) };
    if (rows)
        rows_close(rows);
    return !failed(cx);
}

/* ---- counting ------------------------------------------------------------------------------------------------------- */
/* Lines of the submitted invoices `i` of Customers `c`, in this order: a person has few of them. Whoever asks for an Item's
 * asks for COALESCE of its code: else the server may walk through all lines of the Item to filter these few. */
static void sql_bought(struct sql *q)
{
    sql_doctype(q, "Customer");
    sql_add(q, " c STRAIGHT_JOIN ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " i ON i.customer = c.name AND i.docstatus = 1 STRAIGHT_JOIN ");
    sql_doctype(q, "Sales Invoice Item");
    sql_add(q, " t ON t.parent = i.name AND t.parenttype = 'Sales Invoice'");
}

static bool add_units(struct ctx *cx, const struct change *c, const struct units *u)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "preau_seat");
    sql_add(q, " (customer, item_code, units, first_on) VALUES (");
    sql_text(q, c->customer);
    sql_add(q, ", ");
    sql_text(q, u->item_code);
    sql_add(q, ", ");
    sql_decimal(q, u->by);
    sql_add(q, ", ");
    sql_text(q, c->day);
    sql_add(q, ") ON DUPLICATE KEY UPDATE units = units + VALUES(units), first_on = LEAST(first_on, VALUES(first_on))");
    return db_change(cx, q) >= 0;
}

/* By the sums. */
static bool has_sum(struct ctx *cx, struct str user, struct str item_code, bool *has, struct str *first)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT MIN(s.first_on) FROM ");
    sql_doctype(q, "Customer");
    sql_add(q, " c STRAIGHT_JOIN ");
    sql_table(q, "preau_seat");
    sql_add(q, " s ON s.customer = c.name AND s.item_code = ");
    sql_text(q, item_code);
    sql_add(q, " WHERE c.user = ");
    sql_text(q, user);
    sql_add(q, " HAVING SUM(s.units) > 0");
    *has = db_first_text(cx, q, first);
    return !failed(cx);
}

/* By the invoices, those of our own among them. */
static bool has_lines(struct ctx *cx, struct str user, struct str item_code, bool *has, struct str *first)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT MIN(i.posting_date) FROM ");
    sql_bought(q);
    sql_add(q, " WHERE c.user = ");
    sql_text(q, user);
    sql_add(q, " AND COALESCE(t.item_code, '') = ");
    sql_text(q, item_code);
    sql_add(q, " HAVING SUM(t.qty) > 0");
    sql_limit(q, 30000);
    *has = db_first_text(cx, q, first);
    return !failed(cx);
}

/* Has the person seats of the Item left, and since when? */
static bool has_seats(struct ctx *cx, struct str user, struct str item_code, bool *has, struct str *first)
{
    return has_sum(cx, user, item_code, has, first) && (*has || has_lines(cx, user, item_code, has, first));
}

/* ---- enrolling ------------------------------------------------------------------------------------------------------ */
static bool enroll(struct ctx *cx, struct str user, struct str bootcamp, struct str first)
{
    enum enrolled how;
    struct str since = str_printf(cx->arena, "%.*s 00:00:00.000000", STR_ARG(first));
    return enroll_since(cx, user, bootcamp, "Import", since, &how);
}

static bool set_status(struct ctx *cx, const struct seat *s, const char *status)
{
    struct doc *enrollment = doc_load_for_update(cx, doc_type(cx, STR("Enrollment")), s->enrollment);
    if (!enrollment)
        return false;
    doc_set_text(enrollment, "status", str_of(status));
    return doc_save(cx, enrollment, SAVE_AS_SYSTEM);
}

/* Enrollments that no import made are the business of whoever made them. More of what one has changes nothing. */
static bool settle(struct ctx *cx, struct str user, const struct seat *s, struct decimal by)
{
    bool is_revoked = str_is(s->status, "Revoked"), has;
    bool may_open = by.units > 0 && (!s->enrollment.n || is_revoked), may_close = by.units < 0 && !is_revoked;
    struct str first;
    if (s->enrollment.n ? !str_is(s->source, "Import") || (!may_open && !may_close) : !may_open)
        return true;
    if (!has_seats(cx, user, s->item_code, &has, &first))
        return false;
    if (!s->enrollment.n)
        return !has || enroll(cx, user, s->bootcamp, first);
    if (may_open)
        return !has || set_status(cx, s, "Active");
    return has || set_status(cx, s, "Revoked");
}

/* Whoever has seats left is enrolled since the first invoice; who has none is so no longer. */
static bool follow(struct ctx *cx, const struct change *c)
{
    struct seat seats[BOOTCAMPS_MOST];
    size_t found = 0;
    for (size_t i = 0; i < c->count; i++)
        if (!add_units(cx, c, &c->units[i]))
            return false;
    if (!c->user.n || !c->count)
        return true;
    if (!read_seats(cx, question(cx, c), seats, &found))
        return false;
    for (size_t s = 0; s < found; s++)
        for (size_t i = 0; i < c->count; i++)
            if (str_eq_nocase(seats[s].item_code, c->units[i].item_code) &&
                !settle(cx, c->user, &seats[s], c->units[i].by))
                return false;
    return true;
}

/* ---- invoices ------------------------------------------------------------------------------------------------------- */
static void count_units(struct change *c, struct str item_code, struct decimal by)
{
    for (size_t i = 0; i < c->count; i++)
        if (str_eq_nocase(c->units[i].item_code, item_code)) {
            c->units[i].by = decimal_add(c->units[i].by, by);
            return;
        }
    c->units[c->count++] = (struct units){ item_code, by };
}

static bool change_of(struct ctx *cx, const struct doc *invoice, bool cancelled, struct change *c)
{
    const struct doc_rows *lines = doc_table(invoice, "items");
    *c = (struct change){ .customer = doc_text(invoice, "customer"),
                          .day = doc_text(invoice, "posting_date"),
                          .units = arena_array(cx->arena, lines->count + 1, sizeof *c->units) };
    for (size_t i = 0; i < lines->count; i++) {
        struct decimal quantity = doc_decimal(lines->rows[i], "qty");
        struct decimal by = cancelled ? decimal_subtract(DECIMAL_INT(0), quantity) : quantity;
        if (by.units)
            count_units(c, doc_text(lines->rows[i], "item_code"), by);
    }
    return doc_get(cx, "Customer", c->customer, "user", &c->user) || !failed(cx);
}

/* What was sold here is the business of its purchase; but what is given back of a sale from elsewhere is ours. */
static bool concerns_seats(struct ctx *cx, const struct doc *invoice)
{
    struct str from = doc_text(invoice, "taken_from");
    if (!from.n && doc_true(invoice, "is_return") && doc_is_set(invoice, "return_against"))
        doc_get(cx, "Sales Invoice", doc_text(invoice, "return_against"), "taken_from", &from);
    return from.n > 0;
}

static bool hear_invoice(struct ctx *cx, enum doc_event event, const struct doc *invoice)
{
    struct change c;
    if ((event != DOC_ON_SUBMIT && event != DOC_ON_CANCEL) || !concerns_seats(cx, invoice))
        return !failed(cx);
    return change_of(cx, invoice, event == DOC_ON_CANCEL, &c) && follow(cx, &c);
}

/* ---- a bootcamp that appears later ------------------------------------------------------------------------------------ */
static bool enqueue(struct ctx *cx, struct str bootcamp, struct str after)
{
    json_t *args =
        json_pack("{s:s%, s:s%}", "bootcamp", bootcamp.p, bootcamp.n, "after", after.p ? after.p : "", after.n);
    const struct job_order order = { .args = args, .key = after.n ? STR_NONE : bootcamp, .sequence = bootcamp };
    bool done = job_enqueue(cx, "enrollment.history", &order);
    json_decref(args);
    return done;
}

static bool is_sold_already(struct ctx *cx, struct str item_code)
{
    struct sql *q = sql_new(cx);
    int64_t one = 0;
    sql_add(q, "SELECT 1 FROM ");
    sql_doctype(q, "Sales Invoice Item");
    sql_add(q, " WHERE item_code = ");
    sql_text(q, item_code);
    sql_add(q, " LIMIT 1");
    return db_first_int(cx, q, &one);
}

static bool hear_bootcamp(struct ctx *cx, enum doc_event event, const struct doc *bootcamp)
{
    if ((event != DOC_AFTER_INSERT && event != DOC_ON_UPDATE) || !doc_is_set(bootcamp, "item_code") ||
        !doc_changed(bootcamp, "item_code") || !is_sold_already(cx, doc_text(bootcamp, "item_code")))
        return !failed(cx);
    return enqueue(cx, bootcamp->name, STR_NONE);
}

/* Who has seats of it and no Enrollment, by user. */
static struct sql *waiting(struct ctx *cx, struct str bootcamp, struct str after)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT c.user, MIN(i.posting_date) FROM ");
    sql_doctype(q, "LMS Bootcamp");
    sql_add(q, " b STRAIGHT_JOIN ");
    sql_bought(q);
    sql_add(q, " AND COALESCE(t.item_code, '') = b.item_code LEFT JOIN ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " e ON e.bootcamp = b.name AND e.user = c.user WHERE e.name IS NULL AND b.name = ");
    sql_text(q, bootcamp);
    sql_add(q, " AND c.user > ");
    sql_text(q, after);
    sql_add(q, " GROUP BY c.user HAVING SUM(t.qty) > 0 ORDER BY c.user LIMIT ");
    sql_index(q, USERS_AT_ONCE);
    sql_limit(q, 60000);
    return q;
}

static bool enroll_waiting(struct ctx *cx, struct job_run *run)
{
    struct str bootcamp = json_get_str(run->args, "bootcamp"), after = json_get_str(run->args, "after");
    struct pair found[USERS_AT_ONCE];
    size_t count = 0;
    struct rows *rows = db_begin(cx) ? db_run(cx, waiting(cx, bootcamp, after)) : NULL;
    while (rows && rows_next(rows) && count < countof(found))
        found[count++] =
            (struct pair){ str_copy(cx->arena, rows_text(rows, 0)), str_copy(cx->arena, rows_text(rows, 1)) };
    if (rows)
        rows_close(rows);
    for (size_t i = 0; i < count && !failed(cx); i++)
        if (!enroll(cx, found[i].key, bootcamp, found[i].value))
            return false;
    return !failed(cx) && (count < USERS_AT_ONCE || enqueue(cx, bootcamp, found[count - 1].key));
}

JOB(enrollment_history)
= { .name = "enrollment.history",
    .run = enroll_waiting,
    .about = "Enrolls who has bought a bootcamp elsewhere before it was here." };

/* ---- listening ------------------------------------------------------------------------------------------------------ */
static bool heard(struct ctx *cx, enum doc_event event, struct doc *doc)
{
    bool is_invoice = !strcmp(doc->type->name, "Sales Invoice"), is_bootcamp = !strcmp(doc->type->name, "LMS Bootcamp");
    if ((!is_invoice && !is_bootcamp) || doc_types_off(cx->site, LMS_LEARNING) || doc_types_off(cx->site, LMS_SELLING))
        return true;
    return is_invoice ? hear_invoice(cx, event, doc) : hear_bootcamp(cx, event, doc);
}

DOC_LISTENER(seats) = { heard };

/* ---- for people ----------------------------------------------------------------------------------------------------- */
static struct sql *unsold(struct ctx *cx)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT t.item_code, COUNT(*) FROM ");
    sql_doctype(q, "Sales Invoice");
    sql_add(q, " i JOIN ");
    sql_doctype(q, "Sales Invoice Item");
    sql_add(q, " t ON t.parent = i.name AND t.parenttype = 'Sales Invoice' LEFT JOIN ");
    sql_doctype(q, "LMS Bootcamp");
    sql_add(q, " b ON b.item_code = t.item_code WHERE i.docstatus = 1 AND i.taken_from = 'Import' AND b.name IS NULL "
               "GROUP BY t.item_code ORDER BY t.item_code LIMIT ");
    sql_index(q, UNSOLD_MOST);
    sql_limit(q, 120000);
    return q;
}

bool history_read(struct ctx *cx, struct history *out)
{
    *out = (struct history){ .unsold = arena_array(cx->arena, UNSOLD_MOST, sizeof *out->unsold) };
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT COUNT(*) FROM ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " WHERE source = 'Import' AND status IN ('Active', 'Completed')");
    sql_limit(q, 120000);
    if (!db_first_int(cx, q, &out->enrolled))
        return false;
    struct rows *rows = db_run(cx, unsold(cx));
    while (rows && rows_next(rows) && out->unsold_count < UNSOLD_MOST)
        out->unsold[out->unsold_count++] =
            (struct unsold){ str_copy(cx->arena, rows_text(rows, 0)), rows_int(rows, 1) };
    if (rows)
        rows_close(rows);
    return !failed(cx);
}
