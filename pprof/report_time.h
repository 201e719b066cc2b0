#ifndef SIDESCOPE_PPROF_REPORT_TIME_H
#define SIDESCOPE_PPROF_REPORT_TIME_H

/* Times and durations as Go writes them. Private to pprof/; pure. */

#include <glib.h>
#include <stdint.h>

enum report_time {
    REPORT_TIME_SECONDS, /* 2026-11-23 04:27:06 UTC */
    REPORT_TIME_FULL,    /* 2026-11-23 04:27:06.5344 +0000 UTC */
    REPORT_TIME_OLD,     /* Nov 23, 2026 at 4:27am (UTC) */
};

/* time_ns: Unix time. zone NULL: UTC. */
void report_time_append(GString *out, int64_t time_ns, GTimeZone *zone, enum report_time form);
/* "1h2m3.5s", "1.5ms", "0s". */
void report_duration_append(GString *out, int64_t duration_ns);

#endif
