#include "probes/goruntime/contention_profile.h"

#include "probes/goruntime/bucket_stacks.h"
#include "probes/goruntime/buckets.h"
#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/ticks.h"

#include <string.h>

static const struct {
    enum bucket_kind bucket;
    const char *off;
} kinds[] = {
    [CONTENTION_BLOCK] = {BUCKET_BLOCK, "the program keeps no block profile: it did not call "
                                        "runtime.SetBlockProfileRate"},
    [CONTENTION_MUTEX] = {BUCKET_MUTEX, "the program keeps no mutex profile: it did not call "
                                        "runtime.SetMutexProfileFraction"},
};

/*
 * From Go 1.23 on these stacks are of real calls, unless the first word says
 * otherwise: it is all ones then, and no address.
 */
static enum bucket_stack_form form_of(const struct go_runtime *runtime, const uint64_t **pcs,
                                      size_t *n)
{
    enum { FIRST_PHYSICAL = 23 };

    if (*n > 0 && (*pcs)[0] == UINT64_MAX) {
        (*pcs)++;
        (*n)--;
        return BUCKET_STACK_LOGICAL;
    }
    return runtime->layout.minor >= FIRST_PHYSICAL ? BUCKET_STACK_PHYSICAL : BUCKET_STACK_LOGICAL;
}

static struct profile *make(struct go_runtime *runtime, const struct bucket_list *list,
                            double ticks_per_ns, struct native *native)
{
    static const struct profile_value_type types[] = {{"contentions", "count"},
                                                      {"delay", "nanoseconds"}};
    struct builder builder;

    builder_init(&builder);
    builder_set_types(&builder, types, G_N_ELEMENTS(types));
    struct bucket_stacks *stacks = bucket_stacks_new(&builder, runtime->symbols, native);

    for (guint i = 0; i < list->buckets->len && builder.frames->len < GORUNTIME_MAX_TOTAL_FRAMES;
         i++) {
        /* blockRecord: count as a float64, then cycles. A count of nothing stands for one. */
        const struct bucket *bucket = &g_array_index(list->buckets, struct bucket, i);
        const uint8_t *record = list->records->data + bucket->record;
        const uint64_t *pcs = &g_array_index(list->pcs, uint64_t, bucket->first_pc);
        size_t n = bucket->n_pcs;
        struct profile_sample sample = {.first_frame = builder.frames->len};
        uint64_t bits = bytes_u64(record);
        double count, delay = (double)(int64_t)bytes_u64(record + sizeof bits) / ticks_per_ns;

        memcpy(&count, &bits, sizeof count);
        if (count >= 0 && count < (double)INT64_MAX && delay >= 0 && delay < (double)INT64_MAX) {
            int64_t values[] = {MAX((int64_t)count, 1), (int64_t)delay};
            enum bucket_stack_form form = form_of(runtime, &pcs, &n);

            sample.n_frames = bucket_stacks_add(stacks, pcs, n, form);
            g_array_append_val(builder.samples, sample);
            g_array_append_vals(builder.values, values, G_N_ELEMENTS(values));
        }
    }
    bucket_stacks_free(stacks);
    struct profile *profile = builder_finish(&builder);

    profile->period_type = types[0];
    profile->period = 1;
    profile->time_ns = g_get_real_time() * 1000;
    return profile;
}

/* Nothing counted, and nothing that would count. */
static bool is_off(struct go_runtime *runtime, const struct finder_global *rate,
                   const struct bucket_list *list)
{
    uint64_t value;

    return list->buckets->len == 0 &&
           (rate->state == FINDER_MISSING ||
            !memory_read_u64(runtime->memory, rate->address, &value, NULL) || value == 0);
}

struct profile *contention_profile_read(struct go_runtime *runtime, enum contention_kind kind,
                                        struct native *native, GError **error)
{
    const struct finder_globals *globals = &runtime->globals;
    bool is_block = kind == CONTENTION_BLOCK;
    struct bucket_list list = {0};
    struct profile *profile = NULL;
    double ticks_per_ns;
    uint64_t head;

    if (go_runtime_need(runtime, is_block ? &globals->block_buckets : &globals->mutex_buckets,
                        &head, error) &&
        bucket_list_read(runtime, head, kinds[kind].bucket, &list, error)) {
        if (is_off(runtime, is_block ? &globals->block_profile_rate : &globals->mutex_profile_rate,
                   &list))
            g_set_error_literal(error, GORUNTIME_ERROR, GORUNTIME_ERROR_OFF, kinds[kind].off);
        else if (ticks_measure(&ticks_per_ns, error))
            profile = make(runtime, &list, ticks_per_ns, native);
    }
    bucket_list_clear(&list);
    return profile;
}
