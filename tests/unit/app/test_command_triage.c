#include "tests/support/target.h"

#include <arpa/inet.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program itself, as a script would call it, on live processes. */

struct outcome {
    int status;
    char *out, *err;
    double seconds;
};

static void outcome_clear(struct outcome *outcome)
{
    g_free(outcome->out);
    g_free(outcome->err);
}
typedef struct outcome outcome_auto;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(outcome_auto, outcome_clear)

struct child {
    GPid pid;
    gint out, err; /* read ends */
    gint64 started_us;
};

/* Plain processes and pipes: GIO would start threads of its own that sanitizers cannot see into. */
static struct child launch(const char *const *argv)
{
    /* no configuration of whoever runs the test */
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "XDG_CONFIG_HOME", "/nonexistent", TRUE);
    struct child child = {.started_us = g_get_monotonic_time()};
    g_autoptr(GError) error = NULL;

    g_spawn_async_with_pipes(NULL, (char **)(guintptr)argv, env, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                             NULL, &child.pid, NULL, &child.out, &child.err, &error);
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

/* Standard error is short enough to wait in its pipe meanwhile. */
static struct outcome finish(const struct child *child)
{
    struct outcome outcome = {.out = read_all(child->out), .err = read_all(child->err)};
    int status = 0;

    g_assert_cmpint(waitpid(child->pid, &status, 0), ==, child->pid);
    g_assert_true(WIFEXITED(status));
    outcome.status = WEXITSTATUS(status);
    outcome.seconds = (double)(g_get_monotonic_time() - child->started_us) / G_USEC_PER_SEC;
    g_test_message("status %d after %.1f s\n%s%s", outcome.status, outcome.seconds, outcome.out,
                   outcome.err);
    return outcome;
}

/* line: the arguments, blanks between. */
static struct outcome run(const char *line)
{
    g_autofree char *whole = g_strdup_printf("%s %s", SIDESCOPE_BIN, line);
    g_auto(GStrv) argv = g_strsplit(whole, " ", -1);
    struct child child = launch((const char *const *)argv);

    return finish(&child);
}

static struct outcome triage(const struct stage *stage, const char *options)
{
    g_autofree char *line = g_strdup_printf("triage %d%s", (int)target_pid(stage), options);

    return run(line);
}

static struct stage *start(const struct stage_options *options)
{
    g_autoptr(GError) error = NULL;
    struct stage *stage = target_start(options, &error);

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

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        g_error("no \"%s\" in: %s", part, text);
}

/* --- without a target --- */

static void test_help(void)
{
    g_auto(outcome_auto) help = run("--help");
    g_auto(outcome_auto) command = run("triage --help");
    g_auto(outcome_auto) asked = run("help"), asked_for_one = run("help triage");
    g_auto(outcome_auto) unknown = run("help me");
    g_auto(outcome_auto) version = run("--version");

    g_assert_cmpint(help.status, ==, 0);
    assert_has(help.out, "triage");
    assert_has(help.out, "Exit status");
    g_assert_cmpint(command.status, ==, 0);
    assert_has(command.out, "--seconds");
    g_assert_cmpint(asked.status, ==, 0);
    g_assert_cmpstr(asked.out, ==, help.out);
    g_assert_cmpint(asked_for_one.status, ==, 0);
    g_assert_cmpstr(asked_for_one.out, ==, command.out);
    g_assert_cmpint(unknown.status, ==, 2);
    assert_has(unknown.err, "no command called me");
    g_assert_cmpint(version.status, ==, 0);
    assert_has(version.out, "sidescope ");
}

static const char *const unusable[] = {
    "triage --no-such-option",
    "triage 1 2",
    "triage --seconds 0 1",
    "triage 999999999",
    "triage -- -x",
    "triage no-process-has-this-name",
    "triage --pprof x/y 1",
    "triage --seconds=nan 1",
    "triage --symptom slow 1",
    "triage --cpu 999999 1",
    "triage --cpu 5 --mark 1",
    "triage --symptom rss --step rss 1",
    "triage --symptom rss --mark 1",
};

