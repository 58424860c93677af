#pragma once
/* lms: the school. Bootcamps, courses, lessons and their translations; who may open what; enrollments. Selling stands in
 * lms/sales.h.
 *
 * What pages and methods show of the catalogue comes from here, so that both show the same. All functions speak for
 * cx->user, ask the rules of doc (perm.c) and return memory of the call's arena. Few statements each, and the number
 * is said.
 */
#include "base.h"
#include "doc.h"

/* What the catalogue and learning are made of: every method of lms.* and page that shows or changes them says `.uses =
 * LMS_LEARNING`, so that a site with DocTypes of its own by these names is told what is missing (spec/product.md 6c). */
#define LMS_LEARNING "LMS Bootcamp\nLMS Course\nLMS Lesson\nEnrollment\nEnrollment Lesson\nContent Translation"

/* ---- access ---------------------------------------------------------------------------------------------------------
 * Access to a bootcamp: an Enrollment with status Active or Completed that has not expired. Looked up once per call. */
bool lms_has_access(struct ctx *, struct str bootcamp);
/* The caller's Enrollment of the bootcamp, whatever its status; empty: none (or Guest). One statement per call. */
struct enrollment_facts {
    struct str name, status, last_lesson;
    int64_t completed, total;
    bool access;
};
bool lms_enrollment(struct ctx *, struct str bootcamp, struct enrollment_facts *out);

/* ---- translations ---------------------------------------------------------------------------------------------------
 * Fields marked translatable fall back to the document's own text one by one. */
struct translations;
/* The translations of a bootcamp's tree into `language`: all fields of itself and of its courses, the titles of its
 * lessons. One statement. NULL: failed. */
struct translations *translations_of_tree(struct ctx *, struct str bootcamp, struct str language);
/* All fields of several documents of one DocType. One statement; none for no document. NULL: failed. */
struct translations *translations_of(struct ctx *, const char *doctype, const struct str *names, size_t count,
                                     struct str language);
/* The translated text, or `own` where there is none. `translations` may be NULL. */
struct str translated(const struct translations *, const char *doctype, struct str name, const char *field,
                      struct str own);
/* The same, and *foreign becomes the document's own language where the text is still in that. */
struct str translated_from(const struct translations *, const char *doctype, struct str name, const char *field,
                           struct str own, struct str language, struct str *foreign);

/* ---- catalogue ------------------------------------------------------------------------------------------------------ */
struct bootcamp_card {
    struct str name, slug, title, short_introduction, currency, image, language;
    struct str enrollment;                   /* Paid, Free, Closed */
    struct str title_foreign, intro_foreign; /* their language where it is not the reader's; empty: it is */
    struct decimal price;
    int64_t total_lessons, duration_minutes;
    struct str url; /* "/bootcamps/<slug>" */
};
struct catalogue {
    struct bootcamp_card *cards;
    size_t count;
    int64_t total; /* of all pages */
};
/* Published bootcamps, newest first; `page` counts from 1, `length` at most 100. `q`: every word must occur in the
 * title, the short introduction or a translation of them. Two statements; three with translations. */
bool lms_catalogue(struct ctx *, struct str q, int64_t page, int64_t length, struct str language,
                   struct catalogue *out);

/* ---- outline -------------------------------------------------------------------------------------------------------- */
struct outline_lesson {
    struct str name, slug, title, content_type;
    int64_t duration_minutes, video_seconds;
    bool is_free_preview, readable, completed, published;
    struct str title_foreign; /* as a card's */
    struct str url;           /* "/bootcamps/<b>/<course>/<lesson>" */
};
struct outline_course {
    struct str name, slug, title, description, license, attribution, source_url;
    struct str title_foreign, description_foreign; /* as a card's */
    int64_t duration_minutes;
    struct outline_lesson *lessons;
    size_t count;
};
struct outline {
    struct bootcamp_card card;
    struct str description, license, attribution, source_url, item_code, published_on, modified;
    struct str description_foreign; /* as a card's */
    bool published;
    struct outline_course *courses;
    size_t count;
    struct enrollment_facts enrolled; /* name empty: the caller is not enrolled */
    struct str first_open;            /* url of the first lesson the caller may read; may be empty */
};
/* The tree of one bootcamp without bodies, by name or slug. NULL: throws DoesNotExistError, for a draft too unless the
 * caller runs the school. At most five statements, whatever the number of lessons: bootcamp, courses, lessons,
 * translations, enrollment with completed lessons. */
struct outline *lms_outline(struct ctx *, struct str bootcamp, struct str language);

/* ---- lesson --------------------------------------------------------------------------------------------------------- */
enum readable_why { WHY_PREVIEW, WHY_ENROLLED, WHY_STAFF, WHY_LOGIN, WHY_ENROLL, WHY_EXPIRED, WHY_SUSPENDED };
struct lesson_view {
    const struct outline *outline;
    const struct outline_course *course;
    const struct outline_lesson *lesson; /* title, length, url */
    bool readable;
    enum readable_why reason;
    const char *why;               /* one English sentence, a message id */
    struct str content, video_url; /* translated; empty unless readable */
    struct str own_video_url;      /* as the lesson has it, whatever the language */
    struct str content_language;   /* of `content` */
    struct str completion; /* End, Watch, View, Answer or Manual: what counts for this lesson; empty unless readable */
    struct str license, attribution, source_url;  /* the course's own, else the bootcamp's */
    const struct outline_lesson *previous, *next; /* NULL: none */
};
/* By the lesson's name. NULL: throws DoesNotExistError for what is not there or not published. The outline's
 * statements, the document's own, and one for its translation. */
