/* lms.enroll and lms.my_enrollments. */
#include "card_priv.h"
#include "http.h"
#include "lms/sales.h"

/* What a student may do alone: a free bootcamp, or one they have already. */
static bool may_enroll(struct ctx *cx, const struct doc *bootcamp)
{
    struct str enrollment = doc_text(bootcamp, "enrollment"), slug = doc_text(bootcamp, "slug");
    if (str_is(enrollment, "Free") || lms_has_access(cx, bootcamp->name))
        return true;
    if (failed(cx))
        return false;
    if (str_is(enrollment, "Closed"))
        return throw(cx, &ValidationError, "This bootcamp takes no new students.");
    return throw(cx, &ValidationError, "This bootcamp is paid. Buy it at /checkout/%.*s", STR_ARG(slug));
}

/* Whom to enroll: the caller, or for managers anybody. */
static bool pick_user(struct ctx *cx, struct str wanted, struct str *user, const char **source)
{
    bool other = wanted.n && !str_eq_nocase(wanted, cx->user->name);
    if (other && !user_has_role(cx->user, "System Manager"))
        return throw(cx, &PermissionError, "Only managers may enroll somebody else.");
    *user = wanted.n ? wanted : cx->user->name;
    *source = wanted.n && user_has_role(cx->user, "System Manager") ? "Manual" : "Free";
    return true;
}

/* A code that leaves nothing to pay buys the bootcamp at once. */
static bool buy_for_nothing(struct ctx *cx, const struct doc *bootcamp, struct str code, bool *bought)
{
    struct quote quote;
    struct purchase_view purchase;
    *bought = false;
    if (!code.n || !str_is(doc_text(bootcamp, "enrollment"), "Paid") || lms_has_access(cx, bootcamp->name))
        return !failed(cx);
    const struct quote_question ask = {
        .bootcamp = bootcamp->name, .has_code = true, .code = code, .user = cx->user->name, .used_before = -1
    };
    if (!lms_quote(cx, &ask, &quote))
        return false;
    if (quote.verdict != COUPON_OK || quote.total.units != 0)
        return true;
    *bought = true;
    return purchase_begin(cx, &(struct checkout){ .user = cx->user->name, .bootcamp = bootcamp->name, .code = code },
                          &purchase);
}

static bool enroll(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct str user;
    const char *source = NULL;
    const struct doctype *type = doc_type(cx, STR("LMS Bootcamp"));
    struct doc *bootcamp = type ? doc_read(cx, type, doc_text(args, "bootcamp")) : NULL;
    if (!bootcamp || !pick_user(cx, doc_text(args, "user"), &user, &source))
        return false;
    bool alone = !strcmp(source, "Free"), bought = false;
    if (alone && !buy_for_nothing(cx, bootcamp, str_trim(doc_text(args, "coupon_code")), &bought))
        return false;
    if (alone && !bought && !may_enroll(cx, bootcamp))
        return false;
    struct doc *enrollment = lms_enroll(cx, user, bootcamp->name, source);
    if (!enrollment)
        return false;
    out_begin_object(out);
    out_member_text(out, "enrollment", enrollment->name);
    out_member_text(out, "status", doc_text(enrollment, "status"));
    out_member_text(out, "url", place_url(cx, doc_text(bootcamp, "slug"), STR_NONE, STR_NONE));
    out_end_object(out);
    return true;
}

METHOD(enroll)
= {
    .path = "lms.enroll",
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    .call = enroll,
    ARGS({ "bootcamp", DATA, .reqd = true }, { "coupon_code", DATA }, { "user", DATA }),
    .uses = LMS_LEARNING,
    .about = "Enrolls the caller in a free bootcamp; managers enroll anybody in any.",
};

static bool enroll_many(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct roster roster = { .in = inflow_of(cx->arena, doc_text(args, "csv")),
                             .bootcamp = doc_text(args, "bootcamp"),
                             .invite = doc_true(args, "invite"),
                             .dry_run = doc_true(args, "dry_run") };
    struct roster_report report;
    if (!user_has_role(cx->user, "System Manager"))
        return throw(cx, &PermissionError, "Only managers may enroll somebody else.");
    if (!lms_enroll_roster(cx, &roster, &report))
        return false;
    roster_report_json(&report, out);
    return true;
}

METHOD(enroll_many)
= {
    .path = "lms.enroll_many",
    .uses = LMS_LEARNING,
    .verbs = HTTP_POST | HTTP_PUT,
    .writes = true,
    .lane = LANE_OF_REPORTS,
    .call = enroll_many,
    ARGS({ "csv", LONG_TEXT, .reqd = true, .ignore_xss_filter = true }, { "bootcamp", DATA }, { "invite", CHECK },
         { "dry_run", CHECK }),
    .about = "Enrolls everybody of a table (email, name, bootcamp, expires_on); makes missing accounts. Managers.",
};

static bool my_enrollments(struct ctx *cx, const struct doc *args, struct json_out *out)
{
    struct enrollment_row *rows;
    size_t count;
    if (!lms_my_enrollments(cx, doc_text(args, "language"), &rows, &count))
        return false;
    out_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        out_begin_object(out);
        out_member_text(out, "enrollment", rows[i].enrollment);
        out_member_text(out, "bootcamp", rows[i].bootcamp);
        out_member_text(out, "title", rows[i].title);
        out_member_text(out, "status", rows[i].status);
        out_member_int(out, "completed", rows[i].completed);
        out_member_int(out, "total", rows[i].total);
        out_member_price(out, "percent", rows[i].percent);
        out_member_text_or_null(out, "last_lesson", rows[i].last_lesson);
        out_member_text(out, "continue_url", rows[i].continue_url);
        out_end_object(out);
    }
    out_end_array(out);
    return true;
}

METHOD(my_enrollments)
= {
    .path = "lms.my_enrollments",
    .verbs = HTTP_GET | HTTP_POST,
    .call = my_enrollments,
    ARGS({ "language", DATA }),
    .uses = LMS_LEARNING,
    .about = "The caller's enrollments, latest first.",
};
