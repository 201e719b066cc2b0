#include "app/commands/triage.h"

#include "app/commands/attach.h"
#include "app/config.h"
#include "app/report_content.h"
#include "probes/limits.h"
#include "widgets/text.h"

#include <glib-unix.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

enum {
    EXIT_NOT_EXAMINED = 2,
    TICK_MS = 50,
    /* after the window: a pprof server that hangs costs its timeout, and no more */
    PATIENCE_MS = PROBES_HTTP_TIMEOUT_MS + 3000,
    LAST_LOOKS_MS = 1500,
    MAX_LAST_WALK_REGIONS = 5000, /* walking more makes the target's own mmap calls wait */
};

static const double default_seconds = 6, max_seconds = 24 * 3600;
/* Windows up to this sample faster than a screen would, so that even they give a trend. */
static const double short_window_s = 60;
/* Sampling may take this many times its usual share: the run is short. */
static const double duty_scale = 30;

struct arguments {
    char *target, *pprof, *backend;
    double seconds;
    gboolean json, quick, ascii;
};

struct run {
    const struct arguments *arguments;
    struct session *session;
    GMainLoop *loop;
    gint64 started_us;
    bool terminated;      /* by SIGTERM: no report */
    gint64 last_asked_us; /* when the last looks were asked for; 0: not yet */
    guint interrupt_source;
};

static void arguments_clear(struct arguments *arguments)
{
    g_free(arguments->target);
    g_free(arguments->pprof);
    g_free(arguments->backend);
}

static bool check(const struct arguments *arguments, int argc, char **argv, GError **error)
{
    if (argc > 2)
        g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                    "one target at a time: \"%s\" is too many", argv[2]);
    else if (!(arguments->seconds > 0 && arguments->seconds <= max_seconds))
        g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                    "--seconds takes a number above 0 and up to %.0f", max_seconds);
    else
        return true;
    return false;
}

static bool parse_arguments(int argc, char **argv, struct arguments *ret, GError **error)
{
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &ret->json, "one JSON document instead of text", NULL},
        {"pprof", 0, 0, G_OPTION_ARG_STRING, &ret->pprof,
         "pprof server to use: port, host:port or URL", "ADDRESS"},
        {"backend", 0, 0, G_OPTION_ARG_STRING, &ret->backend,
         "how to ask the system: auto, procfs or commands (ps, lsof, vmmap)", "NAME"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &ret->seconds,
         "how long to watch (6); slow leaks need more", "N"},
        {"quick", 0, 0, G_OPTION_ARG_NONE, &ret->quick, "one look, no trends", NULL},
        {"ascii", 0, 0, G_OPTION_ARG_NONE, &ret->ascii, "plain ASCII", NULL},
        {0}};
    g_autoptr(GOptionContext) context = g_option_context_new("[TARGET]");

    g_set_prgname("sidescope triage");
    g_option_context_set_summary(
        context, "Walks the documented triage: RSS, descriptors, memory map, heap.\n"
                 "TARGET is a pid, a process name, a pprof URL or host:port; none: sidecar.");
    g_option_context_set_description(
        context, "Exit status: 0 healthy, 1 findings, 2 could not be examined.\n"
                 "Ctrl-C ends watching early and reports what is known by then.\n");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error) || !check(ret, argc, argv, error))
        return false;
    ret->target = argc == 2 ? g_strdup(argv[1]) : NULL;
    return ret->backend == NULL || attach_use_backend(ret->backend, error);
}

/* --- watching --------------------------------------------------------------- */

/* Everything this kind of probe can give has arrived. */
static bool is_complete(const struct session *session, enum probe_kind kind)
{
    const struct sample *sample = session_sample(session, kind);

    if (sample == NULL)
        return false;
    if (kind == PROBE_MEMORY && sample->status == SAMPLE_OK)
        return session_memory(session)->regions_us != 0;
    return true;
}

