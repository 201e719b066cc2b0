#ifndef SIDESCOPE_PROBES_GORUNTIME_MEMSTATS_H
#define SIDESCOPE_PROBES_GORUNTIME_MEMSTATS_H

/*
 * What runtime.ReadMemStats would answer, put together from the counters that it
 * reads (runtime/mstats.go), without stopping the process: of a quiet one the same
 * to the byte. In a busy one the counters are of moments some microseconds apart.
 * The thread of the runtime.
 */

#include "pprof/memstats.h"
#include "probes/goruntime/runtime.h"

struct go_memstats {
    struct memstats memstats; /* complete; max_rss 0: not of the runtime */
    uint64_t pause_total_ns;  /* of all collections since the start */
    uint64_t heap_marked;     /* bytes that the last collection found alive; 0: none has run */
    int64_t n_goroutines;     /* runtime.NumGoroutine; -1: unknown */
    int64_t gc_percent;       /* GOGC; -1: off */
    int64_t memory_limit;     /* GOMEMLIMIT in bytes; INT64_MAX: none. Below it next_gc may be lower
                                 than it says */
};

/*
 * False with error where a variable that all of it needs was not found (which, and
 * why), when the numbers contradict each other at every try (MISMATCH), and for what
 * memory_read says. About 1 ms.
 */
bool go_memstats_read(struct go_runtime *runtime, struct go_memstats *ret, GError **error);

#endif
