#ifndef SIDESCOPE_PROBES_PACE_H
#define SIDESCOPE_PROBES_PACE_H

/*
 * How long to wait between samples (pprof-reference 6.4, os-reference 2.4):
 * never more of the machine than the share allowed, never more than a
 * twentieth of the target's time, and less and less often while it fails.
 * Pure; any thread.
 */

#include <glib.h>

enum {
    PACE_LATENCY_FACTOR = 20,
    PACE_MAX_BACKOFF_US = 30 * G_USEC_PER_SEC,
};

struct pace_input {
    gint64 interval_us; /* asked for */
    gint64 cost_us;     /* what the last sample cost us */
    double max_duty;    /* share of time that may be spent; 0: no limit */
    gint64 latency_us;  /* the target worked for us that long; 0: not asked */
    gint64 floor_us;    /* the source's own wish; 0: none */
    unsigned failures;  /* in a row */
};

/* From the beginning of the last sample to the beginning of the next. */
gint64 pace_interval_us(const struct pace_input *input);

#endif
