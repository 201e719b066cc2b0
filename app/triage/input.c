#include "app/triage/triage.h"

#include "app/triage/notes.h"
#include "probes/goruntime/holdings.h"

#include <math.h>

enum { CPU_MEAN_S = 15, CPU_MEAN_POINTS = 3, GC_SHARE_LEAST_S = 5 };

/* From the first to the last point of the series that is sampled most. */
static double observed_s(const struct session *session)
{
    const struct history *history = session_history(session, METRIC_RSS);
    struct history_point first, last;

    if (!history_first(history, &first) || !history_last(history, &last)) {
        history = session_history(session, METRIC_GOROUTINES); /* an address without a process */
        if (!history_first(history, &first) || !history_last(history, &last))
            return 0;
    }
    return (double)(last.t_us - first.t_us) / G_USEC_PER_SEC;
}

static double last_value(const struct session *session, enum metric series)
{
    struct history_point point;

    if (!history_last(session_history(session, series), &point) || isnan(point.value))
        return 0;
    return point.value;
}

/* One interval is short: what else the machine does decides too much of it. */
static double cpu_mean(const struct session *session)
{
    const struct history *history = session_history(session, METRIC_CPU);
    struct history_point last;
    double sum = 0;
    guint n = 0;

    if (!history_last(history, &last))
        return 0;
    g_autoptr(GArray) points =
        history_since(history, last.t_us - CPU_MEAN_S * (gint64)G_USEC_PER_SEC);

    for (guint i = 0; i < points->len; i++) {
        double value = g_array_index(points, struct history_point, i).value;

        if (!isnan(value)) {
            sum += value;
            n++;
        }
    }
    return n >= CPU_MEAN_POINTS ? sum / n : 0;
}

static gint by_value(gconstpointer a, gconstpointer b)
{
    double x = ((const struct history_point *)a)->value,
           y = ((const struct history_point *)b)->value;

    return x < y ? -1 : x > y;
}

/* What it used in half of the time at least, however it was spread. */
static double cpu_watch(const struct session *session)
{
    g_autoptr(GArray) points = history_since(session_history(session, METRIC_CPU), G_MININT64);
    guint n = 0;

    for (guint i = 0; i < points->len; i++) {
        struct history_point *point = &g_array_index(points, struct history_point, i);

        if (!isnan(point->value))
            g_array_index(points, struct history_point, n++) = *point;
    }
    g_array_set_size(points, n);
    if (n < CPU_MEAN_POINTS)
        return 0;
    g_array_sort(points, by_value);
    return g_array_index(points, struct history_point, n / 2).value;
}

/* By how much a metric that only rises did so a second, in the last seconds. 0: not at all, or
 * threads have ended, whose share is gone; NAN: not known. */
static double recent_rate(const struct session *session, enum metric metric)
{
    const struct history *history = session_history(session, metric);
    struct history_point last;

    if (!history_last(history, &last))
        return NAN;
    g_autoptr(GArray) points =
        history_since(history, last.t_us - CPU_MEAN_S * (gint64)G_USEC_PER_SEC);
    struct history_point first = g_array_index(points, struct history_point, 0);
    double seconds = (double)(last.t_us - first.t_us) / G_USEC_PER_SEC;
    double rate = seconds > 0 ? (last.value - first.value) / seconds : NAN;

    return rate < 0 ? 0 : rate;
}

/* Of a metric of seconds; 0 also when it is not known. */
static double recent_percent(const struct session *session, enum metric metric)
{
    double rate = recent_rate(session, metric);

    return isnan(rate) ? 0 : 100 * rate;
}

/*
 * A thread whose core was taken away would have gone on; one that was woken and
 * waits for its turn has little to do, and a crowded machine makes much waiting
 * of it. How its threads left their cores tells which waiting is of which kind.
 */
static double denied_percent(const struct session *session)
{
    double taken = recent_rate(session, METRIC_PREEMPTIONS);
    double given = recent_rate(session, METRIC_YIELDS);
    double share = taken + given > 0 ? taken / (taken + given) : 1; /* never true of NAN */

    return share * recent_percent(session, METRIC_RUN_WAIT);
}

/* The runtime tells it since the start of the process: what it was then and is now makes that of
 * the time between. */