static void test_unusable(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(unusable); i++) {
        g_auto(outcome_auto) outcome = run(unusable[i]);

        g_assert_cmpint(outcome.status, ==, 2);
        g_assert_cmpstr(outcome.out, ==, "");
        g_assert_true(g_str_has_prefix(outcome.err, "sidescope: "));
    }
}

static void test_unknown_symptom(void)
{
    g_auto(outcome_auto) outcome = run("triage --symptom slow 1");

    assert_has(outcome.err, "\"slow\" is no symptom; symptoms: rss, fds, cpu, goroutines, hang");
}

static void test_rules(void)
{
    g_auto(outcome_auto) outcome = run("triage --rules");

    g_assert_cmpint(outcome.status, ==, 0);
    assert_has(outcome.out, "rss-idle");
    assert_has(outcome.out, "a healthy sidecar measures 48 to 79 MB");
    g_assert_cmpstr(outcome.err, ==, "");
}

/* --- live --- */

static void test_healthy(void)
{
    if (skip_without_stage())
        return;
    g_autoptr(stage_auto) stage = start(NULL);
    g_auto(outcome_auto) outcome = triage(stage, " --seconds 3");

    g_assert_cmpint(outcome.status, ==, 0);
    assert_has(outcome.out, "Nothing points to a leak");
    assert_has(outcome.out, "goroutines");
}

static JsonObject *parse(JsonParser *parser, const char *json)
{
    g_autoptr(GError) error = NULL;

    json_parser_load_from_data(parser, json, -1, &error);
    g_assert_no_error(error);
    return json_node_get_object(json_parser_get_root(parser));
}

static void test_json(void)
{
    if (skip_without_stage() || target_skip_without_map())
        return;
    g_autoptr(stage_auto) stage = start(NULL);
    g_autoptr(JsonParser) parser = json_parser_new();
    g_auto(outcome_auto) outcome = triage(stage, " --json --quick");
    JsonObject *root = parse(parser, outcome.out);
    JsonObject *measured = json_object_get_object_member(root, "measurements");

    g_assert_cmpint(outcome.status, ==, (int)json_object_get_int_member(root, "exit_status"));
    g_assert_cmpint(
        json_object_get_int_member(json_object_get_object_member(root, "target"), "pid"), ==,
        target_pid(stage));
    g_assert_cmpint(json_object_get_int_member(measured, "goroutines"), >, 1);
    g_assert_cmpint(json_object_get_int_member(measured, "heap_alloc_bytes"), >, 1000);
    g_assert_cmpint(json_object_get_int_member(measured, "regions"), >, 3);
}

static void test_same_file(void)
{
    if (skip_without_stage())
        return;
    g_autoptr(stage_auto) stage = start(NULL);

    target_do(stage, "files same 12");
    g_auto(outcome_auto) outcome = triage(stage, " --quick");

    g_assert_cmpint(outcome.status, ==, 1);
    assert_has(outcome.out, "same file");
    assert_has(outcome.out, ".jsonl");
}

static void test_growing_together(void)
{
    if (skip_without_stage())
        return;
    g_autoptr(stage_auto) stage = start(NULL);

    target_do(stage, "files claude 5/s");
    target_do(stage, "heap scanner 8M/s");
    /* its first seconds are start-up and left out of trends */
    g_auto(outcome_auto) outcome = triage(stage, " --seconds 12");

    g_assert_cmpint(outcome.status, ==, 1);
    assert_has(outcome.out, "rise together");
    assert_has(outcome.out, "bufio");
}

