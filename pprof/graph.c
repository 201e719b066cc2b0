#include "pprof/graph.h"

#include "pprof/graph_names.h"

#include <string.h>

struct wanted {
    const struct graph *graph;
    const struct graph_key *key;
};

int64_t graph_magnitude(int64_t v)
{
    return v == INT64_MIN ? INT64_MAX : v < 0 ? -v : v;
}

int64_t graph_mean(int64_t sum, int64_t divisor)
{
    if (divisor == 0)
        return sum;
    return divisor == -1 ? (int64_t)(0 - (uint64_t)sum) : sum / divisor;
}

/* --- nodes --- */

static uint64_t hash_of(const struct graph_key *key)
{
    uint64_t hash = hash_number((uint64_t)(uintptr_t)key->name);

    hash = hash_mix(hash, (uint64_t)(uintptr_t)key->file);
    hash = hash_mix(hash, (uint64_t)(uintptr_t)key->object);
    hash = hash_mix(hash, key->address);
    hash = hash_mix(hash_mix(hash, (uint64_t)key->line), (uint64_t)key->start_line);
    return key->column != 0 ? hash_mix(hash, (uint64_t)key->column) : hash;
}

static bool is_wanted(const void *user, uint32_t element)
{
    const struct wanted *wanted = user;
    const struct graph_key *a = wanted->key, *b = &wanted->graph->nodes[element].key;

    return a->name == b->name && a->file == b->file && a->object == b->object &&
           a->address == b->address && a->line == b->line && a->start_line == b->start_line &&
           a->column == b->column;
}

static uint32_t node_of_frame(struct graph *graph, const struct profile_location *location,
                              const struct profile_line *line)
{
    struct graph_key key;

    graph_key_init(&key, graph, location, line);
    const char *file = line != NULL ? graph->profile->functions[line->function].filename : key.file;

    struct wanted wanted = {graph, &key};
    uint64_t hash = hash_of(&key);
    uint32_t found = hash_index_find(&graph->by_key, hash, is_wanted, &wanted);

    if (found != HASH_NONE)
        return found;
    if (graph->n_nodes == graph->room_nodes) {
        graph->room_nodes = MAX(graph->room_nodes * 2, 64);
        graph->nodes = g_renew(struct graph_node, graph->nodes, graph->room_nodes);
    }
    graph->nodes[graph->n_nodes] = (struct graph_node){
        .key = key, .printed = graph_printed_name(graph->arena, &key), .function_file = file};
    hash_index_add(&graph->by_key, hash, (uint32_t)graph->n_nodes);
    return (uint32_t)graph->n_nodes++;
}

/* The first line of a location that is shown; what is inlined may not be. */
static uint32_t first_line(const struct graph *graph, const struct profile_location *l)
{
    return graph->options.no_inlines && l->n_lines > 0 ? l->n_lines - 1 : 0;
}

struct graph *graph_new(const struct profile *profile, const struct graph_options *options)
{
    struct graph *graph = g_new0(struct graph, 1);

    graph->profile = profile;
    graph->options = *options;
    graph->arena = store_new();
    names_init(&graph->names, graph->arena);
    graph_intern_names(graph);

    const struct profile *p = graph->profile;

    uint32_t n = 0;

    graph->first_node = g_new(uint32_t, p->n_locations + 1);
    for (size_t i = 0; i < p->n_locations; i++) {
        graph->first_node[i] = n;
        n += MAX(p->locations[i].n_lines - first_line(graph, &p->locations[i]), 1);
    }
    graph->first_node[p->n_locations] = n;
    graph->location_nodes = g_new(uint32_t, (size_t)n + 1);

    for (size_t i = 0; i < p->n_locations; i++) {
        const struct profile_location *l = &p->locations[i];
        uint32_t *end = graph->location_nodes + graph->first_node[i + 1];

        if (l->n_lines == 0)
            end[-1] = node_of_frame(graph, l, NULL);
        for (uint32_t j = first_line(graph, l); j < l->n_lines; j++) {
            uint32_t node = node_of_frame(graph, l, &p->lines[l->first_line + j]);

            *--end = node;
            if (j + 1 < l->n_lines)
                graph->nodes[node].inlined_somewhere = true;
        }
    }

    return graph;
}

void graph_free(struct graph *graph)
{
    if (graph == NULL)
        return;
    names_clear(&graph->names);
    hash_index_clear(&graph->by_key);
    g_free(graph->nodes);
    g_free(graph->edges);
    g_free(graph->first_node);
    g_free(graph->location_nodes);
    store_free(graph->arena);
    g_free(graph);
}
