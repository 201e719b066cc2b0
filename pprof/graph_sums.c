#include "pprof/graph.h"

#include "pprof/stacks.h"

/*
 * Flat and cum. Stacks are walked as one tree, depth first: a level is entered
 * once for all neighbours that share it, and nothing is done at it for a sample
 * that only passes through. However often a stack meets a node, the level that
 * met it first owns it, and when that level is left the node gets the weight of
 * the samples seen since it was entered. What is met is kept free of branches
 * where no guess of the processor would be good.
 */

struct owned {
    uint64_t entered; /* weight when its level was entered */
    uint32_t node;
};

/* The nodes of a location; nearly all have one or two. */
struct place {
    uint32_t nodes[2]; /* the last one first; SINK in place of a second */
    bool more;
};

struct walk {
    const struct graph *graph;
    struct stacks stacks;
    const struct place *places; /* by location */
    uint32_t *first_owned;      /* by level: owned[first_owned..] was met there first */
    size_t n_levels;
    struct owned *owned;
    size_t n_owned;
    uint64_t weight;    /* of the samples so far; wraps around like the tool's sums */
    uint64_t *sums;     /* by node; behind the last one what the sink gets */
    uint64_t *flats;    /* by node */
    unsigned char *met; /* by node: in the stack being walked; the sink always is */
};

static void walk_init(struct walk *w, const struct graph *graph, const struct place *places)
{
    size_t sink = graph->n_nodes;

    *w = (struct walk){.graph = graph, .places = places};
    stacks_init(&w->stacks, graph->profile);
    w->first_owned = g_new0(uint32_t, w->stacks.deepest + 1);
    /* every node is owned once at most, and the sink is written behind the last */
    w->owned = g_new0(struct owned, graph->n_nodes + 1);
    w->sums = g_new0(uint64_t, sink + 1);
    w->flats = g_new0(uint64_t, sink + 1);
    w->met = g_new0(unsigned char, sink + 1);
    w->met[sink] = 1;
}

static void walk_clear(struct walk *w)
{
    stacks_clear(&w->stacks);
    g_free(w->first_owned);
    g_free(w->owned);
    g_free(w->sums);
    g_free(w->flats);
    g_free(w->met);
}

static inline void leave_until(struct walk *w, size_t n)
{
    if (w->n_levels <= n)
        return;
    size_t first = w->first_owned[n];

    /* bytes could be anything's: the compiler knows only of locals that they are not */
    const struct owned *owned = w->owned + first, *end = w->owned + w->n_owned;
    uint64_t weight = w->weight, *sums = w->sums;
    unsigned char *met = w->met;

    for (; owned < end; owned++) {
        sums[owned->node] += weight - owned->entered;
        met[owned->node] = 0;
    }
    w->n_owned = first;
    w->n_levels = n;
}

/* Where the next one to be owned goes. */
static inline struct owned *meet(struct owned *at, unsigned char *met, uint64_t weight,
                                 uint32_t node)
{
    unsigned char fresh = met[node] ^ 1;

    met[node] = 1;
    *at = (struct owned){weight, node};
    return at + fresh;
}

static struct owned *meet_more(const struct walk *w, struct owned *at, uint32_t location)
{
    uint32_t n;
    const uint32_t *nodes = graph_nodes_of(w->graph, location, &n);

    for (uint32_t i = 0; i + 2 < n; i++)
        at = meet(at, w->met, w->weight, nodes[i]);
    return at;
}

static void add_sample(struct walk *w, size_t sample, uint64_t value)
{
    stacks_read(&w->stacks, sample);
    leave_until(w, w->stacks.shared);

    /* What is new of the stack. */
    const struct place *places = w->places;
    const uint32_t *path = w->stacks.path;
    struct owned *at = w->owned + w->n_owned, *first = w->owned;
    unsigned char *met = w->met;
    uint32_t *first_owned = w->first_owned;
    uint64_t weight = w->weight;

    for (size_t level = w->n_levels, n = w->stacks.n; level < n; level++) {
        const struct place *place = &places[path[level]];

        first_owned[level] = (uint32_t)(at - first);
        at = meet(at, met, weight, place->nodes[0]);
        at = meet(at, met, weight, place->nodes[1]);
        if (place->more)
            at = meet_more(w, at, path[level]);
    }
    w->n_owned = (size_t)(at - first);
    w->n_levels = w->stacks.n;

    w->weight += value;
    if (w->stacks.n > 0)
        w->flats[w->places[w->stacks.path[w->stacks.n - 1]].nodes[0]] += value;
}

static void sum_type(struct graph *graph, size_t type)
{
    const struct profile *p = graph->profile;
    size_t n_locations = graph->profile->n_locations;
    g_autofree struct place *places = g_new(struct place, n_locations + 1);

    for (uint32_t i = 0; i < n_locations; i++) {
        uint32_t n;
        const uint32_t *nodes = graph_nodes_of(graph, i, &n);

        places[i] =
            (struct place){.nodes = {nodes[n - 1], n > 1 ? nodes[n - 2] : (uint32_t)graph->n_nodes},
                           .more = n > 2};
    }
    struct walk w;

    walk_init(&w, graph, places);
    for (size_t i = 0; i < p->n_samples; i++) {
        int64_t value = p->values[i * p->n_sample_types + type];

        if (value != 0)
            add_sample(&w, i, (uint64_t)value);
    }
    leave_until(&w, 0);
    for (size_t i = 0; i < graph->n_nodes; i++) {
        graph->nodes[i].flat = (int64_t)w.flats[i];
        graph->nodes[i].cum = (int64_t)w.sums[i];
    }
    walk_clear(&w);
}

void graph_leave_out(struct graph *graph, uint32_t node)
{
    graph->nodes[node].left_out = true;
    graph->nodes[node].flat = graph->nodes[node].cum = 0;
}

void graph_sum(struct graph *graph)
{
    if (graph->options.mean) {
        sum_type(graph, 0);

        for (size_t i = 0; i < graph->n_nodes; i++) {
            struct graph_node *node = &graph->nodes[i];

            node->flat_divisor = node->flat;
            node->cum_divisor = node->cum;
        }
    }
    sum_type(graph, graph->options.sample_index);
}
