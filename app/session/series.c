#include "app/session/series.h"

#include <math.h>

enum { POINTS_PER_TIER = 512, FITS_PER_WINDOW = 200 };

struct series_set {
    struct series_options options;
    struct history *history[METRIC_N];
    struct trend trend[METRIC_N];
    bool dirty[METRIC_N];
    gint64 fitted_us[METRIC_N]; /* time of the newest point the trend is of */
    bool told[METRIC_N];        /* the first of its readings works: the second is not needed */
    gint64 regions_us;          /* walk already recorded */
    gint64 memstats_us;         /* answer already recorded */
    int64_t project_us;         /* since when the project is open that was told of last; 0: none */
    int64_t swap_step_bytes;    /* what walks told of swap is rounded to these */
    bool live_seen;
    int64_t live_noise_bytes; /* sampling error of the newest heap profile */
    double total_alloc;       /* of the last heap answer; NAN before the first */
    series_tap tap;
    void *tap_user;
};

struct history *series_history_new(void)
{
    return history_new(POINTS_PER_TIER);
}

struct series_set *series_set_new(const struct series_options *options)
{
    struct series_set *set = g_new0(struct series_set, 1);

    set->options = *options;
    set->total_alloc = NAN;
    for (size_t i = 0; i < METRIC_N; i++) {
        set->history[i] = series_history_new();
        set->dirty[i] = true;
    }
    return set;
}

void series_set_free(struct series_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < METRIC_N; i++)
        history_free(set->history[i]);
    g_free(set);
}

static void add(struct series_set *set, enum metric metric, gint64 t_us, double value)
{
    set->dirty[metric] = true;
    if (history_add(set->history[metric], t_us, value) && set->tap != NULL)
        set->tap(metric, t_us, value, set->tap_user);
}

/* When the point of a reading is due that a good sample gives now; 0: none is. */
static gint64 point_us(const struct series_set *set, const struct metric_reading *reading,
                       const struct sample *sample)
{
    const struct memory_sample *memory = (const struct memory_sample *)sample;
    const struct heap_sample *heap = (const struct heap_sample *)sample;

    switch (reading->when) {
    case METRIC_NEW_WALK:
        return memory->regions_us != set->regions_us ? memory->regions_us : 0;
    case METRIC_NEW_COLLECTION:
        return heap->profile != NULL && (heap->new_gc || !set->live_seen) ? sample->taken_us : 0;
    case METRIC_NEW_MEMSTATS:
        return heap->memstats != NULL && sample->taken_us != set->memstats_us ? sample->taken_us
                                                                              : 0;
    case METRIC_EACH_SAMPLE:
    default:
        return sample->taken_us;
    }
}

/* A sample that is not ok leaves a gap; what it cannot tell is left to the metric's other reading
 * when there is one. */
static void add_reading(struct series_set *set, enum metric metric, int which,
                        const struct sample *sample)
{
    const struct metric_reading *readings = metric_info(metric)->readings;
    bool has_other = which == 0 && readings[1].kind != PROBE_N_KINDS;
    bool ok = sample->status == SAMPLE_OK;
    gint64 t_us = ok ? point_us(set, &readings[which], sample) : sample->taken_us;

    if (t_us == 0 || (which == 1 && set->told[metric]))
        return;
    double value = ok ? metric_read(&readings[which], sample) : NAN;

    if (which == 0)
        set->told[metric] = !isnan(value);
    if (!isnan(value) || !ok || !has_other)
        add(set, metric, t_us, value);
}

/* Two answers make a rate. */
static void add_alloc_rate(struct series_set *set, const struct heap_sample *heap)
{
    gint64 t_us = heap->base.taken_us;

    if (heap->base.status != SAMPLE_OK) {
        add(set, METRIC_ALLOC_RATE, t_us, NAN);
        set->total_alloc = NAN;
        return;
    }
    if (heap->memstats == NULL || t_us == set->memstats_us)
        return;
    double total = (double)heap->memstats->total_alloc;
    double seconds = (double)(t_us - set->memstats_us) / G_USEC_PER_SEC;

    if (!isnan(set->total_alloc) && seconds > 0)
        add(set, METRIC_ALLOC_RATE, t_us, MAX(total - set->total_alloc, 0) / seconds);
    set->total_alloc = total;
}

static bool tells_project(const struct process_sample *process)
{
    return process->base.status == SAMPLE_OK && process->project_opened_us != SAMPLE_UNKNOWN &&
           process->project_opened_us != 0;
}

