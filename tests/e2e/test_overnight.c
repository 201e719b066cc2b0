/*
 * A night in seconds: sidescope overnight on a process that leaks, that dies,
 * and being killed itself at random moments. What the report of the file names
 * is compared with what the process was told to do.
 */

#include "tests/support/remove.h"
#include "tests/support/target.h"

#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    KILLS = 50,
    SHORTEST_MS = 150,
    LONGEST_MS = 1100,
    FOREVER_MS = 90 * 1000,
    LOOK_MS = 200,
};

struct night {
    struct stage *stage;
    char *folder, *recording, *report;
};

static bool night_init(struct night *night, const char *commands)
{
    g_autoptr(GError) error = NULL;

    if (!target_available()) {
        g_test_skip("the target was not built: there is no Go here");
        return false;
    }
    night->stage = target_start(&(struct stage_options){.commands = commands}, &error);
    g_assert_no_error(error);
    night->folder = g_dir_make_tmp("sidescope-overnight-XXXXXX", NULL);
    night->recording = g_build_filename(night->folder, "night.sidescope", NULL);
    night->report = g_build_filename(night->folder, "night.md", NULL);
    return true;
}

static void night_clear(struct night *night)
{
    target_stop(night->stage);
    remove_tree(night->folder);
    g_free(night->folder);
    g_free(night->recording);
    g_free(night->report);
}

static char **environment(void)
{
    return g_environ_setenv(g_get_environ(), "XDG_CONFIG_HOME", "/nonexistent", TRUE);
}

static GPid launch(const struct night *night, const char *more)
{
    g_autofree char *line = g_strdup_printf("%s overnight %d -o %s --allow-sleep%s", SIDESCOPE_BIN,
                                            (int)target_pid(night->stage), night->recording, more);
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    g_auto(GStrv) env = environment();
    g_autoptr(GError) error = NULL;
    GPid pid;

    g_spawn_async(NULL, argv, env,
                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                      G_SPAWN_STDERR_TO_DEV_NULL,
                  NULL, NULL, &pid, &error);
    g_assert_no_error(error);
    return pid;
}

