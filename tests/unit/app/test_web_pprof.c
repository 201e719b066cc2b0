/* go tool pprof as a server: a shell script plays go. */

#include "app/profiles/web_pprof.h"

#include "tests/unit/pprof/fixture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture_web {
    char *dir; /* of the fake go: what it was called with, its pid */
    struct web_pprof *web;
    struct profile *profile;
    char *url, *error;
    int told;
};

static char *in_dir(const struct fixture_web *f, const char *name)
{
    return g_build_filename(f->dir, name, NULL);
}

/* script: what go does after it has written down who it is and what it was asked. */
static void install_go(const struct fixture_web *f, const char *script)
{
    g_autofree char *path = in_dir(f, "go");
    g_autofree char *text = g_strdup_printf("#!/bin/sh\n"
                                            "for a in \"$@\"; do echo \"$a\"; done > '%s/args'\n"
                                            "for a in \"$@\"; do file=$a; done\n"
                                            "cp \"$file\" '%s/copy'; echo $$ > '%s/pid'\n"
                                            "case \"$4\" in -http=*) at=${4#-http=};; esac\n"
                                            "%s\n",
                                            f->dir, f->dir, f->dir, script);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(g_chmod(path, 0700), ==, 0);
}

static void set_up(struct fixture_web *f, gconstpointer user)
{
    g_autofree char *path = NULL;

    f->dir = g_dir_make_tmp("sidescope-test-web-XXXXXX", NULL);
    path = g_strdup_printf("%s:/usr/bin:/bin", f->dir);
    g_setenv("PATH", path, TRUE);
    if (user != NULL)
        install_go(f, user);
    f->web = web_pprof_new();
    f->profile = fixture_stacks("10 a main\n");
}

