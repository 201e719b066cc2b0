#include "widgets/columns.h"

#include <math.h>

static int least_of(const struct table_column *column)
{
    return column->width > 0 ? column->width : MAX(column->min_width, 1);
}

static int least_width(const struct columns *columns, const bool *dropped, int gap)
{
    int width = -gap;

    for (size_t c = 0; c < columns->n; c++)
        if (!dropped[c])
            width += gap + least_of(&columns->columns[c]);
    return width;
}

/* Drops columns until the others fit; false when nothing more may go. */
static bool drop_one(const struct columns *columns, bool *dropped)
{
    size_t worst = columns->n;

    for (size_t c = 0; c < columns->n; c++)
        if (!dropped[c] && columns->columns[c].drop > 0 &&
            (worst == columns->n || columns->columns[c].drop > columns->columns[worst].drop))
            worst = c;
    if (worst == columns->n)
        return false;
    dropped[worst] = true;
    return true;
}

static int weight_of(const struct table_column *column)
{
    return column->width > 0 ? 0 : MAX(column->weight, 1);
}

static int total_weight(const struct columns *columns, const bool *dropped)
{
    int total = 0;

    for (size_t c = 0; c < columns->n; c++)
        total += dropped[c] ? 0 : weight_of(&columns->columns[c]);
    return total;
}

/*
 * What is left over, by weight. Those that have a greatest width come first, so that what they do
 * not take is for the others; a short name stays beside its numbers on a wide screen.
 */
static void share_out(const struct columns *columns, const bool *dropped, int spare, int *widths)
{
    int weights = total_weight(columns, dropped);

    for (int bounded = 1; bounded >= 0; bounded--)
        for (size_t c = 0; c < columns->n; c++) {
            const struct table_column *column = &columns->columns[c];
            int weight = weight_of(column);

            if (dropped[c] || weight == 0 || (column->max_width > 0) != bounded)
                continue;
            int share = spare * weight / weights;

            if (bounded)
                share = CLAMP(column->max_width - widths[c], 0, share);
            widths[c] += share;
            spare -= share;
            weights -= weight;
        }
}

void columns_place(struct columns *columns, int left, int cols)
{
    bool dropped[COLUMNS_MAX] = {false};
    int widths[COLUMNS_MAX], col = left, end = left + MAX(cols, 0), gap;

    for (size_t c = 0; c < columns->n; c++) {
        dropped[c] = columns->columns[c].hidden;
        widths[c] = least_of(&columns->columns[c]);
    }
    while (least_width(columns, dropped, 1) > cols && drop_one(columns, dropped))
        ;
    /* two blanks between columns read better, where they cost no column */
    gap = least_width(columns, dropped, 2) <= cols ? 2 : 1;
    share_out(columns, dropped, MAX(cols - least_width(columns, dropped, gap), 0), widths);
    for (size_t c = 0; c < columns->n; c++) {
        columns->at[c].cols = 0;
        if (dropped[c])
            continue;
        columns->at[c].col = col;
        columns->at[c].cols = CLAMP(widths[c], 0, MAX(end - col, 0));
        col += widths[c] + gap;
    }
}

static bool is_beside(const struct columns *columns, size_t c, int side)
{
    for (size_t other = 0; other < columns->n; other++)
        if (columns->at[other].cols > 0 && side * (columns->at[other].col - columns->at[c].col) > 0)
            return true;
    return false;
}

/*
 * Where the arrow stands, from the column's left edge: beside the title, on
 * the side where numbers do not end; in the gap when the title fills its
 * column; over the title's edge when there is no gap.
 */
static int arrow_at(const struct columns *columns, size_t c)
{
    const struct table_column *column = &columns->columns[c];
    int cols = columns->at[c].cols, width = text_width(column->title);

    if (column->align == TEXT_RIGHT)
        return width < cols ? cols - width - 1 : is_beside(columns, c, -1) ? -1 : 0;
    return width < cols ? width : is_beside(columns, c, 1) ? cols : cols - 1;
}

void columns_draw_header(const struct columns *columns, const struct canvas *canvas, int line,
                         size_t sorted, bool descending)
{
    for (size_t c = 0; c < columns->n; c++) {
        const struct table_column *column = &columns->columns[c];

        if (columns->at[c].cols <= 0)
            continue;
        if (c == sorted && !column->unsortable) {
            int col = columns->at[c].col, cols = columns->at[c].cols;
            const struct text_style style = {.role = THEME_SORTED,
                                             .align = columns->columns[c].align};

            text_draw(canvas, line, col, cols, &style, columns->columns[c].title);
            tickit_renderbuffer_setpen(canvas->rb, theme_pen(canvas->theme, THEME_SORTED));
            tickit_renderbuffer_text_at(canvas->rb, line, col + arrow_at(columns, c),
                                        theme_arrow(canvas->theme, descending ? -1 : 1));
            tickit_renderbuffer_setpen(canvas->rb, NULL);
        } else
            text_draw(canvas, line, columns->at[c].col, columns->at[c].cols,
                      &(struct text_style){.role = THEME_HEADER, .align = column->align},
                      column->title);
    }
}

size_t columns_hit(const struct columns *columns, int col)
{
    for (size_t c = 0; c < columns->n; c++)
        if (col >= columns->at[c].col && col < columns->at[c].col + columns->at[c].cols)
            return c;
    return G_MAXSIZE;
}

int columns_bar(double share, int cols)
{
    if (isnan(share) || share <= 0)
        return 0;
    return MAX((int)lround(fmin(share, 1) * cols), 1);
}
