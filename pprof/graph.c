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

/* Sums wrap around like the tool's, without being undefined. */
static int64_t plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* --- nodes --- */

static uint64_t hash_of(const struct graph_key *key)
{
    uint64_t hash = hash_number((uint64_t)(uintptr_t)key->name);

    hash = hash_mix(hash, (uint64_t)(uintptr_t)key->file);
    hash = hash_mix(hash, (uint64_t)(uintptr_t)key->object);
    hash = hash_mix(hash, key->address);
    return hash_mix(hash_mix(hash, (uint64_t)key->line), (uint64_t)key->start_line);
}

static bool is_wanted(const void *user, uint32_t element)
{
    const struct wanted *wanted = user;
    const struct graph_key *a = wanted->key, *b = &wanted->graph->nodes[element].key;

    return a->name == b->name && a->file == b->file && a->object == b->object &&
           a->address == b->address && a->line == b->line && a->start_line == b->start_line;
}

static uint32_t node_of_key(struct graph *graph, const struct graph_key *key, const char *file)
{
    struct wanted wanted = {graph, key};
    uint64_t hash = hash_of(key);
    uint32_t found = hash_index_find(&graph->by_key, hash, is_wanted, &wanted);

    if (found != HASH_NONE)
        return found;
    if (graph->n_nodes == graph->room_nodes) {
        graph->room_nodes = MAX(graph->room_nodes * 2, 64);
        graph->nodes = g_renew(struct graph_node, graph->nodes, graph->room_nodes);
    }
    graph->nodes[graph->n_nodes] =
        (struct graph_node){.key = *key,
                            .printed = graph_printed_name(graph->arena, key),
                            .function_file = file,
                            .last_edge = HASH_NONE};
    hash_index_add(&graph->by_key, hash, (uint32_t)graph->n_nodes);
    return (uint32_t)graph->n_nodes++;
}

static uint32_t node_of_frame(struct graph *graph, const struct profile_location *location,
                              const struct profile_line *line)
{
    struct graph_key key;

    graph_key_init(&key, graph, location, line);
    const char *file = line != NULL ? graph->profile->functions[line->function].filename : key.file;

    return node_of_key(graph, &key, file);
}

static void make_nodes(struct graph *graph)
{
    const struct profile *p = graph->profile;

    graph->node_of_line = g_new(uint32_t, p->n_lines + 1);
    graph->node_of_location = g_new(uint32_t, p->n_locations + 1);
    for (size_t i = 0; i < p->n_locations; i++) {
        const struct profile_location *l = &p->locations[i];
        uint32_t first = graph->options.no_inlines && l->n_lines > 0 ? l->n_lines - 1 : 0;

        if (l->n_lines == 0)
            graph->node_of_location[i] = node_of_frame(graph, l, NULL);
        for (uint32_t j = first; j < l->n_lines; j++) {
            uint32_t node = node_of_frame(graph, l, &p->lines[l->first_line + j]);

            graph->node_of_line[l->first_line + j] = node;
            if (j + 1 < l->n_lines)
                graph->nodes[node].inlined_somewhere = true;
        }
    }
}

struct graph *graph_new(const struct profile *profile, const struct graph_options *options)
{
    struct graph *graph = g_new0(struct graph, 1);

    graph->profile = profile;
    graph->options = *options;
    graph->arena = store_new();
    names_init(&graph->names, graph->arena);
    graph_intern_names(graph);
    make_nodes(graph);
    return graph;
}

void graph_free(struct graph *graph)
{
    if (graph == NULL)
        return;
    names_clear(&graph->names);
    hash_index_clear(&graph->by_key);
    hash_index_clear(&graph->by_pair);
    g_free(graph->nodes);
    g_free(graph->edges);
    g_free(graph->node_of_line);
    g_free(graph->node_of_location);
    store_free(graph->arena);
    g_free(graph);
}

/* --- edges --- */

static uint32_t new_edge(struct graph *graph, uint32_t from, uint32_t to, uint64_t hash)
{
    if (graph->n_edges == graph->room_edges) {
        graph->room_edges = MAX(graph->room_edges * 2, 64);
        graph->edges = g_renew(struct graph_edge, graph->edges, graph->room_edges);
    }
    graph->edges[graph->n_edges] = (struct graph_edge){.from = from, .to = to, .inlined = true};
    hash_index_add(&graph->by_pair, hash, (uint32_t)graph->n_edges);
    return (uint32_t)graph->n_edges++;
}

