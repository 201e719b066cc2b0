#ifndef SIDESCOPE_WIDGETS_TREE_ROWS_H
#define SIDESCOPE_WIDGETS_TREE_ROWS_H

/* Between the parts of the tree module: the tree flattened into the rows that are shown. */

#include "widgets/tree.h"

struct tree_row {
    size_t node;
    size_t parent; /* row; TREE_ROOT at the top level */
    int depth;
    bool leaf, open, last; /* last: of its siblings */
};

struct tree {
    const struct tree_ops *ops;
    const void *model;
    size_t tree_column, sort_column;
    bool descending;
    GHashTable *open; /* set of uint64_t keys */
    GArray *rows;     /* struct tree_row */
    bool truncated;
    uint64_t selected_key; /* 0: nobody has chosen yet */
    size_t selected;       /* row */
    size_t top;
    bool reveal; /* the next draw brings the selection into view */
    TickitRect rect;
    struct columns columns;
    GString *scratch;
};

const struct tree_row *tree_row_at(const struct tree *tree, size_t row);
uint64_t tree_key_at(const struct tree *tree, size_t row);
bool tree_is_open(const struct tree *tree, size_t node);
void tree_set_open(struct tree *tree, size_t node, bool open);
/* Flattens anew after a change of model, order or folds; finds the selection again. */
void tree_rebuild(struct tree *tree);

#endif
