/* LMS Course: a part of a bootcamp with lessons of its own; a row of its tree and a resource by itself. */
#include "access_priv.h"
#include "core.h"
#include "slug_priv.h"

static const struct field fields[] = {
    { "title", DATA, .reqd = true, .translatable = true, .in_list_view = true, .in_search = true },
    { "slug", DATA },
    { "description", TEXT, .translatable = true },
    { "license", DATA },
    { "attribution", SMALL_TEXT },
    { "source_url", DATA, .label = "Source URL", .length = 500 },
    { "bootcamp", LINK, .options = "LMS Bootcamp", .read_only = true, .index = true, .server_managed = true,
      .is_root = true },
    { "lessons", TABLE, .options = "LMS Lesson" },
};

static bool validate(struct ctx *cx, struct doc *course)
{
    if (doc_is_set(course, "source_url") && !is_web_address(doc_text(course, "source_url")))
        return throw(cx, &ValidationError, "The source URL must begin with https:// or http://.");
    return true;
}

DOCTYPE(course)
= {
    .name = "LMS Course",
    .module = "LMS",
    .title_field = "title",
    .search_fields = "title",
    .sort = "modified desc",
    .about = "A part of a bootcamp with lessons of its own.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }, { "Instructor", ALL }, { "All", READ }, { "Guest", READ }),
    ROWS({ "Guest", .condition = &in_published_bootcamp }),
    .exempt = "System Manager\nInstructor",
    NEEDS("title", "slug", "source_url", "bootcamp", "lessons"),
    .is_child = true,
    .addressable = true,
    .hides = true,
    .allow_import = true,
    .before_validate = slug_row,
    .validate = validate,
};
