/*
 * Snapshots of a live Go process on the real program: take, let it leak, take
 * again, compare, save, load back when the process is gone.
 */

#include "tests/support/remove.h"
#include "tests/support/visit.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

enum { N_FILES = 120, N_STACKS = 30 };

/* The panes have numbers of the target: a snapshot has what they have. */
static void wait_for_samples(struct visit *f)
{
    visit_expect(f, "chan receive|select|IO wait");
    visit_expect(f, "HeapAlloc|heap|Heap");
    visit_expect(f, "REG");
}

static void leak(struct visit *f)
{
    target_do(f->stage, "files claude %d", N_FILES);
    target_do(f->stage, "goroutines recv %d", N_STACKS);
    target_do(f->stage, "heap scanner 8M");
}

static void take_two(struct visit *f)
{
    g_autofree char *seen = g_strdup_printf(" %d +\\+%d ", N_FILES, N_FILES);

    wait_for_samples(f);
    vt_key(f->vt, "s");
    visit_expect(f, "snapshot 1 taken: .*goroutines");
    leak(f);
    vt_key(f->vt, "r"); /* a probe that found little to see takes its time */
    /* the files pane counts what was leaked once its probe has seen it */
    visit_expect(f, seen);
    vt_key(f->vt, "s");
    visit_expect(f, "snapshot 2 taken: .*goroutines");
    vt_key(f->vt, "S");
    visit_expect(f, "dashboard > snapshots");
}

static void check_comparison(struct visit *f)
{
    g_autofree char *files = g_strdup_printf("\\+%d .*projects/<project>/<uuid>.jsonl", N_FILES);
    g_autofree char *stacks = g_strdup_printf("\\+%d .*chan receive", N_STACKS);

    vt_key(f->vt, "d");
    visit_expect(f, "before: 1 .*after: 2 .*later");
    visit_expect(f, "goroutines .*\\+[0-9]+");
    vt_key(f->vt, "2");
    visit_expect(f, files);
    vt_key(f->vt, "3");
    visit_expect(f, stacks);
    vt_key(f->vt, "4");
    visit_expect(f, "against snapshot 1");
    visit_expect(f, "Scanner");
    vt_key(f->vt, "Escape");
    vt_settle(f->vt, 80); /* a key right behind it would be Meta and that key */
    visit_expect(f, "\\[Goroutines");
    vt_key(f->vt, "Left");
    visit_expect(f, "\\[Summary");
    vt_key(f->vt, "Left");
    visit_expect(f, "PROFILES");
}

/* go tool pprof prints a top of the saved heap that names the leak. */
static void check_go_reads(const char *heap)
{
    g_autofree char *go = g_find_program_in_path("go"), *out = NULL;
    const char *argv[] = {go, "tool", "pprof", "-top", heap, NULL};
    int status = -1;

    if (go == NULL) {
        g_test_message("go is not there: the file was not read by it");
        return;
    }
    g_assert_true(g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL,
                               NULL, NULL, &out, NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
    g_assert_nonnull(strstr(out, "inuse_space"));
    g_assert_nonnull(strstr(out, "Scanner"));
}

static void type_path(struct visit *f, const char *path)
{
    vt_key(f->vt, "C-u");
    vt_type(f->vt, path);
    vt_key(f->vt, "Enter");
}

static void save_all(struct visit *f, const char *path)
{
    g_autofree char *heap = g_build_filename(path, "snapshot-0002", "heap.pb.gz", NULL);

    vt_key(f->vt, "e");
    visit_expect(f, "Save all 2 snapshots");
    vt_key(f->vt, "y");
    visit_expect(f, "save all snapshots as folder");
    type_path(f, path);
    visit_expect(f, "saved: ");
    check_go_reads(heap);
}

static void test_snapshots(void)
{
    struct visit f;
    g_autoptr(GError) error = NULL;

    if (!visit_start(&f, &(struct visit_options){.lines = 40, .cols = 140}))
        return;
    g_autofree char *dir = g_dir_make_tmp("sidescope-test-XXXXXX", &error);

    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(dir, "saved", NULL);

    take_two(&f);
    check_comparison(&f);
    save_all(&f, path);
    target_kill(f.stage, SIGKILL);
    vt_key(f.vt, "C-o");
    visit_expect(&f, "load file or folder");
    type_path(&f, path);
    visit_expect(&f, "2 snapshots loaded");
    vt_key(f.vt, "Home");
    vt_key(f.vt, "d"); /* the newest against the one before it, both from the disk */
    visit_expect(&f, "before: . .*after: .*later");
    visit_quit(&f);
    visit_end(&f);
    remove_tree(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/e2e/snapshots", test_snapshots);
    return g_test_run();
}
