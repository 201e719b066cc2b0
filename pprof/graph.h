#ifndef SIDESCOPE_PPROF_GRAPH_H
#define SIDESCOPE_PPROF_GRAPH_H

/*
 * Frames of a profile turned into nodes of a granularity, and samples summed
 * over them: flat, cum and, on request, edges. Rules: pprof-reference 2.4, 2.5.
 * Private to pprof/.
 */

#include "pprof/store.h"
#include "pprof/top.h"

struct graph_node {
    const char *name, *function, *file;
    int64_t line;
    int64_t flat, cum;
    uint64_t seen;                /* number of the sample that counted it last */
    uint32_t inline_in, other_in; /* incoming edges: inline in every occurrence, or not */
};

struct graph_edge {
    uint32_t from, to; /* caller, callee */
    int64_t weight;
    bool inlined; /* in every occurrence */
    uint64_t seen;
};

struct graph {
    struct store *arena; /* names */
    GArray *nodes;       /* struct graph_node */
    GHashTable *by_name; /* printed name -> index + 1 */
    GArray *edges;       /* struct graph_edge */
    GHashTable *by_pair; /* gint64 from << 32 | to -> index + 1 */
    uint64_t sample;
    int64_t total, base_total;
};

struct graph *graph_new(void);
void graph_free(struct graph *graph);
/*
 * Adds sign * the profile's samples at sample_index. keep (may be NULL) is a
 * set of printed names: other nodes are left out of the stacks.
 */
bool graph_add(struct graph *graph, const struct profile *profile,
               const struct top_options *options, int sign, GHashTable *keep, GError **error);

#endif
