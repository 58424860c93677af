/* lms.report_progress, and what the school does about lessons that students asked it to complete. */
#include "card_priv.h"
#include "http.h"
#include "progress.h"

/* ---- lms.report_progress ---------------------------------------------------------------------------------------------- */

/* What the server knows itself: a page that says it anyway must say the same. */
static bool check_claims(struct ctx *cx, const struct doc *args, const struct report *r, struct str bootcamp)
{
    const struct {
        const char *argument;
        struct str truth;
    } claims[] = { { "user", cx->user->name }, { "enrollment", r->enrolled.name }, { "bootcamp", bootcamp } };
    for (size_t i = 0; i < countof(claims); i++)
        if (doc_is_set(args, claims[i].argument) && !str_eq_nocase(doc_text(args, claims[i].argument), claims[i].truth))
            return throw(cx, &PermissionError,
                         "Progress is reported for oneself and for a lesson of the bootcamp: "
                         "leave out %s.",
                         claims[i].argument);
    if (doc_is_set(args, "progress"))
        return throw(cx, &ValidationError, "Progress is counted by the server: leave out %s.", "progress");
    return true;
}

/* Seconds as ms; -1: not given. */
static bool seconds(struct ctx *cx, const struct doc *args, const char *argument, int64_t *ms)
{
    *ms = -1;
    if (!doc_is_set(args, argument))
        return true;
    struct decimal value;
    if (decimal_multiply(doc_decimal(args, argument), DECIMAL_INT(1000), 0, ROUND_COMMERCIAL, &value))
        *ms = decimal_truncate(value);
    if (*ms < 0 || *ms > INT64_C(172800000))
        return throw(cx, &ValidationError, "%s must be seconds, from 0 to 172800.", argument);
    return true;
}

static bool read_intervals(struct ctx *cx, const struct doc *args, const json_t **out)
{
    struct str why = STR_NONE;
    *out = NULL;
    if (!doc_is_set(args, "intervals"))
        return true;
    *out = json_read(cx->arena, doc_text(args, "intervals"), &json_limits_default, &why);
    return *out || throw(cx, &ValidationError, "%s: %.*s", "intervals", STR_ARG(why));
}

static bool read_event(struct ctx *cx, const struct doc *args, struct str *out)
{
    static const char *const events[] = { "view", "progress", "ended", "answer", "manual" };
    *out = doc_text(args, "event");
    for (size_t i = 0; i < countof(events); i++)
        if (str_is(*out, events[i]))
            return true;
    return throw(cx, &ValidationError, "event must be view, progress, ended, answer or manual.");
}

static bool read_report(struct ctx *cx, const struct doc *args, struct report *r)
{
    const struct doctype *type = doc_type(cx, STR("LMS Lesson"));
    r->lesson = type ? doc_read(cx, type, doc_text(args, "lesson")) : NULL;
    if (!r->lesson)
        return false;
    struct str bootcamp = doc_text(r->lesson, "bootcamp");
    if (!lms_enrollment(cx, bootcamp, &r->enrolled) || !check_claims(cx, args, r, bootcamp))
        return false;
    if (!perm_reads_field(cx, type, doc_field(type, STR("content")), r->lesson))
        return throw(cx, &PermissionError, "Enroll in the bootcamp to open this lesson.");
    r->answer = doc_text(args, "answer");
    return read_event(cx, args, &r->event) && read_intervals(cx, args, &r->intervals) &&
           seconds(cx, args, "position", &r->position_ms) && seconds(cx, args, "duration", &r->player_ms);
}

static bool write_next(struct ctx *cx, struct json_out *out, const struct report *r, bool complete)
{
    struct lesson_view *view = complete ? lms_lesson(cx, r->lesson->name, STR_NONE) : NULL;
    if (complete && !view)
        return false;
    out_key(out, STR("next"));
    if (!view || !view->next) {
        out_null(out);
        return true;
    }
    out_begin_object(out);
    out_member_text(out, "name", view->next->name);
    out_member_text(out, "title", view->next->title);
    out_member_text(out, "url", view->next->url);
    out_end_object(out);
    return true;
}

