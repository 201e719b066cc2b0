#include "app/tui/shell/ui_private.h"

#include "app/tui/shell/report_desk.h"
#include "widgets/match.h"

#include <string.h>

enum { WHEEL_LINES = 3 };

/* --- prompt --- */

void ui_prompt(struct ui *ui, const struct ui_prompt *prompt)
{
    if (ui->edit.prompt != NULL)
        ui_close_prompt(ui, false);
    ui->edit.ops = *prompt;
    ui->edit.prompt = prompt_new(prompt->label, prompt->text);
    if (prompt->suggested)
        prompt_suggest(ui->edit.prompt);
    ui_damage(ui);
}

void ui_close_prompt(struct ui *ui, bool accept)
{
    struct ui_line_edit edit = ui->edit;

    ui->edit = (struct ui_line_edit){0};
    if (edit.ops.done != NULL)
        edit.ops.done(ui, accept ? prompt_text(edit.prompt) : NULL, edit.ops.user);
    prompt_free(edit.prompt);
    ui_damage(ui);
}

static void complete_prompt(struct ui *ui)
{
    g_autofree char *text =
        ui->edit.ops.complete != NULL
            ? ui->edit.ops.complete(ui, prompt_text(ui->edit.prompt), ui->edit.ops.user)
            : NULL;

    if (text == NULL)
        return;
    prompt_free(ui->edit.prompt);
    ui->edit.prompt = prompt_new(ui->edit.ops.label, text);
    ui_damage(ui);
}

static void follow_prompt(struct ui *ui, enum prompt_result result)
{
    switch (result) {
    case PROMPT_DONE:
        ui_close_prompt(ui, true);
        break;
    case PROMPT_CANCELLED:
        ui_close_prompt(ui, false);
        break;
    case PROMPT_CHANGED:
        if (ui->edit.ops.changed != NULL)
            ui->edit.ops.changed(ui, prompt_text(ui->edit.prompt), ui->edit.ops.user);
        ui_damage(ui);
        break;
    case PROMPT_EDITING:
        ui_damage(ui);
        break;
    }
}

/* --- filter and search --- */

struct filter_edit {
    struct table *table;
    struct pager *pager;
    char *before;
};

void ui_say_pattern(struct ui *ui, const char *pattern)
{
    g_autofree char *why = pattern != NULL ? match_problem(pattern) : NULL;

    if (why != NULL)
        ui_message(ui, THEME_LOOK, "no regular expression (%s): looked for as it stands", why);
    else
        g_clear_pointer(&ui->message, g_free); /* about the letters before */
}

void ui_filter(struct ui *ui, struct table *table, const char *pattern)
{
    ui_say_pattern(ui, pattern != NULL && *pattern == '!' ? pattern + 1 : pattern);
    table_set_filter(table, pattern);
}

static void filter_changed(struct ui *ui, const char *text, void *user)
{
    const struct filter_edit *edit = user;

    if (edit->table != NULL) {
        ui_filter(ui, edit->table, text);
    } else {
        ui_say_pattern(ui, text);
        pager_search(edit->pager, text);
    }
}

static void filter_done(struct ui *ui, const char *text, void *user)
{
    struct filter_edit *edit = user;

    filter_changed(ui, text != NULL ? text : edit->before, edit);
    if (text != NULL && edit->pager != NULL && *text != '\0' && !pager_search_next(edit->pager, 1))
        ui_message(ui, THEME_LOOK, "no line matches %s", text);
    g_free(edit->before);
    g_free(edit);
}

/* Live, as what follows. */
static void prompt_filter(struct ui *ui, struct table *table)
{
    struct filter_edit *edit = g_new0(struct filter_edit, 1);

    edit->table = table;
    edit->before = g_strdup(table_filter(table));
    ui_prompt(ui, &(struct ui_prompt){.label = "filter: ",
                                      .text = edit->before,
                                      .changed = filter_changed,
                                      .done = filter_done,
                                      .user = edit});
}

static void prompt_search(struct ui *ui, struct pager *pager)
{
    struct filter_edit *edit = g_new0(struct filter_edit, 1);

    edit->pager = pager;
    ui_prompt(ui, &(struct ui_prompt){.label = "search: ",
                                      .text = "",
                                      .changed = filter_changed,
                                      .done = filter_done,
                                      .user = edit});
}

/* --- actions every screen shares --- */

static bool motion_of(enum action action, enum table_motion *ret)
{
    static const struct {
        enum action action;
        enum table_motion motion;
    } motions[] = {
        {ACTION_UP, TABLE_UP},           {ACTION_DOWN, TABLE_DOWN},
        {ACTION_PAGE_UP, TABLE_PAGE_UP}, {ACTION_PAGE_DOWN, TABLE_PAGE_DOWN},
        {ACTION_HALF_UP, TABLE_HALF_UP}, {ACTION_HALF_DOWN, TABLE_HALF_DOWN},
        {ACTION_HOME, TABLE_HOME},       {ACTION_END, TABLE_END},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(motions); i++)
        if (motions[i].action == action) {
            *ret = motions[i].motion;
            return true;
        }
    return false;
}

