/* Alerts of the program itself on a live process: lines, the command, the capture. */

#include "tests/support/remove.h"
#include "tests/support/target.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
    GPid pid;
    gint err; /* read end of its standard error */
    GString *said;
};

/* options: further arguments, NULL-ended; dir: where it runs. */
static struct child watch(const struct stage *stage, const char *dir, const char *const *options)
{
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(stage));
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    struct child child = {.said = g_string_new(NULL)};
    g_autoptr(GError) error = NULL;

    g_ptr_array_add(argv, (gpointer)SIDESCOPE_BIN);
    g_ptr_array_add(argv, (gpointer) "triage");
    for (; *options != NULL; options++)
        g_ptr_array_add(argv, (gpointer)*options);
    g_ptr_array_add(argv, pid);
    g_ptr_array_add(argv, NULL);
    g_spawn_async_with_pipes(dir, (char **)argv->pdata, env,
                             G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                             &child.pid, NULL, NULL, &child.err, &error);
    g_assert_no_error(error);
    return child;
}

/* Until it has said part; the end of its standard error ends the test. */
static void wait_for(struct child *child, const char *part)
{
    char bytes[4096];

    while (strstr(child->said->str, part) == NULL) {
        ssize_t n = read(child->err, bytes, sizeof bytes);

        if (n <= 0)
            g_error("never said \"%s\" but: %s", part, child->said->str);
        g_string_append_len(child->said, bytes, n);
    }
}

static void finish(struct child *child)
{
    char bytes[4096];
    ssize_t n;

    while ((n = read(child->err, bytes, sizeof bytes)) > 0)
        g_string_append_len(child->said, bytes, n);
    close(child->err);
    g_assert_cmpint(waitpid(child->pid, NULL, 0), ==, child->pid);
    g_test_message("%s", child->said->str);
}

static struct stage *start(const char *commands)
{
    g_autoptr(GError) error = NULL;
    struct stage *stage = target_start(&(struct stage_options){.commands = commands}, &error);

    g_assert_no_error(error);
    return stage;
}

static bool skip_without_stage(void)
{
    if (target_available())
        return false;
    g_test_skip("no Go: the stage program was not built");
    return true;
}

/* What "env" prints is what the command was given; a shell would have made the words of X others.
 */
static void test_command(void)
{
    static const char *const options[] = {
        "--watch", "60s", "--events", "--exec", "env 'X=$(id) ; * `id`'", NULL};
    static const char *const expected[] = {
        "\nX=$(id) ; * `id`\n",    "SIDESCOPE_EVENT=alarm\n",  "SIDESCOPE_SEVERITY=bad\n",
        "SIDESCOPE_VERDICT=bad\n", "SIDESCOPE_NAME=sidecar\n", "SIDESCOPE_KEY=fds\n",
        "SIDESCOPE_TEXT=FDs: 1 ",  "SIDESCOPE_AT=20",
    };

    if (skip_without_stage())
        return;
    g_autoptr(stage_auto) stage = start("files claude 1200");
    g_autofree char *pid = g_strdup_printf("SIDESCOPE_PID=%d\n", (int)target_pid(stage));
    struct child child = watch(stage, NULL, options);

    wait_for(&child, " bad  FDs: 1 ");
    wait_for(&child, "SIDESCOPE_KEY=fds");
    target_kill(stage, SIGKILL);
    wait_for(&child, "SIDESCOPE_EVENT=target-ended\n"); /* also at the very end it is run */
    finish(&child);
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
        if (strstr(child.said->str, expected[i]) == NULL)
            g_error("no %s in %s", expected[i], child.said->str);
    g_assert_nonnull(strstr(child.said->str, pid));
    g_assert_nonnull(strstr(child.said->str, "has exited"));
    g_assert_null(strstr(child.said->str, "SIDESCOPE_RECORDING"));
    g_string_free(child.said, TRUE);
}

static char *captured_folder(const char *dir)
{
    g_autoptr(GDir) list = g_dir_open(dir, 0, NULL);
    const char *name = g_dir_read_name(list);

    g_assert_nonnull(name);
    g_assert_true(g_str_has_prefix(name, "sidescope-alarm-"));
    g_assert_null(g_dir_read_name(list)); /* once, for all alarms */
    return g_build_filename(dir, name, NULL);
}

static void test_capture(void)
{
    static const char *const options[] = {"--watch", "6s", "--capture-on-alarm", "--events", NULL};
    static const char *const files[] = {
        "heap.pb.gz",           "allocs.pb.gz",  "profile.pb.gz", "goroutine.pb.gz",
        "goroutine.debug2.txt", "snapshot.json", "report.md",     "fds.tsv"};

    if (skip_without_stage())
        return;
    g_autofree char *dir = g_dir_make_tmp("sidescope-alerts-XXXXXX", NULL);
    g_autoptr(stage_auto) stage = start("files claude 1200");
    struct child child = watch(stage, dir, options);

    finish(&child);
    g_assert_nonnull(strstr(child.said->str, "captured at the alarm: sidescope-alarm-"));
    g_autofree char *folder = captured_folder(dir);

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder, files[i], NULL);

        if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
            g_error("no %s", path);
    }
    g_string_free(child.said, TRUE);
    remove_tree(dir);
}

/* Nothing is wrong: nothing is said, run or written. */
static void test_healthy(void)
{
    static const char *const options[] = {"--watch", "5s",  "--events", "--capture-on-alarm",
                                          "--exec",  "env", NULL};

    if (skip_without_stage())
        return;
    g_autofree char *dir = g_dir_make_tmp("sidescope-alerts-XXXXXX", NULL);
    g_autoptr(stage_auto) stage = start(NULL);
    struct child child = watch(stage, dir, options);

    finish(&child);
    g_assert_null(strstr(child.said->str, "SIDESCOPE_EVENT"));
    g_assert_null(strstr(child.said->str, " bad "));
    g_string_free(child.said, TRUE);
    remove_tree(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/alerts/command", test_command);
    g_test_add_func("/alerts/capture", test_capture);
    g_test_add_func("/alerts/healthy", test_healthy);
    return g_test_run();
}
