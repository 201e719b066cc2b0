#ifndef SIDESCOPE_PPROF_CALLTREE_H
#define SIDESCOPE_PPROF_CALLTREE_H

/*
 * All stacks of a profile as one tree from the root to the leaves: what a flame
 * graph draws. Unlike in a top table, the same function appears once for every
 * way that leads to it. Immutable once built; any thread.
 */

#include "pprof/top.h"

struct calltree_options {
    int sample_index; /* -1: the profile's default */
    enum top_granularity granularity;
    bool no_inlines;
    const struct filter_options *filters; /* of both profiles; NULL: none */
    const struct profile *base;           /* to compare with, or NULL */
};

struct calltree_node {
    const char *name;              /* printed name, raw bytes; "" for node 0 */
    int64_t self, total;           /* of the profile */
    int64_t base_self, base_total; /* of the base, in the profile's unit; 0 without one */
    uint32_t parent;               /* 0 for node 0 */
    uint32_t first_child;          /* nodes[first_child..]: largest |total| first, then by name */
    uint32_t n_children;
    uint32_t depth; /* 0: the root */
    bool inlined;   /* into the parent, wherever it was seen */
};

struct calltree {
    struct calltree_node *nodes; /* nodes[0] is the root of all; parents before children */
    size_t n_nodes;
    uint32_t depth; /* of the deepest node */
    bool truncated; /* more than PPROF_MAX_TREE_NODES: the rest counts for its callers */
    const char *type, *unit;
    struct calltree_store *store; /* private */
};

/* Does not keep the profile or the base. NULL with error (PROFILE_ERROR). */
struct calltree *calltree_build(const struct profile *profile,
                                const struct calltree_options *options, GError **error);
void calltree_free(struct calltree *tree);
typedef struct calltree calltree_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(calltree_auto, calltree_free)

#endif
