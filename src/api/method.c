/* /api/method/<path>: methods as rows, whoever declared them (spec/frappe-api.md sections 2.1, 7.4 and 8).
 *
 * A METHOD of the domain gets its arguments checked and coerced by their declaration; a WEB_METHOD works on the
 * exchange. Nothing else can be called: the table is closed. */
#include "api_priv.h"

enum { USUAL_VERBS = HTTP_GET | HTTP_POST | HTTP_PUT | HTTP_DELETE };

struct target {
    const struct method *method;
    const struct web_method *web_method;
};

/* ---- finding -------------------------------------------------------------------------------------------------------- */
static struct target find(struct str path)
{
    struct target t = { 0 };
    TABLE_EACH (web_methods, struct web_method, web_it)
        if (str_is(path, (*web_it)->path))
            t.web_method = *web_it;
    TABLE_EACH (methods, struct method, it)
        if (str_is(path, (*it)->path))
            t.method = *it;
    return t;
}

static bool is_scrubbed(struct str written, struct str doctype)
{
    if (written.n != doctype.n)
        return false;
    for (size_t i = 0; i < written.n; i++) {
        char c = doctype.p[i] >= 'A' && doctype.p[i] <= 'Z' ? (char)(doctype.p[i] + 32) : doctype.p[i];
        if (written.p[i] != (c == ' ' || c == '-' ? '_' : c))
            return false;
    }
    return true;
}

/* "frappe.core.doctype.user.user.sign_up" is the function sign_up of User. */
static bool is_function_of(struct str path, struct str doctype, struct str function)
{
    size_t n = 2 * doctype.n + function.n + 2;
    struct str module = path.n > n ? str_slice(path, 0, path.n - n) : STR_NONE;
    struct str rest = str_from(path, module.n), folder = STR_NONE, file = STR_NONE;
    return str_ends(module, STR(".doctype.")) && str_cut(&rest, '.', &folder) && str_cut(&rest, '.', &file) &&
           is_scrubbed(folder, doctype) && is_scrubbed(file, doctype) && str_eq(rest, function);
}

/* v2 names a function by its DocType: the path of the row, empty when there is none. */
static struct str function_path(struct str doctype, struct str function)
{
    TABLE_EACH (web_methods, struct web_method, web_it)
        if (is_function_of(str_of((*web_it)->path), doctype, function))
            return str_of((*web_it)->path);
    TABLE_EACH (methods, struct method, it)
        if (is_function_of(str_of((*it)->path), doctype, function))
            return str_of((*it)->path);
    return STR_NONE;
}

/* Only the part before the first '/' counts; in v2 what follows it is a function of that DocType. */
static struct str path_of(const struct web *w)
{
    struct str rest = web_captured(w, "path"), path = STR("");
    str_cut(&rest, '/', &path);
    struct str function = w->api == 2 && rest.n && !str_has(rest, '/') ? function_path(path, rest) : STR_NONE;
    return function.n ? function : path;
}

static enum lane lane_of(const struct web *w)
{
    static const enum lane lanes[] = { [LANE_OF_HASHES] = LANE_HASH, [LANE_OF_REPORTS] = LANE_SLOW };
    struct target t = find(path_of(w));
    if (t.web_method)
        return t.web_method->lane;
    return t.method && t.method->lane != LANE_DEFAULT ? lanes[t.method->lane] : LANE_GENERAL;
}

static size_t body_limit_of(const struct web *w)
{
    const struct web_method *m = find(path_of(w)).web_method;
    size_t limit = m && m->body_limit_of ? m->body_limit_of(w) : 0;
    return limit || !m ? limit : m->body_limit;
}

/* Functions of Frappe that exist but were never for clients: asked for, they are refused as Frappe refuses them. */
static bool is_internal(struct str path)
{
    static const char *const names[] = { "frappe.get_doc",        "frappe.get_all",      "frappe.get_list",
                                         "frappe.new_doc",        "frappe.delete_doc",   "frappe.db.sql",
                                         "frappe.db.get_value",   "frappe.db.set_value", "frappe.db.get_all",
                                         "frappe.get_value",      "frappe.set_user",     "frappe.init",
                                         "frappe.connect",        "frappe.throw",        "frappe.sendmail",
                                         "frappe.get_site_config" };
    for (size_t i = 0; i < countof(names); i++)
        if (str_is(path, names[i]))
            return true;
    return false;
}

/* ---- refusing --------------------------------------------------------------------------------------------------------- */
static bool not_whitelisted(struct web *w, struct str path)
{
    struct str name = html_escape(w->cx.arena, path).text;
    throw(&w->cx, &PermissionError,
          "<details><summary>You are not permitted to access this resource.</summary>Function <strong>%.*s</strong> is "
          "not "
          "whitelisted.</details>",
          STR_ARG(name));
    w->cx.err.title = N_("Method Not Allowed");
    return false;
}

