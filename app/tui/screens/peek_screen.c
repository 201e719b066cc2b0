#include "app/tui/screens/screens.h"

#include "app/tui/format.h"
#include "pprof/measurement.h"
#include "pprof/top.h"

#include <string.h>

/*
 * Callers above, the function in the middle, callees below, as in
 * go tool pprof -peek. Enter walks to the selected neighbour, Left walks back.
 */

enum peek_kind { ROW_CALLER, ROW_SELF, ROW_CALLEE };

struct peek_row {
    enum peek_kind kind;
    const char *name;
    int64_t weight;
    bool inlined;
};

struct peek_screen {
    struct screen base;
    struct heap_sample *heap; /* own reference */
    int sample_index;
    GPtrArray *trail; /* char *: functions walked, last is shown */
    struct top_peek *peek;
    char *problem;
    GArray *rows; /* struct peek_row */
    struct table *table;
};

enum { PEEK_WEIGHT, PEEK_SHARE, PEEK_ROLE, PEEK_FUNCTION };

static const struct table_column columns[] = {
    [PEEK_WEIGHT] = {.title = "WEIGHT", .width = 9, .align = TEXT_RIGHT, .unsortable = true},
    [PEEK_SHARE] =
        {.title = "OF CUM", .width = 7, .align = TEXT_RIGHT, .drop = 1, .unsortable = true},
    [PEEK_ROLE] = {.title = "", .width = 9, .unsortable = true},
    [PEEK_FUNCTION] = {.title = "FUNCTION",
                       .min_width = 16,
                       .elide = TEXT_ELIDE_FUNCTION,
                       .unsortable = true},
};

static struct peek_screen *self(struct screen *screen)
{
    return (struct peek_screen *)(void *)screen;
}

static const struct peek_row *row_at(const void *model, size_t row)
{
    return &g_array_index(((const struct peek_screen *)model)->rows, struct peek_row, row);
}

static const char *report_unit(const struct peek_screen *screen)
{
    return strcmp(screen->peek->unit, "bytes") == 0 ? "auto" : "minimum";
}

static void peek_cell(const void *model, size_t index, size_t column, struct table_cell *ret)
{
    static const char *const roles[] = {"called by", "", "calls"};
    const struct peek_screen *screen = model;
    const struct peek_row *row = row_at(model, index);
    char text[MEASUREMENT_TEXT_MAX];

    if (row->kind == ROW_SELF)
        ret->role = THEME_STRONG;
    if (column == PEEK_WEIGHT) {
        measurement_label(row->weight, screen->peek->unit, report_unit(screen), text);
        g_string_assign(ret->text, text);
    } else if (column == PEEK_SHARE) {
        measurement_percentage(row->weight, screen->peek->cum, text);
        g_string_assign(ret->text, text);
    } else if (column == PEEK_ROLE) {
        g_string_assign(ret->text, roles[row->kind]);
        ret->role = THEME_DIM;
    } else {
        g_string_append_printf(ret->text, "%s%s", row->name, row->inlined ? " (inline)" : "");
    }
}

/* Rows stand in a given order: callers, the function, callees. */
static int peek_compare(const void *model, size_t a, size_t b, size_t column)
{
    (void)model;
    (void)column;
    return a < b ? -1 : a > b;
}

static uint64_t peek_key(const void *model, size_t row)
{
    const struct peek_row *r = row_at(model, row);

    return (((uint64_t)g_str_hash(r->name) << 2) | (uint64_t)r->kind) + 1;
}

static void peek_filter(const void *model, size_t row, GString *out)
{
    g_string_append(out, row_at(model, row)->name);
}

static const struct table_ops table_ops = {
    .cell = peek_cell, .compare = peek_compare, .key = peek_key, .filter_text = peek_filter};

static const char *current(const struct peek_screen *screen)
{
    return g_ptr_array_index(screen->trail, screen->trail->len - 1);
}

static void add_edges(struct peek_screen *screen, const struct top_edge *edges, size_t n,
                      enum peek_kind kind)
{
    for (size_t i = 0; i < n; i++) {
        struct peek_row row = {.kind = kind,
                               .name = edges[i].name,
                               .weight = edges[i].weight,
                               .inlined = edges[i].inlined};

        g_array_append_val(screen->rows, row);
    }
}

static void rebuild(struct peek_screen *screen)
{
    struct top_options options = {.sample_index = screen->sample_index};
    g_autoptr(GError) error = NULL;

    table_set_model(screen->table, NULL, 0);
    g_array_set_size(screen->rows, 0);
    top_peek_free(screen->peek);
    g_clear_pointer(&screen->problem, g_free);
    screen->peek = screen->heap != NULL && screen->heap->profile != NULL
                       ? top_peek_build(screen->heap->profile, &options, current(screen), &error)
                       : NULL;
    if (screen->peek == NULL) {
        screen->problem = g_strdup(error != NULL ? error->message : "no heap profile yet");
        return;
    }
    struct peek_row self_row = {
        .kind = ROW_SELF, .name = screen->peek->name, .weight = screen->peek->cum};

    add_edges(screen, screen->peek->callers, screen->peek->n_callers, ROW_CALLER);
    g_array_append_val(screen->rows, self_row);
    add_edges(screen, screen->peek->callees, screen->peek->n_callees, ROW_CALLEE);
    table_set_model(screen->table, screen, screen->rows->len);
}