struct lesson_view *lms_lesson(struct ctx *, struct str lesson, struct str language);
/* The caller opens the lesson: the clock of what must be watched or read for some time begins. In a transaction of its
 * own, so a page that is only read may do it. One statement, or none. */
void lms_lesson_opened(struct ctx *, const struct lesson_view *);
/* What the button below the lesson says: as lms.report_progress with the event `manual`, or `answer` where one was typed.
 * Completes what the button may complete; else `why` is a sentence in the caller's language, and the school is told where
 * it decides. Begins the transaction. */
struct lesson_outcome {
    bool complete;
    struct str why;
};
bool lms_lesson_button(struct ctx *, const struct lesson_view *, struct str answer, struct lesson_outcome *out);
/* By the three parts of its address. */
struct lesson_view *lms_lesson_at(struct ctx *, struct str bootcamp, struct str course, struct str lesson,
                                  struct str language);

/* ---- search ---------------------------------------------------------------------------------------------------------
 * Over titles, introductions, descriptions and bodies, each as the reader's language shows it; case, accents and plurals
 * do not count, a word stands for all that begin with it, "words in quotes" stand in a row. */
struct search_result {
    const char *doctype; /* LMS Bootcamp, LMS Course, LMS Lesson */
    struct str name, title, url;
    struct str where;         /* titles of what it is part of, "Bootcamp › Course"; empty for a bootcamp */
    struct str language;      /* of title and snippet */
    struct html title_marked; /* with <mark> around the words asked for */
    struct html snippet;      /* the same: the passage of the text that shows most of them; empty: there is none */
    bool locked;              /* the caller may not read its body: only its title was looked at */
};
struct search_results {
    struct search_result *rows;
    size_t count;
    bool some; /* nothing has all the words: these have some of them */
};
/* Best first, at most `limit` (1 … 50; else 20). What the caller may not read is not looked at, so it makes no hit. One
 * statement, two when nothing has all the words; none without a word to look for. */
bool lms_search(struct ctx *, struct str q, struct str language, int64_t limit, struct search_results *out);

/* ---- enrollments ---------------------------------------------------------------------------------------------------- */
/* Enrolls the user, whatever the price: who may is the caller's business. An Enrollment that gives access is returned
 * as it is; one that was suspended, revoked or has expired comes back, but not by the source Free (ValidationError).
 * `source`: Purchase, Free, Manual, Import. Safe against the same call at the same time. NULL: failed. */
struct doc *lms_enroll(struct ctx *, struct str user, struct str bootcamp, const char *source);
/* Many at once, from CSV with a row of titles: email, name, bootcamp, expires_on (all but email may be missing; a bootcamp
 * for all of them may be given). Who has no account gets one as a Student; nothing happens where all is so already. */
struct roster {
    struct inflow in;
    struct str bootcamp; /* for rows that name none */
    bool invite;         /* who is enrolled by this gets a mail */
    bool dry_run;        /* all is done, and undone at the end */
};
struct roster_row {
    uint64_t number; /* as a spreadsheet counts */
    struct str email, bootcamp;
    const char *result; /* enrolled, reopened, changed, unchanged, failed */
    bool new_user;
    struct str problem; /* of one that failed */
};
struct roster_report {
    struct roster_row *rows;
    size_t count, enrolled, reopened, changed, unchanged, failed, users;
};
enum { ROSTER_MOST = 2000 };
/* Each row by itself: one that fails changes nothing and is reported. False: the file as a whole is refused. */
bool lms_enroll_roster(struct ctx *, const struct roster *, struct roster_report *out);
void roster_report_json(const struct roster_report *, struct json_out *);
/* Completed lessons of all, in percent with two decimals, at most 100; 0 of none is 0. */
struct decimal percent_completed(int64_t completed, int64_t total);
/* The Enrollment of a user in a bootcamp, whoever asks. Throws DoesNotExistError when there is none. */
bool lms_enrollment_of(struct ctx *, struct str user, struct str bootcamp, struct str *name);

/* ---- invitations ------------------------------------------------------------------------------------------------------ */
struct invitation {
    struct str name, email, language, bootcamp, title, url; /* of the bootcamp; empty: to none in particular */
};
/* The open one that the link's key belongs to. False: thrown (LinkExpired). */
bool invitation_of_key(struct ctx *, struct str key, struct invitation *out);
/* An account for who was invited: the link proved the address. Runs argon2. False: thrown, with err.field. */
bool invitation_sign_up(struct ctx *, const struct invitation *, struct str full_name, struct str password,
                        struct str peer);
/* Uses it up and enrolls its owner. */
bool invitation_accept(struct ctx *, const struct invitation *, struct str *user);

struct enrollment_row {
    struct str enrollment, bootcamp, title, status, last_lesson, continue_url, image;
    int64_t completed, total;
    struct decimal percent;
};
/* Of the caller, latest first. Two statements, three with translations. */
bool lms_my_enrollments(struct ctx *, struct str language, struct enrollment_row **out, size_t *count);
