/* Lists over the wire (spec/frappe-api.md sections 2.3, 2.6, 3.1), and what we add: the total, tables and linked
 * documents within the rows. */
#include "api_priv.h"

enum { PAGE = 20 };

/* v2 knows `limit` only, and takes a number 0 for none given. */
static bool page_of(struct web *w, struct query *q)
{
    const json_t *page = web_arg_json(w, "limit_page_length"), *limit = web_arg_json(w, "limit");
    bool given = page && !json_is_null(page) && !(json_is_string(page) && !json_string_length(page));
    const char *start = w->api == 2 && web_arg_json(w, "start") ? "start" : "limit_start";
    const char *length = given && w->api != 2 ? "limit_page_length" : "limit";
    if (!api_limit(w, start, 0, &q->start) || !api_limit(w, length, PAGE, &q->length))
        return false;
    if (w->api == 2 && json_is_integer(limit) && json_integer_value(limit) == 0)
        q->length = PAGE;
    return true;
}

static bool read_query(struct web *w, struct str doctype, struct query *q)
{
    *q = (struct query){ .doctype = doctype,
                         .order_by = web_arg(w, "order_by"),
                         .group_by = web_arg(w, "group_by"),
                         .parent = web_arg(w, "parent"),
                         .distinct = api_flag(w, "distinct", false),
                         .as_arrays = !api_flag(w, "as_dict", true) };
    return page_of(w, q) && web_arg_parsed(w, "fields", &q->fields) && web_arg_parsed(w, "filters", &q->filters) &&
           web_arg_parsed(w, "or_filters", &q->or_filters);
}

/* ---- beside the rows ------------------------------------------------------------------------------------------------ */
static bool add_total(struct web *w, const struct query *q)
{
    int64_t total;
    if (!api_flag(w, "with_count", false))
        return true;
    if (!list_count(&w->cx, q, &total))
        return false;
    http_set_header(w->exchange, "X-Total-Count", str_printf(w->cx.arena, "%lld", (long long)total));
    return true;
}

static bool may_debug(const struct web *w)
{
    return api_flag(w, "debug", false) &&
           (user_is_administrator(w->cx.user) || user_has_role(w->cx.user, "System Manager"));
}

/* v1: a text that holds a JSON list of texts; v2: a list of objects. */
static void write_debug(struct web *w, struct str statement)
{
    if (w->api == 2) {
        out_key(&w->out, STR("debug"));
        out_begin_array(&w->out);
        out_begin_object(&w->out);
        out_member_text(&w->out, "message", statement);
        out_end_object(&w->out);
        out_end_array(&w->out);
        return;
    }
    struct buf b = buf_new(w->cx.arena, (size_t)1 << 20);
    struct json_out list = out_to(&b);
    out_begin_array(&list);
    out_text(&list, statement);
    out_end_array(&list);
    out_member_text(&w->out, "_debug_messages", buf_str(&b));
}

bool api_list(struct web *w, struct str doctype)
{
    struct query q;
    bool more = false;
    struct str statement = STR_NONE;
    if (!read_query(w, doctype, &q))
        return false;
    q.more = w->api == 2 ? &more : NULL;
    q.statement = may_debug(w) ? &statement : NULL;
    if (!(api_is_rich(w, &q) ? api_rich_list(w, &q) : list_json(&w->cx, &q, &w->out)))
        return false;
    if (q.more) {
        out_key(&w->out, STR("has_next_page"));
        out_bool(&w->out, more);
    }
    if (statement.n)
        write_debug(w, statement);
    return add_total(w, &q);
}

enum lane api_list_lane(const struct web *w)
{
    struct str rest = w->exchange->request.query, piece;
    while (rest.n && str_cut(&rest, '&', &piece))
        if (str_is(piece, "limit_page_length=0") || str_is(piece, "limit=0"))
            return LANE_SLOW;
    return LANE_GENERAL;
}
