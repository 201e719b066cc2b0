#include "app/commands/record_options.h"
#include "app/recording/recorder.h"
#include "tests/support/remove.h"
#include "tests/support/target.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* sidescope record as a script would call it, on a live process; its file is read by the shell. */

/* --- the command line --- */

/* Local midnight of a day plus so many hours, by the calendar. */
static gint64 local_us(int year, int month, int day, int hour, int minute)
{
    g_autoptr(GDateTime) time = g_date_time_new_local(year, month, day, hour, minute, 0);

    return g_date_time_to_unix(time) * G_USEC_PER_SEC;
}

static void test_until(void)
{
    gint64 evening_us = local_us(2026, 3, 28, 22, 0), then_us;

    g_assert_true(record_until_parse("08:00", evening_us, &then_us));
    g_assert_cmpint(then_us, ==, local_us(2026, 3, 29, 8, 0));
    g_assert_true(record_until_parse("23:30", evening_us, &then_us));
    g_assert_cmpint(then_us, ==, local_us(2026, 3, 28, 23, 30));
    g_assert_true(record_until_parse("22:00", evening_us, &then_us));
    g_assert_cmpint(then_us, ==, local_us(2026, 3, 29, 22, 0));
    static const char *const wrong[] = {"",        "8",   "24:00", "08:60", "08:0",
                                        "8:00:00", "a:b", "-1:00", "08.00", "008:00"};

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(record_until_parse(wrong[i], evening_us, &then_us));
}

/* The night in which clocks go forward has an hour less, and 08:00 is 08:00. */
static void test_until_on_the_day_clocks_change(void)
{
    g_setenv("TZ", "Europe/Berlin", TRUE);
    gint64 evening_us = INT64_C(1774731600) * G_USEC_PER_SEC, then_us; /* 2026-03-28 22:00 CET */

    g_assert_true(record_until_parse("08:00", evening_us, &then_us));
    g_assert_cmpint(then_us - evening_us, ==, 9 * INT64_C(3600) * G_USEC_PER_SEC);
    g_unsetenv("TZ");
}

