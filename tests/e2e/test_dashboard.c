/*
 * The real program on a pseudo terminal, attached to a live Go process. What
 * the screen says is compared with what /proc says, by this test itself.
 */

#include "probes/samples.h"
#include "tests/support/target.h"
#include "tests/support/vt.h"
#include "widgets/text.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOON_MS = 15000, START_MS = 20000 };

struct fixture {
    struct stage *stage;
    struct vt *vt;
    char *pid;
};

static const char *const quiet_env[] = {"TERM=xterm-256color", "COLORTERM", "NO_COLOR",
                                        "XDG_CONFIG_HOME=/nonexistent", NULL};

static struct vt *start_sidescope(const char *const *arguments, int lines, int cols)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();

    g_ptr_array_add(argv, (gpointer)SIDESCOPE_BIN);
    for (; arguments != NULL && *arguments != NULL; arguments++)
        g_ptr_array_add(argv, (gpointer)(uintptr_t)*arguments);
    g_ptr_array_add(argv, NULL);
    return vt_start(&(struct vt_options){.argv = (const char *const *)(void *)argv->pdata,
                                         .env = quiet_env,
                                         .lines = lines,
                                         .cols = cols});
}

static void set_up_with(struct fixture *f, const struct stage_options *options, int lines, int cols)
{
    g_autoptr(GError) error = NULL;

    f->stage = target_start(options, &error);
    g_assert_no_error(error);
    f->pid = g_strdup_printf("%d", (int)target_pid(f->stage));
    f->vt = start_sidescope((const char *const[]){f->pid, NULL}, lines, cols);
}

static bool set_up(struct fixture *f, int lines, int cols)
{
    if (!target_available()) {
        g_test_skip("no Go: the target was not built");
        return false;
    }
    set_up_with(f, NULL, lines, cols);
    return true;
}

static void tear_down(struct fixture *f)
{
    vt_free(f->vt);
    target_stop(f->stage);
    g_free(f->pid);
}

static void expect(struct fixture *f, const char *pattern)
{
    if (!vt_wait_text(f->vt, pattern, SOON_MS))
        g_error("the screen never showed %s", pattern);
}

/* Escape and a key right behind it would be Meta and that key: a person is slower. */
static void escape(struct fixture *f)
{
    vt_key(f->vt, "Escape");
    vt_settle(f->vt, 80);
}

static void quit(struct fixture *f)
{
    int status;

    vt_key(f->vt, "q");
    g_assert_true(vt_wait_exit(f->vt, SOON_MS, &status));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    g_assert_false(vt_altscreen(f->vt));
}

/* --- the truth -------------------------------------------------------------------------------- */

static long long true_fds(const struct fixture *f)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/fd", f->pid);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    long long n = 0;

    while (g_dir_read_name(dir) != NULL)
        n++;
    return n;
}

static long long true_rss(const struct fixture *f)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/statm", f->pid);
    g_autofree char *text = NULL;
    long long pages = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpint(sscanf(text, "%*d %lld", &pages), ==, 1);
    return pages * sysconf(_SC_PAGESIZE);
}

/* The word behind name in the header line. */
static char *shown(struct fixture *f, const char *name)
{
    g_autofree char *line = vt_line(f->vt, 0);
    g_autofree char *pattern = g_strdup_printf(" %s +([^ ]+)", name);
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    return g_regex_match(regex, line, 0, &match) ? g_match_info_fetch(match, 1) : g_strdup("");
}

static struct fixture *truth_of;

static bool shows_true_fds(struct vt *vt)
{
    char truth[TEXT_NUMBER_MAX];
    g_autofree char *word = shown(truth_of, "FD");

    (void)vt;
    text_count(true_fds(truth_of), truth);
    return strcmp(word, truth) == 0;
}

static bool shows_true_rss(struct vt *vt)
{
    g_autofree char *word = shown(truth_of, "RSS");
    long long rss = true_rss(truth_of);

    (void)vt;
    /* the process breathes between the sample and this look: one megabyte of grace */
    for (long long off = -(1LL << 20); off <= 1 << 20; off += 1 << 16) {
        char truth[TEXT_NUMBER_MAX];

        text_bytes(rss + off, truth);
        if (strcmp(word, truth) == 0)
            return true;
    }
    return false;
}

