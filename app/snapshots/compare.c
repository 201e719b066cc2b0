#include "app/snapshots/compare.h"

#include "widgets/number.h"

#include <math.h>
#include <string.h>

enum { BEFORE, AFTER, N_SIDES };

/* --- numbers --- */

/* What a snapshot keeps as a sample is read as everywhere; 0 regions are no walk. */
static int64_t read_number(const struct metric_reading *reading, const struct snapshot *snapshot)
{
    const struct heap_sample heap = {.memstats = &snapshot->memstats};
    const struct sample *samples[PROBE_N_KINDS] = {
        [PROBE_PROCESS] = (const struct sample *)snapshot->process,
        [PROBE_MEMORY] = (const struct sample *)snapshot->memory,
        [PROBE_FILES] = (const struct sample *)snapshot->files,
        [PROBE_HEAP] = snapshot->has_memstats ? &heap.base : NULL,
    };
    const struct sample *sample = reading->kind < PROBE_N_KINDS ? samples[reading->kind] : NULL;

    if (sample == NULL || (reading->when == METRIC_NEW_WALK && snapshot->memory->regions_us == 0))
        return SAMPLE_UNKNOWN;
    double value = metric_read(reading, sample);

    return value < (double)INT64_MAX ? (int64_t)value : SAMPLE_UNKNOWN; /* nor NAN */
}

int64_t compare_number_of(const struct snapshot *snapshot, enum metric metric)
{
    const struct metric_reading *readings = metric_info(metric)->readings;

    if (metric == METRIC_HEAP_LIVE) {
        const struct profile *profile = snapshot_profile(snapshot, "heap");
        int index = profile != NULL ? profile_sample_index(profile, "inuse_space") : -1;
        int64_t total = 0;

        if (index < 0)
            return SAMPLE_UNKNOWN;
        for (size_t i = 0; i < profile->n_samples; i++)
            /* what a file says may be anything: wrap instead of undefined behaviour */
            total =
                (int64_t)((uint64_t)total +
                          (uint64_t)profile->values[i * profile->n_sample_types + (size_t)index]);
        return total;
    }
    if (metric == METRIC_GOROUTINES)
        return snapshot->goroutines != NULL ? (int64_t)snapshot->goroutines->total : SAMPLE_UNKNOWN;
    int64_t value = read_number(&readings[0], snapshot);

    return value != SAMPLE_UNKNOWN ? value : read_number(&readings[1], snapshot);
}

int64_t compare_growth(struct compare_pair pair)
{
    int64_t growth;

    if (pair.before == SAMPLE_UNKNOWN || pair.after == SAMPLE_UNKNOWN ||
        __builtin_sub_overflow(pair.after, pair.before, &growth))
        return SAMPLE_UNKNOWN;
    return growth;
}

double compare_per_hour(const struct comparison *comparison, int64_t growth)
{
    if (growth == SAMPLE_UNKNOWN)
        return NAN;
    return (double)growth / number_rate_hours((double)comparison->elapsed_us / G_USEC_PER_SEC);
}

/* Where the boot's clock was read for both it is the better one: nobody sets it. */
static gint64 elapsed(const struct snapshot *before, const struct snapshot *after)
{
    if (before->taken_us != 0 && after->taken_us != 0)
        return after->taken_us - before->taken_us;
    return before->real_us != 0 && after->real_us != 0 ? after->real_us - before->real_us : 0;
}

static int64_t size_of_change(struct compare_pair pair)
{
    int64_t growth = compare_growth(pair);

    return growth == SAMPLE_UNKNOWN ? 0 : ABS(growth);
}

/* Larger changes first, ties by what the caller says. */
static int order(struct compare_pair a, struct compare_pair b, int tie)
{
    int64_t x = size_of_change(a), y = size_of_change(b);

    return x != y ? (x < y ? 1 : -1) : tie;
}

static void count_in(struct compare_pair *pair, int side, int64_t n)
{
    *(side == BEFORE ? &pair->before : &pair->after) += n;
}

