/* The commands `user add` and `user api-key`. */
#include "auth.h"
#include "command.h"
#include "core.h"
#include "doc.h"

/* ---- user add ------------------------------------------------------------------------------------------------------------- */

static struct str *roles_given(const struct command_line *cl)
{
    struct str *roles = arena_array(cl->arena, cl->given_count + 1, sizeof *roles);
    size_t n = 0;
    for (size_t i = 0; i < cl->given_count; i++)
        if (strcmp(cl->given[i].option, "--role") == 0)
            roles[n++] = str_of(cl->given[i].value);
    return roles;
}

static int user_add(struct command_line *cl)
{
    bool given = option_given(cl, "--password-stdin");
    struct new_user p = { .email = str_of(command_word(cl, 1)), .roles = roles_given(cl) };
    p.password = given ? command_password(cl) : random_hex(cl->arena, 9);
    if (!p.password.n)
        return command_failed("No password came on standard input.");
    struct ctx cx;
    if (!command_open(cl) || !command_call(cl, &cx, command_word(cl, 0)))
        return FAILED;
    int status = command_end(&cx, core_user_add(&cx, &p));
    if (status != DONE)
        return status;
    printf("%.*s can log in to %s.\n", STR_ARG(p.email), command_word(cl, 0));
    if (p.password.n < 8)
        fprintf(stderr, "preau: This password has fewer than 8 bytes; by page or REST it could not be set.\n");
    if (!given)
        printf("Password, shown this once: %.*s\n", STR_ARG(p.password));
    return DONE;
}

COMMAND(user_add)
= { .name = "user add",
    .words = "HOST EMAIL",
    OPTIONS({ "--role", "R", "a role; may be given several times" },
            { "--password-stdin", NULL, "takes the password from standard input" }),
    .about = "Adds a user to a school.",
    .run = user_add };

/* ---- user api-key ------------------------------------------------------------------------------------------------------------ */

static int user_api_key(struct command_line *cl)
{
    struct ctx cx;
    struct str key, secret, user;
    if (!command_open(cl) || !command_call(cl, &cx, command_word(cl, 0)))
        return FAILED;
    if (!doc_exists(&cx, "User", str_of(command_word(cl, 1)), &user)) {
        command_end(&cx, failed(&cx) ? false : true);
        return failed(&cx) ? FAILED : command_failed("There is no user %s.", command_word(cl, 1));
    }
    bool done = api_key_make(&cx, user, &key, &secret);
    int status = command_end(&cx, done);
    if (status == DONE)
        printf("{\"api_key\": \"%.*s\", \"api_secret\": \"%.*s\"}\n", STR_ARG(key), STR_ARG(secret));
    return status;
}

COMMAND(user_api_key)
= { .name = "user api-key",
    .words = "HOST EMAIL",
    .about = "Makes a user's API key and a new secret, and prints both as JSON.",
    .run = user_api_key };
