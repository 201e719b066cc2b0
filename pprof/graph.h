#ifndef SIDESCOPE_PPROF_GRAPH_H
#define SIDESCOPE_PPROF_GRAPH_H

/*
 * Frames of a profile turned into nodes of a granularity, and samples summed
 * over them: flat, cum and, on request, edges. Nodes are made once; summing can
 * be repeated with some of them left out. Rules: pprof-reference 2.4, 2.5, 2.7.
 * Private to pprof/.
 */

#include "pprof/names.h"
#include "pprof/top.h"

enum graph_edges {
    GRAPH_EDGES_NONE,
    GRAPH_EDGES_INLINED, /* only those that lead to nodes which are inlined somewhere */
    GRAPH_EDGES_ALL,
};

/* What makes two frames one node; all texts interned, so compared as pointers. */
struct graph_key {
    const char *name, *file, *object;
    uint64_t address;
    int64_t start_line, line;
};

struct graph_node {
    struct graph_key key;
    const char *printed;
    const char *function_file; /* of the first frame seen, for the reader; not part of the key */
    int64_t flat, cum;
    uint64_t seen; /* number of the sample that counted it last */
    uint32_t last_edge;
    bool inlined_somewhere;
    bool left_out; /* samples are summed as if it had no frames */
};

struct graph_edge {
    uint32_t from, to; /* caller, callee: nodes */
    int64_t weight;
    uint64_t seen;
    bool inlined; /* in every sample */
};

struct graph_options {
    size_t sample_index;
    enum top_granularity granularity;
    bool no_inlines;
    enum graph_edges edges;
};

struct graph {
    const struct profile *profile;
    struct graph_options options;
    struct store *arena;
    struct names names;
    struct graph_node *nodes;
    size_t n_nodes, room_nodes;
    struct hash_index by_key;
    const char **name_of_function, **file_of_function, **object_of_mapping; /* interned */
    uint32_t *node_of_line;                                                 /* by profile line */
    uint32_t *node_of_location; /* by location; for those without lines */
    struct graph_edge *edges;
    size_t n_edges, room_edges;
    struct hash_index by_pair;
    uint64_t sample; /* number of the current one, over all sums */
};

/* All nodes, nothing summed. The profile must outlive the graph. */
struct graph *graph_new(const struct profile *profile, const struct graph_options *options);
void graph_free(struct graph *graph);
/* Sums all samples anew, over the nodes that are not left out. */
void graph_sum(struct graph *graph);

/* |v|, with INT64_MIN kept in range. */
int64_t graph_magnitude(int64_t v);

#endif
