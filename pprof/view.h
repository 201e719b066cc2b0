#ifndef SIDESCOPE_PPROF_VIEW_H
#define SIDESCOPE_PPROF_VIEW_H

/*
 * What all reports start from: the profile with its base subtracted, dropped
 * frames gone, filters applied, and the total taken at the right moment
 * (pprof-reference 2.1). Private to pprof/.
 */

#include "pprof/top.h"

struct view {
    struct profile *profile; /* a reference */
    struct profile *whole;   /* the same before filters; units of labels come from all samples */
    size_t index;            /* of the sample type */
    int64_t total;
    const char *type, *unit; /* of the sample type, "mean_..." of a mean; "" when there is none */
    char *mean_type;         /* keeps type alive */
    unsigned unmatched;      /* filter_unmatched */
};

bool view_init(struct view *view, const struct profile *profile, const struct top_options *options,
               GError **error);
void view_clear(struct view *view);

/* A fraction of a total as an integer without sign, as the tool cuts it. */
int64_t view_cutoff(int64_t total, double fraction);

#endif
