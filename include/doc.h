#pragma once
/* doc: the document engine. Descriptors, registry, schema, load/save/delete, naming, permissions, lists.
 *
 * A DocType is data: a constant beside its hooks, gathered by the linker. Table, columns, validation, filters,
 * permissions, JSON and REST are derived from it; adding one touches one file. Sources: spec/frappe-api.md sections
 * 3, 4, 5 and 10, spec/product.md sections 3 and 4.
 *
 * One gate: whoever reads — page, REST, list, method, search, export — gets documents and rows from here, and
 * doc/perm.c is the only judge.
 */
#include "auth.h"
#include "base.h"
#include "db.h"
#include "site.h"
#include "text.h"

/* ==== what a DocType is ================================================================================================ */
/* clang-format off */
enum field_type {
    DATA, LINK, DYNAMIC_LINK, SELECT, READ_ONLY, COLOR, ICON, PHONE, AUTOCOMPLETE,          /* varchar(140) or length */
    SMALL_TEXT, TEXT, PASSWORD, ATTACH, ATTACH_IMAGE,                                       /* text */
    LONG_TEXT, CODE, TEXT_EDITOR, MARKDOWN_EDITOR, HTML_EDITOR, SIGNATURE, BARCODE, GEOLOCATION, JSON, /* longtext */
    INT, LONG_INT, CHECK,                                                                   /* whole numbers */
    CURRENCY, FLOAT, PERCENT, DURATION, RATING,                                             /* decimals */
    DATE, DATETIME, TIME,
    TABLE, TABLE_MULTISELECT,                                                               /* rows of a child DocType */
    SECTION_BREAK, COLUMN_BREAK, TAB_BREAK, HEADING, HTML, IMAGE, BUTTON, FOLD,             /* layout: no column */
    FIELD_TYPES
};
/* clang-format on */

struct field {
    const char *name;
    enum field_type type;
    const char *label;      /* NULL: made from the name, as Frappe does ("content_type" → "Content Type") */
    const char *options;    /* LINK, TABLE: the other DocType; DYNAMIC_LINK: the field naming it; SELECT: lines */
    const char *preset;     /* default value; "Today", "Now", "__user" as Frappe's */
    const char *fetch_from; /* "link_field.source_field" */
    unsigned short length;  /* of varchar; 0: 140 */
    unsigned char permlevel;
    bool reqd, unique, index, read_only, hidden, in_list_view, in_search, set_only_once, allow_on_submit, non_negative,
        no_copy, fetch_if_empty, ignore_user_permissions, ignore_xss_filter, is_virtual;
    bool columnless;     /* a site's definition has it, its table has no such column: is_virtual then */
    bool translatable;   /* has Content Translations */
    bool server_managed; /* clients may read it, never set it: their value is ignored */
    bool is_root;        /* server-managed Link that the engine fills with the name of the tree's root document */
};

/* clang-format off */
enum right {
    READ = 1, WRITE = 2, CREATE = 4, DELETE = 8, SUBMIT = 16, CANCEL = 32, AMEND = 64, SELECT_ = 128, REPORT = 256,
    EXPORT = 512, IMPORT = 1024, SHARE = 2048, PRINT = 4096, EMAIL = 8192,
    ALL = READ | WRITE | CREATE | DELETE | REPORT | EXPORT | IMPORT | SHARE | PRINT | EMAIL,
    ALL_SUBMIT = ALL | SUBMIT | CANCEL | AMEND,
};
/* clang-format on */

/* Which role has which right: what a site may override with Custom DocPerm. Shipped default: System Manager ALL. */
struct perm {
    const char *role;
    unsigned rights;
    unsigned char level; /* 0: the document; above: its fields of that permlevel */
    bool if_owner;
};

struct doc;
struct value;
/* A condition on a document: judged in memory or rendered into SQL, the same answer either way. `value` "$user" is the
 * caller's name, "$today" the school's date. Operators: = != > >= < <= in(lines) is(set|not set). */
struct filter {
    const char *field, *op, *value;
};
/* clang-format off */
#define WHERE(f, o, v) { f, o, v }
/* clang-format on */

/* What a filter cannot say, with both halves; a property test compares them. */
struct condition {
    const char *name;
    bool (*holds)(struct ctx *, const struct doc *);              /* over the stored document, in memory */
    void (*where)(struct ctx *, struct sql *, const char *alias); /* a boolean SQL expression over `alias` */
};

