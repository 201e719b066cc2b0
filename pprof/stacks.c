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
    const struct profile_store *store = profile->store;

    *s =
        (struct stacks){.profile = profile, .frames = profile->frames, .deepest = deepest(profile)};
    if (store != NULL && store->packed.base != NULL) {
        s->bytes = store->packed;
        packed_reader_init(&s->packed, &store->locations);
    } else {
        s->path = s->own_path = g_new(uint32_t, s->deepest + 1);
    }
}

void stacks_clear(struct stacks *s)
{
    g_clear_pointer(&s->own_path, g_free);
    packed_reader_clear(&s->packed);
}

void stacks_read(struct stacks *s, size_t sample)
{
    const struct profile_sample *in = &s->profile->samples[sample];
    const uint32_t *frames;

    if (s->bytes.base != NULL) {
        if (in->n_frames > 0) {
            packed_read(&s->packed, packed_run(&s->bytes, in->first_frame));
            s->shared = MIN(s->packed.shared, s->n);
        } else {
            s->shared = 0;
        }
        s->path = s->packed.path;
        s->n = in->n_frames;
        return;
    }
    frames = s->profile->frames + in->first_frame;
    /* Levels that the stack before and these n frames, leaf first, have in common. */
    const uint32_t *a = s->frames + s->n, *b = frames + in->n_frames;
    size_t most = MIN(in->n_frames, s->n), common = 0;

    while (common < most && *--a == *--b)
        common++;
    s->shared = common;
    s->frames = frames;
    s->n = in->n_frames;
    for (size_t i = s->shared; i < s->n; i++)
        s->own_path[i] = frames[s->n - 1 - i];
}
