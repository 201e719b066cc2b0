#include "widgets/table.h"

#include <math.h>
#include <string.h>

enum { MAX_COLUMNS = 16, GAP = 1 };

struct placed {
    int col, cols; /* cols 0: dropped */
};

struct table {
    const struct table_ops *ops;
    const struct table_column *columns;
    size_t n_columns;
    const void *model;
    size_t n_rows;
    GArray *order; /* guint32: model rows as shown */
    bool stale_order;
    size_t sort_column;
    bool descending;
    uint64_t selected_key; /* 0: nothing */
    size_t selected;       /* position in order */
    size_t top;
    char *filter;
    GRegex *regex;
    bool inverted;
    TickitRect rect; /* last drawn */
    struct placed placed[MAX_COLUMNS];
    GString *scratch;
};

/* --- order
 * ---------------------------------------------------------------------------------------- */

static bool matches(struct table *table, size_t row)
{
    if (table->regex == NULL || table->ops->filter_text == NULL)
        return true;
    g_string_truncate(table->scratch, 0);
    table->ops->filter_text(table->model, row, table->scratch);
    /* raw bytes: the expression is compiled for bytes too */
    bool hit = g_regex_match_full(table->regex, table->scratch->str, (gssize)table->scratch->len, 0,
                                  0, NULL, NULL);

    return hit != table->inverted;
}

static gint compare_rows(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct table *table = user;
    guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;
    int order = table->ops->compare != NULL
                    ? table->ops->compare(table->model, x, y, table->sort_column)
                    : 0;

    if (order == 0)
        return x < y ? -1 : x > y;
    return table->descending ? -order : order;
}

/* The selection follows its item; when that is gone, it stays where it was. */
static void restore_selection(struct table *table)
{
    guint n = table->order->len;

    for (guint i = 0; table->selected_key != 0 && i < n; i++)
        if (table->ops->key(table->model, g_array_index(table->order, guint32, i)) ==
            table->selected_key) {
            table->selected = i;
            return;
        }
    table->selected = n > 0 ? MIN(table->selected, n - 1) : 0;
    table->selected_key =
        n > 0 ? table->ops->key(table->model, g_array_index(table->order, guint32, table->selected))
              : table->selected_key;
}

static void refresh(struct table *table)
{
    if (!table->stale_order)
        return;
    table->stale_order = false;
    g_array_set_size(table->order, 0);
    for (guint32 row = 0; row < table->n_rows; row++)
        if (matches(table, row))
            g_array_append_val(table->order, row);
    g_array_sort_with_data(table->order, compare_rows, table);
    restore_selection(table);
}

struct table *table_new(const struct table_ops *ops, const struct table_column *columns,
                        size_t n_columns, size_t sort_column)
{
    struct table *table = g_new0(struct table, 1);

    g_assert(n_columns <= MAX_COLUMNS);
    table->ops = ops;
    table->columns = columns;
    table->n_columns = n_columns;
    table->sort_column = sort_column;
    table->descending = columns[sort_column].descending_first;
    table->order = g_array_new(FALSE, FALSE, sizeof(guint32));
    table->filter = g_strdup("");
    table->scratch = g_string_new(NULL);
    return table;
}

void table_free(struct table *table)
{
    if (table == NULL)
        return;
    g_array_unref(table->order);
    g_free(table->filter);
    if (table->regex != NULL)
        g_regex_unref(table->regex);
    g_string_free(table->scratch, TRUE);
    g_free(table);
}

void table_set_model(struct table *table, const void *model, size_t n_rows)
{
    table->model = model;
    table->n_rows = MIN(n_rows, (size_t)G_MAXUINT32);
    table->stale_order = true;
    if (n_rows == 0) /* nothing to read from model any more */
        g_array_set_size(table->order, 0);
    refresh(table);
}

/* --- columns
 * ---------------------------------------------------------------------------------------- */

