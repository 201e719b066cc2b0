#include "app/commands/monitor.h"

#include "app/commands/monitor_options.h"
#include "app/config/config.h"
#include "app/monitor/cadence.h"
#include "app/monitor/csv.h"
#include "app/monitor/dashboard_json.h"
#include "app/monitor/exposure.h"
#include "app/monitor/fleet.h"
#include "app/monitor/listen.h"
#include "app/monitor/log_name.h"
#include "app/monitor/log_writer.h"
#include "app/monitor/push.h"
#include "app/monitor/rules.h"
#include "app/target/attach.h"
#include "widgets/safe_text.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum {
    EXIT_FAILED = 2,
    POLL_MS = 10,                  /* for the answers that lines wait for */
    LATE_US = 500000,              /* later than this, a line bears its own time */
    PAGE_KEPT_US = G_USEC_PER_SEC, /* who asks more often gets the same page */
};

struct run {
    const struct monitor_options *options;
    struct session_options pace;
    struct csv_form form;
    struct log_writer *writer;
    struct log *printed, *only_log; /* NULL: none */
    char *log_path;                 /* with --all: what their names are made of; NULL: no logs */
    char *name, *address;           /* by which the process is found again */
    struct fleet *fleet;
    const struct thresholds *thresholds;
    struct push *push; /* NULL: nothing is pushed */
    bool said_no_cpu;
    struct listen *listen; /* NULL: nothing is served */
    struct {
        char *text;
        gint64 made_us;
    } pages[2]; /* served last, by form */
    struct cadence cadence;
    gint64 asked_us, line_real_us; /* the line under way */
    GMainLoop *loop;
};

/* Errors may quote names of processes and files: safe text only. */
static void complain(const char *sentence)
{
    g_autofree char *safe = text_safe(sentence, -1, g_get_charset(NULL));

    g_printerr("sidescope: %s\n", safe);
}

/* --- lines --- */

static void push(struct run *run, struct watched *watched, struct profile *profile, gint64 from_us,
                 gint64 until_us)
{
    const struct target *target = watched_target(watched);

    push_send(run->push, &(struct push_item){
                             .profile = profile,
                             .process = target->name,
                             .project = watched_project(watched),
                             .pid = target->id.pid,
                             .from_us = from_us,
                             .until_us = until_us,
                         });
}

/* A profile of a moment stands for the time since the one before it. */
static void push_heap(struct run *run, struct watched *watched)
{
    const struct heap_sample *heap = session_heap(watched_session(watched));

    if (heap == NULL || heap->base.status != SAMPLE_OK || heap->profile == NULL ||
        heap->profile_us == watched_pushed_us(watched))
        return;
    watched_set_pushed_us(watched, heap->profile_us);
    push(run, watched, heap->profile, heap->base.real_us - run->cadence.interval_us,
         heap->base.real_us);
}

static void on_cpu(struct watched *watched, const struct capture_result *result, void *user)
{
    struct run *run = user;
    gint64 length_us = (gint64)(run->options->push_cpu_s * G_USEC_PER_SEC);

    if (result->profile != NULL)
        push(run, watched, result->profile, result->real_us - length_us, result->real_us);
    else if (!run->said_no_cpu)
        complain(result->error);
    run->said_no_cpu = result->profile == NULL;
}

static void schedule(struct run *run);

/* Writes what has answered, or was waited for long enough. */
static gboolean on_poll(gpointer user)
{
    struct run *run = user;
    bool over = g_get_monotonic_time() - run->asked_us > run->cadence.grace_us, waiting = false;

    for (guint i = 0; i < fleet_size(run->fleet); i++) {
        struct watched *watched = fleet_nth(run->fleet, i);

        if (watched_is_due(watched) && (over || watched_answered(watched))) {
            const struct target *target = watched_target(watched);
            struct values values;
            struct csv_row row = {
                .real_us = run->line_real_us,
                .pid = target->id.pid,
                .name = target->name,
                .values = &values,
            };

            watched_answers(watched, &values);
            log_writer_put(run->writer, watched_log(watched), csv_line(&run->form, &row));
            log_writer_put(run->writer, run->printed, csv_line(&run->form, &row));
            watched_set_written(watched);
            if (run->push != NULL)
                push_heap(run, watched);
            if (run->push != NULL && run->options->push_cpu_s > 0)
                watched_capture_cpu(watched, (int)run->options->push_cpu_s, on_cpu, run);
        }
        waiting = waiting || watched_is_due(watched);
    }
    if (waiting)
        return G_SOURCE_CONTINUE;
    if (run->options->openmetrics != NULL)
        log_writer_replace(
            run->writer, run->options->openmetrics,
            exposure_page(run->fleet, run->thresholds, EXPOSURE_LINE, EXPOSITION_TEXT));
    schedule(run);
    return G_SOURCE_REMOVE;
}

