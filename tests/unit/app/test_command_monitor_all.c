#include "tests/unit/app/monitor_run.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

/* sidescope monitor of several processes at once, and of those that come after. */

/* A process of a name that nobody else has. */
static GPid start_named(const char *folder, const char *name)
{
    g_autofree char *sleep_path = g_find_program_in_path("sleep");
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *bytes = NULL;
    const char *argv[] = {path, "100", NULL};
    gsize n;
    GPid pid;

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_assert_true(g_file_get_contents(sleep_path, &bytes, &n, NULL));
        g_assert_true(g_file_set_contents(path, bytes, (gssize)n, NULL));
        g_assert_cmpint(g_chmod(path, 0700), ==, 0);
    }
    g_assert_true(g_spawn_async(NULL, (char **)(guintptr)argv, NULL,
                                G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                                    G_SPAWN_STDERR_TO_DEV_NULL,
                                NULL, NULL, &pid, NULL));
    return pid;
}

static void end_named(GPid pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* Each has a log of its own; one that comes later is watched, too. */
static void test_all(void)
{
    if (target_skip_without_procfs())
        return;
    g_auto(monitor_place_auto) place = monitor_place_new();
    g_auto(monitor_place_auto) programs = monitor_place_new();
    g_autofree char *name = g_strdup_printf("fl%d", (int)getpid());
    GPid one = start_named(programs.dir, name);
    g_autofree char *arguments = g_strdup_printf("%s --all -i 1 --duration 60 -o logs.csv", name);
    struct monitor_child child = monitor_launch(place.dir, arguments);
    g_free(monitor_wait_for_line(child.err, "is watched"));
    GPid two = start_named(programs.dir, name);
    g_free(monitor_wait_for_line(child.err, "is watched"));
    g_autofree char *pid = g_strdup_printf(",%d,%s", (int)two, name);
    g_free(monitor_wait_for_line(child.out, pid));

    end_named(one);
    g_free(monitor_wait_for_line(child.err, "has ended"));

    kill(child.pid, SIGINT);
    g_auto(monitor_outcome_auto) outcome = monitor_finish(&child);

    g_assert_cmpint(outcome.status, ==, 0);
    for (int i = 0; i < 2; i++) {
        g_autofree char *file =
            g_strdup_printf("%s/logs-%s-%d.csv", place.dir, name, (int)(i == 0 ? one : two));
        g_autofree char *text = NULL;

        g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
        g_assert_true(g_str_has_prefix(
            text, "time,heap_alloc_bytes,heap_inuse_bytes,goroutines,rss_mb,pid,name\n"));
    }
    end_named(two);
}

/* By its name: another one that ran beside it is not its successor, one that came since is. */
static void test_successor(void)
{
    if (target_skip_without_procfs())
        return;
    g_auto(monitor_place_auto) place = monitor_place_new();
    g_auto(monitor_place_auto) programs = monitor_place_new();
    g_autofree char *name = g_strdup_printf("sc%d", (int)getpid());
    GPid beside = start_named(programs.dir, name);

    g_usleep(5 * G_USEC_PER_SEC); /* so much older that it cannot be the successor */
    GPid watched = start_named(programs.dir, name);
    g_autofree char *arguments = g_strdup_printf("%d -i 0.5 --duration 60 -o -", (int)watched);
    struct monitor_child child = monitor_launch(place.dir, arguments);

    g_free(monitor_wait_for_line(child.err, "is watched"));
    end_named(watched);
    g_free(monitor_wait_for_line(child.err, "has ended"));
    for (int i = 0; i < 8; i++)
        g_free(monitor_wait_for_line(child.out, ",N/A,N/A,N/A,N/A"));
    GPid back = start_named(programs.dir, name);
    g_autofree char *line = monitor_wait_for_line(child.err, "is back");
    g_autofree char *pid = g_strdup_printf(" %d is back", (int)back);

    monitor_assert_has(line, pid);
    kill(child.pid, SIGINT);
    g_auto(monitor_outcome_auto) outcome = monitor_finish(&child);

    g_assert_cmpint(outcome.status, ==, 0);
    end_named(back);
    end_named(beside);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/monitor/all", test_all);
    g_test_add_func("/monitor/successor", test_successor);
    return g_test_run();
}
