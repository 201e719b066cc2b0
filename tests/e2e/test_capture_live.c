/*
 * Profiles captured by the real program from a live Go process: the CPU with
 * progress, result and cancel; allocs; what is empty; the target's end.
 */

#include "tests/support/target.h"
#include "tests/support/vt.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { SOON_MS = 15000 };

static const char *const quiet_env[] = {"TERM=xterm-256color", "COLORTERM", "NO_COLOR",
                                        "XDG_CONFIG_HOME=/nonexistent", NULL};

struct fixture {
    struct stage *stage;
    struct vt *vt;
    char *pid;
};

static void expect(struct fixture *f, const char *pattern)
{
    if (!vt_wait_text(f->vt, pattern, SOON_MS))
        g_error("the screen never showed %s", pattern);
}

static bool set_up(struct fixture *f, int lines, int cols)
{
    g_autoptr(GError) error = NULL;

    if (!target_available()) {
        g_test_skip("no Go: the target was not built");
        return false;
    }
    f->stage = target_start(NULL, &error);
    g_assert_no_error(error);
    f->pid = g_strdup_printf("%d", (int)target_pid(f->stage));
    f->vt =
        vt_start(&(struct vt_options){.argv = (const char *const[]){SIDESCOPE_BIN, f->pid, NULL},
                                      .env = quiet_env,
                                      .lines = lines,
                                      .cols = cols});
    expect(f, "readEvents"); /* pprof answers */
    return true;
}

static void tear_down(struct fixture *f)
{
    int status;

    vt_key(f->vt, "q");
    g_assert_true(vt_wait_exit(f->vt, SOON_MS, &status));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    vt_free(f->vt);
    target_stop(f->stage);
    g_free(f->pid);
}

static void escape(struct fixture *f)
{
    vt_key(f->vt, "Escape");
    vt_settle(f->vt, 80);
}

static void ask_cpu(struct fixture *f, const char *seconds)
{
    vt_key(f->vt, "c");
    expect(f, "seconds: \\d");
    for (int i = 0; i < 3; i++)
        vt_key(f->vt, "Backspace");
    vt_type(f->vt, seconds);
    vt_key(f->vt, "Enter");
}

static void test_cpu(void)
{
    struct fixture f;

    if (!set_up(&f, 40, 120))
        return;
    target_do(f.stage, "cpu poll 1");
    ask_cpu(&f, "2");
    expect(&f, "s left of 2 s");
    expect(&f, "1 Memory"); /* the dashboard stays in sight */
    expect(&f, "dashboard > profile");
    expect(&f, "CPU 2 s");
    expect(&f, "kept as snapshot 1");
    expect(&f, "StartPollChain|hashCapture|pollInteractivePane");
    escape(&f);
    vt_key(f.vt, "c");
    expect(&f, "seconds: 2");
    escape(&f);
    expect(&f, "4 Heap");
    tear_down(&f);
}

static void test_cancel(void)
{
    struct fixture f;

    if (!set_up(&f, 24, 80))
        return;
    ask_cpu(&f, "300");
    expect(&f, "s left of 300 s");
    escape(&f);
    expect(&f, "CPU 300 s: cancelled");
    /* Go allows one at a time: a second one proves that the first has ended in the target */
    target_do(f.stage, "cpu poll 1");
    ask_cpu(&f, "1");
    expect(&f, "dashboard > profile");
    escape(&f);
    tear_down(&f);
}

static void test_idle(void)
{
    struct fixture f;

    if (!set_up(&f, 24, 80))
        return;
    ask_cpu(&f, "1");
    /* a target that idles may still be caught at work once */
    expect(&f, "The process was idle|dashboard > profile");
    escape(&f);
    tear_down(&f);
}

static void test_profiles(void)
{
    struct fixture f;

    if (!set_up(&f, 40, 120))
        return;
    target_do(f.stage, "heap json 16M");
    vt_key(f.vt, "P");
    expect(&f, "dashboard > profiles");
    expect(&f, "block +0 +empty");
    expect(&f, "threadcreate +\\d");
    vt_key(f.vt, "Down");
    vt_key(f.vt, "Down");
    expect(&f, "by hand +go tool pprof 'http://127.0.0.1:\\d+/debug/pprof/allocs'");
    vt_key(f.vt, "Enter");
    expect(&f, "dashboard > profiles > profile");
    expect(&f, "alloc_space");
    escape(&f);
    for (int i = 0; i < 3; i++)
        vt_key(f.vt, "Down");
    expect(&f, "runtime\\.SetBlockProfileRate\\(1\\)");
    vt_key(f.vt, "Enter");
    expect(&f, "block: empty");
    escape(&f);
    escape(&f);
    expect(&f, "1 Memory");
    tear_down(&f);
}

static void test_target_dies(void)
{
    struct fixture f;

    if (!set_up(&f, 24, 80))
        return;
    ask_cpu(&f, "60");
    expect(&f, "s left of 60 s");
    target_kill(f.stage, SIGKILL);
    expect(&f, "CPU 60 s: no profile");
    expect(&f, "target may be ending|target has ended|closed the connection");
    vt_key(f.vt, "Enter");
    expect(&f, "has exited|has ended");
    tear_down(&f);
}

static void test_dump(void)
{
    struct fixture f;

    if (!set_up(&f, 24, 80))
        return;
    target_do(f.stage, "goroutines send 30");
    vt_key(f.vt, "3");
    vt_key(f.vt, "v");
    expect(&f, "goroutine \\d+ \\[");
    vt_key(f.vt, "/");
    vt_type(f.vt, "chan send");
    vt_key(f.vt, "Enter");
    expect(&f, "goroutine \\d+ \\[chan send\\]:");
    escape(&f);
    expect(&f, "1 Memory");
    tear_down(&f);
}

/* Above the limit wait reasons come only when asked for, and are no growth then. */
static void test_full_stacks(void)
{
    struct fixture f;

    if (!set_up(&f, 40, 120))
        return;
    target_do(f.stage, "goroutines send 1100");
    vt_key(f.vt, "3");
    vt_key(f.vt, "z");
    expect(&f, "F: ask for full stacks");
    expect(&f, "1 100 .*\\(not known\\)");
    vt_key(f.vt, "m");
    expect(&f, "1 100 +0 +\\(not known\\)");
    vt_key(f.vt, "F");
    expect(&f, "Ask for it once\\?");
    vt_type(f.vt, "y");
    expect(&f, "1 100 +- +chan send .*blocked send");
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/capture-live/cpu", test_cpu);
    g_test_add_func("/capture-live/cancel", test_cancel);
    g_test_add_func("/capture-live/idle", test_idle);
    g_test_add_func("/capture-live/profiles", test_profiles);
    g_test_add_func("/capture-live/target-dies", test_target_dies);
    g_test_add_func("/capture-live/dump", test_dump);
    g_test_add_func("/capture-live/full-stacks", test_full_stacks);
    return g_test_run();
}
