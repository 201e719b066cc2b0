#include "app/tui/screens/profile/profile_screen.h"

#include "app/tui/views/profile_table.h"
#include "widgets/chart.h"

#include <math.h>
#include <string.h>

/* The top table of the profile. */

enum { TREND_COLS = 10, LEAST_POINTS = 3 };

struct profile_top {
    struct profile_tab_view base;
    struct table *table;
    struct table_column columns[PROFILE_N_COLUMNS];
};

/* --- growth over time --- */

static const struct part_history *history_of(const struct profile_top *top)
{
    struct session *session = ui_session(top->base.base.ui);

    return session != NULL ? session_parts_history(session_parts(session), PART_FUNCTIONS) : NULL;
}

/* The session keeps the live heap by function, in bytes in use, unfiltered. */
static bool has_trend(const struct profile_top *top)
{
    const struct profile_input *input = &top->base.answer->input;
    const struct part_history *history = history_of(top);

    return profile_screen_is_live(top->base.screen) && history != NULL &&
           part_history_n_points(history) >= LEAST_POINTS &&
           strcmp(profile_input_type(input), "inuse_space") == 0 &&
           input->settings.granularity == TOP_FUNCTIONS &&
           !profile_settings_refined(&input->settings);
}

/* What was known at each column's time: between two collections the value holds. */
static void trend_cell(const struct profile_top *top, const char *function, GString *out)
{
    const struct part_history *history = history_of(top);
    const int64_t *bytes = history != NULL ? part_history_values(history, function) : NULL;
    struct chart_point points[TREND_COLS];

    if (bytes == NULL)
        return;
    gint64 from = part_history_at_us(history, 0);
    gint64 to = part_history_at_us(history, part_history_n_points(history) - 1);

    for (size_t c = 0, i = 0; c < TREND_COLS; c++) {
        gint64 at = from + (to - from) * (gint64)c / (TREND_COLS - 1);

        while (i + 1 < part_history_n_points(history) && part_history_at_us(history, i + 1) <= at)
            i++;
        points[c] = (struct chart_point){.t = (double)c + 0.5, .v = (double)bytes[i]};
    }
    chart_spark_text(out, TREND_COLS,
                     &(struct chart){.points = points, .n = TREND_COLS, .t_to = TREND_COLS},
                     ui_unicode(top->base.base.ui));
}

/* --- the table: its model is the tab --- */

static const struct profile_rows *rows_of(const void *model)
{
    return ((const struct profile_top *)model)->base.answer->rows;
}

static void top_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    if (column == PROFILE_TREND)
        trend_cell(model, rows_of(model)->rows[row].name, ret->text);
    else
        profile_table_ops.cell(rows_of(model), row, column, ret);
}

static int top_compare(const void *model, size_t a, size_t b, size_t column)
{
    return profile_table_ops.compare(rows_of(model), a, b, column);
}

static uint64_t top_key(const void *model, size_t row)
{
    return profile_table_ops.key(rows_of(model), row);
}

static void top_filter(const void *model, size_t row, GString *out)
{
    profile_table_ops.filter_text(rows_of(model), row, out);
}

static const struct table_ops table_ops = {
    .cell = top_cell, .compare = top_compare, .key = top_key, .filter_text = top_filter};

/* --- model --- */

static const char *const row_titles[] = {"FUNCTION", "FUNCTION AND FILE", "FILE",
                                         "FUNCTION AND LINE", "ADDRESS"};

static void set_titles(struct profile_top *top, enum top_granularity granularity)
{
    struct table_column *column = &top->columns[PROFILE_FUNCTION];

    column->title = row_titles[granularity];
    column->elide = granularity == TOP_FILES ? TEXT_ELIDE_START : TEXT_ELIDE_FUNCTION;
}

/* Who compares wants to see what grew first. */
static void set_compared(struct profile_top *top, bool compared)
{
    bool was = !top->columns[PROFILE_DELTA].hidden;

    top->columns[PROFILE_DELTA].hidden = !compared;
    top->columns[PROFILE_CUM_DELTA].hidden = !compared;
    top->columns[PROFILE_SUM].hidden = compared; /* adds up in the order of size only */
    if (was != compared)
        table_sort(top->table, compared ? PROFILE_DELTA : PROFILE_FLAT);
}

static void set_columns(struct profile_top *top)
{
    const struct profile_answer *answer = top->base.answer;
    const struct profile_rows *rows = answer != NULL ? answer->rows : NULL;

    if (rows == NULL)
        return;
    set_compared(top, rows->compared);
    top->columns[PROFILE_TREND].hidden = !has_trend(top);
    top->columns[PROFILE_RATE].hidden = !rows->compared || isnan(rows->hours);
    set_titles(top, answer->input.settings.granularity);
}

static void top_update(struct view *base, unsigned kinds)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    struct profile_top *top = view_of(struct profile_top, tab);
    const struct profile_answer *old = tab->answer;
    const struct profile_rows *rows;

    (void)kinds;
    tab->answer = profile_answer_ref(
        profile_model_get(profile_screen_model(tab->screen), PROFILE_PART_ROWS, NULL, &tab->due));
    if (tab->answer != old) {
        rows = tab->answer != NULL ? tab->answer->rows : NULL;
        table_set_model(top->table, rows != NULL ? top : NULL, rows != NULL ? rows->n : 0);
        set_columns(top);
    }
    profile_answer_unref(old);
}

