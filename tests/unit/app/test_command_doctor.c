#include "app/doctor/doctor.h"
#include "tests/support/target.h"

#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* sidescope doctor, as a user would call it where something is missing. */

struct examination {
    JsonParser *parser;
    JsonObject *root;
    int status;
};

static void examination_clear(struct examination *e)
{
    g_object_unref(e->parser);
}
typedef struct examination examination_auto;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(examination_auto, examination_clear)

/* argument: the target, or NULL. env: NAME=VALUE over the test's, NULL-terminated. */
static struct examination doctor(const char *argument, const char *const *env)
{
    const char *argv[] = {SIDESCOPE_BIN, "doctor", "--json", argument, NULL};
    g_auto(GStrv) all = g_environ_setenv(g_get_environ(), "XDG_CONFIG_HOME", "/nonexistent", TRUE);
    struct examination e = {.parser = json_parser_new()};
    g_autofree char *out = NULL, *err = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    all = g_environ_setenv(all, "TERM", "xterm-256color", TRUE);
    for (size_t i = 0; env != NULL && env[i] != NULL; i++) {
        g_auto(GStrv) pair = g_strsplit(env[i], "=", 2);

        all = g_environ_setenv(all, pair[0], pair[1], TRUE);
    }
    g_spawn_sync(NULL, (char **)(guintptr)argv, all, G_SPAWN_DEFAULT, NULL, NULL, &out, &err,
                 &status, &error);
    g_assert_no_error(error);
    g_assert_true(WIFEXITED(status));
    e.status = WEXITSTATUS(status);
    g_test_message("status %d\n%s%s", e.status, out, err);
    json_parser_load_from_data(e.parser, out, -1, &error);
    g_assert_no_error(error);
    e.root = json_node_get_object(json_parser_get_root(e.parser));
    g_assert_cmpint(json_object_get_int_member(e.root, "exit_status"), ==, e.status);
    return e;
}

static JsonObject *find(const struct examination *e, const char *id)
{
    JsonArray *checks = json_object_get_array_member(e->root, "checks");

    for (guint i = 0; i < json_array_get_length(checks); i++) {
        JsonObject *check = json_array_get_object_element(checks, i);

        if (strcmp(json_object_get_string_member(check, "id"), id) == 0)
            return check;
    }
    g_error("no check called %s", id);
}

static const char *state(const struct examination *e, const char *id)
{
    return json_object_get_string_member(find(e, id), "state");
}

/* What is not ok says what follows and what mends it. */
static void assert_is(const struct examination *e, const char *id, const char *expected)
{
    JsonObject *check = find(e, id);

    g_assert_cmpstr(state(e, id), ==, expected);
    if (strcmp(expected, "ok") == 0)
        return;
    g_assert_cmpstr(json_object_get_string_member(check, "consequence"), !=, "");
    g_assert_cmpstr(json_object_get_string_member(check, "fix"), !=, "");
}

static struct stage *start(int pprof)
{
    g_autoptr(GError) error = NULL;
    struct stage *stage = target_start(&(struct stage_options){.pprof = pprof}, &error);

    g_assert_no_error(error);
    return stage;
}

static void test_live(void)
{
    static const char *const fine[] = {"proc",  "target", "owner",   "fd",    "fdinfo",
                                       "smaps", "pprof",  "network", "config"};

    if (!target_available()) {
        g_test_skip("no Go: the stage program was not built");
        return;
    }
    if (target_skip_without_map())
        return;
    g_autoptr(stage_auto) stage = start(STAGE_PPROF_RANDOM);
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(stage));
    g_auto(examination_auto) e = doctor(pid, NULL);

    g_assert_cmpint(e.status, !=, 2);
    for (size_t i = 0; i < G_N_ELEMENTS(fine); i++)
        assert_is(&e, fine[i], "ok");
}

static void test_without_pprof(void)
{
    if (!target_available()) {
        g_test_skip("no Go: the stage program was not built");
        return;
    }
    if (target_skip_without_map())
        return;
    g_autoptr(stage_auto) stage = start(STAGE_PPROF_NONE);
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(stage));
    g_auto(examination_auto) e = doctor(pid, NULL);

    g_assert_cmpint(e.status, ==, 1);
    assert_is(&e, "runtime-memory", "ok");
    assert_is(&e, "proofs", "ok");
    assert_is(&e, "pprof", "limited");                      /* memory serves instead */
    assert_is(&e, "cpu-profile", state(&e, "cpu-profile")); /* as this machine allows */
    assert_is(&e, "smaps", "ok");
}