/* Mostly the edge by which the node was reached the last time. */
static struct graph_edge *find_edge(struct graph *graph, uint32_t from, uint32_t to)
{
    struct graph_node *node = &graph->nodes[to];

    if (node->last_edge != HASH_NONE && graph->edges[node->last_edge].from == from)
        return &graph->edges[node->last_edge];
    uint64_t hash = hash_number((uint64_t)from << 32 | to);
    uint32_t edge = hash_index_find(&graph->by_pair, hash, NULL, NULL);

    if (edge == HASH_NONE)
        edge = new_edge(graph, from, to, hash);
    node->last_edge = edge;
    return &graph->edges[edge];
}

static bool is_edge_wanted(const struct graph *graph, uint32_t to)
{
    return graph->options.edges == GRAPH_EDGES_ALL ||
           (graph->options.edges == GRAPH_EDGES_INLINED && graph->nodes[to].inlined_somewhere);
}

/* Once per sample; only the first occurrence decides about the inline mark. */
static void add_to_edge(struct graph *graph, uint32_t from, uint32_t to, int64_t value,
                        bool inlined)
{
    struct graph_edge *edge = find_edge(graph, from, to);

    if (edge->seen == graph->sample)
        return;
    edge->seen = graph->sample;
    edge->weight = plus(edge->weight, value);
    edge->inlined = edge->inlined && inlined;
}

/* --- samples --- */

struct walk {
    uint32_t parent; /* HASH_NONE at the root */
    bool leaf_left_out;
    int64_t value;
};

static inline void visit(struct graph *graph, struct walk *walk, uint32_t index, bool inlined)
{
    struct graph_node *node = &graph->nodes[index];

    if (node->left_out) {
        walk->leaf_left_out = true;
        return;
    }
    if (node->seen != graph->sample) {
        node->seen = graph->sample;
        node->cum = plus(node->cum, walk->value);
    }
    if (walk->parent != HASH_NONE && walk->parent != index && is_edge_wanted(graph, index))
        add_to_edge(graph, walk->parent, index, walk->value, inlined);
    walk->parent = index;
    walk->leaf_left_out = false;
}

/* Root to leaf; inside a location from the physical function to the innermost inlined one. */
static void add_stack(struct graph *graph, const struct profile_sample *sample, int64_t value)
{
    const struct profile *p = graph->profile;
    const uint32_t *frames = p->frames + sample->first_frame;
    struct walk walk = {.parent = HASH_NONE, .value = value};

    graph->sample++;
    for (uint32_t i = sample->n_frames; i-- > 0;) {
        const struct profile_location *location = &p->locations[frames[i]];
        uint32_t n = location->n_lines;
        uint32_t first = graph->options.no_inlines && n > 0 ? n - 1 : 0;

        if (n == 0)
            visit(graph, &walk, graph->node_of_location[frames[i]], false);
        for (uint32_t l = n; l-- > first;)
            visit(graph, &walk, graph->node_of_line[location->first_line + l], l + 1 < n);
    }
    /* what a left out leaf had belongs to nobody */
    if (walk.parent != HASH_NONE && !walk.leaf_left_out)
        graph->nodes[walk.parent].flat = plus(graph->nodes[walk.parent].flat, value);
}

void graph_sum(struct graph *graph)
{
    const struct profile *p = graph->profile;

    for (size_t i = 0; i < graph->n_nodes; i++) {
        graph->nodes[i].flat = graph->nodes[i].cum = 0;
        graph->nodes[i].last_edge = HASH_NONE;
    }
    graph->n_edges = 0;
    hash_index_reset(&graph->by_pair);
    for (size_t i = 0; i < p->n_samples; i++) {
        int64_t value = p->values[i * p->n_sample_types + graph->options.sample_index];

        /* a sample that says nothing must not show up as an edge of weight 0 */
        if (value != 0)
            add_stack(graph, &p->samples[i], value);
    }
}