static void expect_truth(struct fixture *f)
{
    truth_of = f;
    g_assert_true(vt_wait_until(f->vt, shows_true_fds, SOON_MS));
    g_assert_true(vt_wait_until(f->vt, shows_true_rss, SOON_MS));
}

/* --- tests --------------------------------------------------------------------------------------
 */

static void test_attach(void)
{
    struct fixture f;
    struct termios before, after;

    if (!set_up(&f, 40, 120))
        return;
    vt_termios(f.vt, &before);
    expect(&f, "1 Memory");
    expect(&f, "2 Files");
    expect(&f, "3 Goroutines");
    expect(&f, "4 Heap");
    expect(&f, f.pid);
    expect(&f, "TRIAGE +1. RSS.*2. FDs.*3. map.*4. heap");
    g_assert_true(vt_altscreen(f.vt));
    expect_truth(&f);
    quit(&f);
    vt_termios(f.vt, &after);
    g_assert_cmpuint(after.c_lflag, ==, before.c_lflag | (after.c_lflag & ~before.c_lflag));
    g_assert_true((after.c_lflag & ICANON) != 0);
    g_assert_true((after.c_lflag & ECHO) != 0);
    tear_down(&f);
}

static void test_leaked_files(void)
{
    struct fixture f;

    if (!set_up(&f, 40, 120))
        return;
    expect(&f, "REG \\d");
    expect_truth(&f);
    target_do(f.stage, "files same 6");
    target_do(f.stage, "files claude 50");
    expect(&f, " 56 +\\+56 +6 .*<uuid>\\.jsonl"); /* one line, its worst path open six times */
    expect_truth(&f);
    tear_down(&f);
}

/* From the dashboard to the descriptors of the leaked path: 2 (pane), Enter. */
static void test_drill_into_path(void)
{
    struct fixture f;

    if (!set_up(&f, 40, 120))
        return;
    expect(&f, "REG \\d");
    target_do(f.stage, "files same 6");
    expect(&f, " 6 +\\+6 +6 .*\\.jsonl");
    vt_key(f.vt, "2");
    vt_key(f.vt, "/");
    vt_type(f.vt, "jsonl");
    vt_key(f.vt, "Enter");
    expect(&f, "filter: jsonl");
    vt_key(f.vt, "Enter");
    expect(&f, "dashboard > descriptors");
    expect(&f, "6 descriptors, 0 deleted");
    vt_key(f.vt, "y");
    expect(&f, "copied: ");
    g_assert_nonnull(vt_clipboard(f.vt));
    g_assert_true(g_str_has_suffix(vt_clipboard(f.vt), ".jsonl"));
    vt_key(f.vt, "Enter");
    expect(&f, "descriptor \\d+");
    escape(&f);
    escape(&f);
    expect(&f, "1 Memory");
    escape(&f);
    g_assert_true(vt_wait_gone(f.vt, "filter: jsonl", SOON_MS));
    quit(&f);
    tear_down(&f);
}

static void test_goroutines(void)
{
    struct fixture f;

    if (!set_up(&f, 40, 160))
        return;
    expect(&f, "chan receive");
    target_do(f.stage, "goroutines send 30");
    vt_key(f.vt, "3");
    expect(&f, " 30 .*chan send");
    vt_key(f.vt, "z");
    expect(&f, "CREATED BY");
    vt_key(f.vt, "/");
    vt_type(f.vt, "chan send");
    vt_key(f.vt, "Enter");
    vt_key(f.vt, "Enter");
    expect(&f, "dashboard > stack");
    expect(&f, "30 goroutines in chan send");
    vt_key(f.vt, "End");
    expect(&f, "created by");
    quit(&f);
    tear_down(&f);
}

