#ifndef SIDESCOPE_WIDGETS_TABLE_H
#define SIDESCOPE_WIDGETS_TABLE_H

/*
 * A sortable, filterable, scrollable table over rows it does not own. What
 * they are a listing tells (listing.h); the table keeps order, selection (by
 * key, so that it follows the item when rows move), scroll, sort and filter.
 * UI thread.
 */

#include "widgets/columns.h" /* struct table_column, struct table_cell */
#include "widgets/listing.h"
#include "widgets/scroll.h" /* enum table_motion */

struct table;

/* A table of a listing, borrowed for its life, ordered as that says. */
struct table *table_new(const struct listing *listing);
void table_free(struct table *table);
const struct listing *table_listing(const struct table *table);
const void *table_model(const struct table *table); /* NULL: none */

/* Columns of a listing that come and go, and what heads one for now (borrowed). */
void table_hide(struct table *table, size_t column, bool hidden);
bool table_is_hidden(const struct table *table, size_t column);
/* Whether a column that was there when it was drawn last counts from a moment (.since). */
bool table_has_since(const struct table *table);
void table_set_title(struct table *table, size_t column, const char *title, enum text_elide elide);
void table_set_min_width(struct table *table, size_t column, int cols);

/* A new model (may be NULL with 0 rows); borrowed until replaced. Keeps selection by key. */
void table_set_model(struct table *table, const void *model, size_t n_rows);

/*
 * Draws header and rows into rect. What to say instead when there are no rows
 * comes from empty (raw bytes, wrapped; may be NULL). stale greys the rows.
 * With one line only there is no header.
 */
struct table_look {
    bool focused;
    bool stale;
    const char *empty;
};
void table_draw(struct table *table, const struct canvas *canvas, TickitRect rect,
                const struct table_look *look);

void table_move(struct table *table, enum table_motion motion);
/* True and the model row when something is selected. */
bool table_selected(const struct table *table, size_t *ret_row);
bool table_select_key(struct table *table, uint64_t key);

/* Sorting: by column; the same column again inverts. */
void table_sort(struct table *table, size_t column);
void table_sort_next(struct table *table, int step); /* +1 / -1: neighbour visible, or around */
bool table_sorts(const struct table *table);         /* there is one, and rows to sort */
void table_sort_invert(struct table *table);
size_t table_sort_column(const struct table *table, bool *ret_descending);

/*
 * Filter by regular expression (PCRE2, case-insensitive unless it has capitals;
 * a bad pattern is taken literally); leading "!" inverts. NULL or "" clears.
 */
void table_set_filter(struct table *table, const char *pattern);
const char *table_filter(const struct table *table); /* "" when none */
size_t table_n_shown(const struct table *table);
size_t table_n_rows(const struct table *table);
/* The model row shown at a position (0: first after filter and sort); false past the end. */
bool table_row_at(const struct table *table, size_t position, size_t *ret_row);
/* All shown rows as safe text: header, a line per row, tab between cells. Free with g_free. */
char *table_to_text(const struct table *table, bool unicode);

enum table_hit { TABLE_HIT_NONE, TABLE_HIT_ROW, TABLE_HIT_HEADER };
/* A click at line, col inside the rect last drawn: selects a row or sorts by a header. */
enum table_hit table_click(struct table *table, int line, int col);
void table_scroll(struct table *table, int lines); /* wheel: moves the view, not the selection */

#endif
