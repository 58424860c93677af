#pragma once
/* lms_enroll, and what it found. */
#include "lms.h"

enum enrolled { ENROLLED_ALREADY, ENROLLED_NEW, ENROLLED_AGAIN };
struct doc *enroll_how(struct ctx *, struct str user, struct str bootcamp, const char *source, enum enrolled *how);
