#pragma once
/* What the keys of a curriculum's files must hold. The limits are those of the DocTypes, so that a file which passes
 * here is not refused later without its line. */
#include "lesson_file.h"

enum curriculum_file { SCHOOL_FILE, BOOTCAMP_FILE, COURSE_FILE, LESSON_FILE };

/* Adds a problem for every key of `object` that is missing or not as expected. `head`: the keys stand in a lesson's
 * header, else in the JSON text `bytes`. */
void expect_keys(struct problems *, struct str path, const json_t *object, enum curriculum_file,
                 const struct lesson_file *head, struct str bytes);
