#ifndef SIDESCOPE_PROBES_IN_STEP_H
#define SIDESCOPE_PROBES_IN_STEP_H

/*
 * Do two series rise together, as the goroutines and the descriptors of one
 * leak do? The time that both were seen is cut into equal parts; in step they
 * are when each part adds to both, always about as much of the one for the
 * other. Two causes that are each as steady as a clock cannot be told from one
 * by any such look; bursts, pauses and random walks can. Pure; any thread.
 */

#include "probes/history.h"

enum in_step_verdict {
    IN_STEP_UNKNOWN, /* too few points of one of them in the time both have */
    IN_STEP_NO,
    IN_STEP_YES,
};

struct in_step {
    enum in_step_verdict verdict;
    double ratio;     /* of IN_STEP_YES: what y rises by for each x; median over the parts */
    double low, high; /* the middle half of the parts' ratios */
    double window_s;  /* time looked at */
    size_t parts;
};

struct in_step in_step_fit(const struct history *x, const struct history *y, gint64 since_us);

#endif