/* What was recorded of it is not recorded again. */
void series_set_note(struct series_set *set, const struct sample *sample)
{
    if (sample->kind == PROBE_MEMORY) {
        const struct memory_sample *memory = (const struct memory_sample *)sample;

        set->regions_us = memory->regions_us;
        if (sample->status == SAMPLE_OK && memory->regions_are_types)
            set->swap_step_bytes = memory->swap_step_bytes;
    } else if (sample->kind == PROBE_HEAP && sample->status == SAMPLE_OK) {
        const struct heap_sample *heap = (const struct heap_sample *)sample;

        if (heap->memstats != NULL)
            set->memstats_us = sample->taken_us;
        set->live_seen = set->live_seen || heap->profile != NULL;
        if (heap->profile != NULL)
            set->live_noise_bytes = metric_profile_noise_bytes(heap->profile);
    } else if (sample->kind == PROBE_PROCESS &&
               tells_project((const struct process_sample *)sample)) {
        set->project_us = ((const struct process_sample *)sample)->project_opened_us;
    }
}

void series_set_put(struct series_set *set, enum metric metric, struct history *history)
{
    history_free(set->history[metric]);
    set->history[metric] = history;
    set->dirty[metric] = true;
}

void series_set_add(struct series_set *set, const struct sample *sample)
{
    for (size_t i = 0; i < METRIC_N; i++)
        for (int which = 0; which < 2; which++)
            if (metric_info((enum metric)i)->readings[which].kind == sample->kind)
                add_reading(set, (enum metric)i, which, sample);
    if (sample->kind == PROBE_HEAP)
        add_alloc_rate(set, (const struct heap_sample *)sample);
    if (sample->kind == PROBE_FILES) {
        /* Births of each census add up; what the first one sees was there before. */
        const struct files_sample *files = (const struct files_sample *)sample;
        const struct history *history = set->history[METRIC_FDS_OPENED];
        struct history_point first;
        bool begun = history_first(history, &first);
        double sum = begun ? history_last_known(history) + (double)files->opened : 0;

        add(set, METRIC_FDS_OPENED, files->base.taken_us,
            files->base.status == SAMPLE_OK ? sum : NAN);
    }
    if (sample->kind == PROBE_PROCESS) {
        /* Each other one that it opens; one that does not tell has no points. */
        const struct process_sample *process = (const struct process_sample *)sample;
        double sum = history_last_known(set->history[METRIC_PROJECT_SWITCHES]);

        if (tells_project(process)) {
            if (isnan(sum))
                sum = 0;
            if (set->project_us != 0 && set->project_us != process->project_opened_us)
                sum++;
            add(set, METRIC_PROJECT_SWITCHES, process->base.taken_us, sum);
        }
    }
    series_set_note(set, sample);
}

static void move(gint64 *time, gint64 by_us)
{
    if (*time != 0)
        *time += by_us;
}

void series_set_move(struct series_set *set, gint64 by_us)
{
    for (size_t i = 0; i < METRIC_N; i++) {
        history_move(set->history[i], by_us);
        move(&set->fitted_us[i], by_us);
    }
    move(&set->options.since_us, by_us);
    move(&set->regions_us, by_us);
    move(&set->memstats_us, by_us);
}

void series_set_break(struct series_set *set)
{
    struct history_point last;

    for (size_t i = 0; i < METRIC_N; i++)
        if (history_last(set->history[i], &last))
            add(set, (enum metric)i, last.t_us, NAN);
    set->total_alloc = NAN;
}

void series_set_set_tap(struct series_set *set, series_tap tap, void *user)
{
    set->tap = tap;
    set->tap_user = user;
}

struct history *series_set_history(const struct series_set *set, enum metric metric)
{
    return set->history[metric];
}

static double noise_of(const struct series_set *set, enum metric metric, double level)
{
    const struct metric_info *info = metric_info(metric);
    double noise = MAX(info->noise, info->noise_share * level);

    if (metric == METRIC_HEAP_LIVE)
        noise = MAX(noise, (double)set->live_noise_bytes);
    return metric == METRIC_SWAP ? MAX(noise, (double)set->swap_step_bytes) : noise;
}

const struct trend *series_set_trend(struct series_set *set, enum metric metric)
{
    struct history_point last = {0};
    bool any = history_last(set->history[metric], &last);

    /* One more point of hundreds changes no trend: a long window is fitted more rarely. */
    gint64 newest_us = last.t_us;
    double pause_s = set->trend[metric].window_s / FITS_PER_WINDOW;

    if (set->dirty[metric] &&
        (double)(newest_us - set->fitted_us[metric]) >= pause_s * G_USEC_PER_SEC) {
        double level = any && !isnan(last.value) ? fabs(last.value) : 0;
        struct trend_options options = {
            .since_us = set->options.since_us,
            .min_window_s = set->options.min_window_s,
            .min_points = set->options.min_points,
            .sure = metric_is_bytes(metric) || metric == METRIC_CPU,
            .noise = noise_of(set, metric, level),
        };

        set->trend[metric] = trend_fit(set->history[metric], &options);
        set->fitted_us[metric] = last.t_us;
        set->dirty[metric] = false;
    }
    return &set->trend[metric];
}
