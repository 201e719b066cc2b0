#include "app/alerts/alert_watch.h"

#include <string.h>

static const gint64 look_us = G_USEC_PER_SEC;

struct alert_watch {
    const struct thresholds *thresholds;
    struct alerts *alerts;
    struct alert_actions *actions;
    struct session *session; /* borrowed; NULL: none */
    gint64 looked_us;
    char *name;         /* of the target before; NULL: none */
    bool ended;         /* it has */
    int64_t project_us; /* since when the project is open that was seen last; 0: none yet */
    char *project;      /* its name; NULL: not told */
};

static void on_event(const struct alert_event *event, bool again, void *user)
{
    struct alert_watch *watch = user;

    alert_actions_do(watch->actions, event, again);
}

const struct alert_event *alert_watch_add(struct alert_watch *watch, enum alert_kind kind,
                                          enum alert_severity severity, const char *key,
                                          const char *text)
{
    bool live = watch->session != NULL;
    gint64 now_us = live ? session_now_us(watch->session) : watch->looked_us;
    gint64 real_us = live ? session_real_us(watch->session, now_us) : g_get_real_time();

    return alerts_add(watch->alerts, &(struct alert_spec){.severity = severity,
                                                          .kind = kind,
                                                          .key = key,
                                                          .text = text,
                                                          .step = TRIAGE_N_STEPS,
                                                          .at_us = now_us,
                                                          .real_us = real_us,
                                                          .alone = kind != ALERT_ACTION});
}

static void on_note(enum alert_severity severity, const char *key, const char *text, void *user)
{
    alert_watch_add(user, ALERT_ACTION, severity, key, text);
}

struct alert_watch *alert_watch_new(const struct alert_options *options,
                                    const struct thresholds *thresholds,
                                    const struct alert_sinks *sinks)
{
    struct alert_watch *watch = g_new0(struct alert_watch, 1);

    watch->thresholds = thresholds;
    watch->alerts = alerts_new(on_event, watch);
    watch->actions = alert_actions_new(options, thresholds, sinks, on_note, watch);
    return watch;
}

void alert_watch_free(struct alert_watch *watch)
{
    if (watch == NULL)
        return;
    alert_actions_free(watch->actions);
    alerts_free(watch->alerts);
    g_free(watch->name);
    g_free(watch->project);
    g_free(watch);
}

struct alert_events *alert_watch_events(const struct alert_watch *watch)
{
    return alerts_events(watch->alerts);
}

bool alert_watch_busy(const struct alert_watch *watch)
{
    return alert_actions_busy(watch->actions);
}

void alert_watch_set(struct alert_watch *watch, bool bell, enum notification_form form)
{
    alert_actions_set(watch->actions, bell, form);
}

void alert_watch_mark(struct alert_watch *watch, const char *label)
{
    g_autofree char *text = label != NULL && *label != '\0'
                                ? g_strdup_printf("mark: %s", label)
                                : g_strdup("mark: growth counts from here");

    alert_watch_add(watch, ALERT_MARK, ALERT_NOTE, "mark", text);
}

/* --- targets --- */

void alert_watch_attach(struct alert_watch *watch, struct session *session)
{
    watch->session = session;
    alert_actions_attach(watch->actions, session);
    if (session == NULL || session_is_replay(session))
        return;
    const struct target *target = session_target(session);

    alerts_restart(watch->alerts);
    if (watch->name != NULL) {
        bool same = watch->name != NULL && strcmp(watch->name, target->name) == 0;
        g_autofree char *text =
            same && watch->ended
                ? g_strdup_printf("%s is back, as %d", target->name, (int)target->id.pid)
                : g_strdup_printf("from here on: %s %d", target->name, (int)target->id.pid);

        if (same && watch->ended)
            alert_watch_add(watch, ALERT_RETURNED, ALERT_GOOD, "target", text);
        else
            alert_watch_add(watch, ALERT_ACTION, ALERT_NOTE, "target", text);
    }
    g_free(watch->name);
    watch->name = g_strdup(target->name);
    watch->ended = false;
    watch->looked_us = 0;
    watch->project_us = 0;
}

/* A sidecar that opens another project starts anew in much of what it does. */
static void look_at_project(struct alert_watch *watch, const struct process_sample *process)
{
    if (process == NULL || process->base.status != SAMPLE_OK ||
        process->project_opened_us == SAMPLE_UNKNOWN || process->project_opened_us == 0 ||
        process->project_opened_us == watch->project_us)
        return;
    g_autofree char *from =
        watch->project != NULL ? g_strdup_printf(", before %s", watch->project) : g_strdup("");
    g_autofree char *text = g_strdup_printf(
        "project opened: %s%s", process->project != NULL ? process->project : "another", from);

    if (watch->project_us != 0)
        alert_watch_add(watch, ALERT_PROJECT, ALERT_NOTE, "project", text);
    watch->project_us = process->project_opened_us;
    g_free(watch->project);
    watch->project = g_strdup(process->project);
}

/* --- looks --- */

void alert_watch_judge(struct alert_watch *watch, const struct triage_result *result,
                       const struct triage_input *input)
{
    struct session_end end;

    if (watch->session == NULL || session_is_replay(watch->session))
        return;
    watch->looked_us = session_now_us(watch->session);
    look_at_project(watch,
                    (const struct process_sample *)session_newest(watch->session, PROBE_PROCESS));
    if (session_ended(watch->session, &end)) {
        const struct target *target = session_target(watch->session);
        const char *how = end.state == PROCESS_ZOMBIE ? "has exited, not reaped yet"
                          : end.state == PROCESS_REPLACED
                              ? "is gone: its pid belongs to another process"
                              : "has ended";
        g_autofree char *text = g_strdup_printf("%s %d %s", target->name, (int)target->id.pid, how);

        if (!watch->ended)
            alerts_end(watch->alerts, text, end.at_us, end.at_real_us);
        watch->ended = true;
    } else {
        alerts_look(watch->alerts, &(struct alerts_moment){.result = result,
                                                           .input = input,
                                                           .thresholds = watch->thresholds,
                                                           .at_us = watch->looked_us,
                                                           .real_us = session_real_us(
                                                               watch->session, watch->looked_us)});
    }
}

void alert_watch_look(struct alert_watch *watch)
{
    struct triage_input input;

    if (watch->session == NULL || watch->ended ||
        (watch->looked_us != 0 && session_now_us(watch->session) - watch->looked_us < look_us &&
         !session_ended(watch->session, NULL)))
        return;
    triage_input_newest(&input, watch->session);
    struct triage_result *result = triage_evaluate(&input, watch->thresholds);

    alert_watch_judge(watch, result, &input);
    triage_result_free(result);
}
