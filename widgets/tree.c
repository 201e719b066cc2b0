#include "widgets/tree_rows.h"

#include <math.h>

enum { INDENT = 2 };

struct tree *tree_new(const struct tree_ops *ops, const struct table_column *columns,
                      size_t n_columns, size_t tree_column, size_t sort_column)
{
    struct tree *tree = g_new0(struct tree, 1);

    g_assert(n_columns <= COLUMNS_MAX && tree_column < n_columns && sort_column < n_columns);
    tree->ops = ops;
    tree->columns = (struct columns){.columns = columns, .n = n_columns};
    tree->tree_column = tree_column;
    tree->sort_column = sort_column;
    tree->descending = columns[sort_column].descending_first;
    tree->open = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    tree->rows = g_array_new(FALSE, FALSE, sizeof(struct tree_row));
    tree->scratch = g_string_new(NULL);
    return tree;
}

void tree_free(struct tree *tree)
{
    if (tree == NULL)
        return;
    g_hash_table_unref(tree->open);
    g_array_unref(tree->rows);
    g_string_free(tree->scratch, TRUE);
    g_free(tree);
}

/* --- view --- */

static int head_lines(const struct tree *tree)
{
    return tree->rect.lines > 1 ? 1 : 0;
}

static int body_lines(const struct tree *tree)
{
    return MAX(tree->rect.lines - head_lines(tree), 0);
}

static bool selection_in_view(const struct tree *tree)
{
    return tree->selected >= tree->top && tree->selected < tree->top + (size_t)body_lines(tree);
}

static void rebuild(struct tree *tree)
{
    tree->reveal |= selection_in_view(tree);
    tree_rebuild(tree);
}

static void settle_top(struct tree *tree)
{
    size_t n = tree->rows->len;

    tree->top = tree->reveal ? scroll_follow(tree->top, tree->selected, n, body_lines(tree))
                             : scroll_by(tree->top, 0, n, body_lines(tree));
    tree->reveal = false;
}

void tree_set_model(struct tree *tree, const void *model)
{
    tree->model = model;
    rebuild(tree);
}

/* --- drawing --- */

static const char *sign_of(const struct tree_row *row, bool unicode)
{
    if (row->leaf)
        return row->depth == 0 ? "  " : unicode ? "─ " : "- ";
    if (row->open)
        return unicode ? "▾ " : "v ";
    return unicode ? "▸ " : "> ";
}

/* Lines from the ancestors, a corner, and whether there is more below. */
static void append_branch(const struct tree *tree, size_t row, bool unicode, GString *out)
{
    const struct tree_row *at = tree_row_at(tree, row);
    g_autofree bool *goes_on = g_new0(bool, (gsize)at->depth + 1);

    for (size_t r = row; r != TREE_ROOT; r = tree_row_at(tree, r)->parent)
        goes_on[tree_row_at(tree, r)->depth] = !tree_row_at(tree, r)->last;
    for (int depth = 1; depth < at->depth; depth++)
        g_string_append(out, !goes_on[depth] ? "  " : unicode ? "│ " : "| ");
    if (at->depth > 0 && unicode)
        g_string_append(out, at->last ? "└─" : "├─");
    else if (at->depth > 0)
        g_string_append(out, at->last ? "`-" : "|-");
    g_string_append(out, sign_of(at, unicode));
}

/* Columns before the text of a row: the branch leaves at least half the column to it. */
static int branch_cols(const struct tree *tree, const struct tree_row *row)
{
    return MIN((row->depth + 1) * INDENT, tree->columns.at[tree->tree_column].cols / 2);
}

static enum theme_role cell_role(const struct table_look *look, bool selected, enum theme_role role)
{
    if (selected && look->focused)
        return THEME_SELECTED;
    return look->stale ? THEME_STALE : role;
}

static void draw_branch(struct tree *tree, const struct canvas *canvas, int line, size_t row,
                        enum theme_role role)
{
    /* deep rows show the inner end of their branch */
    const struct text_style style = {.role = role, .elide = TEXT_ELIDE_START};

    g_string_truncate(tree->scratch, 0);
    append_branch(tree, row, text_unicode(canvas), tree->scratch);
    text_draw_safe(canvas, line, tree->columns.at[tree->tree_column].col,
                   branch_cols(tree, tree_row_at(tree, row)), &style, tree->scratch->str);
}

