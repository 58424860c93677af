/* OAuth Bearer Token: an access token; the name is the token, so nobody reads these rows but the program. */
#include "doc.h"

static const struct field fields[] = {
    { "client", LINK, .options = "OAuth Client", .read_only = true, .in_list_view = true },
    { "user", LINK, .options = "User", .read_only = true },
    { "scopes", TEXT, .read_only = true },
    { "access_token", DATA, .read_only = true, .unique = true },
    { "refresh_token", DATA, .read_only = true, .index = true },
    { "expiration_time", DATETIME, .read_only = true },
    { "expires_in", INT, .read_only = true },
    { "status", SELECT, .options = "Active\nRevoked", .read_only = true, .in_list_view = true },
};

DOCTYPE(oauth_bearer_token)
= {
    .name = "OAuth Bearer Token",
    .module = "Integrations",
    .autoname = "field:access_token",
    .about = "An access token given to a program on behalf of a user.",
    FIELDS(fields),
    PERMS({ "System Manager", READ | DELETE }),
    .logs = true,
    .in_create = true,
};
