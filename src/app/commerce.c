/* Importing the commerce of a school: file after file, line after line, the rows of its own company. A row that says what it
 * said at the last import is left alone. */
#include "commerce.h"

#include <fcntl.h>
#include <unistd.h>

#include "commerce_row.h"
#include "content/curriculum.h"
#include "data.h"
#include "doc.h"
#include "folder.h"
#include "lms.h"
#include "lms/sales.h"

#define USES LMS_SELLING "\nSales Partner\nSales Commission\n" LMS_LEARNING

/* ---- the files --------------------------------------------------------------------------------------------------------- */
struct source {
    struct str company;
    struct map foreign_rules; /* names of Pricing Rules of others: so are the codes that stand on them */
};

struct part {
    const char *file, *doctype;
    const char *key; /* of the row's name, where it has none by that name */
    bool (*is_ours)(struct source *, const json_t *row);
    bool (*take)(struct ctx *, const char *doctype, const json_t *row, enum taken *);
};

static bool has_company(struct source *s, const json_t *row)
{
    struct str company = json_get_str(row, "company");
    return !company.n || str_eq(company, s->company);
}

static bool works_for_us(struct source *s, const json_t *row)
{
    const json_t *companies = json_object_get(row, "companies"), *one;
    size_t i;
    json_array_foreach(companies, i, one) if (str_eq(json_str_of(one), s->company)) return true;
    return !companies && has_company(s, row);
}

static bool is_our_rule(struct source *s, const json_t *row)
{
    if (has_company(s, row))
        return true;
    struct str name = json_get_str(row, "name");
    if (!map_has(&s->foreign_rules, name))
        map_put(&s->foreign_rules, str_copy(s->foreign_rules.arena, name), s);
    return false;
}

static bool is_our_code(struct source *s, const json_t *row)
{
    return has_company(s, row) && !map_has(&s->foreign_rules, json_get_str(row, "pricing_rule"));
}

static bool take_person(struct ctx *cx, const char *doctype, const json_t *row, enum taken *out)
{
    (void)doctype;
    return person_take(cx, row, out);
}

static bool take_invoice(struct ctx *cx, const char *doctype, const json_t *row, enum taken *out)
{
    (void)doctype;
    return invoice_take(cx, row, "Import", out);
}

/* In the order in which they need each other. */
static const struct part parts[] = {
    { "items.jsonl", "Item", "item_code", has_company, sales_take },
    { "users.jsonl", "User", "email", has_company, take_person },
    { "sales_partners.jsonl", "Sales Partner", "partner_name", works_for_us, sales_take },
    { "pricing_rules.jsonl", "Pricing Rule", "name", is_our_rule, sales_take },
    { "coupon_codes.jsonl", "Coupon Code", "coupon_name", is_our_code, sales_take },
    { "sales_invoices.jsonl", "Sales Invoice", "name", has_company, take_invoice },
};

static const char *path_of(struct arena *a, const char *dir, const struct part *part)
{
    return arena_printf(a, "%s/%s", dir, part->file);
}

bool commerce_is_folder(struct arena *a, const char *dir)
{
    for (size_t i = 0; i < countof(parts); i++)
        if (access(path_of(a, dir, &parts[i]), F_OK) == 0)
            return true;
    return false;
}

/* ---- the company -------------------------------------------------------------------------------------------------------- */
static struct doc *settings_of(struct ctx *cx)
{
    return doc_types_whole(cx, USES) ? doc_load(cx, "School Settings", STR("School Settings")) : NULL;
}

static bool set_company(struct ctx *cx, struct str company)
{
    struct doc *settings = settings_of(cx);
    struct str own = settings ? doc_text(settings, "company") : STR_NONE;
    if (!settings || str_eq(own, company))
        return settings != NULL;
    if (own.n)
        return throw(cx, &ValidationError,
                     "The company of this school is \"%.*s\" (School Settings): rows of \"%.*s\" are not its own.",
                     STR_ARG(own), STR_ARG(company));
    doc_set_text(settings, "company", company);
    return doc_save(cx, settings, SAVE_AS_SYSTEM);
}

bool commerce_company_set(struct command_line *cl, const char *host, const char *company)
{
    struct ctx cx;
    return command_call(cl, &cx, host) && command_end(&cx, set_company(&cx, str_of(company))) == DONE;
}