static gboolean on_due(gpointer user)
{
    struct run *run = user;
    gint64 now_us = g_get_monotonic_time();
    gint64 late_us = now_us - (cadence_next_us(&run->cadence, now_us) - run->cadence.interval_us);

    run->asked_us = now_us;
    run->line_real_us = g_get_real_time() - (late_us < LATE_US ? late_us : 0);
    for (guint i = 0; i < fleet_size(run->fleet); i++)
        watched_ask(fleet_nth(run->fleet, i));
    g_timeout_add(POLL_MS, on_poll, run);
    return G_SOURCE_REMOVE;
}

static gboolean on_over(gpointer user)
{
    struct run *run = user;

    g_main_loop_quit(run->loop);
    return G_SOURCE_REMOVE;
}

static guint ms_until(gint64 moment_us)
{
    return (guint)(MAX(moment_us - g_get_monotonic_time() + 999, 0) / 1000);
}

static void schedule(struct run *run)
{
    gint64 next_us = cadence_next_us(&run->cadence, g_get_monotonic_time());
    gint64 end_us =
        run->cadence.start_us + (gint64)(run->options->duration_s * G_USEC_PER_SEC + 0.5);

    if (run->options->duration_s > 0 && next_us > end_us)
        g_timeout_add(ms_until(end_us), on_over, run);
    else
        g_timeout_add(ms_until(next_us), on_due, run);
}

/* --- logs --- */

static void on_came(struct watched *watched, void *user)
{
    struct run *run = user;

    if (!run->options->all || run->log_path == NULL) {
        watched_set_log(watched, run->only_log);
        return;
    }
    g_autofree char *path = log_name_of(run->log_path, watched_target(watched));
    g_autofree char *header = csv_header(&run->form);
    g_autoptr(GError) error = NULL;

    watched_set_log(watched, log_writer_open(run->writer, path, header, &error));
    if (error != NULL)
        complain(error->message);
}

static bool open_logs(struct run *run, GError **error)
{
    const struct monitor_options *options = run->options;
    g_autofree char *header = csv_header(&run->form);

    /* Other programs take the numbers then, and a file that nobody asked for would only grow. */
    if (options->output == NULL &&
        (options->openmetrics != NULL || options->listen != NULL || options->push != NULL))
        return true;
    if (g_strcmp0(options->output, "-") != 0) {
        run->log_path = options->output != NULL ? g_strdup(options->output)
                        : options->all          ? log_name_stem()
                                                : log_name_default(error);
        if (run->log_path == NULL)
            return false;
        if (!options->all &&
            (run->only_log = log_writer_open(run->writer, run->log_path, header, error)) == NULL)
            return false;
    }
    run->printed = log_writer_open_stdout(run->writer, header);
    return true;
}

/* --- who is watched --- */

/* NULL with error, or with --all, where the fleet looks for itself. */
static struct finding *find_first(const struct monitor_options *options, char **ret_name,
                                  char **ret_address, GError **error)
{
    struct attach_outcome *outcome = attach_find(options->target, options->pprof);
    struct finding *first = NULL;

    if (outcome->target != NULL) {
        struct target_query query = {0};

        if (target_query_parse(options->target, &query, NULL) && query.kind == TARGET_QUERY_URL)
            *ret_address = g_strdup(options->target);
        target_query_clear(&query);
        *ret_name = g_strdup(outcome->target->name);
        first = finding_new(g_steal_pointer(&outcome->target));
    } else {
        g_autofree char *list = attach_list_candidates(outcome->candidates);

        g_printerr("%s", list);
        g_propagate_error(error, g_steal_pointer(&outcome->error));
    }
    attach_outcome_free(outcome);
    return first;
}

static bool wants_alerts(const struct run *run)
{
    const struct alert_options *alerts = &run->options->alerts;

    return alerts->bell || alerts->notify != NOTIFICATION_OFF || alerts->exec != NULL ||
           alerts->capture || alerts->events;
}

