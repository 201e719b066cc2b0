#include "app/commands/record_watch.h"

#include "app/alerts/alert_watch.h"
#include "app/commands/awake.h"
#include "app/commands/progress_line.h"
#include "app/recording/past.h"
#include "app/snapshots/snapshot_capture.h"
#include "app/target/attach.h"
#include "app/triage/numbers.h"
#include "probes/limits.h"
#include "widgets/safe_text.h"

#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

enum {
    TICK_MS = 250,
    VERDICT_S = 10,
    LINE_S = 60, /* between two lines where they cannot replace each other */
    SEARCH_S = 2,
    /* until everything has been seen once: then what there was at first is kept for good */
    FIRST_CAPTURE_US = 5 * G_USEC_PER_SEC,
};

struct run {
    const struct record_options *options;
    const struct config *config;
    struct recorder *recorder;
    struct record_outcome *outcome;
    GMainLoop *loop;
    struct session *session; /* NULL: the target is waited for */
    struct alert_watch *alerts;
    struct awake *awake;
    struct snapshot_capture *capture; /* under way, or over and not freed */
    const char *capture_label;
    gint64 begun_us; /* by the recording's clock */
    gint64 started_us, session_us, judged_us, searched_us, line_us;
    bool captured_first;
    bool stopping;    /* the last capture is under way */
    bool is_terminal; /* standard error */
    bool had_problem; /* the recording was told not to be written */
};

/* --- saying --- */

static void say(const struct run *run, const char *line)
{
    g_autofree char *safe = text_safe(line, -1, g_get_charset(NULL));

    g_printerr("%ssidescope: %s\n", run->is_terminal ? "\r\033[K" : "", safe);
}

/* By the recording's clock, which goes on while the machine sleeps and is set by nobody. */
static gint64 axis_now_us(const struct run *run)
{
    return recorder_axis_us(run->recorder, g_get_monotonic_time());
}

/* G_MAXINT64: it does not end by itself. */
static gint64 left_us(const struct run *run)
{
    if (run->options->until_real_us != 0)
        return run->options->until_real_us - g_get_real_time();
    if (run->options->duration_us != 0)
        return run->begun_us + run->options->duration_us - axis_now_us(run);
    return G_MAXINT64;
}

/* On a terminal each second, elsewhere one a minute. */
static void say_progress(struct run *run)
{
    gint64 now_us = g_get_monotonic_time();

    if (now_us - run->line_us < (run->is_terminal ? 1 : LINE_S) * G_USEC_PER_SEC)
        return;
    /* "sidecar 4182, 2h31m, 5h29m left, 3.1M, look: RSS grows" */
    double elapsed_s = (double)(g_get_monotonic_time() - run->started_us) / G_USEC_PER_SEC;
    GString *out = g_string_new("sidescope: ");

    if (run->session == NULL) {
        g_string_append(out, "waiting for the target");
    } else {
        const struct target *target = session_target(run->session);
        g_autofree char *name = text_safe(target->name, -1, false);

        g_string_append_printf(out, "%s %d", name, (int)target->id.pid);
    }
    g_string_append_printf(out, ", %s", number_duration(elapsed_s).text);
    if (left_us(run) != G_MAXINT64)
        g_string_append_printf(out, ", %s left",
                               number_duration((double)MAX(left_us(run), 0) / G_USEC_PER_SEC).text);
    g_string_append_printf(out, ", %s", number_bytes(recorder_state(run->recorder).bytes).text);
    if (run->outcome->summary != NULL) {
        g_autofree char *summary = text_safe(run->outcome->summary, -1, false);

        g_string_append_printf(out, ", %s: %s", triage_verdict_name(run->outcome->verdict),
                               summary);
    }
    g_autofree char *line = g_string_free(out, FALSE);

    run->line_us = now_us;
    progress_line_say(line, run->is_terminal);
}

/* --- judging --- */

static void judge(struct run *run)
{
    struct triage_input input;

    run->judged_us = g_get_monotonic_time();
    triage_input_from_session(&input, run->session);
    g_autoptr(triage_result_auto) result = triage_evaluate(&input, config_thresholds(run->config));

    recorder_verdict(run->recorder, result);
    alert_watch_judge(run->alerts, result, &input);
    run->outcome->verdict = result->verdict;
    g_free(run->outcome->summary);
    run->outcome->summary = g_strdup(result->diagnosis);
}

/* What alerts have to tell, but for what the recorder notices by itself. */
static void on_alert(const struct alert_event *event, bool again, void *user)
{
    struct run *run = user;

    if (again || event->kind == ALERT_MARK || event->kind == ALERT_ENDED ||
        event->kind == ALERT_VERDICT)
        return;
    recorder_event(run->recorder, alert_kind_name(event->kind),
                   alert_severity_name(event->severity), event->key, event->text, NULL);
}

static void on_alert_line(const char *line, void *user)
{
    const struct run *run = user;

    g_printerr("%s%s\n", run->is_terminal ? "\r\033[K" : "", line);
}

static bool keep_capture(const struct snapshot *snapshot, void *user)
{
    struct run *run = user;

    recorder_snapshot(run->recorder, snapshot, "alarm");
    return true;
}

/* --- captures --- */

static void on_capture(struct snapshot *snapshot, const char *problem, void *user)
{
    struct run *run = user;

    recorder_snapshot(run->recorder, snapshot, run->capture_label);
    if (problem != NULL)
        recorder_event(run->recorder, "note", "info", "capture", problem, NULL);
    snapshot_free(snapshot);
    if (run->stopping)
        g_main_loop_quit(run->loop);
}

