#pragma once
/* dump_sift: somebody else's dump on its way into a database of our own.
 */
#include "base.h"

/* Writes the dump at `from`, plain or gzip, to the open file `to` without what ties it to the server it was written on:
 * definers of views and triggers, the names of databases, the switch of the client that older ones do not know. Text is
 * collated as all our tables are: a join of two collations fails. Values are not touched. False: why; among others when
 * the dump breaks off. When `to` takes no more, whoever reads there has said so. */
bool dump_sift(struct arena *, const char *from, int to, struct str *why);