static void test_no_pprof(void)
{
    if (skip_without_stage())
        return;
    g_autoptr(stage_auto) stage = start(&(struct stage_options){.pprof = STAGE_PPROF_NONE});
    g_auto(outcome_auto) outcome = triage(stage, " --quick");
    g_auto(outcome_auto) refused = triage(stage, " --quick --source pprof");

    g_assert_null(strstr(outcome.out, "SIDECAR_PPROF=1")); /* memory serves */
    g_assert_cmpint(refused.status, ==, 2);                /* its goroutines may be anything */
    assert_has(refused.out, "Not examined: heap, goroutines");
    assert_has(refused.out, "no pprof");
    assert_has(refused.out, "SIDECAR_PPROF=1");
}

/* The kernel names the functions, or what keeps it from that is said. */
static void test_cpu_without_pprof(void)
{
    if (skip_without_stage())
        return;
    g_autoptr(stage_auto) stage = start(&(struct stage_options){.pprof = STAGE_PPROF_NONE});

    target_do(stage, "cpu poll 1");
    g_auto(outcome_auto) outcome = triage(stage, " --quick --step cpu --cpu 2");

    if (strstr(outcome.err, "the CPU profile is missing") != NULL)
        return;
    assert_has(outcome.out, "source: perf events");
    assert_has(outcome.out, "coverage: ");
    assert_has(outcome.out, "of the CPU profile");
}

static void test_several(void)
{
    if (skip_without_stage())
        return;
    g_autoptr(stage_auto) one = start(NULL);
    g_autoptr(stage_auto) two = start(NULL);
    g_autofree char *first = g_strdup_printf("%d", (int)target_pid(one));
    g_autofree char *second = g_strdup_printf("%d", (int)target_pid(two));
    g_auto(outcome_auto) outcome = run("triage --quick sidecar");

    g_assert_cmpint(outcome.status, ==, 2);
    g_assert_cmpstr(outcome.out, ==, "");
    assert_has(outcome.err, first);
    assert_has(outcome.err, second);
}

/* A server that accepts and never answers costs its timeout, and the report says so. */
static void test_hung_pprof(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;

    if (skip_without_stage())
        return;
    g_autoptr(stage_auto) stage = start(&(struct stage_options){.pprof = STAGE_PPROF_NONE});
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_assert_cmpint(bind(listener, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(listen(listener, 16), ==, 0);
    g_assert_cmpint(getsockname(listener, (struct sockaddr *)&address, &size), ==, 0);
    g_autofree char *options = g_strdup_printf(" --quick --pprof %u", ntohs(address.sin_port));
    g_auto(outcome_auto) outcome = triage(stage, options);

    g_assert_cmpint(outcome.status, ==, 1);
    g_assert_cmpfloat(outcome.seconds, <, 30);
    assert_has(outcome.out, "does not answer");
    close(listener);
}

static struct outcome interrupted(const struct stage *stage, int signal)
{
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(stage));
    const char *argv[] = {SIDESCOPE_BIN, "triage", "--seconds", "600", pid, NULL};
    struct child child = launch(argv);

    g_usleep(3 * G_USEC_PER_SEC);
    kill(child.pid, signal);
    return finish(&child);
}

static void test_signals(void)
{
    if (skip_without_stage())
        return;
    g_autoptr(stage_auto) stage = start(NULL);
    g_auto(outcome_auto) report = interrupted(stage, SIGINT);
    g_auto(outcome_auto) quiet = interrupted(stage, SIGTERM);

    g_assert_cmpint(report.status, ==, 0);
    assert_has(report.out, "Diagnosis");
    g_assert_cmpint(quiet.status, ==, 2);
    g_assert_cmpstr(quiet.out, ==, "");
    g_assert_cmpfloat(report.seconds, <, 10);
    g_assert_cmpfloat(quiet.seconds, <, 10);
}

/* The target ends in the middle: the command ends too, and does not judge what it did not see. */
static void test_target_ends(void)
{
    if (skip_without_stage())
        return;
    g_autoptr(stage_auto) stage = start(NULL);
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(stage));
    const char *argv[] = {SIDESCOPE_BIN, "triage", "--seconds", "600", pid, NULL};
    struct child child = launch(argv);

    g_usleep(2 * G_USEC_PER_SEC);
    target_kill(stage, SIGKILL);
    g_auto(outcome_auto) outcome = finish(&child);

    g_assert_cmpint(outcome.status, ==, 2);
    g_assert_cmpfloat(outcome.seconds, <, 20);
}

