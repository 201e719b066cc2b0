#include "app/tui/screens/profile/profile_screen.h"

#include "app/lists/functions_list.h"
#include "app/tui/screens/view_table.h"
#include "app/tui/shell/editor.h"

#include <string.h>

/*
 * The source of one function, each line with what it costs; where the source is
 * not found, the lines that cost something alone.
 */

struct source_line {
    int64_t number;
    const char *text;              /* raw bytes; NULL: not found */
    const struct profile_row *row; /* NULL: costs nothing */
};

enum { SOURCE_FLAT, SOURCE_CUM, SOURCE_DELTA, SOURCE_NUMBER, SOURCE_TEXT, SOURCE_N_COLUMNS };

struct profile_source {
    struct profile_tab_view base;
    GArray *lines; /* struct source_line, of the answer */
    struct table *table;
};

static const struct listing_column columns[] = {
    [SOURCE_FLAT] = {.id = "flat", .title = "FLAT", .kind = LISTING_AMOUNT, .width = 8},
    [SOURCE_CUM] = {.id = "cum", .title = "CUM", .kind = LISTING_AMOUNT, .width = 8, .drop = 1},
    [SOURCE_DELTA] =
        {.id = "delta", .title = "GROWTH", .kind = LISTING_CHANGE, .width = 8, .drop = 2},
    [SOURCE_NUMBER] = {.id = "line", .title = "LINE", .kind = LISTING_NUMBER, .width = 6},
    [SOURCE_TEXT] = {.id = "source", .title = "SOURCE", .min_width = 16},
};

/* --- the table --- */

static const struct source_line *line_at(const void *model, size_t row)
{
    return &g_array_index(((const struct profile_source *)model)->lines, struct source_line, row);
}

static void value(const void *model, size_t index, size_t column, struct listing_value *ret)
{
    const struct profile_source *source = model;
    const struct source_line *line = line_at(model, index);
    const char *unit = source->base.answer->unit;

    if (column == SOURCE_NUMBER) {
        ret->n = line->number;
        ret->role = THEME_DIM;
    } else if (column == SOURCE_TEXT) {
        ret->text = line->text != NULL ? line->text : line->row->name;
        ret->role = line->row != NULL || line->text == NULL ? THEME_TEXT : THEME_DIM;
    } else if (line->row == NULL) {
        ret->text = "";
    } else if (column == SOURCE_DELTA) {
        list_profile_change(ret, (double)line->row->cum - (double)line->row->base_cum, unit);
    } else {
        int64_t n = column == SOURCE_FLAT ? line->row->flat : line->row->cum;

        list_profile_value(ret, n, unit);
        if (n == 0)
            ret->text = ".";
        ret->role = n != 0 ? THEME_STRONG : THEME_DIM;
    }
}

static uint64_t key(const void *model, size_t row)
{
    return (uint64_t)line_at(model, row)->number + 1;
}

static const struct listing listing = {
    .id = "source",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = SOURCE_NUMBER,
    .fixed = true,
    .value = value,
    .key = key,
};

/* --- model --- */

static void add_line(struct profile_source *source, const struct source_line *line)
{
    g_array_append_vals(source->lines, line, 1);
}

/* What costs something, from line to line. */
static void add_rows(struct profile_source *source, int64_t from, int64_t to)
{
    const struct profile_rows *rows = source->base.answer->rows;

    for (size_t i = 0; i < rows->n; i++)
        if (rows->rows[i].line >= from && rows->rows[i].line <= to)
            add_line(source,
                     &(struct source_line){.number = rows->rows[i].line, .row = &rows->rows[i]});
}

/* What costs most is what one came for. */
static void select_dearest(struct profile_source *source)
{
    const struct source_line *best = NULL;

    for (guint i = 0; i < source->lines->len; i++) {
        const struct source_line *line = line_at(source, i);

        if (line->row != NULL && (best == NULL || line->row->cum > best->row->cum))
            best = line;
    }
    if (best != NULL)
        table_select_key(source->table, (uint64_t)best->number + 1);
}

static void set_lines(struct profile_source *source)
{
    const struct profile_answer *answer = source->base.answer;

    table_set_model(source->table, NULL, 0);
    g_array_set_size(source->lines, 0);
    if (answer == NULL || answer->rows == NULL)
        return;
    const struct profile_lines *lines = answer->source;
    int64_t n = lines != NULL ? (int64_t)lines->lines->len : 0;

    /* rows may lie beyond the text: of a file that has changed, or of the base alone */
    add_rows(source, INT64_MIN, n > 0 ? lines->first - 1 : INT64_MAX);
    for (int64_t i = 0; i < n; i++) {
        struct source_line line = {.number = lines->first + i,
                                   .text = g_ptr_array_index(lines->lines, i)};

        for (size_t k = 0; line.row == NULL && k < answer->rows->n; k++)
            if (answer->rows->rows[k].line == line.number)
                line.row = &answer->rows->rows[k];
        add_line(source, &line);
    }
    if (n > 0)
        add_rows(source, lines->first + n, INT64_MAX);
    table_hide(source->table, SOURCE_DELTA, !answer->rows->compared);
    table_set_model(source->table, source, source->lines->len);
}

