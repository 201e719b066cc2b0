#include "pprof/graph.h"

#include "pprof/stacks.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * Edges, summed as nodes are (graph_sums.c): entered once for all neighbours that
 * share a level, owned by the level that met them first. What a level calls for
 * is first collected without branches, then looked up: where a place has been
 * called from before is at hand, in one cache line.
 */

/* Where the walk is between two nodes. */
struct state {
    uint32_t parent; /* the last node that was not left out, or HASH_NONE */
    bool residual;   /* nodes were left out since then */
};

enum role {
    ROLE_PASSED, /* left out */
    ROLE_CALLER, /* edges to it do not matter */
    ROLE_CALLED,
};

/* A node of a location, as the walk meets it. */
struct step {
    uint32_t node;
    uint32_t memo; /* of those that are called */
    unsigned char role, inlined;
};

/* The callers a step was seen with, and the edges from them: a cache line. */
enum { MEMO_CALLERS = 8 };
struct memo {
    uint32_t callers[MEMO_CALLERS]; /* + 1; 0: free */
    uint32_t edges[MEMO_CALLERS];
};

/* An edge that the new levels of a stack call for. */
struct call {
    uint32_t from, to, memo;
    unsigned char inlined, residual;
};

enum mark {
    MARK_MET = 1,      /* in the stack being walked */
    MARK_CALLED = 2,   /* not inlined, in some sample */
    MARK_RESIDUAL = 4, /* past nodes that were left out, in some sample */
};

struct owned {
    uint64_t entered; /* weight when its level was entered */
    uint32_t edge;    /* SINK when it had been met before */
};

/* Gets what no edge is to get. */
enum { SINK = 0 };

struct walk {
    struct graph *graph;
    struct stacks stacks;
    /* by slot of graph->location_nodes */
    struct step *steps;
    size_t n_memos;
    struct memo *memos;
    /* by level */
    uint32_t *first_owned;
    struct state *states; /* before it */
    size_t n_levels;
    struct call *calls; /* of the sample being read */
    size_t n_calls;
    struct owned *owned;
    size_t n_owned, room;
    uint64_t weight; /* of the samples so far */
    struct edge_table edges;
    /* by number of the edge + 1, first the sink; apart because marks are looked at more often */
    uint64_t *weights;
    unsigned char *marks; /* enum mark */
    size_t room_sums;
};

static enum role role_of(const struct graph_node *node, enum graph_edges edges)
{
    if (node->left_out)
        return ROLE_PASSED;
    return edges == GRAPH_EDGES_ALL || node->inlined_somewhere ? ROLE_CALLED : ROLE_CALLER;
}

static void find_steps(struct walk *w, enum graph_edges edges)
{
    const struct graph *graph = w->graph;
    size_t n_locations = graph->profile->n_locations;

    w->steps = g_new(struct step, (size_t)graph->first_node[n_locations] + 1);
    for (size_t i = 0; i < n_locations; i++)
        for (uint32_t slot = graph->first_node[i]; slot < graph->first_node[i + 1]; slot++) {
            uint32_t node = graph->location_nodes[slot];
            enum role role = role_of(&graph->nodes[node], edges);

            w->steps[slot] = (struct step){.node = node,
                                           .memo = (uint32_t)w->n_memos,
                                           .role = (unsigned char)role,
                                           .inlined = slot > graph->first_node[i]};
            w->n_memos += role == ROLE_CALLED;
        }
}

static void grow_sums(struct walk *w)
{
    size_t room = MAX(2 * w->room_sums, 1024);

    w->weights = g_renew(uint64_t, w->weights, room);
    w->marks = g_renew(unsigned char, w->marks, room);
    memset(w->weights + w->room_sums, 0, (room - w->room_sums) * sizeof *w->weights);
    memset(w->marks + w->room_sums, 0, room - w->room_sums);
    w->room_sums = room;
}

static void walk_init(struct walk *w, struct graph *graph, enum graph_edges edges)
{
    *w = (struct walk){.graph = graph};
    stacks_init(&w->stacks, graph->profile);
    find_steps(w, edges);
    w->memos = g_new0(struct memo, w->n_memos + 1);
    w->first_owned = g_new0(uint32_t, w->stacks.deepest + 1);
    w->states = g_new(struct state, w->stacks.deepest + 1);
    w->states[0] = (struct state){HASH_NONE, false};
    grow_sums(w);
}

static void walk_clear(struct walk *w)
{
    stacks_clear(&w->stacks);
    g_free(w->steps);
    g_free(w->memos);
    g_free(w->first_owned);
    g_free(w->states);
    g_free(w->calls);
    g_free(w->owned);
    g_free(w->weights);
    g_free(w->marks);
}

/* --- looking up --- */

/* Where wanted stands among the callers, or MEMO_CALLERS. */
static inline unsigned find_caller(const uint32_t callers[MEMO_CALLERS], uint32_t wanted)
{
#ifdef __SSE2__
    const __m128i key = _mm_set1_epi32((int)wanted);
    const __m128i *at = (const __m128i *)(const void *)callers;
    __m128i low = _mm_cmpeq_epi32(_mm_loadu_si128(at), key);
    __m128i high = _mm_cmpeq_epi32(_mm_loadu_si128(at + 1), key);
    __m128i bytes = _mm_packs_epi16(_mm_packs_epi32(low, high), _mm_setzero_si128());
    unsigned found = (unsigned)_mm_movemask_epi8(bytes);

    return (unsigned)__builtin_ctz(found | 1u << MEMO_CALLERS);
#else
    unsigned i = 0;

    while (i < MEMO_CALLERS && callers[i] != wanted)
        i++;
    return i;
#endif
}

