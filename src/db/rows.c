/* rows: a result being read, row by row as it arrives.
 *
 * Nothing is copied: the library hands us each column where it lies in its packet (STMT_ATTR_CB_RESULT), in the binary
 * form of the protocol, and numbers and times are written out when they are asked for. So there is no buffer that a
 * long text could outgrow. */
#include "rows.h"

enum { BIG = 1 << 20, SCRATCH = 40 };

struct column {
    const unsigned char *p; /* NULL: NULL */
    size_t n;
    enum enum_field_types type;
    unsigned decimals;
    bool is_unsigned;
    char scratch[SCRATCH]; /* a number or a time, written out */
};

struct rows {
    struct ctx *cx;
    struct db *db;
    struct statement *statement; /* NULL: ended */
    unsigned columns;
    struct column *column;
};

/* Bytes of types with a fixed size; 0: a length stands before the value. */
static size_t fixed_size(enum enum_field_types type)
{
    switch (type) {
    case MYSQL_TYPE_TINY:
        return 1;
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_YEAR:
        return 2;
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_FLOAT:
        return 4;
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_DOUBLE:
        return 8;
    default:
        return 0;
    }
}

static uint64_t little_endian(const unsigned char *p, size_t n)
{
    uint64_t value = 0;
    for (size_t i = n; i--;)
        value = value << 8 | p[i];
    return value;
}

/* A length of the protocol: one byte, or a mark and 2, 3 or 8 bytes. */
static size_t length_at(const unsigned char **p)
{
    unsigned char first = *(*p)++;
    size_t bytes = first < 251 ? 0 : first == 252 ? 2 : first == 253 ? 3 : 8;
    if (!bytes)
        return first;
    size_t n = (size_t)little_endian(*p, bytes);
    *p += bytes;
    return n;
}

/* The library calls this for each column of a row; `at` is NULL for NULL, else it is to be moved past the value. */
static void take_column(void *data, unsigned index, unsigned char **at)
{
    struct rows *r = data;
    struct column *c = &r->column[index];
    c->p = NULL;
    c->n = 0;
    if (!at)
        return;
    const unsigned char *p = *at;
    size_t n = fixed_size(c->type);
    if (!n)
        n = length_at(&p);
    c->p = p;
    c->n = n;
    *at = (unsigned char *)(uintptr_t)(p + n);
    if (n >= BIG)
        r->db->swollen = true;
}

static void describe(struct rows *r)
{
    const MYSQL_FIELD *fields = mariadb_stmt_fetch_fields(r->statement->handle);
    for (unsigned i = 0; fields && i < r->columns; i++) {
        r->column[i].type = fields[i].type;
        r->column[i].decimals = fields[i].decimals;
        r->column[i].is_unsigned = (fields[i].flags & UNSIGNED_FLAG) != 0;
    }
}

struct rows *rows_open(struct ctx *cx, struct db *db)
{
    struct rows *r = arena_new_of(cx->arena, struct rows);
    *r = (struct rows){ .cx = cx, .db = db, .statement = db->reading };
    r->columns = mysql_stmt_field_count(db->reading->handle);
    r->column = arena_array(cx->arena, r->columns, sizeof *r->column);
    describe(r);
    mysql_stmt_attr_set(r->statement->handle, STMT_ATTR_CB_USER_DATA, r);
    mysql_stmt_attr_set(r->statement->handle, STMT_ATTR_CB_RESULT, (const void *)(uintptr_t)take_column);
    return r;
}

static bool is_current(const struct rows *r)
{
    return r->statement && r->cx->db == r->db && r->db->reading == r->statement;
}

bool rows_next(struct rows *r)
{
    if (!is_current(r))
        return false;
    switch (mysql_stmt_fetch(r->statement->handle)) {
    case 0:
    case MYSQL_DATA_TRUNCATED:
        return true;
    case MYSQL_NO_DATA:
        rows_close(r);
        return false;
    default:
        rows_fail(r->cx, r->db);
        r->statement = NULL;
        return false;
    }
}

void rows_close(struct rows *r)
{
    if (is_current(r))
        statement_end(r->db);
    r->statement = NULL;
}

unsigned rows_columns(const struct rows *r)
{
    return r->columns;
}

bool rows_is_null(struct rows *r, unsigned column)
{
    return !r->column[column].p;
}

/* ---- numbers and times written out
 * ----------------------------------------------------------------------------------- */
