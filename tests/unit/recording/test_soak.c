/*
 * A day of a session in seconds: what it keeps of its past must stop growing.
 * Two hours always, a day when SIDESCOPE_LONG is set. Memory is what the kernel
 * says; sanitizers keep what is freed, so they only look for errors.
 */

#include "app/session/session_parts.h"
#include "app/session/timeline.h"
#include "made.h"

#include <stdio.h>
#include <unistd.h>

/* Seconds between two samples of a kind, as the probes take them. */
static const int every_s[PROBE_N_KINDS] = {
    [PROBE_PROCESS] = 1,    [PROBE_MEMORY] = 2, [PROBE_FILES] = 3,
    [PROBE_GOROUTINES] = 5, [PROBE_HEAP] = 10,  [PROBE_THREADS] = 2,
};

enum { HOUR_S = 3600, SHORT_HOURS = 2, LONG_HOURS = 24 };
/* In the time behind the first half: tiers of the histories still fill a little. */
enum { MAX_GROWTH_BYTES = 3 * 1024 * 1024 };

#ifdef SANITIZED
static const bool memory_counts = false;
#else
static const bool memory_counts = true;
#endif

struct kept {
    struct series_set *series;
    struct timeline *timeline;
    struct session_parts *parts;
};

static long rss_bytes(void)
{
    g_autofree char *text = NULL;
    long size, resident = 0;

    g_assert_true(g_file_get_contents("/proc/self/statm", &text, NULL, NULL));
    g_assert_cmpint(sscanf(text, "%ld %ld", &size, &resident), ==, 2);
    return resident * sysconf(_SC_PAGESIZE);
}

static void take(struct kept *kept, struct made *made, enum probe_kind kind)
{
    struct sample *sample = made_sample(made, kind);

    series_set_add(kept->series, sample);
    timeline_add(kept->timeline, sample);
    session_parts_add(kept->parts, sample);
    sample_unref(sample);
}

static void live(struct kept *kept, struct made *made, int seconds)
{
    for (int second = 0; second < seconds; second++) {
        made->t_us += G_USEC_PER_SEC;
        for (int kind = 0; kind < PROBE_N_KINDS; kind++)
            if (second % MAX(every_s[kind], 1) == 0)
                take(kept, made, (enum probe_kind)kind);
    }
}

static void test_day(void)
{
    int hours = g_getenv("SIDESCOPE_LONG") != NULL ? LONG_HOURS : SHORT_HOURS;
    struct trend_options parts = {.since_us = 0};
    struct kept kept = {.series = series_set_new(&(struct series_options){0}),
                        .timeline = timeline_new(),
                        .parts = session_parts_new(&parts)};
    struct made *made = made_new(1, 41822);
    long half = 0;

    for (int hour = 0; hour < hours; hour++) {
        live(&kept, made, HOUR_S);
        if (hour == hours / 2 - 1)
            half = rss_bytes();
        g_test_message("hour %d: %ld kB", hour + 1, rss_bytes() / 1024);
    }
    if (memory_counts)
        g_assert_cmpint(rss_bytes() - half, <, MAX_GROWTH_BYTES);
    series_set_free(kept.series);
    timeline_free(kept.timeline);
    session_parts_free(kept.parts);
    made_free(made);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/soak/day", test_day);
    return g_test_run();
}
