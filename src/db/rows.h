#pragma once
/* Inside the db room: from a statement that ran to the rows a caller reads. */
#include "connection.h"

/* The rows of db->reading. */
struct rows *rows_open(struct ctx *, struct db *);
/* Reading broke off: throws what the server said and ends the statement. */
void rows_fail(struct ctx *, struct db *);
