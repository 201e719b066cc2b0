#include "app/commands/monitor_options.h"

#include "app/commands/triage_options.h"
#include "app/config/config.h"
#include "app/target/attach.h"
#include "probes/limits.h"

#include <stdlib.h>
#include <string.h>

static const double min_interval_s = 0.1, max_interval_s = 86400;
static const double max_duration_s = 366.0 * 86400;

/* As typed; what they mean is worked out afterwards. */
struct typed {
    char *interval, *duration, *timestamps, *push_cpu;
};

static bool take_time(const char *name, const char *text, double low, double high, double *ret,
                      GError **error)
{
    if (text == NULL)
        return true;
    if (triage_duration_parse(text, ret) && *ret >= low && *ret <= high)
        return true;
    g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                "%s takes a time as 60, 30s, 10m or 12h, from %g to %.0f seconds, not \"%s\"", name,
                low, high, text);
    return false;
}

static bool take_timestamps(const char *word, struct monitor_options *ret, GError **error)
{
    ret->iso_times = g_strcmp0(word, "iso") == 0;
    if (word == NULL || ret->iso_times || strcmp(word, "hms") == 0)
        return true;
    return attach_refuse(error,
                         "--timestamps is hms (23:11:44) or iso (2026-11-28T23:11:44+01:00)");
}

static bool is_port(const char *text)
{
    guint64 port;

    return g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT16, &port, NULL);
}

/*
 * The old script took a port where the other commands take a pid. With an
 * interval behind it a number is a port; alone it is one when somebody listens
 * there, and else a pid.
 */
static char *target_of(const char *text, bool with_interval)
{
    struct platform_options options = attach_platform();
    bool listening = false;

    if (text == NULL || !is_port(text))
        return g_strdup(text);
    if (!with_interval)
        platform_port_owner(&options, atoi(text), &listening);
    return with_interval || listening ? g_strdup_printf("127.0.0.1:%s", text) : g_strdup(text);
}

static bool take_positions(int argc, char **argv, struct typed *typed, struct monitor_options *ret,
                           GError **error)
{
    if (argc > 3) {
        g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                    "a target and an interval are all that is taken: \"%s\" is too many", argv[3]);
        return false;
    }
    if (argc > 2 && typed->interval != NULL)
        return attach_refuse(error, "the interval is given twice");
    if (argc > 2)
        typed->interval = g_strdup(argv[2]);
    if (argc > 1 && ret->all && is_port(argv[1]))
        return attach_refuse(error,
                             "--all watches every process of a name: a number names only one");
    ret->target = target_of(argc > 1 ? argv[1] : NULL, argc > 2);
    return true;
}

static bool check(struct typed *typed, int argc, char **argv, struct monitor_options *ret,
                  GError **error)
{
    ret->interval_s = 60;
    if (!attach_use_backend(ret->backend, error))
        return false;

    if (!take_positions(argc, argv, typed, ret, error) ||
        !take_time("the interval", typed->interval, min_interval_s, max_interval_s,
                   &ret->interval_s, error) ||
        !take_time("--duration", typed->duration, min_interval_s, max_duration_s, &ret->duration_s,
                   error) ||
        !take_time("--push-cpu", typed->push_cpu, 1, PROBES_HTTP_MAX_SECONDS, &ret->push_cpu_s,
                   error) ||
        !take_timestamps(typed->timestamps, ret, error))
        return false;
    if (ret->all && ret->pprof != NULL)
        return attach_refuse(error, "--pprof is of one process: --all finds the pprof of each");
    if (ret->push_cpu_s > 0 && ret->push == NULL)
        return attach_refuse(error, "--push-cpu needs --push");
    if (ret->push_cpu_s > ret->interval_s / 2)
        return attach_refuse(error, "--push-cpu is at most half of the interval");
    return true;
}

