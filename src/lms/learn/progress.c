/* A report, and the rule it is judged by. Whatever the order in which reports arrive and however often, the outcome is
 * the same: nothing that is complete is undone, and what was played is a union. */
#include "progress.h"

#include "answer_priv.h"
#include "lesson_priv.h"

enum { READ_S = 30, SCROLL_S = 5, END_MS = 1000, WATCH_PERCENT = 95, LONGEST_MS = 48 * 3600 * 1000 };

/* A report on its way through the rule. */
struct judging {
    const struct report *report;
    struct watch *watch;
    struct progress *out;
    int64_t length_ms; /* of the video; 0: unknown */
};

/* ---- the rules ------------------------------------------------------------------------------------------------------- */

static bool event_is(const struct judging *j, const char *event)
{
    return str_is(j->report->event, event);
}

static int percent_of(int64_t part, int64_t whole)
{
    int64_t percent = whole > 0 ? part * 100 / whole : 0;
    return (int)(percent > 100 ? 100 : percent);
}

static bool end_met(struct ctx *cx, struct judging *j)
{
    int64_t length_ms = j->length_ms ? j->length_ms : j->watch->player_ms;
    j->out->percent = percent_of(j->watch->position_ms, length_ms);
    j->out->why = str_of(tr(cx, N_("It completes at the end of the video.")));
    return event_is(j, "ended") || event_is(j, "manual") ||
           (j->report->position_ms >= 0 && length_ms > END_MS && j->report->position_ms >= length_ms - END_MS);
}

static const char school_told[] = N_("The school was told and may complete it.");

static void ask_school(struct ctx *cx, struct judging *j)
{
    if (event_is(j, "manual") && !j->watch->waits_since_us)
        j->watch->waits_since_us = cx->now_us;
}

static bool watch_met(struct ctx *cx, struct judging *j)
{
    int64_t played_ms = spans_ms(j->watch->played);
    j->out->percent = percent_of(played_ms, j->length_ms);
    ask_school(cx, j);
    j->out->why = str_printf(cx->arena, tr(cx, N_("%d %% watched, %d %% are needed; skipped parts do not count.")),
                             j->out->percent, WATCH_PERCENT);
    if (j->watch->waits_since_us)
        j->out->why = str_printf(cx->arena, "%.*s %s", STR_ARG(j->out->why), tr(cx, school_told));
    return j->length_ms > 0 && played_ms * 100 >= j->length_ms * WATCH_PERCENT;
}

static bool view_met(struct ctx *cx, struct judging *j)
{
    int64_t shown_ms = (cx->now_us - j->watch->shown_us) / 1000;
    int64_t read_ms =
        j->report->position_ms >= 0 && j->report->position_ms < shown_ms ? j->report->position_ms : shown_ms;
    j->out->percent = percent_of(read_ms, READ_S * 1000);
    j->out->why = str_of(tr(cx, N_("It completes after 30 seconds of reading, or at the end of the text.")));
    return event_is(j, "manual") || read_ms >= READ_S * 1000 || (event_is(j, "ended") && shown_ms >= SCROLL_S * 1000);
}

static bool answer_met(struct ctx *cx, struct judging *j)
{
    struct str type = STR_NONE, expected = STR_NONE, name = j->report->lesson->name;
    ask_school(cx, j);
    j->out->why = str_of(tr(cx, N_("It completes with the right answer.")));
    if (j->watch->waits_since_us)
        j->out->why = str_printf(cx->arena, "%.*s %s", STR_ARG(j->out->why), tr(cx, school_told));
    if (!event_is(j, "answer") || !throttle(cx, "answer", cx->user->name, 20, 60))
        return false;
    doc_get(cx, "LMS Lesson", name, "answer_type", &type);
    if (!doc_get(cx, "LMS Lesson", name, "answer", &expected) || failed(cx))
        return false;
    j->out->why = str_of(tr(cx, N_("That is not the answer yet.")));
    return answer_matches(cx, type, expected, j->report->answer);
}

