/* lms.search. */
#include "http.h"
#include "lms.h"

static void result_json(struct json_out *out, const struct search_result *one)
{
    out_begin_object(out);
    out_member_text(out, "doctype", str_of(one->doctype));
    out_member_text(out, "name", one->name);
    out_member_text(out, "title", one->title);
    out_member_text(out, "url", one->url);
    out_member_text(out, "snippet", one->snippet.text);
    out_member_text(out, "where", one->where);
    out_member_text(out, "language", one->language);
    out_key(out, STR("readable"));
    out_bool(out, !one->locked);
    out_end_object(out);
}

static bool search(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct search_results found;
    if (!lms_search(cx, doc_text(args, "q"), doc_text(args, "language"), doc_int(args, "limit"), &found))
        return false;
    out_begin_object(out);
    out_key(out, STR("results"));
    out_begin_array(out);
    for (size_t i = 0; i < found.count; i++)
        result_json(out, &found.rows[i]);
    out_end_array(out);
    out_key(out, STR("some_words"));
    out_bool(out, found.some);
    out_end_object(out);
    return true;
}

METHOD(search)
= {
    .path = "lms.search",
    .uses = LMS_LEARNING,
    .verbs = HTTP_GET | HTTP_POST,
    .guest = true,
    .call = search,
    ARGS({ "q", DATA, .length = 1000 }, { "language", DATA }, { "limit", INT, .preset = "20" }),
    .about = "Bootcamps, courses and lessons that have these words, best first; snippets are HTML with <mark>.",
};
