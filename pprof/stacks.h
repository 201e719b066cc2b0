#ifndef SIDESCOPE_PPROF_STACKS_H
#define SIDESCOPE_PPROF_STACKS_H

/*
 * The stacks of a profile one after the other, as paths from the root. Neighbours
 * in a profile share the rootward part of their stacks, so only what is new is
 * written and read again. Private to pprof/; one thread per reader.
 */

#include "pprof/builder.h"
#include "pprof/packed.h"

struct stacks {
    const struct profile *profile; /* borrowed */
    const uint32_t *path;          /* locations, the root first: n of them */
    size_t n;
    size_t shared; /* the first of them are those of the stack before */
    size_t deepest;
    /* private */
    uint32_t *own_path;
    const uint32_t *frames;    /* of the stack before, leaf first */
    struct packed_bytes bytes; /* of stacks that are packed */
    struct packed_reader packed;
};

void stacks_init(struct stacks *stacks, const struct profile *profile);
void stacks_clear(struct stacks *stacks);
/* Reads the stack of a sample. */
void stacks_read(struct stacks *stacks, size_t sample);

#endif