static int least_width(const struct table *table, const bool *dropped)
{
    int width = 0;

    for (size_t c = 0; c < table->n_columns; c++)
        if (!dropped[c])
            width += GAP + (table->columns[c].width > 0 ? table->columns[c].width
                                                        : MAX(table->columns[c].min_width, 1));
    return width - GAP;
}

static void drop_columns(const struct table *table, int cols, bool *dropped)
{
    while (least_width(table, dropped) > cols) {
        size_t worst = table->n_columns;

        for (size_t c = 0; c < table->n_columns; c++)
            if (!dropped[c] && table->columns[c].drop > 0 &&
                (worst == table->n_columns || table->columns[c].drop > table->columns[worst].drop))
                worst = c;
        if (worst == table->n_columns)
            return;
        dropped[worst] = true;
    }
}

static void place_columns(struct table *table, TickitRect rect)
{
    bool dropped[MAX_COLUMNS] = {false};
    int flexible = 0, spare, col = rect.left, end = rect.left + rect.cols;

    drop_columns(table, rect.cols, dropped);
    for (size_t c = 0; c < table->n_columns; c++)
        flexible += !dropped[c] && table->columns[c].width == 0;
    spare = MAX(rect.cols - least_width(table, dropped), 0);
    for (size_t c = 0; c < table->n_columns; c++) {
        int width = table->columns[c].width;

        table->placed[c] = (struct placed){0};
        if (dropped[c])
            continue;
        if (width == 0) {
            width = MAX(table->columns[c].min_width, 1) + spare / flexible;
            spare -= spare / flexible;
            flexible--;
        }
        table->placed[c] = (struct placed){.col = col, .cols = CLAMP(width, 0, MAX(end - col, 0))};
        col += width + GAP;
    }
}

/* --- drawing
 * ---------------------------------------------------------------------------------------- */

static void draw_header(const struct table *table, const struct canvas *canvas, int line)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        const struct table_column *column = &table->columns[c];
        bool sorted = c == table->sort_column && !column->unsortable;

        if (table->placed[c].cols > 0)
            text_draw(canvas, line, table->placed[c].col, table->placed[c].cols,
                      &(struct text_style){.role = sorted ? THEME_SORTED : THEME_HEADER,
                                           .align = column->align},
                      column->title);
    }
}

static enum theme_role row_role(const struct table_look *look, bool selected, enum theme_role cell)
{
    if (selected)
        return look->focused ? THEME_SELECTED : THEME_SELECTED_DIM;
    return look->stale ? THEME_STALE : cell;
}

static void draw_row(struct table *table, const struct canvas *canvas, int line, size_t row,
                     bool selected, const struct table_look *look)
{
    if (selected)
        text_drawf(canvas, line, table->rect.left, table->rect.cols,
                   row_role(look, true, THEME_TEXT), "%s", "");
    for (size_t c = 0; c < table->n_columns; c++) {
        struct table_cell cell = {.text = table->scratch, .role = THEME_TEXT, .bar = NAN};

        if (table->placed[c].cols <= 0)
            continue;
        g_string_truncate(table->scratch, 0);
        table->ops->cell(table->model, row, c, &cell);
        text_draw(canvas, line, table->placed[c].col, table->placed[c].cols,
                  &(struct text_style){.role = row_role(look, selected, cell.role),
                                       .align = table->columns[c].align,
                                       .elide = table->columns[c].elide},
                  table->scratch->str);
    }
}

static void draw_empty(const struct canvas *canvas, TickitRect rect, const char *text)
{
    if (text == NULL || rect.cols < 2)
        return;
    g_autofree char *safe = text_safe(text, -1, canvas->theme->glyphs != THEME_ASCII);
    g_autoptr(GPtrArray) lines = text_wrap(safe, rect.cols - 1);

    for (guint i = 0; i < lines->len && (int)i < rect.lines; i++)
        text_drawf(canvas, rect.top + (int)i, rect.left, rect.cols, THEME_DIM, "%s",
                   (const char *)g_ptr_array_index(lines, i));
}

