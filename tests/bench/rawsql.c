/* What MariaDB and libmariadb give at best on this machine, the measure our reads are held against: prepared statements,
 * fixed buffers, blocking, one thread a connection.
 *
 *     bench_rawsql SOCKET USER PASSWORD DATABASE CONNECTIONS SECONDS
 *
 * Makes a table `preau_bench` of 10,000 lessons in the database if it is missing. Prints two lines:
 *     point N ops/s
 *     list20 N ops/s
 */
#include <mysql.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS = 10000, COLUMNS = 8, WIDTH = 1024, CONNECTIONS_MOST = 64 };

static const char *socket_path, *user, *password, *database;
static atomic_bool over;

static const char point_sql[] = "SELECT name, title, body, slug, position, published, modified, owner"
                                " FROM preau_bench WHERE name=?";
static const char list_sql[] = "SELECT name, title, LEFT(title, 10), slug, position, published, modified, owner"
                               " FROM preau_bench WHERE name>=? ORDER BY name LIMIT 20";

struct worker {
    pthread_t thread;
    const char *sql;
    unsigned seed;
    uint64_t done;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "rawsql: %s: %s\n", what, why);
    exit(1);
}

static MYSQL *login(void)
{
    MYSQL *m = mysql_init(NULL);
    mysql_options(m, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (!mysql_real_connect(m, "localhost", user, password, database, 0, socket_path, 0))
        die("connect", mysql_error(m));
    return m;
}

static void say(MYSQL *m, const char *sql)
{
    if (mysql_query(m, sql))
        die(sql, mysql_error(m));
}

static void make_table(void)
{
    MYSQL *m = login();
    say(m, "CREATE TABLE IF NOT EXISTS preau_bench (name varchar(140) PRIMARY KEY, title varchar(140), body text,"
           " slug varchar(140), position int, published int(1), modified datetime(6), owner varchar(140))"
           " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci");
    say(m, "INSERT IGNORE INTO preau_bench SELECT CONCAT('lesson-', LPAD(seq, 6, '0')), CONCAT('Lesson number ', seq),"
           " REPEAT('word ', 60), CONCAT('slug-', seq), seq, 1, NOW(6), 'Administrator' FROM seq_1_to_10000");
    mysql_close(m);
}

static void read_once(MYSQL_STMT *q)
{
    if (mysql_stmt_execute(q))
        die("execute", mysql_stmt_error(q));
    int rows = 0;
    while (mysql_stmt_fetch(q) != MYSQL_NO_DATA)
        rows++;
    if (!rows)
        die("fetch", "no row");
    mysql_stmt_free_result(q);
}

static void *work(void *arg)
{
    static _Thread_local char buffers[COLUMNS][WIDTH], name[32];
    struct worker *w = arg;
    MYSQL *m = login();
    MYSQL_STMT *q = mysql_stmt_init(m);
    unsigned long size = 0, sizes[COLUMNS];
    MYSQL_BIND in = { .buffer_type = MYSQL_TYPE_STRING, .buffer = name, .length = &size };
    MYSQL_BIND out[COLUMNS] = { 0 };
    for (int i = 0; i < COLUMNS; i++)
        out[i] = (MYSQL_BIND){
            .buffer_type = MYSQL_TYPE_STRING, .buffer = buffers[i], .buffer_length = WIDTH, .length = &sizes[i]
        };
    if (mysql_stmt_prepare(q, w->sql, strlen(w->sql)) || mysql_stmt_bind_param(q, &in) ||
        mysql_stmt_bind_result(q, out))
        die("prepare", mysql_stmt_error(q));
    while (!over) {
        w->seed = w->seed * 1103515245u + 12345u;
        size = (unsigned long)snprintf(name, sizeof name, "lesson-%06u", 1 + (w->seed >> 8) % (ROWS - 20));
        read_once(q);
        w->done++;
    }
    mysql_stmt_close(q);
    mysql_close(m);
    return NULL;
}

static void measure(const char *title, const char *sql, int connections, int seconds)
{
    static struct worker workers[CONNECTIONS_MOST];
    struct timespec start, end;
    uint64_t done = 0;
    over = false;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < connections; i++) {
        workers[i] = (struct worker){ .sql = sql, .seed = (unsigned)i * 7919u + 1 };
        pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    }
    nanosleep(&(struct timespec){ .tv_sec = seconds }, NULL);
    over = true;
    for (int i = 0; i < connections; i++) {
        pthread_join(workers[i].thread, NULL);
        done += workers[i].done;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double took = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    printf("%s %.0f ops/s\n", title, (double)done / took);
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        fprintf(stderr, "usage: bench_rawsql SOCKET USER PASSWORD DATABASE CONNECTIONS SECONDS\n");
        return 2;
    }
    socket_path = argv[1];
    user = argv[2];
    password = argv[3];
    database = argv[4];
    long connections = strtol(argv[5], NULL, 10), seconds = strtol(argv[6], NULL, 10);
    if (connections < 1 || connections > CONNECTIONS_MOST || seconds < 1)
        die("arguments", "1 to 64 connections, at least 1 second");
    mysql_library_init(0, NULL, NULL);
    make_table();
    measure("point", point_sql, (int)connections, (int)seconds);
    measure("list20", list_sql, (int)connections, (int)seconds);
    return 0;
}
