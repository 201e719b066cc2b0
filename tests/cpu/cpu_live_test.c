#include "cpu_target.h"

#include "pprof/encode.h"
#include "pprof/filter.h"
#include "probes/goruntime/cpu_profile.h"
#include "probes/goruntime/errors.h"

#include <dirent.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Whether the kernel lets this test run at all; says so otherwise. */
static bool is_refused(const GError *error)
{
    if (error == NULL || !g_error_matches(error, GORUNTIME_ERROR, GORUNTIME_ERROR_DENIED))
        return false;
    g_test_skip(error->message);
    return true;
}

/* NULL when it was refused. The target is over afterwards. */
static struct profile *record(const char *load, struct cpu_profile_request request,
                              struct cpu_profile_facts *facts)
{
    struct cpu_target target;
    g_autoptr(GError) error = NULL;

    cpu_target_start(&target, load, 60, false);
    request.pid = target.pid;
    struct profile *profile = cpu_profile_record(&request, facts, &error);

    cpu_target_stop(&target);
    if (is_refused(error))
        return NULL;
    g_assert_no_error(error);
    g_assert_cmpint(cpu_target_samples(profile), ==, (int64_t)facts->samples.n);
    for (size_t i = 0; i < profile->n_comments; i++)
        g_test_message("%s", profile->comments[i]);
    return profile;
}

static void assert_share(const struct profile *profile, const char *function, double is,
                         double least, double most)
{
    g_test_message("%s: %.1f%% of %d samples", function, 100 * is,
                   (int)cpu_target_samples(profile));
    g_assert_cmpfloat(is, >=, least);
    g_assert_cmpfloat(is, <=, most);
}

/* A share as far off as chance makes it with so many samples, and two points. */
static void assert_about(const struct profile *profile, const char *function, double expected)
{
    double n = (double)MAX(cpu_target_samples(profile), 1);
    double most_off = 0.02 + 4 * sqrt(expected * (1 - expected) / n);

    assert_share(profile, function, cpu_target_cum(profile, function), expected - most_off,
                 expected + most_off);
}

/* Stripped, position independent, no pprof: the shares that the program was written to have. */
static void test_shares(void)
{
    struct cpu_profile_facts facts = {0};
    g_autoptr(profile_auto) profile =
        record("mix", (struct cpu_profile_request){.seconds = 4}, &facts);

    if (profile == NULL)
        return;
    assert_about(profile, "main.heavy", 0.6);
    assert_about(profile, "main.medium", 0.3);
    assert_about(profile, "main.light", 0.1);
    assert_share(profile, "main.main", cpu_target_cum(profile, "main.main"), 0.95, 1);
    /* inlined into all three, and a function of its own in the answer */
    assert_share(profile, "main.step", cpu_target_flat(profile, "main.step"), 0.3, 1);
    g_assert_cmpfloat(facts.coverage, >, 0.6);
    g_assert_cmpfloat(facts.coverage, <, 1.2);
    g_assert_cmpuint(facts.events.n_lost, ==, 0);
    g_assert_cmpuint(facts.events.n_broken, ==, 0);
    g_assert_cmpint(profile->period, ==, 1000000000 / PERF_EVENTS_HZ);
    cpu_profile_facts_clear(&facts);
}

/* What is written as a file is read again as the same. */
static void test_file(void)
{
    struct cpu_profile_facts facts = {0};
    g_autoptr(profile_auto) profile =
        record("mix", (struct cpu_profile_request){.seconds = 1}, &facts);
    g_autoptr(GError) error = NULL;

    if (profile == NULL)
        return;
    g_autoptr(GByteArray) bytes = profile_encode(profile, &error);

    g_assert_no_error(error);
    g_autoptr(profile_auto) again = profile_decode(bytes->data, bytes->len, &error);

    g_assert_no_error(error);
    g_assert_cmpint(cpu_target_samples(again), ==, cpu_target_samples(profile));
    g_assert_cmpstr(again->comments[0], ==, profile->comments[0]);
    g_assert_true(g_str_has_prefix(again->comments[0], "source: perf events"));
    g_assert_true(g_str_has_prefix(again->comments[1], "kernel: "));
    g_assert_true(g_str_has_prefix(again->comments[2], "coverage: "));
    g_assert_nonnull(strstr(again->mappings[0].filename, "cputarget"));
    cpu_profile_facts_clear(&facts);
}

static void test_frameless(void)
{
    struct cpu_profile_facts facts = {0};
    g_autoptr(profile_auto) profile =
        record("leaf", (struct cpu_profile_request){.seconds = 2}, &facts);

    if (profile == NULL)
        return;
    assert_share(profile, "main.leaf", cpu_target_flat(profile, "main.leaf"), 0.9, 1);
    assert_share(profile, "main.leafCaller", cpu_target_cum(profile, "main.leafCaller"), 0.9, 1);
    assert_share(profile, "main.leaves", cpu_target_cum(profile, "main.leaves"), 0.9, 1);
    cpu_profile_facts_clear(&facts);
}

