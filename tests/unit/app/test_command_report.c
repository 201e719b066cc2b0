#include "app/commands/triage_options.h"
#include "app/snapshots/snapshot_folder.h"
#include "tests/support/remove.h"
#include "tests/support/target.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <zlib.h>

/* What sidescope triage writes, on a live process of one who wants to stay unknown. */

struct world {
    char *dir;  /* all below it */
    char *home; /* of the user zaphod */
    struct stage *stage;
};

struct outcome {
    int status;
    char *out, *err;
};

static void outcome_clear(struct outcome *outcome)
{
    g_free(outcome->out);
    g_free(outcome->err);
}
typedef struct outcome outcome_auto;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(outcome_auto, outcome_clear)

static void set_up(struct world *w, gconstpointer user)
{
    g_autoptr(GError) error = NULL;

    (void)user;
    w->dir = g_dir_make_tmp("sidescope-report-XXXXXX", &error);
    g_assert_no_error(error);
    w->home = g_build_filename(w->dir, "home", "zaphod", NULL);
    g_autofree char *state = g_build_filename(w->home, "state", NULL);

    g_assert_cmpint(g_mkdir_with_parents(state, 0700), ==, 0);
    if (!target_available())
        return;
    w->stage = target_start(&(struct stage_options){.state_dir = state}, &error);
    g_assert_no_error(error);
}

static void tear_down(struct world *w, gconstpointer user)
{
    (void)user;
    target_stop(w->stage);
    remove_tree(w->dir);
    g_free(w->dir);
    g_free(w->home);
}

static bool skip(const struct world *w)
{
    if (w->stage != NULL)
        return false;
    g_test_skip("no Go: the stage program was not built");
    return true;
}

static char *in(const struct world *w, const char *name)
{
    return g_build_filename(w->dir, name, NULL);
}

/* sidescope triage OPTIONS... PID, as the user zaphod. "%s" in options: the world's folder. */
static struct outcome triage(const struct world *w, const char *options)
{
    g_auto(GStrv) parts = g_strsplit(options, "%s", -1);
    g_autofree char *filled = g_strjoinv(w->dir, parts);
    g_autofree char *line =
        g_strdup_printf("%s triage %s %d", SIDESCOPE_BIN, filled, (int)target_pid(w->stage));
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_autofree char *state = in(w, "remembered");
    g_autoptr(GError) error = NULL;
    struct outcome outcome = {0};
    int status;

    env = g_environ_setenv(env, "XDG_STATE_HOME", state, TRUE);
    env = g_environ_setenv(env, "HOME", w->home, TRUE);
    env = g_environ_setenv(env, "USER", "zaphod", TRUE);
    g_spawn_sync(NULL, argv, env, G_SPAWN_DEFAULT, NULL, NULL, &outcome.out, &outcome.err, &status,
                 &error);
    g_assert_no_error(error);
    g_assert_true(WIFEXITED(status));
    outcome.status = WEXITSTATUS(status);
    g_test_message("%s: status %d\n%s", line, outcome.status, outcome.err);
    return outcome;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        g_error("no \"%s\" in: %s", part, text);
}

/* The file's bytes, unpacked where it is packed. */
static GString *unpacked(const char *path)
{
    gzFile file = gzopen(path, "rb");
    GString *text = g_string_new(NULL);
    char bytes[65536];
    int n;

    g_assert_nonnull(file);
    while ((n = gzread(file, bytes, sizeof bytes)) > 0)
        g_string_append_len(text, bytes, n);
    g_assert_cmpint(n, ==, 0);
    gzclose(file);
    return text;
}

static bool holds(const GString *text, const char *word)
{
    size_t n = strlen(word);

    for (gsize i = 0; i + n <= text->len; i++)
        if (g_ascii_strncasecmp(text->str + i, word, n) == 0)
            return true;
    return false;
}

static guint count_files(const char *folder, const char *word, guint *ret_holding)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    guint n = 0;

    *ret_holding = 0;
    g_assert_nonnull(dir);
    for (; (name = g_dir_read_name(dir)) != NULL; n++) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autoptr(GString) text = unpacked(path);

        if (holds(text, word)) {
            g_test_message("%s is in %s", word, name);
            ++*ret_holding;
        }
    }
    return n;
}

/* --- redaction --- */