static void draw_scrollbar(const struct table *table, const struct canvas *canvas, int lines)
{
    int n = (int)table->order->len;
    int size = MAX(lines * lines / MAX(n, 1), 1);
    int at = n > lines ? (int)((gint64)table->top * (lines - size) / (n - lines)) : 0;

    for (int i = 0; i < lines; i++)
        text_drawf(canvas, table->rect.top + 1 + i, table->rect.left + table->rect.cols - 1, 1,
                   i >= at && i < at + size ? THEME_FOCUS : THEME_BORDER, "%s",
                   canvas->theme->glyphs == THEME_ASCII ? "|" : "│");
}

static void scroll_to_selection(struct table *table, int lines)
{
    size_t n = table->order->len, shown = (size_t)MAX(lines, 1);

    if (table->selected < table->top)
        table->top = table->selected;
    if (table->selected >= table->top + shown)
        table->top = table->selected - shown + 1;
    if (table->top + shown > n)
        table->top = n > shown ? n - shown : 0;
}

void table_draw(struct table *table, const struct canvas *canvas, TickitRect rect,
                const struct table_look *look)
{
    table->rect = rect;
    if (rect.lines <= 0 || rect.cols <= 0)
        return;
    tickit_renderbuffer_eraserect(canvas->rb, &rect);
    refresh(table);
    int lines = rect.lines - 1;

    if (table->order->len == 0) {
        draw_empty(canvas, rect, look->empty);
        return;
    }
    bool bar = (int)table->order->len > lines && rect.cols > 20 && lines > 1;

    place_columns(table, (TickitRect){rect.top, rect.left, rect.lines, rect.cols - (bar ? 2 : 0)});
    draw_header(table, canvas, rect.top);
    size_t top = MIN(table->top, table->order->len - 1);

    for (int i = 0; i < lines && top + (size_t)i < table->order->len; i++)
        draw_row(table, canvas, rect.top + 1 + i,
                 g_array_index(table->order, guint32, top + (size_t)i),
                 top + (size_t)i == table->selected, look);
    if (bar)
        draw_scrollbar(table, canvas, lines);
}

/* --- moving
 * ------------------------------------------------------------------------------------------ */

static void select_position(struct table *table, size_t position)
{
    table->selected = position;
    table->selected_key =
        table->ops->key(table->model, g_array_index(table->order, guint32, position));
    scroll_to_selection(table, MAX(table->rect.lines - 1, 1));
}

void table_move(struct table *table, enum table_motion motion)
{
    refresh(table);
    gint64 n = table->order->len, page = MAX(table->rect.lines - 2, 1),
           at = (gint64)table->selected;

    if (n == 0)
        return;
    switch (motion) {
    case TABLE_UP:
        at--;
        break;
    case TABLE_DOWN:
        at++;
        break;
    case TABLE_PAGE_UP:
        at -= page;
        break;
    case TABLE_PAGE_DOWN:
        at += page;
        break;
    case TABLE_HALF_UP:
        at -= MAX(page / 2, 1);
        break;
    case TABLE_HALF_DOWN:
        at += MAX(page / 2, 1);
        break;
    case TABLE_HOME:
        at = 0;
        break;
    case TABLE_END:
        at = n - 1;
        break;
    }
    select_position(table, (size_t)CLAMP(at, 0, n - 1));
}

bool table_selected(const struct table *table, size_t *ret_row)
{
    if (table->selected >= table->order->len)
        return false;
    *ret_row = g_array_index(table->order, guint32, table->selected);
    return true;
}

bool table_select_key(struct table *table, uint64_t key)
{
    refresh(table);
    for (guint i = 0; i < table->order->len; i++)
        if (table->ops->key(table->model, g_array_index(table->order, guint32, i)) == key) {
            select_position(table, i);
            return true;
        }
    return false;
}

