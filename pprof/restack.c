#include "pprof/restack.h"

#include "pprof/builder.h"

#include <string.h>

void restack_init(struct restack *r, const struct profile *source)
{
    struct profile *out = profile_new_from(source);
    struct store *arena = out->store->arena;

    profile_unpack(source);

    out->mappings = source->mappings;
    out->n_mappings = source->n_mappings;
    out->functions = source->functions;
    out->n_functions = source->n_functions;
    out->lines = source->lines;
    out->n_lines = source->n_lines;
    out->labels = source->labels;
    out->n_labels = source->n_labels;
    out->n_locations = source->n_locations;
    out->locations = store_array(arena, out->n_locations, sizeof *out->locations);
    if (out->n_locations > 0)
        memcpy(out->locations, source->locations, out->n_locations * sizeof *out->locations);
    *r = (struct restack){.source = source, .out = out, .locations = out->locations};
    r->samples = g_array_new(FALSE, FALSE, sizeof(struct profile_sample));
    r->values = g_array_new(FALSE, FALSE, sizeof(int64_t));
    r->frames = g_array_new(FALSE, FALSE, sizeof(uint32_t));
}

void restack_keep(struct restack *r, size_t index, const uint32_t *frames, size_t n)
{
    struct profile_sample sample = r->source->samples[index];
    size_t n_types = r->source->n_sample_types;

    sample.first_frame = r->frames->len;
    sample.n_frames = (uint32_t)n;
    if (n > 0)
        g_array_append_vals(r->frames, frames, (guint)n);
    g_array_append_vals(r->values, r->source->values + index * n_types, (guint)n_types);
    g_array_append_val(r->samples, sample);
}

struct profile *restack_finish(struct restack *r)
{
    struct profile *out = r->out;
    struct store *arena = out->store->arena;
    size_t n_values;

    out->samples = store_adopt_array(arena, r->samples, &out->n_samples);
    out->values = store_adopt_array(arena, r->values, &n_values);
    out->frames = store_adopt_array(arena, r->frames, &out->n_frames);
    return out;
}

struct profile *restack_with_mapping(const struct profile *profile)
{
    struct restack r;

    if (profile->n_mappings > 0)
        return profile_ref((struct profile *)(uintptr_t)profile);
    restack_init(&r, profile);
    r.out->mappings = store_array(r.out->store->arena, 1, sizeof *r.out->mappings);
    r.out->mappings[0] = (struct profile_mapping){.id = 1, .filename = "", .build_id = ""};
    r.out->n_mappings = 1;
    for (size_t i = 0; i < r.out->n_locations; i++)
        r.locations[i].mapping = 0;
    for (size_t i = 0; i < profile->n_samples; i++)
        restack_keep(&r, i, restack_frames(&r, i), profile->samples[i].n_frames);
    return restack_finish(&r);
}
