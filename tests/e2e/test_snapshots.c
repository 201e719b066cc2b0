/*
 * Snapshots of a live Go process on the real program: take, let it leak, take
 * again, compare, save, load back when the process is gone.
 */

#include "tests/support/target.h"
#include "tests/support/vt.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

enum { SOON_MS = 15000, N_FILES = 120, N_STACKS = 30 };

static const char *const quiet_env[] = {"TERM=xterm-256color", "COLORTERM", "NO_COLOR",
                                        "XDG_CONFIG_HOME=/nonexistent", NULL};

struct fixture {
    struct stage *stage;
    struct vt *vt;
    char *dir;
};

static void set_up(struct fixture *f)
{
    g_autoptr(GError) error = NULL;

    f->stage = target_start(NULL, &error);
    g_assert_no_error(error);
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(f->stage));
    const char *argv[] = {SIDESCOPE_BIN, pid, NULL};

    f->dir = g_dir_make_tmp("sidescope-test-XXXXXX", &error);
    g_assert_no_error(error);
    f->vt =
        vt_start(&(struct vt_options){.argv = argv, .env = quiet_env, .lines = 40, .cols = 140});
}

static void remove_all(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *entry = g_build_filename(path, name, NULL);

        remove_all(entry);
    }
    g_assert_cmpint(g_remove(path), ==, 0);
}

static void tear_down(struct fixture *f)
{
    vt_free(f->vt);
    target_stop(f->stage);
    remove_all(f->dir);
    g_free(f->dir);
}

static void expect(struct fixture *f, const char *pattern)
{
    if (!vt_wait_text(f->vt, pattern, SOON_MS))
        g_error("the screen never showed %s", pattern);
}

static void quit(struct fixture *f)
{
    int status;

    vt_key(f->vt, "q");
    g_assert_true(vt_wait_exit(f->vt, SOON_MS, &status));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

/* The panes have numbers of the target: a snapshot has what they have. */
static void wait_for_samples(struct fixture *f)
{
    expect(f, "chan receive|select|IO wait");
    expect(f, "HeapAlloc|heap|Heap");
    expect(f, "REG");
}

static void leak(struct fixture *f)
{
    target_do(f->stage, "files claude %d", N_FILES);
    target_do(f->stage, "goroutines recv %d", N_STACKS);
    target_do(f->stage, "heap scanner 8M");
}

static void take_two(struct fixture *f)
{
    g_autofree char *seen = g_strdup_printf(" %d +\\+%d ", N_FILES, N_FILES);

    wait_for_samples(f);
    vt_key(f->vt, "s");
    expect(f, "snapshot 1 taken: .*goroutines");
    leak(f);
    vt_key(f->vt, "r"); /* a probe that found little to see takes its time */
    /* the files pane counts what was leaked once its probe has seen it */
    expect(f, seen);
    vt_key(f->vt, "s");
    expect(f, "snapshot 2 taken: .*goroutines");
    vt_key(f->vt, "S");
    expect(f, "dashboard > snapshots");
}

static void check_comparison(struct fixture *f)
{
    g_autofree char *files = g_strdup_printf("\\+%d .*projects/<project>/<uuid>.jsonl", N_FILES);
    g_autofree char *stacks = g_strdup_printf("\\+%d .*chan receive", N_STACKS);

    vt_key(f->vt, "d");
    expect(f, "before: 1 .*after: 2 .*later");
    expect(f, "goroutines .*\\+[0-9]+");
    vt_key(f->vt, "2");
    expect(f, files);
    vt_key(f->vt, "3");
    expect(f, stacks);
    vt_key(f->vt, "4");
    expect(f, "against snapshot 1");
    expect(f, "Scanner");
    vt_key(f->vt, "Escape");
    vt_settle(f->vt, 80); /* a key right behind it would be Meta and that key */
    expect(f, "\\[Goroutines");
    vt_key(f->vt, "Left");
    expect(f, "\\[Summary");
    vt_key(f->vt, "Left");
    expect(f, "PROFILES");
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

static void type_path(struct fixture *f, const char *path)
{
    vt_key(f->vt, "C-u");
    vt_type(f->vt, path);
    vt_key(f->vt, "Enter");
}

static void save_all(struct fixture *f, const char *path)
{
    g_autofree char *heap = g_build_filename(path, "snapshot-0002", "heap.pb.gz", NULL);

    vt_key(f->vt, "e");
    expect(f, "Save all 2 snapshots");
    vt_key(f->vt, "y");
    expect(f, "save all snapshots as folder");
    type_path(f, path);
    expect(f, "saved: ");
    check_go_reads(heap);
}

static void test_snapshots(void)
{
    struct fixture f;

    if (!target_available()) {
        g_test_skip("no Go: the target was not built");
        return;
    }
    set_up(&f);
    g_autofree char *path = g_build_filename(f.dir, "saved", NULL);

    take_two(&f);
    check_comparison(&f);
    save_all(&f, path);
    target_kill(f.stage, SIGKILL);
    vt_key(f.vt, "C-o");
    expect(&f, "load file or folder");
    type_path(&f, path);
    expect(&f, "2 snapshots loaded");
    vt_key(f.vt, "Home");
    vt_key(f.vt, "d"); /* the newest against the one before it, both from the disk */
    expect(&f, "before: . .*after: .*later");
    quit(&f);
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/e2e/snapshots", test_snapshots);
    return g_test_run();
}
