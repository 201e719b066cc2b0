/*
 * The real program on a pseudo terminal, attached to a live Go process. What
 * the screen says is compared with what /proc says, by this test itself.
 */

#include "probes/samples.h"
#include "tests/support/remove.h"
#include "tests/support/visit.h"
#include "widgets/number.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the truth --- */

static long long true_fds(const struct visit *f)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/fd", f->pid);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    long long n = 0;

    while (g_dir_read_name(dir) != NULL)
        n++;
    return n;
}

static long long true_rss(const struct visit *f)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/statm", f->pid);
    g_autofree char *text = NULL;
    long long pages = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpint(sscanf(text, "%*d %lld", &pages), ==, 1);
    return pages * sysconf(_SC_PAGESIZE);
}

/* The word behind name in the header line. */
static char *shown(struct visit *f, const char *name)
{
    g_autofree char *line = vt_line(f->vt, 0);
    g_autofree char *pattern = g_strdup_printf(" %s +([^ ]+)", name);
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    return g_regex_match(regex, line, 0, &match) ? g_match_info_fetch(match, 1) : g_strdup("");
}

static struct visit *truth_of;

static bool shows_true_fds(struct vt *vt)
{
    g_autofree char *word = shown(truth_of, "FD");

    (void)vt;
    return strcmp(word, number_count(true_fds(truth_of)).text) == 0;
}

static bool shows_true_rss(struct vt *vt)
{
    g_autofree char *word = shown(truth_of, "RSS");
    long long rss = true_rss(truth_of);

    (void)vt;
    /* the process breathes between the sample and this look: one megabyte of grace */
    for (long long off = -(1LL << 20); off <= 1 << 20; off += 1 << 16)
        if (strcmp(word, number_bytes(rss + off).text) == 0)
            return true;
    return false;
}

static void expect_truth(struct visit *f)
{
    truth_of = f;
    g_assert_true(vt_wait_until(f->vt, shows_true_fds, VISIT_SOON_MS));
    g_assert_true(vt_wait_until(f->vt, shows_true_rss, VISIT_SOON_MS));
}

/* --- tests --- */

static void test_attach(void)
{
    struct visit f;
    struct termios before, after;

    if (!visit_start(&f, &(struct visit_options){.lines = 40, .cols = 120}))
        return;
    vt_termios(f.vt, &before);
    visit_expect(&f, "1 Memory");
    visit_expect(&f, "2 Files");
    visit_expect(&f, "3 Goroutines");
    visit_expect(&f, "4 Heap");
    visit_expect(&f, f.pid);
    visit_expect(&f, "TRIAGE +1. RSS.*2. FDs.*3. map.*4. heap");
    g_assert_true(vt_altscreen(f.vt));
    expect_truth(&f);
    visit_quit(&f);
    vt_termios(f.vt, &after);
    g_assert_cmpuint(after.c_lflag, ==, before.c_lflag | (after.c_lflag & ~before.c_lflag));
    g_assert_true((after.c_lflag & ICANON) != 0);
    g_assert_true((after.c_lflag & ECHO) != 0);
    visit_end(&f);
}

static void test_leaked_files(void)
{
    struct visit f;

    if (!visit_start(&f, &(struct visit_options){.lines = 40, .cols = 120}))
        return;
    visit_expect(&f, "REG \\d");
    expect_truth(&f);
    target_do(f.stage, "files same 6");
    target_do(f.stage, "files claude 50");
    visit_expect(&f,
                 " 56 +\\+56 +6 .*<uuid>\\.jsonl"); /* one line, its worst path open six times */
    expect_truth(&f);
    visit_end(&f);
}

/* From the dashboard to the descriptors of the leaked path: 2 (pane), Enter. */
static void test_drill_into_path(void)
{
    struct visit f;

    if (!visit_start(&f, &(struct visit_options){.lines = 40, .cols = 120}))
        return;
    visit_expect(&f, "REG \\d");
    target_do(f.stage, "files same 6");
    visit_expect(&f, " 6 +\\+6 +6 .*\\.jsonl");
    vt_key(f.vt, "2");
    vt_key(f.vt, "/");
    vt_type(f.vt, "jsonl");
    vt_key(f.vt, "Enter");
    visit_expect(&f, "filter: jsonl");
    vt_key(f.vt, "Enter");
    visit_expect(&f, "dashboard > descriptors");
    visit_expect(&f, "6 descriptors, 0 deleted");
    vt_key(f.vt, "y");
    visit_expect(&f, "copied: ");
    g_assert_nonnull(vt_clipboard(f.vt));
    g_assert_true(g_str_has_suffix(vt_clipboard(f.vt), ".jsonl"));
    vt_key(f.vt, "Enter");
    visit_expect(&f, "descriptor \\d+");
    visit_escape(&f);
    visit_escape(&f);
    visit_expect(&f, "1 Memory");
    visit_escape(&f);
    g_assert_true(vt_wait_gone(f.vt, "filter: jsonl", VISIT_SOON_MS));
    visit_quit(&f);
    visit_end(&f);
}