/* A procfs that shows nothing of others' processes: the process is there, and the right is named.
 */
static void test_hidden_process(void)
{
    enum { CANNOT = 77 };
    g_autofree char *script =
        g_strdup_printf("nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'\n"
                        "mount --make-rprivate / && mount -t proc -o hidepid=2 proc /proc && "
                        "$nobody test -x %s || exit %d\n"
                        "exec $nobody %s triage --quick %d",
                        SIDESCOPE_BIN, CANNOT, SIDESCOPE_BIN, (int)getpid());
    g_autofree char *unshare = g_find_program_in_path("unshare");
    const char *argv[] = {unshare, "-m", "sh", "-c", script, NULL};

    if (target_skip_without_procfs())
        return;
    if (unshare == NULL || geteuid() != 0) {
        g_test_skip("needs root to mount another procfs");
        return;
    }
    struct child child = launch(argv);
    g_auto(outcome_auto) outcome = finish(&child);

    if (outcome.status == CANNOT || strstr(outcome.err, "Operation not permitted") != NULL) {
        g_test_skip("another procfs cannot be mounted here, or others may not run this program");
        return;
    }
    g_assert_cmpint(outcome.status, ==, 2);
    g_assert_nonnull(strstr(outcome.err, "hidden from this user (hidepid); run: sudo sidescope"));
}

/* In every form of the report, asked to redact or not; --keep keeps them. */
static void test_secrets(void)
{
    static const char *const forms[] = {"--json", "--markdown", "--markdown --redact", ""};
    static const char *const argv[] = {"/bin/sh",
                                       "-c",
                                       "while :; do sleep 1; done",
                                       "work",
                                       "--api-key=5ecret-1",
                                       "DB_PASSWORD=5ecret-2",
                                       NULL};
    struct child child = launch(argv);

    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree char *line = g_strdup_printf("triage %d --quick %s", (int)child.pid, forms[i]);
        g_auto(outcome_auto) plain = run(g_strchomp(line));
        g_autofree char *keeping = g_strconcat(line, " --keep", NULL);
        g_auto(outcome_auto) kept = run(keeping);

        g_assert_null(strstr(plain.out, "5ecret"));
        if (*forms[i] != '\0') {
            assert_has(plain.out, "--api-key=");
            assert_has(kept.out, "5ecret-1");
            assert_has(kept.out, "5ecret-2");
        }
    }
    kill(child.pid, SIGKILL);
    waitpid(child.pid, NULL, 0);
    close(child.out);
    close(child.err);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/triage-command/rules", test_rules);
    g_test_add_func("/triage-command/help", test_help);
    g_test_add_func("/triage-command/unusable", test_unusable);
    g_test_add_func("/triage-command/unknown-symptom", test_unknown_symptom);
    g_test_add_func("/triage-command/healthy", test_healthy);
    g_test_add_func("/triage-command/json", test_json);
    g_test_add_func("/triage-command/same-file", test_same_file);
    g_test_add_func("/triage-command/growing-together", test_growing_together);
    g_test_add_func("/triage-command/no-pprof", test_no_pprof);
    g_test_add_func("/triage-command/cpu-without-pprof", test_cpu_without_pprof);
    g_test_add_func("/triage-command/hidden-process", test_hidden_process);
    g_test_add_func("/triage-command/several", test_several);
    g_test_add_func("/triage-command/hung-pprof", test_hung_pprof);
    g_test_add_func("/triage-command/signals", test_signals);
    g_test_add_func("/triage-command/target-ends", test_target_ends);
    g_test_add_func("/triage-command/secrets", test_secrets);
    return g_test_run();
}
