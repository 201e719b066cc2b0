#ifndef SIDESCOPE_APP_SESSION_SWITCHES_H
#define SIDESCOPE_APP_SESSION_SWITCHES_H

/*
 * Another project that a sidecar opens is a moment on the time axis, and what a
 * number rises by at each of them tells a leak in steps from one that goes on
 * by itself. Pure, over histories; main loop's thread.
 */

#include "probes/history.h"

/* Moments (gint64, rising, of the history's clock) at which switches, METRIC_PROJECT_SWITCHES, was
 * seen to rise. Free with g_array_unref. */
GArray *switches_times(const struct history *switches);

/* What a number rose by at switches: the level some seconds after it against that just before. */
struct switch_growth {
    unsigned n;         /* switches with a level known on both sides */
    unsigned rose;      /* of them: it was higher afterwards */
    double least, most; /* by so much at those */
    double sum;         /* of all n, falls too */
    double between;     /* what else it rose by from before the first to after the last */
};

struct switch_growth switches_growth(const struct history *switches, const struct history *history);

#endif
