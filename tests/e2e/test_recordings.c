/* A leaking process is recorded by the real program, opened, and its leak is found in the file. */

#include "tests/support/remove.h"
#include "tests/support/visit.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

struct scene {
    struct stage *stage;
    char *folder, *path;
    GPid recorder; /* 0: it has ended */
};

static bool record(struct scene *scene, const char *duration)
{
    g_autofree char *pid = NULL;
    g_autoptr(GError) error = NULL;

    if (!target_available()) {
        g_test_skip("no Go: the target was not built");
        return false;
    }
    scene->stage = target_start(&(struct stage_options){.commands = "files claude 20"}, &error);
    g_assert_no_error(error);
    scene->folder = g_dir_make_tmp("sidescope-recordings-XXXXXX", NULL);
    scene->path = g_build_filename(scene->folder, "night.sidescope", NULL);
    pid = g_strdup_printf("%d", (int)target_pid(scene->stage));
    char *argv[] = {(char *)SIDESCOPE_BIN, (char *)"record", pid, (char *)"-o", scene->path,
                    (char *)"--duration",  (char *)duration, NULL};

    g_assert_true(g_spawn_async(NULL, argv, NULL,
                                G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                                    G_SPAWN_STDERR_TO_DEV_NULL,
                                NULL, NULL, &scene->recorder, &error));
    g_assert_no_error(error);
    return true;
}

static void leak(struct scene *scene)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(target_command(scene->stage, "files claude 20/s", NULL, &error));
    g_assert_no_error(error);
}

static void wait_recorded(struct scene *scene)
{
    int status;

    g_assert_cmpint(waitpid(scene->recorder, &status, 0), ==, scene->recorder);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), !=, 2);
    scene->recorder = 0;
}

static void clear(struct scene *scene)
{
    if (scene->recorder != 0) {
        kill(scene->recorder, SIGTERM);
        waitpid(scene->recorder, NULL, 0);
    }
    target_stop(scene->stage);
    remove_tree(scene->folder);
    g_free(scene->folder);
    g_free(scene->path);
}

static void expect(struct vt *vt, const char *pattern)
{
    if (vt_wait_text(vt, pattern, VISIT_SOON_MS))
        return;
    vt_dump(vt);
    g_error("the screen never showed %s", pattern);
}

static void expect_gone(struct vt *vt, const char *pattern)
{
    if (vt_wait_gone(vt, pattern, VISIT_SOON_MS))
        return;
    vt_dump(vt);
    g_error("the screen went on showing %s", pattern);
}

static struct vt *open_file(const struct scene *scene, int lines, int cols)
{
    const char *const arguments[] = {scene->path, NULL};
    struct vt *vt = visit_program(arguments, lines, cols);

    expect(vt, "recording .*sidecar [0-9]+ .*night.sidescope");
    return vt;
}

static void quit(struct vt *vt)
{
    int status;

    vt_key(vt, "q");
    g_assert_true(vt_wait_exit(vt, VISIT_SOON_MS, &status));
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    g_assert_false(vt_altscreen(vt));
    vt_free(vt);
}

/* The clock beside the bar. */
static char *position(struct vt *vt, int line)
{
    expect(vt, "^ (▮▮|▶|LIVE) +[0-9]{2}:[0-9]{2}:[0-9]{2}");
    g_autofree char *text = vt_line(vt, line);
    g_autoptr(GRegex) regex = g_regex_new("[0-9]{2}:[0-9]{2}:[0-9]{2}", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    if (!g_regex_match(regex, text, 0, &match)) {
        vt_dump(vt);
        g_error("no time beside the bar: %s", text);
    }
    return g_match_info_fetch(match, 0);
}

/* Until it is elsewhere. */
static void leave(struct vt *vt, const char *clock)
{
    g_autofree char *pattern = g_strconcat("^ (▮▮|▶|LIVE) +", clock, NULL);

    expect_gone(vt, pattern);
}

/* --- the leak in the file --- */

static void find_leak(struct vt *vt)
{
    vt_key(vt, "2");
    vt_key(vt, "z");
    expect(vt, "[0-9]{2,3} +\\+[0-9]+ .*\\.claude/projects/");
    vt_key(vt, "Enter");
    expect(vt, "descriptors.* [0-9]{2,3} descriptors, 0 deleted");
    vt_key(vt, "Enter");
    expect(vt, "the file does not hold it");
}

static void test_found(void)
{
    struct scene scene;

    if (!record(&scene, "14s"))
        return;
    leak(&scene);
    wait_recorded(&scene);
    target_kill(scene.stage, SIGKILL); /* nothing of it is needed any more */
    struct vt *vt = open_file(&scene, 40, 120);

    expect(vt, "2[!✗] FDs");
    g_autofree char *last = position(vt, 37);

    vt_key(vt, "^");
    leave(vt, last);
    expect(vt, "FD +[0-9]{2} ");
    g_autofree char *first = position(vt, 37);

    vt_click(vt, 37, 70); /* the middle of the bar */
    leave(vt, first);
    g_autofree char *middle = position(vt, 37);

    g_assert_cmpstr(middle, !=, last);
    vt_key(vt, "c");
    expect(vt, "only of a running process, and this is night.sidescope");
    vt_key(vt, "$");
    leave(vt, middle);
    find_leak(vt);
    quit(vt);
    clear(&scene);
}

/* What another process is writing is followed. */
static void test_followed(void)
{
    struct scene scene;

    if (!record(&scene, "120s"))
        return;
    while (!g_file_test(scene.path, G_FILE_TEST_EXISTS))
        g_usleep(20000);
    g_usleep(5 * G_USEC_PER_SEC); /* a commit or two */
    struct vt *vt = open_file(&scene, 40, 120);

    expect(vt, "still recording");
    vt_key(vt, "$");
    expect(vt, "LIVE");
    g_autofree char *now = position(vt, 37);

    leave(vt, now);
    leak(&scene);
    expect(vt, "FD +[0-9]{3,}");
    vt_key(vt, ","); /* lets go of the end */
    expect_gone(vt, "LIVE");
    quit(vt);
    clear(&scene);
}

/* With no terminal it is the triage. */
static void test_headless(void)
{
    struct scene scene;
    g_autofree char *out = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    if (!record(&scene, "14s"))
        return;
    leak(&scene);
    wait_recorded(&scene);
    const char *argv[] = {SIDESCOPE_BIN, scene.path, NULL};

    g_assert_true(g_spawn_sync(NULL, (char **)(void *)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                               NULL, &out, NULL, &status, &error));
    g_assert_cmpint(WEXITSTATUS(status), ==, 1);
    g_assert_nonnull(strstr(out, ".claude/projects/"));
    clear(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recordings/found", test_found);
    g_test_add_func("/recordings/followed", test_followed);
    g_test_add_func("/recordings/headless", test_headless);
    return g_test_run();
}