static void remove_dir(const char *dir)
{
    static const char *const names[] = {"go", "args", "copy", "pid"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(dir, names[i], NULL);

        g_unlink(path);
    }
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

static void tear_down(struct fixture_web *f, gconstpointer user)
{
    (void)user;
    web_pprof_free(f->web);
    profile_unref(f->profile);
    remove_dir(f->dir);
    g_free(f->dir);
    g_free(f->url);
    g_free(f->error);
}

static void on_told(const struct web_pprof_result *result, void *user)
{
    struct fixture_web *f = user;

    f->told++;
    g_free(f->url);
    g_free(f->error);
    f->url = g_strdup(result->url);
    f->error = g_strdup(result->error);
}

static void open_and_wait(struct fixture_web *f, const struct web_pprof_request *request)
{
    int before = f->told;

    web_pprof_open(f->web, request, on_told, f);
    while (f->told == before)
        g_main_context_iteration(NULL, TRUE);
}

static char *contents(const struct fixture_web *f, const char *name)
{
    g_autofree char *path = in_dir(f, name);
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

static pid_t pid_of_go(const struct fixture_web *f)
{
    g_autofree char *text = contents(f, "pid");

    return text != NULL ? (pid_t)g_ascii_strtoll(text, NULL, 10) : 0;
}

static bool is_gone(pid_t pid)
{
    return kill(pid, 0) != 0 && errno == ESRCH;
}

/* Gone, or a zombie that nobody collects: the reaper of a container may not. */
static bool has_ended(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;

    return is_gone(pid) ||
           (g_file_get_contents(path, &text, NULL, NULL) && strstr(text, ") Z ") != NULL);
}

static const char serves[] = "echo \"Serving web UI on http://$at\" >&2; exec sleep 600";

static void test_serves(struct fixture_web *f, gconstpointer user)
{
    static const char *const options[] = {"-sample_index=n", "-focus=a b", NULL};
    g_autoptr(profile_auto) base = fixture_stacks("4 a main\n");
    struct stat file;

    (void)user;
    open_and_wait(
        f, &(struct web_pprof_request){.profile = f->profile, .base = base, .options = options});
    g_assert_cmpstr(f->error, ==, NULL);
    g_assert_true(g_str_has_prefix(f->url, "http://localhost:"));
    g_autofree char *text = contents(f, "args");
    g_auto(GStrv) args = g_strsplit(g_strchomp(text), "\n", -1);

    g_assert_cmpuint(g_strv_length(args), ==, 8);
    g_assert_cmpstr(args[0], ==, "tool");
    g_assert_cmpstr(args[1], ==, "pprof");
    g_assert_cmpstr(args[2], ==, "-no_browser");
    g_assert_true(g_str_has_prefix(args[4], "-diff_base=/"));
    g_assert_cmpstr(args[5], ==, "-sample_index=n");
    g_assert_cmpstr(args[6], ==, "-focus=a b");
    g_assert_cmpint(g_stat(args[7], &file), ==, 0);
    g_assert_cmpint(file.st_mode & 0777, ==, 0600);
    g_autofree char *folder = g_path_get_dirname(args[7]);

    g_assert_cmpint(g_stat(folder, &file), ==, 0);
    g_assert_cmpint(file.st_mode & 0777, ==, 0700);
    pid_t pid = pid_of_go(f);

    g_assert_false(is_gone(pid));
    g_clear_pointer(&f->web, web_pprof_free);
    g_assert_true(is_gone(pid));
    g_assert_cmpint(g_access(folder, F_OK), !=, 0);
}

/* What go reads is the profile. */
static void test_file(struct fixture_web *f, gconstpointer user)
{
    g_autofree char *bytes = NULL;
    gsize n;

    (void)user;
    open_and_wait(f, &(struct web_pprof_request){.profile = f->profile});
    g_autofree char *path = in_dir(f, "copy");

    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    g_autoptr(profile_auto) read = profile_decode((const uint8_t *)bytes, n, NULL);

    g_assert_nonnull(read);
    g_assert_cmpint(read->values[0], ==, 10);
}

static void test_fails(struct fixture_web *f, gconstpointer user)
{
    (void)user;
    open_and_wait(f, &(struct web_pprof_request){.profile = f->profile});
    g_assert_null(f->url);
    g_assert_cmpstr(f->error, ==, "go tool pprof ended: the profile is bad");
}

static void test_no_go(struct fixture_web *f, gconstpointer user)
{
    (void)user;
    g_setenv("PATH", f->dir, TRUE);
    open_and_wait(f, &(struct web_pprof_request){.profile = f->profile});
    g_assert_null(f->url);
    g_assert_true(g_str_has_prefix(f->error, "go is not on PATH"));
}

/* Freed before it serves: nobody is told, and it does not stay. */
static void test_freed_while_starting(struct fixture_web *f, gconstpointer user)
{
    (void)user;
    web_pprof_open(f->web, &(struct web_pprof_request){.profile = f->profile}, on_told, f);
    while (pid_of_go(f) == 0)
        g_main_context_iteration(NULL, FALSE);
    pid_t pid = pid_of_go(f);

    g_clear_pointer(&f->web, web_pprof_free);
    g_assert_true(is_gone(pid));
    g_assert_cmpint(f->told, ==, 0);
}

/* One that will not go is killed. */
static void test_stubborn(struct fixture_web *f, gconstpointer user)
{
    (void)user;
    open_and_wait(f, &(struct web_pprof_request){.profile = f->profile});
    pid_t pid = pid_of_go(f);

    g_clear_pointer(&f->web, web_pprof_free);
    g_assert_true(is_gone(pid));
}

static enum web_pprof_state state_of(const struct fixture_web *f, struct profile *base,
                                     const char **ret_url)
{
    return web_pprof_find(f->web, &(struct web_pprof_request){.profile = f->profile, .base = base},
                          ret_url);
}

/* One for each profile: who asks again is told of it. */
static void test_found(struct fixture_web *f, gconstpointer user)
{
    g_autoptr(profile_auto) base = fixture_stacks("4 a main\n");
    const char *url;
    int before = f->told;

    (void)user;
    g_assert_cmpint(state_of(f, NULL, &url), ==, WEB_PPROF_NONE);
    web_pprof_open(f->web, &(struct web_pprof_request){.profile = f->profile}, on_told, f);
    g_assert_cmpint(state_of(f, NULL, &url), ==, WEB_PPROF_STARTING);
    g_assert_null(url);
    while (f->told == before)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(state_of(f, NULL, &url), ==, WEB_PPROF_SERVING);
    g_assert_cmpstr(url, ==, f->url);
    g_assert_cmpint(state_of(f, base, &url), ==, WEB_PPROF_NONE);
}

static char *folder_of_copy(const struct fixture_web *f)
{
    g_autofree char *text = contents(f, "args");
    g_auto(GStrv) args = g_strsplit(g_strchomp(text), "\n", -1);

    return g_path_get_dirname(args[g_strv_length(args) - 1]);
}

/* Killed without a chance to clean up: neither go nor the folder stays. */
static void test_killed(struct fixture_web *f, gconstpointer user)
{
    enum { PATIENCE_MS = 5000, STEP_MS = 10 };
    int ready[2], left_ms = PATIENCE_MS;
    char byte;

    (void)user;
    g_assert_cmpint(pipe(ready), ==, 0);
    pid_t child = fork();

    if (child == 0) {
        open_and_wait(f, &(struct web_pprof_request){.profile = f->profile});
        if (write(ready[1], "x", 1) == 1)
            pause();
        _exit(0);
    }
    g_assert_cmpint(read(ready[0], &byte, 1), ==, 1);
    close(ready[0]);
    close(ready[1]);
    pid_t pid = pid_of_go(f);
    g_autofree char *folder = folder_of_copy(f);

    g_assert_true(g_file_test(folder, G_FILE_TEST_IS_DIR));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    for (; left_ms > 0 && (!has_ended(pid) || g_file_test(folder, G_FILE_TEST_EXISTS));
         left_ms -= STEP_MS)
        g_usleep(STEP_MS * 1000);
    g_assert_true(has_ended(pid));
    g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
}

/* More than eight at a time nobody looks at. */
static void test_many(struct fixture_web *f, gconstpointer user)
{
    pid_t first = 0;

    (void)user;
    for (int i = 0; i < 9; i++) {
        open_and_wait(f, &(struct web_pprof_request){.profile = f->profile});
        if (i == 0)
            first = pid_of_go(f);
    }
    g_assert_true(is_gone(first));
    g_assert_false(is_gone(pid_of_go(f)));
}

static void add(const char *name, const char *script,
                void (*test)(struct fixture_web *f, gconstpointer user))
{
    g_autofree char *path = g_strdup_printf("/web-pprof/%s", name);

    g_test_add(path, struct fixture_web, script, set_up, test, tear_down);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("serves", serves, test_serves);
    add("file", serves, test_file);
    add("fails", "echo something >&2; echo 'the profile is bad' >&2; exit 1", test_fails);
    add("no-go", NULL, test_no_go);
    add("freed-while-starting", "exec sleep 600", test_freed_while_starting);
    add("stubborn",
        "trap '' TERM; echo \"Serving web UI on http://$at\"; while :; do sleep 1; done",
        test_stubborn);
    add("found", serves, test_found);
    add("killed", serves, test_killed);
    add("many", serves, test_many);
    return g_test_run();
}
