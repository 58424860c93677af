/* The only judge: DocPerm (spec/frappe-api.md 5.2), owners, row and field rules (spec/product.md 4), and the words of a
 * refusal (5.5). Nothing here asks the database, but a child row read by itself, which is judged by its parent. */
#include "perm_priv.h"

#include "doc_priv.h"

#define ANY_LEVEL UINT64_MAX

static const struct {
    enum right right;
    const char *name;
} rights[] = {
    { READ, "read" },     { WRITE, "write" }, { CREATE, "create" },  { DELETE, "delete" }, { SUBMIT, "submit" },
    { CANCEL, "cancel" }, { AMEND, "amend" }, { SELECT_, "select" }, { REPORT, "report" }, { EXPORT, "export" },
    { IMPORT, "import" }, { SHARE, "share" }, { PRINT, "print" },    { EMAIL, "email" },
};

static const char *right_name(enum right right)
{
    for (size_t i = 0; i < countof(rights); i++)
        if (rights[i].right == right)
            return rights[i].name;
    return "";
}

/* ---- what the caller may do with a DocType ----------------------------------------------------------------------- */
bool perm_by_parent(const struct doctype *type)
{
    return type->is_child && !type->perms && !type->addressable;
}

bool perm_exempt(struct ctx *cx, const struct doctype *type)
{
    if (user_is_administrator(cx->user))
        return true;
    struct str rest = str_of(type->exempt ? type->exempt : "System Manager"), role;
    while (str_cut(&rest, '\n', &role))
        if (role.n && user_has_role(cx->user, str_c(cx->arena, role)))
            return true;
    return false;
}

static bool speaks_of_managers(const struct doctype *type)
{
    for (const struct perm *p = type->perms; p && p->role; p++)
        if (strcmp(p->role, "System Manager") == 0)
            return true;
    return type->custom;
}

static void add_perm(struct access *to, const struct perm *p)
{
    if (p->level > 63)
        return;
    uint64_t level = UINT64_C(1) << p->level;
    to->read_levels |= p->rights & READ ? level : 0;
    to->write_levels |= p->rights & WRITE ? level : 0;
    if (p->level == 0 && p->if_owner) {
        to->owner_rights |= p->rights;
        to->rights |= p->rights & CREATE;
    } else if (p->level == 0)
        to->rights |= p->rights;
}

static void add_everything(struct access *to)
{
    to->rights |= ALL_SUBMIT;
    to->read_levels = to->write_levels = ANY_LEVEL;
}

struct access perm_access(struct ctx *cx, const struct doctype *type, const struct doctype *guardian)
{
    const struct doctype *source = guardian && perm_by_parent(type) ? guardian : type;
    struct access a = { .type = type, .exempt = perm_exempt(cx, type), .read_levels = 1, .write_levels = 1 };
    for (const struct perm *p = source->perms; p && p->role; p++)
        if (user_has_role(cx->user, p->role))
            add_perm(&a, p);
    if (user_is_administrator(cx->user) || (!speaks_of_managers(source) && user_has_role(cx->user, "System Manager")))
        add_everything(&a);
    if (!source->is_submittable)
        a.rights &= ~(unsigned)(SUBMIT | CANCEL | AMEND), a.owner_rights &= ~(unsigned)(SUBMIT | CANCEL | AMEND);
    if (!source->allow_import && !user_is_administrator(cx->user))
        a.rights &= ~(unsigned)IMPORT, a.owner_rights &= ~(unsigned)IMPORT;
    a.rights |= a.rights & READ ? SELECT_ : 0;
    a.owner_rights |= a.owner_rights & READ ? SELECT_ : 0;
    return a;
}

bool perm_has(const struct access *a, enum right right)
{
    return ((a->rights | a->owner_rights) & right) != 0;
}

/* ---- one document ---------------------------------------------------------------------------------------------------- */
enum verdict { ALLOWED, NO_RIGHT, NOT_THIS_ROW };

static bool is_owner(struct ctx *cx, const struct doc *doc)
{
    return str_eq_nocase(doc->owner, cx->user->name);
}

static enum verdict judge_own(struct ctx *cx, const struct doctype *type, const struct doc *doc, enum right right)
{
    struct access a = perm_access(cx, type, NULL);
    if (doc && right != CREATE && !a.exempt && !row_rules_hold(cx, type, doc))
        return NOT_THIS_ROW;
    if (a.rights & right)
        return ALLOWED;
    if (!(a.owner_rights & right))
        return NO_RIGHT;
    return !doc || is_owner(cx, doc) ? ALLOWED : NOT_THIS_ROW;
}