static bool manual_met(struct ctx *cx, struct judging *j)
{
    j->out->why = str_of(tr(cx, N_("It completes with the button.")));
    return event_is(j, "manual");
}

static const struct rule {
    const char *completion;
    bool (*met)(struct ctx *, struct judging *);
} rules[] = {
    { "End", end_met },       { "Watch", watch_met },   { "View", view_met },
    { "Answer", answer_met }, { "Manual", manual_met },
};

static bool rule_met(struct ctx *cx, struct judging *j)
{
    for (size_t i = 0; i < countof(rules); i++)
        if (str_is(j->out->completion, rules[i].completion))
            return rules[i].met(cx, j) && !failed(cx);
    return bug(cx, "no rule %.*s", STR_ARG(j->out->completion));
}

/* ---- taking what came ------------------------------------------------------------------------------------------------- */

/* An answer is expected or not whoever asks, though only teachers read it. */
static bool choose_rule(struct ctx *cx, const struct doc *lesson, struct progress *out)
{
    struct str expected = STR_NONE, kind = doc_text(lesson, "completion"), type = doc_text(lesson, "content_type");
    bool has_video = doc_is_set(lesson, "video_url");
    out->completion = lesson_completion(kind, type, has_video, true);
    if (!str_is(out->completion, "Answer"))
        return true;
    doc_get(cx, "LMS Lesson", lesson->name, "answer", &expected);
    out->completion = lesson_completion(kind, type, has_video, expected.n > 0);
    return !failed(cx);
}

static int64_t declared_ms(const struct doc *lesson)
{
    int64_t seconds = doc_int(lesson, "video_seconds");
    return (seconds ? seconds : doc_int(lesson, "duration_minutes") * 60) * 1000;
}

static bool take_played(struct ctx *cx, struct judging *j)
{
    struct spans played;
    if (!j->report->intervals)
        return true;
    if (!spans_read(cx->arena, j->report->intervals, j->length_ms ? j->length_ms : LONGEST_MS, &played))
        return throw(cx, &ValidationError, "%s must be a list of at most %d pairs of seconds, [[from, to], …].",
                     "intervals", SPANS_MOST);
    watch_credit(cx, j->watch, played);
    return true;
}

static bool take(struct ctx *cx, struct judging *j)
{
    const struct report *r = j->report;
    struct watch *w = watch_open(cx, cx->user->name, r->lesson->name, doc_text(r->lesson, "video_url"));
    if (!w)
        return false;
    j->watch = w;
    if (r->position_ms >= 0)
        w->position_ms = r->position_ms;
    if (r->player_ms > 0 && r->player_ms != w->player_ms) {
        w->player_ms = r->player_ms;
        if (!watch_save(cx, w))
            return false;
    }
    return watch_length(cx, w, declared_ms(r->lesson), &j->length_ms) && take_played(cx, j);
}

/* ---- completing -------------------------------------------------------------------------------------------------------- */

bool progress_is_complete(struct ctx *cx, struct str enrollment, struct str lesson, bool *out)
{
    struct rows *rows =
        doc_rows(cx, &(struct find){ .doctype = "Enrollment Lesson",
                                     .fields = "name",
                                     .where = FIND({ "parent", "=", enrollment }, { "lesson", "=", lesson }),
                                     .length = 1,
                                     .unchecked = true });
    *out = rows && rows_next(rows);
    if (rows)
        rows_close(rows);
    return !failed(cx);
}

static bool is_among(const struct doc_rows *done, struct str lesson)
{
    for (size_t i = 0; i < done->count; i++)
        if (str_eq(doc_text(done->rows[i], "lesson"), lesson))
            return true;
    return false;
}