static void test_refused_words(void)
{
    static const struct {
        const char *line, *word;
    } rows[] = {
        {"--until 8", "--until takes"},
        {"--duration soon", "--duration takes"},
        {"--until 08:00 --duration 1h", "either"},
        {"--interval 0.01", "--interval takes"},
        {"a b", "one target at a time"},
        {"--backend x", "--backend is"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *whole = g_strconcat("record ", rows[i].line, NULL);
        g_auto(GStrv) words = g_strsplit(whole, " ", -1);
        guint n = g_strv_length(words);
        /* what is parsed is taken out of it */
        g_autofree char **argv = g_memdup2(words, (n + 1) * sizeof *words);
        struct record_options options = {0};
        g_autoptr(GError) error = NULL;

        g_assert_false(record_options_parse((int)n, argv, &options, &error));
        g_assert_nonnull(strstr(error->message, rows[i].word));
        record_options_clear(&options);
    }
}

/* --- live --- */

struct scene {
    struct stage *stage;
    char *folder, *path;
};

static bool scene_init(struct scene *scene)
{
    g_autoptr(GError) error = NULL;

    if (!target_available()) {
        g_test_skip("the target was not built: there is no Go here");
        return false;
    }
    scene->stage = target_start(NULL, &error);
    g_assert_no_error(error);
    scene->folder = g_dir_make_tmp("sidescope-record-XXXXXX", NULL);
    scene->path = g_build_filename(scene->folder, "night.sidescope", NULL);
    return true;
}

static void scene_clear(struct scene *scene)
{
    target_stop(scene->stage);
    remove_tree(scene->folder);
    g_free(scene->folder);
    g_free(scene->path);
}

struct child {
    GPid pid;
    int out, err;
};

static struct child launch(const struct scene *scene, const char *more)
{
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_autofree char *line = g_strdup_printf("%s record %d -o %s%s", SIDESCOPE_BIN,
                                            (int)target_pid(scene->stage), scene->path, more);
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    struct child child;
    g_autoptr(GError) error = NULL;

    g_spawn_async_with_pipes(NULL, argv, env, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &child.pid,
                             NULL, &child.out, &child.err, &error);
    g_assert_no_error(error);
    return child;
}

static char *read_all(int fd)
{
    GString *text = g_string_new(NULL);
    char bytes[4096];
    ssize_t n;

    while ((n = read(fd, bytes, sizeof bytes)) > 0)
        g_string_append_len(text, bytes, n);
    close(fd);
    return g_string_free(text, FALSE);
}

/* Exit status; out and err are what it said. */
static int finish(const struct child *child, char **out, char **err)
{
    int status;

    *out = read_all(child->out);
    *err = read_all(child->err);
    g_assert_cmpint(waitpid(child->pid, &status, 0), ==, child->pid);
    g_test_message("status %d\n%s%s", status, *out, *err);
    g_assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* What the shell answers, without the line feed. */
static char *ask(const struct scene *scene, const char *query)
{
    const char *argv[] = {"sqlite3", scene->path, query, NULL};
    char *out = NULL;
    g_autofree char *err = NULL;
    g_autoptr(GError) error = NULL;

    g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err,
                 NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(err, ==, "");
    return g_strchomp(out);
}

static gint64 ask_number(const struct scene *scene, const char *query)
{
    g_autofree char *answer = ask(scene, query);

    return g_ascii_strtoll(answer, NULL, 10);
}

/* The recording has rows of a kind: the child has begun. */
static void wait_for_rows(const struct scene *scene, const char *query, gint64 n)
{
    gint64 until_us = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;

    for (;;) {
        const char *argv[] = {"sqlite3", "-readonly", scene->path, query, NULL};
        g_autofree char *out = NULL;

        g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL,
                     G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL, NULL,
                     NULL);
        if (out != NULL && g_ascii_strtoll(out, NULL, 10) >= n)
            return;
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_usleep(100 * 1000);
    }
}

static bool has_shell(void)
{
    g_autofree char *shell = g_find_program_in_path("sqlite3");

    if (shell == NULL)
        g_test_skip("sqlite3 is not installed");
    return shell != NULL;
}

static const char process_rows[] = "SELECT count(*) FROM process";
static const char first_capture[] = "SELECT count(*) FROM event WHERE label = 'first'";

/* Ctrl-C: everything once more, one plain file; killed and begun again it goes on in the run. */
static void test_interrupted_and_continued(void)
{
    struct scene scene;
    g_autofree char *out = NULL, *err = NULL;

    if (!has_shell() || !scene_init(&scene))
        return;
    struct child child = launch(&scene, "");

    wait_for_rows(&scene, process_rows, 1);
    g_assert_cmpint(kill(child.pid, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(child.pid, NULL, 0), ==, child.pid);
    close(child.out);
    close(child.err);
    child = launch(&scene, "");
    wait_for_rows(&scene, first_capture, 1);
    g_assert_cmpint(kill(child.pid, SIGINT), ==, 0);
    g_assert_cmpint(finish(&child, &out, &err), <, 2);
    g_assert_nonnull(strstr(out, scene.path));
    g_assert_cmpint(ask_number(&scene, "SELECT count(*) FROM run"), ==, 1);
    g_assert_cmpint(ask_number(&scene, "SELECT count(*) FROM sitting"), ==, 2);
    g_assert_cmpint(ask_number(&scene, "SELECT count(*) FROM event WHERE label = 'last'"), ==, 1);
    g_assert_cmpint(ask_number(&scene, "SELECT count(*) FROM verdict WHERE step = ''"), >=, 1);
    /* the capture at the beginning and at the end: heap, allocs, and the dump as text */
    g_assert_cmpint(ask_number(&scene, "SELECT count(*) FROM profile WHERE keep = 2 AND kind IN "
                                       "('heap', 'allocs')"),
                    ==, 4);
    g_assert_cmpint(ask_number(&scene, "SELECT count(*) FROM dump WHERE keep = 2"), ==, 2);
    g_autofree char *sound = ask(&scene, "PRAGMA integrity_check");

    g_assert_cmpstr(sound, ==, "ok");
    scene_clear(&scene);
}

/* Time over, without any signal. */
static void test_duration(void)
{
    struct scene scene;
    g_autofree char *out = NULL, *err = NULL;

    if (!has_shell() || !scene_init(&scene))
        return;
    struct child child = launch(&scene, " --duration 2s --interval 0.5");

    g_assert_cmpint(finish(&child, &out, &err), <=, 2);
    g_assert_cmpint(ask_number(&scene, process_rows), >=, 2);
    scene_clear(&scene);
}

static void test_target_ends(void)
{
    struct scene scene;
    g_autofree char *out = NULL, *err = NULL;

    if (!has_shell() || !scene_init(&scene))
        return;
    struct child child = launch(&scene, "");

    wait_for_rows(&scene, process_rows, 1);
    g_assert_cmpint(kill(target_pid(scene.stage), SIGKILL), ==, 0);
    finish(&child, &out, &err);
    g_assert_nonnull(strstr(err, "the target has ended"));
    g_assert_cmpint(ask_number(&scene, "SELECT count(*) FROM run WHERE ended_us NOT NULL"), ==, 1);
    g_assert_cmpint(ask_number(&scene, "SELECT count(*) FROM event WHERE kind = 'target-ended'"),
                    ==, 1);
    scene_clear(&scene);
}

static void test_no_recording(void)
{
    struct scene scene;
    g_autofree char *out = NULL, *err = NULL, *after = NULL;

    if (!scene_init(&scene))
        return;
    g_assert_true(g_file_set_contents(scene.path, "shopping: milk", -1, NULL));
    struct child child = launch(&scene, " --duration 2s");

    g_assert_cmpint(finish(&child, &out, &err), ==, 2);
    g_assert_nonnull(strstr(err, "no recording"));
    g_assert_true(g_file_get_contents(scene.path, &after, NULL, NULL));
    g_assert_cmpstr(after, ==, "shopping: milk");
    scene_clear(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/record/until", test_until);
    g_test_add_func("/record/until-clocks-change", test_until_on_the_day_clocks_change);
    g_test_add_func("/record/refused-words", test_refused_words);
    g_test_add_func("/record/interrupted", test_interrupted_and_continued);
    g_test_add_func("/record/duration", test_duration);
    g_test_add_func("/record/target-ends", test_target_ends);
    g_test_add_func("/record/no-recording", test_no_recording);
    return g_test_run();
}
