#include "app/commands/record_options.h"

#include "app/commands/triage_options.h"
#include "app/report/report_output.h"
#include "app/target/attach.h"

#include <string.h>

static const double min_interval_s = 0.1, max_interval_s = 3600;

/* As typed; what they mean together is worked out afterwards. */
struct typed {
    char *until, *duration;
    double interval_s;
};

bool record_until_parse(const char *text, gint64 now_real_us, gint64 *ret_real_us)
{
    guint64 hour, minute;
    g_auto(GStrv) parts = g_strsplit(text, ":", -1);
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_local(now_real_us / G_USEC_PER_SEC);

    if (g_strv_length(parts) != 2 || strlen(parts[0]) > 2 || strlen(parts[1]) != 2 ||
        !g_ascii_string_to_unsigned(parts[0], 10, 0, 23, &hour, NULL) ||
        !g_ascii_string_to_unsigned(parts[1], 10, 0, 59, &minute, NULL))
        return false;
    for (int days = 0; days < 2; days++) {
        /* by the calendar: on the days on which clocks change a day is no 24 hours */
        g_autoptr(GDateTime) day = g_date_time_add_days(now, days);
        g_autoptr(GDateTime) then =
            g_date_time_new_local(g_date_time_get_year(day), g_date_time_get_month(day),
                                  g_date_time_get_day_of_month(day), (gint)hour, (gint)minute, 0);

        *ret_real_us = g_date_time_to_unix(then) * G_USEC_PER_SEC;
        if (*ret_real_us > now_real_us)
            return true;
    }
    return false;
}

static bool take_end(const struct typed *typed, struct record_options *ret, GError **error)
{
    gint64 now_us = g_get_real_time();
    double seconds;

    if (typed->until != NULL && typed->duration != NULL)
        return attach_refuse(error, "either --until or --duration");
    if (typed->until != NULL && !record_until_parse(typed->until, now_us, &ret->until_real_us))
        return attach_refuse(error, "--until takes a time of day as 08:00");
    if (typed->duration == NULL)
        return true;
    if (!triage_duration_parse(typed->duration, &seconds))
        return attach_refuse(error, "--duration takes a time as 90s, 10m or 12h");
    ret->duration_us = (gint64)(MIN(seconds, 1e9) * G_USEC_PER_SEC);
    return true;
}

static bool take_interval(const struct typed *typed, struct record_options *ret, GError **error)
{
    ret->interval_s = typed->interval_s;
    return typed->interval_s == 0 ||
           (typed->interval_s >= min_interval_s && typed->interval_s <= max_interval_s) ||
           attach_refuse(error, "--interval takes seconds between 0.1 and 3600");
}

/* What would fail at the end fails before the night. Where the recording goes on, its report is
 * made anew. */
static bool check_report(struct record_options *ret, GError **error)
{
    enum report_form form;

    if (ret->report == NULL) {
        /* "night.sidescope" -> "night.md" */
        const char *output = ret->output;
        const char *base = strrchr(output, '/') != NULL ? strrchr(output, '/') : output;
        const char *dot = strrchr(base, '.');
        size_t n = dot != NULL && dot > base ? (size_t)(dot - output) : strlen(output);

        ret->report = g_strdup_printf("%.*s.md", (int)n, output);
    }
    if (!report_form_of(ret->report, &form, error))
        return false;
    if (!g_file_test(ret->report, G_FILE_TEST_EXISTS) ||
        g_file_test(ret->output, G_FILE_TEST_EXISTS))
        return true;
    g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                "%s is there already: choose another name with --report", ret->report);
    return false;
}

static bool check(const struct typed *typed, int argc, char **argv, struct record_options *ret,
                  GError **error)
{
    if (!attach_take_target(argc, argv, &ret->target, error))
        return false;
    if (ret->output == NULL) {
        bool overnight = ret->overnight;
        g_autoptr(GDateTime) now = g_date_time_new_now_local();

        ret->output = g_date_time_format(now, overnight ? "overnight-%Y%m%d-%H%M%S.sidescope"
                                                        : "sidecar-%Y%m%d-%H%M%S.sidescope");
    }
    if (ret->overnight && !check_report(ret, error))
        return false;
    return take_end(typed, ret, error) && take_interval(typed, ret, error) &&
           attach_use_backend(ret->backend, error);
}