static bool all_complete(const struct session *session)
{
    for (int i = 0; i < PROBE_N_KINDS; i++)
        if (!is_complete(session, (enum probe_kind)i))
            return false;
    return true;
}

/* Walking more regions than this would cost too much. */
static bool regions_are_cheap(const struct memory_sample *memory)
{
    return memory != NULL && memory->base.status == SAMPLE_OK &&
           memory->n_regions <= MAX_LAST_WALK_REGIONS;
}

static void ask_last_looks(struct run *run)
{
    struct probe *memory = session_probe(run->session, PROBE_MEMORY);

    run->last_asked_us = g_get_monotonic_time();
    probe_refresh(session_probe(run->session, PROBE_GOROUTINES));
    if (!regions_are_cheap(session_memory(run->session)))
        return;
    probe_set_detail(memory, true);
    probe_refresh(memory);
}

/*
 * Regions are walked and stacks are read rarely, so at the end of the window
 * both may be of its beginning, and nothing would seem to have grown: asks for
 * one more of each. True when they are there, or not worth waiting for any more.
 */
static bool has_last_looks(struct run *run)
{
    const struct memory_sample *memory = session_memory(run->session);
    const struct goroutines_sample *goroutines = session_goroutines(run->session);

    if (run->arguments->quick)
        return true;
    if (run->last_asked_us == 0)
        ask_last_looks(run);
    bool walked = !regions_are_cheap(memory) || memory->regions_us >= run->last_asked_us;
    bool read = goroutines == NULL || goroutines->base.status != SAMPLE_OK ||
                goroutines->dump_us >= run->last_asked_us;

    return (walked && read) ||
           g_get_monotonic_time() - run->last_asked_us > LAST_LOOKS_MS * (G_USEC_PER_SEC / 1000);
}

static bool is_done(struct run *run)
{
    double elapsed_s = (double)(g_get_monotonic_time() - run->started_us) / G_USEC_PER_SEC;
    double window_s = run->arguments->quick ? 0 : run->arguments->seconds;

    if (session_ended(run->session, NULL))
        return true;
    if (elapsed_s < window_s)
        return false;
    if (elapsed_s >= MAX(window_s, PATIENCE_MS / 1000.0) + LAST_LOOKS_MS / 1000.0)
        return true;
    return has_last_looks(run) && all_complete(run->session);
}

static gboolean on_tick(gpointer user)
{
    struct run *run = user;

    if (is_done(run))
        g_main_loop_quit(run->loop);
    return G_SOURCE_CONTINUE;
}

/* The first Ctrl-C asks for the report now; the source is gone then, so the second one kills. */
static gboolean on_interrupt(gpointer user)
{
    struct run *run = user;

    run->interrupt_source = 0;
    g_main_loop_quit(run->loop);
    return G_SOURCE_REMOVE;
}

static gboolean on_terminate(gpointer user)
{
    struct run *run = user;

    run->terminated = true;
    g_main_loop_quit(run->loop);
    return G_SOURCE_CONTINUE;
}

static gint64 spread(double window_s, double parts, double low_s, double high_s)
{
    return (gint64)(CLAMP(window_s / parts, low_s, high_s) * G_USEC_PER_SEC);
}

/* The user's intervals are for the screen; a short window needs its own pace to see a trend. */
static void pace(const struct arguments *arguments, struct session_options *options)
{
    double window = arguments->seconds;

    options->duty_scale = duty_scale;
    options->interval_us[PROBE_HEAP] = spread(window, 10, 0.7, 60);
    if (window > short_window_s)
        return;
    options->interval_us[PROBE_PROCESS] = spread(window, 24, 0.1, 1);
    options->interval_us[PROBE_FILES] = spread(window, 10, 0.5, 5);
    options->interval_us[PROBE_GOROUTINES] = spread(window, 24, 0.5, 5);
    options->interval_us[PROBE_MEMORY] = spread(window, 6, 0.5, 5);
    options->trend_min_window_s = MIN(window * 0.4, 10);
    options->trend_min_points = 6;
}

