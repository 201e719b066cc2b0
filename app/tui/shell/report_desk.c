#include "app/tui/shell/report_desk.h"

#include "app/ground/tools.h"
#include "app/report/report_folder.h"
#include "app/report/report_output.h"
#include "app/snapshots/marks.h"
#include "app/snapshots/snapshot_capture.h"
#include "app/tui/shell/errands.h"
#include "app/tui/shell/path_prompt.h"

/* A key that is held down sends dozens of marks a second. */
enum { MARK_REST_US = 2 * G_USEC_PER_SEC };

struct report_desk {
    struct ui *ui;
    bool closed;
    bool marking;        /* a mark is being captured or written */
    gint64 mark_done_us; /* when the last one was; 0: never */
    GPtrArray *errands;  /* struct errand *, those that capture */
};

/* One report or mark on its way. */
struct errand {
    struct report_desk *desk;
    struct snapshot_capture *capture;
    struct report_content *content; /* NULL: a mark */
    struct target *target;          /* of a mark */
    struct snapshot *snapshot;
    char *path, *config;
    bool hide;
    char *sentence; /* what went wrong, or NULL */
};

static void errand_free(void *data)
{
    struct errand *errand = data;

    snapshot_capture_free(errand->capture);
    report_content_free(errand->content);
    target_free(errand->target);
    snapshot_free(errand->snapshot);
    g_free(errand->path);
    g_free(errand->config);
    g_free(errand->sentence);
    g_free(errand);
}

/* --- off the UI thread --- */

static bool is_folder(const char *path)
{
    return g_str_has_suffix(path, "/");
}

/* The same errand comes back, with its sentence when it failed. */
static void *work(void *data, const int *cancelled)
{
    struct errand *errand = data;
    g_autoptr(GError) error = NULL;

    (void)cancelled;
    if (errand->content != NULL) {
        g_autoptr(GPtrArray) tools = tools_probe();

        report_content_set_tools(errand->content, tools);
        if (errand->hide) {
            g_autoptr(redact_auto) redact =
                report_redact_for(report_content_view(errand->content)->input->target);

            report_content_set_redact(errand->content, redact);
        }
        if (is_folder(errand->path))
            report_folder_write(errand->content, errand->snapshot, errand->config, errand->path,
                                &error);
        else
            report_write(errand->content, errand->path, false, &error);
    } else
        marks_save(errand->target, errand->snapshot, &error);
    errand->sentence = error != NULL ? g_strdup(error->message) : NULL;
    return errand;
}

static void on_written(void *result, void *user)
{
    struct errand *errand = result;
    struct ui *ui = user;

    if (errand->content == NULL) {
        ui_report_desk(ui)->marking = false;
        ui_report_desk(ui)->mark_done_us = g_get_monotonic_time();
    }
    if (errand->sentence != NULL)
        ui_message(ui, THEME_BAD, "%s: %s",
                   errand->content != NULL ? "not written" : "no mark kept", errand->sentence);
    else if (errand->content != NULL)
        ui_message(ui, THEME_GOOD, "written: %s", errand->path);
    errand_free(errand);
}

static void send_off(struct errand *errand)
{
    struct ui *ui = errand->desk->ui;

    ui_start_job(
        ui,
        &(struct job_ops){.work = work, .done = on_written, .free_result = errand_free, .user = ui},
        errand);
}

/* --- captures --- */

static void on_snapshot(struct snapshot *snapshot, const char *problem, void *user)
{
    struct errand *errand = user;

    (void)problem; /* the report says what its steps could not see */
    errand->snapshot = snapshot;
    g_clear_pointer(&errand->capture, snapshot_capture_free);
    g_ptr_array_remove(errand->desk->errands, errand);
    send_off(errand);
}

static void capture(struct errand *errand)
{
    struct session *session = ui_session(errand->desk->ui);

    errand->capture = snapshot_capture_new(session);
    g_ptr_array_add(errand->desk->errands, errand);
    snapshot_capture_start(errand->capture, on_snapshot, errand);
}

void report_desk_mark(struct report_desk *desk)
{
    struct session *session = ui_session(desk->ui);
    struct errand *errand;

    /* of an address alone there is no process that another run could know again */
    if (session == NULL || session_target(session)->id.pid == 0 || session_ended(session, NULL))
        return;
    /* the one under way is this one too: it may be some moments older, never younger */
    if (desk->marking ||
        (desk->mark_done_us != 0 && g_get_monotonic_time() - desk->mark_done_us < MARK_REST_US))
        return;
    desk->marking = true;
    errand = g_new0(struct errand, 1);
    errand->desk = desk;
    errand->target = target_copy(session_target(session));
    capture(errand);
}

/* --- asking --- */

/* While the questions stood there another process may have been attached, or this one ended. */
static bool is_still_watched(const struct errand *errand)
{
    const struct target *target = report_content_view(errand->content)->input->target;
    const struct session *session = ui_session(errand->desk->ui);

    return session != NULL && !session_ended(session, NULL) &&
           session_target(session)->id.pid == target->id.pid &&
           session_target(session)->id.start_ticks == target->id.start_ticks;
}

/* Escape is no: what leaves this machine by mistake shall name nobody. */
static void on_keep(struct ui *ui, bool yes, void *user)
{
    struct errand *errand = user;

    errand->hide = !yes;
    if (errand->desk->closed) {
        errand_free(errand);
        return;
    }
    if (!is_folder(errand->path)) {
        send_off(errand);
        return;
    }
    errand->config = config_to_text(ui_config(ui));
    if (is_still_watched(errand)) {
        ui_message(ui, THEME_DIM, "asking for heap and goroutines ...");
        capture(errand);
    } else {
        errand->snapshot = report_content_snapshot(errand->content);
        send_off(errand);
    }
}

static void on_path(struct ui *ui, const char *path, void *user)
{
    struct errand *errand = user;
    g_autoptr(GError) error = NULL;
    enum report_form form;

    if (path != NULL && !is_folder(path) && !report_form_of(path, &form, &error))
        ui_message(ui, THEME_LOOK, "%s, or with / for a folder", error->message);
    if (path == NULL || error != NULL) {
        errand_free(errand);
        return;
    }
    errand->path = g_strdup(path);
    ui_ask(ui, "Report", "Keep home directories, user and host names in it?", on_keep, errand);
}

void report_desk_ask(struct report_desk *desk)
{
    struct session *session = ui_session(desk->ui);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *name = g_date_time_format(now, "sidescope-report-%Y%m%d-%H%M%S.md");
    struct errand *errand;

    if (session == NULL) {
        ui_message(desk->ui, THEME_DIM, "no process is attached");
        return;
    }
    errand = g_new0(struct errand, 1);
    errand->desk = desk;
    errand->content = report_content_new(session, ui_thresholds(desk->ui), NULL);
    path_prompt(desk->ui, "report to (.md .json .txt, folder/): ", name, on_path, errand);
}

/* --- life --- */

struct report_desk *report_desk_new(struct ui *ui)
{
    struct report_desk *desk = g_new0(struct report_desk, 1);

    desk->ui = ui;
    desk->errands = g_ptr_array_new();
    return desk;
}

void report_desk_close(struct report_desk *desk)
{
    desk->closed = true;
}

void report_desk_free(struct report_desk *desk)
{
    if (desk == NULL)
        return;
    g_ptr_array_foreach(desk->errands, (GFunc)(void (*)(void))errand_free, NULL);
    g_ptr_array_unref(desk->errands);
    g_free(desk);
}
