#include "app/tui/shell/ui_private.h"

#include "probes/clock.h"

/* Alerts of the session on the screen. */

static const gint64 look_us = G_USEC_PER_SEC;

static void on_event(const struct alert_event *event, bool again, void *user)
{
    struct ui *ui = user;

    if (!again)
        ui_remember_event(ui, event);
    for (guint i = 0; i < ui->screens->len; i++) {
        struct view *screen = g_ptr_array_index(ui->screens, i);

        view_update(screen, 0);
    }
    ui_damage(ui);
}

static void on_bytes(const char *bytes, void *user)
{
    struct ui *ui = user;

    terminal_signal(ui->terminal, bytes);
}

void ui_open_alerts(struct ui *ui)
{
    static const struct alert_options none = {0};
    const struct alert_options *options = ui->options.alerts;

    ui->alert_config = config_to_text(ui->options.config);
    ui->alert_sinks = (struct alert_sinks){.event = on_event,
                                           .send = on_bytes,
                                           .user = ui,
                                           .config = ui->alert_config,
                                           .full_screen = true};
    ui->alerts =
        alert_watch_new(options != NULL ? options : &none, ui_thresholds(ui), &ui->alert_sinks);
}

struct alert_watch *ui_alerts(const struct ui *ui)
{
    return ui->alerts;
}

/* Nobody sees the first moments after attaching: they belong to the first picture. */
void ui_look_for_alerts(struct ui *ui)
{
    gint64 now = clock_now_us();
    struct triage_input input;

    if (ui->session == NULL || session_is_replay(ui->session))
        return;
    /* the sample that tells of the end is the last one */
    if (!session_ended(ui->session, NULL) &&
        (now - ui->attached_us < UI_EAGER_US || now - ui->alerts_us < look_us))
        return;
    ui->alerts_us = now;
    if (session_frozen(ui->session, NULL)) { /* the picture stands, the process goes on */
        alert_watch_look(ui->alerts);
        return;
    }
    ui_evaluate_triage(ui, &input);
    ui_remember_triage(ui, ui->triage);
    alert_watch_judge(ui->alerts, ui->triage, &input);
}

bool ui_alert_hint(struct ui *ui, char *label, size_t n, enum theme_role *ret_role)
{
    static const enum theme_role roles[] = {[ALERT_NOTE] = THEME_STRONG,
                                            [ALERT_GOOD] = THEME_GOOD,
                                            [ALERT_LOOK] = THEME_LOOK,
                                            [ALERT_BAD] = THEME_BAD};
    enum alert_severity worst;
    guint unseen = alert_events_unseen(alert_watch_events(ui->alerts), &worst);

    if (unseen == 0)
        return false;
    g_snprintf(label, n, "%s %u new event%s", theme_mark(ui->theme, roles[worst]), unseen,
               unseen == 1 ? "" : "s");
    *ret_role = roles[worst];
    return true;
}
