#include "widgets/table.h"

#include "widgets/match.h"

#include <math.h>

struct table {
    const struct listing *listing;
    struct listing_reader reader;
    struct table_column *own; /* of the columns: some come and go */
    const void *model;
    size_t n_rows;
    GArray *order; /* guint32: model rows as shown */
    size_t sort_column;
    bool descending;
    uint64_t selected_key; /* 0: nothing */
    size_t selected;       /* position in order */
    size_t top;
    bool reveal; /* the next draw brings the selection into view */
    char *filter;
    GRegex *regex; /* NULL: no filter */
    bool inverted;
    TickitRect rect; /* last drawn */
    struct columns columns;
    GString *scratch;
};

/* --- order --- */

static struct listing_columns shown_columns(const struct table *table)
{
    struct listing_columns shown = {.n = 0};

    for (size_t c = 0; c < table->columns.n; c++)
        if (!table->columns.columns[c].hidden)
            shown.at[shown.n++] = c;
    return shown;
}

static bool is_shown(struct table *table, const struct listing_columns *columns, size_t row)
{
    if (table->regex == NULL)
        return true;
    g_string_truncate(table->scratch, 0);
    listing_search_text(&table->reader, table->listing, columns, table->model, row, table->scratch);
    return match_test(table->regex, table->scratch->str, (gssize)table->scratch->len) !=
           table->inverted;
}

static uint64_t key_at(const struct table *table, size_t position)
{
    guint32 row = g_array_index(table->order, guint32, position);

    return table->listing->key(table->model, row);
}

static bool find_key(const struct table *table, uint64_t key, size_t *ret_position)
{
    for (size_t i = 0; key != 0 && i < table->order->len; i++)
        if (key_at(table, i) == key) {
            *ret_position = i;
            return true;
        }
    return false;
}

/* The selection follows its item; when that is gone, it stays where it was. */
static void restore_selection(struct table *table)
{
    size_t n = table->order->len;

    if (n == 0) /* rows that come back find their selection again */
        return;
    if (table->selected_key == 0) { /* nobody has chosen yet: the first row, whatever it is */
        table->selected = 0;
        return;
    }
    if (find_key(table, table->selected_key, &table->selected))
        return;
    table->selected = MIN(table->selected, n - 1);
    table->selected_key = key_at(table, table->selected);
}

/* Header lines and rows of the rect last drawn. */
static int head_lines(const struct table *table)
{
    return table->rect.lines > 1 ? 1 : 0;
}

static int body_lines(const struct table *table)
{
    return MAX(table->rect.lines - head_lines(table), 0);
}

static bool selection_in_view(const struct table *table)
{
    return table->selected >= table->top &&
           table->selected < table->top + (size_t)body_lines(table);
}

/* What was scrolled out of view by hand stays there; what was in view stays in view. */
static void reorder(struct table *table)
{
    struct listing_columns columns = shown_columns(table);

    table->reveal |= selection_in_view(table);
    g_array_set_size(table->order, 0);
    for (guint32 row = 0; row < table->n_rows; row++)
        if (is_shown(table, &columns, row))
            g_array_append_val(table->order, row);
    listing_order(table->listing, table->model, table->sort_column, table->descending,
                  (uint32_t *)(void *)table->order->data, table->order->len);
    restore_selection(table);
}

static struct table_column column_of(const struct listing *listing, size_t c)
{
    const struct listing_column *column = &listing->columns[c];

    return (struct table_column){.title = column->title,
                                 .width = column->width,
                                 .min_width = column->min_width,
                                 .max_width = column->max_width,
                                 .weight = column->weight,
                                 .align = listing_align(column),
                                 .elide = listing_elide(column),
                                 .drop = column->drop,
                                 .descending_first = listing_falls_first(column),
                                 .unsortable = !listing_sorts(listing, c),
                                 .hidden = column->hidden};
}

struct table *table_new(const struct listing *listing)
{
    struct table *table = g_new0(struct table, 1);

