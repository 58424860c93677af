/* The command `enroll`: a whole class from a table of addresses. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "command.h"
#include "lms.h"

static ssize_t read_in(void *arg, char *to, size_t most)
{
    ssize_t n;
    do
        n = read(*(int *)arg, to, most);
    while (n < 0 && errno == EINTR);
    return n;
}

static void print_report(struct command_line *cl, const struct roster_report *r)
{
    if (option_given(cl, "--json")) {
        struct buf b = buf_new(cl->arena, (size_t)8 << 20);
        struct json_out out = out_to(&b);
        roster_report_json(r, &out);
        puts(buf_str(&b).p);
        return;
    }
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].problem.n)
            fprintf(stderr, "Row %llu, %.*s: %.*s\n", (unsigned long long)r->rows[i].number, STR_ARG(r->rows[i].email),
                    STR_ARG(r->rows[i].problem));
    printf("%s%zu rows: %zu enrolled, %zu reopened, %zu changed, %zu unchanged, %zu failed; %zu new accounts.\n",
           option_given(cl, "--dry-run") ? "Nothing was changed. " : "", r->count, r->enrolled, r->reopened, r->changed,
           r->unchanged, r->failed, r->users);
}

static int run(struct command_line *cl)
{
    const char *path = command_word(cl, 1), *bootcamp = option_value(cl, "--bootcamp");
    struct roster_report report;
    struct ctx cx;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct roster roster = { .in = { read_in, &fd },
                             .bootcamp = str_of(bootcamp),
                             .invite = option_given(cl, "--invite"),
                             .dry_run = option_given(cl, "--dry-run") };
    if (fd < 0)
        return command_failed("%s cannot be read: %s.", path, strerror(errno));
    bool done = command_open(cl) && command_call(cl, &cx, command_word(cl, 0));
    if (!done) {
        close(fd);
        return FAILED;
    }
    done = lms_enroll_roster(&cx, &roster, &report);
    close(fd);
    if (done)
        print_report(cl, &report);
    int status = command_end(&cx, done);
    return status == DONE && report.failed ? FAILED : status;
}

COMMAND(enroll)
= { .name = "enroll",
    .words = "HOST FILE",
    OPTIONS({ "--bootcamp", "NAME", "for rows that name none" },
            { "--invite", NULL, "who is enrolled by this gets a mail" },
            { "--dry-run", NULL, "changes nothing and says what would be" }, { "--json", NULL, "the report as JSON" }),
    .about = "Enrolls everybody of a CSV file: email, name, bootcamp, expires_on; makes missing accounts.",
    .run = run };