static void test_goroutines(void)
{
    struct visit f;

    if (!visit_start(&f, &(struct visit_options){.lines = 40, .cols = 160}))
        return;
    visit_expect(&f, "chan receive");
    target_do(f.stage, "goroutines send 30");
    vt_key(f.vt, "3");
    visit_expect(&f, " 30 .*chan send");
    vt_key(f.vt, "z");
    visit_expect(&f, "CREATED BY");
    vt_key(f.vt, "/");
    vt_type(f.vt, "chan send");
    vt_key(f.vt, "Enter");
    vt_key(f.vt, "Enter");
    visit_expect(&f, "dashboard > stack");
    visit_expect(&f, "30 goroutines in chan send");
    vt_key(f.vt, "End");
    visit_expect(&f, "created by");
    visit_quit(&f);
    visit_end(&f);
}

static void test_heap(void)
{
    struct visit f;

    if (!visit_start(&f, &(struct visit_options){.lines = 40, .cols = 160}))
        return;
    target_do(f.stage, "heap json 32M");
    target_do(f.stage, "gc");
    visit_expect(&f, "4 Heap"); /* keys before that are for nobody */
    vt_key(f.vt, "4");
    visit_expect(&f, "Heap .*\\[inuse_space");
    visit_expect(&f, "FLAT +FLAT%");
    vt_key(f.vt, "r");
    visit_expect(&f, "json");
    vt_key(f.vt, "Enter");
    visit_expect(&f, "\\[3 Callers\\]");
    visit_expect(&f, "called by|calls");
    visit_escape(&f);
    vt_key(f.vt, "a");
    visit_expect(&f, "Heap .*\\[inuse_objects");
    visit_quit(&f);
    visit_end(&f);
}

/* A popup that is closed before it was ever painted (a fast typist, a script). */
static void test_popup_closed_at_once(void)
{
    struct visit f;

    if (!visit_start(&f, &(struct visit_options){.lines = 24, .cols = 80}))
        return;
    visit_expect(&f, "REG \\d");
    vt_key(f.vt, "P");
    visit_expect(&f, "dashboard > profiles");
    visit_expect(&f, "asks first");
    vt_key(f.vt, "Down");
    for (int i = 0; i < 5; i++)
        vt_type(f.vt, "\rn");
    vt_key(f.vt, "Enter"); /* it is that popup */
    visit_expect(&f, "gc=1 makes the target");
    vt_type(f.vt, "n");
    vt_settle(f.vt, 100);
    visit_escape(&f);
    visit_expect(&f, "1 Memory");
    visit_quit(&f);
    visit_end(&f);
}

static void test_wizard(void)
{
    struct visit f;

    if (!visit_start(&f, &(struct visit_options){.lines = 24, .cols = 80}))
        return;
    visit_expect(&f, "TRIAGE");
    vt_key(f.vt, "t");
    visit_expect(&f, "What do you see");
    vt_key(f.vt, "Right");
    visit_expect(&f, "Step 1 of 4");
    vt_key(f.vt, "Right");
    visit_expect(&f, "Step 2 of 4");
    visit_expect(&f, "By hand:");
    visit_expect(&f, f.pid);
    vt_key(f.vt, "l");
    visit_expect(&f, "Step 3 of 4");
    vt_key(f.vt, "l");
    visit_expect(&f, "Step 4 of 4");
    vt_key(f.vt, "l");
    visit_expect(&f, "\\[diagnosis");
    visit_escape(&f);
    visit_expect(&f, "1 Memory");
    visit_quit(&f);
    visit_end(&f);
}

static void test_sizes(void)
{
    static const int sizes[][2] = {{24, 80}, {60, 200}, {1, 1},   {2, 10},  {6, 30},
                                   {10, 40}, {8, 200},  {60, 31}, {40, 120}};
    struct visit f;

    if (!visit_start(&f, &(struct visit_options){.lines = 40, .cols = 120}))
        return;
    visit_expect(&f, "4 Heap");
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        vt_resize(f.vt, sizes[i][0], sizes[i][1]);
        vt_settle(f.vt, 100);
        if (sizes[i][0] >= 24 && sizes[i][1] >= 80)
            visit_expect(&f, "4 Heap");
    }
    visit_quit(&f);
    visit_end(&f);
}

