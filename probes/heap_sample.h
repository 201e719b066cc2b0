#ifndef SIDESCOPE_PROBES_HEAP_SAMPLE_H
#define SIDESCOPE_PROBES_HEAP_SAMPLE_H

/* The live heap by function, and the counters of the runtime. See sample.h. */

#include "pprof/memstats.h"
#include "pprof/profile.h"
#include "probes/sample.h"

struct heap_sample {
    struct sample base;
    const struct memstats *memstats; /* NULL when the source had none */
    struct profile *profile;         /* heap profile of the same answer; NULL when not readable */
    gint64 profile_us;
    const char *source; /* "heap?debug=1", or "memory": read from the process's own; "" unknown */
    bool new_gc; /* a collection finished since the previous sample: profile values may differ */
    /* What the collector is told: a limit of memory (0: none) and how much garbage it lets
     * come up, of what is alive (-1: off). */
    int64_t memory_limit_bytes, gc_percent;
    const char *limits_source; /* of these two: "memory" (what is in force), "environment" (what it
                                  began with); NULL: not known */
    uint32_t restarts; /* times the counters went back: another process answers than before */
};

#endif
