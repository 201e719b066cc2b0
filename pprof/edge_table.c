#include "pprof/edge_table.h"

#include "pprof/hash.h"

#include <glib.h>

enum { FIRST_SIZE = 1024 };

static struct graph_edge *slot_of(struct graph_edge *slots, size_t size, uint32_t from, uint32_t to)
{
    size_t i = hash_number((uint64_t)from << 32 | to) & (size - 1);

    while (slots[i].number != 0 && (slots[i].from != from || slots[i].to != to))
        i = (i + 1) & (size - 1);
    return &slots[i];
}

static void grow(struct edge_table *table)
{
    size_t size = table->size == 0 ? FIRST_SIZE : table->size * 2;
    struct graph_edge *slots = g_new0(struct graph_edge, size);

    for (size_t i = 0; i < table->size; i++) {
        const struct graph_edge *edge = &table->slots[i];

        if (edge->number != 0)
            *slot_of(slots, size, edge->from, edge->to) = *edge;
    }
    g_free(table->slots);
    table->slots = slots;
    table->size = size;
}

struct graph_edge *edge_table_find(struct edge_table *table, uint32_t from, uint32_t to)
{
    /* rather full: what fits into a cache is worth some more probing */
    if ((table->n + 1) * 4 > table->size * 3)
        grow(table);
    struct graph_edge *edge = slot_of(table->slots, table->size, from, to);

    if (edge->number == 0)
        *edge = (struct graph_edge){
            .from = from, .to = to, .number = (uint32_t)++table->n, .inlined = true};
    return edge;
}

struct graph_edge *edge_table_finish(struct edge_table *table, size_t *ret_n)
{
    struct graph_edge *edges = g_new(struct graph_edge, table->n + 1);

    for (size_t i = 0; i < table->size; i++)
        if (table->slots[i].number != 0)
            edges[table->slots[i].number - 1] = table->slots[i];
    *ret_n = table->n;
    g_free(table->slots);
    *table = (struct edge_table){NULL, 0, 0};
    return edges;
}
