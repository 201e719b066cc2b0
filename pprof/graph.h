#ifndef SIDESCOPE_PPROF_GRAPH_H
#define SIDESCOPE_PPROF_GRAPH_H

/*
 * Frames of a profile turned into nodes of a granularity, and samples summed
 * over them: flat, cum and, on request, edges. Leaving nodes out changes nothing
 * for those that stay except their edges, so flat and cum are summed but once.
 * Rules: pprof-reference 2.4, 2.5, 2.7. Private to pprof/.
 */

#include "pprof/edge_table.h"
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
    int64_t start_line, line, column;
};

struct graph_node {
    struct graph_key key;
    const char *printed;
    const char *function_file; /* of the first frame seen, for the reader; not part of the key */
    int64_t flat, cum;
    int64_t flat_divisor, cum_divisor; /* of a mean; 0 otherwise */
    bool inlined_somewhere;
    bool left_out; /* edges lead past it as if it had no frames */
};

struct graph_options {
    size_t sample_index;
    enum top_granularity granularity;
    bool no_inlines, show_columns;
    const char *trim_path, *source_path; /* of the names of files, as in struct top_options */
    bool untrimmed; /* files keep what these, and otherwise /proc/self/cwd, take off */
    bool apart;     /* also by mapping and by where the function starts */
    bool mean;      /* sums divisors as well */
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
    /* nodes of location i: location_nodes[first_node[i]] to [first_node[i + 1]], caller first */
    uint32_t *first_node, *location_nodes;
    struct graph_edge *edges;
    size_t n_edges;
};

/* All nodes, nothing summed. The profile must outlive the graph. */
struct graph *graph_new(const struct profile *profile, const struct graph_options *options);
void graph_free(struct graph *graph);
/* Flat and cum of all nodes, and for a mean what divides them; once per graph. */
void graph_sum(struct graph *graph);
/* What the node had belongs to nobody from now on: call before graph_add_edges(). */
void graph_leave_out(struct graph *graph, uint32_t node);
/* Edges between the nodes that are not left out, of the kind given; once per graph. */
void graph_add_edges(struct graph *graph, enum graph_edges edges);

/*
 * Nodes of a location from the physical function to the innermost call inlined
 * into it: all but the first are inlined. At least one.
 */
static inline const uint32_t *graph_nodes_of(const struct graph *graph, uint32_t location,
                                             uint32_t *ret_n)
{
    uint32_t first = graph->first_node[location];

    *ret_n = graph->first_node[location + 1] - first;
    return graph->location_nodes + first;
}

/* |v|, with INT64_MIN kept in range. */
int64_t graph_magnitude(int64_t v);
/* What a sum means per divisor; the sum itself when there is none. */
int64_t graph_mean(int64_t sum, int64_t divisor);

#endif
