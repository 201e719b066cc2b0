#include "app/monitor/dashboard_json.h"
#include "app/monitor/exposition.h"
#include "app/monitor/rules.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* Rules and dashboard come from the tables; promtool, where it is, has the last word. */

static struct thresholds linux_thresholds(void)
{
    struct thresholds thresholds;

    thresholds_init(&thresholds, false);
    return thresholds;
}

static bool uses(const struct rule *rule, const char *key)
{
    g_autofree char *mark = g_strdup_printf("#%s", key);

    for (const char *at = strstr(rule->expression, mark); at != NULL; at = strstr(at + 1, mark)) {
        char next = at[strlen(mark)];

        if (!g_ascii_isalnum(next) && next != '-')
            return true;
    }
    return false;
}

/* Each threshold is in a rule or has a reason why not, and never both. */
static void test_every_threshold(void)
{
    size_t n;
    const struct rule *rules = rules_all(&n);

    for (int id = 0; id < THRESHOLD_N; id++) {
        const char *key = threshold_info((enum threshold_id)id)->key;
        bool used = false;

        for (size_t i = 0; i < n; i++)
            used = used || uses(&rules[i], key);
        g_test_message("%s: %s", key, used ? "in a rule" : rules_why_not((enum threshold_id)id));
        g_assert_true(used == (rules_why_not((enum threshold_id)id) == NULL));
    }
}

static void test_expressions(void)
{
    const struct thresholds thresholds = linux_thresholds();
    const struct rule rule = {.expression =
                                  "$fds@ / $fd_limit >= #fds-focus and rate($cpu_time[5m]) > %fds"};
    g_autofree char *text = rules_expression(&rule, &thresholds);

    g_assert_cmpstr(text, ==,
                    "sidescope_fds{process=\"sidecar\"} / sidescope_fd_limit >= 200 and "
                    "rate(sidescope_cpu_time_seconds_total[5m]) > 2");
}

/* Numbers of the user's configuration go into the rules, and what has no value here is left out. */
static void test_follows(void)
{
    struct thresholds thresholds = linux_thresholds();
    size_t n;
    const struct rule *rules = rules_all(&n);

    thresholds.value[THRESHOLD_FDS_LEAK] = 4321;
    thresholds.value[THRESHOLD_MAP_COUNT] = NAN;
    g_autofree char *text = rules_text(&thresholds);

    g_assert_nonnull(strstr(text, "sidescope_fds{process=\"sidecar\"} >= 4321"));
    g_assert_null(strstr(text, "SidescopeMapsFull"));
    g_assert_null(strstr(text, "nan"));
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            g_assert_cmpstr(rules[i].alert, !=, rules[k].alert);
}

/* --- the dashboard --- */

static guint count_charts(JsonArray *panels, GHashTable *ids)
{
    guint n = 0;

    for (guint i = 0; i < json_array_get_length(panels); i++) {
        JsonObject *panel = json_array_get_object_element(panels, i);

        g_assert_true(
            g_hash_table_add(ids, GINT_TO_POINTER(json_object_get_int_member(panel, "id"))));
        if (json_object_has_member(panel, "panels"))
            n += count_charts(json_object_get_array_member(panel, "panels"), ids);
        n += strcmp(json_object_get_string_member(panel, "type"), "timeseries") == 0;
    }
    return n;
}

static void test_dashboard(void)
{
    const struct thresholds thresholds = linux_thresholds();
    g_autofree char *text = dashboard_json(&thresholds);
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GHashTable) ids = g_hash_table_new(NULL, NULL);

    g_assert_true(json_parser_load_from_data(parser, text, -1, NULL));
    JsonObject *root = json_node_get_object(json_parser_get_root(parser));

    g_assert_cmpuint(count_charts(json_object_get_array_member(root, "panels"), ids), ==, METRIC_N);
    for (int i = 0; i < METRIC_N; i++) {
        g_autoptr(GString) name = g_string_new(NULL);

        exposition_append_name(name, (enum metric)i);
        g_string_append_c(name, '{');
        g_assert_nonnull(strstr(text, name->str));
    }
}

/* --- the files of the tree --- */

static void compare(const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(SIDESCOPE_SOURCE_DIR, "assets", name, NULL);
    g_autofree char *there = NULL;

    g_assert_true(g_file_get_contents(path, &there, NULL, NULL));
    if (strcmp(there, text) != 0)
        g_error("%s is not what the program prints: write it again (see its beginning)", name);
}

static void test_assets(void)
{
    const struct thresholds thresholds = linux_thresholds();
    g_autofree char *rules = rules_text(&thresholds);
    g_autofree char *dashboard = dashboard_json(&thresholds);

    compare("prometheus-rules.yml", rules);
    compare("grafana-dashboard.json", dashboard);
}

/* --- promtool --- */

static bool skip_without_promtool(void)
{
    g_autofree char *path = g_find_program_in_path("promtool");

    if (path == NULL)
        g_test_skip("promtool is not installed (package prometheus)");
    return path == NULL;
}