/* Which rows a role may see: holds whatever DocPerm says, for everyone but Administrator and the exempt roles. A
 * caller sees a row when any rule of any of their roles lets it through; a DocType with rules shows nothing to others. */
struct row_rule {
    const char *role;                  /* "Guest" speaks for everyone, "All" for who is logged in */
    const struct filter *only;         /* all must hold; ends with a NULL field; NULL: every row */
    const struct condition *condition; /* and this too, if not NULL */
};
/* Which fields need more than the row: `fields` separated by spaces, standard columns ("modified_by", "_assign") among
 * them. Readable on a row when any rule naming the field lets the caller through; a field that rules name and none
 * gives to the caller's roles does not exist for them: dropped from `*`, 403 when named. */
struct field_rule {
    const char *fields;
    const char *role;
    const struct condition *condition; /* NULL: on every row */
};

typedef bool doc_hook(struct ctx *, struct doc *);

struct doctype {
    const char *name, *module;
    const char *autoname;                    /* spec/frappe-api.md 4.2; NULL: hash */
    const char *title_field, *search_fields; /* search_fields: separated by spaces */
    const char *sort;                        /* default order, "modified desc" if NULL */
    const char *about;                       /* one sentence for OpenAPI and the reference */
    const struct field *fields;
    size_t field_count;
    const struct perm *perms;             /* ends with a NULL role */
    const struct row_rule *rows;          /* NULL: DocPerm alone decides; ends with a NULL role */
    const struct field_rule *field_rules; /* ends with NULL fields */
    const char *exempt;        /* roles, one a line, to whom row and field rules do not apply; NULL: "System Manager" */
    const char *const *unique; /* field names that are unique together, NULL-terminated; NULL: none */
    const char *const *indexes; /* more indexes: fields separated by spaces, NULL-terminated; NULL: none */
    const char *const *needs;   /* fields that the hooks name: hooks are off on a site whose own definition lacks one */
    bool is_child, is_single, is_submittable;
    bool addressable; /* a child DocType that is a resource of its own too (spec/product.md section 3) */
    bool hides;       /* a row that rules keep from the caller reads as missing (404), not as forbidden */
    bool allow_rename, allow_import, track_changes, in_create;
    unsigned short max_attachments; /* Files of one document; 0: any number */
    bool own_perms;                 /* perms are those rows of the site and nothing else: no role is added */
    bool custom; /* defined by a site: in tabDocType, whether ours has a DocType of that name or not */
    /* A unique field: its value stands for the name in a link that names no document; NULL: none. */
    const char *known_as;
    const char *lacks; /* of a site's DocType named as one of ours: the fields, separated by commas, that our hooks and
                        * rules name and it has not, which is why they are off; NULL: they are on, or there are none */
    bool logs;         /* rows pointing here or from here never protect from deletion */
    /* Fields, separated by spaces, whose links do not protect their targets from deletion; unchanged ones may point to
     * what is gone. */
    const char *unprotected;

    /* Hooks, in the order of spec/frappe-api.md 4.3 and 4.4. A hook that returns false has thrown. before_validate,
     * validate and before_save also run on every row of an addressable child DocType, each parent before its rows and
     * before the root's `total`, saved with the tree or by itself: `up` is then the parent with all its rows.
     * after_rename gets the document under its new name, and in `before` as it was under the old one. */
    doc_hook *before_insert, *autoname_hook, *before_validate, *validate, *before_save, *after_insert, *on_update,
        *on_change, *before_submit, *on_submit, *on_cancel, *on_trash, *after_delete, *after_rename, *on_load;
    /* A child row of this root changed by itself or the tree was saved: recompute totals on the root. Called on the
     * root with the whole tree in memory, before it is written. On a child row's own save only the root's columns that
     * this changes are written, with the row and the stamps of its ancestors. */
    doc_hook *total;
    /* Shapes what this caller sees, after all rules: coarser times, masked values. In documents and rows alike; not for
     * callers who are exempt from the rules. For a standard column the field is its pseudo-field. */
    void (*mask)(struct ctx *, const struct field *, struct value *);
    const char *masked; /* fields, separated by spaces, that go through mask (standard columns too) */
};

