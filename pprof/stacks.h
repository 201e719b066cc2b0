#ifndef SIDESCOPE_PPROF_STACKS_H
#define SIDESCOPE_PPROF_STACKS_H

/*
 * The stacks of a profile one after the other, as paths from the root. Neighbours
 * in a profile share the rootward part of their stacks, so only what is new is
 * written and read again. Private to pprof/; one thread per reader.
 */

#include "pprof/profile.h"

struct stacks {
    const struct profile *profile; /* borrowed */
    uint32_t *path;                /* locations, the root first: n of them */
    size_t n;
    size_t shared; /* the first of them are those of the stack before */
    size_t deepest;
    const uint32_t *frames; /* of the stack before, leaf first */
};

void stacks_init(struct stacks *stacks, const struct profile *profile);
void stacks_clear(struct stacks *stacks);

/* Levels that the stack before and these n frames, leaf first, have in common. */
static inline size_t stacks_common(const struct stacks *s, const uint32_t *frames, size_t n)
{
    const uint32_t *a = s->frames + s->n, *b = frames + n;
    size_t most = n < s->n ? n : s->n, common = 0;

    while (common < most && *--a == *--b)
        common++;
    return common;
}

/* Reads the stack of a sample. */
static inline void stacks_read(struct stacks *s, size_t sample)
{
    const struct profile_sample *in = &s->profile->samples[sample];
    const uint32_t *frames = s->profile->frames + in->first_frame;

    s->shared = stacks_common(s, frames, in->n_frames);
    s->frames = frames;
    s->n = in->n_frames;
    for (size_t i = s->shared; i < s->n; i++)
        s->path[i] = frames[s->n - 1 - i];
}

#endif