/* Of an edge that is not at hand; a memo that is full keeps what it has. */
static uint32_t find_edge(struct walk *w, const struct call *call)
{
    struct memo *memo = &w->memos[call->memo];
    unsigned unused = find_caller(memo->callers, 0);
    uint32_t number = edge_table_find(&w->edges, call->from, call->to) + 1;

    if (number >= w->room_sums)
        grow_sums(w);
    if (unused < MEMO_CALLERS) {
        memo->callers[unused] = call->from + 1;
        memo->edges[unused] = number;
    }
    return number;
}

/* --- walking --- */

static inline void leave_until(struct walk *w, size_t n)
{
    if (w->n_levels <= n)
        return;
    size_t first = w->first_owned[n];

    /* bytes could be anything's: the compiler knows only of locals that they are not */
    const struct owned *owned = w->owned + first, *end = w->owned + w->n_owned;
    uint64_t weight = w->weight, *weights = w->weights;
    unsigned char *marks = w->marks;

    for (; owned < end; owned++) {
        weights[owned->edge] += weight - owned->entered;
        marks[owned->edge] &= (unsigned char)~MARK_MET;
    }
    w->n_owned = first;
    w->n_levels = n;
}

/*
 * Root to leaf; inside a location from the physical function to the innermost
 * inlined one. Where the next call goes.
 */
static inline struct call *enter(struct call *call, struct state *state, const struct step *step,
                                 const struct step *end)
{
    uint32_t parent = state->parent;
    unsigned residual = state->residual;

    for (; step < end; step++) {
        bool passed = step->role == ROLE_PASSED;

        *call = (struct call){.from = parent,
                              .to = step->node,
                              .memo = step->memo,
                              .inlined = step->inlined,
                              .residual = (unsigned char)residual};
        call +=
            (unsigned)(step->role == ROLE_CALLED) & (parent != HASH_NONE) & (parent != step->node);
        residual = passed;
        parent = passed ? parent : step->node;
    }
    *state = (struct state){parent, residual != 0};
    return call;
}

/* Once per sample; only the first occurrence decides about the marks. */
static inline void own(struct walk *w, const struct call *call)
{
    const struct memo *memo = &w->memos[call->memo];
    unsigned i = find_caller(memo->callers, call->from + 1);
    uint32_t number = i < MEMO_CALLERS ? memo->edges[i] : find_edge(w, call);
    unsigned before = w->marks[number];
    unsigned marks = MARK_MET | (call->inlined ? 0u : MARK_CALLED) |
                     (call->residual ? (unsigned)MARK_RESIDUAL : 0u);
    bool met = (before & MARK_MET) != 0;

    w->marks[number] = (unsigned char)(before | (met ? 0 : marks));
    w->owned[w->n_owned++] = (struct owned){w->weight, met ? SINK : number};
}

static void add_sample(struct walk *w, size_t sample, uint64_t value)
{
    stacks_read(&w->stacks, sample);
    leave_until(w, w->stacks.shared);

    /* What the new levels of the stack call for. */
    const uint32_t *path = w->stacks.path, *first_node = w->graph->first_node;
    size_t n = w->stacks.n, n_steps = 0;

    for (size_t level = w->n_levels; level < n; level++) {
        const uint32_t *first = &first_node[path[level]];

        __builtin_prefetch(&w->steps[first[0]]);
        n_steps += first[1] - first[0];
    }

    /* For so many more calls. */
    if (w->room - w->n_owned < n_steps) {
        w->room = MAX(2 * w->room, w->n_owned + n_steps + 256);
        w->owned = g_renew(struct owned, w->owned, w->room);
        w->calls = g_renew(struct call, w->calls, w->room);
    }

    struct call *call = w->calls;
    struct state state = w->states[w->n_levels];

    for (size_t level = w->n_levels; level < n; level++) {
        const uint32_t *first = &first_node[path[level]];

        w->first_owned[level] = (uint32_t)(w->n_owned + (size_t)(call - w->calls));
        call = enter(call, &state, w->steps + first[0], w->steps + first[1]);
        w->states[level + 1] = state;
    }
    w->n_levels = n;
    w->n_calls = (size_t)(call - w->calls);

    for (size_t i = 0; i < w->n_calls; i++)
        __builtin_prefetch(&w->memos[w->calls[i].memo]);
    for (size_t i = 0; i < w->n_calls; i++)
        own(w, &w->calls[i]);
    w->weight += value;
}

/* --- all of it --- */

/* A sample that says nothing must not show up as an edge of weight 0; a divisor says something. */
static bool says_something(const struct graph *graph, const int64_t *values)
{
    return values[graph->options.sample_index] != 0 || (graph->options.mean && values[0] != 0);
}

static void give_edges(struct walk *w)
{
    struct graph *graph = w->graph;

    graph->edges = edge_table_finish(&w->edges, &graph->n_edges);
    for (size_t i = 0; i < graph->n_edges; i++) {
        graph->edges[i].weight = (int64_t)w->weights[i + 1];
        graph->edges[i].inlined = (w->marks[i + 1] & MARK_CALLED) == 0;
        graph->edges[i].residual = (w->marks[i + 1] & MARK_RESIDUAL) != 0;
    }
}

void graph_add_edges(struct graph *graph, enum graph_edges edges)
{
    const struct profile *p = graph->profile;
    struct walk w;

    walk_init(&w, graph, edges);
    for (size_t i = 0; i < p->n_samples; i++) {
        const int64_t *values = p->values + i * p->n_sample_types;

        if (says_something(graph, values))
            add_sample(&w, i, (uint64_t)values[graph->options.sample_index]);
    }
    leave_until(&w, 0);
    give_edges(&w);
    walk_clear(&w);
}
