#pragma once
/* What the files of the document engine share among themselves. */
#include "column.h"

/* ---- fields ---------------------------------------------------------------------------------------------------------- */
/* clang-format off */
enum shape { SHAPE_NONE, SHAPE_TEXT, SHAPE_INT, SHAPE_CHECK, SHAPE_DECIMAL, SHAPE_DATE, SHAPE_DATETIME, SHAPE_TIME, SHAPE_ROWS };
enum shape field_shape(const struct field *);
enum shape type_shape(enum field_type);
/* The column's SQL type without length: "varchar", "text", "longtext", "int", "bigint", "decimal", "date" … */
const char *field_sql_type(const struct field *);
/* Characters of a varchar, bytes of a text; 0: no limit that a request could reach. */
size_t field_room(const struct field *);
/* Column is declared NOT NULL DEFAULT 0: a null is stored as 0. */
bool field_is_never_null(const struct field *);
/* One of the lines of a Select's options. */
bool field_offers(const char *options, struct str text);
/* Position in type->fields, or -1. */
ptrdiff_t field_index(const struct doctype *, struct str name);
/* Cuts the next word off *rest; false at the end. */
bool next_word(struct str *rest, struct str *word);
/* Is the word one of the space-separated `words` (may be NULL)? */
bool words_have(const char *words, const char *word);

/* ---- standard columns: column.c ---------------------------------------------------------------------------------------- */
enum standard { STD_NAME, STD_OWNER, STD_CREATION, STD_MODIFIED, STD_MODIFIED_BY, STD_DOCSTATUS, STD_IDX, STD_PARENT,
                STD_PARENTFIELD, STD_PARENTTYPE, STANDARDS };
extern const struct field standard_fields[STANDARDS];
/* The first seven are every document's, the others only of child rows. */
size_t standard_count(const struct doctype *);
struct value standard_value(const struct doc *, enum standard);
void standard_set(struct doc *, enum standard, struct value);

/* Names are whole numbers from a sequence (autoname "autoincrement"). */
bool type_is_numbered(const struct doctype *);
/* The `name` column; of a numbered DocType it is a bigint. */
const struct field *name_column(const struct doctype *);
/* Binds a document's name to be compared with that column: no text is equal to a number that it is not. */
void name_bind(struct sql *, const struct doctype *, struct str name);

/* The table of DocType with the DocTypes of the program beside the site's own, in parentheses. */
void sql_doctypes(struct ctx *, struct sql *, const struct doctype *);

/* ---- values -------------------------------------------------------------------------------------------------------------- */
#define VALUE_NONE ((struct value){ .kind = VALUE_NULL })
struct value value_of_text(struct str);
struct value value_of_int(int64_t);
struct value value_of_decimal(struct decimal);
/* On the wire (spec/frappe-api.md 2.5), by the type of its field; out_cell straight from the row buffer. */
void out_field_value(struct json_out *, enum field_type, struct value);
void out_cell(struct json_out *, enum field_type, struct rows *, unsigned column);
/* A JSON text, number or boolean as text, copied. */
struct str json_scalar_text(struct arena *, const json_t *);
/* Numbers are written with commas between thousands. */
struct str without_commas(struct arena *, struct str);
bool value_is_empty(struct value);             /* null or "" */
/* A column as the server gave it, copied. */
struct value value_from_row(struct arena *, const struct field *, struct rows *, unsigned column);
void value_bind(struct sql *, const struct field *, struct value);
/* Local µs of a canonical date or datetime. False: not one. */
bool datetime_us(struct str canonical, int64_t *us);
/* What was written as a date, with a time or without → local µs. Filters take any style of date, documents only that
 * of the columns ("2026-03-01", RFC 3339). */
enum date_style { DATES_AS_STORED, DATES_ANYHOW };
bool moment_parse(const struct ctx *, struct str, enum date_style, int64_t *local_us, bool *has_time);
/* Midnight that began the school's day; the answer then holds until the next one. */
int64_t moment_today_us(struct ctx *);
/* What a person or client wrote → canonical text. Offsets are converted to the site's zone. */
bool date_parse(struct ctx *, struct str, struct str *out);
bool datetime_parse(struct ctx *, struct str, struct str *out);
bool time_parse(struct ctx *, struct str, struct str *out);
/* A value read from the database in canonical form: six places of a second. */
struct str datetime_canonical(struct arena *, struct str);

