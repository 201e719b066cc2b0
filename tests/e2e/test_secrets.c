/*
 * Passwords and tokens in the command lines and environments of the target and
 * of its children: nothing that is printed, shown or written has them, unless
 * --keep asks for those of command lines.
 */

#include "tests/support/remove.h"
#include "tests/support/visit.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#define SECRET "5ecret"
#define NAME "quiet-victim"

/* Both end when the test does, however that is. */
#define STAY "while kill -0 $PPID; do sleep 1; done"

static const char child_command[] =
    "\"$0\" -c '" STAY "' " NAME "-child --password=" SECRET "-3 & " STAY;

struct world {
    char *dir;  /* working directory, home and where state goes */
    pid_t pid;  /* of the victim, which leads a group of its own */
    char *text; /* the pid, as typed */
};

static void lead_group(gpointer user)
{
    (void)user;
    setpgid(0, 0);
}

static void set_up(struct world *w, gconstpointer user)
{
    static const char *const argv[] = {"/bin/sh",
                                       "-c",
                                       child_command,
                                       "/bin/sh",
                                       NAME,
                                       "--api-key=" SECRET "-1",
                                       "DB_PASSWORD=" SECRET "-2",
                                       NULL};
    static const char *const env[] = {"PATH=/usr/bin:/bin", "SESSION_TOKEN=" SECRET "-4", NULL};
    g_autoptr(GError) error = NULL;

    (void)user;
    w->dir = g_dir_make_tmp("sidescope-secrets-XXXXXX", NULL);
    g_spawn_async(w->dir, (char **)(guintptr)argv, (char **)(guintptr)env,
                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                      G_SPAWN_STDERR_TO_DEV_NULL,
                  lead_group, NULL, &w->pid, &error);
    g_assert_no_error(error);
    w->text = g_strdup_printf("%d", (int)w->pid);
    g_usleep(G_USEC_PER_SEC / 2); /* the child has its name */
}

static void tear_down(struct world *w, gconstpointer user)
{
    (void)user;
    kill(-w->pid, SIGKILL);
    waitpid(w->pid, NULL, 0);
    remove_tree(w->dir);
    g_free(w->dir);
    g_free(w->text);
}

/* --- looking --- */

static bool holds(const char *bytes, size_t n, const char *word)
{
    return memmem(bytes, n, word, strlen(word)) != NULL;
}

/* How many files below path hold the word, packed or not. */
static int files_with(const char *path, const char *word)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    const char *name;
    char bytes[65536];
    int found = 0, n;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *entry = g_build_filename(path, name, NULL);
        found += files_with(entry, word);
    }
    gzFile file = dir == NULL ? gzopen(path, "rb") : NULL;

    while (file != NULL && (n = gzread(file, bytes, sizeof bytes)) > 0)
        g_string_append_len(text, bytes, n);
    if (file != NULL)
        gzclose(file);
    if (holds(text->str, text->len, word)) {
        g_test_message("%s holds %s", path, word);
        found++;
    }
    return found;
}

/* sidescope LINE PID in the world's folder; "%s" in the line is that folder. All that it says. */
static char *run(const struct world *w, const char *line)
{
    g_autofree char *all = g_strdup_printf("%s %s %s", SIDESCOPE_BIN, line, w->text);
    g_auto(GStrv) argv = g_strsplit(all, " ", -1);
    g_autofree char *state = g_build_filename(w->dir, "state", NULL);
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "XDG_STATE_HOME", state, TRUE);
    g_autofree char *out = NULL, *err = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    env = g_environ_setenv(env, "HOME", w->dir, TRUE);
    env = g_environ_setenv(env, "XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_spawn_sync(w->dir, argv, env, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, &status, &error);
    g_assert_no_error(error);
    g_assert_true(WIFEXITED(status));
    g_test_message("%s: status %d, %zu bytes; %s", line, WEXITSTATUS(status), strlen(out), err);
    return g_strconcat(out, err, NULL);
}

/* --- what is printed and written --- */

static void test_commands(struct world *w, gconstpointer user)
{
    static const char *const lines[] = {
        "triage --quick",
        "triage --quick --markdown",
        "triage --quick --json",
        "triage --quick --redact --json",
        "triage --quick --report report.md --folder folder",
        "triage --quick --report report.json",
        "triage --mark",
        "doctor",
        "doctor --json",
        "monitor --extended -i 1 --duration 2s -o monitor.log --openmetrics metrics.txt",
        "record --duration 3s --output night.sidescope",
        "overnight --duration 3s --allow-sleep -o overnight.sidescope --report overnight.md",
    };

    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *said = run(w, lines[i]);

        if (strstr(said, SECRET) != NULL)
            g_error("%s: %s", lines[i], said);
    }
    g_free(w->text);
    w->text = g_strdup("night.sidescope exported"); /* in the place of the pid */
    g_autofree char *said = run(w, "export");

    g_assert_null(strstr(said, SECRET));
    g_assert_cmpint(files_with(w->dir, SECRET), ==, 0);
    g_assert_cmpint(files_with(w->dir, "--api-key=[hidden]"), >=, 2); /* so it was looked at */
    g_assert_cmpint(files_with(w->dir, "--password=[hidden]"), >=, 1);
}