void table_scroll(struct table *table, int lines)
{
    gint64 most = (gint64)table->order->len - MAX(table->rect.lines - 1, 1);

    table->top = (size_t)CLAMP((gint64)table->top + lines, 0, MAX(most, 0));
}

/* --- sorting and filtering
 * ------------------------------------------------------------------------------ */

static void reorder(struct table *table)
{
    table->stale_order = true;
    refresh(table);
    scroll_to_selection(table, MAX(table->rect.lines - 1, 1));
}

void table_sort(struct table *table, size_t column)
{
    if (column >= table->n_columns || table->columns[column].unsortable)
        return;
    if (column == table->sort_column) {
        table->descending = !table->descending;
    } else {
        table->sort_column = column;
        table->descending = table->columns[column].descending_first;
    }
    reorder(table);
}

void table_sort_next(struct table *table, int step)
{
    for (gint64 c = (gint64)table->sort_column + step; c >= 0 && c < (gint64)table->n_columns;
         c += step)
        if (!table->columns[c].unsortable && (table->placed[c].cols > 0 || table->rect.cols == 0)) {
            table_sort(table, (size_t)c);
            return;
        }
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

static bool has_capital(const char *text)
{
    for (; *text != '\0'; text++)
        if (g_ascii_isupper(*text))
            return true;
    return false;
}

GRegex *table_compile(const char *pattern)
{
    GRegexCompileFlags flags = G_REGEX_RAW | G_REGEX_OPTIMIZE;

    if (!has_capital(pattern))
        flags |= G_REGEX_CASELESS;
    GRegex *regex = g_regex_new(pattern, flags, 0, NULL);

    if (regex != NULL)
        return regex;
    g_autofree char *literal = g_regex_escape_string(pattern, -1);

    return g_regex_new(literal, flags, 0, NULL);
}

void table_set_filter(struct table *table, const char *pattern)
{
    const char *text = pattern != NULL ? pattern : "";
    char *copy = g_strdup(text); /* may be our own filter */

    g_clear_pointer(&table->regex, g_regex_unref);
    table->inverted = *text == '!';
    text += table->inverted;
    if (*text != '\0')
        table->regex = table_compile(text);
    g_free(table->filter);
    table->filter = copy;
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

/* --- mouse
 * ------------------------------------------------------------------------------------------------
 */

enum table_hit table_click(struct table *table, int line, int col)
{
    TickitRect r = table->rect;

    if (line < r.top || line >= r.top + r.lines || col < r.left || col >= r.left + r.cols ||
        table->order->len == 0)
        return TABLE_HIT_NONE;
    if (line == r.top) {
        for (size_t c = 0; c < table->n_columns; c++)
            if (table->placed[c].cols > 0 && col >= table->placed[c].col &&
                col < table->placed[c].col + table->placed[c].cols) {
                table_sort(table, c);
                return TABLE_HIT_HEADER;
            }
        return TABLE_HIT_NONE;
    }
    size_t position = table->top + (size_t)(line - r.top - 1);

    if (position >= table->order->len)
        return TABLE_HIT_NONE;
    select_position(table, position);
    return TABLE_HIT_ROW;
}

/* --- as text
 * ---------------------------------------------------------------------------------------------- */

char *table_to_text(const struct table *table, bool unicode)
{
    GString *out = g_string_new(NULL);

    for (size_t c = 0; c < table->n_columns; c++)
        g_string_append_printf(out, "%s%s", c > 0 ? "\t" : "", table->columns[c].title);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < table->order->len; i++) {
        for (size_t c = 0; c < table->n_columns; c++) {
            struct table_cell cell = {.text = table->scratch, .bar = NAN};

            g_string_truncate(table->scratch, 0);
            table->ops->cell(table->model, g_array_index(table->order, guint32, i), c, &cell);
            if (c > 0)
                g_string_append_c(out, '\t');
            text_sanitise(out, table->scratch->str, (gssize)table->scratch->len, unicode);
        }
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}
