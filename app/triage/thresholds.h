#ifndef SIDESCOPE_APP_TRIAGE_THRESHOLDS_H
#define SIDESCOPE_APP_TRIAGE_THRESHOLDS_H

/*
 * Every number that judges, in one table: unit, what the procedure says, what
 * holds on this system where that differs, where it is from, what measurement
 * says beside it, and the value in force (the user's configuration may replace
 * it). How long a window must be is in steps.h. Pure.
 */

#include "widgets/number.h"

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
    THRESHOLD_KEPT_FDS,          /* of what was opened minutes ago, so many still open, */
    THRESHOLD_KEPT_SHARE,        /* and so much of it */
    THRESHOLD_SESSION_FILES,     /* 1000 session files open = known adapter/watcher leak */
    THRESHOLD_INOTIFY_INSTANCES, /* 8: more than a healthy sidecar's watchers */
    THRESHOLD_INOTIFY_SHARE,     /* of what all programs of a user may have together */
    THRESHOLD_THREADS_LOW,
    THRESHOLD_THREADS_HIGH, /* 20-60 */
    THRESHOLD_THREADS_LEAK, /* 100 */
    THRESHOLD_GOROUTINES_LOW,
    THRESHOLD_GOROUTINES_HIGH,   /* 20-50, 60 measured */
    THRESHOLD_REGIONS,           /* thousands: 2000 anonymous regions = mmap leak */
    THRESHOLD_SWAP_GROWTH_BYTES, /* any growth; 1 MiB is the noise */
    THRESHOLD_ALLOC_RATE_BYTES,  /* 20 MB/s good, 106 MB/s bad */
    THRESHOLD_ALLOC_RATE_BAD_BYTES,
    THRESHOLD_CPU_BUSY,         /* percent of one core: not idle */
    THRESHOLD_RSS_GROWTH_BYTES, /* per hour */
    THRESHOLD_RSS_GROWTH_SHARE, /* percent of the level per hour */
    THRESHOLD_LIMIT_NEAR,       /* percent of a limit of the system: worth a look */
    THRESHOLD_LIMIT_FULL,       /* percent: bad */
    THRESHOLD_LIMIT_SOON_HOURS, /* reached within so many at this rate: bad */
    THRESHOLD_SPAWNS,           /* processes started per minute */
    THRESHOLD_LOCK_LOOK_S,
    THRESHOLD_LOCK_BAD_S,
    THRESHOLD_LOCK_OWN_S,   /* the target's own transaction */
    THRESHOLD_STALL,        /* percent of the time that tasks wait for memory */
    THRESHOLD_STALL_FULL,   /* the same of all tasks at once: bad */
    THRESHOLD_MACHINE_NEAR, /* percent of the machine's memory used: worth a look */
    THRESHOLD_MACHINE_FULL, /* percent: bad */
    THRESHOLD_MAP_COUNT,    /* mappings the kernel allows; NAN: no such limit */
    THRESHOLD_TICK_CHAINS,  /* what a healthy sidecar has of each kind of goroutine */
    THRESHOLD_TICK_BATCHES,
    THRESHOLD_WATCHER_READERS,
    THRESHOLD_PROGRAM_SENDS,
    THRESHOLD_FETCHES,
    THRESHOLD_LOCK_QUEUE, /* goroutines that wait for one lock */
    THRESHOLD_PARKED,     /* goroutines that wait in one send */
    THRESHOLD_CLOSE_WAIT, /* sockets that only the other side has closed */
    THRESHOLD_N,
};

struct threshold {
    enum threshold_id id;
    const char *key;           /* name in the configuration file: "rss-idle" */
    const char *unit;          /* "bytes", "descriptors", … */
    double documented;         /* NAN: the procedure has no such number */
    double on_linux, on_macos; /* in force there; NAN: the documented one */
    const char *source;        /* section of the procedure, or what it is from */
    const char *measured;      /* what measurement corrected, "" when nothing */
};

struct thresholds {
    double value[THRESHOLD_N];
};

const struct threshold *threshold_info(enum threshold_id id);
/* THRESHOLD_N when there is none with that key. */
enum threshold_id threshold_from_key(const char *key);
/* Of the system this runs on. */
bool thresholds_on_macos(void);
/* What holds on a system when nobody says otherwise. */
double threshold_default(enum threshold_id id, bool macos);
void thresholds_init(struct thresholds *thresholds, bool macos);
/* Sets one by its key, in the file's notation; false with a sentence on an unknown key or bad
 * number. */
bool thresholds_set(struct thresholds *thresholds, const char *key, const char *text,
                    GError **error);
/* A value as the tables show it: "500M" for bytes, "20M/s" where they are per time, "-"
 * for NAN. */
struct number_text threshold_text(enum threshold_id id, double value);
/* Reads group [thresholds] of a key file; false with a sentence on an unknown key or bad number. */
bool thresholds_load(struct thresholds *thresholds, GKeyFile *file, GError **error);
/* The table as text: key, value in force, documented one, unit, source, measurement. New string. */
char *thresholds_text(const struct thresholds *thresholds, bool macos);

#endif