static void test_target_ends(void)
{
    struct visit f;

    if (!visit_start(&f, &(struct visit_options){.lines = 40, .cols = 120}))
        return;
    visit_expect(&f, "REG \\d");
    target_kill(f.stage, SIGKILL);
    visit_expect(&f, "has exited|has ended");
    visit_expect(&f, "REG \\d"); /* the last data stays */
    vt_key(f.vt, "@");
    visit_expect(&f, "choose a process");
    vt_key(f.vt, "W");
    visit_expect(&f, "waiting for sidecar");
    visit_quit(&f);
    visit_end(&f);
}

/* It is offered by its number, and two keys attach to it. */
static void test_target_returns(void)
{
    g_autofree char *folder = g_dir_make_tmp("sidescope-returns-XXXXXX", NULL);
    g_autofree char *program = target_available() ? target_copy_program(folder) : NULL;
    const struct stage_options stage = {.pprof = STAGE_PPROF_RANDOM, .program = program};
    struct visit f;

    if (!visit_start(&f, &(struct visit_options){.stage = &stage, .lines = 40, .cols = 160})) {
        remove_tree(folder);
        return;
    }
    visit_expect(&f, "REG \\d");
    target_kill(f.stage, SIGKILL);
    visit_expect(&f, "has exited|has ended");
    g_autoptr(GError) error = NULL;
    struct stage *again = target_start(&stage, &error);

    g_assert_no_error(error);
    g_autofree char *offer = g_strdup_printf("It runs again as %d", (int)target_pid(again));
    g_autofree char *attached = g_strdup_printf("sidecar %d", (int)target_pid(again));

    visit_expect(&f, offer);
    vt_key(f.vt, "@");
    visit_expect(&f, "choose a process");
    vt_settle(f.vt, 300);
    vt_key(f.vt, "Enter");
    visit_expect(&f, attached);
    visit_quit(&f);
    visit_end(&f);
    target_stop(again);
    remove_tree(folder);
}

static void test_sigterm(void)
{
    struct visit f;
    int status;

    if (!visit_start(&f, &(struct visit_options){.lines = 24, .cols = 80}))
        return;
    visit_expect(&f, "4 Heap");
    kill(vt_pid(f.vt), SIGTERM);
    g_assert_true(vt_wait_exit(f.vt, VISIT_SOON_MS, &status));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 128 + SIGTERM);
    g_assert_false(vt_altscreen(f.vt));
    visit_end(&f);
}

static void test_suspend(void)
{
    struct visit f;

    if (!visit_start(&f, &(struct visit_options){.lines = 24, .cols = 80}))
        return;
    visit_expect(&f, "4 Heap");
    vt_key(f.vt, "C-z");
    g_assert_true(vt_wait_stopped(f.vt, VISIT_SOON_MS));
    g_assert_false(vt_altscreen(f.vt));
    vt_continue(f.vt);
    visit_expect(&f, "4 Heap");
    g_assert_true(vt_altscreen(f.vt));
    visit_quit(&f);
    visit_end(&f);
}

/* Tools are started all the time then, and Ctrl-Z may meet one before its exec. */
static void test_suspend_among_commands(void)
{
    static const char *const arguments[] = {"--backend", "commands", NULL};
    enum { ROUNDS = 6 };
    struct visit f;

    if (!visit_start(&f, &(struct visit_options){.arguments = arguments, .lines = 24, .cols = 80}))
        return;
    for (int i = 0; i < ROUNDS; i++) {
        visit_expect(&f, "4 Heap");
        vt_key(f.vt, "C-z");
        g_assert_true(vt_wait_stopped(f.vt, VISIT_SOON_MS));
        vt_continue(f.vt);
    }
    visit_expect(&f, "4 Heap");
    visit_quit(&f);
    visit_end(&f);
}

static void test_without_pprof(void)
{
    struct visit f;
    const struct stage_options stage = {.pprof = STAGE_PPROF_NONE};

    if (!visit_start(&f, &(struct visit_options){.stage = &stage, .lines = 40, .cols = 120}))
        return;
    visit_expect(&f, "pprof off");
    visit_expect(&f, "REG \\d");
    visit_expect(&f, "REG \\d.*memory|memory.*Heap"); /* the panes say where they read */
    visit_expect(&f, "COUNT +STATE");
    visit_expect(&f, "FLAT +FLAT%");
    visit_expect_gone(&f, "SIDECAR_PPROF=1");
    expect_truth(&f);
    vt_key(f.vt, "3");
    vt_key(f.vt, "v");
    visit_expect(&f, "memory  [\\d.]+K");
    visit_expect(&f, "goroutine 1 \\[");
    visit_quit(&f);
    visit_end(&f);
}