static bool some_path_starts(struct str module)
{
    TABLE_EACH (web_methods, struct web_method, web_it)
        if (str_starts(str_of((*web_it)->path), module))
            return true;
    TABLE_EACH (methods, struct method, it)
        if (str_starts(str_of((*it)->path), module))
            return true;
    return false;
}

/* Why there is no such method, in the words Frappe gets from Python. */
static struct str reason(struct arena *a, struct str path)
{
    size_t dot = path.n;
    while (dot && path.p[dot - 1] != '.')
        dot--;
    struct str module = str_slice(path, 0, dot ? dot - 1 : 0);
    if (dot && some_path_starts(str_slice(path, 0, dot)))
        return str_printf(a, "module '%.*s' has no attribute '%.*s'", STR_ARG(module), STR_ARG(str_from(path, dot)));
    if (!dot)
        module = path;
    return str_printf(a, "No module named '%.*s'", STR_ARG(module));
}

static bool unknown(struct web *w, struct str path)
{
    struct arena *a = w->cx.arena;
    struct str name = html_escape(a, path).text, why = reason(a, name);
    if (w->api == 2)
        return throw(&w->cx, &ValidationError, "Failed to get method %.*s with %.*s", STR_ARG(name), STR_ARG(why));
    return throw(&w->cx, &ValidationError, "Failed to get method for command %.*s with %.*s", STR_ARG(name),
                 STR_ARG(why));
}

static bool may_call(struct web *w, struct str path, bool guest, unsigned verbs)
{
    if (!guest && user_is_guest(w->cx.user))
        return not_whitelisted(w, path);
    unsigned allowed = verbs ? verbs : USUAL_VERBS;
    if (!(allowed & w->exchange->request.method))
        return throw(&w->cx, &PermissionError, "Not permitted");
    return true;
}

/* ---- calling ------------------------------------------------------------------------------------------------------------ */
static bool run_method(struct web *w, const struct method *m)
{
    unsigned verbs = m->verbs ? m->verbs : USUAL_VERBS;
    if (m->writes && !m->writes_on_get)
        verbs &= ~(unsigned)HTTP_GET;
    if (!may_call(w, str_of(m->path), m->guest, verbs))
        return false;
    if (m->writes_on_get && !w->cx.site->reads_only)
        w->cx.may_write = true;
    if (m->uses && !doc_types_whole(&w->cx, m->uses))
        return false;
    const struct doc *args = api_arguments(w, m->path, m->args, w->args);
    if (!args)
        return false;
    out_begin_object(&w->out);
    size_t before = w->body.n;
    if (!m->top_level)
        out_key(&w->out, str_of(web_answer_key(w)));
    size_t started = w->body.n;
    if (!m->call(&w->cx, args, &w->out))
        return false;
    if (w->exchange->response.status && !web_streams(w))
        return true;
    if (w->body.n == started && !web_streams(w)) { /* it has nothing to say: no member at all */
        w->body.n = before;
        w->out.need_comma = false;
    }
    out_end_object(&w->out);
    return web_send_json(w, 200);
}

/* In Frappe no Guest reads through these; a school's catalogue is open on every path (spec/product.md section 4). */
static bool is_for_guests(struct web *w, const struct web_method *m)
{
    const struct doctype *type = m->guest_reads ? doc_type_find(w->cx.site, web_arg(w, "doctype")) : NULL;
    return m->guest || (type && perm_allows(&w->cx, type, NULL, READ));
}

static bool run_web_method(struct web *w, const struct web_method *m)
{
    if (!may_call(w, str_of(m->path), is_for_guests(w, m), m->verbs))
        return false;
    if (m->writes_on_get && !w->cx.site->reads_only)
        w->cx.may_write = true;
    out_begin_object(&w->out);
    if (!m->run(w))
        return false;
    if (w->exchange->response.status && (!web_streams(w) || w->stream.ended))
        return true;
    out_end_object(&w->out);
    return web_send_json(w, 200);
}

static bool call(struct web *w)
{
    struct str path = path_of(w);
    struct target t = find(path);
    if (t.web_method)
        return run_web_method(w, t.web_method);
    if (t.method)
        return run_method(w, t.method);
    return is_internal(path) ? not_whitelisted(w, path) : unknown(w, path);
}

#define METHODS(id, prefix)                                                                                            \
    ROUTE(id) = { .pattern = prefix "/*path",                                                                          \
                  .verbs = HTTP_GET | HTTP_UNSAFE,                                                                     \
                  .run = call,                                                                                         \
                  .lane_of = lane_of,                                                                                  \
                  .body_limit_of = body_limit_of,                                                                      \
                  .about = "Calls a method." }

METHODS(method, "/api/method");
METHODS(method_v1, "/api/v1/method");
METHODS(method_v2, "/api/v2/method");
