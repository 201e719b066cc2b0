#include "probes/goruntime/heap_profile.h"

#include "probes/goruntime/bucket_stacks.h"
#include "probes/goruntime/buckets.h"
#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/limits.h"

#include <math.h>

enum {
    TRIES = 8,  /* of a reading that a collection came into */
    FUTURES = 3 /* memRecord.future */
};

/* One bucket's numbers, not scaled. */
struct counts {
    int64_t allocs, frees, alloc_bytes, free_bytes;
};

struct reading {
    struct go_runtime *runtime;
    struct bucket_list list;
    struct heap_profile_facts facts;
    uint32_t cycle;      /* of the profile: mProfCycle without its lowest bit */
    bool is_unpublished; /* no collection has published anything: all cycles count */
};

/* --- counts --- */

static void add_cycle(const struct go_layout *l, const uint8_t *record, size_t at, uint64_t size,
                      struct counts *sum)
{
    const uint8_t *cycle = record + at;
    int64_t allocs = (int64_t)bytes_u64(cycle + l->memcycle_allocs);
    int64_t frees = (int64_t)bytes_u64(cycle + l->memcycle_frees);
    bool has_bytes = l->memcycle_alloc_bytes != GO_LAYOUT_NONE;

    sum->allocs += allocs;
    sum->frees += frees;
    sum->alloc_bytes += has_bytes ? (int64_t)bytes_u64(cycle + l->memcycle_alloc_bytes)
                                  : (int64_t)((uint64_t)allocs * size);
    sum->free_bytes += has_bytes ? (int64_t)bytes_u64(cycle + l->memcycle_free_bytes)
                                 : (int64_t)((uint64_t)frees * size);
}

/* What a profile shows: published, and the cycle that is to be published next. */
static struct counts counts_of(const struct reading *r, const uint8_t *record, uint64_t size)
{
    const struct go_layout *l = &r->runtime->layout;
    struct counts sum = {0};

    add_cycle(l, record, (size_t)l->memrecord_active, size, &sum);
    for (uint32_t i = 0; i < FUTURES; i++)
        if (r->is_unpublished || i == r->cycle % FUTURES)
            add_cycle(l, record,
                      (size_t)l->memrecord_future + (size_t)i * (size_t)l->memcycle_bytes, size,
                      &sum);
    return sum;
}

static bool is_possible(const struct counts *c)
{
    return c->frees >= 0 && c->allocs >= c->frees && c->free_bytes >= 0 &&
           c->alloc_bytes >= c->free_bytes;
}

/* A bucket that was caught between two of its counts is read again. */
static struct counts settle(struct reading *r, const struct bucket *bucket)
{
    uint8_t *record = r->list.records->data + bucket->record;
    struct counts counts = counts_of(r, record, bucket->size);
    uint64_t address = bucket->address + (uint64_t)r->runtime->layout.bucket_bytes +
                       (uint64_t)bucket->n_pcs * sizeof(uint64_t);

    for (int i = 0; i < TRIES && !is_possible(&counts); i++) {
        if (!memory_read(r->runtime->memory, address, record, r->list.record_bytes, NULL))
            break;
        counts = counts_of(r, record, bucket->size);
    }
    if (!is_possible(&counts)) {
        r->facts.n_torn++;
        counts.frees = CLAMP(counts.frees, 0, MAX(counts.allocs, 0));
        counts.free_bytes = CLAMP(counts.free_bytes, 0, MAX(counts.alloc_bytes, 0));
        counts.allocs = MAX(counts.allocs, counts.frees);
        counts.alloc_bytes = MAX(counts.alloc_bytes, counts.free_bytes);
    }
    return counts;
}

/*
 * The runtime samples an allocation of s bytes with probability 1 - exp(-s / rate),
 * so that each one that was taken stands for the inverse of that.
 */
static void scale(int64_t objects, int64_t bytes, uint64_t rate, int64_t *ret)
{
    double factor = 1;

    ret[0] = ret[1] = 0;
    if (objects == 0 || bytes == 0)
        return;
    if (rate > 1)
        factor = 1 / (1 - exp(-((double)bytes / (double)objects) / (double)rate));
    double scaled[2] = {(double)objects * factor, (double)bytes * factor};

    for (int i = 0; i < 2; i++)
        ret[i] = scaled[i] < (double)INT64_MAX ? (int64_t)scaled[i] : INT64_MAX;
    if (rate <= 1) {
        ret[0] = objects;
        ret[1] = bytes;
    }
}

/* --- reading --- */

static bool is_off(const struct go_runtime *runtime, GError **error)
{
    struct symbol_range ignored;
    bool is_linked =
        symbols_find_function(runtime->symbols, "runtime.MemProfile", &ignored) ||
        symbols_find_function(runtime->symbols, "runtime.memProfileInternal", &ignored);

    g_set_error_literal(
        error, GORUNTIME_ERROR, GORUNTIME_ERROR_OFF,
        is_linked
            ? "the program keeps no heap profile: runtime.MemProfileRate is 0, which it or "
              "GODEBUG=memprofilerate=0 set"
            : "the program keeps no heap profile: nothing in it refers to runtime.MemProfile, "
              "so the linker turned sampling off");
    return false;
}

