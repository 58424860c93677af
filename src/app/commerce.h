#pragma once
/* commerce: users, items, partners, rules, codes and invoices of a school's company, from a folder of JSON lines. */
#include "command.h"

/* One of the files it knows is in there. */
bool commerce_is_folder(struct arena *, const char *dir);
/* The company whose rows are the school's becomes `company`, unless the school has another one. False: said. */
bool commerce_company_set(struct command_line *, const char *host, const char *company);
/* Takes the rows of the school's company, printing what was done. The result is the exit status: FAILED when a row was
 * refused; the others are taken all the same. */
int import_commerce(struct command_line *, const char *host, const char *dir);
