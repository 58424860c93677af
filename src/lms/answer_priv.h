#pragma once
/* answer: what a lesson expects, and whether a student's answer is that.
 */
#include "lms.h"

/* `pattern` is a regular expression that can be asked about (PCRE2, at most 500 bytes). */
bool answer_pattern_valid(struct ctx *, struct str pattern);
/* Does what was typed answer the lesson? `type` Exact (or empty): the same text but for case and space around and
 * between words; Regex: the whole of it matches; Link: a web address below the expected one, or any where
 * what is expected is none. A pattern that takes too long is not matched. */
bool answer_matches(struct ctx *, struct str type, struct str expected, struct str typed);
