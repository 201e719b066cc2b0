#include "pprof/graph.h"

#include <string.h>

/*
 * Samples summed over nodes and edges. Neighbours in a profile share the
 * rootward part of their stacks, so stacks are walked as one tree, depth first:
 * a level is entered once for all neighbours that share it. What a node gets is
 * the weight of all samples seen when it is left, less that when it was entered;
 * so nothing is done at a level for a sample that only passes through. However
 * often a stack meets a node or an edge, the level that met it first owns it,
 * and it counts once. What is met is kept free of branches where no guess of
 * the processor would be good.
 */

struct level {
    uint32_t first_owned; /* owned[first_owned..]: what was met here first */
    uint32_t parent;      /* for edges: the last node that was not left out, or HASH_NONE */
    bool residual;        /* nodes were left out since then */
};

/* What is asked of a location over and over, in one place. */
struct place {
    uint32_t node;  /* the last one */
    uint32_t memo;  /* of its first node, unless plain */
    bool is_single; /* one node */
    bool is_plain;  /* no edge to it matters, and nothing of it is left out */
};

enum role {
    ROLE_PASSED, /* left out */
    ROLE_CALLER, /* edges to it do not matter */
    ROLE_CALLED,
};

/* The callers a node of a location was seen with, and the edges from them: a cache line. */
enum { MEMO_CALLERS = 8 };
struct memo {
    uint32_t callers[MEMO_CALLERS]; /* HASH_NONE: free */
    uint32_t edges[MEMO_CALLERS];
};

enum mark {
    MARK_MET = 1,      /* in the stack being walked */
    MARK_CALLED = 2,   /* not inlined, in some sample */
    MARK_RESIDUAL = 4, /* past nodes that were left out, in some sample */
};

struct walk {
    struct graph *graph;
    const uint32_t *stack; /* of the sample before, leaf first: n_levels */
    struct level *levels;  /* root first */
    size_t n_levels;
    uint32_t *owned; /* nodes, or edges */
    size_t n_owned, room_owned;
    uint64_t weight; /* of the samples so far; wraps around like the tool's sums */
    /* for nodes */
    uint64_t *sums;
    unsigned char *met;
    /* for edges */
    struct edge_table edges;
    size_t room_edges;
    uint64_t *weights;    /* by edge */
    unsigned char *marks; /* by edge: enum mark */
    struct memo *memos;   /* of the places that are not plain */
    size_t n_memos;
    const unsigned char *roles;
    struct place *places; /* by location */
};

static int64_t value_of(const struct graph *graph, size_t sample, size_t type)
{
    const struct profile *p = graph->profile;

    return p->values[sample * p->n_sample_types + type];
}

static uint32_t deepest(const struct profile *p)
{
    uint32_t most = 0;

    for (size_t i = 0; i < p->n_samples; i++)
        most = MAX(most, p->samples[i].n_frames);
    return most;
}

static struct place *find_places(const struct graph *graph, const unsigned char *roles,
                                 size_t *ret_memos)
{
    uint32_t n_memos = 0;
    size_t n_locations = graph->profile->n_locations;
    struct place *places = g_new0(struct place, n_locations + 1);

    for (uint32_t i = 0; i < n_locations; i++) {
        uint32_t n;
        const uint32_t *nodes = graph_nodes_of(graph, i, &n);

        places[i] = (struct place){.node = nodes[n - 1], .is_single = n == 1, .is_plain = true};
        for (uint32_t j = 0; roles != NULL && j < n; j++)
            places[i].is_plain = places[i].is_plain && roles[nodes[j]] == ROLE_CALLER;
        places[i].memo = n_memos;
        n_memos += places[i].is_plain ? 0 : n;
    }
    *ret_memos = n_memos;
    return places;
}

/* roles: for edges. */
static void walk_init(struct walk *w, struct graph *graph, const unsigned char *roles)
{
    *w = (struct walk){.graph = graph, .roles = roles};
    w->places = find_places(graph, roles, &w->n_memos);
    w->levels = g_new0(struct level, (size_t)deepest(graph->profile) + 1);
}

static void walk_clear(struct walk *w)
{
    g_free(w->levels);
    g_free(w->places);
    g_free(w->weights);
    g_free(w->marks);
    g_free(w->memos);
    g_free(w->owned);
}

