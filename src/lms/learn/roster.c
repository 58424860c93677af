/* Rosters: many enrollments from one table of addresses, done twice as well as once. */
#include "core.h"
#include "enroll.h"
#include "lms.h"

enum { ROW_MOST = 16 << 10, COLUMNS = 4, NAME_MOST = 140 };

/* What the titles may say, in the order of struct line. */
static const char *const titles[COLUMNS][4] = {
    { "email", "e-mail", "user", "address" },
    { "name", "full_name", "full name", NULL },
    { "bootcamp", NULL, NULL, NULL },
    { "expires_on", "expires on", "expires", NULL },
};
struct line {
    struct str cells[COLUMNS]; /* email, name, bootcamp, expires_on */
};

struct work {
    struct ctx *cx;
    const struct roster *roster;
    struct line line;
    struct roster_row *row;
};

/* ---- reading ----------------------------------------------------------------------------------------------------------- */
static int column_titled(struct str title)
{
    for (int c = 0; c < COLUMNS; c++)
        for (size_t i = 0; i < countof(titles[c]) && titles[c][i]; i++)
            if (str_eq_nocase(str_trim(title), str_of(titles[c][i])))
                return c;
    return -1;
}

/* Which column of the file is which of ours; titles that say nothing to us are left alone. */
static bool read_titles(struct ctx *cx, struct csv *csv, int places[COLUMNS])
{
    struct csv_record record;
    for (int c = 0; c < COLUMNS; c++)
        places[c] = -1;
    if (csv_next(csv, &record) != RECORD_THERE)
        return throw(cx, &ValidationError, "The file has no row of titles: email, name, bootcamp, expires_on.");
    for (size_t i = 0; i < record.count; i++) {
        int c = column_titled(record.fields[i]);
        if (c >= 0 && places[c] < 0)
            places[c] = (int)i;
    }
    return places[0] >= 0 || throw(cx, &ValidationError, "No column of the file is titled email.");
}

static struct line take_line(struct ctx *cx, const struct csv_record *record, const int places[COLUMNS])
{
    struct line line = { 0 };
    for (int c = 0; c < COLUMNS; c++)
        if (places[c] >= 0 && (size_t)places[c] < record->count)
            line.cells[c] = str_copy(cx->arena, str_trim(csv_unguarded(record->fields[places[c]])));
    return line;
}

/* ---- one row ------------------------------------------------------------------------------------------------------------- */
static const struct mail_words enrolled_mail = {
    .kind = "enrolled",
    .subject = N_("{school}: you are enrolled in “{bootcamp}”"),
    .before = { N_("The school {school} has enrolled you in “{bootcamp}”. Log in with this address, {address}.") },
    .button = N_("Open the bootcamp"),
};
static const struct mail_words welcome_mail = {
    .kind = "enrolled",
    .subject = N_("{school}: you are enrolled in “{bootcamp}”"),
    .before = { N_(
        "The school {school} has enrolled you in “{bootcamp}” and made an account for this address, {address}. "
        "Ask for a link to choose your password here:") },
    .button = N_("Choose a password"),
};

static bool tell(struct work *w, const struct doc *bootcamp)
{
    struct ctx *cx = w->cx;
    const struct pair facts[] = { { STR("bootcamp"), doc_text(bootcamp, "title") } };
    struct str slug = url_encode(cx->arena, doc_text(bootcamp, "slug"), "");
    struct str place = str_printf(cx->arena, "/bootcamps/%.*s", STR_ARG(slug));
    struct mail m = { .words = w->row->new_user ? &welcome_mail : &enrolled_mail,
                      .to = w->row->email,
                      .name = w->line.cells[1],
                      .link = site_link(cx, w->row->new_user ? STR("/forgot") : place),
                      .language = cx->site->language,
                      .facts = facts,
                      .fact_count = countof(facts) };
    return mail_put(cx, &m);
}

static bool find_user(struct work *w)
{
    static const struct str roles[] = { { "Student", 7 }, { NULL, 0 } };
    struct str stored, name = utf8_head(w->line.cells[1], NAME_MOST);
    struct str email = w->row->email;
    if (doc_exists(w->cx, "User", email, &stored)) {
        w->row->email = stored;
        return true;
    }
    if (failed(w->cx))
        return false;
    if (!is_mail_address(email))
        return throw(w->cx, &InvalidEmailAddressError, "%.*s is not a valid Email Address",
                     STR_ARG(html_escape(w->cx->arena, email).text));
    struct new_user wanted = { .email = email,
                               .first_name = name.n ? name : str_slice(email, 0, (size_t)str_index(email, '@')),
                               .roles = roles };
    w->row->new_user = true;
    return core_user_add(w->cx, &wanted);
}

/* The date of the row, where it names one, in place of the stored. */
static bool set_expiry(struct work *w, struct doc *enrollment, bool *changed)
{
    struct str wanted = w->line.cells[3];
    if (!wanted.n)
        return true;
    const struct field *field = doc_field(enrollment->type, STR("expires_on"));
    struct value stored = doc_value(enrollment, "expires_on"), value;
    if (!value_from_text(w->cx, enrollment->type, field, wanted, &value))
        return false;
    if (value_equal(stored, value))
        return true;
    *changed = true;
    doc_set_text(enrollment, "expires_on", value_text(w->cx->arena, field, value));
    return doc_save(w->cx, enrollment, SAVE_AS_SYSTEM | SAVE_NO_VERSION);
}

