#include "app/triage/symptoms.h"

#include "tests/unit/app/triage_fixture.h"

#include <math.h>
#include <string.h>

/* --- the table --- */

static void test_keys(void)
{
    static const char *const keys[SYMPTOM_N] = {"", "rss", "fds", "cpu", "goroutines", "hang"};

    for (int i = SYMPTOM_NONE + 1; i < SYMPTOM_N; i++) {
        g_assert_cmpstr(symptom_info((enum symptom)i)->key, ==, keys[i]);
        g_assert_cmpint(symptom_from_key(keys[i]), ==, i);
    }
    g_assert_cmpint(symptom_from_key(""), ==, SYMPTOM_N);
    g_assert_cmpint(symptom_from_key("RSS"), ==, SYMPTOM_N);
}

/* Whatever comes first, each step comes once, and the judge of the symptom at once. */
static void test_order(void)
{
    for (int i = 0; i < SYMPTOM_N; i++) {
        enum triage_step_id order[TRIAGE_N_STEPS];
        unsigned seen = 0;
        size_t n = symptom_order((enum symptom)i, order);

        g_assert_cmpuint(n, >, 0);
        g_assert_cmpint(order[0], ==, symptom_info((enum symptom)i)->step);
        for (size_t s = 0; s < TRIAGE_N_STEPS; s++)
            seen |= 1u << order[s];
        g_assert_cmphex(seen, ==, (1u << TRIAGE_N_STEPS) - 1);
    }
}

/* --- signs --- */

static void change_nothing(struct triage_fixture *f)
{
    (void)f;
}

static void rss_grows(struct triage_fixture *f)
{
    f->process.rss_bytes = (int64_t)6 << 30;
    f->input.trends[METRIC_RSS] = fixture_growing(410.0 * 1024 * 1024, 3 * 3600);
}

static void one_look(struct triage_fixture *f)
{
    f->input.trends[METRIC_RSS] = (struct trend){0};
    f->process.cpu_percent = NAN;
}

static void process_denied(struct triage_fixture *f)
{
    f->process.base.status = SAMPLE_DENIED;
    f->files.base.status = SAMPLE_DENIED;
}

static void cpu_mean(struct triage_fixture *f)
{
    f->input.cpu_mean = 97;
}

static void goroutines_fail(struct triage_fixture *f)
{
    f->goroutines.base.status = SAMPLE_FAILED;
    f->goroutines.base.reason = "timed out";
}

static void blocked(struct triage_fixture *f)
{
    fixture_add_bucket(f, "sync.(*Mutex).Lock", 30, GOROUTINE_MUTEX, 9);
    f->goroutines.base.cost_us = 12000;
}

static const struct {
    void (*change)(struct triage_fixture *f);
    enum symptom symptom;
    const char *now, *trend;
    enum triage_verdict verdict;
} signs[] = {
    {rss_grows, SYMPTOM_RSS, "6.0G", "+410M/h", TRIAGE_BAD},
    {one_look, SYMPTOM_RSS, "65M", "trend unknown", TRIAGE_HEALTHY},
    {process_denied, SYMPTOM_RSS, "unknown", "", TRIAGE_UNKNOWN},
    {change_nothing, SYMPTOM_FDS, "15", "flat", TRIAGE_HEALTHY},
    {process_denied, SYMPTOM_FDS, "unknown", "", TRIAGE_UNKNOWN},
    {cpu_mean, SYMPTOM_CPU, "97%", "mean of the last 15s", TRIAGE_LOOK},
    {one_look, SYMPTOM_CPU, "unknown", "", TRIAGE_UNKNOWN},
    {change_nothing, SYMPTOM_GOROUTINES, "29", "flat", TRIAGE_HEALTHY},
    {fixture_no_pprof, SYMPTOM_GOROUTINES, "unknown", "no pprof", TRIAGE_UNKNOWN},
    {goroutines_fail, SYMPTOM_GOROUTINES, "unknown", "pprof does not answer", TRIAGE_UNKNOWN},
    {blocked, SYMPTOM_HANG, "goroutines blocked", "pprof in 12.0 ms", TRIAGE_BAD},
    {goroutines_fail, SYMPTOM_HANG, "nothing blocks", "pprof does not answer", TRIAGE_LOOK},
};

static void test_signs(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++) {
        struct triage_fixture f;

        fixture_healthy(&f);
        signs[i].change(&f);
        g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

        const struct symptom_sign *sign = &result->signs[signs[i].symptom];

        g_test_message("%zu: %s, %s: %s", i, sign->now, sign->trend,
                       triage_verdict_name(sign->verdict));
        g_assert_cmpstr(sign->now, ==, signs[i].now);
        g_assert_cmpstr(sign->trend, ==, signs[i].trend);
        g_assert_cmpint(sign->verdict, ==, signs[i].verdict);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/symptoms/keys", test_keys);
    g_test_add_func("/symptoms/order", test_order);
    g_test_add_func("/symptoms/signs", test_signs);
    return g_test_run();
}
