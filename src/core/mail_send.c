/* Sending one mail: to a server, or into a folder. A mail may arrive twice, when nobody could know whether the server had
 * taken it; it is the same then, Message-ID included. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail_priv.h"
#include "work.h"

enum { LEASE_S = 120, PORT_OPEN = 25, PORT_STARTTLS = 587, PORT_TLS = 465 };

/* ---- the configuration ------------------------------------------------------------------------------------------------------ */
static struct smtp smtp_of(struct ctx *cx)
{
    const struct site *site = cx->site;
    struct smtp s = { .host = site_config_text(site, "mail_server"),
                      .login = site_config_text(site, "mail_login"),
                      .password = site_config_text(site, "mail_password"),
                      .ca_file = site_config_text(site, "mail_ca_file"),
                      .greeting = mail_host(cx) };
    s.safety = site_config_int(site, "use_ssl", 0)   ? SMTP_TLS
               : site_config_int(site, "use_tls", 0) ? SMTP_STARTTLS
                                                     : SMTP_OPEN;
    s.port = site_config_int(site, "mail_port",
                             s.safety == SMTP_TLS        ? PORT_TLS
                             : s.safety == SMTP_STARTTLS ? PORT_STARTTLS
                                                         : PORT_OPEN);
    return s;
}

static struct str sender(struct ctx *cx)
{
    struct str own = str_trim(site_config_text(cx->site, "auto_email_id"));
    return is_mail_address(own) ? own : str_printf(cx->arena, "noreply@%.*s", STR_ARG(mail_host(cx)));
}

struct str mail_way_words(struct arena *a, const json_t *config)
{
    struct str server = json_get_str(config, "mail_server"), folder = json_get_str(config, "mail_folder");
    if (server.n)
        return str_printf(a, "Mails go through %.*s.", STR_ARG(server));
    if (folder.n)
        return str_printf(a, "No mail_server is configured: mails are kept in %.*s/<host>/ and sent to nobody.",
                          STR_ARG(folder));
    return STR("No mail_server is configured, and no mail_folder: mails wait and are given up after two days.");
}

/* ---- the row -------------------------------------------------------------------------------------------------------------------- */
static bool read_row(struct ctx *cx, struct str token, struct mail_row *m)
{
    struct sql *q = sql_new(cx);
    sql_add(
        q,
        "SELECT `id`, `created_us`, `recipient`, `language`, `subject`, `text`, `html`, `sent_us` IS NOT NULL FROM ");
    sql_table(q, "preau_mail");
    sql_add(q, " WHERE `token` = ");
    sql_text(q, token);
    struct str *texts[] = { &m->to, &m->language, &m->subject, &m->text, &m->html };
    *m = (struct mail_row){ .token = token };
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows)) {
        m->id = rows_int(rows, 0);
        m->created_us = rows_int(rows, 1);
        for (unsigned i = 0; i < countof(texts); i++)
            *texts[i] = str_copy(cx->arena, rows_text(rows, i + 2));
        m->sent = rows_int(rows, 7) != 0;
    }
    return !failed(cx);
}

/* The text may hold a link that is as good as a password: it goes. */
static bool sent(struct ctx *cx, const struct mail_row *m)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "preau_mail");
    sql_add(q, " SET `text` = '', `html` = '', `error` = '', `given_up_us` = NULL, `sent_us` = ");
    sql_int(q, clock_wall_us());
    sql_add(q, " WHERE `token` = ");
    sql_text(q, m->token);
    return db_change(cx, q) >= 0;
}

static bool not_sent(struct ctx *cx, const struct mail_row *m, struct str why, bool for_good)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "preau_mail");
    sql_add(q, " SET `error` = ");
    sql_text(q, utf8_head(why, 255));
    sql_add(q, ", `given_up_us` = ");
    if (for_good)
        sql_int(q, clock_wall_us());
    else
        sql_null(q);
    sql_add(q, " WHERE `token` = ");
    sql_text(q, m->token);
    return db_change(cx, q) >= 0;
}

