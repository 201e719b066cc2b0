#include "app/series.h"

#include <math.h>

enum { POINTS_PER_TIER = 512, FITS_PER_WINDOW = 200 };

struct series_set {
    struct series_options options;
    struct history *history[SERIES_N];
    struct trend trend[SERIES_N];
    bool dirty[SERIES_N];
    gint64 fitted_us[SERIES_N]; /* time of the newest point the trend is of */
    gint64 regions_us;          /* walk already recorded */
    bool fds_from_process;      /* the cheap count works: the census is not needed for it */
    int64_t swap_step_bytes;    /* what walks told of swap is rounded to these */
    bool live_seen;
    double total_alloc; /* of the last heap answer; NAN before the first */
    gint64 total_alloc_us;
};

const char *session_series_name(enum session_series series)
{
    static const char *const names[SERIES_N] = {
        [SERIES_RSS] = "RSS",
        [SERIES_PSS] = "PSS",
        [SERIES_SWAP] = "swap",
        [SERIES_CPU] = "CPU",
        [SERIES_THREADS] = "threads",
        [SERIES_FDS] = "descriptors",
        [SERIES_INOTIFY] = "inotify",
        [SERIES_WATCHES] = "watches",
        [SERIES_REGIONS] = "regions",
        [SERIES_GOROUTINES] = "goroutines",
        [SERIES_HEAP_ALLOC] = "HeapAlloc",
        [SERIES_HEAP_LIVE] = "live heap",
        [SERIES_HEAP_INUSE] = "HeapInuse",
        [SERIES_HEAP_RELEASED] = "HeapReleased",
        [SERIES_ALLOC_RATE] = "allocation rate",
    };

    return names[series];
}

/*
 * What moves without being a trend: the larger of a fixed amount and a share of
 * the level. The fixed parts cover what sidescope itself causes in the target
 * (a connection, three goroutines, a few hundred kilobytes per heap answer).
 */
static const struct noise {
    double absolute, share;
} noises[SERIES_N] = {
    [SERIES_RSS] = {2.0 * 1024 * 1024, 0.01},
    [SERIES_PSS] = {2.0 * 1024 * 1024, 0.01},
    [SERIES_SWAP] = {1024.0 * 1024, 0.01},
    [SERIES_CPU] = {10, 0},
    [SERIES_THREADS] = {2, 0},
    [SERIES_FDS] = {2, 0},
    [SERIES_INOTIFY] = {0.5, 0},
    [SERIES_WATCHES] = {8, 0.05},
    [SERIES_REGIONS] = {16, 0.01},
    [SERIES_GOROUTINES] = {3, 0},
    [SERIES_HEAP_ALLOC] = {4.0 * 1024 * 1024, 0.10},
    [SERIES_HEAP_LIVE] = {1024.0 * 1024, 0.03},
    [SERIES_HEAP_INUSE] = {4.0 * 1024 * 1024, 0.05},
    [SERIES_HEAP_RELEASED] = {4.0 * 1024 * 1024, 0.05},
    [SERIES_ALLOC_RATE] = {1024.0 * 1024, 0.25},
};

struct series_set *series_set_new(const struct series_options *options)
{
    struct series_set *set = g_new0(struct series_set, 1);

    set->options = *options;
    set->total_alloc = NAN;
    for (size_t i = 0; i < SERIES_N; i++) {
        set->history[i] = history_new(POINTS_PER_TIER);
        set->dirty[i] = true;
    }
    return set;
}

void series_set_free(struct series_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < SERIES_N; i++)
        history_free(set->history[i]);
    g_free(set);
}

static void add(struct series_set *set, enum session_series series, gint64 t_us, double value)
{
    history_add(set->history[series], t_us, value);
    set->dirty[series] = true;
}

static double known(int64_t value)
{
    return value == SAMPLE_UNKNOWN ? NAN : (double)value;
}

static void add_process(struct series_set *set, const struct process_sample *process, bool ok)
{
    gint64 t = process->base.taken_us;

    set->fds_from_process = ok && process->fd_count != SAMPLE_UNKNOWN;
    add(set, SERIES_RSS, t, ok ? known(process->rss_bytes) : NAN);
    if (!ok || process->swap_bytes != SAMPLE_UNKNOWN)
        add(set, SERIES_SWAP, t, ok ? (double)process->swap_bytes : NAN);
    add(set, SERIES_CPU, t, ok ? process->cpu_percent : NAN);
    add(set, SERIES_THREADS, t, ok ? known(process->threads) : NAN);
    add(set, SERIES_FDS, t, ok ? known(process->fd_count) : NAN);
}

/* A walk, and on macOS what is swapped, which nothing else tells there. */
static void add_walk(struct series_set *set, const struct memory_sample *memory)
{
    add(set, SERIES_REGIONS, memory->regions_us, (double)memory->total.count);
    if (!memory->regions_are_types || memory->swap_bytes == SAMPLE_UNKNOWN)
        return;
    add(set, SERIES_SWAP, memory->regions_us, (double)memory->swap_bytes);
    set->swap_step_bytes = memory->swap_step_bytes;
}