static double gc_share(const struct session *session)
{
    const struct process_sample *process =
        (const struct process_sample *)session_evidence(session, PROBE_PROCESS);
    const struct history *history = session_history(session, METRIC_GC_CPU);
    struct history_point first, last;

    if (process == NULL || process->uptime_s == SAMPLE_UNKNOWN || process->uptime_s <= 0 ||
        !history_first(history, &first) || !history_last(history, &last))
        return NAN;
    double seconds = (double)(last.t_us - first.t_us) / G_USEC_PER_SEC;
    double up = (double)process->uptime_s, before = up - seconds;

    if (seconds < GC_SHARE_LEAST_S || before < 0)
        return before < 0 ? last.value : NAN;
    return CLAMP((last.value * up - first.value * before) / seconds, 0, 100);
}

/* Of a profile that shows next to nothing of the heap the points are those of before it did. */
static bool heap_settled(const struct session *session)
{
    const struct heap_sample *heap = session_heap(session);

    return heap != NULL && metric_profile_tells(heap) &&
           trend_settled(session_history(session, METRIC_HEAP_LIVE), observed_s(session));
}

/* Over the time in which the descriptors grow. */
static struct in_step against_fds(struct session *session, enum metric series)
{
    const struct history *fds = session_history(session, METRIC_FDS);
    const struct trend *trend = session_trend(session, METRIC_FDS);
    struct history_point last;

    if (trend->verdict != TREND_GROWING || !history_last(fds, &last))
        return (struct in_step){.verdict = IN_STEP_UNKNOWN};
    return in_step_fit(fds, session_history(session, series),
                       last.t_us - (gint64)(trend->window_s * G_USEC_PER_SEC));
}

/* Where a map came from vmmap, the words are those of its system wherever they are read. */
static bool is_of_macos(const struct memory_sample *memory)
{
    return thresholds_on_macos() || (memory != NULL && memory->regions_are_types);
}

static void take_newest(struct triage_input *input, const struct session *session)
{
    input->process = (const void *)session_evidence(session, PROBE_PROCESS);
    input->memory = (const void *)session_evidence(session, PROBE_MEMORY);
    input->files = (const void *)session_evidence(session, PROBE_FILES);
    input->goroutines = (const void *)session_evidence(session, PROBE_GOROUTINES);
    input->heap = (const void *)session_evidence(session, PROBE_HEAP);
    input->threads = (const void *)session_evidence(session, PROBE_THREADS);
}

void triage_input_from_session(struct triage_input *input, struct session *session)
{
    const struct holdings *holdings = triage_notes_of(session)->holdings;
    *input = (struct triage_input){
        .target = session_target(session),
        .process = session_process(session),
        .memory = session_memory(session),
        .files = session_files(session),
        .goroutines = session_goroutines(session),
        .heap = session_heap(session),
        .threads = session_threads(session),
        .base_heap = session_mark_heap(session),
        .base_goroutines = session_mark_goroutines(session),
        .base_marked = session_mark_us(session) != 0,
        .files_marked = session_mark_us(session) != 0,
        .goroutines_per_fd = against_fds(session, METRIC_GOROUTINES),
        .heap_per_fd = against_fds(session, METRIC_HEAP_LIVE),
        .rss_per_fd = against_fds(session, METRIC_RSS),
        .parts = session_parts(session),
        .heap_settled = heap_settled(session),
        .alloc_rate = last_value(session, METRIC_ALLOC_RATE),
        .cpu_mean = cpu_mean(session),
        .cpu_watch = cpu_watch(session),
        .cpu_wait = recent_percent(session, METRIC_RUN_WAIT), /* of all threads together */
        .cpu_denied = denied_percent(session),
        .cpu_throttled = recent_percent(session, METRIC_THROTTLED),
        .gc_share = gc_share(session),
        .observed_s = observed_s(session),
        .judgements = triage_notes_of(session)->judgements,
        .cpu_profile = triage_notes_of(session)->cpu_profile,
        .held = holdings != NULL ? holdings->descriptors : NULL,
        .macos = is_of_macos(session_memory(session)),
    };
    input->ended = session_ended(session, &input->end);
    if (input->ended && !session_frozen(session, NULL))
        take_newest(input, session);
    for (size_t i = 0; i < G_N_ELEMENTS(input->at_switches); i++)
        input->at_switches[i] = switches_growth(session_history(session, METRIC_PROJECT_SWITCHES),
                                                session_history(session, (enum metric)i));
    for (size_t i = 0; i < METRIC_N; i++)
        if (metric_has_use((enum metric)i, METRIC_USE_TREND | METRIC_USE_ANY))
            input->trends[i] = *session_trend(session, (enum metric)i);
}

void triage_input_newest(struct triage_input *input, struct session *session)
{
    triage_input_from_session(input, session);
    take_newest(input, session);
}
