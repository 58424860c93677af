#pragma once
/* What the tests of this room with a real server share. */
#include "connection.h"

#include "mariadb_fixture.h"
#include "test.h"

/* Two sites, `unit_a` and `unitxa` (which a grant on "unit_a" with an unescaped underscore would include), each with a
 * table `thing`. Skips the test where there is no server. */
const struct db_tenant *site_a(void);
const struct db_tenant *site_b(void);

/* A call for the site; unsafe verbs may write. */
struct ctx reading_call(const struct db_tenant *);
struct ctx writing_call(const struct db_tenant *);
/* As at the end of a call, so that another may follow on the same arena. */
void end_call(struct ctx *);

/* INSERT INTO thing (name, body): 1, or -1. */
int64_t put(struct ctx *, const char *name, struct str body);
/* The body of a thing; p == NULL: none. */
struct str get(struct ctx *, const char *name);
int64_t count_things(struct ctx *);
/* Ends the call's connection from outside, as an operator or a restart would. */
void kill_connection(struct ctx *);
/* SELECT SLEEP(s), with a limit in ms (0: the connection's own). */
void sleep_for(struct ctx *, int64_t s, int64_t limit_ms);