static void peek_update(struct screen *base, unsigned kinds)
{
    struct peek_screen *screen = self(base);
    struct session *session = ui_session(base->ui);
    const struct heap_sample *newest = session != NULL ? session_heap(session) : NULL;

    (void)kinds;
    if (newest == NULL || newest == screen->heap || newest->profile == NULL)
        return;
    sample_unref(screen->heap);
    screen->heap = sample_ref((void *)(uintptr_t)newest);
    rebuild(screen);
}

static void draw_numbers(const struct peek_screen *screen, const struct canvas *canvas,
                         TickitRect area)
{
    char flat[MEASUREMENT_TEXT_MAX], cum[MEASUREMENT_TEXT_MAX], share[MEASUREMENT_TEXT_MAX];

    measurement_label(screen->peek->flat, screen->peek->unit, report_unit(screen), flat);
    measurement_label(screen->peek->cum, screen->peek->unit, report_unit(screen), cum);
    measurement_percentage(screen->peek->cum, screen->peek->total, share);
    text_drawf(canvas, area.top + 2, area.left + 1, area.cols - 1, THEME_DIM,
               "flat %s  cum %s  %s of the profile", flat, cum, share);
}

static void peek_draw(struct screen *base, const struct canvas *canvas, TickitRect area)
{
    struct peek_screen *screen = self(base);

    screen_title(base->ui, canvas, area, NULL);
    text_draw(canvas, area.top + 1, area.left + 1, area.cols - 1,
              &(struct text_style){.role = THEME_STRONG, .elide = TEXT_ELIDE_FUNCTION},
              current(screen));
    if (screen->peek != NULL)
        draw_numbers(screen, canvas, area);
    area.top += 4;
    area.lines -= 4;
    table_draw(screen->table, canvas, area,
               &(struct table_look){.focused = true, .empty = screen->problem});
}

static bool walk_back(struct peek_screen *screen)
{
    if (screen->trail->len <= 1)
        return false;
    g_ptr_array_set_size(screen->trail, (gint)screen->trail->len - 1);
    rebuild(screen);
    return true;
}

static bool peek_act(struct screen *base, enum action action)
{
    struct peek_screen *screen = self(base);
    size_t row;

    if (action == ACTION_LEFT || action == ACTION_BACK)
        return *table_filter(screen->table) == '\0' && walk_back(screen);
    if ((action != ACTION_OPEN && action != ACTION_RIGHT) || !table_selected(screen->table, &row))
        return false;
    if (row_at(screen, row)->kind != ROW_SELF) {
        g_ptr_array_add(screen->trail, g_strdup(row_at(screen, row)->name));
        rebuild(screen);
    }
    return true;
}

static struct table *peek_table(struct screen *base)
{
    return self(base)->table;
}

static char *peek_copy(struct screen *base)
{
    struct peek_screen *screen = self(base);
    size_t row;

    return table_selected(screen->table, &row) ? g_strdup(row_at(screen, row)->name) : NULL;
}

static void peek_click(struct screen *base, int line, int col, bool twice)
{
    if (table_click(self(base)->table, line, col) == TABLE_HIT_ROW && twice)
        ui_act(base->ui, ACTION_OPEN);
}

static void peek_wheel(struct screen *base, int line, int col, int direction)
{
    (void)line;
    (void)col;
    table_scroll(self(base)->table, direction * 3);
}

static const enum action *peek_hints(struct screen *base)
{
    static const enum action hints[] = {ACTION_OPEN, ACTION_BACK, ACTION_FILTER, ACTION_COPY,
                                        ACTION_NONE};

    (void)base;
    return hints;
}

static void peek_free(struct screen *base)
{
    struct peek_screen *screen = self(base);

    table_free(screen->table);
    top_peek_free(screen->peek);
    sample_unref(screen->heap);
    g_array_unref(screen->rows);
    g_ptr_array_unref(screen->trail);
    g_free(screen->problem);
    g_free(screen);
}

static const struct screen_ops ops = {
    .name = "callers",
    .draw = peek_draw,
    .act = peek_act,
    .update = peek_update,
    .hints = peek_hints,
    .table = peek_table,
    .click = peek_click,
    .wheel = peek_wheel,
    .copy = peek_copy,
    .free = peek_free,
};

struct screen *peek_screen_new(struct ui *ui, const char *function, int sample_index)
{
    struct peek_screen *screen = g_new0(struct peek_screen, 1);

    screen->base = (struct screen){.ops = &ops, .ui = ui};
    screen->sample_index = sample_index;
    screen->trail = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(screen->trail, g_strdup(function));
    screen->rows = g_array_new(FALSE, FALSE, sizeof(struct peek_row));
    screen->table = table_new(&table_ops, columns, G_N_ELEMENTS(columns), PEEK_ROLE);
    return &screen->base;
}