/* It listens where nobody answers: what memory tells does not wait for that. */
static void test_mute_port(void)
{
    struct visit f;
    const struct stage_options stage = {.pprof = STAGE_PPROF_NONE, .commands = "files listener 1"};
    gint64 began_us = g_get_monotonic_time();

    if (!visit_start(&f, &(struct visit_options){.stage = &stage, .lines = 40, .cols = 120}))
        return;
    visit_expect(&f, "COUNT +STATE");
    visit_expect(&f, "FLAT +FLAT%");
    g_test_message("%.1f s", (double)(g_get_monotonic_time() - began_us) / G_USEC_PER_SEC);
    g_assert_cmpint(g_get_monotonic_time() - began_us, <, 14 * G_USEC_PER_SEC);
    visit_quit(&f);
    visit_end(&f);
}

static void test_hostile_names(void)
{
    struct visit f;

    if (!visit_start(&f, &(struct visit_options){.lines = 40, .cols = 120}))
        return;
    visit_expect(&f, "REG \\d");
    target_do(f.stage, "files ugly 6");
    vt_key(f.vt, "2");
    vt_key(f.vt, "z");
    visit_expect(&f, "\\\\n|\\\\x1b");
    /* frames still stand where they belong: nothing of the names was obeyed */
    g_autofree char *last = vt_line(f.vt, 39);
    g_assert_true(strstr(last, "quit") != NULL);
    g_assert_cmpstr(vt_title(f.vt) != NULL ? vt_title(f.vt) : "", ==, "");
    visit_quit(&f);
    visit_end(&f);
}

static void test_pause(void)
{
    struct visit f;

    if (!visit_start(&f, &(struct visit_options){.lines = 40, .cols = 120}))
        return;
    visit_expect(&f, "REG \\d");
    expect_truth(&f);
    vt_key(f.vt, " ");
    visit_expect(&f, "PAUSED");
    target_do(f.stage, "files same 7");
    vt_key(f.vt, "2");
    g_assert_false(vt_find(f.vt, "+7", NULL, NULL));
    vt_key(f.vt, " ");
    g_assert_true(vt_wait_gone(f.vt, "PAUSED", VISIT_SOON_MS));
    visit_expect(&f, " 7 +\\+7 +7 ");
    visit_quit(&f);
    visit_end(&f);
}

static void test_nobody(void)
{
    struct vt *vt = visit_program((const char *const[]){"no-such-program-here", NULL}, 24, 80);
    int status;

    g_assert_true(vt_wait_text(vt, "no process called no-such-program-here", VISIT_SOON_MS));
    g_assert_true(vt_wait_text(vt, "choose a process", VISIT_SOON_MS));
    vt_key(vt, "q");
    g_assert_true(vt_wait_exit(vt, VISIT_SOON_MS, &status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    vt_free(vt);
}

static void test_help_and_mouse(void)
{
    struct visit f;
    int line, col;

    if (!visit_start(&f, &(struct visit_options){.lines = 40, .cols = 120}))
        return;
    visit_expect(&f, "4 Heap");
    vt_key(f.vt, "?");
    visit_expect(&f, "never writes to, signals or");
    visit_escape(&f);
    visit_expect(&f, "1 Memory");
    g_assert_true(vt_find(f.vt, "triage", &line, &col));
    vt_click(f.vt, 39, col);
    visit_expect(&f, "What do you see");
    visit_escape(&f);
    visit_quit(&f);
    visit_end(&f);
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
    g_test_add_func("/dashboard/target-returns", test_target_returns);
    g_test_add_func("/dashboard/sigterm", test_sigterm);
    g_test_add_func("/dashboard/suspend", test_suspend);
    g_test_add_func("/dashboard/suspend-among-commands", test_suspend_among_commands);
    g_test_add_func("/dashboard/without-pprof", test_without_pprof);
    g_test_add_func("/dashboard/mute-port", test_mute_port);
    g_test_add_func("/dashboard/hostile-names", test_hostile_names);
    g_test_add_func("/dashboard/pause", test_pause);
    g_test_add_func("/dashboard/nobody", test_nobody);
    g_test_add_func("/dashboard/help-and-mouse", test_help_and_mouse);
    return g_test_run();
}
