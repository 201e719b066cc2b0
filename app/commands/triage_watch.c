#include "app/commands/triage_watch.h"

#include "app/alerts/alert_watch.h"
#include "app/commands/progress_line.h"
#include "app/target/capture_run.h"
#include "app/target/prove_run.h"
#include "app/triage/notes.h"
#include "app/triage/numbers.h"
#include "probes/limits.h"
#include "widgets/safe_text.h"

#include <glib-unix.h>
#include <math.h>
#include <unistd.h>

enum {
    TICK_MS = 50,
    PROGRESS_S = 60, /* between two lines where they cannot replace each other */
    /* after the window: a pprof server that hangs costs its timeout, and no more */
    PATIENCE_MS = PROBES_HTTP_TIMEOUT_MS + 3000,
    LAST_LOOKS_MS = 1500,
    UNASKED_CPU_S = 3,            /* of a CPU profile that nobody asked for */
    SETTLE_S = 8,                 /* of a long window, before its use of CPU is judged */
    ALERTS_PATIENCE_S = 15,       /* for a command or a capture that still runs at the end */
    MAX_LAST_WALK_REGIONS = 5000, /* walking more makes the target's own mmap calls wait */
};

/* Windows up to this sample faster than a screen would, so that even they give a trend. */
static const double short_window_s = 60;
/* Sampling may take this many times its usual share: the run is short. */
static const double duty_scale = 30;

struct run {
    const struct triage_options *options;
    struct session *session;
    const struct redact *redact;
    GMainLoop *loop;
    gint64 started_us;
    struct alert_watch *alerts; /* NULL: nothing is to be done */
    const struct thresholds *thresholds;
    struct prove_run *prove; /* leaked goroutines; NULL: not begun, or not wanted */
    struct capture_run *cpu; /* the CPU profile; NULL: none is wanted, or it cannot be taken */
    bool cpu_decided;        /* whether it needs one, where none was asked for */
    bool is_terminal;        /* standard error */
    bool has_line;           /* the progress stands on it */
    bool terminated;         /* by SIGTERM: no report */
    gint64 over_us;          /* when the watching was; 0: not yet */
    gint64 last_asked_us;    /* when the last looks were asked for; 0: not yet */
    guint interrupt_source;
};

static double elapsed_s(const struct run *run)
{
    return (double)(g_get_monotonic_time() - run->started_us) / G_USEC_PER_SEC;
}

static void on_line(const char *line, void *user)
{
    const struct run *run = user;

    g_printerr("%s%s\n", run->has_line ? "\r\033[K" : "", line);
}

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

static void on_proven(void *user)
{
    (void)user; /* the next tick sees it */
}

/* Towards the end, so that what leaked meanwhile is found. True when it is over, or not wanted. */
static bool has_proofs(struct run *run)
{
    const struct target *target = session_target(run->session);

    if (!run->options->prove)
        return true;
    if (run->prove == NULL)
        run->prove = prove_run_start(target, on_proven, run);
    return prove_run_over(run->prove);
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

    if (run->options->quick && !run->options->prove)
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
    double elapsed = elapsed_s(run), window_s = run->options->quick ? 0 : run->options->seconds;

    if (session_ended(run->session, NULL))
        return true;
    if (elapsed < window_s || (run->cpu != NULL && !capture_run_over(run->cpu)))
        return false;
    if (!has_proofs(run))
        return false;
    if (!has_last_looks(run))
        return false;
    return elapsed >= MAX(window_s, PATIENCE_MS / 1000.0) + LAST_LOOKS_MS / 1000.0 ||
           all_complete(run->session);
}

/* --- the CPU profile --- */

static void say_no_cpu(const struct run *run, const char *why)
{
    g_autofree char *safe = text_safe(why, -1, g_get_charset(NULL));
    g_autofree char *line = g_strdup_printf("sidescope: the CPU profile is missing: %s", safe);

    on_line(line, (void *)(uintptr_t)run);
}

static void on_cpu(struct capture_result *taken, void *user)
{
    struct run *run = user;
    bool asked = run->options->cpu_s > 0;
    g_autoptr(capture_result_auto) result = taken;

    if (!asked && (result->outcome != CAPTURE_DONE || result->profile->n_samples == 0))
        return; /* the advice is to take one */
    if (result->outcome != CAPTURE_DONE)
        say_no_cpu(run, result->error);
    else if (result->profile->n_samples == 0)
        say_no_cpu(run, "the process was idle");
    else
        triage_notes_set_cpu_profile(triage_notes_of(run->session), result->profile);
}

static void start_cpu(struct run *run, int seconds)
{
    const struct capture_request request = {.path = "profile", .seconds = seconds, .bell_fd = -1};
    g_autoptr(GError) error = NULL;

    run->cpu = capture_run_start(session_target(run->session), &request, on_cpu, run, &error);
    if (run->cpu == NULL && run->options->cpu_s > 0)
        say_no_cpu(run, error->message);
}

/* Who burns CPU is asked in any case where the kernel tells: the target does not notice. */
static void look_who_burns(struct run *run)
{
    struct triage_input input;

    if (run->cpu_decided || run->options->cpu_s > 0 || run->options->quick ||
        elapsed_s(run) < MIN(run->options->seconds * 0.4, SETTLE_S))
        return;
    run->cpu_decided = true;
    triage_input_from_session(&input, run->session);
    if (capture_needs_no_pprof(input.target, "profile") && triage_is_busy(&input, run->thresholds))
        start_cpu(run, UNASKED_CPU_S);
}

/* --- the end --- */

