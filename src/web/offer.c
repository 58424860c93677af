/* What a caller is offered: the operations on DocTypes, the methods. */
#include "web/offer.h"

#define ROWS_TOO (OF_DOCUMENTS | OF_ROWS)
#define ANY_KIND (OF_DOCUMENTS | OF_SINGLES | OF_ROWS)
#define V1 "/api/resource/:doctype"
#define V2 "/api/v2/document/:doctype"

static const struct field updates[] = { { "docs", JSON, .reqd = true }, { 0 } },
                          deletions[] = { { "names", JSON, .reqd = true }, { 0 } };

static const struct operation operations[] = {
    { "list", HTTP_GET, V1, READ, ROWS_TOO, 1, .gives = GIVES_ROWS, .about = N_("A list of documents.") },
    { "create", HTTP_POST, V1, CREATE, OF_DOCUMENTS, 1, .about = N_("Makes a document, with the rows of its tables.") },
    { "read", HTTP_GET, V1 "/*name", READ, ANY_KIND, 1, .about = N_("One document, with the rows of its tables.") },
    { "update", HTTP_PUT, V1 "/*name", WRITE, OF_DOCUMENTS | OF_SINGLES, 1,
      .about = N_("Changes the fields that are sent; a table that is sent is replaced.") },
    { "delete", HTTP_DELETE, V1 "/*name", DELETE, OF_DOCUMENTS, 1, .gives = GIVES_OK,
      .about = N_("Deletes a document that nothing links to.") },
    { "v2.list", HTTP_GET, V2, READ, ROWS_TOO, 2, .gives = GIVES_ROWS, .about = N_("A list of documents.") },
    { "v2.create", HTTP_POST, V2, CREATE, OF_DOCUMENTS, 2,
      .about = N_("Makes a document, with the rows of its tables.") },
    { "v2.read", HTTP_GET, V2 "/*name", READ, ANY_KIND, 2, .about = N_("One document, with the rows of its tables.") },
    { "v2.update", HTTP_PUT, V2 "/*name", WRITE, OF_DOCUMENTS | OF_SINGLES, 2,
      .about = N_("Changes the fields that are sent; a table that is sent is replaced.") },
    { "v2.patch", HTTP_PATCH, V2 "/*name", WRITE, OF_DOCUMENTS | OF_SINGLES, 2,
      .about = N_("Changes the fields that are sent; a table that is sent is replaced.") },
    { "v2.delete", HTTP_DELETE, V2 "/*name", DELETE, OF_DOCUMENTS, 2, .gives = GIVES_OK,
      .about = N_("Deletes a document that nothing links to.") },
    { "v2.count", HTTP_GET, "/api/v2/doctype/:doctype/count", READ, OF_DOCUMENTS, 2, .gives = GIVES_COUNT,
      .about = N_("How many documents the caller may see.") },
    { "v2.copy", HTTP_GET, V2 "/*name/copy", READ, OF_DOCUMENTS, 2, .gives = GIVES_DRAFT,
      .about = N_("What a copy of the document would be, to be changed and posted.") },
    { "v2.bulk_update", HTTP_POST, V2 "/bulk_update", WRITE, OF_DOCUMENTS, 2, .gives = GIVES_OUTCOME, .args = updates,
      .about = N_("Changes many documents; each succeeds or fails by itself.") },
    { "v2.bulk_delete", HTTP_POST, V2 "/bulk_delete", DELETE, OF_DOCUMENTS, 2, .gives = GIVES_OUTCOME,
      .args = deletions, .about = N_("Deletes many documents; each succeeds or fails by itself.") },
    { "v2.meta", HTTP_GET, "/api/v2/doctype/:doctype/meta", READ, ANY_KIND, 2, .gives = GIVES_META,
      .members_only = true, .about = N_("The DocType itself: fields, permissions, properties.") },
};

/* ---- DocTypes ------------------------------------------------------------------------------------------------------- */
static unsigned kind_of(const struct doctype *type)
{
    if (type->is_single)
        return OF_SINGLES;
    return type->is_child && !type->addressable ? OF_ROWS : OF_DOCUMENTS;
}

static size_t count_methods(void)
{
    size_t n = 0;
    TABLE_EACH (doc_methods, struct doc_method, it)
        n++;
    return n;
}

static bool has_method(struct ctx *cx, const struct doctype *type, const struct doc_method *m)
{
    if (m->doctype)
        return strcmp(m->doctype, type->name) == 0 && perm_offers(cx, type, m->writes ? WRITE : READ);
    if (strcmp(m->name, "submit") == 0 || strcmp(m->name, "cancel") == 0)
        return type->is_submittable && perm_offers(cx, type, *m->name == 's' ? SUBMIT : CANCEL);
    return (strcmp(m->name, "rename") != 0 || type->allow_rename) && perm_offers(cx, type, m->writes ? WRITE : READ);
}

