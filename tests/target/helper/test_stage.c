/* The helper of tests/support/target.h against the stage program itself. */
#include "tests/support/target.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#ifdef __linux__
#include <sched.h>
#include <sys/inotify.h>
#endif
#include <unistd.h>

static struct stage *start(const struct stage_options *options)
{
    g_autoptr(GError) error = NULL;
    struct stage *stage = target_start(options, &error);
    g_assert_no_error(error);
    return stage;
}

static int count_entries(const char *path)
{
    DIR *dir = opendir(path);
    g_assert_nonnull(dir);
    int n = 0;
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static void test_commands(void)
{
    g_autoptr(stage_auto) stage = start(NULL);
    g_assert_cmpint(target_pprof_port(stage), >, 0);
    g_autofree char *reply = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_true(target_command(stage, "files claude 50", &reply, &error));
    g_assert_cmpstr(reply, ==, "files claude held=50");
    target_do(stage, "files ugly %d", 15);
    g_assert_false(target_command(stage, "frob", NULL, &error));
    g_assert_error(error, STAGE_ERROR, STAGE_ERROR_REFUSED);
}

#ifdef __linux__
static gpointer close_later(gpointer data)
{
    g_usleep(G_USEC_PER_SEC);
    close(GPOINTER_TO_INT(data));
    return NULL;
}

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        close(fd);
    return ok;
}
#endif

/* In a user namespace whose limit is what one program needs, with one of the instances taken. */
static void test_short_of_instances(void)
{
#ifdef __linux__
    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
        g_test_trap_assert_passed();
        return;
    }
    if (unshare(CLONE_NEWUSER) != 0 || !write_text("/proc/sys/user/max_inotify_instances", "4")) {
        g_test_skip("no user namespace with a limit of its own");
        return;
    }
    int taken = inotify_init1(IN_CLOEXEC);
    g_autoptr(GError) error = NULL;

    g_assert_null(target_start(&(struct stage_options){.at_once = true}, &error));
    g_assert_true(target_is_short(error));
    GThread *closer = g_thread_new("closer", close_later, GINT_TO_POINTER(taken));
    g_autoptr(stage_auto) stage = start(NULL);

    g_thread_join(closer);
    target_do(stage, "files claude 1");
#else
    g_test_skip("inotify is Linux's");
#endif
}

/* Descriptors stay open through collections, in which finalizers would close what is lost. */
static void test_files_are_open(void)
{
#ifdef __linux__
    static const char *const kinds[] = {"claude",   "codex",     "same",   "db",   "dir",
                                        "deleted",  "ugly",      "pipe",   "unix", "tcp",
                                        "listener", "closewait", "watcher"};
    g_autoptr(stage_auto) stage = start(NULL);
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", target_pid(stage));
    const int before = count_entries(path);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        target_do(stage, "files %s 4", kinds[i]);
    const int during = count_entries(path);
    g_assert_cmpint(during, >, before + 4 * (int)G_N_ELEMENTS(kinds));
    for (int i = 0; i < 4; i++)
        target_do(stage, "gc");
    g_assert_cmpint(count_entries(path), ==, during);
    target_do(stage, "close");
    g_assert_cmpint(count_entries(path), ==, before);
#else
    g_test_skip("needs procfs");
#endif
}

static void test_nothing_is_left(void)
{
    const int before = count_entries("/dev/fd");
    struct stage *stage = start(NULL);
    const pid_t pid = target_pid(stage);
    g_autofree char *dir = g_strdup(target_state_dir(stage));
    target_do(stage, "files ugly 15");
    target_do(stage, "lock exclusive");
    g_assert_true(g_file_test(dir, G_FILE_TEST_IS_DIR));
    target_stop(stage);
    g_assert_false(g_file_test(dir, G_FILE_TEST_EXISTS));
    g_assert_cmpint(waitpid(pid, NULL, WNOHANG), ==, -1);
    g_assert_cmpint(count_entries("/dev/fd"), ==, before);
}

static void test_given_directory_stays(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = g_dir_make_tmp("stage-given-XXXXXX", &error);
    g_assert_no_error(error);
    const struct stage_options first = {.pprof = STAGE_PPROF_NONE, .state_dir = dir};
    struct stage *stage = start(&first);
    g_assert_cmpint(target_pprof_port(stage), ==, 0);
    target_stop(stage);
    g_assert_true(g_file_test(dir, G_FILE_TEST_IS_DIR));
    g_autofree char *remove = g_strdup_printf("rm -rf '%s'", dir);
    g_assert_true(g_spawn_command_line_sync(remove, NULL, NULL, NULL, NULL));
}

static void test_crash(void)
{
    const struct stage_options options = {.pprof = STAGE_PPROF_NONE, .commands = "heap bytes 5M"};
    g_autoptr(stage_auto) stage = start(&options);
    g_autoptr(GError) error = NULL;
    g_assert_true(target_command(stage, "crash", NULL, &error));
    for (int i = 0; i < 2; i++) { /* the second write meets a broken pipe */
        g_assert_false(target_command(stage, "status", NULL, &error));
        g_assert_error(error, STAGE_ERROR, STAGE_ERROR_ENDED);
        g_clear_error(&error);
    }
}

static void test_killed_is_a_zombie(void)
{
    g_autoptr(stage_auto) stage = start(NULL);
    target_kill(stage, SIGKILL);
    g_assert_cmpint(kill(target_pid(stage), 0), ==, 0);
}

static void test_failing_command_at_start(void)
{
    const struct stage_options options = {.commands = "frob 1"};
    g_autoptr(GError) error = NULL;
    g_assert_null(target_start(&options, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "frob"));
}

static void test_bad_pprof_value(void)
{
    const struct stage_options options = {.pprof_value = "abc"};
    g_autoptr(stage_auto) stage = start(&options);
    g_assert_cmpint(target_pprof_port(stage), ==, 0);
    g_autofree char *path = target_path(stage, "stderr.txt");
    g_autofree char *said = NULL;
    g_assert_true(g_file_get_contents(path, &said, NULL, NULL));
    g_assert_nonnull(strstr(said, "pprof enabled on http://localhost:abc/debug/pprof/\n"));
    g_assert_nonnull(strstr(said, "pprof server error: listen tcp"));
}

static void skip(void)
{
    g_test_skip("no stage program was built");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*run)(void);
    } cases[] = {
        {"/stage/commands", test_commands},
        {"/stage/short-of-instances", test_short_of_instances},
        {"/stage/files-are-open", test_files_are_open},
        {"/stage/nothing-is-left", test_nothing_is_left},
        {"/stage/given-directory-stays", test_given_directory_stays},
        {"/stage/crash", test_crash},
        {"/stage/killed-is-a-zombie", test_killed_is_a_zombie},
        {"/stage/failing-command-at-start", test_failing_command_at_start},
        {"/stage/bad-pprof-value", test_bad_pprof_value},
    };
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_test_add_func(cases[i].path, target_available() ? cases[i].run : skip);
    return g_test_run();
}