static void test_redacted_everywhere(struct world *w, gconstpointer user)
{
    (void)user;
    if (skip(w))
        return;
    target_do(w->stage, "files claude 30");
    target_do(w->stage, "goroutines recv 20");
    target_do(w->stage, "heap scanner 8M");
    g_auto(outcome_auto) plain = triage(w, "--quick --folder %s/plain");
    g_auto(outcome_auto) hidden =
        triage(w, "--seconds 2 --redact --markdown --folder %s/hidden --report %s/hidden.json");
    g_autofree char *plain_folder = in(w, "plain"), *hidden_folder = in(w, "hidden");
    g_autofree char *json = in(w, "hidden.json");
    g_autoptr(GString) document = unpacked(json);
    g_autoptr(GString) markdown = g_string_new(hidden.out);
    const char *words[] = {"zaphod", g_get_host_name(), NULL};
    guint holding;

    g_assert_cmpint(plain.status, !=, 2);
    g_assert_cmpint(hidden.status, !=, 2);
    g_assert_cmpuint(count_files(plain_folder, "zaphod", &holding), >=, 10);
    g_assert_cmpuint(holding, >=, 5); /* else the test would prove nothing */
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strlen(words[i]) < REDACT_MIN_PART || strcmp(words[i], "localhost") == 0)
            continue;
        g_assert_cmpuint(count_files(hidden_folder, words[i], &holding), >=, 10);
        g_assert_cmpuint(holding, ==, 0);
        g_assert_false(holds(document, words[i]));
        g_assert_false(holds(markdown, words[i]));
    }
    assert_has(markdown->str, "~/state");
}

/* --- files --- */

static void test_folder_loads(struct world *w, gconstpointer user)
{
    (void)user;
    if (skip(w))
        return;
    g_auto(outcome_auto) outcome = triage(w, "--quick --redact --folder %s/all");

    g_assert_cmpint(outcome.status, ==, 0);
    g_autofree char *folder = in(w, "all");
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) loaded = snapshot_load(folder, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(loaded->len, ==, 1);
    const struct snapshot *snapshot = loaded->pdata[0];

    g_assert_nonnull(snapshot_profile(snapshot, "heap"));
    g_assert_nonnull(snapshot->goroutines);
    g_assert_nonnull(snapshot->files);
}

static void test_never_overwrites(struct world *w, gconstpointer user)
{
    (void)user;
    if (skip(w))
        return;
    g_autofree char *path = in(w, "r.txt"), *folder = in(w, "f");
    g_autofree char *text = NULL;

    g_assert_true(g_file_set_contents(path, "mine", -1, NULL));
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_auto(outcome_auto) refused = triage(w, "--quick --report %s/r.txt");
    g_auto(outcome_auto) folder_refused = triage(w, "--quick --force --folder %s/f");

    g_assert_cmpint(refused.status, ==, 2);
    g_assert_cmpstr(refused.out, ==, "");
    assert_has(refused.err, "there already");
    g_assert_cmpint(folder_refused.status, ==, 2);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "mine");
    g_auto(outcome_auto) forced = triage(w, "--quick --force --report %s/r.txt");

    g_clear_pointer(&text, g_free);
    g_assert_cmpint(forced.status, ==, 0);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_has(text, "Diagnosis");
    g_auto(outcome_auto) nowhere = triage(w, "--quick --report %s/no/such/r.md");

    g_assert_cmpint(nowhere.status, ==, 2);
    assert_has(nowhere.err, "cannot be written");
}

/* --- steps and marks --- */

static JsonObject *parse(JsonParser *parser, const char *json)
{
    g_autoptr(GError) error = NULL;

    json_parser_load_from_data(parser, json, -1, &error);
    g_assert_no_error(error);
    return json_node_get_object(json_parser_get_root(parser));
}

/* Only what the step says decides the status. */
static void test_step(struct world *w, gconstpointer user)
{
    g_autoptr(JsonParser) parser = json_parser_new();

    (void)user;
    if (skip(w) || target_skip_without_map())
        return;
    target_do(w->stage, "files same 12");
    g_auto(outcome_auto) fds = triage(w, "--quick --step fds --json");
    g_auto(outcome_auto) map = triage(w, "--quick --step map");
    JsonObject *root = parse(parser, fds.out);
    JsonArray *steps = json_object_get_array_member(root, "steps");

    g_assert_cmpint(fds.status, ==, 1);
    g_assert_cmpint(json_object_get_int_member(root, "exit_status"), ==, 1);
    g_assert_cmpuint(json_array_get_length(steps), ==, 1);
    g_assert_cmpstr(json_object_get_string_member(json_array_get_object_element(steps, 0), "id"),
                    ==, "fds");
    g_assert_cmpint(map.status, ==, 0);
    assert_has(map.out, "memory map");
    g_assert_null(strstr(map.out, "Diagnosis"));
}