static bool open_fleet(struct run *run, GError **error)
{
    const struct monitor_options *options = run->options;
    struct finding *first =
        options->all ? NULL : find_first(options, &run->name, &run->address, error);

    if (first == NULL && !options->all)
        return false;
    if (!open_logs(run, error)) {
        if (first != NULL)
            finding_free(first);
        return false;
    }
    if (options->all)
        run->name = g_strdup(options->target);
    struct fleet_options fleet = {
        .all = options->all,
        .name = run->name,
        .address = run->address,
        .pprof = options->pprof,
        .watched = {.interval_us = run->cadence.interval_us,
                    .everything = options->extended || options->openmetrics != NULL ||
                                  options->listen != NULL || wants_alerts(run),
                    .between_lines = options->listen != NULL,
                    .session = &run->pace,
                    .alerts = wants_alerts(run) ? &options->alerts : NULL,
                    .thresholds = run->thresholds},
        .came = on_came,
        .user = run,
    };

    run->fleet = fleet_new(&fleet, first);
    return true;
}

/* --- serving --- */

static char *on_page(bool openmetrics, void *user)
{
    struct run *run = user;
    enum exposition_form form = openmetrics ? EXPOSITION_OPENMETRICS : EXPOSITION_TEXT;
    gint64 now_us = g_get_monotonic_time();

    if (run->pages[form].text == NULL || now_us - run->pages[form].made_us > PAGE_KEPT_US) {
        g_free(run->pages[form].text);
        run->pages[form].text = exposure_page(run->fleet, run->thresholds, EXPOSURE_NEWEST, form);
        run->pages[form].made_us = now_us;
    }
    return g_strdup(run->pages[form].text);
}

static bool open_listen(struct run *run, GError **error)
{
    if (run->options->listen == NULL)
        return true;
    run->listen = listen_new(run->options->listen, on_page, run, error);
    if (run->listen != NULL)
        g_printerr("sidescope: serving %s\n", listen_url(run->listen));
    return run->listen != NULL;
}

static bool open_push(struct run *run, GError **error)
{
    struct push_options options = {
        .url = run->options->push,
        .token = g_getenv("SIDESCOPE_PUSH_TOKEN"),
    };

    return options.url == NULL || (run->push = push_new(&options, error)) != NULL;
}

/* --- the run --- */

static gboolean on_signal(gpointer user)
{
    struct run *run = user;

    g_main_loop_quit(run->loop);
    return G_SOURCE_CONTINUE;
}

static int monitor(const struct monitor_options *options, const struct config *config)
{
    struct run run = {
        .options = options,
        .form = {.with_process = options->all || options->extended,
                 .extended = options->extended,
                 .iso_times = options->iso_times},
        .cadence = {.interval_us = (gint64)(options->interval_s * G_USEC_PER_SEC + 0.5)},
        .writer = log_writer_new(),
    };
    g_autoptr(GError) error = NULL;

    (void)signal(SIGXFSZ, SIG_IGN); /* a file at its limit is a full disk, not the end */
    config_session_options(config, &run.pace);
    run.thresholds = config_thresholds(config);
    /* what cannot be had is said before anything is watched */
    bool ok = open_push(&run, &error) && open_listen(&run, &error) && open_fleet(&run, &error);

    if (ok) {
        static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

        for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
            g_unix_signal_add(signals[i], on_signal, &run);
        cadence_init(&run.cadence, g_get_monotonic_time(), run.cadence.interval_us);
        g_timeout_add(0, on_due, &run);
        run.loop = g_main_loop_new(NULL, FALSE);
        g_main_loop_run(run.loop);
        g_main_loop_unref(run.loop);
    } else if (error != NULL) {
        complain(error->message);
    }
    listen_free(run.listen);
    fleet_free(run.fleet);
    push_free(run.push);
    ok = log_writer_free(run.writer) && ok;
    for (size_t i = 0; i < G_N_ELEMENTS(run.pages); i++)
        g_free(run.pages[i].text);
    g_free(run.log_path);
    g_free(run.name);
    g_free(run.address);
    return ok ? 0 : EXIT_FAILED;
}

static int print_asset(const struct monitor_options *options, const struct thresholds *thresholds)
{
    g_autofree char *text =
        options->print_rules ? rules_text(thresholds) : dashboard_json(thresholds);

    if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
        return 0;
    complain("standard output could not be written");
    return EXIT_FAILED;
}

int command_monitor(int argc, char **argv)
{
    struct monitor_options options = {0};
    g_autoptr(GError) error = NULL;
    struct config *config = NULL;
    int status = EXIT_FAILED;

    if (!monitor_options_parse(argc, argv, &options, &error) ||
        (config = config_load(NULL, &error)) == NULL)
        complain(error->message);
    else if (options.print_rules || options.print_dashboard)
        status = print_asset(&options, config_thresholds(config));
    else
        status = monitor(&options, config);
    config_free(config);
    monitor_options_clear(&options);
    return status;
}