    g_assert(listing->n_columns <= COLUMNS_MAX && listing->order < listing->n_columns);
    table->listing = listing;
    table->own = g_new0(struct table_column, listing->n_columns);
    for (size_t c = 0; c < listing->n_columns; c++)
        table->own[c] = column_of(listing, c);
    table->columns = (struct columns){.columns = table->own, .n = listing->n_columns};
    table->sort_column = listing->order;
    table->descending = !listing->fixed && table->own[listing->order].descending_first;
    table->order = g_array_new(FALSE, FALSE, sizeof(guint32));
    table->filter = g_strdup("");
    table->scratch = g_string_new(NULL);
    listing_reader_init(&table->reader);
    return table;
}

void table_hide(struct table *table, size_t column, bool hidden)
{
    table->own[column].hidden = hidden;
}

bool table_is_hidden(const struct table *table, size_t column)
{
    return table->columns.columns[column].hidden;
}

bool table_has_since(const struct table *table)
{
    for (size_t c = 0; c < table->listing->n_columns; c++)
        if (table->listing->columns[c].since && table->columns.at[c].cols > 0)
            return true;
    return false;
}

void table_set_title(struct table *table, size_t column, const char *title, enum text_elide elide)
{
    table->own[column].title = title;
    table->own[column].elide = elide;
}

void table_set_min_width(struct table *table, size_t column, int cols)
{
    table->own[column].min_width = cols;
}

void table_free(struct table *table)
{
    if (table == NULL)
        return;
    g_array_unref(table->order);
    g_free(table->filter);
    g_clear_pointer(&table->regex, g_regex_unref);
    g_string_free(table->scratch, TRUE);
    listing_reader_clear(&table->reader);
    g_free(table->own);
    g_free(table);
}

const struct listing *table_listing(const struct table *table)
{
    return table->listing;
}

const void *table_model(const struct table *table)
{
    return table->model;
}

static int widest(const struct table *table, size_t c)
{
    enum { MOST_ROWS = 1000 };
    const struct listing_column *column = &table->listing->columns[c];
    g_autoptr(GString) text = g_string_new(NULL);
    struct listing_value value;
    int cols = text_width(column->title);

    for (size_t row = 0; row < MIN(table->n_rows, MOST_ROWS); row++) {
        listing_ask(&table->reader, table->listing, table->model, row, c, &value);
        g_string_truncate(text, 0);
        listing_append(column, &value, text);
        g_autofree char *safe = text_safe(text->str, -1, true);

        cols = MAX(cols, text_width(safe));
    }
    return cols;
}

void table_set_model(struct table *table, const void *model, size_t n_rows)
{
    table->model = model;
    table->n_rows = MIN(n_rows, (size_t)G_MAXUINT32);
    for (size_t c = 0; c < table->listing->n_columns; c++)
        if (table->listing->columns[c].fits)
            table->own[c].max_width = widest(table, c);
    reorder(table);
}

/* --- drawing --- */

/* A selected row without focus lends its ground only: its colours still say state. */
static enum theme_role cell_role(const struct table_look *look, bool selected, enum theme_role role)
{
    if (selected && look->focused)
        return THEME_SELECTED;
    return look->stale ? THEME_STALE : role;
}

/* The cell's text is left in scratch. */
static void take_cell(const struct table *table, size_t row, size_t column, struct table_cell *ret)
{
    struct listing_value value;

    *ret = (struct table_cell){.text = table->scratch, .role = THEME_TEXT, .bar = NAN};
    g_string_truncate(table->scratch, 0);
    listing_ask(&table->reader, table->listing, table->model, row, column, &value);
    listing_append(&table->listing->columns[column], &value, ret->text);
    ret->role = value.role;
    ret->bar = table->listing->columns[column].kind == LISTING_SHARE ? value.x : value.share;
}

