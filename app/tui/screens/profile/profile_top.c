#include "app/tui/screens/profile/profile_screen.h"

#include "app/lists/functions_list.h"
#include "widgets/chart.h"

#include <math.h>
#include <string.h>

/* The top table of the profile. */

enum { TREND_COLS = 10, LEAST_POINTS = 3 };

struct profile_top {
    struct profile_tab_view base;
    struct table *table;
    struct functions_list list;
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
static void append_trend(const void *user, const char *function, GString *out)
{
    const struct profile_top *top = user;
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

/* --- model --- */

static const char *const row_titles[] = {"FUNCTION", "FUNCTION AND FILE", "FILE",
                                         "FUNCTION AND LINE", "ADDRESS"};

/* Who compares wants to see what grew first. */
static void set_compared(struct profile_top *top, bool compared)
{
    bool was = !table_is_hidden(top->table, FUNCTION_DELTA);

    table_hide(top->table, FUNCTION_DELTA, !compared);
    table_hide(top->table, FUNCTION_CUM_DELTA, !compared);
    table_hide(top->table, FUNCTION_SUM, compared); /* adds up in the order of size only */
    if (was != compared)
        table_sort(top->table, compared ? FUNCTION_DELTA : FUNCTION_FLAT);
}

static void show(struct profile_tab_view *tab, bool other)
{
    struct profile_top *top = view_of(struct profile_top, tab);
    const struct profile_rows *rows = tab->answer != NULL ? tab->answer->rows : NULL;

    (void)other;
    top->list = (struct functions_list){rows, append_trend, top};
    table_set_model(top->table, &top->list, rows != NULL ? rows->n : 0);
    if (rows == NULL)
        return;
    enum top_granularity granularity = tab->answer->input.settings.granularity;

    set_compared(top, rows->compared);
    table_hide(top->table, FUNCTION_TREND, !has_trend(top));
    table_hide(top->table, FUNCTION_RATE, !rows->compared || isnan(rows->hours));
    table_set_title(top->table, FUNCTION_NAME, row_titles[granularity],
                    granularity == TOP_FILES ? TEXT_ELIDE_START : TEXT_ELIDE_FUNCTION);
}

static void top_update(struct view *base, unsigned kinds)
{
    (void)kinds;
    profile_tab_take(view_of(struct profile_tab_view, base), PROFILE_PART_ROWS, NULL, show);
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

    if (table_select_key(top->table, functions_list_key(name)))
        return;
    for (size_t i = 0; rows != NULL && i < rows->n; i++)
        if (strcmp(rows->rows[i].function, name) == 0) {
            table_select_key(top->table, functions_list_key(rows->rows[i].name));
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

/* SUM% runs down the rows as shown: the report follows the column sorted by. */
static void sort(struct view *base, enum action action)
{
    const struct profile_top *top = view_of(struct profile_top, base);

    table_sort_next(top->table, action == ACTION_SORT_RIGHT ? 1 : -1);
    profile_screen_set_by_cum(top->base.screen,
                              functions_list_by_cum(table_sort_column(top->table, NULL)));
}

static void open_callers(struct view *base)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    const struct profile_row *row = selected_row(view_of(struct profile_top, tab));

    if (row != NULL)
        profile_screen_open(tab->screen, PROFILE_TAB_CALLERS, row->name);
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
        profile_screen_set_by_cum(tab->screen,
                                  functions_list_by_cum(table_sort_column(top->table, NULL)));
    else if (hit == TABLE_HIT_ROW && twice)
        ui_act(tab->base.ui, ACTION_OPEN);
}

static const struct view_key top_keys[] = {
    {ACTION_OPEN, "callers", view_has_row, .act = open_callers},
    {ACTION_RIGHT, "", view_has_row, .act = open_callers},
    {ACTION_SORT_LEFT, "", .act_by = sort},
    {ACTION_SORT_RIGHT, "", .act_by = sort},
    {.action = ACTION_NONE}};

static void top_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Top");
    pager_add(pager, THEME_TEXT,
              "go tool pprof -top. FLAT: of the function itself; CUM: of it and everything it");
    pager_add(
        pager, THEME_TEXT,
        "called; SUM%: flat added up down to the row. Compared, GROWTH is flat now minus flat");
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
    .table = top_table,
    .click = top_click,
    .keys = top_keys,
    .ref = top_ref,
    .select = top_select,
    .help = top_help,
    .free = top_free,
};

struct profile_tab_view *profile_top_new(struct profile_screen *screen)
{
    struct profile_top *top = g_new0(struct profile_top, 1);

    top->base = profile_tab_of(screen, &ops);
    top->table = table_new(&functions_listing);
    table_hide(top->table, FUNCTION_DELTA, true);
    table_hide(top->table, FUNCTION_CUM_DELTA, true);
    table_hide(top->table, FUNCTION_TREND, true);
    table_set_min_width(top->table, FUNCTION_NAME, 30);
    return &top->base;
}