static enum verdict judge(struct ctx *cx, const struct doctype *type, const struct doc *doc, enum right right);

/* Of the DocTypes that hold such rows, is there one the caller may use? */
static enum verdict judge_parents(struct ctx *cx, const struct doctype *child, enum right right)
{
    const struct doctype **all;
    size_t count = doc_types(cx->arena, cx->site, &all);
    for (size_t i = 0; i < count; i++)
        if (all[i] != child && column_table_of(all[i], str_of(child->name)) &&
            judge(cx, all[i], NULL, right) == ALLOWED)
            return ALLOWED;
    return NO_RIGHT;
}

static const struct doc *parent_of(struct ctx *cx, const struct doc *row)
{
    if (row->up)
        return row->up;
    return row->parent.n && row->parenttype.n && doc_type_find(cx->site, row->parenttype)
               ? doc_find(cx, str_c(cx->arena, row->parenttype), row->parent)
               : NULL;
}

/* Rows stand in a table field of their parent, whose own rules and levels count too. */
static bool opens_table(struct ctx *cx, const struct doc *parent, const struct doc *row, enum right right)
{
    const struct field *table = doc_field(parent->type, row->parentfield);
    if (!table)
        return right == READ;
    return right == READ ? perm_reads_field(cx, parent->type, table, parent)
                         : perm_writes_field(cx, parent->type, table);
}

/* Writing a row is writing its parent. */
static enum verdict judge_row(struct ctx *cx, const struct doctype *type, const struct doc *row, enum right right)
{
    enum right of_parent = right == CREATE || right == DELETE ? WRITE : right;
    if (user_is_administrator(cx->user))
        return ALLOWED;
    if (!row)
        return judge_parents(cx, type, of_parent);
    const struct doc *parent = parent_of(cx, row);
    if (!parent || !opens_table(cx, parent, row, right))
        return NO_RIGHT;
    return judge(cx, parent->type, parent, of_parent);
}

static enum verdict judge(struct ctx *cx, const struct doctype *type, const struct doc *doc, enum right right)
{
    const struct doc *stored = doc && doc->before ? doc->before : doc;
    return perm_by_parent(type) ? judge_row(cx, type, stored, right) : judge_own(cx, type, stored, right);
}

bool perm_allows(struct ctx *cx, const struct doctype *type, const struct doc *doc, enum right right)
{
    return judge(cx, type, doc, right) == ALLOWED;
}

/* ---- the words of a refusal ------------------------------------------------------------------------------------------ */
static struct str say(struct ctx *cx, const char *format, ...) PRINTF(2, 3);
static struct str say(struct ctx *cx, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str said = str_of(arena_vprintf(cx->arena, tr(cx, format), args));
    va_end(args);
    return said;
}

static bool refuse_quietly(struct ctx *cx, struct str hint)
{
    bool first = !failed(cx);
    throw_quiet(cx, &PermissionError);
    if (first)
        cx->err.hint = hint;
    return false;
}

static bool refuse_doctype(struct ctx *cx, const struct doctype *type)
{
    note(cx, NULL,
         N_("User <strong>%.*s</strong> does not have doctype access via role permission for document "
            "<strong>%s</strong>"),
         STR_ARG(html_escape(cx->arena, cx->user->name).text), type->name);
    return refuse_quietly(cx, say(cx, N_("No permission for %s"), type->name));
}

static bool refuse_document(struct ctx *cx, const struct doctype *type, const struct doc *doc, enum right right)
{
    struct str user = html_escape(cx->arena, cx->user->name).text;
    struct str name = html_escape(cx->arena, doc->name.n ? doc->name : STR("None")).text;
    if (right == DELETE)
        return throw(cx, &PermissionError, N_("User not allowed to delete %s: %.*s"), type->name, STR_ARG(name));
    if (judge(cx, type, NULL, READ) == ALLOWED)
        note(cx, NULL, N_("User <strong>%.*s</strong> does not have access to this document: %s - %.*s"), STR_ARG(user),
             type->name, STR_ARG(name));
    else
        note(cx, NULL, N_("User <strong>%.*s</strong> does not have access to this document"), STR_ARG(user));
    if (right == READ)
        return refuse_quietly(cx, STR_NONE);
    return refuse_quietly(
        cx, say(cx, N_("Insufficient Permission for %s (<strong>%s</strong>)"), type->name, right_name(right)));
}

