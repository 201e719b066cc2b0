#include "pprof/neighbours.h"

#include "pprof/pattern.h"
#include "pprof/trimmed.h"

struct neighbours_store {
    struct view view;
    struct trimmed trimmed;
    GPtrArray *edges; /* arrays of struct top_edge, owned */
};

static struct top_edge *copy_edges(struct neighbours_store *store, const GArray *edges,
                                   bool callers, size_t *ret_n)
{
    const struct graph_node *nodes = store->trimmed.graph->nodes;
    guint n = edges != NULL ? edges->len : 0;
    struct top_edge *copies = g_new0(struct top_edge, n + 1);

    g_ptr_array_add(store->edges, copies);
    for (guint i = 0; i < n; i++) {
        const struct graph_edge *edge = &g_array_index(edges, struct graph_edge, i);

        copies[i] = (struct top_edge){.name = nodes[callers ? edge->from : edge->to].printed,
                                      .weight = edge->weight,
                                      .inlined = edge->inlined};
    }
    *ret_n = n;
    return copies;
}

static void add_node(struct neighbours *result, uint32_t index, enum top_inline inlined,
                     const struct trimmed_edges *edges)
{
    const struct graph_node *node = &result->store->trimmed.graph->nodes[index];
    struct neighbours_node *own = &result->nodes[result->n_nodes++];

    own->row = (struct top_row){.name = node->printed,
                                .function = node->key.name,
                                .file = node->function_file,
                                .line = node->key.line,
                                .flat = node->flat,
                                .cum = node->cum,
                                .inlined = inlined};
    own->callers = copy_edges(result->store, edges->in, true, &own->n_callers);
    own->callees = copy_edges(result->store, edges->out, false, &own->n_callees);
}

struct neighbours *neighbours_build(const struct profile *profile,
                                    const struct top_options *options, const char *pattern,
                                    GError **error)
{
    struct top_options own = *options;
    g_autoptr(pattern_auto) compiled = NULL;

    if (pattern != NULL) {
        own.node_count = 0;
        own.node_fraction = own.edge_fraction = 0;
        compiled = pattern_new(pattern, "argument", error);
        if (compiled == NULL)
            return NULL;
    }
    g_autoptr(neighbours_auto) result = g_new0(struct neighbours, 1);

    result->store = g_new0(struct neighbours_store, 1);
    result->store->edges = g_ptr_array_new_with_free_func(g_free);
    if (!view_init(&result->store->view, profile, &own, error))
        return NULL;
    trimmed_init(&result->store->trimmed, &result->store->view, &own, GRAPH_EDGES_ALL);

    const struct trimmed *t = &result->store->trimmed;
    g_autofree enum top_inline *inlining = trimmed_inlining(t);
    struct trimmed_edges *edges = trimmed_edges(t);

    result->nodes = g_new0(struct neighbours_node, t->n + 1);
    for (size_t i = 0; i < t->n; i++) {
        uint32_t index = t->order[i];

        if (compiled == NULL || pattern_matches(compiled, t->graph->nodes[index].printed))
            add_node(result, index, inlining[index], &edges[index]);
    }
    trimmed_edges_free(t, edges);
    result->total = result->store->view.total;
    result->type = result->store->view.type;
    result->unit = result->store->view.unit;
    result->unmatched = result->store->view.unmatched;

    if (compiled == NULL || result->n_nodes > 0)
        return g_steal_pointer(&result);
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID, "no matches found for regexp: %s",
                pattern);
    return NULL;
}

void neighbours_free(struct neighbours *neighbours)
{
    if (neighbours == NULL)
        return;
    trimmed_clear(&neighbours->store->trimmed);
    view_clear(&neighbours->store->view);
    g_ptr_array_unref(neighbours->store->edges);
    g_free(neighbours->store);
    g_free(neighbours->nodes);
    g_free(neighbours);
}