#define DOCTYPE(id) TABLE_ROW(doctypes, struct doctype, doctype_##id)
#define FIELDS(array) .fields = array, .field_count = countof(array)
/* clang-format off */
#define PERMS(...) .perms = (const struct perm[]){ __VA_ARGS__, { 0 } }
#define ROWS(...) .rows = (const struct row_rule[]){ __VA_ARGS__, { 0 } }
#define FIELD_RULES(...) .field_rules = (const struct field_rule[]){ __VA_ARGS__, { 0 } }
#define ONLY(...) .only = (const struct filter[]){ __VA_ARGS__, { 0 } }
/* clang-format on */
#define OWN(user_field) ONLY(WHERE(user_field, "=", "$user"))
/* clang-format off */
#define UNIQUE(...) .unique = (const char *const[]){ __VA_ARGS__, NULL }
#define INDEXES(...) .indexes = (const char *const[]){ __VA_ARGS__, NULL }
#define NEEDS(...) .needs = (const char *const[]){ __VA_ARGS__, NULL }
/* clang-format on */

/* What a site's DocTypes are made of: ours, those of its own, and what it changed of ours (docs/DECISIONS/0004). Frozen
 * with the site's snapshot: a DocType lives as long as the call that asked for it, never longer. */
/* Another number whenever a definition of the site changed, the same as long as none did; 0: it has none of its own. */
uint64_t doc_types_generation(const struct site *);
/* The DocType of this name for this site, exact case. NULL: throws DoesNotExistError "DocType x not found". */
const struct doctype *doc_type(struct ctx *, struct str name);
/* As doc_type, without an error. */
const struct doctype *doc_type_find(const struct site *, struct str name);
/* Whether these DocTypes (names one a line) are on the site as ours are, every field that this program names among them
 * (spec/product.md 6c). False: throws ValidationError naming DocType and fields. */
bool doc_types_whole(struct ctx *, const char *list);
/* The same as a question: one of them is not. */
bool doc_types_off(const struct site *, const char *list);
/* All of them, by name. Without a site: ours. */
size_t doc_types(struct arena *, const struct site *, const struct doctype ***out);
const struct field *doc_field(const struct doctype *, struct str name); /* NULL: none */
bool field_has_column(const struct field *);
bool field_is_table(const struct field *);
bool field_is_number(const struct field *); /* Int, Check and decimals */
bool field_is_decimal(const struct field *);
const char *field_label(struct arena *, const struct field *);
const char *field_type_name(enum field_type); /* "Small Text" */
bool field_type_named(struct str, enum field_type *out);

/* A DocType as a document of the DocType DocType, with its fields and permissions as in force for the site: Custom
 * Fields and Property Setters applied. NULL: failed(cx). */
struct doc *doc_type_document(struct ctx *, const struct doctype *);

/* ---- definitions that a site changes: the hooks of DocType and its rows, Custom Field, Property Setter, Custom DocPerm ---- */
/* Completes a DocType that is being saved: fieldnames from labels, amended_from where documents are submitted. */
bool definition_complete(struct ctx *, struct doc *);
/* Checks what a definition would make of its DocType, fieldnames completed. False: has thrown; 409 where a name is
 * taken, else 417. */
bool definition_prove(struct ctx *, struct doc *);
/* Makes the table fit, at once and on a connection of its own, and drops what is cached of the DocType. */
bool definition_apply(struct ctx *, struct doc *);
/* A definition goes. Of a DocType: refused while another DocType of the site uses it; what the site said about it goes
 * too; its table stays, so that its documents are not lost silently. */
bool definition_remove(struct ctx *, struct doc *);
/* A DocType was renamed: its table and whatever names it follow. `before` is the document under its old name. */
bool definition_rename(struct ctx *, struct doc *);

/* Proves all declarations against each other: every Link has a target, every Table a child, names unique, presets
 * valid, rules name fields that exist. At boot and in a test. One sentence per fault in *why. */
bool doc_check(struct arena *, struct str *why);

/* ==== schema ================================================================================================================ */
/* Makes missing tables, columns and indexes of every DocType of the site; never drops, reports instead. `plan` collects
 * one line per change (may be NULL); `dry` changes nothing. */
