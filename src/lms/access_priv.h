#pragma once
/* The conditions that rules of learning DocTypes share, each with both halves. The document they are asked about is an
 * LMS Bootcamp, or has a field `bootcamp`. */
#include "doc.h"

/* Spares the rules a statement: the bootcamp was just read. */
void access_remember_published(struct ctx *, struct str bootcamp, bool published);

extern const struct condition in_published_bootcamp; /* the bootcamp is published */
extern const struct condition is_preview;            /* the lesson is a free preview */
extern const struct condition enrolled_with_access;  /* the caller's Enrollment is Active or Completed, not expired */
