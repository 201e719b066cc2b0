#include "app/tui/shell/ui_private.h"

#include "app/snapshots/snapshot_samples.h"
#include "app/triage/notes.h"

/* The triage of the session on the screen, and what the user adds to it. */

/* Comparing with the mark walks all descriptors: not with every sample. */
static const gint64 since_us = 3 * G_USEC_PER_SEC;

/* Is what was worked out at then_us too old? A replay jumps about: there only of its very moment is
 * it good. */
static bool is_old(const struct ui *ui, gint64 now_us, gint64 then_us, gint64 keep_us)
{
    if (session_is_replay(ui->session))
        return now_us != then_us;
    return now_us - then_us > keep_us;
}

void ui_evaluate_triage(struct ui *ui, struct triage_input *input)
{
    triage_input_from_session(input, ui->session);
    triage_result_free(ui->triage);
    ui->triage = triage_evaluate(input, ui_thresholds(ui));
    ui->triage_dirty = false;
    ui->triage_us = session_now_us(ui->session);
}

const struct triage_result *ui_triage(struct ui *ui)
{
    if (ui->session == NULL)
        return NULL;
    gint64 now = session_now_us(ui->session);

    if (ui->triage == NULL ||
        (ui->triage_dirty && is_old(ui, now, ui->triage_us, G_USEC_PER_SEC))) {
        struct triage_input input;

        ui_evaluate_triage(ui, &input);
    }
    return ui->triage;
}

void ui_judge(struct ui *ui, enum triage_step_id step, struct triage_judgement judgement)
{
    if (ui->session == NULL)
        return;
    triage_notes_of(ui->session)->judgements[step] = judgement;
    g_clear_pointer(&ui->triage, triage_result_free);
    ui_damage(ui);
}

void ui_take_mark(struct ui *ui)
{
    ui->mark_number++;
    g_clear_pointer(&ui->since, triage_since_free);
    snapshot_free(ui->mark);
    ui->mark = snapshot_of_session(ui->session);
}

void ui_forget_triage(struct ui *ui)
{
    g_clear_pointer(&ui->triage, triage_result_free);
    g_clear_pointer(&ui->since, triage_since_free);
    g_clear_pointer(&ui->mark, snapshot_free);
    ui->mark_number++;
}

/* --- since the mark --- */

/* Two moments, compared off this thread: a difference of profiles takes milliseconds. */
struct since_work {
    unsigned mark_number; /* the mark it is about: another one may have been set meanwhile */
    struct snapshot *mark, *now;
    struct triage_since *since;
};

static void since_work_free(void *data)
{
    struct since_work *work = data;

    snapshot_free(work->mark);
    snapshot_free(work->now);
    triage_since_free(work->since);
    g_free(work);
}

static void *compare_with_mark(void *data, const int *cancelled)
{
    struct since_work *work = data;

    (void)cancelled;
    work->since = triage_since_new(work->mark, work->now);
    return work;
}

static void on_compared(void *result, void *user)
{
    struct since_work *work = result;
    struct ui *ui = user;

    ui->since_running = false;
    if (work->mark_number == ui->mark_number) {
        triage_since_free(ui->since);
        ui->since = g_steal_pointer(&work->since);
        ui_damage(ui);
    }
    since_work_free(work);
}

static void start_comparison(struct ui *ui, gint64 now_us)
{
    struct since_work *work = g_new0(struct since_work, 1);

    snapshot_complete(ui->mark, ui->session); /* set before everything had been looked at */
    work->mark_number = ui->mark_number;
    work->mark = snapshot_copy(ui->mark);
    work->now = snapshot_of_session(ui->session);
    ui->since_running = true;
    ui->since_us = now_us;
    ui_start_job(ui,
                 &(struct job_ops){.work = compare_with_mark,
                                   .done = on_compared,
                                   .free_result = since_work_free,
                                   .user = ui},
                 work);
}

const struct triage_since *ui_since_mark(struct ui *ui)
{
    if (ui->session == NULL || ui->mark == NULL)
        return NULL;
    gint64 now = session_now_us(ui->session);

    if (!ui->since_running && (ui->since == NULL || is_old(ui, now, ui->since_us, since_us)))
        start_comparison(ui, now);
    return ui->since;
}

/* --- wizard --- */

int ui_wizard_page(const struct ui *ui)
{
    return ui->wizard_page;
}

void ui_set_wizard_page(struct ui *ui, int page)
{
    ui->wizard_page = page;
}

struct snapshot_pair *ui_snapshot_pair(const struct ui *ui)
{
    return ui->pair;
}