static bool act_on_table(struct ui *ui, struct table *table, enum action action)
{
    enum table_motion motion;

    if (motion_of(action, &motion)) {
        table_move(table, motion);
        return true;
    }
    switch (action) {
    case ACTION_FILTER:
        prompt_filter(ui, table);
        return true;
    case ACTION_SORT_LEFT:
        table_sort_next(table, -1);
        return true;
    case ACTION_SORT_RIGHT:
        table_sort_next(table, 1);
        return true;
    case ACTION_SORT_INVERT:
        table_sort_invert(table);
        return true;
    case ACTION_BACK:
        if (*table_filter(table) == '\0')
            return false;
        table_set_filter(table, NULL);
        return true;
    default:
        return false;
    }
}

static bool act_on_pager(struct ui *ui, struct pager *pager, enum action action)
{
    enum table_motion motion;

    if (motion_of(action, &motion)) {
        pager_move(pager, motion);
        return true;
    }
    switch (action) {
    case ACTION_FILTER:
        prompt_search(ui, pager);
        return true;
    case ACTION_SEARCH_NEXT:
    case ACTION_SEARCH_PREVIOUS:
        if (!pager_search_next(pager, action == ACTION_SEARCH_NEXT ? 1 : -1))
            ui_message(ui, THEME_DIM, "no further match");
        return true;
    case ACTION_LEFT:
    case ACTION_RIGHT:
        pager_shift(pager, action == ACTION_RIGHT ? 8 : -8);
        return true;
    default:
        return false;
    }
}

static void copy_current(struct ui *ui, struct view *screen)
{
    g_autofree char *text = view_copy(screen);

    if (text != NULL)
        ui_copy(ui, text);
    else
        ui_message(ui, THEME_DIM, "nothing here to copy");
}

static void act_pause(struct ui *ui)
{
    if (ui->session == NULL)
        return;
    session_freeze(ui->session, !session_frozen(ui->session, NULL));
    ui_update_screens(ui, ~0u); /* going on shows the newest at once */
    ui_message(ui, THEME_DIM, session_frozen(ui->session, NULL) ? "paused" : "going on");
}

static void act_mark(struct ui *ui)
{
    if (ui->session == NULL)
        return;
    session_mark(ui->session);
    ui_take_mark(ui);
    report_desk_mark(ui->desk);
    alert_watch_mark(ui->alerts, NULL);
    ui_message(ui, THEME_GOOD, "marked: growth counts from now");
}

static void next_theme(struct ui *ui)
{
    const char *const *names = theme_names();
    size_t i = 0;

    while (names[i] != NULL && strcmp(names[i], ui->theme_name) != 0)
        i++;
    const char *next = names[i] != NULL && names[i + 1] != NULL ? names[i + 1] : names[0];

    ui_set_theme(ui, next);
    ui_message(ui, THEME_DIM, "theme: %s", next);
}

/* What works the same on every screen. */
static bool act_globally(struct ui *ui, struct view *screen, enum action action)
{
    switch (action) {
    case ACTION_QUIT:
        ui_quit(ui, 0);
        break;
    case ACTION_HELP:
        ui->options.openers->help(ui, screen);
        break;
    case ACTION_BACK:
        ui_pop(ui);
        break;
    case ACTION_PAUSE:
        act_pause(ui);
        break;
    case ACTION_MARK:
        act_mark(ui);
        break;
    case ACTION_REFRESH:
        if (ui->session != NULL)
            session_refresh(ui->session);
        ui_message(ui, THEME_DIM, "refreshing");
        break;
    case ACTION_COPY:
        copy_current(ui, screen);
        break;
    case ACTION_THEME:
        next_theme(ui);
        break;
    case ACTION_MOUSE:
        ui_set_mouse(ui, !ui->mouse);
        break;
    case ACTION_REDRAW:
        terminal_redraw(ui->terminal);
        break;
    case ACTION_SUSPEND:
        terminal_suspend(ui->terminal);
        break;
    default:
        return ui->options.openers->act(ui, screen, action);
    }
    return true;
}

void ui_say_idle(struct ui *ui, enum action action)
{
    const char *key = keymap_key(ui->keymap, action), *label = action_info(action)->label;
    g_autofree char *place = ui->options.openers->place(ui, action);
    enum table_motion motion;

    if (view_knows(ui_top(ui), action))
        ui_message(ui, THEME_DIM, "%s: %s, but not of what is shown now", key, label);
    else if (action == ACTION_OPEN) /* that it opens something elsewhere helps nobody */
        ui_message(ui, THEME_DIM, "%s: there is no more to open here", key);
    else if (place != NULL)
        ui_message(ui, THEME_DIM, "%s: %s, %s", key, label, place);
    else if (motion_of(action, &motion) || action == ACTION_FILTER ||
             action == ACTION_SEARCH_NEXT || action == ACTION_SEARCH_PREVIOUS ||
             (action >= ACTION_SORT_LEFT && action <= ACTION_SORT_INVERT))
        ui_message(ui, THEME_DIM, "%s: %s, in lists and texts", key, label);
    else
        ui_message(ui, THEME_DIM, "%s: %s, but there is none here", key, label);
}

