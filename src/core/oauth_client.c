/* OAuth Client: a program that may ask for tokens on behalf of users. */
#include "doc.h"

static const struct field fields[] = {
    { "client_id", DATA, .label = "App Client ID", .read_only = true, .server_managed = true },
    { "app_name", DATA, .reqd = true, .in_list_view = true },
    { "user", LINK, .options = "User", .hidden = true },
    { "client_secret", DATA, .label = "App Client Secret", .read_only = true, .server_managed = true, .permlevel = 1 },
    { "skip_authorization", CHECK },
    { "scopes", TEXT, .reqd = true, .preset = "all openid" },
    { "redirect_uris", TEXT, .label = "Redirect URIs" },
    { "default_redirect_uri", DATA, .label = "Default Redirect URI", .reqd = true },
    { "grant_type", SELECT, .options = "Authorization Code\nImplicit", .in_list_view = true },
    { "response_type", SELECT, .options = "Code\nToken", .preset = "Code", .in_list_view = true },
};

/* As in Frappe the id is the name, and the secret 5 bytes of hexadecimal; ours has 20. */
static bool before_save(struct ctx *cx, struct doc *client)
{
    doc_set_text(client, "client_id", client->name);
    if (!doc_is_set(client, "client_secret"))
        doc_set_text(client, "client_secret", random_hex(cx->arena, 20));
    return true;
}

DOCTYPE(oauth_client)
= {
    .name = "OAuth Client",
    .module = "Integrations",
    .title_field = "app_name",
    .about = "A program that may ask for tokens on behalf of users.",
    FIELDS(fields),
    PERMS({ "System Manager", ALL }, { "System Manager", READ, .level = 1 }),
    NEEDS("client_id", "client_secret"),
    .track_changes = true,
    .before_save = before_save,
};