static const struct profile_row *selected_row(const struct profile_top *top)
{
    size_t row;

    if (top->base.answer == NULL || top->base.answer->rows == NULL ||
        !table_selected(top->table, &row))
        return NULL;
    return &top->base.answer->rows->rows[row];
}

static bool top_ref(const struct view *base, struct ref *ret)
{
    const struct profile_row *row = selected_row(view_of(struct profile_top, base));

    return profile_tab_ref(row != NULL ? row->name : NULL, ret);
}

/* Rows of another granularity are found by their function. */
static void top_select(struct view *base, const struct ref *ref)
{
    struct profile_top *top = view_of(struct profile_top, base);
    const char *name = ref->text;
    const struct profile_rows *rows = top->base.answer != NULL ? top->base.answer->rows : NULL;

    if (table_select_key(top->table, profile_table_key(name)))
        return;
    for (size_t i = 0; rows != NULL && i < rows->n; i++)
        if (strcmp(rows->rows[i].function, name) == 0) {
            table_select_key(top->table, profile_table_key(rows->rows[i].name));
            return;
        }
}

/* --- screen --- */

static void top_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    struct profile_top *top = view_of(struct profile_top, tab);

    table_draw(top->table, canvas, area,
               &(struct table_look){.focused = true,
                                    .empty = profile_screen_empty(tab->screen, tab->answer)});
}

static bool is_sort(enum action action)
{
    return action == ACTION_SORT_LEFT || action == ACTION_SORT_RIGHT;
}

/* SUM% runs down the rows as shown: the report follows the column sorted by. */
static void sort(struct profile_top *top, enum action action)
{
    table_sort_next(top->table, action == ACTION_SORT_RIGHT ? 1 : -1);
    profile_screen_set_by_cum(top->base.screen, profile_table_by_cum(top->table));
}

static bool top_act(struct view *base, enum action action)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    struct profile_top *top = view_of(struct profile_top, tab);
    const struct profile_row *row = selected_row(top);

    if (is_sort(action)) {
        sort(top, action);
        return true;
    }
    if (action != ACTION_OPEN && action != ACTION_RIGHT)
        return false;
    if (row != NULL)
        profile_screen_open(tab->screen, PROFILE_TAB_CALLERS, row->name);
    return true;
}

static struct table *top_table(struct view *base)
{
    return view_of(struct profile_top, base)->table;
}

static void top_click(struct view *base, int line, int col, bool twice)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    struct profile_top *top = view_of(struct profile_top, tab);
    enum table_hit hit = table_click(top->table, line, col);

    if (hit == TABLE_HIT_HEADER)
        profile_screen_set_by_cum(tab->screen, profile_table_by_cum(top->table));
    else if (hit == TABLE_HIT_ROW && twice)
        ui_act(tab->base.ui, ACTION_OPEN);
}

static const enum action top_hints[] = {
    ACTION_NEXT_PANE,   ACTION_OPEN,   ACTION_FLAME,      ACTION_COMPARE, ACTION_GROUP,
    ACTION_GRANULARITY, ACTION_REFINE, ACTION_SORT_RIGHT, ACTION_FILTER,  ACTION_SOURCE,
    ACTION_WEB,         ACTION_COPY,   ACTION_EXPORT,     ACTION_NONE};

static void top_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Top");
    pager_add(pager, THEME_TEXT,
              "go tool pprof -top. FLAT: of the function itself; CUM: of it and everything it");
    pager_add(
        pager, THEME_TEXT,
        "called; SUM%: flat added up down to the row. Compared, DELTA is flat now minus flat");
    pager_add(
        pager, THEME_TEXT,
        "then, and what only the other profile has stands at the end with 0. OVER TIME: what");
    pager_add(
        pager, THEME_TEXT,
        "the function held of the live heap since sidescope attached, each row in its scale.");
}

static void top_free(struct view *base)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    table_free(view_of(struct profile_top, tab)->table);
    g_free(tab);
}

static const struct view_ops ops = {
    .name = "Top",
    .draw = top_draw,
    .update = top_update,
    .act = top_act,
    .table = top_table,
    .click = top_click,
    .fixed_hints = top_hints,
    .ref = top_ref,
    .select = top_select,
    .help = top_help,
    .free = top_free,
};

struct profile_tab_view *profile_top_new(struct profile_screen *screen)
{
    struct profile_top *top = g_new0(struct profile_top, 1);

    top->base = profile_tab_of(screen, &ops);
    memcpy(top->columns, profile_columns, sizeof top->columns);
    top->columns[PROFILE_DELTA].hidden = top->columns[PROFILE_CUM_DELTA].hidden = true;
    top->columns[PROFILE_TREND].hidden = true;
    top->columns[PROFILE_FUNCTION].min_width = 30;
    top->table = table_new(&table_ops, top->columns, PROFILE_N_COLUMNS, PROFILE_FLAT);
    return &top->base;
}
