#ifndef SIDESCOPE_WIDGETS_COLUMNS_H
#define SIDESCOPE_WIDGETS_COLUMNS_H

/*
 * Columns of a table: who gets how many cells, who is dropped when
 * it gets narrow, the header with the arrow of the sort order.
 */

#include "widgets/text.h"

struct table_column {
    const char *title;
    int width;     /* columns; 0: takes what is left (several share it by weight) */
    int min_width; /* a flexible column below this makes columns drop */
    int max_width; /* and it does not grow beyond this; 0: without end */
    int weight;    /* of a flexible column's share of what is left; 0 is as 1 */
    enum text_align align;
    enum text_elide elide;
    int drop;              /* 0: never dropped when narrow; else highest goes first */
    bool descending_first; /* numbers: first sort is largest first */
    bool unsortable;
    bool hidden; /* not there for now, neither drawn nor written nor sorted by */
};

struct table_cell {
    GString *text;        /* raw bytes; empty on entry */
    enum theme_role role; /* THEME_TEXT on entry */
    double bar;           /* 0..1: share drawn as a bar behind the cell; NAN on entry: none */
};

enum { COLUMNS_MAX = 24 };

struct columns {
    const struct table_column *columns;
    size_t n; /* at most COLUMNS_MAX */
    struct {
        int col, cols;
    } at[COLUMNS_MAX]; /* cols 0: dropped */
};

/* Shares out the cells [left, left + cols). */
void columns_place(struct columns *columns, int left, int cols);
/* sorted: G_MAXSIZE for none. */
void columns_draw_header(const struct columns *columns, const struct canvas *canvas, int line,
                         size_t sorted, bool descending);
/* The column that covers col, or G_MAXSIZE. */
size_t columns_hit(const struct columns *columns, int col);
/* Cells of a bar of this share over cols cells: at least one for what is not nothing. */
int columns_bar(double share, int cols);

#endif
