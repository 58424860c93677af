/* The commands `data export` and `data import`: batches of any DocType as CSV or JSON lines. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "data.h"
#include "folder.h"

enum { PIECE = 256 << 10, LIMITLESS = 1 << 30 };

static bool has_ending(const char *file, const char *ending)
{
    return str_ends(str_of(file), str_of(ending));
}

/* What the option says, else the file's name. False: said. */
static bool format_of(const struct command_line *cl, const char *file, enum batch_format *format)
{
    const char *given = option_value(cl, "--format");
    *format = has_ending(file, ".jsonl") || has_ending(file, ".ndjson") || has_ending(file, ".json") ? BATCH_LINES
                                                                                                     : BATCH_CSV;
    if (!given || batch_format_named(str_of(given), format))
        return true;
    return command_misused(cl, "--format must be csv or jsonl.") == DONE;
}

static const char *reason(struct command_line *cl, int error)
{
    char *text = arena_alloc(cl->arena, 128);
    return strerror_r(error, text, 128);
}

static void close_file(void *arg)
{
    close(*(int *)arg);
}

/* ---- export --------------------------------------------------------------------------------------------------------------- */
/* The file grows under another name and takes its own when it is whole. */
struct target {
    struct outlet outlet; /* first: it is handed back to us */
    struct ctx *cx;
    const char *path, *unfinished;
    int fd;
};

static bool write_out(struct outlet *outlet, struct buf *b)
{
    struct target *t = (struct target *)(void *)outlet;
    if (!fd_write(t->fd, (struct str){ b->p, b->n }))
        return throw(t->cx, &CommandFailed, N_("%s cannot be written: the disk may be full."), t->path);
    b->n = 0;
    return true;
}

static bool open_target(struct command_line *cl, struct ctx *cx, struct target *t, const char *path)
{
    *t = (struct target){ .outlet = { PIECE, write_out },
                          .cx = cx,
                          .path = path,
                          .unfinished = arena_printf(cl->arena, "%s.%d.unfinished", path, getpid()) };
    t->fd = open(t->unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (t->fd < 0)
        return command_failed("%s cannot be written: %s.", path, reason(cl, errno)) == DONE;
    arena_defer(cl->arena, close_file, &t->fd);
    return true;
}

static bool finish_target(struct target *t, struct buf *b)
{
    if (!write_out(&t->outlet, b))
        return false;
    if (fsync(t->fd) || rename(t->unfinished, t->path))
        return throw(t->cx, &CommandFailed, N_("%s cannot be written: the disk may be full."), t->path);
    return true;
}

static bool read_filters(struct command_line *cl, const json_t **filters)
{
    const char *text = option_value(cl, "--filters");
    struct str why;
    *filters = text ? json_read(cl->arena, str_of(text), &json_limits_default, &why) : NULL;
    return !text || *filters || command_misused(cl, "--filters is not acceptable JSON: %.*s", STR_ARG(why)) == DONE;
}

static int run_export(struct command_line *cl)
{
    const char *path = command_word(cl, 2);
    struct batch_export wish = { .doctype = str_of(command_word(cl, 1)) };
    struct target *t = arena_new_of(cl->arena, struct target); /* its file is closed with the arena */
    struct ctx cx;
    uint64_t count;
    if (!format_of(cl, path, &wish.format) || !read_filters(cl, &wish.filters))
        return WRONG_USAGE;
    if (!command_open(cl) || !command_call(cl, &cx, command_word(cl, 0)) || !open_target(cl, &cx, t, path))
        return FAILED;
    struct buf b = buf_new(cl->arena, LIMITLESS);
    b.outlet = &t->outlet;
    bool written = batch_export(&cx, &wish, &b, &count) && finish_target(t, &b);
    if (!written)
        unlink(t->unfinished);
    int status = command_end(&cx, written);
    if (status == DONE)
        printf("%llu documents are in %s.\n", (unsigned long long)count, path);
    return status;
}

COMMAND(data_export)
= { .name = "data export",
    .words = "HOST DOCTYPE FILE",
    OPTIONS({ "--format", "F", "csv or jsonl; else as the file is called" },
            { "--filters", "JSON", "as a list's: {\"published\": 1}" }),
    .about = "Writes the documents of a DocType into a file.",
    .run = run_export };

/* ---- import --------------------------------------------------------------------------------------------------------------- */
void batch_progress_show(void *arg, const struct batch_report *r)
{
    (void)arg;
    fprintf(stderr, "\r%llu documents, %llu failed", (unsigned long long)r->rows, (unsigned long long)r->failed);
}

void batch_errors_print(const char *file, const struct batch_report *r)
{
    for (size_t i = 0; i < r->error_count; i++) {
        const struct batch_error *e = &r->errors[i];
        fprintf(stderr, "%s%sRow %llu%s%.*s: %.*s\n", file ? file : "", file ? ": " : "", (unsigned long long)e->row,
                e->field.n ? ", " : "", STR_ARG(e->field), STR_ARG(e->message));
    }
    if (r->failed > r->error_count)
        fprintf(stderr, "… and %llu more.\n", (unsigned long long)(r->failed - r->error_count));
}

static void print_report(struct command_line *cl, const struct batch_report *r)
{
    if (option_given(cl, "--json")) {
        struct buf b = buf_new(cl->arena, LIMITLESS);
        struct json_out out = out_to(&b);
        batch_report_json(r, &out);
        puts(buf_str(&b).p);
        return;
    }
    batch_errors_print(NULL, r);
    printf("%s%llu documents: %llu inserted, %llu updated, %llu unchanged, %llu failed.\n",
           option_given(cl, "--dry-run") ? "Nothing was changed. " : "", (unsigned long long)r->rows,
           (unsigned long long)r->inserted, (unsigned long long)r->updated, (unsigned long long)r->unchanged,
           (unsigned long long)r->failed);
}

static int run_import(struct command_line *cl)
{
    const char *path = command_word(cl, 2);
    struct batch_report report;
    struct ctx cx;
    int fd;
    struct batch_import wish = { .doctype = str_of(command_word(cl, 1)),
                                 .in = file_inflow(&fd),
                                 .update = option_given(cl, "--update"),
                                 .dry_run = option_given(cl, "--dry-run"),
                                 .progress = isatty(STDERR_FILENO) ? batch_progress_show : NULL };
    if (!format_of(cl, path, &wish.format))
        return WRONG_USAGE;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return command_failed("%s cannot be read: %s.", path, reason(cl, errno));
    bool opened = command_open(cl) && command_call(cl, &cx, command_word(cl, 0));
    if (!opened) {
        close(fd);
        return FAILED;
    }
    bool done = batch_import(&cx, &wish, &report);
    close(fd);
    if (wish.progress && report.rows)
        fputc('\n', stderr);
    if (done || report.rows)
        print_report(cl, &report);
    int status = command_end(&cx, done);
    return status == DONE && report.failed ? FAILED : status;
}

COMMAND(data_import)
= { .name = "data import",
    .words = "HOST DOCTYPE FILE",
    OPTIONS({ "--update", NULL, "documents whose name exists are updated; else they are duplicates" },
            { "--dry-run", NULL, "changes nothing and says what would be" },
            { "--format", "F", "csv or jsonl; else as the file is called" }, { "--json", NULL, "the report as JSON" }),
    .about = "Makes documents of a DocType from CSV or JSON lines; says what became of each.",
    .run = run_import };
