#include "tests/unit/app/monitor_run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* The page for Prometheus, by what Prometheus itself says of it. */

static bool skip_without(const char *program)
{
    g_autofree char *path = g_find_program_in_path(program);
    g_autofree char *why = g_strdup_printf("%s is not installed (package prometheus)", program);

    if (path == NULL)
        g_test_skip(why);
    return path == NULL;
}

static void check_metrics(const char *path)
{
    g_autofree char *quoted = g_shell_quote(path);
    g_autofree char *command = g_strdup_printf("exec promtool check metrics <%s", quoted);
    const char *argv[] = {"/bin/sh", "-c", command, NULL};
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    int status;

    g_assert_true(g_spawn_sync(NULL, (char **)(guintptr)argv, NULL, 0, NULL, NULL, &out, &err,
                               &status, NULL));
    g_test_message("%s%s", out, err);
    g_assert_true(g_spawn_check_wait_status(status, NULL));
    g_assert_cmpstr(err, ==, "");
}

/* The file for node_exporter and the page, as promtool reads them. */
static void test_promtool(void)
{
    if (monitor_skip_without_stage() || skip_without("promtool"))
        return;
    g_auto(monitor_place_auto) place = monitor_place_new();
    g_autoptr(stage_auto) stage = monitor_start_stage(STAGE_PPROF_RANDOM);
    g_autofree char *arguments = g_strdup_printf(
        "%d -i 1 --duration 60 --openmetrics side.prom --listen 0", (int)target_pid(stage));
    struct monitor_child child = monitor_launch(place.dir, arguments);
    g_autofree char *serving = monitor_wait_for_line(child.err, "serving");
    g_autofree char *file = g_build_filename(place.dir, "side.prom", NULL);
    g_autofree char *saved = g_build_filename(place.dir, "page", NULL);
    int port = atoi(strrchr(serving, ':') + 1);
    g_autofree char *page = NULL;

    for (int i = 0; i < 1000 && !g_file_test(file, G_FILE_TEST_EXISTS); i++)
        g_usleep(10000);
    check_metrics(file);
    page = monitor_get(port, "/metrics");
    g_assert_true(
        g_file_set_contents(saved, strstr(page, "\r\n\r\n") + strlen("\r\n\r\n"), -1, NULL));
    check_metrics(saved);
    monitor_assert_has(page, "sidescope_goroutines{pid=");
    kill(child.pid, SIGINT);
    g_auto(monitor_outcome_auto) outcome = monitor_finish(&child);

    g_assert_cmpint(outcome.status, ==, 0);
    g_assert_cmpstr(outcome.out, ==, ""); /* nobody asked for a log */
}

static GPid start_prometheus(const char *folder, int port, int scraped)
{
    g_autofree char *config =
        g_strdup_printf("global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
                        "rule_files: [%s/assets/prometheus-rules.yml]\n"
                        "scrape_configs:\n  - job_name: sidescope\n    static_configs:\n"
                        "      - targets: ['127.0.0.1:%d']\n",
                        SIDESCOPE_SOURCE_DIR, scraped);
    g_autofree char *path = g_build_filename(folder, "prometheus.yml", NULL);
    g_autofree char *address = g_strdup_printf("--web.listen-address=127.0.0.1:%d", port);
    const char *argv[] = {"prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                          address, NULL};
    g_autoptr(GError) error = NULL;
    GPid pid;

    g_assert_true(g_file_set_contents(path, config, -1, NULL));
    g_spawn_async(folder, (char **)(guintptr)argv, NULL,
                  G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL |
                      G_SPAWN_STDOUT_TO_DEV_NULL,
                  NULL, NULL, &pid, &error);
    g_assert_no_error(error);
    return pid;
}

/* The answer of its API once there is one with part in it. */
static char *query(int port, const char *expression, const char *part)
{
    g_autofree char *escaped = g_uri_escape_string(expression, NULL, FALSE);
    g_autofree char *path = g_strdup_printf("/api/v1/query?query=%s", escaped);

    for (int i = 0; i < 300; i++) {
        g_autofree char *answer = monitor_get(port, path);

        if (strstr(answer, part) != NULL)
            return g_steal_pointer(&answer);
        g_usleep(100000);
    }
    g_error("no answer to %s with %s came", expression, part);
}

/* The real one scrapes a live target, answers what it is asked, and the rules see the leak. */
static void test_prometheus(void)
{
    if (monitor_skip_without_stage() || skip_without("prometheus"))
        return;
    g_auto(monitor_place_auto) place = monitor_place_new();
    g_autoptr(stage_auto) stage = monitor_start_stage(STAGE_PPROF_RANDOM);
    g_autofree char *arguments =
        g_strdup_printf("%d -i 1 --duration 120 --listen 0", (int)target_pid(stage));

    target_do(stage, "files claude 300");
    struct monitor_child child = monitor_launch(place.dir, arguments);
    g_autofree char *serving = monitor_wait_for_line(child.err, "serving");
    int port = monitor_port_of_nobody();
    GPid prometheus = start_prometheus(place.dir, port, atoi(strrchr(serving, ':') + 1));
    g_autofree char *pid = g_strdup_printf("\"pid\":\"%d\"", (int)target_pid(stage));
    g_autofree char *up = query(port, "sidescope_up", pid);
    g_autofree char *fds = query(port, "sidescope_fds > 300", pid);
    g_autofree char *alert = query(port, "ALERTS{alertname=\"SidescopeFdsFocus\"}", pid);

    monitor_assert_has(up, "\"status\":\"success\"");
    monitor_assert_has(up, "\"process\":\"sidecar\"");
    monitor_assert_has(alert, "\"severity\":\"warning\"");
    g_test_message("%s", fds);
    g_free(query(port, "rate(sidescope_cpu_time_seconds_total[1m])", pid));
    kill(prometheus, SIGKILL);
    waitpid(prometheus, NULL, 0);
    kill(child.pid, SIGINT);
    g_auto(monitor_outcome_auto) outcome = monitor_finish(&child);

    g_assert_cmpint(outcome.status, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/monitor/promtool", test_promtool);
    g_test_add_func("/monitor/prometheus", test_prometheus);
    return g_test_run();
}