static void draw_cells(struct table *table, const struct canvas *canvas, int line, size_t row,
                       bool selected, const struct table_look *look)
{
    const struct columns *columns = &table->columns;

    for (size_t c = 0; c < columns->n; c++) {
        struct table_cell cell;

        if (columns->at[c].cols <= 0)
            continue;
        take_cell(table, row, c, &cell);
        match_draw(canvas, line, columns->at[c].col, columns->at[c].cols,
                   &(struct text_style){.role = cell_role(look, selected, cell.role),
                                        .align = columns->columns[c].align,
                                        .elide = columns->columns[c].elide,
                                        .bar_cols = columns_bar(cell.bar, columns->at[c].cols)},
                   table->scratch->str, table->inverted ? NULL : table->regex);
    }
}

static void draw_row(struct table *table, const struct canvas *canvas, int line, size_t position,
                     const struct table_look *look)
{
    size_t row = g_array_index(table->order, guint32, position);
    bool selected = position == table->selected;

    if (!selected) {
        draw_cells(table, canvas, line, row, selected, look);
        return;
    }
    tickit_renderbuffer_setpen(
        canvas->rb, theme_pen(canvas->theme, look->focused ? THEME_SELECTED : THEME_SELECTED_DIM));
    tickit_renderbuffer_erase_at(canvas->rb, line, table->rect.left, table->rect.cols);
    tickit_renderbuffer_savepen(canvas->rb); /* the cells lie over the selection's ground */
    draw_cells(table, canvas, line, row, selected, look);
    tickit_renderbuffer_restore(canvas->rb);
    tickit_renderbuffer_setpen(canvas->rb, NULL);
}

static void draw_nothing(const struct table *table, const struct canvas *canvas,
                         const struct table_look *look)
{
    g_autofree char *words = NULL;

    if (table->n_rows == 0)
        words = g_strdup(look->empty);
    else
        words = g_strdup_printf("nothing matches %s", table->filter);
    if (words != NULL)
        text_draw_words(canvas, table->rect, words);
}

static void settle_top(struct table *table)
{
    size_t n = table->order->len;

    table->top = table->reveal ? scroll_follow(table->top, table->selected, n, body_lines(table))
                               : scroll_by(table->top, 0, n, body_lines(table));
    table->reveal = false;
}

void table_draw(struct table *table, const struct canvas *canvas, TickitRect rect,
                const struct table_look *look)
{
    if (rect.lines <= 0 || rect.cols <= 0) {
        table->rect = rect;
        return;
    }

    if (rect.lines < table->rect.lines)
        table->reveal |= selection_in_view(table);
    table->rect = rect;
    settle_top(table);

    tickit_renderbuffer_eraserect(canvas->rb, &rect);
    if (table->order->len == 0) {
        draw_nothing(table, canvas, look);
        return;
    }
    int lines = body_lines(table), first = rect.top + head_lines(table);
    bool thumb = table->order->len > (size_t)lines && rect.cols >= 4;
    int margin = thumb ? (rect.cols >= 30 ? 2 : 1) : 0; /* with a blank where there is room */

    columns_place(&table->columns, rect.left, rect.cols - margin);
    if (head_lines(table) > 0)
        columns_draw_header(&table->columns, canvas, rect.top, table->sort_column,
                            table->descending);
    for (int i = 0; i < lines && table->top + (size_t)i < table->order->len; i++)
        draw_row(table, canvas, first + i, table->top + (size_t)i, look);
    if (thumb)
        scroll_draw(canvas, first, rect.left + rect.cols - 1, lines, table->top, table->order->len);
}

/* --- moving --- */

static void select_position(struct table *table, size_t position)
{
    table->selected = position;
    table->selected_key = key_at(table, position);
    table->reveal = true;
}

void table_move(struct table *table, enum table_motion motion)
{
    size_t n = table->order->len;

    if (n > 0)
        select_position(table, scroll_target(motion, table->selected, n, body_lines(table)));
}

bool table_selected(const struct table *table, size_t *ret_row)
{
    return table_row_at(table, table->selected, ret_row);
}

