#include "app/monitor/watched.h"

#include "app/alerts/alert_watch.h"
#include "app/monitor/log_writer.h"

enum {
    /* Lines closer than this do not ask what is dear: it comes at its own pace. */
    ASK_ALL_US = 15 * G_USEC_PER_SEC,
    /* At any time: a scraper's usual interval. */
    BETWEEN_US = 15 * G_USEC_PER_SEC,
    FIRST_LINE_US = G_USEC_PER_SEC / 20, /* asked so soon, the first samples are what is wanted */
    NOTICE_US = 2 * G_USEC_PER_SEC,
    OWN_PACE_KEPT_US = 60 * G_USEC_PER_SEC,
};

struct watched {
    struct watched_options options;
    struct session_options pace;
    struct session *session;
    struct alert_watch *alerts; /* NULL: nobody wants any */
    char *project;
    struct log *log;
    gint64 pushed_us;
    struct capture_run *capture; /* the last CPU profile, maybe under way; NULL: none */
    watched_captured captured;
    void *captured_user;
    gint64 attached_us;
    gint64 asked_us;
    bool is_due;                            /* asked, and its line is not written yet */
    uint64_t asked_sequence[PROBE_N_KINDS]; /* of the newest sample when it was asked */
};

static bool is_wanted(const struct watched *watched, enum probe_kind kind)
{
    return probe_info(kind)->is_cheap || watched->options.everything;
}

/* Do lines ask for it, or does it come at its own pace? */
static bool is_asked(const struct watched *watched, enum probe_kind kind)
{
    return probe_info(kind)->is_cheap ||
           (watched->options.everything && watched->options.interval_us >= ASK_ALL_US);
}

/* What lines ask for is not sampled on its own as well. */
static void set_pace(struct watched *watched)
{
    const struct watched_options *options = &watched->options;

    watched->pace = *options->session;
    for (int i = 0; i < PROBE_N_KINDS; i++)
        if (is_asked(watched, (enum probe_kind)i))
            watched->pace.interval_us[i] = options->between_lines
                                               ? MIN(options->interval_us, BETWEEN_US)
                                               : options->interval_us * 2;
    /* its end is to be noticed before the next line */
    watched->pace.interval_us[PROBE_PROCESS] = MIN(options->interval_us, NOTICE_US);
}

static void on_samples(struct session *session, unsigned kinds, void *user)
{
    struct watched *watched = user;

    (void)session;
    (void)kinds;
    alert_watch_look(watched->alerts);
}

static void start_alerts(struct watched *watched)
{
    static const struct alert_sinks no_sinks = {0};
    const struct watched_options *options = &watched->options;

    if (options->alerts != NULL)
        watched->alerts = alert_watch_new(options->alerts, options->thresholds, &no_sinks);
}

static void start_session(struct watched *watched, struct finding *finding)
{
    watched->session = session_new(g_steal_pointer(&finding->target), &watched->pace);
    watched->project = g_steal_pointer(&finding->project);
    watched->attached_us = g_get_monotonic_time();
    watched->asked_us = watched->attached_us;
    if (watched->alerts != NULL) {
        alert_watch_attach(watched->alerts, watched->session);
        session_set_listener(watched->session, on_samples, watched);
    }
    for (int i = 0; i < PROBE_N_KINDS; i++) {
        watched->asked_sequence[i] = 0;
        if (!is_wanted(watched, (enum probe_kind)i))
            probe_set_paused(session_probe(watched->session, (enum probe_kind)i), true);
    }
}

struct watched *watched_new(struct finding *finding, const struct watched_options *options)
{
    struct watched *watched = g_new0(struct watched, 1);

    watched->options = *options;
    set_pace(watched);
    start_alerts(watched);
    start_session(watched, finding);
    return watched;
}

void watched_free(void *user)
{
    struct watched *watched = user;

    if (watched == NULL)
        return;
    capture_run_free(watched->capture);
    alert_watch_free(watched->alerts);
    session_free(watched->session);
    g_free(watched->project);
    g_free(watched);
}

void watched_attach(struct watched *watched, struct finding *finding)
{
    g_clear_pointer(&watched->capture, capture_run_free);
    if (watched->alerts != NULL)
        alert_watch_attach(watched->alerts, NULL);
    session_free(watched->session);
    g_free(watched->project);
    start_session(watched, finding);
}

const struct target *watched_target(const struct watched *watched)
{
    return session_target(watched->session);
}

struct session *watched_session(const struct watched *watched)
{
    return watched->session;
}

