#ifndef SIDESCOPE_PPROF_RESTACK_H
#define SIDESCOPE_PPROF_RESTACK_H

/*
 * A profile made from another by leaving out samples, frames and lines; the
 * rest is shared with the source. Private to pprof/; one thread.
 */

#include "pprof/profile.h"

struct restack {
    const struct profile *source;
    struct profile *out;
    struct profile_location *locations; /* of out, to be changed in place */
    GArray *samples, *values, *frames;
};

void restack_init(struct restack *restack, const struct profile *source);
/* Keeps sample number index, with these n frames of it. */
void restack_keep(struct restack *restack, size_t index, const uint32_t *frames, size_t n);
/* The new profile with one reference. */
struct profile *restack_finish(struct restack *restack);

/*
 * The profile as it is, or, when it has no mapping at all, with an empty one
 * for all its locations: go tool pprof adds that on loading. One new reference.
 */
struct profile *restack_with_mapping(const struct profile *profile);

/* The frames of a sample, leaf first. */
static inline const uint32_t *restack_frames(const struct restack *restack, size_t index)
{
    return restack->source->frames + restack->source->samples[index].first_frame;
}

#endif
