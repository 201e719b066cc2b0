#include "tests/unit/app/triage_cases.h"

#include <string.h>

/* What each step says of one change to a healthy sidecar, and of a target of which little is known.
 */

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        g_error("\"%s\" lacks \"%s\"", text, part);
}

static void assert_complete(const struct triage_result *result)
{
    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        const struct triage_step *step = &result->steps[i];

        g_assert_cmpstr(step->summary, !=, "");
        g_assert_cmpstr(step->sentence, !=, "");
        g_assert_cmpstr(step->threshold, !=, "");
        g_assert_cmpstr(step->command, !=, "");
        g_assert_cmpstr(step->next, !=, "");
        g_assert_null(strchr(step->command, '\n'));
    }
    g_assert_cmpstr(result->diagnosis, !=, "");
    g_assert_nonnull(result->actions);
}

static void test_rule(gconstpointer data)
{
    const struct triage_case *rule = data;
    struct triage_fixture fixture;

    fixture_healthy(&fixture);
    rule->change(&fixture);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&fixture);

    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        g_test_message("step %" G_GSIZE_FORMAT ": %s: %s", i + 1, result->steps[i].summary,
                       result->steps[i].sentence);
        g_assert_cmpint((int)result->steps[i].verdict, ==, rule->steps[i]);
    }
    g_test_message("diagnosis: %s", result->diagnosis);
    g_assert_cmpint(triage_exit_status(result), ==, rule->exit_status);
    assert_complete(result);
    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        const struct triage_step *step = &result->steps[i];

        g_assert_cmpint((int)triage_step_from_key(step->key), ==, (int)i);
        /* a branch with a finding is never passed by, a step of the flow is no branch */
        if (step->verdict == TRIAGE_LOOK || step->verdict == TRIAGE_BAD)
            g_assert_cmpint(*step->suggested != '\0', ==, triage_is_branch(step->id));
    }
}

static void test_empty_input(void)
{
    struct triage_fixture f;
    struct triage_input input;

    fixture_healthy(&f);
    input = (struct triage_input){.target = &f.target};
    g_autoptr(triage_result_auto) result = triage_evaluate(&input, &f.thresholds);

    g_assert_cmpint(triage_exit_status(result), ==, 2);
    assert_complete(result);
}

/* An address whose process is not known: the heap alone decides. */
static void test_address_only(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    f.target.id.pid = 0;
    f.input.process = NULL;
    f.input.memory = NULL;
    f.input.files = NULL;
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

    g_assert_cmpint(triage_exit_status(result), ==, 0);
    triage_case_make(&f, "unknown/pprof-hangs");
    g_autoptr(triage_result_auto) blind = fixture_evaluate(&f);

    g_assert_cmpint(triage_exit_status(blind), ==, 2);
    assert_has(blind->diagnosis, "no answer within 15 s");
    assert_complete(blind);
}

/* A death is the headline; what was found before stays, and nothing is healthy for it. */
static void test_ended(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    f.input.ended = true;
    f.input.end = (struct session_end){.state = PROCESS_ENDED, .at_real_us = G_USEC_PER_SEC};
    g_autoptr(triage_result_auto) quiet = fixture_evaluate(&f);

    g_assert_true(g_str_has_prefix(quiet->diagnosis, "The process ended at "));
    g_assert_cmpint(triage_exit_status(quiet), ==, 2);
    triage_case_make(&f, "fds/leak");
    g_autoptr(triage_result_auto) leak = fixture_evaluate(&f);

    g_assert_true(g_str_has_prefix(leak->diagnosis, "The process ended at "));
    assert_has(leak->diagnosis, "Descriptors rise alone");
    g_assert_cmpint(triage_exit_status(leak), ==, 1);
}

/* What is no program of Go has no Go heap to be examined; what cannot be read may have one. */
static void test_unreadable_program(void)
{
    static char unreadable[] = "", other[] = "/usr/bin/python3";

    for (int i = 0; i < 2; i++) {
        struct triage_fixture f;

        fixture_healthy(&f);
        fixture_not_sidecar(&f);
        fixture_no_pprof(&f);
        f.target.go_version = unreadable;
        f.target.exe = i == 0 ? unreadable : other;
        g_autoptr(triage_result_auto) result = fixture_evaluate(&f);

        g_assert_cmpint((int)result->verdict, ==, i == 0 ? TRIAGE_UNKNOWN : TRIAGE_HEALTHY);
        g_assert_cmpint(triage_exit_status(result), ==, i == 0 ? 2 : 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < triage_n_cases; i++) {
        g_autofree char *path = g_strdup_printf("/triage/rule/%s", triage_cases[i].name);

        g_test_add_data_func(path, &triage_cases[i], test_rule);
    }
    g_test_add_func("/triage/ended", test_ended);
    g_test_add_func("/triage/empty-input", test_empty_input);
    g_test_add_func("/triage/address-only", test_address_only);
    g_test_add_func("/triage/unreadable-program", test_unreadable_program);
    return g_test_run();
}
