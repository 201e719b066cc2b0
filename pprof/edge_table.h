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
    bool inlined;  /* in every sample */
    bool residual; /* past nodes that were left out, in some sample */
};

struct edge_slot {
    uint32_t from, to;
    uint32_t number; /* index + 1 of the edge; 0: none */
};

/* Zeroed: empty. */
struct edge_table {
    struct graph_edge *edges; /* in order of appearance */
    struct edge_slot *slots;  /* by hash */
    size_t n, size;           /* edges; slots: a power of two, or 0 */
    uint64_t seed;
};

/* The index of the edge, which is made when new. */
uint32_t edge_table_find(struct edge_table *table, uint32_t from, uint32_t to);
/* The edges, to be freed with g_free(); NULL when there are none. The table is empty afterwards. */
struct graph_edge *edge_table_finish(struct edge_table *table, size_t *ret_n);

#endif
