#ifndef SIDESCOPE_APP_LISTS_COSTS_LIST_H
#define SIDESCOPE_APP_LISTS_COSTS_LIST_H

/* What watching costs, probe by probe. Pure. */

#include "probes/probe.h"
#include "widgets/listing.h"

struct costs_list {
    struct probe_pace paces[PROBE_N_KINDS];
};
extern const struct listing costs_listing;
/* Of one sample on average; NAN before the first. */
double costs_mean_us(const struct probe_pace *pace);

#endif
