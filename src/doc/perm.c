/* The only judge: DocPerm (spec/frappe-api.md 5.2), owners, User Permissions and shares (5.3), row rules (spec/product.md
 * 4), and the words of a refusal (5.5). Who may do what comes from memory; the database is asked about a child row read by
 * itself, which is judged by its parent, and about a document that only a share could open. */
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
        for (const struct str *r = cx->user->roles; r->p; r++)
            if (str_eq(*r, role))
                return true;
    return false;
}

static bool speaks_of_managers(const struct doctype *type)
{
    for (const struct perm *p = type->perms; p && p->role; p++)
        if (strcmp(p->role, "System Manager") == 0)
            return true;
    return type->custom || type->own_perms;
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
    a.shared = share_rights(cx, type);
    return a;
}

static unsigned by_role(const struct access *a)
{
    return a->rights | a->owner_rights;
}

bool perm_has(const struct access *a, enum right right)
{
    return ((by_role(a) | a->shared) & right) != 0;
}

bool access_sees_all(struct ctx *cx, const struct access *a)
{
    return (a->rights & READ) && (a->exempt || !a->type->rows) && !limits_any(cx);
}

/* ---- one document ---------------------------------------------------------------------------------------------------- */
enum verdict { ALLOWED, NO_RIGHT, NOT_THIS_ROW };

static bool is_owner(struct ctx *cx, const struct doc *doc)
{
    return str_eq_nocase(doc->owner, cx->user->name);
}

/* What only if_owner rows give: a right held in general is not held twice. */
static bool owns(struct ctx *cx, const struct access *a, const struct doc *doc, enum right right)
{
    return (a->owner_rights & ~a->rights & (unsigned)right) && is_owner(cx, doc);
}

/* Creating is asked before there is anything to judge: limits come later, in perm_check_result. */
static bool is_granted(struct ctx *cx, const struct access *a, const struct doc *doc, enum right right)
{
    if ((a->rights & right) && (!doc || right == CREATE || limits_hold(cx, doc)))
        return true;
    return !doc || owns(cx, a, doc, right) || shares_hold(cx, a, doc->name, right);
}

static bool sharing_is_off(const struct ctx *cx)
{
    return cx->site && site_setting_int(cx->site, "System Settings", "disable_document_sharing", 0) != 0;
}

