#include "app/session/metrics.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define MIB (1024.0 * 1024)

double metric_value(int64_t value)
{
    return value == SAMPLE_UNKNOWN ? NAN : (double)value;
}

/* --- reading --- */

/* A member that may be SAMPLE_UNKNOWN. */
static double read_int64(const struct sample *sample, size_t offset)
{
    return metric_value(*(const int64_t *)(const void *)((const char *)sample + offset));
}

/* A member that may be NAN. */
static double read_double(const struct sample *sample, size_t offset)
{
    return *(const double *)(const void *)((const char *)sample + offset);
}

/* Of a census that was cut short only the whole is known. */
static double read_census(const struct sample *sample, size_t offset)
{
    return ((const struct files_sample *)sample)->truncated ? NAN : read_int64(sample, offset);
}

/* Of the runtime's own counters. */
static double read_counter(const struct sample *sample, size_t offset)
{
    const struct memstats *memstats = ((const struct heap_sample *)sample)->memstats;

    return (double)*(const uint64_t *)(const void *)((const char *)memstats + offset);
}

double metric_read(const struct metric_reading *reading, const struct sample *sample)
{
    return reading->made != NULL ? reading->made(sample) : reading->member(sample, reading->offset);
}

static double cpu_seconds(const struct sample *sample)
{
    const struct process_sample *process = (const struct process_sample *)sample;

    if (process->cpu_user_us == SAMPLE_UNKNOWN || process->cpu_system_us == SAMPLE_UNKNOWN)
        return NAN;
    return (double)(process->cpu_user_us + process->cpu_system_us) / G_USEC_PER_SEC;
}

static double sockets(const struct sample *sample)
{
    static const enum fd_type types[] = {FD_IPV4, FD_IPV6, FD_UNIX, FD_SOCK};
    const struct files_sample *files = (const struct files_sample *)sample;
    double sum = files->truncated ? NAN : 0;

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        sum += metric_value(files->by_type[types[i]]);
    return sum;
}

/* NAN when it is no heap profile. */
static double inuse_space(const struct profile *profile)
{
    int index = profile_sample_index(profile, "inuse_space");
    double sum = 0;

    if (index < 0)
        return NAN;
    for (size_t i = 0; i < profile->n_samples; i++)
        sum += (double)profile->values[i * profile->n_sample_types + (size_t)index];
    return sum;
}

int64_t metric_profile_noise_bytes(const struct profile *profile)
{
    enum { SAMPLES = 4, LEAST = 1024 * 1024 };
    bool by_bytes = g_strcmp0(profile->period_type.unit, "bytes") == 0;
    int64_t period = by_bytes ? CLAMP(profile->period, 0, INT64_MAX / SAMPLES) : 0;

    return MAX(SAMPLES * period, (int64_t)LEAST);
}

bool metric_profile_tells(const struct heap_sample *heap)
{
    /* below, an ordinary profile may have a handful of samples; garbage makes HeapAlloc several
     * times what is alive, but not eight times */
    enum { FEW_SAMPLES = 4, PART = 8 };
    static const double large = 8 * MIB;

    if (heap->profile == NULL || heap->memstats == NULL)
        return heap->profile != NULL;
    double alloc = (double)heap->memstats->heap_alloc, period = (double)heap->profile->period;
    bool by_bytes = g_strcmp0(heap->profile->period_type.unit, "bytes") == 0;

    return alloc < large || ((!by_bytes || (period > 0 && period * FEW_SAMPLES <= alloc)) &&
                             inuse_space(heap->profile) * PART >= alloc);
}

/* What the last collection left alive, as sampled. */
static double live_bytes(const struct sample *sample)
{
    const struct heap_sample *heap = (const struct heap_sample *)sample;

    return metric_profile_tells(heap) ? inuse_space(heap->profile) : NAN;
}

/* Without a collector there is no goal. */
static double next_gc(const struct sample *sample)
{
    uint64_t goal = ((const struct heap_sample *)sample)->memstats->next_gc;

    return goal != UINT64_MAX ? (double)goal : NAN;
}

static double gc_percent(const struct sample *sample)
{
    return ((const struct heap_sample *)sample)->memstats->gc_cpu_fraction * 100;
}