bool perm_check(struct ctx *cx, const struct doctype *type, const struct doc *doc, enum right right)
{
    if (failed(cx))
        return false;
    enum verdict verdict = judge(cx, type, doc, right);
    if (failed(cx) || verdict == ALLOWED)
        return !failed(cx);
    if (!doc)
        return refuse_doctype(cx, type);
    if (verdict == NOT_THIS_ROW && type->hides)
        return throw(cx, &DoesNotExistError, N_("%s %.*s not found"), type->name, STR_ARG(doc->name));
    return refuse_document(cx, type, doc, right);
}

/* ---- fields ------------------------------------------------------------------------------------------------------------ */
/* With `select` alone one finds documents by name: nothing more. */
static bool found_by(const struct doctype *type, const struct field *f)
{
    return strcmp(f->name, "name") == 0 || (type->title_field && strcmp(type->title_field, f->name) == 0) ||
           words_have(type->search_fields, f->name);
}

enum reach perm_reach(struct ctx *cx, const struct access *a, const struct field *f)
{
    if (f->permlevel && (f->permlevel > 63 || !(a->read_levels >> f->permlevel & 1)))
        return REACH_NOWHERE;
    if (!perm_by_parent(a->type) && !perm_has(a, READ) && !found_by(a->type, f))
        return REACH_NOWHERE;
    return a->exempt ? REACH_EVERYWHERE : field_rules_reach(cx, a->type, f);
}

bool perm_lists_rows(struct ctx *cx, const struct doctype *parent, const struct doctype *child)
{
    struct access a = perm_access(cx, parent, NULL);
    bool any = false;
    for (size_t i = 0; i < parent->field_count; i++) {
        const struct field *f = &parent->fields[i];
        if (!field_is_table(f) || strcmp(f->options, child->name) != 0)
            continue;
        if (perm_reach(cx, &a, f) != REACH_EVERYWHERE)
            return false;
        any = true;
    }
    return any;
}

bool perm_masked(const struct access *a, const struct field *f)
{
    return !a->exempt && a->type->mask && words_have(a->type->masked, f->name);
}

/* The parent whose DocPerm gives the levels of a child DocType's fields. */
static const struct doctype *guardian_of(struct ctx *cx, const struct doctype *type, const struct doc *doc)
{
    if (!perm_by_parent(type))
        return NULL;
    while (doc && doc->up)
        doc = doc->up;
    if (doc && doc->type != type)
        return doc->type;
    return doc && doc->parenttype.n ? doc_type_find(cx->site, doc->parenttype) : NULL;
}

bool perm_reads_field(struct ctx *cx, const struct doctype *type, const struct field *f, const struct doc *doc)
{
    if (!f->permlevel && (!type->field_rules || perm_exempt(cx, type)) && !field_is_table(f))
        return true;
    struct access a = perm_access(cx, type, guardian_of(cx, type, doc));
    enum reach reach = perm_reach(cx, &a, f);
    return reach == REACH_EVERYWHERE || (reach == REACH_SOME && doc && field_rules_hold(cx, type, f, doc));
}

bool perm_writes_field(struct ctx *cx, const struct doctype *type, const struct field *f)
{
    struct access a = perm_access(cx, type, NULL);
    if (f->permlevel && (f->permlevel > 63 || !(a.write_levels >> f->permlevel & 1)))
        return false;
    return a.exempt || field_rules_reach(cx, type, f) == REACH_EVERYWHERE;
}

/* ---- rows ---------------------------------------------------------------------------------------------------------------- */
bool perm_rows(struct ctx *cx, const struct doctype *type, struct sql *q, const char *alias, bool *any)
{
    struct access a = perm_access(cx, type, NULL);
    enum right right = perm_has(&a, READ) ? READ : SELECT_;
    *any = false;
    if (!perm_has(&a, right))
        return refuse_doctype(cx, type);
    struct sql *rules = sql_new(cx);
    bool ruled = !a.exempt && row_rules_sql(cx, type, rules, alias);
    if (!(a.rights & right)) {
        *any = true;
        sql_column(q, alias, "owner");
        sql_add(q, " = ");
        sql_text(q, cx->user->name);
        if (ruled)
            sql_add(q, " AND ");
    }
    if (ruled) {
        *any = true;
        sql_join(q, rules);
    }
    return !failed(cx);
}
