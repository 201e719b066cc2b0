#include "pprof/top.h"

#include "pprof/trimmed.h"

#include <string.h>

struct top_store {
    struct view view;
    struct trimmed trimmed;
    struct top_row *rows;
    struct top_edge *edges; /* of a peek: callers, then callees */
};

struct top_options top_options_of_tool(void)
{
    return (struct top_options){.sample_index = -1, .node_fraction = 0.005, .edge_fraction = 0.001};
}

static void store_of_top_free(struct top_store *store)
{
    if (store == NULL)
        return;
    trimmed_clear(&store->trimmed);
    view_clear(&store->view);
    g_free(store->rows);
    g_free(store->edges);
    g_free(store);
}

/* --- the table --- */

struct top_report *top_build(const struct profile *profile, const struct top_options *options,
                             GError **error)
{
    g_autoptr(top_report_auto) report = g_new0(struct top_report, 1);

    report->store = g_new0(struct top_store, 1);
    if (!view_init(&report->store->view, profile, options, error))
        return NULL;
    trimmed_init(&report->store->trimmed, &report->store->view, options, GRAPH_EDGES_INLINED);

    const struct trimmed *t = &report->store->trimmed;
    g_autofree enum top_inline *inlining = trimmed_inlining(t);

    report->rows = report->store->rows = g_new0(struct top_row, t->n + 1);
    report->n_rows = t->n;
    for (size_t i = 0; i < t->n; i++) {
        const struct graph_node *node = &t->graph->nodes[t->order[i]];
        report->rows[i] = (struct top_row){.name = node->printed,
                                           .function = node->key.name,
                                           .file = node->function_file,
                                           .line = node->key.line,
                                           .flat = node->flat,
                                           .cum = node->cum,
                                           .inlined = inlining[t->order[i]]};
        report->shown = (int64_t)((uint64_t)report->shown + (uint64_t)report->rows[i].flat);
    }
    report->total = report->store->view.total;
    report->n_nodes = t->n_before_count;
    report->n_dropped = t->n_dropped;
    report->cutoff = t->cutoff;
    report->type = report->store->view.type;
    report->unit = report->store->view.unit;
    report->unmatched = report->store->view.unmatched;

    return g_steal_pointer(&report);
}

void top_report_free(struct top_report *report)
{
    if (report == NULL)
        return;
    store_of_top_free(report->store);
    g_free(report);
}

/* --- the neighbours --- */

static const struct graph_node *find_node(const struct trimmed *t, const char *name,
                                          uint32_t *ret_index)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->graph->nodes[t->order[i]].printed, name) == 0) {
            *ret_index = t->order[i];
            return &t->graph->nodes[t->order[i]];
        }
    return NULL;
}

static size_t copy_edges(const struct graph *graph, const GArray *edges, bool callers,
                         struct top_edge *out)
{
    guint n = edges != NULL ? edges->len : 0;

    for (guint i = 0; i < n; i++) {
        const struct graph_edge *edge = &g_array_index(edges, struct graph_edge, i);

        out[i] = (struct top_edge){.name = graph->nodes[callers ? edge->from : edge->to].printed,
                                   .weight = edge->weight,
                                   .inlined = edge->inlined};
    }
    return n;
}

struct top_peek *top_peek_build(const struct profile *profile, const struct top_options *options,
                                const char *name, GError **error)
{
    g_autoptr(top_peek_auto) peek = g_new0(struct top_peek, 1);
    struct top_options untrimmed = *options;
    uint32_t index;

    untrimmed.node_count = 0;
    untrimmed.node_fraction = untrimmed.edge_fraction = 0;
    peek->store = g_new0(struct top_store, 1);
    if (!view_init(&peek->store->view, profile, &untrimmed, error))
        return NULL;
    trimmed_init(&peek->store->trimmed, &peek->store->view, &untrimmed, GRAPH_EDGES_ALL);
    const struct graph_node *node = find_node(&peek->store->trimmed, name, &index);

    if (node == NULL) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID, "no matches found for %s", name);
        return NULL;
    }

    struct top_store *store = peek->store;
    const struct trimmed *t = &store->trimmed;
    struct trimmed_edges *edges = trimmed_edges(t);
    const struct trimmed_edges *own = &edges[index];
    size_t n = (own->in != NULL ? own->in->len : 0) + (own->out != NULL ? own->out->len : 0);

    store->edges = g_new0(struct top_edge, n + 1);
    *peek = (struct top_peek){.name = node->printed,
                              .flat = node->flat,
                              .cum = node->cum,
                              .total = store->view.total,
                              .unit = store->view.unit,
                              .callers = store->edges,
                              .store = store};
    peek->n_callers = copy_edges(t->graph, own->in, true, peek->callers);
    peek->callees = peek->callers + peek->n_callers;
    peek->n_callees = copy_edges(t->graph, own->out, false, peek->callees);
    trimmed_edges_free(t, edges);

    return g_steal_pointer(&peek);
}

void top_peek_free(struct top_peek *peek)
{
    if (peek == NULL)
        return;
    store_of_top_free(peek->store);
    g_free(peek);
}