static bool is_integer(const struct column *c)
{
    size_t n = fixed_size(c->type);
    return n && c->type != MYSQL_TYPE_FLOAT && c->type != MYSQL_TYPE_DOUBLE;
}

static int64_t integer(const struct column *c)
{
    uint64_t raw = little_endian(c->p, c->n);
    unsigned spare = (unsigned)(8 - c->n) * 8;
    if (c->is_unsigned || c->type == MYSQL_TYPE_YEAR)
        return (int64_t)raw;
    return (int64_t)(raw << spare) >> spare; /* carries the sign up */
}

static double floating(const struct column *c)
{
    float f;
    double d;
    if (c->type == MYSQL_TYPE_FLOAT) {
        memcpy(&f, c->p, sizeof f);
        return (double)f;
    }
    memcpy(&d, c->p, sizeof d);
    return d;
}

static int write_integer(struct column *c)
{
    if (c->is_unsigned)
        return snprintf(c->scratch, SCRATCH, "%llu", (unsigned long long)integer(c));
    return snprintf(c->scratch, SCRATCH, "%lld", (long long)integer(c));
}

/* The fewest digits that read back the same. */
static int write_floating(struct column *c)
{
    double d = floating(c);
    int n = 0;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(c->scratch, SCRATCH, "%.*g", digits, d);
        if (strtod(c->scratch, NULL) == d)
            break;
    }
    return n;
}

static char *put_digits(char *to, unsigned value, int places)
{
    for (int i = places; i--; value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + places;
}

/* hour, minute, second at `b`, microseconds after them. */
static char *put_clock(char *to, unsigned hours, const unsigned char *b, unsigned decimals)
{
    to = put_digits(to, hours, hours > 99 ? 3 : 2);
    *to++ = ':';
    to = put_digits(to, b[1], 2);
    *to++ = ':';
    to = put_digits(to, b[2], 2);
    if (!decimals)
        return to;
    *to = '.';
    put_digits(to + 1, (unsigned)little_endian(b + 3, 4), 6);
    return to + 1 + (decimals > 6 ? 6 : decimals);
}

/* Year 2, month 1, day 1, hour 1, minute 1, second 1, microsecond 4; what is missing at the end is zero. */
static int write_datetime(struct column *c)
{
    unsigned char b[11] = { 0 };
    memcpy(b, c->p, c->n < sizeof b ? c->n : sizeof b);
    char *to = put_digits(c->scratch, (unsigned)little_endian(b, 2), 4);
    *to++ = '-';
    to = put_digits(to, b[2], 2);
    *to++ = '-';
    to = put_digits(to, b[3], 2);
    if (c->type != MYSQL_TYPE_DATE) {
        *to++ = ' ';
        to = put_clock(to, b[4], b + 4, c->decimals);
    }
    return (int)(to - c->scratch);
}

/* Sign 1, days 4, hour 1, minute 1, second 1, microsecond 4. The type ends at 838 hours. */
static int write_time(struct column *c)
{
    unsigned char b[12] = { 0 };
    memcpy(b, c->p, c->n < sizeof b ? c->n : sizeof b);
    char *to = c->scratch;
    if (b[0])
        *to++ = '-';
    to = put_clock(to, (unsigned)little_endian(b + 1, 4) * 24 + b[5], b + 5, c->decimals);
    return (int)(to - c->scratch);
}

static int write_out(struct column *c)
{
    switch (c->type) {
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE:
        return write_floating(c);
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
        return write_datetime(c);
    case MYSQL_TYPE_TIME:
        return write_time(c);
    default:
        return is_integer(c) ? write_integer(c) : -1;
    }
}

struct str rows_text(struct rows *r, unsigned column)
{
    struct column *c = &r->column[column];
    if (!c->p)
        return STR_NONE;
    int n = write_out(c);
    return n >= 0 ? (struct str){ c->scratch, (size_t)n } : (struct str){ (const char *)c->p, c->n };
}

int64_t rows_int(struct rows *r, unsigned column)
{
    struct column *c = &r->column[column];
    if (!c->p)
        return 0;
    if (is_integer(c))
        return integer(c);
    int64_t number;
    if (str_int(rows_text(r, column), &number))
        return number;
    return decimal_truncate(rows_decimal(r, column));
}

struct decimal rows_decimal(struct rows *r, unsigned column)
{
    struct decimal d = { 0 };
    struct str text = rows_text(r, column);
    return text.p && decimal_parse(text, &d) ? d : (struct decimal){ 0 };
}