/* The environment is nobody's. */
static void test_keep(struct world *w, gconstpointer user)
{
    g_autofree char *markdown = run(w, "triage --quick --keep --markdown --folder folder");
    g_autofree char *json = run(w, "triage --quick --keep --json");

    (void)user;
    g_assert_nonnull(strstr(markdown, SECRET "-1"));
    g_assert_nonnull(strstr(markdown, SECRET "-2"));
    g_assert_nonnull(strstr(json, SECRET "-1"));
    g_assert_cmpint(files_with(w->dir, SECRET "-2"), >=, 1);
    g_assert_cmpint(files_with(w->dir, SECRET "-3"), >=, 1);
    g_assert_cmpint(files_with(w->dir, SECRET "-4"), ==, 0);
}

/* --- what is typed --- */

/* One command, whose files go into the folder "out". */
static void type_secret(struct world *w, const char *line)
{
    g_autofree char *out = g_build_filename(w->dir, "out", NULL);

    g_assert_cmpint(g_mkdir(out, 0700), ==, 0);
    g_autofree char *said = run(w, line);

    if (strstr(said, SECRET) != NULL)
        g_error("%s %s: %s", line, w->text, said);
    g_assert_cmpint(files_with(out, SECRET), ==, 0);
    remove_tree(out);
}

/* Name, password and headers for a server are sent and not told, whether it answers or not. */
static void test_typed(struct world *w, gconstpointer user)
{
    static const char *const lines[] = {
        "triage --quick --markdown --folder out/folder",
        "triage --quick --json",
        "top -json",
        "pprof -raw",
        "doctor --json",
        "record --duration 2s --output out/typed.sidescope",
        "monitor -i 1 --duration 1s -o out/typed.log",
    };
    static const char *const logins[] = {"http://joe:5ecret-5@", "joe:a/5ecret-5@"};
    g_autoptr(GError) error = NULL;

    (void)user;
    if (!target_available()) {
        g_test_skip("no Go: the target was not built");
        return;
    }
    struct stage *stage = target_start(NULL, &error);
    const int ports[] = {target_pprof_port(stage), 9};

    g_assert_no_error(error);
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(lines); i++)
        for (size_t k = 0; k < G_N_ELEMENTS(ports); k++) {
            g_free(w->text);
            w->text = g_strdup_printf("%s127.0.0.1:%d", logins[i % G_N_ELEMENTS(logins)], ports[k]);
            type_secret(w, lines[i / 2]);
        }
    target_stop(stage);
}

/* Nor of a file with headers, good or bad. */
static void test_headers(struct world *w, gconstpointer user)
{
    static const char *const texts[] = {"X-Token: 5ecret-6\n", "5ecret-6\n"};
    g_autofree char *path = g_build_filename(w->dir, "headers", NULL);

    (void)user;
    g_free(w->text);
    w->text = g_strdup("127.0.0.1:9");
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_assert_true(g_file_set_contents(path, texts[i], -1, NULL));
        type_secret(w, "triage --header-file headers --quick --markdown");
        type_secret(w, "top --header-file headers -json");
    }
    g_assert_cmpint(g_remove(path), ==, 0);
}

/* --- what is shown --- */

static struct vt *start(const struct world *w, const char *target)
{
    g_autofree char *home = g_strconcat("HOME=", w->dir, NULL);
    g_autofree char *state = g_strconcat("XDG_STATE_HOME=", w->dir, "/state", NULL);
    const char *const argv[] = {SIDESCOPE_BIN, target, NULL};
    const char *const env[] = {home, state, "TERM=xterm-256color", "XDG_CONFIG_HOME=/dev/null",
                               NULL};

    return vt_start(&(struct vt_options){.argv = argv, .env = env, .lines = 50, .cols = 200});
}

static void expect(struct vt *vt, const char *pattern)
{
    if (!vt_wait_text(vt, pattern, VISIT_SOON_MS)) {
        vt_dump(vt);
        g_error("the screen never showed %s", pattern);
    }
    g_assert_false(vt_find(vt, SECRET, NULL, NULL));
}

static void quit(struct vt *vt)
{
    int status;

    vt_key(vt, "C-c");
    g_assert_true(vt_wait_exit(vt, VISIT_SOON_MS, &status));
    vt_free(vt);
}

static void test_screens(struct world *w, gconstpointer user)
{
    (void)user;
    struct vt *vt = start(w, NAME); /* two fit: the list to choose from */

    expect(vt, NAME " --api-key=\\[hidden\\] DB_PASSWORD=\\[hidden\\]");
    expect(vt, NAME "-child --password=\\[hidden\\]");
    vt_type(vt, "/" SECRET "-1\r"); /* nor can it be guessed */
    g_assert_true(vt_wait_text(vt, "nothing matches", VISIT_SOON_MS));
    quit(vt);
    vt = start(w, w->text);
    expect(vt, "Memory");
    vt_type(vt, "Ha");
    expect(vt, NAME "-child --password=\\[hidden\\]");
    vt_type(vt, "y");
    vt_settle(vt, 200);
    g_assert_true(vt_clipboard(vt) == NULL || strstr(vt_clipboard(vt), SECRET) == NULL);
    quit(vt);
    g_assert_cmpint(files_with(w->dir, SECRET), ==, 0); /* what is remembered */
}

#define ADD(name, test) g_test_add("/secrets/" name, struct world, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("commands", test_commands);
    ADD("keep", test_keep);
    ADD("typed", test_typed);
    ADD("headers", test_headers);
    ADD("screens", test_screens);
    return g_test_run();
}