static bool read_company(struct command_line *cl, const char *host, struct str *out)
{
    struct ctx cx;
    if (!command_call(cl, &cx, host))
        return false;
    const struct doc *settings = settings_of(&cx);
    *out = settings ? doc_text(settings, "company") : STR_NONE;
    if (settings && !out->n)
        throw(&cx, &ValidationError,
              "It is not known which company's rows are the school's: import its school.json first, or add --company "
              "NAME.");
    return command_end(&cx, out->n) == DONE;
}

/* ---- one file ------------------------------------------------------------------------------------------------------------- */
struct taking {
    struct source *source;
    const struct part *part;
};

static bool is_ours(void *arg, const json_t *row)
{
    struct taking *t = arg;
    return t->part->is_ours(t->source, row);
}

static bool take(struct ctx *cx, void *arg, const json_t *row, enum batch_outcome *outcome)
{
    static const enum batch_outcome outcomes[] = {
        [TAKEN_NEW] = BATCH_INSERTED, [TAKEN_CHANGED] = BATCH_UPDATED, [TAKEN_UNCHANGED] = BATCH_UNCHANGED
    };
    const struct part *part = ((struct taking *)arg)->part;
    struct str name = json_get_str(row, "name");
    struct commerce_row r;
    enum taken taken;
    commerce_row_of(cx, part->doctype, name.n ? name : json_get_str(row, part->key), row, &r);
    if (!commerce_row_find(cx, &r))
        return false;
    *outcome = BATCH_UNCHANGED;
    if (r.is_same)
        return true;
    if (!part->take(cx, part->doctype, row, &taken) || !commerce_row_put(cx, &r))
        return false;
    *outcome = outcomes[taken];
    return true;
}

static void print_report(const struct part *part, const struct batch_report *r)
{
    batch_errors_print(part->file, r);
    printf("%s: %llu new, %llu changed, %llu unchanged, %llu refused; %llu left to other companies\n", part->file,
           (unsigned long long)r->inserted, (unsigned long long)r->updated, (unsigned long long)r->unchanged,
           (unsigned long long)r->failed, (unsigned long long)r->left);
    fflush(stdout);
}

static int import_part(struct command_line *cl, const char *host, const char *path, struct taking *t)
{
    struct batch_report report;
    struct ctx cx;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return access(path, F_OK) ? DONE : command_failed("%s cannot be read.", path);
    const struct batch_taker taker = { is_ours, take, t };
    const struct batch_import wish = { .taker = &taker,
                                       .format = BATCH_LINES,
                                       .in = file_inflow(&fd),
                                       .progress = isatty(STDERR_FILENO) ? batch_progress_show : NULL };
    bool opened = command_call(cl, &cx, host), done = opened && batch_import(&cx, &wish, &report);
    close(fd);
    if (!opened)
        return FAILED;
    if (wish.progress && report.rows)
        fputc('\n', stderr);
    print_report(t->part, &report);
    int status = command_end(&cx, done);
    return status == DONE && report.failed ? FAILED : status;
}

/* ---- all of them ------------------------------------------------------------------------------------------------------------ */
static int print_history(struct command_line *cl, const char *host)
{
    struct history h;
    struct ctx cx;
    if (!command_call(cl, &cx, host))
        return FAILED;
    bool read = history_read(&cx, &h);
    for (size_t i = 0; read && i < h.unsold_count; i++)
        printf("%.*s: no bootcamp sells it; %lld lines of invoices enroll nobody\n", STR_ARG(h.unsold[i].item_code),
               (long long)h.unsold[i].lines);
    if (read)
        printf("%lld enrollments by what was bought\n", (long long)h.enrolled);
    return command_end(&cx, read);
}

int import_commerce(struct command_line *cl, const char *host, const char *dir)
{
    struct source source = { .foreign_rules = map_new(cl->arena) };
    int status = DONE;
    if (!read_company(cl, host, &source.company))
        return FAILED;
    for (size_t i = 0; i < countof(parts); i++) {
        struct taking t = { &source, &parts[i] };
        if (import_part(cl, host, path_of(cl->arena, dir, &parts[i]), &t) != DONE)
            status = FAILED;
    }
    return print_history(cl, host) == DONE ? status : FAILED;
}
