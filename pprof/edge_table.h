#ifndef SIDESCOPE_PPROF_EDGE_TABLE_H
#define SIDESCOPE_PPROF_EDGE_TABLE_H

/*
 * The edges of a call graph by caller and callee. An edge is kept in the table
 * itself, because every frame of every sample looks one up and so touches one
 * cache line, not three. Private to pprof/; one thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct graph_edge {
    uint32_t from, to; /* caller, callee: nodes */
    int64_t weight;
    uint32_t seen;   /* number of the sample that counted it last, from 1 */
    uint32_t number; /* in order of appearance, from 1; 0 is an empty slot */
    bool inlined;    /* in every sample */
};

struct edge_table {
    struct graph_edge *slots;
    size_t n, size; /* size: a power of two, or 0 */
};

/* The edge, made when new; good until the next call. */
struct graph_edge *edge_table_find(struct edge_table *table, uint32_t from, uint32_t to);
/* All n edges in order of appearance, to be freed with g_free(); the table is empty afterwards. */
struct graph_edge *edge_table_finish(struct edge_table *table, size_t *ret_n);

#endif