/* --- goroutines --- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x9e3779b97f4a7c15u + (hash >> 29);
}

/* What both kinds of dump agree on: functions and lines from the first own frame on. */
static uint64_t stack_key(const struct goroutine_bucket *bucket)
{
    uint64_t key = 1;

    for (size_t i = bucket->site; i < bucket->n_frames; i++) {
        for (const char *c = bucket->frames[i].function; *c != '\0'; c++)
            key = mix(key, (unsigned char)*c);
        key = mix(key, (uint64_t)bucket->frames[i].line);
    }
    return key;
}

static void add_buckets(GArray *rows, const struct goroutine_dump *dump, int side, bool mixed)
{
    for (size_t i = 0; i < dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &dump->buckets[i];
        uint64_t key = mixed ? stack_key(bucket) : bucket->hash;
        struct compare_bucket row = {
            .bucket = bucket,
            .key = key != 0 ? key : 1,
            .wait_max_minutes = side == AFTER ? bucket->wait_max_minutes : -1,
        };

        if (bucket->is_profiler) /* our own question: there in every dump */
            continue;
        count_in(&row.count, side, (int64_t)bucket->count);
        g_array_append_val(rows, row);
    }
}

/* By key; the later dump's bucket before the earlier one's, which it replaces. */
static int bucket_by_key(const void *a, const void *b)
{
    const struct compare_bucket *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->count.after == 0) - (y->count.after == 0);
}

static int bucket_order(const void *a, const void *b)
{
    const struct compare_bucket *x = a, *y = b;

    return order(x->count, y->count, x->key < y->key ? -1 : x->key > y->key);
}

static void fold_buckets(GArray *rows)
{
    struct compare_bucket *all = (struct compare_bucket *)(void *)rows->data;
    guint n = 0;

    g_array_sort(rows, bucket_by_key);
    for (guint i = 0, next; i < rows->len; i = next) {
        struct compare_bucket row = all[i];

        for (next = i + 1; next < rows->len && all[next].key == row.key; next++) {
            row.count.before += all[next].count.before;
            row.count.after += all[next].count.after;
            row.wait_max_minutes = MAX(row.wait_max_minutes, all[next].wait_max_minutes);
        }
        if (row.count.before != row.count.after)
            all[n++] = row;
    }
    g_array_set_size(rows, n);
    g_array_sort(rows, bucket_order);
}

/* --- files --- */

static int path_by_text(const void *a, const void *b)
{
    return strcmp(((const struct compare_path *)a)->text, ((const struct compare_path *)b)->text);
}

static int path_order(const void *a, const void *b)
{
    const struct compare_path *x = a, *y = b;

    return order(x->count, y->count, strcmp(x->text, y->text));
}

static void fold_paths(GArray *rows)
{
    struct compare_path *all = (struct compare_path *)(void *)rows->data;
    guint n = 0;

    g_array_sort(rows, path_by_text);
    for (guint i = 0, next; i < rows->len; i = next) {
        struct compare_path row = all[i];

        for (next = i + 1; next < rows->len && strcmp(all[next].text, row.text) == 0; next++) {
            row.count.before += all[next].count.before;
            row.count.after += all[next].count.after;
        }
        if (row.count.before != row.count.after)
            all[n++] = row;
    }
    g_array_set_size(rows, n);
    g_array_sort(rows, path_order);
}

static void compare_files(struct comparison *comparison)
{
    struct files_sample **files = comparison->files;

    comparison->has_files = files[BEFORE] != NULL && files[AFTER] != NULL;
    if (!comparison->has_files)
        return;
    for (int side = 0; side < N_SIDES; side++) {
        for (size_t i = 0; i < files[side]->n_groups; i++) {
            const struct fd_group *group = &files[side]->groups[i];
            struct compare_path row = {.text = group->path, .type = group->type, .cls = group->cls};

            count_in(&row.count, side, group->count);
            g_array_append_val(comparison->paths, row);
        }
        for (size_t i = 0; i < files[side]->n_templates; i++) {
            const struct fd_template *group = &files[side]->templates[i];
            struct compare_path row = {.text = group->text, .type = group->type, .cls = group->cls};

            count_in(&row.count, side, group->count);
            g_array_append_val(comparison->templates, row);
        }
    }
    fold_paths(comparison->paths);
    fold_paths(comparison->templates);
}