static void test_heap(void)
{
    struct fixture f;

    if (!set_up(&f, 40, 160))
        return;
    target_do(f.stage, "heap json 32M");
    target_do(f.stage, "gc");
    vt_key(f.vt, "4");
    expect(&f, "Heap +inuse_space");
    expect(&f, "FLAT +FLAT%");
    vt_key(f.vt, "r");
    expect(&f, "json");
    vt_key(f.vt, "Enter");
    expect(&f, "\\[3 Callers\\]");
    expect(&f, "called by|calls");
    escape(&f);
    vt_key(f.vt, "a");
    expect(&f, "Heap +inuse_objects");
    quit(&f);
    tear_down(&f);
}

/* A popup that is closed before it was ever painted (a fast typist, a script). */
static void test_popup_closed_at_once(void)
{
    struct fixture f;

    if (!set_up(&f, 24, 80))
        return;
    expect(&f, "REG \\d");
    vt_key(f.vt, "P");
    expect(&f, "dashboard > profiles");
    expect(&f, "asks first");
    vt_key(f.vt, "Down");
    for (int i = 0; i < 5; i++)
        vt_type(f.vt, "\rn");
    vt_key(f.vt, "Enter"); /* it is that popup */
    expect(&f, "gc=1 makes the target");
    vt_type(f.vt, "n");
    vt_settle(f.vt, 100);
    escape(&f);
    expect(&f, "1 Memory");
    quit(&f);
    tear_down(&f);
}

static void test_wizard(void)
{
    struct fixture f;

    if (!set_up(&f, 24, 80))
        return;
    expect(&f, "TRIAGE");
    vt_key(f.vt, "t");
    expect(&f, "Step 1 of 4");
    vt_key(f.vt, "Right");
    expect(&f, "Step 2 of 4");
    expect(&f, "By hand:");
    expect(&f, f.pid);
    vt_key(f.vt, "l");
    expect(&f, "Step 3 of 4");
    vt_key(f.vt, "l");
    expect(&f, "Step 4 of 4");
    vt_key(f.vt, "l");
    expect(&f, "Diagnosis");
    escape(&f);
    expect(&f, "1 Memory");
    quit(&f);
    tear_down(&f);
}

static void test_sizes(void)
{
    static const int sizes[][2] = {{24, 80}, {60, 200}, {1, 1},   {2, 10},  {6, 30},
                                   {10, 40}, {8, 200},  {60, 31}, {40, 120}};
    struct fixture f;

    if (!set_up(&f, 40, 120))
        return;
    expect(&f, "4 Heap");
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        vt_resize(f.vt, sizes[i][0], sizes[i][1]);
        vt_settle(f.vt, 100);
        if (sizes[i][0] >= 24 && sizes[i][1] >= 80)
            expect(&f, "4 Heap");
    }
    quit(&f);
    tear_down(&f);
}

static void test_target_ends(void)
{
    struct fixture f;

    if (!set_up(&f, 40, 120))
        return;
    expect(&f, "REG \\d");
    target_kill(f.stage, SIGKILL);
    expect(&f, "has exited|has ended");
    expect(&f, "REG \\d"); /* the last data stays */
    vt_key(f.vt, "A");
    expect(&f, "choose a process");
    vt_key(f.vt, "W");
    expect(&f, "waiting for sidecar");
    quit(&f);
    tear_down(&f);
}

static void test_sigterm(void)
{
    struct fixture f;
    int status;

    if (!set_up(&f, 24, 80))
        return;
    expect(&f, "4 Heap");
    kill(vt_pid(f.vt), SIGTERM);
    g_assert_true(vt_wait_exit(f.vt, SOON_MS, &status));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 128 + SIGTERM);
    g_assert_false(vt_altscreen(f.vt));
    tear_down(&f);
}

static void test_suspend(void)
{
    struct fixture f;

    if (!set_up(&f, 24, 80))
        return;
    expect(&f, "4 Heap");
    vt_key(f.vt, "C-z");
    g_assert_true(vt_wait_stopped(f.vt, SOON_MS));
    g_assert_false(vt_altscreen(f.vt));
    vt_continue(f.vt);
    expect(&f, "4 Heap");
    g_assert_true(vt_altscreen(f.vt));
    quit(&f);
    tear_down(&f);
}

