#pragma once
/* What the files about accounts know of each other. */
#include "core.h"

/* How long a link for a new password holds; 0: until it is used. */
int64_t account_link_seconds(const struct site *);
/* As stored: in lower case, without space around. */
struct str account_address(struct arena *, struct str typed);
/* False: thrown, with err.field "email". */
bool account_check_address(struct ctx *, struct str address);
/* The job of the name shall do what is asked for; a second request for the address before that takes the first one's
 * place. */
bool account_order(struct ctx *, const char *job, const struct account_ask *);
/* Everything that names the user without being a Link: who made and changed documents, sessions, tables of ours. */
bool account_rename(struct ctx *, struct str old_name, struct str new_name);
/* Names of the documents that a row is about for the user; ends with p NULL. NULL: failed. */
struct str *personal_names(struct ctx *, const struct personal *, struct str user);
/* Another mail may go to the address within this hour. False without an error: no. */
bool account_may_mail(struct ctx *, struct str address);
bool account_mail_changed_password(struct ctx *, struct str user);
/* To the address somebody wants, with the key; to one that is taken; to the old one. */
bool account_mail_confirm_address(struct ctx *, const struct user *, struct str address, struct str key);
bool account_mail_taken_address(struct ctx *, struct str address);
bool account_mail_asked_address(struct ctx *, const struct user *);
bool account_mail_changed_address(struct ctx *, const struct user *, struct str old_address);