/* --- memory map --- */

static bool changed(struct compare_pair pair)
{
    return pair.before != pair.after;
}

static int regions_order(const void *a, const void *b)
{
    const struct compare_regions *x = a, *y = b;
    int by_size = order(x->virtual_bytes, y->virtual_bytes, (int)x->cls - (int)y->cls);

    return order(x->resident_bytes, y->resident_bytes, by_size);
}

static void compare_map(struct comparison *comparison, const struct memory_sample *before,
                        const struct memory_sample *after)
{
    comparison->has_map =
        before != NULL && after != NULL && before->regions_us != 0 && after->regions_us != 0;
    comparison->same_map = comparison->has_map && before != after &&
                           before->regions_us == after->regions_us &&
                           before->regions == after->regions;
    for (int cls = 0; comparison->has_map && cls < REGION_N_CLASSES; cls++) {
        const struct region_totals *b = &before->classes[cls], *a = &after->classes[cls];
        struct compare_regions row = {
            .cls = (enum region_class)cls,
            .count = {b->count, a->count},
            .virtual_bytes = {b->virtual_bytes, a->virtual_bytes},
            .resident_bytes = {b->resident_bytes, a->resident_bytes},
        };

        if (changed(row.count) || changed(row.virtual_bytes) || changed(row.resident_bytes))
            g_array_append_val(comparison->regions, row);
    }
    g_array_sort(comparison->regions, regions_order);
}

/* --- all of it --- */

static void hold(struct comparison *comparison, const struct snapshot *snapshot, int side)
{
    if (snapshot->goroutines != NULL)
        comparison->dumps[side] = goroutine_dump_ref(snapshot->goroutines);
    if (snapshot->files != NULL)
        comparison->files[side] = sample_ref(snapshot->files);
}

struct comparison *compare_snapshots(const struct snapshot *before, const struct snapshot *after)
{
    struct comparison *comparison = g_new0(struct comparison, 1);

    comparison->buckets = g_array_new(FALSE, FALSE, sizeof(struct compare_bucket));
    comparison->paths = g_array_new(FALSE, FALSE, sizeof(struct compare_path));
    comparison->templates = g_array_new(FALSE, FALSE, sizeof(struct compare_path));
    comparison->regions = g_array_new(FALSE, FALSE, sizeof(struct compare_regions));
    comparison->elapsed_us = elapsed(before, after);
    for (int i = 0; i < METRIC_N_COMPARED; i++)
        comparison->numbers[i] = (struct compare_pair){
            .before = compare_number_of(before, (enum metric)i),
            .after = compare_number_of(after, (enum metric)i),
        };
    hold(comparison, before, BEFORE);
    hold(comparison, after, AFTER);
    struct goroutine_dump **dumps = comparison->dumps;

    comparison->has_goroutines = dumps[BEFORE] != NULL && dumps[AFTER] != NULL;
    if (comparison->has_goroutines) {
        comparison->goroutines_mixed = dumps[BEFORE]->has_states != dumps[AFTER]->has_states;
        for (int side = 0; side < N_SIDES; side++)
            add_buckets(comparison->buckets, dumps[side], side, comparison->goroutines_mixed);
        fold_buckets(comparison->buckets);
    }
    compare_files(comparison);
    compare_map(comparison, before->memory, after->memory);
    return comparison;
}

void comparison_free(struct comparison *comparison)
{
    if (comparison == NULL)
        return;
    g_array_unref(comparison->buckets);
    g_array_unref(comparison->paths);
    g_array_unref(comparison->templates);
    g_array_unref(comparison->regions);
    for (int side = 0; side < N_SIDES; side++) {
        goroutine_dump_unref(comparison->dumps[side]);
        sample_unref(comparison->files[side]);
    }
    g_free(comparison);
}
