#ifndef SIDESCOPE_APP_TUI_VIEWS_FILES_VIEWS_H
#define SIDESCOPE_APP_TUI_VIEWS_FILES_VIEWS_H

/*
 * The views of the files pane, one source file for each: a table over the
 * newest files sample and what Enter and the other keys do in it. UI thread.
 */

#include "app/lists/file_lists.h"
#include "app/tui/shell/pane.h"
#include "widgets/table.h"

/* First member of every view's own struct. */
struct files_view {
    struct view base;
    const struct pane *pane; /* whose tab it is */
    struct table *table;
    const struct files_sample *files; /* of the pane's sample; NULL: none */
    struct files_list list;           /* model of those that need no more */
    const char *empty;                /* what stands in the place of rows when there are none */
};

struct files_view *files_templates_new(const struct pane *pane);
struct files_view *files_tree_new(const struct pane *pane);
struct files_view *files_survivors_new(const struct pane *pane);
struct files_view *files_databases_new(const struct pane *pane);
struct files_view *files_paths_new(const struct pane *pane);
struct files_view *files_types_new(const struct pane *pane);
struct files_view *files_each_new(const struct pane *pane);
struct files_view *files_held_new(const struct pane *pane);

/* --- shared by the views --- */

/* Its first members; takes the table. Returns view. */
struct files_view *files_view_init(struct files_view *view, const struct view_ops *ops,
                                   const struct pane *pane, struct table *table);
/* For their ops: info() in a line, then the table; the table; freeing what has nothing else. */
void files_view_draw(struct view *view, const struct canvas *canvas, TickitRect area);
struct table *files_view_table(struct view *view);
void files_view_free(struct view *view);
/* What list is of now. */
struct files_list files_view_list(const struct files_view *view);
/* OPEN, of a row. */
extern const struct view_key files_view_keys[];
/* The row that is selected; false: none, or no sample. */
bool files_view_row(const struct view *view, size_t *ret_row);

#endif