static void show(struct profile_tab_view *tab, bool other)
{
    set_lines(view_of(struct profile_source, tab));
    if (other)
        select_dearest(view_of(struct profile_source, tab));
}

static void source_update(struct view *base, unsigned kinds)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    const char *name = profile_screen_function(tab->screen);

    (void)kinds;
    if (name != NULL)
        profile_tab_take(tab, PROFILE_PART_LINES, name, show);
}

/* --- screen --- */

static void source_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    struct profile_source *source = view_of(struct profile_source, tab);
    const char *name = profile_tab_function(tab);
    const struct profile_lines *lines = tab->answer != NULL ? tab->answer->source : NULL;
    int used = (int)source->lines->len + 2;

    if (name == NULL) {
        text_draw_words(canvas, area, "no function is selected: choose one in Top or Flame");
        return;
    }
    if (area.lines > 6) {
        text_draw(canvas, area.top, area.left + 1, area.cols - 1,
                  &(struct text_style){.role = THEME_STRONG, .elide = TEXT_ELIDE_FUNCTION}, name);
        if (lines != NULL && lines->path != NULL)
            text_draw(canvas, area.top + 1, area.left + 1, area.cols - 1,
                      &(struct text_style){.role = THEME_DIM, .elide = TEXT_ELIDE_MIDDLE},
                      lines->path);
        area.top += 2;
        area.lines -= 2;
    }
    table_draw(source->table, canvas, area,
               &(struct table_look){.focused = true,
                                    .empty = profile_screen_empty(tab->screen, tab->answer)});
    /* where the source is missing its sentence stands below the few lines */
    if (source->lines->len > 0 && lines != NULL && lines->missing != NULL && area.lines > used + 1)
        text_draw_words(canvas,
                        (TickitRect){area.top + used, area.left, area.lines - used, area.cols},
                        lines->missing);
}

static const struct source_line *selected_line(struct profile_tab_view *tab)
{
    size_t row;

    return table_selected(view_of(struct profile_source, tab)->table, &row)
               ? line_at(view_of(struct profile_source, tab), row)
               : NULL;
}

static void edit(struct view *base)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    const struct source_line *line = selected_line(tab);
    struct ui *ui = base->ui;

    if (line == NULL)
        ui_message(ui, THEME_DIM, "no line is selected");
    else if (tab->answer->source != NULL && tab->answer->source->path != NULL)
        editor_open(ui, tab->answer->source->path, line->number);
    else if (tab->answer->source != NULL && tab->answer->source->missing != NULL)
        ui_message(ui, THEME_LOOK, "%s", tab->answer->source->missing);
    else
        ui_message(ui, THEME_LOOK, "the source is not on this machine");
}

static struct table *source_table(struct view *base)
{
    return view_of(struct profile_source, base)->table;
}

/* "/src/main.go:10: the text" */
static char *source_copy(struct view *base)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    const struct source_line *line = selected_line(tab);

    if (line == NULL)
        return NULL;
    if (line->text == NULL)
        return g_strdup(line->row->name);
    return g_strdup_printf("%s:%" G_GINT64_FORMAT ": %s", tab->answer->source->path,
                           (gint64)line->number, line->text);
}

static bool source_ref(const struct view *base, struct ref *ret)
{
    return profile_tab_ref(profile_tab_function(view_of(struct profile_tab_view, base)), ret);
}

static void source_select(struct view *base, const struct ref *ref)
{
    (void)base;
    (void)ref; /* update took it already */
}

static const struct view_key source_keys[] = {{ACTION_EDIT, .applies = view_has_row, .act = edit},
                                              {ACTION_OPEN, "", view_has_row, .act = edit},
                                              {.action = ACTION_NONE}};

static void source_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Source");
    pager_add(
        pager, THEME_TEXT,
        "go tool pprof -list: the lines of the function with what they cost; GROWTH is of CUM.");
    pager_add(pager, THEME_TEXT,
              "Looked for as the profile names it, below the folder sidescope was started in and");
    pager_add(pager, THEME_TEXT,
              "those above it, in Go's sources and the module cache. E opens the editor there.");
}

static void source_free(struct view *base)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    table_free(view_of(struct profile_source, tab)->table);
    g_array_unref(view_of(struct profile_source, tab)->lines);
    g_free(tab);
}

const struct view_ops profile_source_ops = {
    .name = "Source",
    .draw = source_draw,
    .update = source_update,
    .table = source_table,
    .copy = source_copy,
    .keys = source_keys,
    .ref = source_ref,
    .select = source_select,
    .help = source_help,
    .free = source_free,
};

struct profile_tab_view *profile_source_new(struct profile_screen *screen)
{
    struct profile_source *source = g_new0(struct profile_source, 1);

    source->base = profile_tab_of(screen, &profile_source_ops);
    source->lines = g_array_new(FALSE, FALSE, sizeof(struct source_line));
    source->table = table_new(&listing);
    return &source->base;
}