static void add_log_entries(GOptionContext *context, struct typed *typed,
                            struct monitor_options *ret)
{
    const GOptionEntry entries[] = {
        {"interval", 'i', 0, G_OPTION_ARG_STRING, &typed->interval,
         "between two lines, as 60, 30s or 5m (60 s)", "TIME"},
        {"duration", 0, 0, G_OPTION_ARG_STRING, &typed->duration,
         "how long to watch; otherwise until Ctrl-C", "TIME"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &ret->output,
         "the log (mem-YYYYMMDD-HHMMSS.log here); one that is there is gone on with; "
         "-: only print it",
         "FILE"},
        {"extended", 0, 0, G_OPTION_ARG_NONE, &ret->extended,
         "all other numbers as further columns", NULL},
        {"timestamps", 0, 0, G_OPTION_ARG_STRING, &typed->timestamps,
         "hms (23:11:44) or iso (with date and zone)", "FORM"},
        {"all", 0, 0, G_OPTION_ARG_NONE, &ret->all,
         "every sidecar, or every process called TARGET, coming and going; a log for each", NULL},
        ATTACH_ENTRIES(&ret->pprof, &ret->backend),
        {0}};

    g_option_context_add_main_entries(context, entries, NULL);
}

bool monitor_options_parse(int argc, char **argv, struct monitor_options *ret, GError **error)
{
    struct typed typed = {0};
    g_autoptr(GOptionContext) context = g_option_context_new("[TARGET|PORT [INTERVAL]]");
    g_autoptr(option_choices_auto) choices = option_choices_new();

    g_set_prgname("sidescope monitor");
    g_option_context_set_summary(
        context, "Logs memory over time as CSV: time,heap_alloc_bytes,heap_inuse_bytes,goroutines,"
                 "rss_mb.\nTARGET is a pid, a process name, a pprof URL or host:port; none: "
                 "sidecar. PORT is that of its\npprof, as of the script it replaces.");
    g_option_context_set_description(
        context, "What is missing or stale reads N/A. With --openmetrics, --listen or --push the "
                 "log is only written\nwhere --output says so. SIDESCOPE_PUSH_TOKEN is the bearer "
                 "token of --push.\n"
                 "Exit status: 0 ended as asked, 2 could not do it or write all of it.\n");
    add_log_entries(context, &typed, ret);
    const GOptionEntry entries[] = {
        {"openmetrics", 0, 0, G_OPTION_ARG_FILENAME, &ret->openmetrics,
         "replace this file at each interval, for node_exporter's textfile collector", "FILE"},
        {"listen", 0, 0, G_OPTION_ARG_STRING, &ret->listen,
         "serve /metrics to Prometheus: a port of 127.0.0.1, or ADDRESS:PORT", "ADDRESS"},
        {"push", 0, 0, G_OPTION_ARG_STRING, &ret->push,
         "send each heap profile to this Pyroscope-compatible store", "URL"},
        {"push-cpu", 0, 0, G_OPTION_ARG_STRING, &typed.push_cpu,
         "and a CPU profile of this length at each interval (costs the target 1-5 %)", "TIME"},
        {"print-rules", 0, 0, G_OPTION_ARG_NONE, &ret->print_rules,
         "print Prometheus alert rules with the thresholds in force, and end", NULL},
        {"print-dashboard", 0, 0, G_OPTION_ARG_NONE, &ret->print_dashboard,
         "print a Grafana dashboard, and end", NULL},
        {0}};

    g_option_context_add_main_entries(context, entries, NULL);
    option_add_alert_group(context, choices);
    bool ok = g_option_context_parse(context, &argc, &argv, error) &&
              check(&typed, argc, argv, ret, error);

    config_alerts(NULL, choices, &ret->alerts);
    g_free(typed.interval);
    g_free(typed.duration);
    g_free(typed.timestamps);
    g_free(typed.push_cpu);
    return ok;
}

void monitor_options_clear(struct monitor_options *options)
{
    g_free(options->target);
    g_free(options->pprof);
    g_free(options->backend);
    g_free(options->output);
    g_free(options->openmetrics);
    g_free(options->listen);
    g_free(options->push);
    alert_options_clear(&options->alerts);
}