/* For n more of what is owned. */
static inline void make_room(struct walk *w, size_t n)
{
    if (w->room_owned - w->n_owned >= n)
        return;
    w->room_owned = MAX(2 * w->room_owned, w->n_owned + n + 256);
    w->owned = g_renew(uint32_t, w->owned, w->room_owned);
}

/* Levels of the stack before that are those of this one, from the root on. */
static inline size_t shared_levels(const struct walk *w, const uint32_t *frames, size_t n)
{
    size_t most = MIN(n, w->n_levels), shared = 0;

    if (most == 0)
        return 0; /* the first sample has no stack before it */
    const uint32_t *a = w->stack + w->n_levels, *b = frames + n;

    while (shared < most && *--a == *--b)
        shared++;
    return shared;
}

typedef void enter_level(struct walk *w, struct level *level, uint32_t location);
typedef void leave_owned(struct walk *w, uint32_t owned);

static inline __attribute__((always_inline)) void leave_until(struct walk *w, size_t n,
                                                              leave_owned *leave)
{
    if (w->n_levels <= n)
        return;
    size_t first = w->levels[n].first_owned;

    for (size_t i = first; i < w->n_owned; i++)
        leave(w, w->owned[i]);
    w->n_owned = first;
    w->n_levels = n;
}

/* One more sample. Inlined, so that what to do at a level is known to the compiler. */
static inline __attribute__((always_inline)) void
walk_sample(struct walk *w, size_t index, int64_t value, enter_level *enter, leave_owned *leave)
{
    const struct profile_sample *sample = &w->graph->profile->samples[index];
    const uint32_t *frames = w->graph->profile->frames + sample->first_frame;
    size_t n = sample->n_frames;

    leave_until(w, shared_levels(w, frames, n), leave);
    w->stack = frames;
    while (w->n_levels < n) {
        struct level *level = &w->levels[w->n_levels];

        *level = (struct level){.first_owned = (uint32_t)w->n_owned,
                                .parent = w->n_levels > 0 ? level[-1].parent : HASH_NONE,
                                .residual = w->n_levels > 0 && level[-1].residual};
        enter(w, level, frames[n - 1 - w->n_levels]);
        w->n_levels++;
    }
    w->weight += (uint64_t)value;
}

/* --- flat and cum --- */

static inline void meet_node(struct walk *w, uint32_t node)
{
    unsigned char fresh = w->met[node] ^ 1;

    w->met[node] = 1;
    w->owned[w->n_owned] = node;
    w->n_owned += fresh;
    w->sums[node] -= w->weight & (0 - (uint64_t)fresh);
}

static inline void enter_nodes(struct walk *w, struct level *level, uint32_t location)
{
    const struct place *place = &w->places[location];
    uint32_t n;

    (void)level;
    make_room(w, 1);
    if (place->is_single) {
        meet_node(w, place->node);
        return;
    }
    const uint32_t *nodes = graph_nodes_of(w->graph, location, &n);

    make_room(w, n);
    for (uint32_t i = 0; i < n; i++)
        meet_node(w, nodes[i]);
}

static inline void leave_node(struct walk *w, uint32_t node)
{
    w->met[node] = 0;
    w->sums[node] += w->weight;
}

static void add_flat(struct graph *graph, const struct profile_sample *sample, int64_t value)
{
    if (sample->n_frames == 0)
        return;
    uint32_t leaf = graph->profile->frames[sample->first_frame];
    struct graph_node *node = &graph->nodes[graph->location_nodes[graph->first_node[leaf + 1] - 1]];

    node->flat = (int64_t)((uint64_t)node->flat + (uint64_t)value);
}

