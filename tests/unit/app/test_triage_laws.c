#include "tests/unit/app/triage_fixture.h"

#include "app/triage/patterns.h"

#include <string.h>

/*
 * What holds of every judgement, whatever was seen: shown over many random
 * inputs from fixed seeds.
 */

#define MIB (1024.0 * 1024)

enum { ROUNDS = 400, HOUR_S = 3600 };

static const enum metric judged[] = {METRIC_RSS,     METRIC_FDS,  METRIC_GOROUTINES,
                                     METRIC_REGIONS, METRIC_SWAP, METRIC_HEAP_LIVE,
                                     METRIC_THREADS, METRIC_CPU,  METRIC_WATCHES};

static const double hourly[METRIC_N] = {
    [METRIC_RSS] = 300 * MIB, [METRIC_FDS] = 90,     [METRIC_GOROUTINES] = 300,
    [METRIC_REGIONS] = 300,   [METRIC_THREADS] = 30, [METRIC_SWAP] = 100 * MIB,
    [METRIC_CPU] = 40,        [METRIC_WATCHES] = 90, [METRIC_HEAP_LIVE] = 300 * MIB};

static struct trend trend_of(enum metric metric, enum trend_verdict verdict, double window_s)
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
    return g_rand_boolean(random) ? 20 : HOUR_S;
}

/* A process with a bit of everything, and trends that need not go together. */
static void set_random(struct triage_fixture *f, GRand *random)
{
    static const enum goroutine_category categories[] = {
        GOROUTINE_CHAN_RECEIVE, GOROUTINE_CHAN_SEND, GOROUTINE_MUTEX,
        GOROUTINE_SLEEP,        GOROUTINE_SYSCALL,   GOROUTINE_IO_WAIT};

    fixture_healthy(f);
    if (g_rand_boolean(random))
        fixture_not_sidecar(f);
    for (size_t i = 0; i < G_N_ELEMENTS(judged); i++)
        f->input.trends[judged[i]] = trend_of(judged[i], any_verdict(random), any_window(random));
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

static double confidence_of(const struct triage_result *result, const char *id)
{
    for (guint i = 0; i < result->causes->len; i++) {
        const struct triage_cause *cause = result->causes->pdata[i];

        if (strcmp(cause->pattern->id, id) == 0)
            return cause->confidence;
    }
    return 0;
}

/* The surest that a cause comes out, whatever this trend may be. */
static double surest(struct triage_fixture *f, enum metric metric, const char *id)
{
    double most = 0;

    for (int verdict = TREND_FLAT; verdict <= TREND_PLATEAU; verdict++) {
        f->input.trends[metric] = trend_of(metric, (enum trend_verdict)verdict, HOUR_S);
        g_autoptr(triage_result_auto) result = fixture_evaluate(f);

        most = MAX(most, confidence_of(result, id));
    }
    return most;
}

/* A cause is never surer for a trend that is not known than for some that is. */
static void test_unknown_never_strengthens(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(14);

    for (int round = 0; round < ROUNDS; round++) {
        struct triage_fixture f;
        enum metric metric = judged[(size_t)round % G_N_ELEMENTS(judged)];

        set_random(&f, random);
        f.input.trends[metric] = (struct trend){0};
        g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

        for (guint i = 0; i < result->causes->len; i++) {
            const struct triage_cause *cause = result->causes->pdata[i];

            g_test_message("%s without a trend of %s", cause->pattern->id, metric_info(metric)->id);
            g_assert_cmpfloat(cause->confidence, <=, surest(&f, metric, cause->pattern->id));
        }
    }
}

/* That memory is not Go's, or that it is level, has to be seen. */
static void test_absence_has_to_be_seen(void)
{
    static const char *const claims[] = {"outside Go", "outside the Go heap", "stays level"};
    g_autoptr(GRand) random = g_rand_new_with_seed(15);

    for (int round = 0; round < ROUNDS; round++) {
        struct triage_fixture f;

        set_random(&f, random);
        f.input.trends[METRIC_HEAP_LIVE] = (struct trend){0};
        g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

        for (size_t i = 0; i < G_N_ELEMENTS(claims); i++) {
            g_assert_null(strstr(result->diagnosis, claims[i]));
            for (guint c = 0; c < result->causes->len; c++)
                g_assert_null(
                    strstr(((struct triage_cause *)result->causes->pdata[c])->evidence, claims[i]));
        }
    }
}

/* What surely grows for long is no healthy step. */
static void test_steps_agree_with_their_trends(void)
{
    static const struct {
        enum metric metric;
        enum triage_step_id step;
    } pairs[] = {{METRIC_RSS, TRIAGE_RSS},
                 {METRIC_FDS, TRIAGE_FDS},
                 {METRIC_REGIONS, TRIAGE_MAP},
                 {METRIC_HEAP_LIVE, TRIAGE_HEAP},
                 {METRIC_GOROUTINES, TRIAGE_GOROUTINES}};
    g_autoptr(GRand) random = g_rand_new_with_seed(16);

    for (int round = 0; round < ROUNDS; round++) {
        struct triage_fixture f;

        set_random(&f, random);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

        for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
            const struct trend *trend = &f.input.trends[pairs[i].metric];

            if (trend->verdict == TREND_GROWING && trend->window_s >= HOUR_S)
                g_assert_cmpint((int)result->steps[pairs[i].step].verdict, !=, TRIAGE_HEALTHY);
        }
        g_assert_cmpint(triage_exit_status(result), ==,
                        result->verdict == TRIAGE_HEALTHY   ? 0
                        : result->verdict == TRIAGE_UNKNOWN ? 2
                                                            : 1);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/triage-laws/unknown", test_unknown_never_strengthens);
    g_test_add_func("/triage-laws/absence", test_absence_has_to_be_seen);
    g_test_add_func("/triage-laws/steps", test_steps_agree_with_their_trends);
    return g_test_run();
}