static gboolean on_tick(gpointer user)
{
    struct run *run = user;

    if (run->alerts != NULL)
        alert_watch_look(run->alerts);
    look_who_burns(run);
    if (run->over_us == 0 && is_done(run))
        run->over_us = g_get_monotonic_time();
    /* What an alert has begun may end, within reason. */
    if (run->over_us != 0 &&
        (run->alerts == NULL || !alert_watch_busy(run->alerts) ||
         g_get_monotonic_time() - run->over_us > ALERTS_PATIENCE_S * (gint64)G_USEC_PER_SEC))
        g_main_loop_quit(run->loop);
    return G_SOURCE_CONTINUE;
}

/* The first Ctrl-C asks for the report now; the source is gone then, so the second one kills. */
static gboolean on_interrupt(gpointer user)
{
    struct run *run = user;

    run->interrupt_source = 0;
    run->over_us = g_get_monotonic_time();
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
void triage_watch_pace(const struct triage_options *options, struct session_options *ret)
{
    double window = options->seconds;

    ret->duty_scale = duty_scale;
    ret->interval_us[PROBE_HEAP] = spread(window, 10, 0.7, 60);
    if (window > short_window_s)
        return;
    ret->interval_us[PROBE_PROCESS] = spread(window, 24, 0.1, 1);
    ret->interval_us[PROBE_FILES] = spread(window, 10, 0.5, 5);
    ret->interval_us[PROBE_GOROUTINES] = spread(window, 24, 0.5, 5);
    ret->interval_us[PROBE_MEMORY] = spread(window, 6, 0.5, 5);
    ret->trend_min_window_s = MIN(window * 0.4, 10);
    ret->trend_min_points = 6;
}

/* --- progress --- */

static void append_value(GString *out, struct session *session, enum metric series, bool is_bytes)
{
    struct history_point point;
    const struct trend *trend = session_trend(session, series);

    if (!history_last(session_history(session, series), &point) || isnan(point.value))
        return;
    g_string_append_printf(
        out, "  %s %s", metric_info(series)->name,
        (is_bytes ? number_bytes((int64_t)point.value) : number_count((int64_t)point.value)).text);
    if (trend->verdict != TREND_UNKNOWN)
        g_string_append_printf(
            out, " (%s)", (is_bytes ? number_trend_bytes(trend) : number_trend_count(trend)).text);
}

static gboolean on_progress(gpointer user)
{
    const struct run *run = user;
    /* "sidescope: sidecar 4182, 2m31s of 10m00s  RSS 64.5M (+1.2M/h)  …" */
    const struct target *target = session_target(run->session);
    g_autofree char *hidden = redact_text(run->redact, target->name);
    g_autofree char *name = text_safe(hidden, -1, false);
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "sidescope: %s %d, %s of %s", name, (int)target->id.pid,
                           number_duration(elapsed_s(run)).text,
                           number_duration(run->options->seconds).text);
    if (run->prove != NULL && !prove_run_over(run->prove)) {
        g_string_append(out, ", ");
        prove_run_say(run->prove, out);
    }
    append_value(out, run->session, METRIC_RSS, true);
    append_value(out, run->session, METRIC_FDS, false);
    append_value(out, run->session, METRIC_GOROUTINES, false);
    g_autofree char *line = g_string_free(out, FALSE);

    progress_line_say(line, run->is_terminal);
    return G_SOURCE_CONTINUE;
}

/* Short windows are over before anybody asks how far it is. */
static guint start_progress(struct run *run)
{
    if (run->options->quick)
        return 0;
    if (run->is_terminal) {
        g_printerr("Ctrl-C: report now\n");
        run->has_line = true;
        return g_timeout_add_seconds(1, on_progress, run);
    }
    return run->options->seconds >= PROGRESS_S ? g_timeout_add_seconds(PROGRESS_S, on_progress, run)
                                               : 0;
}

/* --- alerts --- */

static bool wants_alerts(const struct alert_options *options)
{
    return options->bell || options->events || options->capture || options->exec != NULL ||
           options->notify != NOTIFICATION_OFF;
}

/* --- the loop --- */

bool triage_watch(struct session *session, const struct triage_options *options,
                  const struct config *config)
{
    g_autoptr(redact_auto) redact =
        options->redact ? report_redact_for(session_target(session)) : NULL;
    g_autofree char *config_text = config_to_text(config);
    struct run run = {.options = options,
                      .session = session,
                      .redact = redact,
                      .thresholds = config_thresholds(config),
                      .is_terminal = isatty(STDERR_FILENO) != 0};
    const struct alert_sinks sinks = {
        .line = on_line, .user = &run, .config = config_text, .redact = redact};

    if (wants_alerts(&options->alerts)) {
        run.alerts = alert_watch_new(&options->alerts, config_thresholds(config), &sinks);
        alert_watch_attach(run.alerts, session);
    }
    guint tick = g_timeout_add(TICK_MS, on_tick, &run);
    guint terminate = g_unix_signal_add(SIGTERM, on_terminate, &run);
    guint hangup = g_unix_signal_add(SIGHUP, on_terminate, &run);
    guint progress = start_progress(&run);

    run.interrupt_source = g_unix_signal_add(SIGINT, on_interrupt, &run);
    run.loop = g_main_loop_new(NULL, FALSE);
    run.started_us = g_get_monotonic_time();
    if (run.options->cpu_s > 0)
        start_cpu(&run, run.options->cpu_s);
    g_main_loop_run(run.loop);
    g_main_loop_unref(run.loop);
    g_source_remove(tick);
    g_source_remove(terminate);
    g_source_remove(hangup);
    if (progress != 0) {
        g_source_remove(progress);
        if (run.is_terminal)
            g_printerr("\r\033[K");
    }
    if (run.interrupt_source != 0)
        g_source_remove(run.interrupt_source);
    capture_run_free(run.cpu);
    prove_run_free(run.prove);
    alert_watch_free(run.alerts);
    return !run.terminated;
}
