/* Running tools that end, fail, hang, flood and are not there. */

#include "probes/macos/run.h"

#include "tests/unit/probes/counts.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

enum { SOON_MS = 200, LONG_MS = 20 * 1000, KIB = 1024 };

struct tool_run {
    struct runner runner;
    struct run_result result;
    gint64 took_us;
    bool ok;
};

static void run(struct tool_run *run, const char *const *argv, int timeout_ms, size_t max_bytes)
{
    struct run_spec spec = {.argv = argv, .timeout_ms = timeout_ms, .max_bytes = max_bytes};
    gint64 began = g_get_monotonic_time();

    run->ok = run_tool(&run->runner, &spec, &run->result);
    run->took_us = g_get_monotonic_time() - began;
}

static void clear(struct tool_run *run)
{
    run_result_clear(&run->result);
    runner_clear(&run->runner);
}

static void run_shell(struct tool_run *r, const char *script, int timeout_ms)
{
    const char *const argv[] = {"sh", "-c", script, NULL};

    run(r, argv, timeout_ms, 64 * KIB);
}

static void test_output(void)
{
    struct tool_run r = {0};

    run_shell(&r, "printf 'a\\0b\\n'; echo wrong >&2; echo $LC_ALL $LANG; cat; exit 3", LONG_MS);
    g_assert_true(r.ok);
    g_assert_cmpint(r.result.outcome, ==, RUN_ENDED);
    g_assert_cmpint(r.result.status, ==, 3);
    g_assert_cmpuint(r.result.output->len, ==, 6);
    g_assert_true(memcmp(r.result.output->str, "a\0b\nC\n", 6) == 0);
    g_assert_cmpstr(r.result.errors->str, ==, "wrong\n");
    clear(&r);
}

static void test_missing(void)
{
    const char *const argv[] = {"sidescope-has-no-such-tool", NULL};
    struct tool_run r = {0};

    run(&r, argv, LONG_MS, KIB);
    g_assert_false(r.ok);
    g_assert_cmpint(r.result.outcome, ==, RUN_MISSING);
    clear(&r);
}

/* One that ignores the polite signals, with a child that keeps the pipe open. */
static void test_hang(void)
{
    struct tool_run r = {0};

    run_shell(&r, "trap '' TERM INT HUP; sleep 1000 & echo early; sleep 1000", SOON_MS);
    g_assert_false(r.ok);
    g_assert_cmpint(r.result.outcome, ==, RUN_TIMEOUT);
    g_assert_cmpint(r.result.status, ==, -SIGKILL);
    g_assert_cmpstr(r.result.output->str, ==, "early\n");
    g_assert_cmpint(r.took_us, <, 5 * G_USEC_PER_SEC);
    g_assert_cmpint(r.runner.stuck, ==, 0);
    clear(&r);
}

/* It closes what it prints to and goes on: the end of its output is not its end. */
static void test_silent_hang(void)
{
    struct tool_run r = {0};

    run_shell(&r, "exec >&- 2>&-; sleep 1000", SOON_MS);
    g_assert_cmpint(r.result.outcome, ==, RUN_TIMEOUT);
    g_assert_cmpint(r.took_us, <, 5 * G_USEC_PER_SEC);
    clear(&r);
}

static void test_flood(void)
{
    const char *const argv[] = {"yes", NULL};
    struct tool_run r = {0};

    run(&r, argv, LONG_MS, 100 * KIB);
    g_assert_true(r.ok);
    g_assert_cmpint(r.result.outcome, ==, RUN_TRUNCATED);
    g_assert_cmpuint(r.result.output->len, ==, 100 * KIB);
    clear(&r);
}

static void test_flood_of_errors(void)
{
    struct tool_run r = {0};

    run_shell(&r, "yes | head -c 1000000 >&2; echo done", LONG_MS);
    g_assert_cmpint(r.result.outcome, ==, RUN_ENDED);
    g_assert_cmpstr(r.result.output->str, ==, "done\n");
    g_assert_cmpuint(r.result.errors->len, <, 64 * KIB);
    clear(&r);
}

static void *cancel_soon(void *user)
{
    g_usleep(50 * 1000);
    __atomic_store_n((int *)user, 1, __ATOMIC_RELEASE);
    return NULL;
}

static void test_cancel(void)
{
    int cancelled = 0;
    struct tool_run r = {.runner.cancelled = &cancelled};
    pthread_t thread;

    pthread_create(&thread, NULL, cancel_soon, &cancelled);
    run_shell(&r, "sleep 1000", LONG_MS);
    pthread_join(thread, NULL);
    g_assert_cmpint(r.result.outcome, ==, RUN_CANCELLED);
    g_assert_cmpint(r.took_us, <, 5 * G_USEC_PER_SEC);
    clear(&r);
}

/* A probe's thread blocks every signal; its tools must not inherit that. */
static void test_signals(void)
{
    struct tool_run r = {0};
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    run_shell(&r, "kill -TERM $$; echo survived", LONG_MS);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    g_assert_cmpint(r.result.status, ==, -SIGTERM);
    g_assert_cmpstr(r.result.output->str, ==, "");
    clear(&r);
}

static void test_descriptors(void)
{
    struct counts before = counts_now();

    for (int i = 0; i < 5; i++) {
        struct tool_run r = {0};

        run_shell(&r, "exit 0", LONG_MS);
        g_assert_cmpint(r.result.status, ==, 0);
        clear(&r);
    }
    test_missing();
    test_hang();
    counts_assert_back(before);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/macos/run/output", test_output);
    g_test_add_func("/macos/run/missing", test_missing);
    g_test_add_func("/macos/run/hang", test_hang);
    g_test_add_func("/macos/run/silent-hang", test_silent_hang);
    g_test_add_func("/macos/run/flood", test_flood);
    g_test_add_func("/macos/run/flood-of-errors", test_flood_of_errors);
    g_test_add_func("/macos/run/cancel", test_cancel);
    g_test_add_func("/macos/run/signals", test_signals);
    g_test_add_func("/macos/run/descriptors", test_descriptors);
    return g_test_run();
}
