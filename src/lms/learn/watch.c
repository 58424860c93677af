/* Rows of preau_watch. */
#include "watch.h"

#include "core.h"

/* A pause after which a lesson counts as shown anew. */
static const int64_t PAUSE_US = 10 * 60 * INT64_C(1000000);
/* What may be credited: a player runs at twice the speed, and clocks differ. */
enum { SPEED_TENTHS = 21, GRACE_MS = 5000 };
/* Whose players must agree on a video's length, and how closely. */
enum { AGREEING = 3, AGREE_MS = 2000, PLAYERS_MOST = 500 };

static void where(struct sql *q, struct str user, struct str lesson)
{
    sql_add(q, " WHERE `user` = ");
    sql_text(q, user);
    sql_add(q, " AND `lesson` = ");
    sql_text(q, lesson);
}

static struct watch *read_row(struct ctx *cx, struct sql *q, struct watch *w)
{
    struct rows *rows = db_run(cx, q);
    if (!rows || !rows_next(rows))
        return NULL;
    int64_t *const numbers[] = { &w->video,       &w->opened_us, &w->shown_us,      &w->seen_us,
                                 &w->position_ms, &w->player_ms, &w->waits_since_us };
    for (unsigned i = 0; i < countof(numbers); i++)
        *numbers[i] = rows_int(rows, i);
    w->played = spans_of(cx->arena, rows_text(rows, countof(numbers)));
    rows_close(rows);
    return w;
}

static struct sql *find(struct ctx *cx, const struct watch *w, bool lock)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `video`, `opened_us`, `shown_us`, `seen_us`, `position_ms`, `player_ms`, `waits_since_us`, "
               "`played` FROM ");
    sql_table(q, "preau_watch");
    where(q, w->user, w->lesson);
    if (lock)
        sql_add(q, " FOR UPDATE");
    return q;
}

/* Made when missing, so that there is a row to lock; another video's account is emptied. */
static struct sql *begin(struct ctx *cx, struct str user, struct str lesson, struct str video_url)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "INSERT INTO ");
    sql_table(q, "preau_watch");
    sql_add(q, " (`user`, `lesson`, `video`, `opened_us`, `shown_us`, `seen_us`, `played`) VALUES (");
    sql_text(q, user);
    sql_add(q, ", ");
    sql_text(q, lesson);
    sql_add(q, ", CRC32(");
    sql_text(q, video_url);
    sql_add(q, "), ");
    for (int i = 0; i < 3; i++) {
        sql_int(q, cx->now_us);
        sql_add(q, ", ");
    }
    sql_add(q, "'') ON DUPLICATE KEY UPDATE"
               " `opened_us` = IF(`video` = VALUES(`video`), `opened_us`, VALUES(`opened_us`)),"
               " `played` = IF(`video` = VALUES(`video`), `played`, ''),"
               " `player_ms` = IF(`video` = VALUES(`video`), `player_ms`, 0),"
               " `position_ms` = IF(`video` = VALUES(`video`), `position_ms`, 0),"
               " `video` = VALUES(`video`)");
    return q;
}

struct watch *watch_open(struct ctx *cx, struct str user, struct str lesson, struct str video_url)
{
    struct watch *w = arena_new_of(cx->arena, struct watch);
    *w = (struct watch){ .user = user, .lesson = lesson };
    if (db_change(cx, begin(cx, user, lesson, video_url)) < 0 || !read_row(cx, find(cx, w, true), w))
        return NULL;
    if (cx->now_us - w->seen_us > PAUSE_US)
        w->shown_us = cx->now_us;
    w->seen_us = cx->now_us;
    return w;
}

