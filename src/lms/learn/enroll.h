#pragma once
/* lms_enroll, and what it found. */
#include "lms.h"

/* Whoever does something for the same user waits here; what the others left is then seen. Throws DoesNotExistError. */
bool user_lock(struct ctx *, struct str user);
enum enrolled { ENROLLED_ALREADY, ENROLLED_NEW, ENROLLED_AGAIN };
/* `since`: a moment of the school, canonical; empty: now. Counts for who was not enrolled before. */
struct doc *enroll_since(struct ctx *, struct str user, struct str bootcamp, const char *source, struct str since,
                         enum enrolled *how);
struct doc *enroll_how(struct ctx *, struct str user, struct str bootcamp, const char *source, enum enrolled *how);
