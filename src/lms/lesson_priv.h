#pragma once
#include "base.h"

/* What completes a lesson (spec/product.md section 3): `completion` where it is set, else by what the lesson is; an
 * Answer without an answer to compare with is Manual. */
struct str lesson_completion(struct str completion, struct str content_type, bool has_video, bool has_answer);
