/* Counters of requests by route and status class, and what the lanes, the pool and the cache know of themselves. */
#include "metrics.h"

#include <stdatomic.h>

#include "db.h"
#include "work.h"

enum { MOST_ROUTES = 513, CLASSES = 6, BUCKETS = 8 };

static const int64_t bucket_us[BUCKETS] = { 1000, 5000, 20000, 50000, 100000, 500000, 2000000, 10000000 };

static struct {
    _Atomic uint64_t by_class[CLASSES];
    _Atomic uint64_t took_us, bytes;
} counts[MOST_ROUTES];
static _Atomic uint64_t buckets[BUCKETS + 1];

static void add(_Atomic uint64_t *to, uint64_t n)
{
    atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

void metrics_count(const struct route *route, int status, int64_t took_us, int64_t bytes)
{
    size_t i = web_route_index(route), bucket = 0;
    int class = status / 100;
    add(&counts[i].by_class[class > 0 && class < CLASSES ? class : 0], 1);
    add(&counts[i].took_us, (uint64_t)took_us);
    add(&counts[i].bytes, (uint64_t)bytes);
    while (bucket < BUCKETS && took_us > bucket_us[bucket])
        bucket++;
    add(&buckets[bucket], 1);
}

static void head(struct buf *b, const char *name, const char *kind, const char *help)
{
    buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static const char *pattern_of(size_t i)
{
    return i < web_route_count() ? web_route_at(i)->pattern : "";
}

static void write_requests(struct buf *b)
{
    head(b, "preau_requests_total", "counter", "Answers by route and status class.");
    for (size_t i = 0; i <= web_route_count(); i++)
        for (int class = 0; class < CLASSES; class ++)
            if (counts[i].by_class[class])
                buf_printf(b, "preau_requests_total{route=\"%s\",status=\"%dxx\"} %llu\n", pattern_of(i), class,
                           (unsigned long long)counts[i].by_class[class]);
    head(b, "preau_request_seconds_total", "counter", "Time spent answering, by route.");
    for (size_t i = 0; i <= web_route_count(); i++)
        if (counts[i].took_us)
            buf_printf(b, "preau_request_seconds_total{route=\"%s\"} %.6f\n", pattern_of(i),
                       (double)counts[i].took_us / 1e6);
    head(b, "preau_response_bytes_total", "counter", "Bytes of bodies, by route.");
    for (size_t i = 0; i <= web_route_count(); i++)
        if (counts[i].bytes)
            buf_printf(b, "preau_response_bytes_total{route=\"%s\"} %llu\n", pattern_of(i),
                       (unsigned long long)counts[i].bytes);
}

static void write_durations(struct buf *b)
{
    uint64_t sum = 0, total_us = 0;
    head(b, "preau_request_duration_seconds", "histogram", "Time from the first byte of the head to the end.");
    for (size_t i = 0; i < BUCKETS; i++) {
        sum += buckets[i];
        buf_printf(b, "preau_request_duration_seconds_bucket{le=\"%g\"} %llu\n", (double)bucket_us[i] / 1e6,
                   (unsigned long long)sum);
    }
    sum += buckets[BUCKETS];
    for (size_t i = 0; i <= web_route_count(); i++)
        total_us += counts[i].took_us;
    buf_printf(b, "preau_request_duration_seconds_bucket{le=\"+Inf\"} %llu\n", (unsigned long long)sum);
    buf_printf(b, "preau_request_duration_seconds_sum %.6f\n", (double)total_us / 1e6);
    buf_printf(b, "preau_request_duration_seconds_count %llu\n", (unsigned long long)sum);
}

static void write_lanes(struct buf *b)
{
    struct lane_stats lanes[LANE_COUNT];
    http_lane_stats(lanes);
    head(b, "preau_lane_workers", "gauge", "Workers of a lane.");
    for (size_t i = LANE_GENERAL; i < LANE_COUNT; i++)
        buf_printf(b, "preau_lane_workers{lane=\"%s\"} %u\n", lanes[i].name, lanes[i].workers);
    head(b, "preau_lane_running", "gauge", "Workers that are in a piece of work.");
    for (size_t i = LANE_GENERAL; i < LANE_COUNT; i++)
        buf_printf(b, "preau_lane_running{lane=\"%s\"} %u\n", lanes[i].name, lanes[i].running);
    head(b, "preau_lane_queued", "gauge", "Requests that wait for a worker.");
    for (size_t i = LANE_GENERAL; i < LANE_COUNT; i++)
        buf_printf(b, "preau_lane_queued{lane=\"%s\"} %u\n", lanes[i].name, lanes[i].queued);
    head(b, "preau_lane_done_total", "counter", "Pieces of work done.");
    for (size_t i = LANE_GENERAL; i < LANE_COUNT; i++)
        buf_printf(b, "preau_lane_done_total{lane=\"%s\"} %llu\n", lanes[i].name, (unsigned long long)lanes[i].done);
    head(b, "preau_lane_refused_total", "counter", "Requests refused: the lane was full, or the wait too long.");
    for (size_t i = LANE_GENERAL; i < LANE_COUNT; i++)
        buf_printf(b, "preau_lane_refused_total{lane=\"%s\"} %llu\n", lanes[i].name,
                   (unsigned long long)lanes[i].refused);
    head(b, "preau_lane_wait_seconds_total", "counter", "Time that requests waited for a worker.");
    for (size_t i = LANE_GENERAL; i < LANE_COUNT; i++)
        buf_printf(b, "preau_lane_wait_seconds_total{lane=\"%s\"} %.6f\n", lanes[i].name,
                   (double)lanes[i].waited_us / 1e6);
}

static void write_one(struct buf *b, const char *name, const char *kind, const char *help, uint64_t value)
{
    head(b, name, kind, help);
    buf_printf(b, "%s %llu\n", name, (unsigned long long)value);
}

static void write_database(struct buf *b)
{
    struct db_stats s = db_stats();
    write_one(b, "preau_db_connections_open", "gauge", "Connections to the database.", s.open);
    write_one(b, "preau_db_connections_busy", "gauge", "Connections lent to a call.", s.busy);
    write_one(b, "preau_db_connections_most", "gauge", "Ceiling of connections.", s.ceiling);
    write_one(b, "preau_db_statements_total", "counter", "Statements run.", s.statements);
    write_one(b, "preau_db_prepared_total", "counter", "Statements prepared.", s.prepared);
    write_one(b, "preau_db_switches_total", "counter", "Times a connection changed the site.", s.switches);
    write_one(b, "preau_db_errors_total", "counter", "Failures that were not a client's fault.", s.errors);
}

static void write_cache(struct buf *b)
{
    struct cache_stats s = cache_stats();
    write_one(b, "preau_cache_hits_total", "counter", "Answers found in the response cache.", s.hits);
    write_one(b, "preau_cache_misses_total", "counter", "Answers looked for in vain.", s.misses);
    write_one(b, "preau_cache_stored_total", "counter", "Answers kept.", s.stored);
    write_one(b, "preau_cache_dropped_total", "counter", "Answers dropped.", s.dropped);
    write_one(b, "preau_cache_bytes", "gauge", "Memory of the response cache.", s.bytes);
}

static void write_jobs(struct buf *b)
{
    struct work_stats s = work_stats();
    write_one(b, "preau_jobs_queued", "gauge", "Jobs that wait or run, as of the last look at each site.", s.queued);
    write_one(b, "preau_jobs_running", "gauge", "Jobs that this process is doing.", s.running);
    write_one(b, "preau_jobs_dead", "gauge", "Jobs that were given up and wait for a person.", s.dead);
    write_one(b, "preau_jobs_oldest_seconds", "gauge", "Age of the oldest job that waits.", (uint64_t)s.oldest_s);
    write_one(b, "preau_jobs_done_total", "counter", "Jobs done.", s.done_total);
    write_one(b, "preau_jobs_failed_total", "counter", "Attempts that failed.", s.failed_total);
    write_one(b, "preau_jobs_given_up_total", "counter", "Jobs given up.", s.given_up_total);
}

static bool is_loopback(struct str peer)
{
    return str_starts(peer, STR("127.")) || str_is(peer, "::1") || str_starts(peer, STR("::ffff:127."));
}

/* Numbers are for whoever runs the machine: others only when `metrics_public` of the common configuration says so. */
static bool show(struct web *w)
{
    const json_t *open = json_object_get(sites_config(), "metrics_public");
    if (!is_loopback(w->exchange->request.peer) && !json_is_true(open) && !json_integer_value(open))
        return throw(&w->cx, &PermissionError, "These numbers are not for this address.");
    struct buf b = buf_new(w->cx.arena, 1 << 20);
    write_requests(&b);
    write_durations(&b);
    write_lanes(&b);
    write_database(&b);
    write_cache(&b);
    write_jobs(&b);
    return web_send(w, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&b));
}

ROUTE(metrics) = { .pattern = "/metrics",
                   .verbs = HTTP_GET,
                   .run = show,
                   .anywhere = true,
                   .about = "Counters in Prometheus' text format." };
