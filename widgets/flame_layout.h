#ifndef SIDESCOPE_WIDGETS_FLAME_LAYOUT_H
#define SIDESCOPE_WIDGETS_FLAME_LAYOUT_H

/* Between the parts of the flame module: where nodes stand, apart from any cells. Pure. */

#include "widgets/flame.h"

/* start and width are shares of the root, 0..1. */
struct flame_place {
    double start, width;
    int depth;
};

/* The places of n nodes. Free with g_free. */
struct flame_place *flame_places(const struct flame_node *nodes, size_t n);

/* The part of the root that is spread over cols cells. */
struct flame_window {
    double start, width;
    int cols;
};

/* Cells [*ret_from, *ret_to) of a place within the window; false when it has none. */
bool flame_cells(const struct flame_place *place, const struct flame_window *window, int *ret_from,
                 int *ret_to);

/* The node with the path of names that a node of other nodes has; the deepest that there is. */
size_t flame_same_path(const struct flame_node *old, size_t node, const struct flame_node *nodes,
                       size_t n);

#endif