static void test_assembly(void)
{
    struct cpu_profile_facts facts = {0};
    g_autoptr(profile_auto) profile =
        record("asm", (struct cpu_profile_request){.seconds = 2}, &facts);

    if (profile == NULL)
        return;
    assert_share(profile, "main.hashBlock", cpu_target_cum(profile, "main.hashBlock"), 0.85, 1);
    assert_share(profile, "main.main", cpu_target_cum(profile, "main.main"), 0.95, 1);
    cpu_profile_facts_clear(&facts);
}

/* Every thread lives 30 ms: none of those that are seen was there at the beginning. */
static void test_threads(void)
{
    struct cpu_profile_facts facts = {0};
    g_autoptr(profile_auto) profile =
        record("threads", (struct cpu_profile_request){.seconds = 3}, &facts);

    if (profile == NULL)
        return;
    assert_share(profile, "main.shortLived", cpu_target_cum(profile, "main.shortLived"), 0.9, 1);
    g_assert_cmpfloat(facts.coverage, >, 0.6);
    g_assert_cmpfloat(facts.coverage, <, 1.2); /* and none is seen twice */
    cpu_profile_facts_clear(&facts);
}

/* Time in the kernel belongs to who called it, or is missing and said to be. */
static void test_kernel(void)
{
    struct cpu_profile_facts facts = {0};
    g_autoptr(profile_auto) profile =
        record("system", (struct cpu_profile_request){.seconds = 3}, &facts);

    if (profile == NULL)
        return;
    assert_share(profile, "main.system", cpu_target_cum(profile, "main.system"), 0.9, 1);
    g_assert_cmpfloat(facts.kernel_share, >, 0.2);
    if (!facts.events.has_kernel)
        g_assert_nonnull(facts.hidden);
    else
        g_assert_cmpfloat((double)facts.samples.n_kernel / (double)facts.samples.n, >,
                          facts.kernel_share - 0.15);
    cpu_profile_facts_clear(&facts);
}

static void test_user_only(void)
{
    struct cpu_profile_facts facts = {0};
    g_autoptr(profile_auto) profile =
        record("system", (struct cpu_profile_request){.seconds = 3, .user_only = true}, &facts);

    if (profile == NULL)
        return;
    g_assert_false(facts.events.has_kernel);
    g_assert_cmpuint(facts.samples.n_kernel, ==, 0);
    g_assert_nonnull(strstr(profile->comments[1], "not in the samples"));
    g_assert_cmpfloat((double)facts.samples.n * (double)facts.events.period_ns * 1e-9, <,
                      facts.cpu_s * 0.9);
    cpu_profile_facts_clear(&facts);
}

/* What of a function's samples has the label, and what has another one of that key; 0..1. */
static void find_labels(const struct profile *profile, const char *function, const char *value,
                        double *ret_right, double *ret_wrong)
{
    g_autofree char *right = g_strdup_printf("job=^%s$", value);
    const struct filter_options options[] = {
        {.focus = function},
        {.focus = function, .tag_focus = right},
        {.focus = function, .tag_focus = "job=.", .tag_ignore = right},
    };
    double n[G_N_ELEMENTS(options)];

    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(profile_auto) part = filter_apply(profile, &options[i], NULL, &error);

        g_assert_no_error(error);
        n[i] = (double)cpu_target_samples(part);
    }
    *ret_right = n[1] / MAX(n[0], 1);
    *ret_wrong = n[2] / MAX(n[0], 1);
}

/* Goroutines have labels as in pprof's own profile, and filters by them find the same functions. */
static void test_labels(void)
{
    static const struct {
        const char *function, *job;
        double least;
    } cases[] = {
        {"main.heavy", "import", 0.9},
        {"main.medium", "export", 0.9},
        {"main.grow", "export", 0.6}, /* on the system stack, in part */
        {"main.light", "none", 0},
    };
    struct cpu_profile_facts facts = {0};
    g_autoptr(profile_auto) profile =
        record("labels", (struct cpu_profile_request){.seconds = 4}, &facts);

    if (profile == NULL)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        double right, wrong;

        find_labels(profile, cases[i].function, cases[i].job, &right, &wrong);
        g_test_message("%s: %.1f%% %s, %.2f%% another", cases[i].function, 100 * right,
                       cases[i].job, 100 * wrong);
        g_assert_cmpfloat(right, >=, cases[i].least);
        g_assert_cmpfloat(wrong, ==, 0);
    }
    g_assert_cmpuint(facts.samples.n_labelled, >, 0);
    cpu_profile_facts_clear(&facts);
}

/* A process that does nothing has a profile without samples. */
static void test_idle(void)
{
    struct cpu_profile_facts facts = {0};
    g_autoptr(profile_auto) profile =
        record("idle", (struct cpu_profile_request){.seconds = 1}, &facts);

    if (profile == NULL)
        return;
    g_assert_cmpint(cpu_target_samples(profile), <, 50);
    g_assert_cmpfloat(facts.cpu_s, <, 0.2);
    cpu_profile_facts_clear(&facts);
}

