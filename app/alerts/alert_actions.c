#include "app/alerts/alert_actions.h"

#include "app/alerts/alert_exec.h"
#include "widgets/safe_text.h"

#include <string.h>
#include <unistd.h>

struct alert_actions {
    const struct alert_options *options;
    const struct thresholds *thresholds;
    const struct alert_sinks *sinks;
    alert_actions_note note;
    void *user;
    bool bell;
    enum notification_form notify;
    struct session *session; /* borrowed; NULL: none */
    struct alert_exec *exec; /* NULL: no command */
    struct alert_capture *capture;
    bool capturing, captured; /* it runs; it was begun for this target */
};

/* --- words --- */

/* What may leave: redacted where that is asked for, without control characters. */
static char *outward(const struct alert_actions *actions, const char *text)
{
    g_autofree char *hidden = redact_text(actions->sinks->redact, text);

    return text_safe(hidden, -1, g_get_charset(NULL));
}

/* "2026-11-23T05:11:22+01:00" */
static char *iso_time(gint64 real_us)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(real_us / G_USEC_PER_SEC);

    return g_date_time_format(when, "%Y-%m-%dT%H:%M:%S%:z");
}

/* --- bell and notification --- */

static void send(const struct alert_actions *actions, const char *bytes)
{
    if (actions->sinks->send != NULL)
        actions->sinks->send(bytes, actions->sinks->user);
    else if (isatty(STDERR_FILENO))
        g_printerr("%s", bytes);
}

static void notify(const struct alert_actions *actions, const struct alert_event *event)
{
    const struct target *target =
        actions->session != NULL ? session_target(actions->session) : NULL;
    g_autofree char *name =
        target != NULL ? g_strdup_printf("sidescope: %s %d", target->name, (int)target->id.pid)
                       : g_strdup("sidescope");
    g_autofree char *title = outward(actions, name);
    g_autofree char *text = outward(actions, event->text);
    g_autofree char *bytes = notification_bytes(actions->notify, title, text);

    send(actions, bytes);
}

/* --- the command --- */

static void on_failed(const char *problem, void *user)
{
    struct alert_actions *actions = user;

    actions->note(ALERT_LOOK, "exec", problem, actions->user);
}

static void add_variable(GPtrArray *out, const char *name, const char *value)
{
    g_ptr_array_add(out, g_strdup_printf("SIDESCOPE_%s=%s", name, value));
}

static void run_command(struct alert_actions *actions, const struct alert_event *event)
{
    const struct target *target =
        actions->session != NULL ? session_target(actions->session) : NULL;
    g_autofree char *pid = g_strdup_printf("%d", target != NULL ? (int)target->id.pid : 0);
    g_autofree char *name = outward(actions, target != NULL ? target->name : "");
    g_autofree char *key = outward(actions, event->key);
    g_autofree char *text = outward(actions, event->text);
    g_autofree char *at = iso_time(event->last_real_us);
    GPtrArray *out = g_ptr_array_new();

    add_variable(out, "EVENT", alert_kind_name(event->kind));
    add_variable(out, "SEVERITY", alert_severity_name(event->severity));
    add_variable(out, "VERDICT", triage_verdict_name(event->verdict));
    add_variable(out, "PID", pid);
    add_variable(out, "NAME", name);
    add_variable(out, "KEY", key);
    add_variable(out, "TEXT", text);
    add_variable(out, "AT", at);
    if (actions->sinks->recording != NULL)
        add_variable(out, "RECORDING", actions->sinks->recording);
    g_ptr_array_add(out, NULL);
    alert_exec_run(actions->exec, (char **)g_ptr_array_free(out, FALSE));
}

/* --- the capture --- */

