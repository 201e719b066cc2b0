#include "tests/unit/app/random_triage.h"

#define MIB (1024.0 * 1024)

const enum metric random_judged[] = {METRIC_RSS,     METRIC_FDS,  METRIC_GOROUTINES,
                                     METRIC_REGIONS, METRIC_SWAP, METRIC_HEAP_LIVE,
                                     METRIC_THREADS, METRIC_CPU,  METRIC_WATCHES};
const size_t random_n_judged = G_N_ELEMENTS(random_judged);

static const double hourly[METRIC_N] = {
    [METRIC_RSS] = 300 * MIB, [METRIC_FDS] = 90,     [METRIC_GOROUTINES] = 300,
    [METRIC_REGIONS] = 300,   [METRIC_THREADS] = 30, [METRIC_SWAP] = 100 * MIB,
    [METRIC_CPU] = 40,        [METRIC_WATCHES] = 90, [METRIC_HEAP_LIVE] = 300 * MIB};

struct trend random_trend(enum metric metric, enum trend_verdict verdict, double window_s)
{
    struct trend trend = verdict == TREND_GROWING ? fixture_growing(hourly[metric], window_s)
                                                  : fixture_flat(window_s);

    trend.verdict = verdict;
    if (verdict == TREND_UNKNOWN)
        trend = (struct trend){0};
    return trend;
}

static enum trend_verdict any_verdict(GRand *random)
{
    return (enum trend_verdict)g_rand_int_range(random, TREND_UNKNOWN, TREND_PLATEAU + 1);
}

static double any_window(GRand *random)
{
    return g_rand_boolean(random) ? 20 : RANDOM_HOUR_S;
}

void random_triage(struct triage_fixture *f, GRand *random)
{
    static const enum goroutine_category categories[] = {
        GOROUTINE_CHAN_RECEIVE, GOROUTINE_CHAN_SEND, GOROUTINE_MUTEX,
        GOROUTINE_SLEEP,        GOROUTINE_SYSCALL,   GOROUTINE_IO_WAIT};

    fixture_healthy(f);
    if (g_rand_boolean(random))
        fixture_not_sidecar(f);
    for (size_t i = 0; i < random_n_judged; i++)
        f->input.trends[random_judged[i]] =
            random_trend(random_judged[i], any_verdict(random), any_window(random));
    fixture_add_bucket(f, "example.com/app.work", (size_t)g_rand_int_range(random, 1, 300),
                       categories[g_rand_int_range(random, 0, G_N_ELEMENTS(categories))],
                       g_rand_int_range(random, 0, 10));
    fixture_add_group(f, "/w/notes.txt", FD_REG, (uint32_t)g_rand_int_range(random, 1, 20),
                      g_rand_int_range(random, 0, 20));
    f->memory.growth[g_rand_int_range(random, 0, REGION_N_CLASSES)] =
        (struct region_growth){.resident_bytes = g_rand_int_range(random, 0, 64) * (int64_t)MIB,
                               .count = g_rand_int_range(random, 0, 200)};
    f->input.alloc_rate = g_rand_double_range(random, 0, 200 * MIB);
}
