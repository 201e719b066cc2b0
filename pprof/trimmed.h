#ifndef SIDESCOPE_PPROF_TRIMMED_H
#define SIDESCOPE_PPROF_TRIMMED_H

/*
 * The nodes of a report: summed, without the small ones, sorted
 * (pprof-reference 2.7, 2.8). Private to pprof/.
 */

#include "pprof/graph.h"
#include "pprof/view.h"

struct trimmed {
    struct graph *graph;
    uint32_t *order; /* nodes that are shown, first row first */
    size_t n;
    size_t n_before_count; /* what node_count was chosen from */
    size_t n_dropped;      /* under the cutoff */
    int64_t cutoff, edge_cutoff;
    bool *shown; /* by node */
};

/* The edges of one node. */
struct trimmed_edges {
    GArray *in, *out; /* struct graph_edge, heaviest first */
};

void trimmed_init(struct trimmed *trimmed, const struct view *view,
                  const struct top_options *options, enum graph_edges edges);
/* All nodes with something in them, apart by mapping and start of the function, without edges. */
void trimmed_init_apart(struct trimmed *trimmed, const struct view *view,
                        const struct top_options *options);
void trimmed_clear(struct trimmed *trimmed);

/* By node: whether it was inlined, as far as the edges that count say. One per graph node. */
enum top_inline *trimmed_inlining(const struct trimmed *trimmed);
/* Edges by node, n_nodes of them; needs GRAPH_EDGES_ALL. */
struct trimmed_edges *trimmed_edges(const struct trimmed *trimmed);
void trimmed_edges_free(const struct trimmed *trimmed, struct trimmed_edges *edges);

#endif
