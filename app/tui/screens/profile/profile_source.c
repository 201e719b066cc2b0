#include "app/tui/screens/profile/profile_screen.h"

#include "app/tui/editor.h"
#include "app/tui/profile_table.h"

#include <string.h>

/* The lines of one function with what they cost. */

struct profile_source {
    struct profile_tab_view base;
    struct table *table;
    struct table_column columns[PROFILE_N_COLUMNS];
};

static struct profile_source *self(struct profile_tab_view *tab)
{
    return (struct profile_source *)(void *)tab;
}

/* --- model --- */

static void set_rows(struct profile_source *source)
{
    const struct profile_answer *answer = source->base.answer;
    const struct profile_rows *rows = answer != NULL ? answer->rows : NULL;

    source->columns[PROFILE_DELTA].hidden = rows == NULL || !rows->compared;
    table_set_model(source->table, rows, rows != NULL ? rows->n : 0);
}

static void source_update(struct profile_tab_view *tab)
{
    const char *name = profile_screen_function(tab->screen);
    const struct profile_answer *old = tab->answer;

    if (name == NULL)
        return;
    tab->answer = profile_answer_ref(
        profile_model_get(profile_screen_model(tab->screen), PROFILE_PART_LINES, name, &tab->due));
    if (tab->answer != old)
        set_rows(self(tab));
    profile_answer_unref(old);
}

static const char *shown_function(const struct profile_tab_view *tab)
{
    return tab->answer != NULL ? tab->answer->function : profile_screen_function(tab->screen);
}

/* --- screen --- */

static void source_draw(struct profile_tab_view *tab, const struct canvas *canvas, TickitRect area)
{
    const char *name = shown_function(tab);

    if (name == NULL) {
        text_draw_words(canvas, area, "no function is selected: choose one in Top or Flame");
        return;
    }
    if (area.lines > 6) {
        text_draw(canvas, area.top, area.left + 1, area.cols - 1,
                  &(struct text_style){.role = THEME_STRONG, .elide = TEXT_ELIDE_FUNCTION}, name);
        area.top += 2;
        area.lines -= 2;
    }
    table_draw(self(tab)->table, canvas, area,
               &(struct table_look){.focused = true,
                                    .empty = profile_screen_empty(tab->screen, tab->answer)});
}

static const struct profile_row *selected_row(const struct profile_tab_view *tab)
{
    size_t row;

    if (tab->answer == NULL || tab->answer->rows == NULL ||
        !table_selected(((const struct profile_source *)(const void *)tab)->table, &row))
        return NULL;
    return &tab->answer->rows->rows[row];
}

static void edit(struct profile_tab_view *tab)
{
    const struct profile_row *row = selected_row(tab);
    struct ui *ui = profile_screen_ui(tab->screen);

    if (row == NULL)
        ui_message(ui, THEME_DIM, "no line is selected");
    else if (editor_finds(row->file))
        editor_open(ui, row->file, row->line);
    else
        ui_message(ui, THEME_LOOK, "%s is not on this machine", row->file);
}

static bool source_act(struct profile_tab_view *tab, enum action action)
{
    if (action == ACTION_EDIT)
        edit(tab);
    return action == ACTION_EDIT || action == ACTION_OPEN || action == ACTION_SOURCE;
}

static struct table *source_table(struct profile_tab_view *tab)
{
    return self(tab)->table;
}

static void source_click(struct profile_tab_view *tab, int line, int col, bool twice)
{
    (void)twice;
    table_click(self(tab)->table, line, col);
}

static void source_wheel(struct profile_tab_view *tab, int direction)
{
    table_scroll(self(tab)->table, direction * 3);
}

static char *source_copy(struct profile_tab_view *tab)
{
    const struct profile_row *row = selected_row(tab);

    return row != NULL ? g_strdup(row->name) : NULL;
}

static const char *source_selected(struct profile_tab_view *tab)
{
    return shown_function(tab);
}

static void source_select(struct profile_tab_view *tab, const char *name)
{
    (void)tab;
    (void)name; /* update took it already */
}

static const enum action *source_hints(struct profile_tab_view *tab)
{
    static const enum action hints[] = {ACTION_NEXT_PANE, ACTION_EDIT,   ACTION_FLAME,
                                        ACTION_COMPARE,   ACTION_GROUP,  ACTION_SORT_RIGHT,
                                        ACTION_FILTER,    ACTION_REFINE, ACTION_COPY,
                                        ACTION_EXPORT,    ACTION_NONE};

    (void)tab;
    return hints;
}

static void source_help(struct pager *pager)
{
    pager_add(pager, THEME_TITLE, "Source");
    pager_add(pager, THEME_TEXT, "The lines of the function with what they cost.");
}

static void source_free(struct profile_tab_view *tab)
{
    table_free(self(tab)->table);
    g_free(tab);
}

static const struct profile_tab_ops ops = {
    .name = "Source",
    .draw = source_draw,
    .update = source_update,
    .act = source_act,
    .table = source_table,
    .click = source_click,
    .wheel = source_wheel,
    .copy = source_copy,
    .hints = source_hints,
    .selected = source_selected,
    .select = source_select,
    .help = source_help,
    .free = source_free,
};

struct profile_tab_view *profile_source_new(struct profile_screen *screen)
{
    struct profile_source *source = g_new0(struct profile_source, 1);

    source->base = (struct profile_tab_view){.ops = &ops, .screen = screen};
    memcpy(source->columns, profile_columns, sizeof source->columns);
    source->columns[PROFILE_SUM].hidden = true;
    source->columns[PROFILE_RATE].hidden = true;
    source->columns[PROFILE_CUM_DELTA].hidden = source->columns[PROFILE_TREND].hidden = true;
    source->columns[PROFILE_FUNCTION].title = "LINE";
    source->columns[PROFILE_FUNCTION].elide = TEXT_ELIDE_START;
    source->table =
        table_new(&profile_table_ops, source->columns, PROFILE_N_COLUMNS, PROFILE_FUNCTION);
    return &source->base;
}
