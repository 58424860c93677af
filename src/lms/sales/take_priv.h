#pragma once
/* Documents that were made elsewhere (an import, ERPNext): what the files that take them share. */
#include "lms/sales.h"

/* The document of this name, locked for a change, or a new one that will have it. NULL: failed. */
struct doc *take_open(struct ctx *, const char *doctype, struct str name);
/* What the row says of the document's fields and rows; keys that are no fields are passed over. `figures`: also what is
 * otherwise the server's. A row of a table may be a text: it stands for the first field. */
bool take_fields(struct ctx *, struct doc *, const json_t *row, bool figures);
bool take_save(struct ctx *, struct doc *, enum taken *out);

/* Who buys. */
struct person {
    struct str email;    /* empty: nobody with an account */
    struct str customer; /* name of the Customer; empty: the user's own */
    struct str first_name, last_name, full_name, language;
    const char *role;
    bool disabled;
};
/* Account and Customer, tied. No mail, no password. Who has an account already keeps it as it is, unless the Customer
 * came from elsewhere before. */
bool person_settle(struct ctx *, const struct person *, enum taken *out);