bool schema_sync(struct ctx *, bool dry, struct buf *plan);
/* Of an adopted site, once: the tables of users, files, permissions and definitions get the columns that an older Frappe
 * did not have and this program's statements name. What the site defines stays as it is. */
bool schema_complete(struct ctx *, struct buf *plan);

/* ==== documents ================================================================================================================ */
/* clang-format off */
enum value_kind { VALUE_NULL, VALUE_INT, VALUE_DECIMAL, VALUE_TEXT };
/* Already valid for its field: coercion is the only way in. Dates are VALUE_TEXT in canonical form
 * ("2026-03-01", "2026-03-01 09:05:07.120000", "09:05:00.000000"). */
struct value {
    enum value_kind kind;
    union {
        int64_t number;
        struct decimal decimal;
        struct str text;
    };
};
/* clang-format on */

struct doc_rows {
    struct doc **rows;
    size_t count, room;
    bool given; /* the client sent this table (an absent one is left alone) */
};

/* A document in memory: plain memory, changing it changes nothing until doc_save. Lives in the call's arena. */
struct doc {
    struct arena *arena; /* the call's */
    const struct doctype *type;
    struct str name, owner, modified_by, creation, modified; /* creation and modified: canonical datetime */
    struct str parent, parenttype, parentfield;              /* of child rows */
    int64_t docstatus, idx;
    struct value *values;     /* one per type->fields */
    struct doc_rows *tables;  /* one per type->fields; used where the field is a table */
    struct doc *up;           /* the document this row stands in, in memory; NULL for a root or a row on its own */
    const struct doc *before; /* as stored, during an update; NULL on insert */
    bool is_new;
    struct str new_name; /* what the client asked for (Prompt), or an importer decided: used when not empty */
    bool keeps_stamps;   /* an import keeps owner, creation, modified as set */
    bool *unreadable;    /* one per type->fields after doc_read: kept from this caller; NULL: nothing is */
};

/* A new, empty document: presets are filled at save. */
struct doc *doc_new(struct ctx *, const struct doctype *);
struct doc *doc_new_named(struct ctx *, const char *doctype);
/* Appends an empty row to a table field. */
struct doc *doc_add_row(struct ctx *, struct doc *, const char *table_field);

/* Puts these rows, in this order, in place of the table's: rows of this document or of another one of the same tree, and
 * new ones. */
void doc_set_rows(struct doc *, const char *table_field, struct doc **rows, size_t count);

/* Access by field name, standard columns included. A wrong name is a bug that stops the first test which runs it. */
struct value doc_value(const struct doc *, const char *field);
struct str doc_text(const struct doc *, const char *field); /* numbers as text too; empty for null */
int64_t doc_int(const struct doc *, const char *field);
bool doc_true(const struct doc *, const char *field);
struct decimal doc_decimal(const struct doc *, const char *field);
bool doc_is_set(const struct doc *, const char *field); /* not null, not "" */
const struct doc_rows *doc_table(const struct doc *, const char *field);
void doc_set_text(struct doc *, const char *field, struct str);
void doc_set_text_or_null(struct doc *, const char *field, struct str); /* empty: null */
void doc_set_int(struct doc *, const char *field, int64_t);
void doc_set_decimal(struct doc *, const char *field, struct decimal);
void doc_set_null(struct doc *, const char *field);
/* As a client's value: coerced and checked for the field. */
bool doc_set_json(struct ctx *, struct doc *, const char *field, const json_t *);
/* Differs from what is stored (always true for a new document with a value). */
bool doc_changed(const struct doc *, const char *field);

/* Coerces a client's value for a field (spec/frappe-api.md 4.6): the only way in. */
bool value_from_json(struct ctx *, const struct doctype *, const struct field *, const json_t *, struct value *out);
bool value_from_text(struct ctx *, const struct doctype *, const struct field *, struct str, struct value *out);
struct str value_text(struct arena *, const struct field *, struct value);
bool value_equal(struct value, struct value);

/* Loads a document with all its rows, every level. No permission is asked. NULL: throws DoesNotExistError. */
struct doc *doc_load(struct ctx *, const char *doctype, struct str name);
/* As doc_load, but NULL without an error when there is none. */
struct doc *doc_find(struct ctx *, const char *doctype, struct str name);
/* As doc_load and locks the root row for this transaction. A child row comes within its whole tree: `up` leads to the
 * root; `before` holds what is stored. */
