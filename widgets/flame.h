#ifndef SIDESCOPE_WIDGETS_FLAME_H
#define SIDESCOPE_WIDGETS_FLAME_H

/*
 * A flame graph in cells, root at the top: a frame is as wide as its share of
 * what is zoomed into, its children lie below it, the largest first. The zoom
 * keeps its ancestors above it. With base values the pens say what grew and
 * what shrank, else each frame has the one its node names. Selection and zoom follow the path of
 * names when new nodes arrive. UI thread.
 */

#include "widgets/number.h"
#include "widgets/scroll.h"
#include "widgets/text.h"

struct flame;

#define FLAME_NO_NODE G_MAXSIZE

struct flame_node {
    size_t parent;        /* stands before its children; FLAME_NO_NODE: the root, node 0 only */
    const char *name;     /* raw bytes, cut as a Go function */
    double value;         /* of the node with all below it */
    double base;          /* its value in the profile compared with; NAN: none */
    enum theme_role role; /* its ground where there is no base */
};

struct flame *flame_new(void);
void flame_free(struct flame *flame);

/* Nodes are borrowed until replaced, those replaced up to the end of the call; n 0: none. */
void flame_set_nodes(struct flame *flame, const struct flame_node *nodes, size_t n);

struct flame_look {
    bool focused;
    bool stale;
    const char *empty;                      /* said when there are no nodes; may be NULL */
    struct number_text (*format)(double v); /* values in wide frames; NULL: none */
};
void flame_draw(struct flame *flame, const struct canvas *canvas, TickitRect rect,
                const struct flame_look *look);

/* The selected node; FLAME_NO_NODE when there are none. */
size_t flame_selected(const struct flame *flame);
bool flame_select(struct flame *flame, size_t node);

enum flame_motion {
    FLAME_PARENT,
    FLAME_CHILD, /* the largest */
    FLAME_LEFT,  /* the neighbour of the same level, among what is wide enough to be seen */
    FLAME_RIGHT,
};
/* False when there is nothing that way. */
bool flame_move(struct flame *flame, enum flame_motion motion);

/* Zooms into the selected node; false when it is that already. */
bool flame_zoom(struct flame *flame);
/* Back to the parent of what is zoomed into; false at the root. */
bool flame_unzoom(struct flame *flame);
/* All the way; false at the root. */
bool flame_unzoom_all(struct flame *flame);
size_t flame_zoomed(const struct flame *flame);
/* Selects the node, and leaves a zoom that does not show it. */
bool flame_reveal(struct flame *flame, size_t node);

/*
 * Marks the frames whose name matches; NULL: none. Holds for the nodes of now:
 * after new ones it is to be called again.
 */
void flame_search(struct flame *flame, const GRegex *regex);
/* Frames that match, and their share of the root, 0..1, where a match within another counts once.
 */
size_t flame_search_result(const struct flame *flame, double *ret_share);
/* Reveals the next match, from left to right and down (direction 1; -1: back), around the ends;
 * false when there is none. */
bool flame_search_next(struct flame *flame, int direction);

void flame_scroll(struct flame *flame, int lines);
/* The node drawn at a place of the rect last drawn, or FLAME_NO_NODE. */
size_t flame_hit(const struct flame *flame, int line, int col);

#endif
