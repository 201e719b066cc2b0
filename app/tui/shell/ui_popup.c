#include "app/tui/shell/ui_private.h"

void ui_place_popup(struct ui *ui)
{
    if (ui->popup_window == NULL)
        return;
    ui->question.rect = ui_question_rect(ui);
    tickit_window_set_geometry(ui->popup_window, ui->question.rect);
    ui_damage(ui);
}

static void open_question(struct ui *ui, const struct ui_question *question)
{
    if (ui->question.open)
        ui_close_question(ui, false);
    ui->question = *question;
    ui->question.open = true;
    ui->question.rect = ui_question_rect(ui);
    /* The newest window is on top by itself. Raising would be queued until the next flush, and
     * libtickit would then look for a window that a quick key may have closed again. */
    ui->popup_window = tickit_window_new(terminal_root(ui->terminal), ui->question.rect, 0);
    tickit_window_bind_event(ui->popup_window, TICKIT_WINDOW_ON_EXPOSE, 0, ui_on_expose_popup, ui);
    ui_damage(ui);
}

void ui_ask(struct ui *ui, const char *title, const char *text, ui_answer done, void *user)
{
    open_question(ui, &(struct ui_question){
                          .title = g_strdup(title),
                          .text = g_strdup(text),
                          .done = done,
                          .user = user,
                      });
}

void ui_tell(struct ui *ui, const char *title, const char *text)
{
    g_clear_pointer(&ui->message, g_free); /* "loading ...": what is told here is how it ended */
    open_question(ui, &(struct ui_question){
                          .title = g_strdup(title),
                          .text = g_strdup(text),
                          .tell = true,
                      });
}

void ui_close_question(struct ui *ui, bool yes)
{
    struct ui_question question = ui->question;

    ui->question = (struct ui_question){0};
    tickit_window_close(ui->popup_window);
    tickit_window_unref(ui->popup_window);
    ui->popup_window = NULL;
    if (question.done != NULL)
        question.done(ui, yes, question.user);
    g_free(question.title);
    g_free(question.text);
    ui_damage(ui);
}
