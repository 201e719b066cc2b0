#include "app/tui/shell/holdings_desk.h"

#include "app/ground/shared.h"
#include "app/triage/notes.h"
#include "app/tui/shell/ui_private.h"
#include "probes/go_process.h"

enum { REPAINT_MS = 100 };

/* One look; the desk and the thread hold it. */
struct look {
    struct target *target;
    struct go_process *process;
    const int *cancelled; /* by the end of the program; the thread's */
    const char *step;     /* atomic; static */
    gint at, n;           /* atomic */
};

struct holdings_desk {
    struct ui *ui;
    struct look *look; /* NULL: none is under way */
    guint repaint;
    char *problem; /* of the last one, or NULL */
};

struct found {
    struct look *look; /* one reference */
    struct holdings *holdings;
    char *problem; /* NULL: holdings are there */
};

static void clear_look(void *data)
{
    struct look *look = data;

    go_process_free(look->process);
    target_free(look->target);
}

static void free_found(void *data)
{
    struct found *found = data;

    shared_unref(found->look);
    holdings_unref(found->holdings);
    g_free(found->problem);
    g_free(found);
}

/* --- on its thread --- */

static void on_step(const char *step, unsigned at, unsigned n, void *user)
{
    struct look *look = user;

    g_atomic_pointer_set(&look->step, (gpointer)(uintptr_t)step);
    g_atomic_int_set(&look->at, (gint)at);
    g_atomic_int_set(&look->n, (gint)n);
    if (__atomic_load_n(look->cancelled, __ATOMIC_RELAXED))
        go_process_cancel(look->process);
}

static void *work(void *data, const int *cancelled)
{
    struct look *look = data;
    struct found *found = g_new0(struct found, 1);
    g_autoptr(GError) error = NULL;

    look->cancelled = cancelled;
    struct go_runtime *runtime = go_process_open(look->process, &error);

    if (runtime != NULL)
        found->holdings = holdings_read(runtime, (int)look->target->id.pid, on_step, look, &error);
    found->problem = error != NULL ? g_strdup(error->message) : NULL;
    found->look = shared_ref(look);
    return found;
}

/* --- on the main loop --- */

static void end_look(struct holdings_desk *desk)
{
    if (desk->repaint != 0)
        g_source_remove(desk->repaint);
    desk->repaint = 0;
    g_clear_pointer(&desk->look, shared_unref);
}

static void on_found(void *result, void *user)
{
    struct found *found = result;
    struct ui *ui = user;
    struct holdings_desk *desk = ui->holdings;

    /* another one is looked at by now, or nobody wants to know */
    if (found->look != desk->look) {
        free_found(found);
        return;
    }
    end_look(desk);
    g_free(desk->problem);
    desk->problem = g_steal_pointer(&found->problem);
    if (found->holdings != NULL) {
        triage_notes_add_holdings(triage_notes_of(ui->session), g_steal_pointer(&found->holdings),
                                  session_now_us(ui->session));
        ui->triage_dirty = true;
        ui->triage_us = 0; /* what is told of files by it is told at once */
    }
    free_found(found);
    ui_update_screens(ui, 0);
    ui_damage(ui);
}

static gboolean on_repaint(gpointer user)
{
    ui_damage(user);
    return G_SOURCE_CONTINUE;
}

const char *holdings_desk_why_not(const struct holdings_desk *desk)
{
    const struct ui *ui = desk->ui;

    if (ui->session == NULL)
        return "no process is attached";
    if (ui_file_name(ui) != NULL || session_is_replay(ui->session))
        return "who holds memory and files is asked of a running process: a file does not have it";
    if (session_ended(ui->session, NULL))
        return "the process has ended: its memory cannot be read any more";
    if (!go_process_possible(session_target(ui->session)))
        return "the memory of this process cannot be read from here";
    return NULL;
}

void holdings_desk_look(struct holdings_desk *desk)
{
    if (desk->look != NULL || holdings_desk_why_not(desk) != NULL)
        return;
    desk->look = shared_new(sizeof(struct look), clear_look);
    desk->look->target = target_copy(session_target(desk->ui->session));
    desk->look->process = go_process_new(desk->look->target);
    desk->repaint = g_timeout_add(REPAINT_MS, on_repaint, desk->ui);
    ui_start_job(desk->ui,
                 &(struct job_ops){.work = work,
                                   .done = on_found,
                                   .free_data = shared_unref,
                                   .free_result = free_found,
                                   .user = desk->ui},
                 shared_ref(desk->look));
    ui_damage(desk->ui);
}

void holdings_desk_want(struct holdings_desk *desk)
{
    if (ui_holdings(desk->ui) == NULL && desk->problem == NULL)
        holdings_desk_look(desk);
}

static void cancel(struct holdings_desk *desk)
{
    if (desk->look != NULL)
        go_process_cancel(desk->look->process);
    end_look(desk);
    g_clear_pointer(&desk->problem, g_free);
}

void holdings_desk_stop(struct holdings_desk *desk)
{
    if (desk->look == NULL)
        return;
    cancel(desk);
    desk->problem = g_strdup("reading was stopped");
    ui_damage(desk->ui);
}

void holdings_desk_forget(struct holdings_desk *desk)
{
    cancel(desk);
}

bool holdings_desk_is_looking(const struct holdings_desk *desk)
{
    return desk->look != NULL;
}

enum theme_role holdings_desk_say(const struct holdings_desk *desk, GString *out)
{
    if (desk->look != NULL) {
        const char *step = g_atomic_pointer_get(&desk->look->step);

        g_string_append_printf(
            out, "reading memory: %s (%d of %d) ...", step != NULL ? step : "attaching",
            g_atomic_int_get(&desk->look->at) + 1, MAX(g_atomic_int_get(&desk->look->n), 1));
        return THEME_STRONG;
    }
    if (desk->problem != NULL)
        g_string_append(out, desk->problem);
    return THEME_LOOK;
}

/* --- life --- */

struct holdings_desk *holdings_desk_new(struct ui *ui)
{
    struct holdings_desk *desk = g_new0(struct holdings_desk, 1);

    desk->ui = ui;
    return desk;
}

void holdings_desk_free(struct holdings_desk *desk)
{
    if (desk == NULL)
        return;
    cancel(desk);
    g_free(desk);
}

const struct holdings *ui_holdings(const struct ui *ui)
{
    return ui->session != NULL ? triage_notes_of(ui->session)->holdings : NULL;
}

const struct holdings *ui_holdings_before(const struct ui *ui)
{
    return ui->session != NULL ? triage_notes_of(ui->session)->holdings_before : NULL;
}
