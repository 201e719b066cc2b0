#ifndef SIDESCOPE_PPROF_EDGE_TABLE_H
#define SIDESCOPE_PPROF_EDGE_TABLE_H

/*
 * The edges of a call graph by caller and callee. Every frame of every sample
 * looks one up, so both parts are kept small enough for a cache. Private to
 * pprof/; one thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct graph_edge {
    uint32_t from, to; /* caller, callee: nodes */
    int64_t weight;
    uint32_t seen; /* number of the sample that counted it last, from 1 */
    bool inlined;  /* in every sample */
    bool residual; /* past nodes that were left out, in some sample */
};

/* Zeroed: empty. */
struct edge_table {
    struct graph_edge *edges; /* in order of appearance */
    uint32_t *slots;          /* index + 1 of an edge by hash; 0: none */
    size_t n, size;           /* edges; slots: a power of two, or 0 */
    uint64_t seed;
};

/* The edge, made when new; good until the next call. */
struct graph_edge *edge_table_find(struct edge_table *table, uint32_t from, uint32_t to);
/* The edges, to be freed with g_free(); NULL when there are none. The table is empty afterwards. */
struct graph_edge *edge_table_finish(struct edge_table *table, size_t *ret_n);

#endif