struct doc *doc_load_for_update(struct ctx *, const struct doctype *, struct str name);
/* Loads for the caller: perm_check(READ), fields the caller may not read emptied and marked, masks applied. */
struct doc *doc_read(struct ctx *, const struct doctype *, struct str name);
/* The same for a document already in memory, which is changed: for answers after a save. NULL on failure. */
struct doc *doc_readable(struct ctx *, struct doc *);
/* One value without loading the document; no permission is asked. False when there is no such document. */
bool doc_get(struct ctx *, const char *doctype, struct str name, const char *field, struct str *out);
/* Stored spelling of a name (the collation decides), or false. */
bool doc_exists(struct ctx *, const char *doctype, struct str name, struct str *stored);

/* Puts a client's JSON object onto a document: scalars that are present, tables that are present (replacing rows,
 * keeping those named), every level. Server-managed fields, unknown keys and standard columns are handled as the
 * specs say. `whole`: absent scalars become null and absent tables empty (frappe.client.save). */
bool doc_merge(struct ctx *, struct doc *, const json_t *object, bool whole);

/* Inserts or updates, with children of every level, hooks, checks and permissions, in the order of
 * spec/frappe-api.md 4.3 and 4.4 (an array in save.c). The transaction is the caller's. */
/* clang-format off */
enum save_flags { SAVE_AS_SYSTEM = 1 /* no permission is asked, server-managed fields are taken */, SAVE_NO_LINKS = 2,
                  SAVE_NO_VERSION = 4, SAVE_STAMPS_ONLY_IF_CHANGED = 8,
                  SAVE_LINKS_KNOWN = 16 /* links found earlier in this call (its memo) are not looked up again */ };
bool doc_save(struct ctx *, struct doc *, unsigned flags);
bool doc_insert(struct ctx *, struct doc *, unsigned flags);
bool doc_delete(struct ctx *, const struct doctype *, struct str name, unsigned flags);
bool doc_submit(struct ctx *, struct doc *, unsigned flags);
bool doc_cancel(struct ctx *, struct doc *, unsigned flags);
/* Renames with all links, children, files, secrets. Result: the new name as stored. */
bool doc_rename(struct ctx *, const struct doctype *, struct str old_name, struct str new_name, bool merge, struct str *out);

/* Who wants to hear of documents' events, whatever the DocType: a row beside it. Told after the DocType's own hook of that
 * name, in the transaction; of roots and of rows that are resources of their own. As Frappe's webhooks hear of them: a
 * submitted document that changes is ON_UPDATE_AFTER_SUBMIT and not ON_UPDATE; ON_CHANGE comes last, also when a document
 * goes, and not when it is new. Only by doc_save and its kin: what is written by SQL is not heard of. */
enum doc_event { DOC_AFTER_INSERT, DOC_ON_UPDATE, DOC_ON_SUBMIT, DOC_ON_CANCEL, DOC_ON_TRASH, DOC_ON_UPDATE_AFTER_SUBMIT,
                 DOC_ON_CHANGE };
struct doc_listener {
    bool (*heard)(struct ctx *, enum doc_event, struct doc *); /* false: has thrown, which fails the change */
};
#define DOC_LISTENER(id) TABLE_ROW(doc_listeners, struct doc_listener, doc_listener_##id)

/* Writes the document as JSON, in Frappe's key order. `with_nulls` as frappe.client.* does; without as v1 resources.
 * Only what doc_read left readable. */
void doc_json(struct ctx *, const struct doc *, struct json_out *, bool with_nulls);

/* ==== permissions ================================================================================================================= */
/* May the caller do this to this document (or to any, when doc is NULL)? Quiet. Judged on the stored document: on
 * doc->before if there is one. Of a new document (CREATE) only the right is judged. Asks no database, but for a child row
 * of a DocType without permissions of its own that was loaded without its parent. */