/* ---- trees ------------------------------------------------------------------------------------------------------------------ */
struct doc_list {
    struct doc **docs;
    size_t count, room;
};
/* clang-format on */
void doc_list_add(struct arena *, struct doc_list *, struct doc *);
/* All documents of the tree below and including `top`: rows before the document they stand in, or after it. */
void tree_rows_first(struct arena *, struct doc *top, struct doc_list *);
void tree_top_first(struct arena *, struct doc *top, struct doc_list *);
struct doc *tree_root(struct doc *);
/* Key of a row in an index of a tree: its DocType and its name, folded as the collation would for hash names. */
struct str tree_key(struct arena *, const struct doctype *, struct str name);
/* Deep copy; every document's `before` points to its copy. */
void tree_remember(struct arena *, struct doc *top);
/* A stored document to be worked on again: a deep copy whose `before` is the original. */
struct doc *tree_again(struct arena *, const struct doc *stored);
/* Rows of every table numbered from 1, parent columns and docstatus as their place says. */
void tree_place(struct doc *top);
void rows_insert(struct arena *, struct doc_rows *, size_t at, struct doc *row);
void rows_remove(struct doc_rows *, const struct doc *row);
/* The table field of the parent that holds the row, as index; -1: none. */
ptrdiff_t table_of_row(const struct doc *parent, const struct doc *row);
const struct doctype *table_type(const struct ctx *, const struct field *);

/* ---- reading ------------------------------------------------------------------------------------------------------------------- */
/* A document with its rows; NULL without an error when there is none. `lock` takes the row for this transaction. */
struct doc *load_tree(struct ctx *, const struct doctype *, struct str name, bool lock);
/* The root's type and name of a stored row. False without an error: the row or an ancestor is missing. */
bool load_root_of(struct ctx *, const struct doctype **type, struct str *name);

/* ---- writing ------------------------------------------------------------------------------------------------------------------- */
struct save {
    struct ctx *cx;
    struct doc *top;  /* the document asked for: a root, or a row saved by itself */
    struct doc *root; /* of the tree; == top for a root */
    unsigned flags;
    bool inserting;
    bool changed;            /* something differs from what is stored */
    enum right right;        /* what the caller needs for this change of docstatus */
    struct str now;          /* the stamp of this save */
    struct doc_list docs;    /* of top's tree, rows first */
    struct doc_list removed; /* stored rows that are no longer there, as stored */
    struct secret *secrets;  /* to be written once the names are there */
};

/* Puts presets into the fields that are null. */
bool presets_fill(struct ctx *, struct doc *);
bool save_defaults(struct save *);
bool save_links(struct save *);
bool save_fetched(struct save *);
bool save_names(struct save *);
bool save_checks(struct save *);
bool save_secrets_taken(struct save *);
bool save_secrets_stored(struct save *);
bool save_write(struct save *);
bool save_version(struct save *);
/* A row was taken out of the tree in memory: removes it from the database, with totals and stamps of `parent` and above. */
bool save_after_removal(struct ctx *, struct doc *parent);
/* A value, parent or position differs from what is stored. */
bool doc_differs(const struct doc *);

/* Tells the rows of doc_listeners. */
bool listeners_tell(struct ctx *, enum doc_event, struct doc *);
bool listeners_tell_gone(struct ctx *, const struct doc_list *);

/* Gives the new document a name (spec/frappe-api.md 4.2); `again`: the last one was taken. */
bool name_new(struct ctx *, struct doc *, unsigned flags, bool again);
bool name_check(struct ctx *, const struct doctype *, struct str name);
/* A series without its counter: "INV-.YYYY.-" → "INV-2026-". */
bool name_prefix(struct ctx *, const struct doc *, struct str pattern, struct str *out);
/* The name by the first Document Naming Rule that fits; leaves it empty when none does. */
bool name_by_rule(struct ctx *, struct doc *);
/* "room_booking_id_seq", as Frappe names it. */
const char *sequence_name(struct arena *, const struct doctype *);
bool name_is_random(const struct doctype *);
/* Takes the number back when the name is the last of its series. */
bool series_revert(struct ctx *, const struct doc *);

/* Deletes rows and their secrets; all of one DocType in one statement. */
bool rows_delete(struct ctx *, const struct doc_list *);
/* Refuses when something outside `gone` points to one of them (LinkExistsError). */
bool links_free(struct ctx *, const struct doc_list *gone, bool submitted_only);
/* Calls visit for every Link and Dynamic Link column of the site that may point to the DocType. */
struct referrer {
    const struct doctype *type;
    const struct field *field; /* the link */
    const struct field *kind;  /* of a Dynamic Link: the field that names the DocType; else NULL */
};
size_t referrers_of(struct ctx *, const struct doctype *, struct referrer **out);
/* UPDATE table SET column = new WHERE column = old [AND kind = of]: rename.c. The rows changed; below 0: thrown. */
int64_t sql_follow(struct ctx *, const struct sql *table, const char *column, struct str old_name, struct str new_name,
                   const char *kind, struct str of);

/* The error just thrown is about this field. Always false. */
bool error_of_field(struct ctx *, const struct field *);
/* A note for Frappe's message and a bare exception with this detail. */
void *throw_noted(struct ctx *, const struct exc *, struct str detail);
/* "Row #2: " inside a table, else "". */
struct str row_prefix(struct ctx *, const struct doc *);