const char *watched_project(const struct watched *watched)
{
    return watched->project;
}

gint64 watched_ended_us(const struct watched *watched)
{
    struct session_end end;

    return session_ended(watched->session, &end) ? end.at_us : 0;
}

/* What a failed sample carries is of the last good one, its time as well. */
gint64 watched_seen_real_us(const struct watched *watched)
{
    const struct process_sample *process = session_process(watched->session);

    return process != NULL ? process->base.real_us : 0;
}

gint64 watched_attached_us(const struct watched *watched)
{
    return watched->attached_us;
}

/* --- asking --- */

void watched_ask(struct watched *watched)
{
    watched->asked_us = g_get_monotonic_time();
    watched->is_due = true;
    if (session_ended(watched->session, NULL))
        return;
    for (int i = 0; i < PROBE_N_KINDS; i++) {
        const struct sample *sample = session_sample(watched->session, (enum probe_kind)i);

        watched->asked_sequence[i] = sample != NULL ? sample->sequence : 0;
        /* the first one is under way already */
        if (sample != NULL && is_asked(watched, (enum probe_kind)i))
            probe_refresh(session_probe(watched->session, (enum probe_kind)i));
    }
}

bool watched_is_due(const struct watched *watched)
{
    return watched->is_due;
}

void watched_set_written(struct watched *watched)
{
    watched->is_due = false;
}

/* From when on a sample is of the line that is due. */
static gint64 since_us(const struct watched *watched, enum probe_kind kind)
{
    gint64 own_us = watched->asked_us - OWN_PACE_KEPT_US;

    if (watched->asked_us - watched->attached_us < FIRST_LINE_US)
        return watched->attached_us;
    return is_asked(watched, kind) ? watched->asked_us : own_us;
}

static bool has_answered(const struct watched *watched, enum probe_kind kind)
{
    const struct sample *sample = session_sample(watched->session, kind);

    if (sample == NULL || !is_asked(watched, kind))
        return sample != NULL;
    /* one that failed may carry old values with their old time */
    return sample->status == SAMPLE_OK ? sample->taken_us >= since_us(watched, kind)
                                       : sample->sequence > watched->asked_sequence[kind];
}

bool watched_answered(const struct watched *watched)
{
    if (session_ended(watched->session, NULL))
        return true;
    for (int i = 0; i < PROBE_N_KINDS; i++)
        if (is_wanted(watched, (enum probe_kind)i) && !has_answered(watched, (enum probe_kind)i))
            return false;
    return true;
}

void watched_answers(const struct watched *watched, struct values *ret)
{
    gint64 since[PROBE_N_KINDS];

    for (int i = 0; i < PROBE_N_KINDS; i++)
        since[i] = since_us(watched, (enum probe_kind)i);
    values_take(ret, watched->session, since);
}

/* A probe that paces itself is old when the next sample is overdue. */
void watched_newest(const struct watched *watched, struct values *ret)
{
    gint64 now_us = g_get_monotonic_time(), since[PROBE_N_KINDS];

    for (int i = 0; i < PROBE_N_KINDS; i++) {
        struct probe_pace pace = probe_pace(session_probe(watched->session, (enum probe_kind)i));

        since[i] = now_us - MAX(2 * pace.effective_us, OWN_PACE_KEPT_US);
    }
    values_take(ret, watched->session, since);
}

static void on_captured(struct capture_result *result, void *user)
{
    struct watched *watched = user;

    watched->captured(watched, result, watched->captured_user);
    capture_result_free(result);
}

void watched_capture_cpu(struct watched *watched, int seconds, watched_captured done, void *user)
{
    const struct capture_request request = {.path = "profile", .seconds = seconds, .bell_fd = -1};

    if (watched->capture != NULL && !capture_run_over(watched->capture))
        return;
    g_clear_pointer(&watched->capture, capture_run_free);
    if (session_ended(watched->session, NULL))
        return;
    watched->captured = done;
    watched->captured_user = user;
    watched->capture =
        capture_run_start(session_target(watched->session), &request, on_captured, watched, NULL);
}

gint64 watched_pushed_us(const struct watched *watched)
{
    return watched->pushed_us;
}

void watched_set_pushed_us(struct watched *watched, gint64 profile_us)
{
    watched->pushed_us = profile_us;
}

void watched_set_log(struct watched *watched, struct log *log)
{
    watched->log = log;
}

struct log *watched_log(const struct watched *watched)
{
    return watched->log;
}