static void draw_cell(struct tree *tree, const struct canvas *canvas, int line, size_t row,
                      size_t column, const struct table_look *look)
{
    const struct columns *columns = &tree->columns;
    bool selected = row == tree->selected;
    int col = columns->at[column].col, cols = columns->at[column].cols;
    struct table_cell cell = {.text = tree->scratch, .role = THEME_TEXT, .bar = NAN};

    if (column == tree->tree_column) {
        draw_branch(tree, canvas, line, row, cell_role(look, selected, THEME_DIM));
        col += branch_cols(tree, tree_row_at(tree, row));
        cols -= branch_cols(tree, tree_row_at(tree, row));
    }
    g_string_truncate(tree->scratch, 0);
    tree->ops->cell(tree->model, tree_row_at(tree, row)->node, column, &cell);
    text_draw(canvas, line, col, cols,
              &(struct text_style){.role = cell_role(look, selected, cell.role),
                                   .align = columns->columns[column].align,
                                   .elide = columns->columns[column].elide,
                                   .bar_cols = columns_bar(cell.bar, cols)},
              tree->scratch->str);
}

static void draw_row(struct tree *tree, const struct canvas *canvas, int line, size_t row,
                     const struct table_look *look)
{
    bool selected = row == tree->selected;

    if (selected) {
        tickit_renderbuffer_setpen(
            canvas->rb,
            theme_pen(canvas->theme, look->focused ? THEME_SELECTED : THEME_SELECTED_DIM));
        tickit_renderbuffer_erase_at(canvas->rb, line, tree->rect.left, tree->rect.cols);
        tickit_renderbuffer_savepen(canvas->rb);
    }
    for (size_t c = 0; c < tree->columns.n; c++)
        if (tree->columns.at[c].cols > 0)
            draw_cell(tree, canvas, line, row, c, look);
    if (selected) {
        tickit_renderbuffer_restore(canvas->rb);
        tickit_renderbuffer_setpen(canvas->rb, NULL);
    }
}

static void draw_rows(struct tree *tree, const struct canvas *canvas, const struct table_look *look)
{
    const TickitRect *rect = &tree->rect;
    int lines = body_lines(tree), first = rect->top + head_lines(tree);
    bool thumb = tree->rows->len > (size_t)lines && rect->cols >= 4;
    int margin = thumb ? (rect->cols >= 30 ? 2 : 1) : 0;

    columns_place(&tree->columns, rect->left, rect->cols - margin);
    if (head_lines(tree) > 0)
        columns_draw_header(&tree->columns, canvas, rect->top, tree->sort_column, tree->descending);
    for (int i = 0; i < lines && tree->top + (size_t)i < tree->rows->len; i++)
        draw_row(tree, canvas, first + i, tree->top + (size_t)i, look);
    if (thumb)
        scroll_draw(canvas, first, rect->left + rect->cols - 1, lines, tree->top, tree->rows->len);
    if (tree->truncated && head_lines(tree) > 0)
        text_draw(canvas, rect->top, rect->left + MAX(rect->cols - 11, 0), MIN(rect->cols, 11),
                  &(struct text_style){.role = THEME_LOOK, .align = TEXT_RIGHT}, "truncated");
}

void tree_draw(struct tree *tree, const struct canvas *canvas, TickitRect rect,
               const struct table_look *look)
{
    if (rect.lines < tree->rect.lines)
        tree->reveal |= selection_in_view(tree);
    tree->rect = rect;
    if (rect.lines <= 0 || rect.cols <= 0)
        return;
    settle_top(tree);
    tickit_renderbuffer_eraserect(canvas->rb, &rect);
    if (tree->rows->len > 0)
        draw_rows(tree, canvas, look);
    else if (look->empty != NULL)
        text_draw_words(canvas, rect, look->empty);
}

/* --- moving --- */

static void select_row(struct tree *tree, size_t row)
{
    tree->selected = row;
    tree->selected_key = tree_key_at(tree, row);
    tree->reveal = true;
}

void tree_move(struct tree *tree, enum table_motion motion)
{
    size_t n = tree->rows->len;

    if (n > 0)
        select_row(tree, scroll_target(motion, tree->selected, n, body_lines(tree)));
}

void tree_scroll(struct tree *tree, int lines)
{
    settle_top(tree);
    tree->top = scroll_by(tree->top, lines, tree->rows->len, body_lines(tree));
}

bool tree_selected(const struct tree *tree, size_t *ret_node)
{
    if (tree->selected >= tree->rows->len)
        return false;
    *ret_node = tree_row_at(tree, tree->selected)->node;
    return true;
}

bool tree_select_key(struct tree *tree, uint64_t key)
{
    for (size_t i = 0; key != 0 && i < tree->rows->len; i++)
        if (tree_key_at(tree, i) == key) {
            select_row(tree, i);
            return true;
        }
    return false;
}

/* --- folding --- */

/* Opens nodes below this one down to so many levels, within the limits. */
static void open_below(struct tree *tree, size_t node, int levels, size_t *left)
{
    size_t n = tree->ops->n_children(tree->model, node);

    if (n == 0 || levels <= 0)
        return;
    if (node != TREE_ROOT)
        tree_set_open(tree, node, true);
    for (size_t i = 0; i<n && * left> 0; i++) {
        (*left)--;
        open_below(tree, tree->ops->child(tree->model, node, i), levels - 1, left);
    }
}