void ui_act(struct ui *ui, enum action action)
{
    struct view *screen = ui_top(ui);

    if (action == ACTION_NONE || screen == NULL)
        return;
    if (ui_replay_act(ui, action)) {
        ui_damage(ui);
        return;
    }
    if (!view_act(screen, action)) {
        struct table *table = view_table(screen);
        struct pager *pager = view_pager(screen);

        if (!(table != NULL && act_on_table(ui, table, action)) &&
            !(pager != NULL && act_on_pager(ui, pager, action)) &&
            !act_globally(ui, screen, action))
            ui_say_idle(ui, action);
    }
    ui_damage(ui);
}

/* --- keys and mouse --- */

static bool key_to_question(struct ui *ui, bool is_text, const char *str)
{
    bool yes = strcmp(str, "Enter") == 0 || (is_text && g_ascii_strcasecmp(str, "y") == 0);
    bool no = strcmp(str, "Escape") == 0 || strcmp(str, "C-c") == 0 ||
              (is_text && (g_ascii_strcasecmp(str, "n") == 0 || strcmp(str, "q") == 0));

    if (ui->question.tell || yes || no)
        ui_close_question(ui, yes && !ui->question.tell);
    return true;
}

void ui_on_key(void *user, bool is_text, const char *str)
{
    struct ui *ui = user;

    if (ui->message != NULL && ui->message_role == THEME_DIM)
        g_clear_pointer(&ui->message, g_free); /* about the key before, and read */
    if (ui->edit.prompt != NULL && !is_text && strcmp(str, "Tab") == 0)
        complete_prompt(ui);
    else if (ui->edit.prompt != NULL)
        follow_prompt(ui, prompt_key(ui->edit.prompt, is_text, str));
    else if (ui->question.open)
        key_to_question(ui, is_text, str);
    else
        ui_act(ui, keymap_lookup(ui->keymap, is_text, str));
}

/* Pasted where nothing asks for text it is nothing: its letters are no keys. */
void ui_on_paste(void *user, const char *text)
{
    struct ui *ui = user;

    if (ui->edit.prompt != NULL)
        follow_prompt(ui, prompt_paste(ui->edit.prompt, text));
    else
        ui_message(ui, THEME_DIM, "nothing here takes a paste");
}

static void mouse_on_question(struct ui *ui, const struct terminal_mouse *mouse)
{
    TickitRect rect = ui->question.rect;
    bool last =
        mouse->line == rect.top + rect.lines - 2 || mouse->line == rect.top + rect.lines - 1;

    if (mouse->type != TERMINAL_PRESS)
        return;
    int action = last ? statusline_hit(&ui->question.answers, mouse->col - rect.left) : 0;

    if (action != 0)
        ui_close_question(ui, action == ACTION_YES);
}

void ui_click(struct view *screen, int line, int col, bool twice)
{
    struct table *table = view_table(screen);

    if (screen->ops->click != NULL)
        screen->ops->click(screen, line, col, twice);
    else if (table != NULL && table_click(table, line, col) == TABLE_HIT_ROW && twice)
        ui_act(screen->ui, ACTION_OPEN);
}

void ui_wheel(struct view *screen, int line, int col, int direction)
{
    struct table *table = view_table(screen);
    struct pager *pager = view_pager(screen);

    if (screen->ops->wheel != NULL)
        screen->ops->wheel(screen, line, col, direction);
    else if (table != NULL)
        table_scroll(table, direction * WHEEL_LINES);
    else if (pager != NULL)
        pager_scroll(pager, direction * WHEEL_LINES);
}

void ui_on_mouse(void *user, const struct terminal_mouse *mouse)
{
    struct ui *ui = user;
    struct view *screen = ui_top(ui);

    if (ui->question.open) {
        mouse_on_question(ui, mouse);
        return;
    }
    if (screen == NULL || ui->edit.prompt != NULL)
        return;
    if (mouse->type == TERMINAL_PRESS && ui->footer.lines > 0 && mouse->line == ui->footer.top) {
        ui_act(ui, (enum action)statusline_hit(&ui->status, mouse->col));
        return;
    }
    if (ui_replay_mouse(ui, mouse))
        return;
    if (mouse->type == TERMINAL_WHEEL)
        ui_wheel(screen, mouse->line, mouse->col, mouse->button);
    else if (mouse->type == TERMINAL_PRESS && mouse->button == 1)
        ui_click(screen, mouse->line, mouse->col, mouse->double_click);
    else if (mouse->type == TERMINAL_DRAG && mouse->button == 1 && screen->ops->drag != NULL)
        screen->ops->drag(screen, mouse->line, mouse->col);
    ui_damage(ui);
}
