#pragma once
/* What the files about mail know of each other. */
#include "core.h"

/* A mail as it waits in preau_mail. */
struct mail_row {
    int64_t id, created_us;
    struct str token, to, language, subject, text, html;
    bool sent;
};
/* Fills words into the two bodies and the subject, in the language of the call. */
bool mail_words_fill(struct ctx *, const struct mail *, struct mail_row *);
/* The whole message, lines ending with CR LF. `from` is an address, `name` what stands before it. */
struct str mail_message(struct arena *, const struct mail_row *, struct str from, struct str name, struct str host);
/* A value for a header: as it is, or as encoded words (RFC 2047). Whatever it holds, it stays in its line. */
void mail_header(struct buf *, const char *name, struct str value);
/* The domain of the site's own address: of host_name, else the site's name. */
struct str mail_host(struct ctx *);
