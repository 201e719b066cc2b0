#ifndef SIDESCOPE_TRIAGE_BUSIEST_H
#define SIDESCOPE_TRIAGE_BUSIEST_H

/*
 * Who computes, by a CPU profile: one function that has most of it, or a whole program that is at
 * work, as a server is that answers many. Pure; any thread.
 */

#include "pprof/profile.h"

enum busiest_kind {
    BUSIEST_UNKNOWN, /* too few samples, or the runtime's own work is most of them */
    BUSIEST_FUNCTION,
    BUSIEST_NONE, /* the program's own functions have most of it, and none of them half */
};

struct busiest {
    enum busiest_kind kind;
    char *function; /* NULL unless it is one */
    double percent; /* of the profile: its own, or with what it calls */
    bool has_callees;
    bool serves; /* most of it answers requests, which a loop does not */
};

/* profile NULL: unknown. Clear with busiest_clear. */
void busiest_of(const struct profile *profile, struct busiest *ret);
void busiest_clear(struct busiest *busiest);

#endif