static int64_t born(JsonObject *root, const char *list)
{
    JsonObject *since = json_object_get_object_member(root, "since_mark");

    return json_object_get_int_member(json_object_get_object_member(since, "born_total"), list);
}

static void test_since_mark(struct world *w, gconstpointer user)
{
    g_autoptr(JsonParser) parser = json_parser_new();

    (void)user;
    if (skip(w))
        return;
    g_auto(outcome_auto) none = triage(w, "--quick --since-mark");

    g_assert_cmpint(none.status, ==, 2);
    assert_has(none.err, "triage --mark");
    target_do(w->stage, "files claude 40");
    g_auto(outcome_auto) first = triage(w, "--mark");
    g_auto(outcome_auto) mark = triage(w, "--mark"); /* in the place of the first */

    g_assert_cmpint(first.status, ==, 0);
    g_assert_cmpint(mark.status, ==, 0);
    target_do(w->stage, "files claude 23");
    target_do(w->stage, "goroutines recv 17");
    g_auto(outcome_auto) since = triage(w, "--quick --since-mark --json");
    JsonObject *root = parse(parser, since.out);

    g_assert_cmpint(since.status, ==, (int)json_object_get_int_member(root, "exit_status"));
    /* and perhaps a connection of the profile server */
    g_assert_cmpint(born(root, "paths"), >=, 23);
    g_assert_cmpint(born(root, "paths"), <=, 23 + 6);
    g_assert_cmpint(born(root, "goroutines"), >=, 17);
    g_assert_cmpint(born(root, "goroutines"), <=, 17 + 6);
    g_auto(outcome_auto) text = triage(w, "--quick --since-mark");

    g_assert_cmpint(text.status, ==, since.status);
    assert_has(text.out, "Since the mark");
    assert_has(text.out, "descriptors opened since and still open");
}

/* --- the command line --- */

static void test_durations(void)
{
    static const struct {
        const char *text;
        double seconds; /* 0: refused */
    } cases[] = {{"10m", 600}, {"90", 90}, {"90s", 90}, {"1.5h", 5400}, {"2min", 120},
                 {"", 0},      {"m", 0},   {"0", 0},    {"-5m", 0},     {"10x", 0},
                 {"inf", 0},   {"nan", 0}, {"10 m", 0}, {"1d", 0},      {"10mm", 0}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        double got = 0;

        g_assert_cmpint(triage_duration_parse(cases[i].text, &got), ==, cases[i].seconds > 0);
        g_assert_cmpfloat(got, ==, cases[i].seconds);
    }
}

static void test_refused(struct world *w, gconstpointer user)
{
    static const char *const refused[] = {
        "--watch 10x",       "--watch 48h",         "--step no",           "--json --markdown",
        "--report %s/x.pdf", "--mark --since-mark", "--mark --folder %s/x"};

    (void)user;
    if (skip(w))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_auto(outcome_auto) outcome = triage(w, refused[i]);

        g_assert_cmpint(outcome.status, ==, 2);
        g_assert_cmpstr(outcome.out, ==, "");
        g_assert_true(g_str_has_prefix(outcome.err, "sidescope: "));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report-command/durations", test_durations);
    g_test_add("/report-command/refused", struct world, NULL, set_up, test_refused, tear_down);
    g_test_add("/report-command/redacted", struct world, NULL, set_up, test_redacted_everywhere,
               tear_down);
    g_test_add("/report-command/folder-loads", struct world, NULL, set_up, test_folder_loads,
               tear_down);
    g_test_add("/report-command/never-overwrites", struct world, NULL, set_up,
               test_never_overwrites, tear_down);
    g_test_add("/report-command/step", struct world, NULL, set_up, test_step, tear_down);
    g_test_add("/report-command/since-mark", struct world, NULL, set_up, test_since_mark,
               tear_down);
    return g_test_run();
}