static bool report_progress(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct report r = { 0 };
    struct progress p;
    if (!read_report(cx, args, &r) || !progress_report(cx, &r, &p))
        return false;
    out_begin_object(out);
    out_key(out, STR("complete"));
    out_bool(out, p.complete);
    out_member_text(out, "why", p.why);
    out_member_text(out, "completion", p.completion);
    out_member_int(out, "lesson_percent", p.percent);
    out_member_int(out, "completed", p.completed);
    out_member_int(out, "total", p.total);
    out_member_price(out, "percent", percent_completed(p.completed, p.total));
    bool done = write_next(cx, out, &r, p.complete);
    out_end_object(out);
    return done;
}

METHOD(report_progress)
= {
    .path = "lms.report_progress",
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    .call = report_progress,
    ARGS({ "lesson", DATA, .reqd = true },
         { "event", SELECT, .options = "view\nprogress\nended\nanswer\nmanual", .reqd = true }, { "position", FLOAT },
         { "duration", FLOAT }, { "intervals", JSON }, { "answer", SMALL_TEXT }, { "user", DATA },
         { "enrollment", DATA }, { "bootcamp", DATA }, { "progress", DATA }),
    .uses = LMS_LEARNING,
    .about = "What a student's page reports of a lesson; completes it when its rule is met.",
};

/* ---- by the school ------------------------------------------------------------------------------------------------------ */

static bool is_school(struct ctx *cx)
{
    if (user_has_role(cx->user, "System Manager"))
        return true;
    return throw(cx, &PermissionError, "Only managers may complete lessons for students.");
}

static bool complete_lesson(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct str bootcamp = STR_NONE, user = doc_text(args, "user");
    if (!is_school(cx))
        return false;
    struct doc *lesson = doc_load(cx, "LMS Lesson", doc_text(args, "lesson"));
    struct str enrollment = STR_NONE;
    if (!lesson || !(bootcamp = doc_text(lesson, "bootcamp")).n || !lms_enrollment_of(cx, user, bootcamp, &enrollment))
        return false;
    struct doc *done = db_begin(cx) ? progress_complete(cx, enrollment, lesson->name, NULL) : NULL;
    if (!done || !watch_answered(cx, user, lesson->name))
        return false;
    out_begin_object(out);
    out_member_text(out, "enrollment", done->name);
    out_member_int(out, "completed", doc_int(done, "lessons_completed"));
    out_member_int(out, "total", doc_int(done, "lessons_total"));
    out_end_object(out);
    return true;
}

METHOD(complete_lesson)
= {
    .path = "lms.complete_lesson",
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    .call = complete_lesson,
    ARGS({ "user", DATA, .reqd = true }, { "lesson", DATA, .reqd = true }),
    .uses = LMS_LEARNING,
    .about = "For managers: completes a lesson for a student, whatever its rule.",
};

static bool completion_requests(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    (void)args;
    struct rows *rows = is_school(cx) ? db_run(cx, watch_waiting(cx)) : NULL;
    if (!rows)
        return false;
    out_begin_array(out);
    while (rows_next(rows)) {
        out_begin_object(out);
        out_member_text(out, "user", rows_text(rows, 0));
        out_member_text(out, "lesson", rows_text(rows, 1));
        out_member_text(out, "title", rows_text(rows, 2));
        out_member_text(out, "bootcamp", rows_text(rows, 3));
        out_member_int(out, "watched", spans_ms(spans_of(cx->arena, rows_text(rows, 4))) / 1000);
        out_end_object(out);
    }
    out_end_array(out);
    return !failed(cx);
}

METHOD(completion_requests)
= {
    .path = "lms.completion_requests",
    .verbs = HTTP_GET | HTTP_POST,
    .call = completion_requests,
    .uses = LMS_LEARNING,
    .about = "For managers: students who asked the school to complete a lesson, longest waiting first.",
};