static void announce(const struct arguments *arguments, const struct target *target)
{
    g_autofree char *name = text_safe(target->name, -1, false);

    if (!isatty(STDERR_FILENO) || arguments->quick)
        return;
    g_printerr("sidescope: watching %s %d for %g s (Ctrl-C: report now)\n", name,
               (int)target->id.pid, arguments->seconds);
}

static void watch(struct run *run)
{
    guint tick = g_timeout_add(TICK_MS, on_tick, run);
    guint terminate = g_unix_signal_add(SIGTERM, on_terminate, run);
    guint hangup = g_unix_signal_add(SIGHUP, on_terminate, run);

    run->interrupt_source = g_unix_signal_add(SIGINT, on_interrupt, run);
    run->loop = g_main_loop_new(NULL, FALSE);
    run->started_us = g_get_monotonic_time();
    g_main_loop_run(run->loop);
    g_main_loop_unref(run->loop);
    g_source_remove(tick);
    g_source_remove(terminate);
    g_source_remove(hangup);
    if (run->interrupt_source != 0)
        g_source_remove(run->interrupt_source);
}

/* --- reporting -------------------------------------------------------------- */

static int print(const char *report, int status)
{
    if (fputs(report, stdout) >= 0 && fflush(stdout) == 0)
        return status;
    g_printerr("sidescope: the report could not be written to standard output\n");
    return EXIT_NOT_EXAMINED;
}

static int report(struct session *session, const struct arguments *arguments,
                  const struct thresholds *thresholds)
{
    bool unicode = !arguments->ascii && g_get_charset(NULL);
    g_autoptr(report_content_auto) content = report_content_new(session, thresholds, NULL);
    const struct triage_report *view = report_content_view(content);
    g_autofree char *text =
        arguments->json ? triage_report_json(view) : triage_report_text(view, unicode);

    int status = print(text, triage_exit_status(view->result));

    if (!session_ended(session, NULL))
        return status;
    g_printerr("sidescope: the process ended while it was watched; the report is of what was seen "
               "before\n");
    return EXIT_NOT_EXAMINED;
}

/* Takes the target. */
static int examine(struct target *target, const struct arguments *arguments,
                   const struct config *config)
{
    struct session_options options;
    struct run run = {.arguments = arguments};
    int status = EXIT_NOT_EXAMINED;

    config_session_options(config, &options);
    pace(arguments, &options);
    announce(arguments, target);
    run.session = session_new(target, &options);
    watch(&run);
    if (!run.terminated)
        status = report(run.session, arguments, config_thresholds(config));
    session_free(run.session);
    return status;
}

/* Errors may quote names of processes: safe text only. */
static void complain(const GError *error)
{
    g_autofree char *safe = text_safe(error->message, -1, g_get_charset(NULL));

    g_printerr("sidescope: %s\n", safe);
}

static int find_and_examine(const struct arguments *arguments, const struct config *config)
{
    struct attach_outcome *outcome = attach_find(arguments->target, arguments->pprof);
    int status = EXIT_NOT_EXAMINED;

    if (outcome->target != NULL) {
        status = examine(g_steal_pointer(&outcome->target), arguments, config);
    } else {
        g_autofree char *list = attach_list_candidates(outcome->candidates);

        complain(outcome->error);
        g_printerr("%s", list);
    }
    attach_outcome_free(outcome);
    return status;
}

int command_triage(int argc, char **argv)
{
    struct arguments arguments = {.seconds = default_seconds};
    g_autoptr(GError) error = NULL;
    struct config *config = NULL;
    int status = EXIT_NOT_EXAMINED;

    if (!parse_arguments(argc, argv, &arguments, &error) ||
        (config = config_load(NULL, &error)) == NULL)
        complain(error);
    else
        status = find_and_examine(&arguments, config);
    config_free(config);
    arguments_clear(&arguments);
    return status;
}