/* What was seen until then is the answer, and it does not wait for the rest of the time. */
static void test_dies(void)
{
    struct cpu_profile_facts facts = {0};
    struct cpu_target target;
    g_autoptr(GError) error = NULL;

    cpu_target_start(&target, "mix", 1.5, false);
    gint64 begun_us = g_get_monotonic_time();
    struct cpu_profile_request request = {.pid = target.pid, .seconds = 60};
    g_autoptr(profile_auto) profile = cpu_profile_record(&request, &facts, &error);

    cpu_target_stop(&target);
    if (is_refused(error))
        return;
    g_assert_no_error(error);
    g_assert_cmpint(g_get_monotonic_time() - begun_us, <, 30 * G_USEC_PER_SEC);
    g_assert_true(facts.has_ended);
    assert_share(profile, "main.heavy", cpu_target_cum(profile, "main.heavy"), 0.4, 0.8);
    g_assert_nonnull(strstr(profile->comments[profile->n_comments - 1], "the process ended"));
    cpu_profile_facts_clear(&facts);
}

static void test_gone(void)
{
    struct cpu_profile_request request = {.pid = 0x7ffffff0, .seconds = 1};
    g_autoptr(GError) error = NULL;

    g_assert_null(cpu_profile_record(&request, NULL, &error));
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_GONE);
}

static void test_seconds(void)
{
    struct cpu_profile_request request = {.pid = 1, .seconds = 0};
    g_autoptr(GError) error = NULL;

    g_assert_null(cpu_profile_record(&request, NULL, &error));
    g_assert_nonnull(strstr(error->message, "1 to 3600 seconds, not 0"));
}

static void cancel_soon(double passed_s, void *user)
{
    if (passed_s > 0.3)
        __atomic_store_n((int *)user, 1, __ATOMIC_RELAXED);
}

static unsigned count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned n = 0;

    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

/* Cancelled half way, it ends at once and leaves no descriptor behind. */
static void test_cancel(void)
{
    struct cpu_target target;
    int cancelled = 0;
    g_autoptr(GError) error = NULL;

    cpu_target_start(&target, "mix", 60, false);
    unsigned n_before = count_descriptors();
    gint64 begun_us = g_get_monotonic_time();
    struct cpu_profile_request request = {.pid = target.pid,
                                          .seconds = 60,
                                          .cancelled = &cancelled,
                                          .progress = cancel_soon,
                                          .user = &cancelled};

    g_assert_null(cpu_profile_record(&request, NULL, &error));
    unsigned n_after = count_descriptors();

    cpu_target_stop(&target);
    if (is_refused(error))
        return;
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_CANCELLED);
    g_assert_cmpint(g_get_monotonic_time() - begun_us, <, 30 * G_USEC_PER_SEC);
    g_assert_cmpuint(n_after, ==, n_before);
}

/* In a process of its own, as a hard limit is for good. */
static void test_limit(void)
{
    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
        g_test_trap_assert_passed();
        return;
    }
    struct rlimit limit = {131, 131};
    struct cpu_target target;
    g_autoptr(GError) error = NULL;

    cpu_target_start(&target, "mix", 60, false);
    unsigned n_before = count_descriptors();
    struct cpu_profile_request request = {.pid = target.pid, .seconds = 1};

    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    g_assert_null(cpu_profile_record(&request, NULL, &error));
    unsigned n_after = count_descriptors();

    cpu_target_stop(&target);
    if (is_refused(error))
        return;
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE);
    g_assert_nonnull(strstr(error->message, "this process may have 131"));
    g_assert_cmpuint(n_after, ==, n_before);
}

/* A process of root, asked for by nobody. */
static void test_other_user(void)
{
    if (getuid() != 0) {
        g_test_skip("only root can become somebody else");
        return;
    }
    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
        g_test_trap_assert_passed();
        return;
    }
    struct cpu_target target;
    g_autoptr(GError) error = NULL;

    cpu_target_start(&target, "mix", 60, false);
    struct perf_events_request request = {.pid = target.pid, .frequency_hz = PERF_EVENTS_HZ};

    g_assert_cmpint(setgid(65534), ==, 0);
    g_assert_cmpint(seteuid(65534), ==, 0);
    g_assert_null(perf_events_open(&request, &error));
    g_assert_cmpint(seteuid(0), ==, 0);
    cpu_target_stop(&target);
    g_assert_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_DENIED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cpu_live/shares", test_shares);
    g_test_add_func("/cpu_live/file", test_file);
    g_test_add_func("/cpu_live/frameless", test_frameless);
    g_test_add_func("/cpu_live/assembly", test_assembly);
    g_test_add_func("/cpu_live/threads", test_threads);
    g_test_add_func("/cpu_live/kernel", test_kernel);
    g_test_add_func("/cpu_live/user_only", test_user_only);
    g_test_add_func("/cpu_live/labels", test_labels);
    g_test_add_func("/cpu_live/idle", test_idle);
    g_test_add_func("/cpu_live/dies", test_dies);
    g_test_add_func("/cpu_live/gone", test_gone);
    g_test_add_func("/cpu_live/seconds", test_seconds);
    g_test_add_func("/cpu_live/cancel", test_cancel);
    g_test_add_func("/cpu_live/limit", test_limit);
    g_test_add_func("/cpu_live/other_user", test_other_user);
    return g_test_run();
}