void tree_open_levels(struct tree *tree, int levels)
{
    size_t left = TREE_MAX_ROWS;

    g_hash_table_remove_all(tree->open);
    if (tree->model != NULL)
        open_below(tree, TREE_ROOT, MIN(levels, TREE_MAX_DEPTH - 1) + 1, &left);
    rebuild(tree);
}

static void close_below(struct tree *tree, size_t row)
{
    int depth = tree_row_at(tree, row)->depth;

    do
        tree_set_open(tree, tree_row_at(tree, row)->node, false);
    while (++row < tree->rows->len && tree_row_at(tree, row)->depth > depth);
}

static bool open_or_enter(struct tree *tree, const struct tree_row *row)
{
    if (row->leaf)
        return false;
    if (row->open)
        select_row(tree, tree->selected + 1);
    else
        tree_set_open(tree, row->node, true);
    return true;
}

static bool close_or_leave(struct tree *tree, const struct tree_row *row)
{
    if (row->open)
        tree_set_open(tree, row->node, false);
    else if (row->parent != TREE_ROOT)
        select_row(tree, row->parent);
    else
        return false;
    return true;
}

static bool fold(struct tree *tree, enum tree_fold what)
{
    const struct tree_row *row = tree_row_at(tree, tree->selected);
    size_t left = TREE_MAX_ROWS;

    switch (what) {
    case TREE_OPEN:
        return open_or_enter(tree, row);
    case TREE_CLOSE:
        return close_or_leave(tree, row);
    case TREE_TOGGLE:
        if (!row->leaf)
            tree_set_open(tree, row->node, !row->open);
        return !row->leaf;
    case TREE_OPEN_ALL:
        open_below(tree, row->node, TREE_MAX_DEPTH - row->depth - 1, &left);
        return !row->leaf;
    case TREE_CLOSE_ALL:
        close_below(tree, tree->selected);
        return row->open;
    }
    return false;
}

bool tree_fold(struct tree *tree, enum tree_fold what)
{
    if (tree->selected >= tree->rows->len)
        return false;
    tree->selected_key = tree_key_at(tree, tree->selected); /* folding is choosing */
    bool changed = fold(tree, what);

    rebuild(tree);
    return changed;
}

/* --- sorting --- */

void tree_sort(struct tree *tree, size_t column)
{
    const struct columns *columns = &tree->columns;

    if (column >= columns->n || columns->columns[column].unsortable)
        return;
    tree->descending =
        column == tree->sort_column ? !tree->descending : columns->columns[column].descending_first;
    tree->sort_column = column;
    rebuild(tree);
}

void tree_sort_invert(struct tree *tree)
{
    tree->descending = !tree->descending;
    rebuild(tree);
}

size_t tree_sort_column(const struct tree *tree, bool *ret_descending)
{
    if (ret_descending != NULL)
        *ret_descending = tree->descending;
    return tree->sort_column;
}

size_t tree_n_shown(const struct tree *tree)
{
    return tree->rows->len;
}

/* --- mouse and text --- */

static bool is_on_branch(const struct tree *tree, size_t row, int col)
{
    int end = tree->columns.at[tree->tree_column].col + branch_cols(tree, tree_row_at(tree, row));

    return !tree_row_at(tree, row)->leaf && col >= end - INDENT && col < end;
}

enum table_hit tree_click(struct tree *tree, int line, int col)
{
    const TickitRect *r = &tree->rect;
    int at = line - r->top - head_lines(tree);

    if (line < r->top || line >= r->top + r->lines || col < r->left || col >= r->left + r->cols ||
        tree->rows->len == 0)
        return TABLE_HIT_NONE;
    if (at < 0) {
        size_t column = columns_hit(&tree->columns, col);

        tree_sort(tree, column);
        return column == G_MAXSIZE ? TABLE_HIT_NONE : TABLE_HIT_HEADER;
    }
    size_t row = tree->top + (size_t)at;

    if (row >= tree->rows->len)
        return TABLE_HIT_NONE;
    select_row(tree, row);
    if (is_on_branch(tree, row, col))
        tree_fold(tree, TREE_TOGGLE);
    return TABLE_HIT_ROW;
}

char *tree_to_text(const struct tree *tree, bool unicode)
{
    GString *out = g_string_new(NULL);

    for (size_t row = 0; row < tree->rows->len; row++) {
        const struct tree_row *at = tree_row_at(tree, row);

        for (size_t c = 0; c < tree->columns.n; c++) {
            struct table_cell cell = {.text = tree->scratch, .bar = NAN};

            g_string_truncate(tree->scratch, 0);
            tree->ops->cell(tree->model, at->node, c, &cell);
            if (c > 0)
                g_string_append_c(out, '\t');
            if (c == tree->tree_column)
                g_string_append_printf(out, "%*s", at->depth * INDENT, "");
            text_sanitise(out, tree->scratch->str, (gssize)tree->scratch->len, unicode);
        }
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}
