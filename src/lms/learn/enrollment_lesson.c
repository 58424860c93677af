/* Enrollment Lesson: a lesson that a student has completed. It does not keep the lesson from being deleted. */
#include "doc.h"

static const struct field fields[] = {
    { "lesson", LINK, .options = "LMS Lesson", .reqd = true, .index = true, .in_list_view = true },
    { "completed_on", DATETIME, .in_list_view = true },
    { "position", INT },
    { "watched", INT },
};

DOCTYPE(enrollment_lesson)
= {
    .name = "Enrollment Lesson",
    .module = "LMS",
    .is_child = true,
    .about = "A lesson that a student has completed.",
    FIELDS(fields),
    .unprotected = "lesson",
};