static int exit_status(GPid pid)
{
    int status;

    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* What a command prints; its exit status into *ret_status. */
static char *run(const char *const *argv, int *ret_status)
{
    g_auto(GStrv) env = environment();
    g_autofree char *err = NULL;
    g_autoptr(GError) error = NULL;
    char *out = NULL;
    int status;

    g_spawn_sync(NULL, (char **)(uintptr_t)argv, env, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err,
                 &status, &error);
    g_assert_no_error(error);
    if (*err != '\0')
        g_test_message("%s", err);
    g_assert_true(WIFEXITED(status));
    *ret_status = WEXITSTATUS(status);
    return out;
}

static JsonNode *judge(const struct night *night, int *ret_status)
{
    const char *argv[] = {SIDESCOPE_BIN, "triage", night->recording, "--json", NULL};
    g_autofree char *out = run(argv, ret_status);

    return *out != '\0' ? json_from_string(out, NULL) : NULL;
}

/* Every leak that is named is this one, with this culprit, and it is named. */
static void assert_names_only(JsonNode *root, const char *pattern, const char *culprit)
{
    JsonArray *causes = json_object_get_array_member(json_node_get_object(root), "causes");
    bool named = false;

    for (guint i = 0; i < json_array_get_length(causes); i++) {
        JsonObject *cause = json_array_get_object_element(causes, i);
        const char *id = json_object_get_string_member(cause, "id");
        const char *where = json_object_get_string_member(cause, "culprit");

        if (!json_object_get_boolean_member(cause, "leak"))
            continue;
        g_test_message("%s: %s", id, where);
        g_assert_cmpstr(id, ==, pattern);
        named = named || strstr(where, culprit) != NULL;
    }
    g_assert_true(named);
}

static char *read_report(const struct night *night)
{
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(night->report, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

/* --- the leak it was told to have --- */

static void test_names_the_leak(gconstpointer user)
{
    const char *const *row = user; /* what it does, pattern, culprit */
    struct night night;
    int status;

    if (!night_init(&night, row[0]))
        return;
    g_assert_cmpint(exit_status(launch(&night, " --duration 25s")), ==, 1);
    g_autoptr(JsonNode) root = judge(&night, &status);
    g_autofree char *report = read_report(&night);

    g_assert_cmpint(status, ==, 1);
    assert_names_only(root, row[1], row[2]);
    g_assert_nonnull(strstr(report, "## While it was watched"));
    g_assert_nonnull(strstr(report, "captured: first"));
    g_assert_nonnull(strstr(report, "captured: last"));
    night_clear(&night);
}

/* --- the target dies --- */

/* What is written so far is enough to judge: read while it is being written. */
static void wait_until_bad(const struct night *night)
{
    gint64 until_us = g_get_monotonic_time() + FOREVER_MS * (gint64)1000;

    for (;;) {
        int status = 2;
        g_autoptr(JsonNode) root =
            g_file_test(night->recording, G_FILE_TEST_EXISTS) ? judge(night, &status) : NULL;

        if (root != NULL &&
            strcmp(json_object_get_string_member(json_node_get_object(root), "verdict"), "bad") ==
                0)
            return;
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_usleep(LOOK_MS * 1000);
    }
}

static void test_target_dies(void)
{
    struct night night;

    if (!night_init(&night, "files claude 600; files claude 4/s"))
        return;
    GPid pid = launch(&night, "");

    wait_until_bad(&night);
    target_kill(night.stage, SIGKILL);
    g_assert_cmpint(exit_status(pid), ==, 1);
    g_autofree char *report = read_report(&night);

    g_assert_nonnull(strstr(report, "The process ended"));
    g_assert_nonnull(strstr(report, "The last that was seen of it: RSS "));
    g_assert_nonnull(strstr(report, "### 2. FDs: bad")); /* as it was before, not "unknown" */
    g_assert_null(strstr(report, "### 1. RSS: unknown"));
    night_clear(&night);
}

/* --- sidescope is killed --- */

/* SQLite's own word that nothing in it is broken; with no shell here nobody says so. */
static void assert_whole(const struct night *night)
{
    const char *argv[] = {"sqlite3", "-readonly", night->recording, "PRAGMA integrity_check", NULL};
    int status;

    if (!g_file_test("/usr/bin/sqlite3", G_FILE_TEST_EXISTS))
        return;
    g_autofree char *out = run(argv, &status);

    g_assert_cmpstr(g_strchomp(out), ==, "ok");
}

/* What was killed early may have nothing in it yet; then it says so, and no more. */
static void assert_opens(const struct night *night)
{
    int status;
    g_autoptr(JsonNode) root = judge(night, &status);

    g_assert_cmpint(status, <=, 2);
    g_assert_true(root != NULL || status == 2);
}

static void test_is_killed(void)
{
    struct night night;
    int status;

    if (!night_init(&night, "files claude 60; files claude 4/s"))
        return;
    for (int i = 0; i < KILLS; i++) {
        GPid pid = launch(&night, "");

        g_usleep((gulong)g_test_rand_int_range(SHORTEST_MS, LONGEST_MS) * 1000);
        kill(pid, SIGKILL);
        g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
        g_assert_true(WIFSIGNALED(status));
        if (g_file_test(night.recording, G_FILE_TEST_EXISTS))
            assert_opens(&night);
        if (i % 5 == 4)
            assert_whole(&night);
    }
    g_assert_cmpint(exit_status(launch(&night, " --duration 25s")), ==, 1);
    assert_whole(&night);
    g_autoptr(JsonNode) root = judge(&night, &status);

    g_assert_cmpint(status, ==, 1);
    assert_names_only(root, "session-files", ".claude/projects");
    night_clear(&night);
}

int main(int argc, char **argv)
{
    static const char *const files[] = {"files claude 4/s", "session-files", ".claude/projects"};
    static const char *const goroutines[] = {"goroutines recv 4/s", "blocked-channel",
                                             "event.listenForRefresh"};

    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/overnight/files", files, test_names_the_leak);
    g_test_add_data_func("/overnight/goroutines", goroutines, test_names_the_leak);
    g_test_add_func("/overnight/target-dies", test_target_dies);
    g_test_add_func("/overnight/is-killed", test_is_killed);
    return g_test_run();
}