static bool enroll_row(struct ctx *cx, void *arg)
{
    struct work *w = arg;
    struct str wanted = w->line.cells[2].n ? w->line.cells[2] : w->roster->bootcamp;
    if (!wanted.n)
        return throw(cx, &ValidationError, "The row names no bootcamp.");
    struct doc *bootcamp = doc_load(cx, "LMS Bootcamp", wanted);
    if (!bootcamp || !find_user(w))
        return false;
    w->row->bootcamp = bootcamp->name;
    enum enrolled how;
    bool changed = false;
    struct doc *enrollment = enroll_how(cx, w->row->email, bootcamp->name, "Manual", &how);
    if (!enrollment || !set_expiry(w, enrollment, &changed))
        return false;
    static const char *const results[] = { [ENROLLED_NEW] = "enrolled", [ENROLLED_AGAIN] = "reopened" };
    w->row->result = how != ENROLLED_ALREADY ? results[how] : changed ? "changed" : "unchanged";
    return !w->roster->invite || how == ENROLLED_ALREADY || tell(w, bootcamp);
}

static void count(struct roster_report *report, const struct roster_row *row)
{
    const struct {
        const char *result;
        size_t *number;
    } counts[] = { { "enrolled", &report->enrolled },
                   { "reopened", &report->reopened },
                   { "changed", &report->changed },
                   { "unchanged", &report->unchanged },
                   { "failed", &report->failed } };
    for (size_t i = 0; i < countof(counts); i++)
        *counts[i].number += !strcmp(row->result, counts[i].result);
    report->users += row->new_user;
}

/* ---- the file -------------------------------------------------------------------------------------------------------------- */
static bool take_row(struct work *w, struct roster_report *report, const struct csv_record *record,
                     const int places[COLUMNS])
{
    struct error why = { 0 };
    if (report->count == ROSTER_MOST)
        return throw(w->cx, &ValidationError, "A file may have %d rows at most: send the rest as another.",
                     ROSTER_MOST);
    w->line = take_line(w->cx, record, places);
    w->row = &report->rows[report->count++];
    *w->row = (struct roster_row){ .number = record->number,
                                   .email = str_lower(w->cx->arena, w->line.cells[0]),
                                   .bootcamp = w->line.cells[2] };
    if (!call_attempt(w->cx, enroll_row, w, &why))
        return false;
    if (why.kind) {
        w->row->result = "failed";
        w->row->new_user = false;
        w->row->problem = why.message;
    }
    count(report, w->row);
    return true;
}

static bool is_blank(const struct csv_record *record)
{
    return record->count == 1 && !str_trim(record->fields[0]).n;
}

static bool take_rows(struct work *w, struct csv *csv, struct roster_report *report)
{
    int places[COLUMNS];
    struct csv_record record;
    enum record kind;
    if (!read_titles(w->cx, csv, places))
        return false;
    while ((kind = csv_next(csv, &record)) == RECORD_THERE || kind == RECORD_BAD) {
        if (kind == RECORD_BAD)
            return throw(w->cx, &ValidationError, "Row %llu: %s", (unsigned long long)record.number,
                         tr(w->cx, record.why));
        if (!is_blank(&record) && !take_row(w, report, &record, places))
            return false;
    }
    if (kind == RECORD_FATAL)
        return throw(w->cx, &ValidationError, "Row %llu: %s", (unsigned long long)record.number, tr(w->cx, record.why));
    return true;
}

bool lms_enroll_roster(struct ctx *cx, const struct roster *roster, struct roster_report *out)
{
    struct work w = { .cx = cx, .roster = roster };
    *out = (struct roster_report){ .rows = arena_array(cx->arena, ROSTER_MOST, sizeof *out->rows) };
    if (!db_begin(cx) || !take_rows(&w, csv_open(cx->arena, roster->in, ROW_MOST), out))
        return false;
    if (roster->dry_run)
        call_rollback(cx);
    return true;
}

void roster_report_json(const struct roster_report *r, struct json_out *out)
{
    const struct {
        const char *key;
        size_t number;
    } counts[] = { { "enrolled", r->enrolled },   { "reopened", r->reopened }, { "changed", r->changed },
                   { "unchanged", r->unchanged }, { "failed", r->failed },     { "new_users", r->users } };
    out_begin_object(out);
    out_member_int(out, "rows", (int64_t)r->count);
    for (size_t i = 0; i < countof(counts); i++)
        out_member_int(out, counts[i].key, (int64_t)counts[i].number);
    out_key(out, STR("report"));
    out_begin_array(out);
    for (size_t i = 0; i < r->count; i++) {
        const struct roster_row *row = &r->rows[i];
        out_begin_object(out);
        out_member_int(out, "row", (int64_t)row->number);
        out_member_text(out, "email", row->email);
        out_member_text(out, "bootcamp", row->bootcamp);
        out_member_text(out, "result", str_of(row->result));
        out_key(out, STR("new_user"));
        out_bool(out, row->new_user);
        out_member_text(out, "problem", row->problem);
        out_end_object(out);
    }
    out_end_array(out);
    out_end_object(out);
}