static enum verdict judge_own(struct ctx *cx, const struct doctype *type, const struct doc *doc, enum right right)
{
    struct access a = perm_access(cx, type, NULL);
    if (doc && right != CREATE && !a.exempt && !row_rules_hold(cx, type, doc))
        return NOT_THIS_ROW;
    if (!perm_has(&a, right) || (right == SHARE && sharing_is_off(cx)))
        return NO_RIGHT;
    return is_granted(cx, &a, doc, right) ? ALLOWED : NOT_THIS_ROW;
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

const struct doctype *perm_guardian(struct ctx *cx, const struct doctype *type, const struct doc *doc)
{
    if (!perm_by_parent(type))
        return NULL;
    while (doc && doc->up)
        doc = doc->up;
    if (doc && doc->type != type)
        return doc->type;
    return doc && doc->parenttype.n ? doc_type_find(cx->site, doc->parenttype) : NULL;
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

static struct str say_no_access(struct ctx *cx, const struct doctype *type)
{
    return say(cx,
               N_("User <strong>%.*s</strong> does not have doctype access via role permission for document "
                  "<strong>%s</strong>"),
               STR_ARG(html_escape(cx->arena, cx->user->name).text), type->name);
}

static bool refuse_doctype(struct ctx *cx, const struct doctype *type)
{
    struct str why = say_no_access(cx, type);
    note(cx, NULL, "%.*s", STR_ARG(why));
    return refuse_quietly(cx, say(cx, N_("No permission for %s"), type->name));
}

/* As Frappe puts it together: that no role lets them read the DocType, and the document, named to who reads some. */
static struct str say_of_document(struct ctx *cx, const struct doctype *type, struct str user, struct str name)
{
    struct access a = perm_access(cx, type, NULL);
    bool reads = ((a.rights | a.owner_rights) & READ) || perm_by_parent(type);
    struct str roles = reads ? STR_NONE : str_printf(cx->arena, "%.*s<br>", STR_ARG(say_no_access(cx, type)));
    struct str document =
        judge(cx, type, NULL, READ) == ALLOWED
            ? say(cx, N_("User <strong>%.*s</strong> does not have access to this document: %s - %.*s"), STR_ARG(user),
                  type->name, STR_ARG(name))
            : say(cx, N_("User <strong>%.*s</strong> does not have access to this document"), STR_ARG(user));
    return str_printf(cx->arena, "%.*s%.*s", STR_ARG(roles), STR_ARG(document));
}

static bool refuse_document(struct ctx *cx, const struct doctype *type, const struct doc *doc, enum right right)
{
    struct str user = html_escape(cx->arena, cx->user->name).text;
    struct str name = html_escape(cx->arena, doc->name.n ? doc->name : STR("None")).text;
    if (right == DELETE)
        return throw(cx, &PermissionError, N_("User not allowed to delete %s: %.*s"), type->name, STR_ARG(name));
    struct str why = say_of_document(cx, type, user, name);
    note(cx, NULL, "%.*s", STR_ARG(why));
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

bool perm_check_result(struct ctx *cx, const struct doc *doc, enum right right)
{
    const struct doc *judged = doc;
    while (perm_by_parent(judged->type) && judged->up)
        judged = judged->up;
    if (!limits_any(cx) || limits_hold(cx, judged))
        return !failed(cx);
    struct access a = perm_access(cx, judged->type, NULL);
    bool kept = right != CREATE && (owns(cx, &a, judged, right) || shares_hold(cx, &a, judged->name, right));
    return !failed(cx) && (kept || refuse_document(cx, doc->type, doc, right));
}

void *perm_refuse(struct ctx *cx, const struct doctype *type, struct str name, enum right right)
{
    struct doc stranger = { .arena = cx->arena, .type = type, .name = name };
    if (!failed(cx))
        refuse_document(cx, type, &stranger, right);
    return NULL;
}

bool perm_keeps_rows(struct ctx *cx, const struct doctype *type)
{
    return type->rows && !type->hides && !perm_exempt(cx, type) && row_rules_sql(cx, type, sql_new(cx), "t");
}

void *perm_missing(struct ctx *cx, const struct doctype *type, struct str name)
{
    if (failed(cx))
        return NULL;
    if (perm_keeps_rows(cx, type))
        return perm_refuse(cx, type, name, READ);
    return throw(cx, &DoesNotExistError, N_("%s %.*s not found"), type->name, STR_ARG(name));
}

/* ---- rows ---------------------------------------------------------------------------------------------------------------- */
/* By their roles: false when that is every row. */
static bool role_sql(struct ctx *cx, const struct access *a, struct sql *q, const char *alias)
{
    if (a->rights & (by_role(a) & READ ? READ : SELECT_))
        return !a->unlimited && limits_sql(cx, a->type, q, alias);
    sql_column(q, alias, "owner");
    sql_add(q, " = ");
    sql_text(q, cx->user->name);
    return true;
}

static bool grants_sql(struct ctx *cx, const struct access *a, struct sql *q, const char *alias)
{
    struct sql *roles = sql_new(cx);
    bool some = by_role(a) & SELECT_;
    if (some && !role_sql(cx, a, roles, alias))
        return false;
    if (!(a->shared & READ)) {
        sql_join(q, roles);
        return true;
    }
    sql_add(q, "(");
    if (some) {
        sql_join(q, roles);
        sql_add(q, " OR ");
    }
    shares_sql(cx, a, q, alias);
    sql_add(q, ")");
    return true;
}

bool access_rows(struct ctx *cx, const struct access *a, struct sql *q, const char *alias, bool *any)
{
    struct sql *rules = sql_new(cx);
    if (!perm_has(a, READ) && !perm_has(a, SELECT_)) {
        *any = false;
        return refuse_doctype(cx, a->type);
    }
    bool some = grants_sql(cx, a, q, alias), ruled = !a->exempt && row_rules_sql(cx, a->type, rules, alias);
    *any = some || ruled;
    if (some && ruled)
        sql_add(q, " AND ");
    if (ruled)
        sql_join(q, rules);
    return !failed(cx);
}

bool perm_rows(struct ctx *cx, const struct doctype *type, struct sql *q, const char *alias, bool *any)
{
    struct access a = perm_access(cx, type, NULL);
    return access_rows(cx, &a, q, alias, any);
}
