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
    graph->nodes[graph->n_nodes] = (struct graph_node){
        .key = *key, .printed = graph_printed_name(graph->arena, key), .function_file = file};
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

/* The first line of a location that is shown; what is inlined may not be. */
static uint32_t first_line(const struct graph *graph, const struct profile_location *l)
{
    return graph->options.no_inlines && l->n_lines > 0 ? l->n_lines - 1 : 0;
}

static void lay_out(struct graph *graph)
{
    const struct profile *p = graph->profile;
    uint32_t n = 0;

    graph->first_node = g_new(uint32_t, p->n_locations + 1);
    for (size_t i = 0; i < p->n_locations; i++) {
        graph->first_node[i] = n;
        n += MAX(p->locations[i].n_lines - first_line(graph, &p->locations[i]), 1);
    }
    graph->first_node[p->n_locations] = n;
    graph->location_nodes = g_new(uint32_t, (size_t)n + 1);
}

static void make_nodes(struct graph *graph)
{
    const struct profile *p = graph->profile;

    lay_out(graph);
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
    g_free(graph->nodes);
    g_free(graph->edges);
    g_free(graph->first_node);
    g_free(graph->location_nodes);
    store_free(graph->arena);
    g_free(graph);
}

/* --- flat and cum --- */

/* What is written to for every frame, apart from the rest of a node: this fits into a cache. */
struct tally {
    int64_t cum;
    uint32_t seen; /* number of the sample that counted it last */
};

static void tally_stack(const struct graph *graph, struct tally *tallies, size_t sample,
                        int64_t value)
{
    const struct profile *p = graph->profile;
    const uint32_t *frame = p->frames + p->samples[sample].first_frame;
    const uint32_t *end = frame + p->samples[sample].n_frames;

    for (; frame < end; frame++) {
        uint32_t n;
        const uint32_t *nodes = graph_nodes_of(graph, *frame, &n);

        for (uint32_t i = 0; i < n; i++) {
            struct tally *tally = &tallies[nodes[i]];

            /* once, however often it calls itself */
            if (tally->seen != sample + 1)
                tally->cum = plus(tally->cum, value);
            tally->seen = (uint32_t)sample + 1;
        }
    }
}

static void add_flat(struct graph *graph, const struct profile_sample *sample, int64_t value)
{
    if (sample->n_frames == 0)
        return;
    uint32_t leaf = graph->profile->frames[sample->first_frame];
    struct graph_node *node = &graph->nodes[graph->location_nodes[graph->first_node[leaf + 1] - 1]];

    node->flat = plus(node->flat, value);
}

static int64_t value_of(const struct graph *graph, size_t sample, size_t type)
{
    const struct profile *p = graph->profile;

    return p->values[sample * p->n_sample_types + type];
}

static void sum_type(struct graph *graph, size_t type)
{
    const struct profile *p = graph->profile;
    g_autofree struct tally *tallies = g_new0(struct tally, graph->n_nodes + 1);

    for (size_t i = 0; i < p->n_samples; i++) {
        int64_t value = value_of(graph, i, type);

        if (value == 0)
            continue;
        tally_stack(graph, tallies, i, value);
        add_flat(graph, &p->samples[i], value);
    }
    for (size_t i = 0; i < graph->n_nodes; i++)
        graph->nodes[i].cum = tallies[i].cum;
}

static void keep_as_divisors(struct graph *graph)
{
    for (size_t i = 0; i < graph->n_nodes; i++) {
        struct graph_node *node = &graph->nodes[i];

        node->flat_divisor = node->flat;
        node->cum_divisor = node->cum;
        node->flat = node->cum = 0;
    }
}

void graph_sum(struct graph *graph)
{
    if (graph->options.mean) {
        sum_type(graph, 0);
        keep_as_divisors(graph);
    }
    sum_type(graph, graph->options.sample_index);
}

void graph_leave_out(struct graph *graph, uint32_t node)
{
    graph->nodes[node].left_out = true;
    graph->nodes[node].flat = graph->nodes[node].cum = 0;
}

/* --- edges --- */

struct adding {
    const struct graph *graph;
    struct edge_table edges;
    const unsigned char *roles; /* by node */
    uint32_t sample;            /* number, from 1 */
    int64_t value;
};

enum role {
    ROLE_PASSED, /* left out */
    ROLE_CALLER, /* edges to it do not matter */
    ROLE_CALLED,
};

/* Once per sample; only the first occurrence decides about the inline mark. */
static void add_to_edge(struct adding *a, uint32_t from, uint32_t to, bool inlined, bool residual)
{
    struct graph_edge *edge = edge_table_find(&a->edges, from, to);

    if (edge->seen == a->sample)
        return;
    edge->seen = a->sample;
    edge->weight = plus(edge->weight, a->value);
    edge->inlined = edge->inlined && inlined;
    edge->residual = edge->residual || residual;
}

/* Root to leaf; inside a location from the physical function to the innermost inlined one. */
static void add_stack(struct adding *a, const struct profile_sample *sample)
{
    const uint32_t *frames = a->graph->profile->frames + sample->first_frame;
    const unsigned char *roles = a->roles;
    uint32_t parent = HASH_NONE;
    bool residual = false;

    for (uint32_t i = sample->n_frames; i-- > 0;) {
        uint32_t n;
        const uint32_t *nodes = graph_nodes_of(a->graph, frames[i], &n);

        for (uint32_t j = 0; j < n; j++) {
            uint32_t node = nodes[j];

            if (roles[node] == ROLE_CALLED && parent != HASH_NONE && parent != node)
                add_to_edge(a, parent, node, j > 0, residual);
            residual = roles[node] == ROLE_PASSED;
            parent = residual ? parent : node;
        }
    }
}

static enum role role_of(const struct graph_node *node, enum graph_edges edges)
{
    if (node->left_out)
        return ROLE_PASSED;
    return edges == GRAPH_EDGES_ALL || node->inlined_somewhere ? ROLE_CALLED : ROLE_CALLER;
}

/* A sample that says nothing must not show up as an edge of weight 0; a divisor says something. */
static bool says_something(const struct graph *graph, size_t sample)
{
    return value_of(graph, sample, graph->options.sample_index) != 0 ||
           (graph->options.mean && value_of(graph, sample, 0) != 0);
}

void graph_add_edges(struct graph *graph, enum graph_edges edges)
{
    const struct profile *p = graph->profile;
    g_autofree unsigned char *roles = g_new(unsigned char, graph->n_nodes + 1);
    struct adding a = {.graph = graph, .roles = roles};

    for (size_t i = 0; i < graph->n_nodes; i++)
        roles[i] = (unsigned char)role_of(&graph->nodes[i], edges);
    for (size_t i = 0; i < p->n_samples; i++) {
        a.value = value_of(graph, i, graph->options.sample_index);
        a.sample = (uint32_t)i + 1;
        if (says_something(graph, i))
            add_stack(&a, &p->samples[i]);
    }
    graph->edges = edge_table_finish(&a.edges, &graph->n_edges);
}
