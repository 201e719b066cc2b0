#ifndef SIDESCOPE_APP_TRIAGE_THRESHOLDS_H
#define SIDESCOPE_APP_TRIAGE_THRESHOLDS_H

/*
 * Every number of the documented procedure, in one table: unit, where it is
 * from, what measurement says beside it, and the value in force (the user's
 * configuration may replace it). Pure.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum threshold_id {
    THRESHOLD_RSS_IDLE_BYTES,   /* 500 MB: red for an idle sidecar */
    THRESHOLD_FDS_HEALTHY_LOW,  /* 50 */
    THRESHOLD_FDS_HEALTHY_HIGH, /* 150 */
    THRESHOLD_FDS_FOCUS,        /* 200: focus on FD leak */
    THRESHOLD_FDS_CRITICAL,     /* 500 (sidecar's own monitor) */
    THRESHOLD_FDS_LEAK,         /* 1000 */
    THRESHOLD_REG_LOW,
    THRESHOLD_REG_HIGH, /* 10-30 */
    THRESHOLD_PIPE_LOW,
    THRESHOLD_PIPE_HIGH, /* 10-30 */
    THRESHOLD_DIR_LOW,
    THRESHOLD_DIR_HIGH,          /* 5-15 */
    THRESHOLD_SAME_FILE,         /* 4 */
    THRESHOLD_SESSION_FILES,     /* 1000 session files open = known adapter/watcher leak */
    THRESHOLD_INOTIFY_INSTANCES, /* 7: more than a healthy sidecar's watchers */
    THRESHOLD_THREADS_LOW,
    THRESHOLD_THREADS_HIGH, /* 20-60 */
    THRESHOLD_THREADS_LEAK, /* 100 */
    THRESHOLD_GOROUTINES_LOW,
    THRESHOLD_GOROUTINES_HIGH,   /* 20-50 */
    THRESHOLD_REGIONS,           /* thousands: 2000 anonymous regions = mmap leak */
    THRESHOLD_SWAP_GROWTH_BYTES, /* any growth; 1 MiB is the noise */
    THRESHOLD_ALLOC_RATE_BYTES,  /* 20 MB/s good, 106 MB/s bad */
    THRESHOLD_ALLOC_RATE_BAD_BYTES,
    THRESHOLD_N,
};

struct threshold {
    enum threshold_id id;
    const char *key;  /* name in the configuration file: "rss-idle" */
    const char *unit; /* "bytes", "descriptors", … */
    double documented;
    const char *source;   /* section of the procedure */
    const char *measured; /* what measurement corrected, "" when nothing */
};

struct thresholds {
    double value[THRESHOLD_N];
};

const struct threshold *threshold_info(enum threshold_id id);
void thresholds_init(struct thresholds *thresholds);
/* Reads group [thresholds] of a key file; false with a sentence on an unknown key or bad number. */
bool thresholds_load(struct thresholds *thresholds, GKeyFile *file, GError **error);

#endif