bool perm_allows(struct ctx *, const struct doctype *, const struct doc *, enum right);
/* As perm_allows, and throws what spec/frappe-api.md 5.5 says (PermissionError, or DoesNotExistError where it hides). */
bool perm_check(struct ctx *, const struct doctype *, const struct doc *, enum right);
/* Refuses the right on a document of this name in the words of perm_check, whether there is one or not. Always NULL. */
void *perm_refuse(struct ctx *, const struct doctype *, struct str name, enum right);
/* May the caller read the field on this document (NULL: on every document)? */
bool perm_reads_field(struct ctx *, const struct doctype *, const struct field *, const struct doc *);
/* The rows over `alias`, among those the caller sees, on which they may read the field: a boolean SQL expression. */
bool perm_field_rows(struct ctx *, const struct doctype *, const struct field *, struct sql *, const char *alias);
bool perm_writes_field(struct ctx *, const struct doctype *, const struct field *);
/* The row conditions of the caller as SQL over `alias`, to be joined by AND; *any: something was added (nothing is when
 * every row may be read). False: the caller may read none of the DocType (has thrown). */
bool perm_rows(struct ctx *, const struct doctype *, struct sql *, const char *alias, bool *any);
/* Rules keep rows of the DocType from the caller by refusing them: who speaks of a missing one must refuse it as well, or
 * the answer tells which names exist. */
bool perm_keeps_rows(struct ctx *, const struct doctype *);
/* Row and field rules do not apply to the caller. */
bool perm_exempt(struct ctx *, const struct doctype *);

/* ---- what the caller may know of a DocType: for whoever describes it ---- */
/* The caller may do this to some document: the right is held, and the rules of rows name one of the caller's roles. Rows
 * of a child DocType without permissions of its own are offered by the tables that hold them. */
bool perm_offers(struct ctx *, const struct doctype *, enum right);
/* Columns and tables that the caller may read on some document: standard columns first, then the fields in their order. */
size_t perm_offered_fields(struct ctx *, const struct doctype *, const struct field *const **out);
/* The field is a standard column ("name", "modified", "parent" …), which every document has. */
bool field_is_standard(const struct field *);
/* Characters that a column of limited width takes; 0: no such limit. */
size_t field_length(const struct field *);

/* ==== lists ========================================================================================================================= */
/* A list request before it is checked: as the client sent it. */
struct query {
    struct str doctype;
    const json_t *fields, *filters, *or_filters;  /* any JSON: checked by the planner; NULL: absent */
    struct str order_by, group_by, parent;
    int64_t start, length;      /* length 0: all; negative ones are refused */
    bool as_arrays;             /* as_dict=false */
    bool distinct;
    bool unchecked;             /* of our own code: no permission is asked */
    struct str linked_from;     /* a search for a Link of this DocType: the caller's limits for it count too */
    bool ignore_limits;         /* heeded where a Link of linked_from to the DocType ignores them */
    bool *more;                 /* NULL, or set: there are rows past `length` */
    struct str *statement;      /* NULL, or set: the SQL, with its question marks */
};
/* clang-format on */
/* parse → plan → run → write. Streams the rows as one JSON array: one statement. Errors: 404 unknown DocType, 403 what the
 * caller may not read, filter or sort by, 417 what is not a query. A Guest gets at most 1,000 rows. */
bool list_json(struct ctx *, const struct query *, struct json_out *);
/* Number of rows that list_json would give without limits. */
bool list_count(struct ctx *, const struct query *, int64_t *out);

/* Rows for our own code: literal field names, literal filters; permissions are asked unless `unchecked`. Columns come
 * in the order of `fields`. */
struct find {
    const char *doctype;
    const char *fields; /* separated by spaces */
    const struct find_filter {
        const char *field, *op;
        struct str value;  /* for in: values separated by \n */
    } * where;             /* ends with a NULL field; may be NULL */
    const char *order;     /* "idx asc"; NULL: the DocType's */
    int64_t start, length; /* length 0: all */
    bool unchecked;
};
struct rows *doc_rows(struct ctx *, const struct find *);
/* clang-format off */
#define FIND(...) (const struct find_filter[]){ __VA_ARGS__, { 0 } }
/* clang-format on */

/* ==== batches ======================================================================================================================
 * Documents of one DocType as CSV or JSON lines, any number of them in constant memory: docs/BATCHES.md. */
enum batch_format { BATCH_CSV, BATCH_LINES };
bool batch_format_named(struct str, enum batch_format *out); /* "csv", "jsonl" */

