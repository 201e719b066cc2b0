#include "pprof/edge_table.h"

#include "pprof/hash.h"

#include <glib.h>

enum { FIRST_SIZE = 1024 };

static struct edge_slot *slot_of(const struct edge_table *table, uint32_t from, uint32_t to)
{
    size_t i = hash_number_seeded((uint64_t)from << 32 | to, table->seed) & (table->size - 1);

    for (;; i = (i + 1) & (table->size - 1)) {
        struct edge_slot *slot = &table->slots[i];

        if (slot->number == 0 || (slot->from == from && slot->to == to))
            return slot;
    }
}

uint32_t edge_table_find(struct edge_table *table, uint32_t from, uint32_t to)
{
    if (table->n == table->size / 2) {
        /* Slots stay half empty, edges are never more than half of them. */
        table->seed = hash_seed();
        table->size = table->size == 0 ? FIRST_SIZE : table->size * 2;
        table->edges = g_renew(struct graph_edge, table->edges, table->size / 2);
        g_free(table->slots);
        table->slots = g_new0(struct edge_slot, table->size);
        for (uint32_t i = 0; i < table->n; i++) {
            const struct graph_edge *edge = &table->edges[i];

            *slot_of(table, edge->from, edge->to) = (struct edge_slot){edge->from, edge->to, i + 1};
        }
    }
    struct edge_slot *slot = slot_of(table, from, to);

    if (slot->number == 0) {
        table->edges[table->n] = (struct graph_edge){.from = from, .to = to, .inlined = true};
        *slot = (struct edge_slot){from, to, (uint32_t)++table->n};
    }
    return slot->number - 1;
}

struct graph_edge *edge_table_finish(struct edge_table *table, size_t *ret_n)
{
    struct graph_edge *edges = table->edges;

    *ret_n = table->n;
    g_free(table->slots);
    *table = (struct edge_table){0};
    return edges;
}
