#include "app/tui/shell/ui_private.h"

/*
 * The recording that the dashboard keeps of the process on the screen, and what
 * it knew of it before. The file is opened and closed off this thread; when the
 * disk takes long, the session begins without its past.
 */

enum { PATIENCE_MS = 800, PROBLEM_LOOKS_S = 5 };

static gint64 remember_bytes(const struct ui *ui)
{
    const double mib = 1024.0 * 1024;

    return (gint64)(config_value(ui->options.config, OPTION_REMEMBER_SIZE)->number * mib);
}

/* What a job needs; it may outlast the ui. */
struct opening {
    struct target *target;
    gint64 max_bytes;
};

static void opening_free(void *data)
{
    struct opening *opening = data;

    target_free(opening->target);
    g_free(opening);
}

static void free_remembered(void *data)
{
    remembered_free(data);
}

static void *open_work(void *data, const int *cancelled)
{
    const struct opening *opening = data;

    (void)cancelled;
    return remembered_open(opening->target, opening->max_bytes);
}

static void *close_work(void *data, const int *cancelled)
{
    (void)cancelled;
    remembered_free(data);
    return NULL;
}

static void nothing_done(void *result, void *user)
{
    (void)result;
    (void)user;
}

/* Not a job of this ui: what is to be written is written also when it ends first. */
static void close_later(struct remembered *remembered)
{
    if (remembered != NULL)
        job_start(&(struct job_ops){.work = close_work, .done = nothing_done}, remembered);
}

/* --- beginning --- */

static void stop_waiting(struct ui *ui)
{
    if (ui->patience != 0)
        g_source_remove(ui->patience);
    ui->patience = 0;
}

static void write_from_now_on(struct ui *ui)
{
    struct recorder *recorder = ui->remembered->recorder;

    if (recorder == NULL)
        return;
    recorder_begin_run(recorder, session_target(ui->session));
    session_set_tap(ui->session, recorder_tap(recorder));
}

static void begin(struct ui *ui, struct session_moment *past)
{
    struct session_options options = {0};

    stop_waiting(ui);
    config_session_options(ui->options.config, &options);
    options.past = past;
    ui_set_session(ui, session_new(g_steal_pointer(&ui->coming), &options));
}

static gboolean on_patience(gpointer user)
{
    struct ui *ui = user;

    ui->patience = 0;
    begin(ui, NULL);
    return G_SOURCE_REMOVE;
}

static bool is_same_process(const struct target *a, const struct target *b)
{
    return a->id.pid == b->id.pid && a->id.start_ticks == b->id.start_ticks;
}

struct opened {
    struct ui *ui;
    struct target *target; /* whom it is of */
};

static void on_opened(void *result, void *user)
{
    struct opened *opened = user;
    struct ui *ui = opened->ui;
    struct remembered *remembered = result;
    const struct target *now = ui->coming != NULL    ? ui->coming
                               : ui->session != NULL ? session_target(ui->session)
                                                     : NULL;
    bool wanted = now != NULL && ui->remembered == NULL && ui->replay == NULL &&
                  is_same_process(now, opened->target);

    target_free(opened->target);
    g_free(opened);
    if (!wanted) { /* another process was chosen meanwhile */
        close_later(remembered);
        return;
    }
    ui->remembered = remembered;
    if (ui->coming != NULL)
        begin(ui, remembered->past);
    write_from_now_on(ui);

    g_autofree char *words = remembered_words(ui->remembered);

    if (ui->remembered->problem != NULL)
        ui_message(ui, THEME_LOOK, "nothing is remembered: %s", ui->remembered->problem);
    else if (words != NULL)
        ui_message(ui, THEME_DIM, "%s", words);
}

void ui_remember(struct ui *ui, struct target *target)
{
    struct opening *opening = g_new0(struct opening, 1);
    struct opened *opened = g_new0(struct opened, 1);

    opening->target = target_copy(target);
    opening->max_bytes = remember_bytes(ui);
    *opened = (struct opened){.ui = ui, .target = target_copy(target)};
    ui->coming = target;
    ui->patience = g_timeout_add(PATIENCE_MS, on_patience, ui);
    ui_start_job(ui,
                 &(struct job_ops){.work = open_work,
                                   .done = on_opened,
                                   .free_data = opening_free,
                                   .free_result = free_remembered,
                                   .user = opened},
                 opening);
}

/* --- while it is watched --- */

void ui_remember_triage(struct ui *ui, const struct triage_result *result)
{
    if (ui->remembered != NULL && ui->remembered->recorder != NULL)
        recorder_verdict(ui->remembered->recorder, result);
}

void ui_remember_event(struct ui *ui, const struct alert_event *event)
{
    if (ui->remembered == NULL || ui->remembered->recorder == NULL || event->kind == ALERT_MARK ||
        event->kind == ALERT_ENDED || event->kind == ALERT_VERDICT)
        return; /* those are noticed by the recorder itself */
    recorder_event(ui->remembered->recorder, alert_kind_name(event->kind),
                   alert_severity_name(event->severity), event->key, event->text, NULL);
}

char *ui_remember_words(const struct ui *ui)
{
    const struct remembered *remembered = ui->remembered;

    if (remembered == NULL)
        return g_strdup(config_value(ui->options.config, OPTION_REMEMBER)->on &&
                                ui->options.remember
                            ? "nothing is kept of this for later"
                            : "nothing is kept for later (remember is off)");
    if (remembered->recorder == NULL)
        return g_strdup_printf("nothing is kept of this for later: %s",
                               remembered->problem != NULL
                                   ? remembered->problem
                                   : "another sidescope does so, or it is no process of here");
    struct recorder_state state = recorder_state(remembered->recorder);
    g_autofree char *since = remembered_words(remembered);

    if (*state.problem != '\0')
        return g_strdup_printf("not kept for later at the moment: %s", state.problem);
    return g_strdup_printf("kept for later: %s, %s at most%s%s", number_bytes(state.bytes).text,
                           number_bytes(remember_bytes(ui)).text, since != NULL ? "; " : "",
                           since != NULL ? since : "");
}

/* --- ending --- */

void ui_stop_remembering(struct ui *ui)
{
    stop_waiting(ui);
    g_clear_pointer(&ui->coming, target_free);
    if (ui->remembered == NULL)
        return;
    if (ui->session != NULL && !session_is_replay(ui->session))
        session_set_tap(ui->session, NULL);
    close_later(g_steal_pointer(&ui->remembered));
}
