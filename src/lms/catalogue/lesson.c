/* LMS Lesson: one text, video or lab. Anyone sees that it exists once it is published; its body is for previews and for
 * who is enrolled, its answer for those who teach. */
#include "access_priv.h"
#include "answer_priv.h"
#include "core.h"
#include "lesson_priv.h"
#include "slug_priv.h"

static const struct field fields[] = {
    { "title", DATA, .reqd = true, .translatable = true, .in_list_view = true, .in_search = true, .length = 255 },
    { "slug", DATA },
    { "content_type", SELECT, .options = "Text\nVideo\nLab", .reqd = true, .in_list_view = true },
    { "content", MARKDOWN_EDITOR, .translatable = true, .ignore_xss_filter = true },
    { "video_url", DATA, .label = "Video URL", .length = 500, .translatable = true },
    { "video_seconds", INT, .non_negative = true },
    { "is_free_preview", CHECK, .in_list_view = true },
    { "published", CHECK, .preset = "1", .in_list_view = true },
    { "duration_minutes", INT, .non_negative = true },
    { "completion", SELECT, .options = "\nEnd\nWatch\nView\nAnswer\nManual" },
    { "answer_type", SELECT, .options = "\nExact\nRegex\nLink" },
    { "answer", SMALL_TEXT, .ignore_xss_filter = true },
    { "bootcamp", LINK, .options = "LMS Bootcamp", .read_only = true, .index = true, .server_managed = true,
      .is_root = true },
};

struct str lesson_completion(struct str completion, struct str content_type, bool has_video, bool has_answer)
{
    struct str kind = completion;
    if (!kind.n && str_is(content_type, "Video") && has_video)
        kind = STR("End");
    else if (!kind.n)
        kind = str_is(content_type, "Lab") ? STR("Answer") : STR("View");
    return str_is(kind, "Answer") && !has_answer ? STR("Manual") : kind;
}

static bool check_video(struct ctx *cx, const struct doc *lesson)
{
    if (doc_is_set(lesson, "video_url") && !is_web_address(doc_text(lesson, "video_url")))
        return throw(cx, &ValidationError, "The video URL must begin with https:// or http://.");
    if (str_is(doc_text(lesson, "completion"), "Watch") && doc_int(lesson, "video_seconds") == 0 &&
        doc_int(lesson, "duration_minutes") == 0)
        return throw(cx, &ValidationError,
                     "Completion by watching needs a length: set Video Seconds or Duration Minutes.");
    return true;
}

static bool check_answer(struct ctx *cx, const struct doc *lesson)
{
    struct str answer = doc_text(lesson, "answer");
    if (!answer.n || !str_is(doc_text(lesson, "answer_type"), "Regex"))
        return true;
    if (answer_pattern_valid(cx, answer))
        return true;
    return throw(cx, &ValidationError, "The answer is not a regular expression (as Perl's, at most 500 bytes).");
}

static bool validate(struct ctx *cx, struct doc *lesson)
{
    return check_video(cx, lesson) && check_answer(cx, lesson);
}

DOCTYPE(lesson)
= {
    .name = "LMS Lesson",
    .module = "LMS",
    .title_field = "title",
    .search_fields = "title",
    .sort = "modified desc",
    .about = "One text, video or lab of a course.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }, { "Instructor", ALL }, { "All", READ }, { "Guest", READ }),
    ROWS({ "Guest", ONLY(WHERE("published", "=", "1")), .condition = &in_published_bootcamp }),
    .exempt = "System Manager\nInstructor",
    FIELD_RULES({ "content video_url", "Guest", &is_preview }, { "content video_url", "All", &enrolled_with_access },
                { "answer_type answer", "System Manager" }),
    NEEDS("title", "slug", "content_type", "content", "video_url", "video_seconds", "is_free_preview", "published",
          "duration_minutes", "completion", "answer_type", "answer", "bootcamp"),
    .is_child = true,
    .addressable = true,
    .hides = true,
    .allow_import = true,
    .before_validate = slug_row,
    .validate = validate,
};
