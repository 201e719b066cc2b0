#include "pprof/stacks.h"

static size_t deepest(const struct profile *p)
{
    uint32_t most = 0;

    for (size_t i = 0; i < p->n_samples; i++)
        most = MAX(most, p->samples[i].n_frames);
    return most;
}

void stacks_init(struct stacks *s, const struct profile *profile)
{
    *s =
        (struct stacks){.profile = profile, .frames = profile->frames, .deepest = deepest(profile)};
    s->path = g_new(uint32_t, s->deepest + 1);
}

void stacks_clear(struct stacks *s)
{
    g_clear_pointer(&s->path, g_free);
}
