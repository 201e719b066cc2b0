#include "app/triage/goroutine_growth.h"

#include "app/triage/heap_growth.h"

#include <string.h>

/*
 * Without wait reasons and creators the same goroutines are other buckets: of
 * such a dump each is several of one with them, all with its functions. The
 * other way round nothing can be told.
 */
const struct goroutine_dump *goroutine_base_dump(const struct triage_input *in)
{
    const struct goroutines_sample *base = in->base_goroutines;

    if (base == NULL || base == in->goroutines || base->dump == NULL || in->goroutines == NULL ||
        in->goroutines->dump == NULL)
        return NULL;
    return base->dump->has_states || !in->goroutines->dump->has_states ? base->dump : NULL;
}

/* One of the two kinds of dump shows functions of the runtime that the other hides. */
static const char *next_function(const struct goroutine_bucket *bucket, size_t *i)
{
    while (*i < bucket->n_frames) {
        const char *function = bucket->frames[(*i)++].function;

        if (!g_str_has_prefix(function, "runtime.") && strstr(function, ".runtime_") == NULL)
            return function;
    }
    return NULL;
}

static bool has_same_functions(const struct goroutine_bucket *a, const struct goroutine_bucket *b)
{
    size_t i = 0, j = 0;
    const char *x, *y;

    do {
        x = next_function(a, &i);
        y = next_function(b, &j);
    } while (x != NULL && y != NULL && strcmp(x, y) == 0);
    return x == NULL && y == NULL;
}

static bool is_same(const struct goroutine_bucket *before, const struct goroutine_bucket *now,
                    bool states_gone)
{
    return before->hash == now->hash || (states_gone && has_same_functions(before, now));
}

int64_t goroutine_growth(const struct goroutine_dump *base, const struct goroutine_bucket *bucket)
{
    int64_t before = 0;

    if (base == NULL)
        return SAMPLE_UNKNOWN;
    for (size_t i = 0; i < base->n_buckets; i++)
        if (is_same(&base->buckets[i], bucket, base->has_states && *bucket->state == '\0'))
            before += (int64_t)base->buckets[i].count;
    return (int64_t)bucket->count - before;
}

static size_t n_common(const struct goroutine_bucket *a, const struct goroutine_bucket *b)
{
    size_t i = 0, j = 0, n = 0;

    while (i < a->count && j < b->count) {
        n += a->ids[i] == b->ids[j];
        if (a->ids[i] <= b->ids[j])
            i++;
        else
            j++;
    }
    return n;
}

bool goroutine_stands_still(const struct goroutine_dump *base,
                            const struct goroutine_bucket *bucket)
{
    enum { SHARE_PERCENT = 90, BY_COUNT = 100 };
    bool unnumbered = false;
    size_t stayed = 0, stood = 0;

    for (size_t i = 0; base != NULL && i < base->n_buckets; i++) {
        const struct goroutine_bucket *before = &base->buckets[i];

        if (!is_same(before, bucket, base->has_states && *bucket->state == '\0'))
            continue;
        unnumbered = before->ids == NULL || bucket->ids == NULL;
        stood += before->count;
        stayed += unnumbered ? before->count : n_common(before, bucket);
    }
    if (unnumbered)
        return stayed == bucket->count && stayed >= BY_COUNT;
    /* one that got through is enough to show that others do */
    return stayed == stood && stayed * 100 >= bucket->count * SHARE_PERCENT;
}

bool goroutine_is_main(const struct goroutine_bucket *bucket)
{
    for (size_t i = 0; i < bucket->n_frames; i++)
        if (strcmp(bucket->frames[i].function, "main.main") == 0)
            return bucket->creator == NULL;
    return false;
}

/* Where all of it is Go's own, what the goroutine was started as says most: of a read that waits
 * deep in the poller, whose loop it is. */
static const char *entry_function(const struct goroutine_bucket *bucket)
{
    for (size_t i = bucket->n_frames; i-- > 0;)
        if (!g_str_has_prefix(bucket->frames[i].function, "runtime."))
            return bucket->frames[i].function;
    return bucket->frames[0].function;
}

const char *goroutine_site_function(const struct goroutine_bucket *bucket)
{
    if (bucket->n_frames == 0)
        return "(no frames)";
    const char *function = bucket->frames[MIN(bucket->site, bucket->n_frames - 1)].function;

    return heap_growth_is_standard(function) ? entry_function(bucket) : function;
}
