/* What a school does about somebody's account when they ask it to: their data, and their leaving. */
#include "core.h"
#include "doc.h"

static bool may(struct ctx *cx)
{
    return user_has_role(cx->user, "System Manager") ||
           throw(cx, &PermissionError, "Only a System Manager may do this for somebody.");
}

static bool export(struct ctx *cx, struct doc *user, const struct doc *args, struct json_out *out)
{
    (void)args;
    return may(cx) && account_export(cx, user->name, STR_NONE, out);
}

DOC_METHOD(export_user) = { .doctype = "User",
                            .name = "export_data",
                            NO_ARGS,
                            .call = export,
                            .about = "All that is known about the person; for managers." };

static bool erase(struct ctx *cx, struct doc *user, const struct doc *args, struct json_out *out)
{
    (void)args;
    if (!may(cx) || !account_erase(cx, user->name, STR_NONE))
        return false;
    out_bool(out, true);
    return true;
}

DOC_METHOD(erase_user) = { .doctype = "User",
                           .name = "erase",
                           NO_ARGS,
                           .writes = true,
                           .call = erase,
                           .about = "Deletes the account as its owner would: a pseudonym takes its place everywhere." };
