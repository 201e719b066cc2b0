#ifndef SIDESCOPE_PROBES_GORUNTIME_CPU_WALK_H
#define SIDESCOPE_PROBES_GORUNTIME_CPU_WALK_H

/*
 * The call stack of one sample, out of two that are each wrong alone: the
 * kernel's chain of frame pointers, which skips the caller of a function without
 * a frame and goes astray in assembly that uses that register; and a walk over
 * the copied stack by the sizes of frames that the runtime's tables have, which
 * ends at the copy's end and where the runtime changes stacks. Pure but for the
 * memo in symbols; the thread of those.
 */

#include "probes/goruntime/perf_ring.h"
#include "probes/goruntime/symbols.h"

enum {
    CPU_WALK_MAX = 1024, /* pcs of a stack; the kernel gives 127 unless told otherwise */
};

enum cpu_walk_end {
    CPU_WALK_CHAIN,  /* the chain as it came: the walk found nothing to add */
    CPU_WALK_JOINED, /* walked until the chain had the same return address, then that */
    CPU_WALK_WHOLE,  /* walked to the first function of the stack */
    CPU_WALK_ALONE,  /* walked as far as the copy goes: the chain is astray from the start */
    CPU_WALK_N_ENDS,
};

struct cpu_stack {
    uint64_t pcs[CPU_WALK_MAX]; /* innermost first: where it was, then return addresses */
    size_t n;
    bool is_return; /* the first is a return address as well */
    enum cpu_walk_end end;
};

/*
 * chain: the sample's, or what is left of it when the vdso's part was taken off,
 * which is where its first pc is a return address too and nothing is walked.
 * walked: of struct symbol, for this function's own use; kept between samples.
 */
void cpu_walk(struct symbols *symbols, const struct perf_record *sample, const uint64_t *chain,
              size_t n_chain, GPtrArray *walked, struct cpu_stack *ret);

#endif
