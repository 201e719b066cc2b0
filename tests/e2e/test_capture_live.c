/*
 * Profiles captured by the real program from a live Go process: the CPU with
 * progress, result and cancel; allocs; what is empty; the target's end.
 */

#include "tests/support/visit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static bool set_up(struct visit *f, int lines, int cols)
{
    if (!visit_start(f, &(struct visit_options){.lines = lines, .cols = cols}))
        return false;
    visit_expect(f, "readEvents"); /* pprof answers */
    return true;
}

static void quit(struct visit *f)
{
    visit_quit(f);
    visit_end(f);
}

static void ask_cpu(struct visit *f, const char *seconds)
{
    vt_key(f->vt, "c");
    visit_expect(f, "seconds: \\d");
    for (int i = 0; i < 3; i++)
        vt_key(f->vt, "Backspace");
    vt_type(f->vt, seconds);
    vt_key(f->vt, "Enter");
}

static void test_cpu(void)
{
    struct visit f;

    if (!set_up(&f, 40, 120))
        return;
    target_do(f.stage, "cpu poll 1");
    ask_cpu(&f, "2");
    visit_expect(&f, "s left of 2 s");
    visit_expect(&f, "1 Memory"); /* the dashboard stays in sight */
    visit_expect(&f, "dashboard > profile");
    visit_expect(&f, "CPU 2 s, pprof");
    visit_expect(&f, "kept as snapshot 1");
    visit_expect(&f, "StartPollChain|hashCapture|pollInteractivePane");
    visit_escape(&f);
    vt_key(f.vt, "c");
    visit_expect(&f, "seconds: 2");
    visit_escape(&f);
    visit_expect(&f, "4 Heap");
    quit(&f);
}

/* The kernel takes it, or says why it does not. */
static void test_without_pprof(void)
{
    const struct stage_options silent = {.pprof = STAGE_PPROF_NONE};
    struct visit f;

    if (!visit_start(&f, &(struct visit_options){.stage = &silent, .lines = 40, .cols = 120}))
        return;
    visit_expect(&f, "1 Memory");
    target_do(f.stage, "cpu poll 1");
    ask_cpu(&f, "2");
    visit_expect(&f, "CPU 2 s, perf events|no CPU profile of process");
    if (vt_find(f.vt, "perf events", NULL, NULL)) {
        visit_expect(&f, "kernel: \\d+% of CPU time");
        visit_expect(&f, "coverage: \\d+% of");
        visit_expect(&f, "StartPollChain|hashCapture|pollInteractivePane");
    }
    visit_escape(&f);
    quit(&f);
}

static void test_cancel(void)
{
    struct visit f;

    if (!set_up(&f, 24, 80))
        return;
    ask_cpu(&f, "300");
    visit_expect(&f, "s left of 300 s");
    visit_escape(&f);
    visit_expect(&f, "CPU 300 s: cancelled");
    /* Go allows one at a time: a second one proves that the first has ended in the target */
    target_do(f.stage, "cpu poll 1");
    ask_cpu(&f, "1");
    visit_expect(&f, "dashboard > profile");
    visit_escape(&f);
    quit(&f);
}

static void test_idle(void)
{
    struct visit f;

    if (!set_up(&f, 24, 80))
        return;
    ask_cpu(&f, "1");
    /* a target that idles may still be caught at work once */
    visit_expect(&f, "The process was idle|dashboard > profile");
    visit_escape(&f);
    quit(&f);
}

static void test_profiles(void)
{
    struct visit f;

    if (!set_up(&f, 40, 120))
        return;
    target_do(f.stage, "heap json 16M");
    vt_key(f.vt, "P");
    visit_expect(&f, "dashboard > profiles");
    visit_expect(&f, "block +0 +empty");
    visit_expect(&f, "threadcreate +\\d");
    vt_key(f.vt, "Down");
    vt_key(f.vt, "Down");
    visit_expect(&f, "by hand +go tool pprof 'http://127.0.0.1:\\d+/debug/pprof/allocs'");
    vt_key(f.vt, "Enter");
    visit_expect(&f, "dashboard > profiles > profile");
    visit_expect(&f, "alloc_space");
    visit_escape(&f);
    for (int i = 0; i < 3; i++)
        vt_key(f.vt, "Down");
    visit_expect(&f, "runtime\\.SetBlockProfileRate\\(1\\)");
    vt_key(f.vt, "Enter");
    visit_expect(&f, "block: empty");
    visit_escape(&f);
    visit_escape(&f);
    visit_expect(&f, "1 Memory");
    quit(&f);
}

static void test_target_dies(void)
{
    struct visit f;

    if (!set_up(&f, 24, 80))
        return;
    ask_cpu(&f, "60");
    visit_expect(&f, "s left of 60 s");
    target_kill(f.stage, SIGKILL);
    visit_expect(&f, "CPU 60 s: no profile");
    visit_expect(&f, "target may be ending|process \\d+ has ended|closed the connection");
    vt_key(f.vt, "Enter");
    visit_expect(&f, "has exited|has ended");
    quit(&f);
}

static void test_dump(void)
{
    struct visit f;

    if (!set_up(&f, 24, 80))
        return;
    target_do(f.stage, "goroutines send 30");
    vt_key(f.vt, "3");
    vt_key(f.vt, "z");
    visit_expect(&f, "30 .*chan send"); /* they are started, and have come that far */
    vt_key(f.vt, "z");
    vt_key(f.vt, "v");
    visit_expect(&f, "goroutine \\d+ \\[");
    vt_key(f.vt, "/");
    vt_type(f.vt, "chan send");
    vt_key(f.vt, "Enter");
    visit_expect(&f, "goroutine \\d+ \\[chan send\\]:");
    visit_escape(&f);
    visit_expect(&f, "1 Memory");
    quit(&f);
}

/* Above the limit wait reasons come only when asked for, and are no growth then. */
static void test_full_stacks(void)
{
    /* memory costs nothing that would have to be asked for */
    static const char *const from_pprof[] = {"--source", "pprof", NULL};
    struct visit f;

    if (!visit_start(&f,
                     &(struct visit_options){.arguments = from_pprof, .lines = 40, .cols = 120}))
        return;
    visit_expect(&f, "readEvents");
    target_do(f.stage, "goroutines send 1100");
    vt_key(f.vt, "3");
    vt_key(f.vt, "z");
    visit_expect(&f, "F: ask for full stacks");
    visit_expect(&f, "1 100 .*\\(not known\\)");
    vt_key(f.vt, "m");
    visit_expect(&f, "1 100 +0 +\\(not known\\)");
    vt_key(f.vt, "F");
    visit_expect(&f, "Ask for it once\\?");
    vt_type(f.vt, "y");
    visit_expect(&f, "1 100 +- +chan send .*blocked send");
    quit(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/capture-live/cpu", test_cpu);
    g_test_add_func("/capture-live/without-pprof", test_without_pprof);
    g_test_add_func("/capture-live/cancel", test_cancel);
    g_test_add_func("/capture-live/idle", test_idle);
    g_test_add_func("/capture-live/profiles", test_profiles);
    g_test_add_func("/capture-live/target-dies", test_target_dies);
    g_test_add_func("/capture-live/dump", test_dump);
    g_test_add_func("/capture-live/full-stacks", test_full_stacks);
    return g_test_run();
}
