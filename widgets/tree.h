#ifndef SIDESCOPE_WIDGETS_TREE_H
#define SIDESCOPE_WIDGETS_TREE_H

/*
 * A collapsible tree with columns, over nodes it does not own. Like a table
 * it keeps selection and what is open by key, so that a new model changes
 * neither; siblings are sorted among themselves. UI thread.
 */

#include "widgets/table.h"

struct tree;

#define TREE_ROOT G_MAXSIZE /* the parent of the top level; never drawn */

/* Rows and levels that are opened at most; more are left out and said so in the last row. */
enum { TREE_MAX_ROWS = 100000, TREE_MAX_DEPTH = 500 };

struct tree_ops {
    size_t (*n_children)(const void *model, size_t node); /* node may be TREE_ROOT */
    size_t (*child)(const void *model, size_t node, size_t index);
    void (*cell)(const void *model, size_t node, size_t column, struct table_cell *ret);
    /* order of two siblings by column; ties stay in the model's order; NULL: the model's order */
    int (*compare)(const void *model, size_t a, size_t b, size_t column);
    /* stable identity of the node across models, never 0 */
    uint64_t (*key)(const void *model, size_t node);
};

/* columns and ops are borrowed for the tree's life; branches are drawn in tree_column. */
struct tree *tree_new(const struct tree_ops *ops, const struct table_column *columns,
                      size_t n_columns, size_t tree_column, size_t sort_column);
void tree_free(struct tree *tree);

/* A new model (NULL: none); borrowed until replaced. Keeps what is open and selected. */
void tree_set_model(struct tree *tree, const void *model);
void tree_draw(struct tree *tree, const struct canvas *canvas, TickitRect rect,
               const struct table_look *look);

void tree_move(struct tree *tree, enum table_motion motion);
void tree_scroll(struct tree *tree, int lines);
/* True and the node when something is selected. */
bool tree_selected(const struct tree *tree, size_t *ret_node);
/* Selects a node among those shown. */
bool tree_select_key(struct tree *tree, uint64_t key);

enum tree_fold {
    TREE_OPEN,  /* when open already: to its first child */
    TREE_CLOSE, /* when closed already: to its parent */
    TREE_TOGGLE,
    TREE_OPEN_ALL, /* all below the selected node */
    TREE_CLOSE_ALL,
};
/* Folds at the selected node; false when nothing changed. */
bool tree_fold(struct tree *tree, enum tree_fold fold);
/* Opens every node above this level (0: none open). */
void tree_open_levels(struct tree *tree, int levels);

/* Sorting siblings: by column; the same column again inverts. */
void tree_sort(struct tree *tree, size_t column);
void tree_sort_invert(struct tree *tree);
size_t tree_sort_column(const struct tree *tree, bool *ret_descending);

size_t tree_n_shown(const struct tree *tree);
/* A click inside the rect last drawn: selects, folds at the branch, sorts by a header. */
enum table_hit tree_click(struct tree *tree, int line, int col);
/* All shown rows as safe text, indented, tab between cells. Free with g_free. */
char *tree_to_text(const struct tree *tree, bool unicode);

#endif
