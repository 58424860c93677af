#pragma once
/* DocTypes of the tests of lists and permissions, and callers. Rows: tests/unit/doc/list_types_test.c. */
#include "test.h"

#include "doc.h"

/* A call of a user with these roles (All and Guest are added), on a site of the test's arena. */
struct ctx call_as(const char *user, const char *roles);
#define MANAGER call_as("boss@x.example", "System Manager")
#define STUDENT call_as("ana@x.example", "Student")
#define GUEST call_as("Guest", "")
struct json_t *json_of(const char *text);
