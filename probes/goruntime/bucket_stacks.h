#ifndef SIDESCOPE_PROBES_GORUNTIME_BUCKET_STACKS_H
#define SIDESCOPE_PROBES_GORUNTIME_BUCKET_STACKS_H

/*
 * The stacks of profile buckets as locations of a profile, in the way in which
 * runtime/pprof writes them: calls that were inlined into one another are lines of
 * one location. The thread of the symbols.
 */

#include "pprof/builder.h"
#include "probes/goruntime/native.h"
#include "probes/goruntime/symbols.h"

/* How the addresses of a bucket stand for frames. */
enum bucket_stack_form {
    BUCKET_STACK_LOGICAL,  /* one for each frame, inlined ones too */
    BUCKET_STACK_PHYSICAL, /* one for each call that is one, what is inlined there is in it */
};

struct bucket_stacks;

/*
 * Over a builder that is being filled; all are borrowed. native may be NULL:
 * locations then belong to no mapping. Free with bucket_stacks_free.
 */
struct bucket_stacks *bucket_stacks_new(struct builder *builder, struct symbols *symbols,
                                        struct native *native);
void bucket_stacks_free(struct bucket_stacks *stacks);

/* Frames of a stack for a sample of the builder: appended to its frames, gives how many. */
uint32_t bucket_stacks_add(struct bucket_stacks *stacks, const uint64_t *pcs, size_t n,
                           enum bucket_stack_form form);

/* How many of the first addresses are the runtime's own; all of them: 0. */
size_t bucket_stacks_runtime(const struct bucket_stacks *stacks, const uint64_t *pcs, size_t n);

#endif