static void capture(struct run *run, const char *label)
{
    snapshot_capture_free(run->capture);
    run->capture_label = label;
    run->capture = snapshot_capture_new(run->session);
    snapshot_capture_with_allocs(run->capture);
    snapshot_capture_start(run->capture, on_capture, run);
}

/* --- one target after the other --- */

static void watch(struct run *run, struct target *target)
{
    struct session_options options;

    config_session_options(run->config, &options);
    record_options_pace(run->options, &options);
    struct session_moment past = {0};
    gint64 now_us = g_get_monotonic_time();

    /* a night that was interrupted goes on: trends reach over the gap */
    if (past_load(run->options->output, target, recorder_axis_us(run->recorder, now_us), now_us,
                  &past, NULL, NULL))
        options.past = &past;
    recorder_begin_run(run->recorder, target);
    run->session = session_new(target, &options);
    session_moment_clear(&past);
    run->session_us = g_get_monotonic_time();
    run->captured_first = false;
    session_set_tap(run->session, recorder_tap(run->recorder));
    alert_watch_attach(run->alerts, run->session);
}

static void leave(struct run *run)
{
    g_clear_pointer(&run->capture, snapshot_capture_free);
    if (run->session == NULL)
        return;
    alert_watch_attach(run->alerts, NULL);
    session_free(g_steal_pointer(&run->session));
}

static void search(struct run *run)
{
    gint64 now_us = g_get_monotonic_time();

    if (now_us - run->searched_us < SEARCH_S * G_USEC_PER_SEC)
        return;
    run->searched_us = now_us;
    struct attach_outcome *found = attach_find(run->options->target, run->options->pprof);

    if (found->target != NULL)
        watch(run, g_steal_pointer(&found->target));
    attach_outcome_free(found);
}

static void note_end(struct run *run)
{
    alert_watch_look(run->alerts);
    leave(run);
    if (run->options->wait) {
        say(run, "the target has ended; waiting for it to return");
        return;
    }
    say(run, "the target has ended");
    run->outcome->ended = true;
    g_main_loop_quit(run->loop);
}

/* --- the loop --- */

/* Once more everything at the end; asked a second time it ends without. */
static void stop(struct run *run)
{
    if (run->session == NULL || run->stopping) {
        g_main_loop_quit(run->loop);
        return;
    }
    run->stopping = true;
    judge(run);
    capture(run, "last");
}

static gboolean on_stop(gpointer user)
{
    stop(user);
    return G_SOURCE_CONTINUE;
}

static void look(struct run *run)
{
    if (session_ended(run->session, NULL)) {
        note_end(run);
        return;
    }
    if (g_get_monotonic_time() - run->session_us < FIRST_CAPTURE_US)
        return;
    if (!run->captured_first) {
        run->captured_first = true;
        capture(run, "first");
    }
    if (g_get_monotonic_time() - run->judged_us >= VERDICT_S * G_USEC_PER_SEC)
        judge(run);
}

static gboolean on_tick(gpointer user)
{
    struct run *run = user;

    struct recorder_state state = recorder_state(run->recorder);
    bool problem = *state.problem != '\0';

    if (problem && !run->had_problem) {
        g_autofree char *line =
            g_strconcat(state.problem,
                        state.full_disk ? ": recording goes on when there is room"
                                        : ": recording goes on when it can be written",
                        NULL);

        say(run, line);
    } else if (!problem && run->had_problem) {
        say(run, "the recording is written again");
    }
    run->had_problem = problem;

    say_progress(run);
    if (awake_lost(run->awake))
        say(run, "the machine may go to sleep: the system's command to keep it awake has ended");
    if (run->stopping)
        return G_SOURCE_CONTINUE;
    if (left_us(run) <= 0)
        stop(run);
    else if (run->session != NULL)
        look(run);
    else
        search(run);
    return G_SOURCE_CONTINUE;
}

static void run_loop(struct run *run)
{
    guint sources[] = {
        g_timeout_add(TICK_MS, on_tick, run),
        g_unix_signal_add(SIGINT, on_stop, run),
        g_unix_signal_add(SIGTERM, on_stop, run),
        g_unix_signal_add(SIGHUP, on_stop, run),
    };

    run->loop = g_main_loop_new(NULL, FALSE);
    g_main_loop_run(run->loop);
    g_main_loop_unref(run->loop);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    if (run->is_terminal)
        g_printerr("\r\033[K");
}

void record_watch(struct target *target, struct recorder *recorder,
                  const struct record_options *options, const struct config *config,
                  struct record_outcome *ret)
{
    *ret = (struct record_outcome){.verdict = TRIAGE_UNKNOWN};
    struct run run = {.options = options,
                      .config = config,
                      .recorder = recorder,
                      .outcome = ret,
                      .started_us = g_get_monotonic_time(),
                      .line_us = g_get_monotonic_time(),
                      .is_terminal = isatty(STDERR_FILENO) != 0};
    const struct alert_sinks sinks = {.event = on_alert,
                                      .line = on_alert_line,
                                      .keep = keep_capture,
                                      .user = &run,
                                      .recording = options->output};

    run.begun_us = axis_now_us(&run);
    run.alerts = alert_watch_new(&options->alerts, config_thresholds(config), &sinks);
    g_autoptr(GError) error = NULL;

    if (run.options->inhibit_sleep) {
        run.awake = awake_new(&error);
        if (run.awake == NULL)
            say(&run, error->message);
    }
    if (target != NULL)
        watch(&run, target);
    run_loop(&run);
    leave(&run);
    alert_watch_free(run.alerts);
    awake_free(run.awake);
    ret->seconds = (double)(g_get_monotonic_time() - run.started_us) / G_USEC_PER_SEC;
}

void record_outcome_clear(struct record_outcome *outcome)
{
    g_clear_pointer(&outcome->summary, g_free);
}
