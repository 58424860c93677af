#pragma once
/* people: adding a user from the command line and the demo. */
#include "base.h"

struct person {
    struct str email, first_name, language, password;
    const struct str *roles; /* ends with p == NULL; NULL: none */
};

/* Inserts the User with its roles and password, in the call's transaction. Fails when there is one already. */
bool person_add(struct ctx *, const struct person *);