bool watch_save(struct ctx *cx, const struct watch *w)
{
    const struct {
        const char *column;
        int64_t value;
    } numbers[] = { { "shown_us", w->shown_us },
                    { "seen_us", w->seen_us },
                    { "position_ms", w->position_ms },
                    { "player_ms", w->player_ms },
                    { "waits_since_us", w->waits_since_us } };
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "preau_watch");
    sql_add(q, " SET `played` = ");
    sql_text(q, spans_text(cx->arena, w->played));
    for (size_t i = 0; i < countof(numbers); i++) {
        sql_add(q, ", ");
        sql_name(q, numbers[i].column);
        sql_add(q, " = ");
        sql_int(q, numbers[i].value);
    }
    where(q, w->user, w->lesson);
    return db_change(cx, q) >= 0;
}

bool watch_find(struct ctx *cx, struct str user, struct str lesson, struct watch *out)
{
    *out = (struct watch){ .user = user, .lesson = lesson };
    read_row(cx, find(cx, out, false), out);
    return !failed(cx);
}

void watch_begin(struct ctx *cx, struct str lesson, struct str video_url)
{
    struct watch known;
    if (cx->site->reads_only || !watch_find(cx, cx->user->name, lesson, &known) || known.opened_us)
        return;
    struct ctx own = call_beside(cx);
    if (!call_beside_end(cx, &own, db_change(&own, begin(&own, cx->user->name, lesson, video_url)) >= 0))
        cx->err = (struct error){ 0 };
}

void watch_credit(struct ctx *cx, struct watch *w, struct spans played)
{
    int64_t passed_ms = cx->now_us > w->opened_us ? (cx->now_us - w->opened_us) / 1000 : 0;
    int64_t allowed_ms = passed_ms / 10 * SPEED_TENTHS + GRACE_MS;
    w->played = spans_credit(cx->arena, w->played, played, allowed_ms - spans_ms(w->played));
}

/* ---- length ---------------------------------------------------------------------------------------------------------- */

/* What most of the players, in order of what they say, agree on; 0: too few do. */
static int64_t agreed(const int64_t *players, size_t count)
{
    size_t best = AGREEING - 1, to = 0;
    int64_t length_ms = 0;
    for (size_t from = 0; from < count; from++) {
        while (to < count && players[to] - players[from] <= AGREE_MS)
            to++;
        if (to - from > best) {
            best = to - from;
            length_ms = players[from + best / 2];
        }
    }
    return length_ms;
}

bool watch_length(struct ctx *cx, const struct watch *w, int64_t declared_ms, int64_t *length_ms)
{
    int64_t players[PLAYERS_MOST];
    size_t count = 0;
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT `player_ms` FROM ");
    sql_table(q, "preau_watch");
    sql_add(q, " WHERE `lesson` = ");
    sql_text(q, w->lesson);
    sql_add(q, " AND `video` = ");
    sql_int(q, w->video);
    sql_add(q, " AND `player_ms` > 0 ORDER BY `player_ms` LIMIT ");
    sql_index(q, PLAYERS_MOST);
    struct rows *rows = db_run(cx, q);
    while (rows && rows_next(rows))
        players[count++] = rows_int(rows, 0);
    int64_t by_players = agreed(players, count);
    *length_ms = by_players ? by_players : declared_ms;
    return !failed(cx);
}

/* ---- the school's list --------------------------------------------------------------------------------------------------- */

struct sql *watch_waiting(struct ctx *cx)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "SELECT w.`user`, w.`lesson`, l.`title`, l.`bootcamp`, w.`played` FROM ");
    sql_table(q, "preau_watch");
    sql_add(q, " AS w JOIN ");
    sql_doctype(q, "LMS Lesson");
    sql_add(q, " AS l ON l.`name` = w.`lesson` WHERE w.`waits_since_us` > 0 ORDER BY w.`waits_since_us` LIMIT 500");
    return q;
}

bool watch_answered(struct ctx *cx, struct str user, struct str lesson)
{
    struct sql *q = sql_new(cx);
    sql_add(q, "UPDATE ");
    sql_table(q, "preau_watch");
    sql_add(q, " SET `waits_since_us` = 0");
    where(q, user, lesson);
    return db_change(cx, q) >= 0;
}

PERSONAL(watched) = { .table = "preau_watch", .field = "user" };
