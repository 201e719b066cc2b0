#ifndef SIDESCOPE_PROBES_GORUNTIME_FINDER_H
#define SIDESCOPE_PROBES_GORUNTIME_FINDER_H

/*
 * Where the Go runtime keeps its variables in a running program, also in one
 * without a symbol table (facts 2): the addresses that named functions of the
 * runtime refer to are candidates, and the value behind each must be what that
 * variable can only be. No symbol table is used. What cannot be told apart is
 * missing: nothing is guessed.
 *
 * One thread. The addresses hold for the life of the process.
 */

#include "probes/goruntime/layout.h"
#include "probes/goruntime/memory.h"
#include "probes/goruntime/symbols.h"

enum finder_state {
    FINDER_MISSING, /* no candidate, or several: see reason */
    FINDER_CHECKED, /* the only candidate, and its value is possible, as that of others would be */
    FINDER_SURE,    /* the only candidate, and its value belongs to nothing else */
};

struct finder_global {
    uint64_t address; /* 0 when missing */
    enum finder_state state;
    const char *reason; /* static; why it is missing, NULL otherwise */
};

/* GLOBAL(member, name in the runtime) */
#define FINDER_GLOBALS(GLOBAL)                                                                     \
    GLOBAL(allgs, "runtime.allgs")                         /* []*g */                              \
    GLOBAL(allgptr, "runtime.allgptr")                     /* **g, read after allglen */           \
    GLOBAL(allglen, "runtime.allglen")                     /* uintptr */                           \
    GLOBAL(wait_reasons, "runtime.waitReasonStrings")      /* [...]string */                       \
    GLOBAL(memstats, "runtime.memstats")                   /* mstats */                            \
    GLOBAL(gc_controller, "runtime.gcController")          /* gcControllerState */                 \
    GLOBAL(mheap, "runtime.mheap_")                        /* mheap */                             \
    GLOBAL(sched, "runtime.sched")                         /* schedt */                            \
    GLOBAL(allp, "runtime.allp")                           /* []*p */                              \
    GLOBAL(semtable, "runtime.semtable")                   /* semTable */                          \
    GLOBAL(mem_profile_rate, "runtime.MemProfileRate")     /* int */                               \
    GLOBAL(mem_profile_cycle, "runtime.mProfCycle")        /* uint32: cycle << 1 | flushed */      \
    GLOBAL(mem_buckets, "runtime.mbuckets")                /* *bucket */                           \
    GLOBAL(block_buckets, "runtime.bbuckets")              /* *bucket */                           \
    GLOBAL(mutex_buckets, "runtime.xbuckets")              /* *bucket */                           \
    GLOBAL(block_profile_rate, "runtime.blockprofilerate") /* uint64, ticks */                     \
    GLOBAL(mutex_profile_rate, "runtime.mutexprofilerate") /* uint64, 1 in n */

#define FINDER_MEMBER(MEMBER, NAME) struct finder_global MEMBER;
struct finder_globals {
    FINDER_GLOBALS(FINDER_MEMBER)
};

/* How many there are, and each by number in the order of FINDER_GLOBALS: for tests and doctor. */
enum { FINDER_N_GLOBALS = sizeof(struct finder_globals) / sizeof(struct finder_global) };
const char *finder_name(size_t global);
const struct finder_global *finder_global_at(const struct finder_globals *globals, size_t global);

/*
 * Looks for all of them. True also when some are missing; false with error when
 * the process cannot be read: what memory_read_ranges says. About 2 ms.
 */
bool finder_find(struct memory *memory, const struct go_layout *layout, struct symbols *symbols,
                 struct finder_globals *ret, GError **error);

#endif
