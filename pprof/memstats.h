#ifndef SIDESCOPE_PPROF_MEMSTATS_H
#define SIDESCOPE_PPROF_MEMSTATS_H

/*
 * The "# runtime.MemStats" block at the END of heap?debug=1 (pprof-reference
 * section 4.2). Bytes unless named otherwise. Pure; any thread.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memstats {
    uint64_t alloc, total_alloc, sys, mallocs, frees;
    uint64_t heap_alloc, heap_sys, heap_idle, heap_inuse, heap_released;
    uint64_t heap_objects; /* count */
    uint64_t stack_inuse, stack_sys, mspan_inuse, mspan_sys, mcache_inuse, mcache_sys;
    uint64_t buck_hash_sys, gc_sys, other_sys;
    uint64_t next_gc;    /* heap size goal; UINT64_MAX: collector off */
    uint64_t last_gc_ns; /* Unix time, 0: never */
    uint64_t last_pause_ns;
    uint64_t num_gc, num_forced_gc; /* counts */
    double gc_cpu_fraction;         /* 0..1 */
    uint64_t max_rss;               /* bytes; 0: not given */
    bool complete;                  /* every key above up to num_gc was present */
};

/* Finds and reads the block anywhere in text. False with error when there is none. */
bool memstats_parse(const char *text, size_t n, struct memstats *ret, GError **error);
/* Such a block, without the list of pauses. Free with g_free. */
char *memstats_text(const struct memstats *memstats);

#endif