struct batch_export {
    struct str doctype;
    const json_t *fields, *filters; /* as a list's; fields NULL: what an import takes back */
    enum batch_format format;
};
/* By name, only what the caller may read; needs the right EXPORT. Written to `out` document by document, with
 * buf_drained between them. *count: documents. */
bool batch_export(struct ctx *, const struct batch_export *, struct buf *out, uint64_t *count);

struct batch_error {
    uint64_t row;     /* as the file counts them: lines, or rows of the spreadsheet */
    struct str field; /* empty: none in particular */
    struct str message;
};
struct batch_report {
    uint64_t rows, inserted, updated, unchanged, failed; /* documents */
    uint64_t left;                                       /* by a taker */
    struct batch_error *errors;                          /* the first BATCH_ERRORS_MOST of those that failed */
    size_t error_count;
};
enum { BATCH_ERRORS_MOST = 10000 };

enum batch_outcome { BATCH_INSERTED, BATCH_UPDATED, BATCH_UNCHANGED };
/* Takes rows that are no documents as they stand; may be called again for one whose transaction is repeated. */
struct batch_taker {
    bool (*is_ours)(void *arg, const json_t *row); /* the others are counted and left */
    bool (*take)(struct ctx *, void *arg, const json_t *row, enum batch_outcome *); /* false: has thrown */
    void *arg;
};

struct batch_import {
    struct str doctype;
    const struct batch_taker *taker; /* instead of a doctype, for JSON lines; who calls has judged the right */
    enum batch_format format;
    struct inflow in;
    bool update;  /* a name that exists is updated; otherwise it is a duplicate and fails */
    bool dry_run; /* all is done, and undone at the end */
    void (*progress)(void *arg, const struct batch_report *); /* after each batch; may be NULL */
    void *arg;
};
/* Every document goes through doc_save, in transactions of many with a savepoint each: one that fails fails alone. Needs
 * the right IMPORT. Commits as it goes; nothing of the caller's may be open. False: the file as a whole is refused, or the
 * import broke off; *report then says how far it came, and what it counts stays. */
bool batch_import(struct ctx *, const struct batch_import *, struct batch_report *report);
void batch_report_json(const struct batch_report *, struct json_out *);

/* ==== methods ========================================================================================================================= */
/* A method of /api/method/<path>: a row beside the domain code it belongs to. Arguments are declared as fields, so they
 * arrive checked and coerced, in a document without a table. The function writes one JSON value to `out`, or nothing. */
struct identity;
struct method {
    const char *path;
    unsigned verbs;           /* HTTP_GET | HTTP_POST … as http.h; 0: GET, POST, PUT, DELETE */
    const struct field *args; /* ends with a NULL name */
    bool guest;               /* open to the world: must be written */
    bool writes;              /* changes something: never by GET or HEAD (but see writes_on_get) */
    bool writes_on_get;       /* logout, by Frappe's contract */
    const char *uses;         /* DocTypes, one a line, that must be as ours are (doc_types_whole) */
    bool top_level;           /* writes whole members of the answer instead of the value of "message" */
    enum { LANE_DEFAULT, LANE_OF_HASHES, LANE_OF_REPORTS } lane;
    bool (*call)(struct ctx *, const struct doc *args, struct json_out *out);
    const char *about;
};
#define METHOD(id) TABLE_ROW(methods, struct method, method_##id)
/* clang-format off */
#define ARGS(...) .args = (const struct field[]){ __VA_ARGS__, { 0 } }
#define NO_ARGS .args = (const struct field[]){ { 0 } }
/* clang-format on */

/* A method of a document: GET and POST /api/resource/<DocType>/<name>?run_method=<name>, /api/v2/document/…/method/<name>
 * and run_doc_method. A row beside the DocType. The caller may read the document, and write it by any verb but GET. The
 * document is as stored, or as the client holds it (run_doc_method with `docs`); a method that writes has it locked. */
struct doc_method {
    const char *doctype; /* NULL: every DocType */
    const char *name;
    const struct field *args; /* as of a METHOD */
    bool writes;              /* changes something: by POST only */
    bool (*call)(struct ctx *, struct doc *, const struct doc *args, struct json_out *out);
    const char *about;
};
#define DOC_METHOD(id) TABLE_ROW(doc_methods, struct doc_method, doc_method_##id)
