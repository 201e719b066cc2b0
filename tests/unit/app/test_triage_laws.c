#include "tests/unit/app/random_triage.h"

#include "app/triage/patterns.h"

#include <string.h>

/*
 * What holds of every judgement, whatever was seen: shown over many random
 * inputs from fixed seeds.
 */

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
        f->input.trends[metric] = random_trend(metric, (enum trend_verdict)verdict, RANDOM_HOUR_S);
        g_autoptr(triage_result_auto) result = fixture_evaluate(f);

        most = MAX(most, confidence_of(result, id));
    }
    return most;
}

/* A cause is never surer for a trend that is not known than for some that is. */
static void test_unknown_never_strengthens(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(14);

    for (int round = 0; round < RANDOM_ROUNDS; round++) {
        struct triage_fixture f;
        enum metric metric = random_judged[(size_t)round % random_n_judged];

        random_triage(&f, random);
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

    for (int round = 0; round < RANDOM_ROUNDS; round++) {
        struct triage_fixture f;

        random_triage(&f, random);
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

    for (int round = 0; round < RANDOM_ROUNDS; round++) {
        struct triage_fixture f;

        random_triage(&f, random);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

        for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
            const struct trend *trend = &f.input.trends[pairs[i].metric];

            if (trend->verdict == TREND_GROWING && trend->window_s >= RANDOM_HOUR_S)
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