static bool is_unpublished(const struct reading *r)
{
    struct reading published = *r;

    published.is_unpublished = false;
    for (guint i = 0; i < r->list.buckets->len; i++) {
        const struct bucket *bucket = &g_array_index(r->list.buckets, struct bucket, i);
        struct counts counts =
            counts_of(&published, r->list.records->data + bucket->record, bucket->size);

        if (counts.allocs != 0 || counts.frees != 0)
            return false;
    }
    return true;
}

/* All buckets at one cycle of the collector: read again when one ended meanwhile. */
static bool read_buckets(struct reading *r, uint64_t head, uint64_t cycle, GError **error)
{
    uint32_t before, after;

    for (int i = 0; i < TRIES; i++) {
        if (!memory_read_u32(r->runtime->memory, cycle, &before, error))
            return false;
        bucket_list_clear(&r->list);
        if (!bucket_list_read(r->runtime, head, BUCKET_MEMORY, &r->list, error) ||
            !memory_read_u32(r->runtime->memory, cycle, &after, error))
            return false;
        r->cycle = after >> 1;
        if (before == after)
            break;
    }
    r->is_unpublished = is_unpublished(r);
    r->facts.collection = r->is_unpublished ? 0 : r->cycle;
    r->facts.n_buckets = r->list.buckets->len;
    r->facts.truncated = r->list.truncated;
    return true;
}

static bool read_all(struct reading *r, GError **error)
{
    const struct finder_globals *globals = &r->runtime->globals;
    uint64_t rate, head, cycle;

    if (!go_runtime_need(r->runtime, &globals->mem_profile_rate, &rate, error) ||
        !memory_read_u64(r->runtime->memory, rate, &r->facts.rate, error))
        return false;
    if (r->facts.rate == 0)
        return is_off(r->runtime, error);
    return go_runtime_need(r->runtime, &globals->mem_buckets, &head, error) &&
           go_runtime_need(r->runtime, &globals->mem_profile_cycle, &cycle, error) &&
           read_buckets(r, head, cycle, error);
}

/* --- the profile --- */

enum { VALUES = 4 };

static struct profile *make(struct reading *r, struct native *native)
{
    static const struct profile_value_type types[VALUES] = {{"alloc_objects", "count"},
                                                            {"alloc_space", "bytes"},
                                                            {"inuse_objects", "count"},
                                                            {"inuse_space", "bytes"}};
    struct builder builder;

    builder_init(&builder);
    builder_set_types(&builder, types, VALUES);
    struct bucket_stacks *stacks = bucket_stacks_new(&builder, r->runtime->symbols, native);

    for (guint i = 0; i < r->list.buckets->len; i++) {
        const struct bucket *bucket = &g_array_index(r->list.buckets, struct bucket, i);
        const uint64_t *pcs = &g_array_index(r->list.pcs, uint64_t, bucket->first_pc);

        if (builder.frames->len >= GORUNTIME_MAX_TOTAL_FRAMES) {
            r->facts.truncated = true;
            break;
        }
        struct counts c = settle(r, bucket);
        int64_t values[VALUES];

        if (c.allocs <= 0)
            continue;
        scale(c.allocs, c.alloc_bytes, r->facts.rate, values);
        scale(c.allocs - c.frees, c.alloc_bytes - c.free_bytes, r->facts.rate, values + 2);
        uint32_t first = builder.frames->len;
        size_t skip = bucket_stacks_runtime(stacks, pcs, bucket->n_pcs);
        uint32_t n =
            bucket_stacks_add(stacks, pcs + skip, bucket->n_pcs - skip, BUCKET_STACK_LOGICAL);

        struct profile_label label = {
            .key = "bytes", .str = "", .unit = "", .num = c.alloc_bytes / c.allocs};
        struct profile_sample sample = {.first_frame = first,
                                        .n_frames = n,
                                        .first_label = builder.labels->len,
                                        .n_labels = label.num != 0};

        g_array_append_vals(builder.labels, &label, sample.n_labels);
        g_array_append_val(builder.samples, sample);
        g_array_append_vals(builder.values, values, VALUES);
    }
    bucket_stacks_free(stacks);
    struct profile *profile = builder_finish(&builder);

    profile->period_type = (struct profile_value_type){"space", "bytes"};
    profile->period = (int64_t)r->facts.rate;
    profile->time_ns = g_get_real_time() * 1000;
    return profile;
}

struct profile *heap_profile_read(struct go_runtime *runtime, struct native *native,
                                  struct heap_profile_facts *facts, GError **error)
{
    struct reading r = {.runtime = runtime};
    struct profile *profile = read_all(&r, error) ? make(&r, native) : NULL;

    bucket_list_clear(&r.list);
    if (profile != NULL && facts != NULL)
        *facts = r.facts;
    return profile;
}