/* ---- the folder ------------------------------------------------------------------------------------------------------------------ */
/* Under another name first: who looks into the folder sees whole mails only. */
static bool write_file(struct arena *a, const char *path, struct str text)
{
    const char *fresh = arena_printf(a, "%s.part", path);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    bool ok = fd_write(fd, text);
    ok = close(fd) == 0 && ok;
    return ok && rename(fresh, path) == 0;
}

/* "20261124T024728-17.eml" in the folder of the site. */
static void keep(struct ctx *cx, const struct mail_row *m, struct str message, struct smtp_result *out)
{
    struct str folder = site_config_text(cx->site, "mail_folder");
    const char *whole = str_starts(folder, STR("/"))
                            ? str_c(cx->arena, folder)
                            : arena_printf(cx->arena, "%s/%.*s", sites_folder(), STR_ARG(folder));
    const char *own = arena_printf(cx->arena, "%s/%.*s", whole, STR_ARG(cx->site->name));
    struct civil t = civil_from_us(m->created_us);
    const char *path = arena_printf(cx->arena, "%s/%04d%02d%02dT%02d%02d%02d-%lld.eml", own, t.year, t.month, t.day,
                                    t.hour, t.minute, t.second, (long long)m->id);
    bool there = (mkdir(whole, 0700) == 0 || errno == EEXIST) && (mkdir(own, 0700) == 0 || errno == EEXIST);
    if (!there || !write_file(cx->arena, path, message))
        out->problem = N_("The mail cannot be written into mail_folder.");
}

/* ---- the job ----------------------------------------------------------------------------------------------------------------------- */
static bool send(struct ctx *cx, const struct mail_row *m, struct smtp_result *out)
{
    struct str message = mail_message(cx->arena, m, sender(cx), cx->site->title, mail_host(cx));
    struct smtp server = smtp_of(cx);
    *out = (struct smtp_result){ 0 };
    if (server.host.n)
        return smtp_send(cx, &server, sender(cx), m->to, message, out);
    if (site_config_text(cx->site, "mail_folder").n)
        keep(cx, m, message, out);
    else
        out->problem = N_("No mail_server is configured.");
    return true;
}

static void log_outcome(struct ctx *cx, const struct mail_row *m, const struct smtp_result *r, unsigned tries)
{
    struct log_line line;
    log_begin(&line, r->problem ? LOG_WARN : LOG_INFO, r->problem ? "mail.refused" : "mail.sent");
    log_text(&line, "site", cx->site->name);
    log_number(&line, "mail", m->id);
    log_number(&line, "try", tries);
    log_number(&line, "status", r->status);
    if (r->problem)
        log_text(&line, "why", str_of(r->problem));
    log_end(&line);
}

static bool settle(struct ctx *cx, struct job_run *run, const struct mail_row *m, const struct smtp_result *r)
{
    if (!r->problem)
        return sent(cx, m);
    struct str why =
        r->status ? str_printf(cx->arena, "%s (%d)", tr(cx, r->problem), r->status) : str_of(tr(cx, r->problem));
    bool last = r->lasting || job_is_last_try(cx, run);
    if (!not_sent(cx, m, why, last))
        return false;
    if (r->lasting)
        job_give_up(run, why);
    else
        job_retry(run, why);
    return true;
}

static bool run_send(struct ctx *cx, struct job_run *run)
{
    struct mail_row m;
    struct smtp_result result;
    if (!read_row(cx, json_get_str(run->args, "mail"), &m))
        return false;
    if (!m.id || m.sent || !m.text.n) /* of somebody who is gone; sent before; too old */
        return true;
    if (!send(cx, &m, &result))
        return false;
    if (result.stopped) {
        job_hand_back(run);
        return true;
    }
    log_outcome(cx, &m, &result, run->tries);
    return settle(cx, run, &m, &result);
}

JOB(mail_send)
= { .name = "mail.send",
    .run = run_send,
    .lane = JOB_ELSEWHERE,
    PAUSES(30, 120, 600, 3600, 6 * 3600, 24 * 3600),
    .pauses_key = "mail_retry_seconds",
    .lease_s = LEASE_S,
    .about = "Hands a mail to the mail server, or keeps it in a folder." };