struct doc *progress_complete(struct ctx *cx, struct str name, struct str lesson, const struct watch *watch)
{
    const struct doctype *type = doc_type(cx, STR("Enrollment"));
    struct doc *enrollment = type ? doc_load_for_update(cx, type, name) : NULL;
    if (!enrollment || is_among(doc_table(enrollment, "completed_lessons"), lesson))
        return enrollment;
    struct doc *row = doc_add_row(cx, enrollment, "completed_lessons");
    doc_set_text(row, "lesson", lesson);
    doc_set_text(row, "completed_on", call_now(cx));
    if (watch) {
        doc_set_int(row, "position", watch->position_ms / 1000);
        doc_set_int(row, "watched", spans_ms(watch->played) / 1000);
    }
    doc_set_text(enrollment, "last_lesson", lesson);
    return doc_save(cx, enrollment, SAVE_AS_SYSTEM | SAVE_NO_VERSION) ? enrollment : NULL;
}

/* Where "Continue" leads. The Enrollment is not saved: its `modified` stays. */
static bool remember_last(struct ctx *cx, const struct report *r)
{
    if (!str_is(r->event, "view") || str_eq(r->enrolled.last_lesson, r->lesson->name))
        return true;
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_doctype(q, "Enrollment");
    sql_add(q, " SET last_lesson = ");
    sql_text(q, r->lesson->name);
    sql_add(q, " WHERE name = ");
    sql_text(q, r->enrolled.name);
    call_changes(cx, "Enrollment");
    return db_change(cx, q) >= 0;
}

static bool finish(struct ctx *cx, struct judging *j)
{
    const struct report *r = j->report;
    struct doc *enrollment = progress_complete(cx, r->enrolled.name, r->lesson->name, j->watch);
    if (!enrollment)
        return false;
    j->watch->waits_since_us = 0;
    j->out->complete = true;
    j->out->completed = doc_int(enrollment, "lessons_completed");
    j->out->total = doc_int(enrollment, "lessons_total");
    return true;
}

static bool judge(struct ctx *cx, struct judging *j, bool before)
{
    if (!take(cx, j))
        return false;
    bool met = rule_met(cx, j);
    if (failed(cx) || (met && !before && !finish(cx, j)))
        return false;
    j->out->complete = j->out->complete || before;
    if (j->out->complete) {
        j->out->percent = 100;
        j->out->why = str_of(tr(cx, N_("This lesson is completed.")));
    }
    return watch_save(cx, j->watch) && remember_last(cx, j->report);
}

bool progress_report(struct ctx *cx, const struct report *r, struct progress *out)
{
    struct judging j = { .report = r, .out = out };
    bool before = false;
    *out = (struct progress){ .completed = r->enrolled.completed, .total = r->enrolled.total };
    if (!choose_rule(cx, r->lesson, out))
        return false;
    if (!r->enrolled.access) {
        out->why = str_of(tr(cx, N_("Nothing is recorded: you are not enrolled in this bootcamp.")));
        return true;
    }
    return db_begin(cx) && progress_is_complete(cx, r->enrolled.name, r->lesson->name, &before) &&
           judge(cx, &j, before);
}

void lms_lesson_opened(struct ctx *cx, const struct lesson_view *view)
{
    bool timed = str_is(view->completion, "Watch") || str_is(view->completion, "View");
    if (view->readable && view->outline->enrolled.access && timed && !view->lesson->completed)
        watch_begin(cx, view->lesson->name, view->own_video_url);
}

bool lms_lesson_button(struct ctx *cx, const struct lesson_view *view, struct str answer, struct lesson_outcome *out)
{
    const struct doctype *type = doc_type(cx, STR("LMS Lesson"));
    struct report r = { .lesson = type ? doc_read(cx, type, view->lesson->name) : NULL,
                        .enrolled = view->outline->enrolled,
                        .event = answer.n ? STR("answer") : STR("manual"),
                        .answer = answer,
                        .position_ms = -1,
                        .player_ms = -1 };
    struct progress p;
    if (!r.lesson || !progress_report(cx, &r, &p))
        return false;
    *out = (struct lesson_outcome){ p.complete, p.why };
    return true;
}