/* Methods of documents, each an address of its own. */
static void add_methods(struct ctx *cx, struct offer *o)
{
    static const struct field none[] = { { 0 } };
    TABLE_EACH (doc_methods, struct doc_method, it) {
        const struct doc_method *m = *it;
        if (!has_method(cx, o->type, m))
            continue;
        struct operation *one = arena_new_of(cx->arena, struct operation);
        *one = (struct operation){ .id = arena_printf(cx->arena, "v2.method.%s", m->name),
                                   .verb = m->writes ? HTTP_POST : HTTP_GET,
                                   .pattern = arena_printf(cx->arena, V2 "/*name/method/%s", m->name),
                                   .api = 2,
                                   .gives = GIVES_ANYTHING,
                                   .args = m->args ? m->args : none,
                                   .about = m->about };
        o->operations[o->operation_count++] = one;
    }
}

static struct offer offer_of(struct ctx *cx, const struct doctype *type)
{
    struct offer o = { .type = type };
    o.operations = arena_array(cx->arena, countof(operations) + count_methods(), sizeof *o.operations);
    for (size_t i = 0; i < countof(operations); i++)
        if (operations[i].kinds & kind_of(type) && !(operations[i].members_only && user_is_guest(cx->user)) &&
            perm_offers(cx, type, operations[i].right))
            o.operations[o.operation_count++] = &operations[i];
    if (kind_of(type) == OF_DOCUMENTS && !user_is_guest(cx->user))
        add_methods(cx, &o);
    if (o.operation_count)
        o.field_count = perm_offered_fields(cx, type, &o.fields);
    o.writable = perm_offers(cx, type, WRITE) || perm_offers(cx, type, CREATE);
    return o;
}

/* What shapes DocTypes and rights: when one of these changes, what is offered may. */
static void depend(struct ctx *cx)
{
    static const char *const on[] = { "DocType",         "DocField", "DocPerm",  "Custom Field", "Custom DocPerm",
                                      "Property Setter", "User",     "Has Role", "Role",         "DocShare",
                                      CHANGES_OF_SINGLES };
    for (size_t i = 0; i < countof(on); i++)
        call_depends(cx, on[i]);
}

size_t offers(struct ctx *cx, struct offer **out)
{
    const struct doctype **all;
    depend(cx);
    size_t count = doc_types(cx->arena, cx->site, &all), n = 0;
    *out = arena_array(cx->arena, count + 1, sizeof **out);
    for (size_t i = 0; i < count; i++) {
        (*out)[n] = offer_of(cx, all[i]);
        n += (*out)[n].operation_count > 0;
    }
    return n;
}

const struct offer *offer_named(const struct offer *all, size_t count, struct str doctype)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(doctype, all[i].type->name))
            return &all[i];
    return NULL;
}

bool offer_has(const struct offer *o, const struct operation *operation)
{
    for (size_t i = 0; i < o->operation_count; i++)
        if (o->operations[i] == operation)
            return true;
    return false;
}

bool offer_takes(struct ctx *cx, const struct offer *o, const struct field *f)
{
    const char *autoname = o->type->autoname;
    if (strcmp(f->name, "name") == 0)
        return o->type->is_child || (autoname && strcmp(autoname, "Prompt") == 0);
    if (field_is_standard(f))
        return o->type->addressable && strcmp(f->name, "parent") == 0;
    return o->writable && !f->server_managed && !f->is_root && !f->is_virtual && perm_writes_field(cx, o->type, f);
}

struct str operation_path(struct arena *a, const struct operation *operation, const struct doctype *type)
{
    struct str rest = str_of(operation->pattern), segment;
    struct buf path = buf_new(a, 1024);
    for (bool first = true; str_cut(&rest, '/', &segment); first = false) {
        if (!first)
            buf_char(&path, '/');
        if (str_is(segment, ":doctype") || (str_is(segment, "*name") && type->is_single))
            buf_add(&path, url_encode(a, str_of(type->name), ""));
        else if (str_is(segment, "*name"))
            buf_lit(&path, "{name}");
        else
            buf_add(&path, segment);
    }
    return buf_str(&path);
}

/* ---- methods -------------------------------------------------------------------------------------------------------- */
enum { USUAL_VERBS = HTTP_GET | HTTP_POST | HTTP_PUT | HTTP_DELETE };

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct method_offer *)a)->path, ((const struct method_offer *)b)->path);
}

size_t method_offers(struct ctx *cx, struct method_offer **out)
{
    size_t n = 0, most = 0;
    bool guest = user_is_guest(cx->user);
    TABLE_EACH (methods, struct method, counted)
        most++;
    TABLE_EACH (web_methods, struct web_method, counted_too)
        most++;
    struct method_offer *found = arena_array(cx->arena, most + 1, sizeof *found);
    TABLE_EACH (methods, struct method, it) {
        const struct method *m = *it;
        unsigned verbs = m->verbs ? m->verbs : USUAL_VERBS;
        if (m->writes && !m->writes_on_get)
            verbs &= ~(unsigned)HTTP_GET;
        if (m->guest || !guest)
            found[n++] = (struct method_offer){ m->path, m->about, verbs, m->args, m->guest };
    }
    TABLE_EACH (web_methods, struct web_method, web_it) {
        const struct web_method *m = *web_it;
        if (m->guest || !guest)
            found[n++] =
                (struct method_offer){ m->path, m->about, m->verbs ? m->verbs : USUAL_VERBS, m->args, m->guest };
    }
    qsort(found, n, sizeof *found, by_path);
    *out = found;
    return n;
}