/* Nothing of Go's is there to be read: why, for each that would need it. */
static void test_foreign(void)
{
    static const char *const of_go[] = {"runtime-memory", "proofs", "pprof"};
    const char *argv[] = {"sleep", "600", NULL};
    g_autoptr(GError) error = NULL;
    GPid child;

    g_spawn_async(NULL, (char **)(guintptr)argv, NULL,
                  G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &child, &error);
    g_assert_no_error(error);
    g_autofree char *pid = g_strdup_printf("%d", (int)child);
    g_auto(examination_auto) e = doctor(pid, NULL);

    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_is(&e, "runtime-memory", "limited");
    assert_is(&e, "proofs", "limited");
    g_assert_cmpstr(json_object_get_string_member(find(&e, "proofs"), "found"), !=, "");
    /* rights would not help, and a sidecar's variable means nothing to it */
    for (size_t i = 0; i < G_N_ELEMENTS(of_go); i++) {
        const char *fix = json_object_get_string_member(find(&e, of_go[i]), "fix");

        g_assert_null(strstr(fix, "sudo"));
        g_assert_null(strstr(fix, "SIDECAR"));
    }
}

static void test_poor_place(void)
{
    static const char *const env[] = {"PATH=/nonexistent", "TERM=dumb",
                                      "XDG_STATE_HOME=/dev/null/x", "LC_ALL=C", NULL};
    g_auto(examination_auto) e = doctor("999999999", env);

    g_assert_cmpint(e.status, ==, 2);
    assert_is(&e, "target", "unusable");
    assert_is(&e, "ps", "missing");
    assert_is(&e, "lsof", "missing");
    assert_is(&e, "go", "missing");
    assert_is(&e, "term", "missing");
    assert_is(&e, "locale", "limited");
    assert_is(&e, "state-dir", "limited");
}

static void test_bad_config(void)
{
    g_autofree char *dir = g_dir_make_tmp("sidescope-doctor-XXXXXX", NULL);
    g_autofree char *folder = g_build_filename(dir, "sidescope", NULL);
    g_autofree char *file = g_build_filename(folder, "config", NULL);
    g_autofree char *env = g_strdup_printf("XDG_CONFIG_HOME=%s", dir);

    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(file, "[nonsense]\nx=1\n", -1, NULL));
    /* without PATH: go leaves files of its own in the configuration folder */
    g_auto(examination_auto) e =
        doctor(NULL, (const char *const[]){env, "PATH=/nonexistent", NULL});

    g_assert_cmpint(e.status, ==, 2);
    assert_is(&e, "config", "unusable");
    g_assert_cmpint(remove(file), ==, 0);
    g_assert_cmpint(remove(folder), ==, 0);
    g_assert_cmpint(remove(dir), ==, 0);
}

/* --- the list --- */

static void test_status(void)
{
    static const int expected[] = {
        [DOCTOR_OK] = 0, [DOCTOR_LIMITED] = 1, [DOCTOR_MISSING] = 1, [DOCTOR_BROKEN] = 2};

    for (int i = 0; i <= DOCTOR_BROKEN; i++) {
        g_autoptr(doctor_auto) d = doctor_new();

        doctor_add(d, &(struct doctor_words){.id = "a", .title = "a"});
        doctor_add(d, &(struct doctor_words){.id = "b",
                                             .title = "b",
                                             .state = (enum doctor_state)i,
                                             .found = "\x1b[31m\n",
                                             .consequence = "then",
                                             .fix = "do"});
        doctor_add(d, &(struct doctor_words){.id = "c", .title = "c"});
        g_autoptr(document_auto) document = doctor_document(d);
        g_autofree char *text = document_text(document, NULL, true);
        g_autofree char *markdown = document_markdown(document, NULL, true);

        g_assert_cmpint(doctor_status(d), ==, expected[i]);
        g_assert_null(strchr(text, '\x1b'));
        g_assert_null(strchr(markdown, '\x1b'));
        g_assert_cmpint(strstr(markdown, "| then | `do` |") != NULL, ==, i != DOCTOR_OK);
        g_assert_cmpint(strstr(text, "fix: do") != NULL, ==, i != DOCTOR_OK);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/doctor/status", test_status);
    g_test_add_func("/doctor/live", test_live);
    g_test_add_func("/doctor/without-pprof", test_without_pprof);
    g_test_add_func("/doctor/foreign", test_foreign);
    g_test_add_func("/doctor/poor-place", test_poor_place);
    g_test_add_func("/doctor/bad-config", test_bad_config);
    return g_test_run();
}
