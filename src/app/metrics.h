#pragma once
/* metrics: counters of the process, in Prometheus' text format at /metrics. */
#include "web.h"

/* One exchange is over. Any thread. */
void metrics_count(const struct route *, int status, int64_t took_us, int64_t bytes);
