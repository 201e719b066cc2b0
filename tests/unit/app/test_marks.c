/* Marks on disk, when several want to set them at once and when one of them was killed. */

#include "app/ground/state_dir.h"
#include "app/snapshots/marks.h"
#include "probes/platform.h"
#include "tests/support/remove.h"

#include "snapshot_fixture.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WRITERS = 6, SAVES = 12 };

static struct target *ourselves(void)
{
    struct target *target = target_new(NULL, NULL, NULL, NULL);

    target->id = (struct process_identity){.pid = getpid(), .start_ticks = 4711};
    return target;
}

static gpointer write_marks(gpointer user)
{
    for (guint32 i = 0; i < SAVES; i++) {
        g_autoptr(snapshot_auto) snapshot = fixture_snapshot(i, false, NULL);
        g_autoptr(GError) error = NULL;

        marks_save(user, snapshot, &error);
        g_assert_no_error(error);
    }
    return NULL;
}

/* Names in the folder that are neither the mark nor the lock. */
static guint leftovers(void)
{
    g_autofree char *folder = state_dir("marks");
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    guint n = 0;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        bool left = strstr(name, ".new-") != NULL || strstr(name, ".old-") != NULL;
        if (left)
            g_test_message("left: %s", name);
        n += left;
    }
    return n;
}

/* Threads share a pid, processes do not: both clash where names or turns are not their own. */
static void test_at_once(void)
{
    g_autoptr(target_auto) target = ourselves();
    GThread *threads[WRITERS];
    pid_t child = fork();

    if (child == 0) {
        write_marks(target);
        _exit(0);
    }
    for (int i = 0; i < WRITERS; i++)
        threads[i] = g_thread_new("marks", write_marks, target);
    for (int i = 0; i < WRITERS; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(snapshot_auto) read = i > 0 ? marks_load(target, &error) : NULL;

        g_assert_true(i == 0 || read != NULL || error != NULL);
        if (read != NULL)
            g_assert_nonnull(read->files);
        g_thread_join(threads[i]);
    }
    int status;

    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_cmpint(status, ==, 0);
    g_autoptr(snapshot_auto) mark = marks_load(target, NULL);

    g_assert_nonnull(mark);
    g_assert_cmpuint(leftovers(), ==, 0);
}

static pid_t dead_pid(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    return child;
}

static char *mark_path(const struct target *target)
{
    g_autofree char *folder = state_dir("marks");

    return g_strdup_printf("%s/%s-%d-%d", folder, platform_backend_name(&target->platform),
                           (int)target->id.pid, (int)target->id.start_ticks);
}

static void test_leftovers(void)
{
    g_autoptr(target_auto) target = ourselves();
    g_autoptr(snapshot_auto) snapshot = fixture_snapshot(1, false, NULL);
    g_autofree char *path = mark_path(target);
    g_autoptr(GError) error = NULL;
    int dead = (int)dead_pid();
    g_autofree char *partial = g_strdup_printf("%s.new-%d.partial-AB12CD", path, dead);
    g_autofree char *made = g_strdup_printf("%s.new-%d-3", path, dead);
    g_autofree char *old = g_strdup_printf("%s.old-%d", path, dead);
    g_autofree char *mine = g_strdup_printf("%s.new-%d-4000", path, (int)getpid());

    g_assert_true(marks_save(target, snapshot, &error));
    g_assert_no_error(error);
    g_assert_cmpint(g_mkdir_with_parents(partial, 0700), ==, 0);
    g_assert_cmpint(g_mkdir_with_parents(made, 0700), ==, 0);
    g_assert_cmpint(g_mkdir_with_parents(old, 0700), ==, 0);
    g_assert_cmpint(g_mkdir_with_parents(mine, 0700), ==, 0);
    g_assert_true(marks_save(target, snapshot, &error));
    g_assert_cmpuint(leftovers(), ==, 1); /* that of a writer that lives */
    g_assert_true(g_file_test(mine, G_FILE_TEST_IS_DIR));
    g_assert_cmpint(g_rmdir(mine), ==, 0);
}

/* Killed between the two renames: the mark that stepped aside comes back. */
static void test_stepped_aside(void)
{
    g_autoptr(target_auto) target = ourselves(), other = ourselves();
    g_autoptr(snapshot_auto) snapshot = fixture_snapshot(1, false, NULL);
    g_autofree char *path = mark_path(target);
    g_autofree char *old = g_strdup_printf("%s.old-%d", path, (int)dead_pid());
    g_autoptr(GError) error = NULL;

    g_assert_true(marks_save(target, snapshot, &error));
    g_assert_cmpint(g_rename(path, old), ==, 0);
    g_assert_null(marks_load(target, NULL));
    other->id.start_ticks++;
    g_assert_true(marks_save(other, snapshot, &error));
    g_assert_no_error(error);
    g_autoptr(snapshot_auto) back = marks_load(target, &error);

    g_assert_no_error(error);
    g_assert_nonnull(back);
    g_assert_cmpuint(leftovers(), ==, 0);
}

/* m on a process that has ended meanwhile: what was measured is kept, until the next one is marked.
 */
static void test_of_one_that_ended(void)
{
    g_autoptr(target_auto) target = ourselves(), living = ourselves();
    g_autoptr(snapshot_auto) snapshot = fixture_snapshot(1, false, NULL);
    g_autoptr(GError) error = NULL;

    target->id.pid = dead_pid();
    g_assert_true(marks_save(target, snapshot, &error));
    g_assert_no_error(error);
    g_autoptr(snapshot_auto) kept = marks_load(target, &error);

    g_assert_no_error(error);
    g_assert_nonnull(kept);
    g_assert_true(marks_save(living, snapshot, &error));
    g_assert_null(marks_load(target, NULL));
}

int main(int argc, char **argv)
{
    g_autofree char *state = g_dir_make_tmp("sidescope-marks-XXXXXX", NULL);

    g_setenv("XDG_STATE_HOME", state, TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/marks/at-once", test_at_once);
    g_test_add_func("/marks/leftovers", test_leftovers);
    g_test_add_func("/marks/stepped-aside", test_stepped_aside);
    g_test_add_func("/marks/of-one-that-ended", test_of_one_that_ended);
    int status = g_test_run();

    remove_tree(state);
    return status;
}