static void on_captured(const char *folder, const char *problem, void *user)
{
    struct alert_actions *actions = user;
    g_autofree char *text = g_strdup_printf(
        "captured at the alarm%s%s%s%s", folder != NULL ? ": " : "", folder != NULL ? folder : "",
        problem != NULL ? ", without " : "", problem != NULL ? problem : "");

    actions->capturing = false;
    actions->note(ALERT_NOTE, "capture", text, actions->user);
}

static bool keep(const struct snapshot *snapshot, void *user)
{
    struct alert_actions *actions = user;

    return actions->sinks->keep != NULL && actions->sinks->keep(snapshot, actions->sinks->user);
}

static void capture(struct alert_actions *actions)
{
    actions->captured = actions->capturing = true;
    actions->capture = alert_capture_start(
        actions->session, &(struct alert_capture_options){.thresholds = actions->thresholds,
                                                          .directory = actions->sinks->directory,
                                                          .redact = actions->sinks->redact,
                                                          .config = actions->sinks->config,
                                                          .keep = keep,
                                                          .done = on_captured,
                                                          .user = actions});
}

/* --- which of them --- */

static bool is_alarm(const struct alert_event *event)
{
    return event->severity >= ALERT_LOOK && event->kind != ALERT_ACTION;
}

static bool is_for_command(const struct alert_event *event)
{
    return is_alarm(event) || event->severity == ALERT_GOOD;
}

static bool is_for_capture(const struct alert_actions *actions, const struct alert_event *event)
{
    return actions->options->capture && !actions->captured && actions->session != NULL &&
           is_alarm(event) && event->severity == ALERT_BAD && event->kind != ALERT_ENDED;
}

void alert_actions_do(struct alert_actions *actions, const struct alert_event *event, bool again)
{
    if (actions->sinks->event != NULL)
        actions->sinks->event(event, again, actions->sinks->user);
    if (actions->options->events) {
        g_autofree char *time = iso_time(event->last_real_us);
        g_autofree char *text = outward(actions, event->text);
        g_autofree char *line =
            g_strdup_printf("%s %-4s %s", time, alert_severity_name(event->severity), text);

        if (actions->sinks->line != NULL)
            actions->sinks->line(line, actions->sinks->user);
        else
            g_printerr("%s\n", line);
    }
    if (actions->exec != NULL && is_for_command(event))
        run_command(actions, event);
    if (is_alarm(event) && !again && actions->bell)
        send(actions, "\a");
    if (is_alarm(event) && !again)
        notify(actions, event);
    if (is_for_capture(actions, event))
        capture(actions);
}

/* --- life --- */

struct alert_actions *alert_actions_new(const struct alert_options *options,
                                        const struct thresholds *thresholds,
                                        const struct alert_sinks *sinks, alert_actions_note note,
                                        void *user)
{
    struct alert_actions *actions = g_new0(struct alert_actions, 1);

    actions->options = options;
    actions->thresholds = thresholds;
    actions->sinks = sinks;
    actions->note = note;
    actions->user = user;
    actions->bell = options->bell;
    actions->notify = options->notify;
    if (options->exec != NULL)
        actions->exec = alert_exec_new(&(struct alert_exec_options){.argv = options->exec,
                                                                    .quiet = sinks->full_screen,
                                                                    .failed = on_failed,
                                                                    .user = actions});
    return actions;
}

void alert_actions_free(struct alert_actions *actions)
{
    if (actions == NULL)
        return;
    alert_capture_free(actions->capture);
    alert_exec_free(actions->exec);
    g_free(actions);
}

void alert_actions_attach(struct alert_actions *actions, struct session *session)
{
    g_clear_pointer(&actions->capture, alert_capture_free);
    actions->capturing = actions->captured = false;
    actions->session = session;
}

void alert_actions_set(struct alert_actions *actions, bool bell, enum notification_form form)
{
    actions->bell = bell;
    actions->notify = form;
}

bool alert_actions_busy(const struct alert_actions *actions)
{
    return actions->capturing || (actions->exec != NULL && alert_exec_busy(actions->exec));
}