static void add_memory(struct series_set *set, const struct memory_sample *memory, bool ok)
{
    add(set, SERIES_PSS, memory->base.taken_us, ok ? known(memory->pss_bytes) : NAN);
    if (!ok)
        add(set, SERIES_REGIONS, memory->base.taken_us, NAN);
    else if (memory->regions_us != 0 && memory->regions_us != set->regions_us)
        add_walk(set, memory);
    set->regions_us = memory->regions_us;
}

static void add_files(struct series_set *set, const struct files_sample *files, bool ok)
{
    gint64 t = files->base.taken_us;
    bool complete = ok && !files->truncated;

    add(set, SERIES_INOTIFY, t, complete ? known(files->by_type[FD_INOTIFY]) : NAN);
    add(set, SERIES_WATCHES, t, complete ? known(files->inotify_watches) : NAN);
    if (!set->fds_from_process)
        add(set, SERIES_FDS, t, ok ? known(files->count) : NAN);
}

static void add_memstats(struct series_set *set, const struct memstats *memstats, gint64 t)
{
    double total = (double)memstats->total_alloc;
    double seconds = (double)(t - set->total_alloc_us) / G_USEC_PER_SEC;

    add(set, SERIES_HEAP_ALLOC, t, (double)memstats->heap_alloc);
    add(set, SERIES_HEAP_INUSE, t, (double)memstats->heap_inuse);
    add(set, SERIES_HEAP_RELEASED, t, (double)memstats->heap_released);
    if (!isnan(set->total_alloc) && seconds > 0)
        add(set, SERIES_ALLOC_RATE, t, MAX(total - set->total_alloc, 0) / seconds);
    set->total_alloc = total;
    set->total_alloc_us = t;
}

/* Sum of inuse_space: what the last collection left alive, as sampled. NAN when not a heap. */
static double live_bytes(const struct profile *profile)
{
    int index = profile_sample_index(profile, "inuse_space");
    double sum = 0;

    if (index < 0)
        return NAN;
    for (size_t i = 0; i < profile->n_samples; i++)
        sum += (double)profile->values[i * profile->n_sample_types + (size_t)index];
    return sum;
}

static void add_heap(struct series_set *set, const struct heap_sample *heap, bool ok)
{
    gint64 t = heap->base.taken_us;

    if (!ok) {
        for (int i = SERIES_HEAP_ALLOC; i <= SERIES_ALLOC_RATE; i++)
            add(set, (enum session_series)i, t, NAN);
        set->total_alloc = NAN;
        return;
    }
    if (heap->memstats != NULL && t != set->total_alloc_us)
        add_memstats(set, heap->memstats, t);
    if (heap->profile != NULL && (heap->new_gc || !set->live_seen)) {
        add(set, SERIES_HEAP_LIVE, t, live_bytes(heap->profile));
        set->live_seen = true;
    }
}

void series_set_add(struct series_set *set, const struct sample *sample)
{
    bool ok = sample->status == SAMPLE_OK;

    switch (sample->kind) {
    case PROBE_PROCESS:
        add_process(set, (const struct process_sample *)sample, ok);
        break;
    case PROBE_MEMORY:
        add_memory(set, (const struct memory_sample *)sample, ok);
        break;
    case PROBE_FILES:
        add_files(set, (const struct files_sample *)sample, ok);
        break;
    case PROBE_GOROUTINES:
        add(set, SERIES_GOROUTINES, sample->taken_us,
            ok ? known(((const struct goroutines_sample *)sample)->count) : NAN);
        break;
    case PROBE_HEAP:
        add_heap(set, (const struct heap_sample *)sample, ok);
        break;
    case PROBE_THREADS:
        break; /* counts come with the process, the rest is of the moment */
    case PROBE_N_KINDS:
    default:
        g_return_if_reached();
    }
}

struct history *series_set_history(const struct series_set *set, enum session_series series)
{
    return set->history[series];
}

/* One more point of hundreds changes no trend: a long window is fitted more rarely. */
static bool is_due(const struct series_set *set, enum session_series series, gint64 newest_us)
{
    double pause_s = set->trend[series].window_s / FITS_PER_WINDOW;

    return set->dirty[series] &&
           (double)(newest_us - set->fitted_us[series]) >= pause_s * G_USEC_PER_SEC;
}

static double noise_of(const struct series_set *set, enum session_series series, double level)
{
    double noise = MAX(noises[series].absolute, noises[series].share * level);

    return series == SERIES_SWAP ? MAX(noise, (double)set->swap_step_bytes) : noise;
}

const struct trend *series_set_trend(struct series_set *set, enum session_series series)
{
    struct history_point last = {0};
    bool any = history_last(set->history[series], &last);

    if (is_due(set, series, last.t_us)) {
        double level = any && !isnan(last.value) ? fabs(last.value) : 0;
        struct trend_options options = {
            .since_us = set->options.since_us,
            .min_window_s = set->options.min_window_s,
            .min_points = set->options.min_points,
            .noise = noise_of(set, series, level),
        };

        set->trend[series] = trend_fit(set->history[series], &options);
        set->fitted_us[series] = last.t_us;
        set->dirty[series] = false;
    }
    return &set->trend[series];
}