static void add_entries(GOptionContext *context, struct typed *typed, struct record_options *ret)
{
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &ret->output,
         "the recording; one that is there goes on (default: sidecar-DATE-TIME.sidescope)", "FILE"},
        {"until", 0, 0, G_OPTION_ARG_STRING, &typed->until, "end at that time of day, as 08:00",
         "TIME"},
        {"duration", 0, 0, G_OPTION_ARG_STRING, &typed->duration, "end after so long, as 12h",
         "TIME"},
        {"interval", 0, 0, G_OPTION_ARG_DOUBLE, &typed->interval_s,
         "seconds between two samples (default: 1 to 5, by what they cost)", "SECONDS"},
        {"wait", 0, 0, G_OPTION_ARG_NONE, &ret->wait,
         "wait for the target, and again when it has ended", NULL},
        {"inhibit-sleep", 0, ret->overnight ? G_OPTION_FLAG_HIDDEN : 0, G_OPTION_ARG_NONE,
         &ret->inhibit_sleep, "keep the machine awake meanwhile", NULL},
        ATTACH_ENTRIES(&ret->pprof, &ret->backend),
        {0}};

    const GOptionEntry of_overnight[] = {
        {"report", 0, 0, G_OPTION_ARG_FILENAME, &ret->report,
         "where the report goes: .md, .txt or .json (default: beside the recording)", "FILE"},
        {"redact", 0, 0, G_OPTION_ARG_NONE, &ret->redact,
         "hide user, host and folders in the report", NULL},
        {"allow-sleep", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE, &ret->inhibit_sleep,
         "do not keep the machine awake", NULL},
        {0}};

    g_option_context_add_main_entries(context, entries, NULL);
    if (ret->overnight)
        g_option_context_add_main_entries(context, of_overnight, NULL);
    option_add_alert_group(context, ret->choices);
}

bool record_options_parse(int argc, char **argv, struct record_options *ret, GError **error)
{
    struct typed typed = {0};
    g_autoptr(GOptionContext) context = g_option_context_new("[TARGET]");

    ret->choices = option_choices_new();
    ret->overnight = strcmp(argv[0], "overnight") == 0;
    ret->inhibit_sleep = ret->overnight;
    g_set_prgname(ret->overnight ? "sidescope overnight" : "sidescope record");
    g_option_context_set_summary(
        context,
        ret->overnight
            ? "The documented overnight test: first captures, all that is seen through the night,\n"
              "last captures, and a report of what grew. The machine is kept awake.\n"
              "TARGET is a pid, a process name, a pprof URL or host:port; none: sidecar."
            : "Keeps all that is seen of a process in one file, to be looked at later.\n"
              "TARGET is a pid, a process name, a pprof URL or host:port; none: sidecar.");
    g_option_context_set_description(
        context, "It ends at its time, with the target, or with Ctrl-C; nothing is lost then.\n"
                 "Exit status: 0 healthy, 1 findings, 2 no findings, but not all that\n"
                 "could have shown a leak was examined.\n"
                 "The file is a SQLite database: see sidescope-recording(5).\n");
    add_entries(context, &typed, ret);
    bool ok = g_option_context_parse(context, &argc, &argv, error) &&
              check(&typed, argc, argv, ret, error);

    g_free(typed.until);
    g_free(typed.duration);
    return ok;
}

void record_options_clear(struct record_options *options)
{
    g_free(options->target);
    g_free(options->pprof);
    g_free(options->backend);
    g_free(options->output);
    g_free(options->report);
    option_choices_free(options->choices);
    alert_options_clear(&options->alerts);
}

void record_options_pace(const struct record_options *options, struct session_options *ret)
{
    gint64 interval_us = (gint64)(options->interval_s * G_USEC_PER_SEC);

    /* nothing but the process is looked at more often than the dashboard would */
    for (int kind = 0; interval_us > 0 && kind < PROBE_N_KINDS; kind++)
        if (kind == PROBE_PROCESS || interval_us >= probe_info((enum probe_kind)kind)->interval_us)
            ret->interval_us[kind] = interval_us;
}