static double children(const struct sample *sample)
{
    const struct threads_sample *threads = (const struct threads_sample *)sample;

    return (double)(threads->n_children - threads->n_zombies);
}

static double zombies(const struct sample *sample)
{
    return (double)((const struct threads_sample *)sample)->n_zombies;
}

static double run_wait(const struct sample *sample)
{
    const struct threads_sample *threads = (const struct threads_sample *)sample;
    double sum = threads->n_threads > 0 ? 0 : NAN;

    for (size_t i = 0; i < threads->n_threads; i++)
        sum += metric_value(threads->threads[i].run_wait_us) / G_USEC_PER_SEC;
    return sum;
}

static double yields(const struct sample *sample)
{
    const struct threads_sample *threads = (const struct threads_sample *)sample;
    double sum = threads->n_threads > 0 ? 0 : NAN;

    for (size_t i = 0; i < threads->n_threads; i++)
        sum += metric_value(threads->threads[i].voluntary_switches);
    return sum;
}

static double preemptions(const struct sample *sample)
{
    const struct threads_sample *threads = (const struct threads_sample *)sample;
    double sum = threads->n_threads > 0 ? 0 : NAN;

    for (size_t i = 0; i < threads->n_threads; i++)
        sum += metric_value(threads->threads[i].involuntary_switches);
    return sum;
}

/* NAN as soon as of one of them it is not known. */
static double children_rss(const struct sample *sample)
{
    const struct threads_sample *threads = (const struct threads_sample *)sample;
    double sum = 0;

    for (size_t i = 0; i < threads->n_children; i++)
        sum += metric_value(threads->children[i].rss_bytes);
    return sum;
}

static double throttled(const struct sample *sample)
{
    int64_t us = ((const struct memory_sample *)sample)->pressure.throttled_us;

    return metric_value(us) / G_USEC_PER_SEC;
}

static double spawns(const struct sample *sample)
{
    const struct threads_sample *threads = (const struct threads_sample *)sample;

    return samples_starts_per_minute(threads, threads->spawns_last_minute);
}

/* --- the table --- */

#define READING(KIND, WHEN, FUNCTION, of, name)                                                    \
    {                                                                                              \
        .kind = PROBE_##KIND, .when = METRIC_##WHEN, .member = (FUNCTION),                         \
        .offset = offsetof(struct of, name)                                                        \
    }
#define INT64(KIND, WHEN, of, name) READING(KIND, WHEN, read_int64, of, name)
#define DOUBLE(KIND, WHEN, of, name) READING(KIND, WHEN, read_double, of, name)
#define CENSUS(name) READING(FILES, EACH_SAMPLE, read_census, files_sample, name)
#define COUNTER(name) READING(HEAP, NEW_MEMSTATS, read_counter, memstats, name)
#define MADE(KIND, WHEN, FUNCTION)                                                                 \
    {                                                                                              \
        .kind = PROBE_##KIND, .when = METRIC_##WHEN, .made = (FUNCTION)                            \
    }
#define NO_READING                                                                                 \
    {                                                                                              \
        .kind = PROBE_N_KINDS                                                                      \
    }

static const struct metric_info metrics[METRIC_N] = {
#define METRIC(ID, ...) [METRIC_##ID] = {__VA_ARGS__},
#include "app/session/metric_rows.h"
};

const struct metric_info *metric_info(enum metric metric)
{
    return &metrics[metric];
}

enum metric metric_from_id(const char *id)
{
    size_t i = 0;

    while (i < METRIC_N && strcmp(metrics[i].id, id) != 0)
        i++;
    return (enum metric)i;
}

const char *metric_unit_name(enum metric_unit unit)
{
    static const char *const names[] = {
        [METRIC_COUNT] = "count",           [METRIC_BYTES] = "bytes",
        [METRIC_PERCENT] = "percent",       [METRIC_BYTES_PER_SECOND] = "bytes per second",
        [METRIC_PER_MINUTE] = "per minute", [METRIC_SECONDS] = "seconds",
    };

    return names[unit];
}

bool metric_is_bytes(enum metric metric)
{
    return metrics[metric].unit == METRIC_BYTES || metrics[metric].unit == METRIC_BYTES_PER_SECOND;
}

bool metric_has_use(enum metric metric, unsigned uses)
{
    return (metrics[metric].uses & uses) != 0;
}
