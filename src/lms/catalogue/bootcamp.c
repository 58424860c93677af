/* LMS Bootcamp: a complete programme, sold as one Item; the root of a tree of courses and lessons. Its name is its
 * slug, part of public addresses: it never follows a changed title. */
#include "core.h"
#include "doc.h"
#include "recount_priv.h"
#include "search_priv.h"
#include "slug_priv.h"

static const struct field fields[] = {
    { "title", DATA, .reqd = true, .translatable = true, .in_list_view = true, .in_search = true },
    { "slug", DATA, .unique = true },
    { "short_introduction", SMALL_TEXT, .translatable = true },
    { "description", MARKDOWN_EDITOR, .translatable = true, .ignore_xss_filter = true },
    { "image", ATTACH_IMAGE },
    { "language", DATA },
    { "price", CURRENCY, .options = "currency", .non_negative = true, .in_list_view = true },
    { "currency", DATA },
    { "item_code", LINK, .options = "Item", .index = true },
    { "published", CHECK, .index = true, .in_list_view = true },
    { "published_on", DATETIME, .read_only = true, .server_managed = true },
    { "enrollment", SELECT, .options = "\nPaid\nFree\nClosed" },
    { "total_lessons", INT, .read_only = true, .server_managed = true },
    { "duration_minutes", INT, .read_only = true, .server_managed = true },
    { "license", DATA },
    { "attribution", SMALL_TEXT },
    { "source_url", DATA, .label = "Source URL", .length = 500 },
    { "courses", TABLE, .options = "LMS Course" },
};

static bool take_slug(struct ctx *cx, struct doc *bootcamp)
{
    struct str slug = str_trim(doc_text(bootcamp, "slug"));
    if (!slug.n)
        slug = bootcamp->new_name.n ? bootcamp->new_name : slug_or_hash(cx, doc_text(bootcamp, "title"));
    if (!slug_check(cx, slug))
        return false;
    doc_set_text(bootcamp, "slug", slug);
    return true;
}

static void fill_defaults(struct ctx *cx, struct doc *bootcamp)
{
    if (!doc_is_set(bootcamp, "currency"))
        doc_set_text(bootcamp, "currency", cx->site->currency.n ? cx->site->currency : STR("EUR"));
    if (!doc_is_set(bootcamp, "language"))
        doc_set_text(bootcamp, "language", cx->site->language.n ? cx->site->language : STR("en"));
    if (!doc_is_set(bootcamp, "enrollment")) {
        bool free = decimal_is_zero(doc_decimal(bootcamp, "price"));
        doc_set_text(bootcamp, "enrollment", free ? STR("Free") : STR("Paid"));
    }
}

/* The first publication counts: taking a bootcamp back and showing it again does not make it new. */
static void stamp_publication(struct ctx *cx, struct doc *bootcamp)
{
    if (doc_true(bootcamp, "published") && !doc_is_set(bootcamp, "published_on"))
        doc_set_text(bootcamp, "published_on", call_now(cx));
}

static bool before_validate(struct ctx *cx, struct doc *bootcamp)
{
    fill_defaults(cx, bootcamp);
    stamp_publication(cx, bootcamp);
    return true;
}

static bool validate(struct ctx *cx, struct doc *bootcamp)
{
    if (doc_decimal(bootcamp, "price").units < 0)
        return throw(cx, &NonNegativeError, "The price cannot be negative.");
    if (!is_currency(doc_text(bootcamp, "currency")))
        return throw(cx, &ValidationError, "Unknown currency: %.*s", STR_ARG(doc_text(bootcamp, "currency")));
    if (!is_language(doc_text(bootcamp, "language")))
        return throw(cx, &ValidationError, "Unknown language: %.*s", STR_ARG(doc_text(bootcamp, "language")));
    if (doc_is_set(bootcamp, "source_url") && !is_web_address(doc_text(bootcamp, "source_url")))
        return throw(cx, &ValidationError, "The source URL must begin with https:// or http://.");
    return true;
}

struct lesson_sum {
    int64_t lessons, minutes;
    uint64_t names; /* of the lessons, whatever their order */
};

/* Published lessons count, and so does their length. */
static struct lesson_sum sum_lessons(const struct doc *bootcamp)
{
    struct lesson_sum sum = { 0 };
    const struct doc_rows *courses = doc_table(bootcamp, "courses");
    for (size_t c = 0; c < courses->count; c++) {
        const struct doc_rows *rows = doc_table(courses->rows[c], "lessons");
        for (size_t i = 0; i < rows->count; i++) {
            if (!doc_true(rows->rows[i], "published"))
                continue;
            sum.lessons++;
            sum.minutes += doc_int(rows->rows[i], "duration_minutes");
            sum.names += str_hash(rows->rows[i]->name);
        }
    }
    return sum;
}

static bool total(struct ctx *cx, struct doc *bootcamp)
{
    struct lesson_sum sum = sum_lessons(bootcamp);
    doc_set_int(bootcamp, "total_lessons", sum.lessons);
    doc_set_int(bootcamp, "duration_minutes", sum.minutes > INT32_MAX ? INT32_MAX : sum.minutes);
    if (!bootcamp->before)
        return true;
    struct lesson_sum was = sum_lessons(bootcamp->before);
    return (was.lessons == sum.lessons && was.names == sum.names) || recount_later(cx, bootcamp->name);
}

static bool after_rename(struct ctx *cx, struct doc *bootcamp)
{
    return search_renamed(cx, bootcamp->before->name, bootcamp->name);
}

DOCTYPE(bootcamp)
= {
    .name = "LMS Bootcamp",
    .module = "LMS",
    .autoname = "field:slug",
    .title_field = "title",
    .search_fields = "title",
    .sort = "modified desc",
    .about = "A complete programme of courses and lessons, sold as one Item.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }, { "Instructor", ALL }, { "All", READ }, { "Guest", READ }),
    ROWS({ "Guest", ONLY(WHERE("published", "=", "1")) }),
    .exempt = "System Manager\nInstructor",
    NEEDS("title", "slug", "price", "currency", "language", "published", "published_on", "enrollment", "total_lessons",
          "duration_minutes", "source_url", "courses"),
    .hides = true,
    .allow_rename = true,
    .allow_import = true,
    .track_changes = true,
    .before_insert = take_slug,
    .before_validate = before_validate,
    .validate = validate,
    .total = total,
    .after_rename = after_rename,
};