bool table_select_key(struct table *table, uint64_t key)
{
    size_t position;

    if (!find_key(table, key, &position))
        return false;
    select_position(table, position);
    return true;
}

void table_scroll(struct table *table, int lines)
{
    settle_top(table); /* a motion that was not drawn yet comes first */
    table->top = scroll_by(table->top, lines, table->order->len, body_lines(table));
}

/* --- sorting and filtering --- */

void table_sort(struct table *table, size_t column)
{
    const struct columns *columns = &table->columns;

    if (column >= columns->n || columns->columns[column].unsortable ||
        columns->columns[column].hidden)
        return;
    if (column == table->sort_column) {
        table->descending = !table->descending;
    } else {
        table->sort_column = column;
        table->descending = columns->columns[column].descending_first;
    }
    reorder(table);
}

/* The next column that can be sorted by, around the end; the present one when there is no other. */
static size_t neighbour(const struct table *table, int step)
{
    const struct columns *columns = &table->columns;
    gint64 n = (gint64)columns->n, c = (gint64)table->sort_column;

    for (gint64 i = 1; i < n; i++) {
        c = (c + step + n) % n;
        if (!columns->columns[c].unsortable && !columns->columns[c].hidden &&
            (columns->at[c].cols > 0 || table->rect.cols == 0))
            return (size_t)c;
    }
    return table->sort_column;
}

void table_sort_next(struct table *table, int step)
{
    size_t column = neighbour(table, step);

    if (column != table->sort_column)
        table_sort(table, column);
}

bool table_sorts(const struct table *table)
{
    return table->n_rows > 1 && neighbour(table, 1) != table->sort_column;
}

void table_sort_invert(struct table *table)
{
    table->descending = !table->descending;
    reorder(table);
}

size_t table_sort_column(const struct table *table, bool *ret_descending)
{
    if (ret_descending != NULL)
        *ret_descending = table->descending;
    return table->sort_column;
}

void table_set_filter(struct table *table, const char *pattern)
{
    char *copy = g_strdup(pattern != NULL ? pattern : ""); /* pattern may be our own filter */

    g_free(table->filter);
    table->filter = copy;
    table->inverted = *copy == '!';
    g_clear_pointer(&table->regex, g_regex_unref);
    table->regex = match_compile(copy + table->inverted);
    reorder(table);
}

const char *table_filter(const struct table *table)
{
    return table->filter;
}

size_t table_n_shown(const struct table *table)
{
    return table->order->len;
}

size_t table_n_rows(const struct table *table)
{
    return table->n_rows;
}

bool table_row_at(const struct table *table, size_t position, size_t *ret_row)
{
    if (position >= table->order->len)
        return false;
    *ret_row = g_array_index(table->order, guint32, position);
    return true;
}

/* --- as text --- */

char *table_to_text(const struct table *table, bool unicode)
{
    struct listing_columns columns = shown_columns(table);
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < columns.n; i++)
        g_string_append_printf(out, "%s%s", i > 0 ? "\t" : "",
                               table->columns.columns[columns.at[i]].title);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < table->order->len; i++)
        listing_tsv_row(&table->reader, table->listing, &columns, table->model,
                        g_array_index(table->order, guint32, i), unicode, out);
    return g_string_free(out, FALSE);
}

/* --- mouse --- */

enum table_hit table_click(struct table *table, int line, int col)
{
    const TickitRect *r = &table->rect;
    int row = line - r->top - head_lines(table);

    if (line < r->top || line >= r->top + r->lines || col < r->left || col >= r->left + r->cols ||
        table->order->len == 0)
        return TABLE_HIT_NONE;
    if (row < 0) {
        size_t column = columns_hit(&table->columns, col);

        table_sort(table, column);
        return column == G_MAXSIZE ? TABLE_HIT_NONE : TABLE_HIT_HEADER;
    }
    if (table->top + (size_t)row >= table->order->len)
        return TABLE_HIT_NONE;
    select_position(table, table->top + (size_t)row);
    return TABLE_HIT_ROW;
}