static void run_promtool(const char *folder, const char *what, const char *file)
{
    const char *argv[] = {"promtool", what, "rules", file, NULL};
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;

    g_spawn_sync(folder, (char **)(guintptr)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err,
                 &status, &error);
    g_assert_no_error(error);
    g_test_message("%s%s", out, err);
    g_assert_true(g_spawn_check_wait_status(status, NULL));
}

static void test_check_rules(void)
{
    if (skip_without_promtool())
        return;
    run_promtool(SIDESCOPE_SOURCE_DIR "/assets", "check", "prometheus-rules.yml");
}

/*
 * Made-up hours: one sidecar leaks descriptors and goroutines, one is healthy,
 * and one other program is as large as no sidecar should be.
 */
static const char rule_tests[] =
    "rule_files: [rules.yml]\n"
    "evaluation_interval: 1m\n"
    "tests:\n"
    "  - interval: 1m\n"
    "    input_series:\n"
    "      - series: 'sidescope_fds{process=\"sidecar\",pid=\"1\",instance=\"a\"}'\n"
    "        values: '15+5x300'\n"
    "      - series: 'sidescope_fd_limit{process=\"sidecar\",pid=\"1\",instance=\"a\"}'\n"
    "        values: '1048576x300'\n"
    "      - series: 'sidescope_fds{process=\"sidecar\",pid=\"2\",instance=\"a\"}'\n"
    "        values: '15x300'\n"
    "      - series: 'sidescope_fds{process=\"server\",pid=\"3\",instance=\"a\"}'\n"
    "        values: '5000x300'\n"
    "      - series: 'sidescope_goroutines{process=\"sidecar\",pid=\"1\",instance=\"a\"}'\n"
    "        values: '29+1x300'\n"
    "      - series: 'sidescope_goroutines{process=\"sidecar\",pid=\"2\",instance=\"a\"}'\n"
    "        values: '29 30 29 31x297'\n"
    "      - series: 'sidescope_rss_bytes{process=\"sidecar\",pid=\"2\",instance=\"a\"}'\n"
    "        values: '70000000x300'\n"
    "      - series: 'sidescope_up{process=\"sidecar\",pid=\"2\",instance=\"a\"}'\n"
    "        values: '1x100 0x200'\n"
    "    alert_rule_test:\n"
    "      - {eval_time: 30m, alertname: SidescopeFdsFocus, exp_alerts: []}\n"
    "      - {eval_time: 30m, alertname: SidescopeFdsLeak, exp_alerts: []}\n"
    "      - eval_time: 200m\n"
    "        alertname: SidescopeFdsLeak\n"
    "        exp_alerts:\n"
    "          - exp_labels: {severity: critical, process: sidecar, pid: 1, instance: a}\n"
    "            exp_annotations:\n"
    "              summary: 'sidecar 1 on a has 1015 descriptors, documented as a leak'\n"
    "              description: 'fds-leak is 1000 descriptors (File Descriptor Analysis, red "
    "flags)'\n"
    "      - eval_time: 150m\n"
    "        alertname: SidescopeGoroutinesGrowing\n"
    "        exp_alerts:\n"
    "          - exp_labels: {severity: critical, process: sidecar, pid: 1, instance: a}\n"
    "            exp_annotations:\n"
    "              summary: 'sidecar 1 on a grows by 60 goroutines an hour'\n"
    "      - {eval_time: 300m, alertname: SidescopeRssHigh, exp_alerts: []}\n"
    "      - {eval_time: 300m, alertname: SidescopeRssGrowing, exp_alerts: []}\n"
    "      - eval_time: 120m\n"
    "        alertname: SidescopeTargetDown\n"
    "        exp_alerts:\n"
    "          - exp_labels: {severity: warning, process: sidecar, pid: 2, instance: a}\n"
    "            exp_annotations:\n"
    "              summary: 'sidecar 2 on a has ended and is not back'\n";

static void test_fire(void)
{
    if (skip_without_promtool())
        return;
    const struct thresholds thresholds = linux_thresholds();
    g_autofree char *folder = g_dir_make_tmp("sidescope-rules-XXXXXX", NULL);
    g_autofree char *rules = g_build_filename(folder, "rules.yml", NULL);
    g_autofree char *tests = g_build_filename(folder, "tests.yml", NULL);
    g_autofree char *text = rules_text(&thresholds);

    g_assert_true(g_file_set_contents(rules, text, -1, NULL));
    g_assert_true(g_file_set_contents(tests, rule_tests, -1, NULL));
    run_promtool(folder, "test", "tests.yml");
    g_remove(rules);
    g_remove(tests);
    g_rmdir(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/every-threshold", test_every_threshold);
    g_test_add_func("/rules/expressions", test_expressions);
    g_test_add_func("/rules/follow-the-thresholds", test_follows);
    g_test_add_func("/dashboard/every-metric", test_dashboard);
    g_test_add_func("/assets", test_assets);
    g_test_add_func("/promtool/check-rules", test_check_rules);
    g_test_add_func("/promtool/alerts-fire", test_fire);
    return g_test_run();
}
