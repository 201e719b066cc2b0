#ifndef SIDESCOPE_APP_SESSION_FD_TREE_H
#define SIDESCOPE_APP_SESSION_FD_TREE_H

/*
 * Descriptors as a tree, the way ncdu shows a disk: type > directory >
 * template > path > descriptor, one level at a time, counts rolled up. Only
 * the level that is looked at is built, so that the cost does not grow with
 * the depth. A directory with a single directory in it is one step together
 * with it. Pure.
 *
 * Counts and ages of a level add up to those of the node above it. Growth does
 * so from templates upwards; a path that vanished since the mark counts in its
 * template, where it has one, and nowhere else.
 */

#include "probes/samples.h"

#include <glib.h>

enum fd_node_kind {
    FD_NODE_TYPE,
    FD_NODE_DIRECTORY, /* text ends without the slash; "" is the root directory */
    FD_NODE_TEMPLATE,  /* several paths */
    FD_NODE_PATH,      /* a path, or what has none: "pipe", "TCP LISTEN" */
    FD_NODE_DESCRIPTOR,
};

struct fd_node {
    enum fd_node_kind kind;
    enum fd_type type;
    const char *text; /* whole path or template; of a descriptor its path; "" of a type */
    const char *name; /* the part of text that this level adds; borrowed from text, or a label */
    uint32_t count;   /* descriptors */
    uint32_t paths;   /* distinct */
    uint32_t deleted;
    uint32_t same;    /* descriptors of the path open most often */
    int64_t growth;   /* since the mark; 0 of a descriptor */
    gint64 oldest_us; /* first_seen_us of the oldest descriptor */
    uint32_t fd;      /* of a descriptor: index into files->fds; else of one of them */
};

/* Where one stands. Zeroed: above the types. */
struct fd_place {
    bool inside;            /* false: above the types */
    enum fd_node_kind kind; /* of the node entered */
    enum fd_type type;
    char *text;    /* owned; NULL: "" */
    bool unfolded; /* directories and paths as they are, no templates */
};

void fd_place_clear(struct fd_place *place);

struct fd_level {
    struct fd_node *nodes;
    size_t n;
    struct fd_node total;
    GStringChunk *strings; /* private */
};

/* Never NULL; files may be NULL (then it is empty). The sample must outlive it. */
struct fd_level *fd_level_new(const struct files_sample *files, const struct fd_place *place);
void fd_level_free(struct fd_level *level);

/* Of each node of the level at that place the paths of all descriptors within, a line each: what a
 * search through every depth looks at. GPtrArray of GString, in the order of nodes; owns them. */
GPtrArray *fd_level_paths(const struct files_sample *files, const struct fd_place *place);

/* The place below a node; false for a descriptor. ret is to be cleared. */
bool fd_level_enter(const struct fd_level *level, size_t index, const struct fd_place *from,
                    struct fd_place *ret);

#endif