static void sum_type(struct graph *graph, size_t type)
{
    const struct profile *p = graph->profile;
    g_autofree uint64_t *sums = g_new0(uint64_t, graph->n_nodes + 1);
    g_autofree unsigned char *met = g_new0(unsigned char, graph->n_nodes + 1);
    struct walk w;

    walk_init(&w, graph, NULL);
    w.sums = sums;
    w.met = met;
    for (size_t i = 0; i < p->n_samples; i++) {
        int64_t value = value_of(graph, i, type);

        if (value == 0)
            continue;
        walk_sample(&w, i, value, enter_nodes, leave_node);
        add_flat(graph, &p->samples[i], value);
    }
    leave_until(&w, 0, leave_node);
    walk_clear(&w);
    for (size_t i = 0; i < graph->n_nodes; i++)
        graph->nodes[i].cum = (int64_t)sums[i];
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

static void grow_edges(struct walk *w)
{
    size_t room = MAX(2 * w->room_edges, 1024);

    w->weights = g_renew(uint64_t, w->weights, room);
    w->marks = g_renew(unsigned char, w->marks, room);
    memset(w->weights + w->room_edges, 0, (room - w->room_edges) * sizeof *w->weights);
    memset(w->marks + w->room_edges, 0, room - w->room_edges);
    w->room_edges = room;
}

static uint32_t find_edge(struct walk *w, uint32_t from, uint32_t to)
{
    uint32_t number = edge_table_find(&w->edges, from, to);

    if (number >= w->room_edges)
        grow_edges(w);
    return number;
}

/* The edge's number: a place has few callers, and those that were seen are at hand. */
static inline uint32_t edge_at(struct walk *w, uint32_t number_of_memo, uint32_t from, uint32_t to)
{
    struct memo *memo = &w->memos[number_of_memo];
    size_t i = 0;

    while (i < MEMO_CALLERS && memo->callers[i] != from && memo->callers[i] != HASH_NONE)
        i++;
    if (i < MEMO_CALLERS && memo->callers[i] == from)
        return memo->edges[i];
    uint32_t number = find_edge(w, from, to);

    if (i < MEMO_CALLERS) {
        memo->callers[i] = from;
        memo->edges[i] = number;
    }
    return number;
}

/* Once per sample; only the first occurrence decides about the marks. */
static inline void meet_edge(struct walk *w, uint32_t number, bool inlined, bool residual)
{
    unsigned char marks = w->marks[number];

    if (marks & MARK_MET)
        return;
    w->marks[number] = (unsigned char)(marks | MARK_MET | (inlined ? 0 : MARK_CALLED) |
                                       (residual ? MARK_RESIDUAL : 0));
    w->weights[number] -= w->weight;
    make_room(w, 1);
    w->owned[w->n_owned++] = number;
}

/* Root to leaf; inside a location from the physical function to the innermost inlined one. */
static inline void enter_edges(struct walk *w, struct level *level, uint32_t location)
{
    const struct place *place = &w->places[location];
    uint32_t n;

    if (place->is_plain) {
        level->residual = false;
        level->parent = place->node;
        return;
    }
    const uint32_t *nodes = graph_nodes_of(w->graph, location, &n);

    for (uint32_t j = 0; j < n; j++) {
        uint32_t node = nodes[j];
        unsigned char role = w->roles[node];

        if (role == ROLE_CALLED && level->parent != HASH_NONE && level->parent != node)
            meet_edge(w, edge_at(w, place->memo + j, level->parent, node), j > 0, level->residual);
        level->residual = role == ROLE_PASSED;
        level->parent = level->residual ? level->parent : node;
    }
}

static inline void leave_edge(struct walk *w, uint32_t number)
{
    w->marks[number] &= (unsigned char)~MARK_MET;
    w->weights[number] += w->weight;
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

static struct memo *new_memos(size_t n)
{
    struct memo *memos = g_new(struct memo, n + 1);

    for (size_t i = 0; i <= n; i++)
        memset(memos[i].callers, 0xff, sizeof memos[i].callers);
    return memos;
}

/* What was summed apart, because it is looked at far more often than the rest. */
static void give_edges(struct walk *w)
{
    struct graph *graph = w->graph;

    graph->edges = edge_table_finish(&w->edges, &graph->n_edges);
    for (size_t i = 0; i < graph->n_edges; i++) {
        graph->edges[i].weight = (int64_t)w->weights[i];
        graph->edges[i].inlined = (w->marks[i] & MARK_CALLED) == 0;
        graph->edges[i].residual = (w->marks[i] & MARK_RESIDUAL) != 0;
    }
}

void graph_add_edges(struct graph *graph, enum graph_edges edges)
{
    const struct profile *p = graph->profile;
    g_autofree unsigned char *roles = g_new0(unsigned char, graph->n_nodes + 1);
    struct walk w;

    for (size_t i = 0; i < graph->n_nodes; i++)
        roles[i] = (unsigned char)role_of(&graph->nodes[i], edges);
    walk_init(&w, graph, roles);
    w.memos = new_memos(w.n_memos);
    grow_edges(&w);
    for (size_t i = 0; i < p->n_samples; i++)
        if (says_something(graph, i))
            walk_sample(&w, i, value_of(graph, i, graph->options.sample_index), enter_edges,
                        leave_edge);
    leave_until(&w, 0, leave_edge);
    give_edges(&w);
    walk_clear(&w);
}