static void test_without_pprof(void)
{
    struct fixture f;

    if (!target_available()) {
        g_test_skip("no Go: the target was not built");
        return;
    }
    set_up_with(&f, &(struct stage_options){.pprof = STAGE_PPROF_NONE}, 40, 120);
    expect(&f, "pprof off");
    expect(&f, "REG \\d");
    expect(&f, "SIDECAR_PPROF=1");
    expect_truth(&f);
    quit(&f);
    tear_down(&f);
}

static void test_hostile_names(void)
{
    struct fixture f;

    if (!set_up(&f, 40, 120))
        return;
    expect(&f, "REG \\d");
    target_do(f.stage, "files ugly 6");
    vt_key(f.vt, "2");
    vt_key(f.vt, "z");
    expect(&f, "\\\\n|\\\\x1b");
    /* frames still stand where they belong: nothing of the names was obeyed */
    g_autofree char *last = vt_line(f.vt, 39);
    g_assert_true(strstr(last, "quit") != NULL);
    g_assert_cmpstr(vt_title(f.vt) != NULL ? vt_title(f.vt) : "", ==, "");
    quit(&f);
    tear_down(&f);
}

static void test_pause(void)
{
    struct fixture f;

    if (!set_up(&f, 40, 120))
        return;
    expect(&f, "REG \\d");
    expect_truth(&f);
    vt_key(f.vt, " ");
    expect(&f, "PAUSED");
    target_do(f.stage, "files same 7");
    vt_key(f.vt, "2");
    g_assert_false(vt_find(f.vt, "+7", NULL, NULL));
    vt_key(f.vt, " ");
    g_assert_true(vt_wait_gone(f.vt, "PAUSED", SOON_MS));
    expect(&f, " 7 +\\+7 +7 ");
    quit(&f);
    tear_down(&f);
}

static void test_nobody(void)
{
    struct vt *vt = start_sidescope((const char *const[]){"no-such-program-here", NULL}, 24, 80);
    int status;

    g_assert_true(vt_wait_text(vt, "no process called no-such-program-here", START_MS));
    g_assert_true(vt_wait_text(vt, "choose a process", START_MS));
    vt_key(vt, "q");
    g_assert_true(vt_wait_exit(vt, SOON_MS, &status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    vt_free(vt);
}

static void test_help_and_mouse(void)
{
    struct fixture f;
    int line, col;

    if (!set_up(&f, 40, 120))
        return;
    expect(&f, "4 Heap");
    vt_key(f.vt, "?");
    expect(&f, "never writes to, signals or stops");
    escape(&f);
    expect(&f, "1 Memory");
    g_assert_true(vt_find(f.vt, "triage", &line, &col));
    vt_click(f.vt, 39, col);
    expect(&f, "Step 1 of 4");
    escape(&f);
    quit(&f);
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dashboard/attach", test_attach);
    g_test_add_func("/dashboard/leaked-files", test_leaked_files);
    g_test_add_func("/dashboard/drill-into-path", test_drill_into_path);
    g_test_add_func("/dashboard/goroutines", test_goroutines);
    g_test_add_func("/dashboard/heap", test_heap);
    g_test_add_func("/dashboard/popup-closed-at-once", test_popup_closed_at_once);
    g_test_add_func("/dashboard/wizard", test_wizard);
    g_test_add_func("/dashboard/sizes", test_sizes);
    g_test_add_func("/dashboard/target-ends", test_target_ends);
    g_test_add_func("/dashboard/sigterm", test_sigterm);
    g_test_add_func("/dashboard/suspend", test_suspend);
    g_test_add_func("/dashboard/without-pprof", test_without_pprof);
    g_test_add_func("/dashboard/hostile-names", test_hostile_names);
    g_test_add_func("/dashboard/pause", test_pause);
    g_test_add_func("/dashboard/nobody", test_nobody);
    g_test_add_func("/dashboard/help-and-mouse", test_help_and_mouse);
    return g_test_run();
}
