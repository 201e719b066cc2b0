#include "app/triage/goroutine_growth.h"

/* Without wait reasons and creators the same goroutines are other buckets: those two kinds of dump
 * tell nothing about each other. */
const struct goroutine_dump *goroutine_base_dump(const struct triage_input *in)
{
    const struct goroutines_sample *base = in->base_goroutines;

    if (base == NULL || base == in->goroutines || base->dump == NULL || in->goroutines == NULL ||
        in->goroutines->dump == NULL)
        return NULL;
    return base->dump->has_states == in->goroutines->dump->has_states ? base->dump : NULL;
}

int64_t goroutine_growth(const struct goroutine_dump *base, const struct goroutine_bucket *bucket)
{
    if (base == NULL)
        return SAMPLE_UNKNOWN;
    for (size_t i = 0; i < base->n_buckets; i++)
        if (base->buckets[i].hash == bucket->hash)
            return (int64_t)bucket->count - (int64_t)base->buckets[i].count;
    return (int64_t)bucket->count;
}

const char *goroutine_site_function(const struct goroutine_bucket *bucket)
{
    if (bucket->n_frames == 0)
        return "(no frames)";
    return bucket->frames[MIN(bucket->site, bucket->n_frames - 1)].function;
}
