#include "pprof/trimmed.h"

#include "pprof/graph_names.h"

#include <string.h>

struct order {
    const struct graph *graph;
    bool by_cum;
};

static gint compare(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct order *order = user;
    const struct graph_node *x = &order->graph->nodes[*(const uint32_t *)a];
    const struct graph_node *y = &order->graph->nodes[*(const uint32_t *)b];
    int64_t flat_x = graph_magnitude(x->flat), flat_y = graph_magnitude(y->flat);
    int64_t cum_x = graph_magnitude(x->cum), cum_y = graph_magnitude(y->cum);

    if (order->by_cum && cum_x != cum_y)
        return cum_x > cum_y ? -1 : 1;
    if (!order->by_cum && flat_x != flat_y)
        return flat_x > flat_y ? -1 : 1;
    int names = graph_compare_names(x, y);

    if (names != 0)
        return names;
    if (cum_x != cum_y)
        return cum_x > cum_y ? -1 : 1;
    if (flat_x != flat_y)
        return flat_x > flat_y ? -1 : 1;
    return graph_compare_keys(&x->key, &y->key);
}

static void sort(struct trimmed *t, bool by_cum)
{
    struct order order = {t->graph, by_cum};

    if (t->n > 1)
        g_qsort_with_data(t->order, (gint)t->n, sizeof *t->order, compare, &order);
}

/* Nodes in which something is left. */
static void collect(struct trimmed *t, bool drop_negative)
{
    t->n = 0;
    for (size_t i = 0; i < t->graph->n_nodes; i++) {
        const struct graph_node *node = &t->graph->nodes[i];

        t->shown[i] = (node->flat != 0 || node->cum != 0) &&
                      !(drop_negative && (node->flat < 0 || (node->flat == 0 && node->cum < 0)));
        if (t->shown[i])
            t->order[t->n++] = (uint32_t)i;
    }
}

/* Only the nodes in order[0..n) stay; order is then by number. */
static void leave_out_rest(struct trimmed *t, size_t n, bool drop_negative)
{
    g_autofree bool *stays = g_new0(bool, t->graph->n_nodes + 1);

    for (size_t i = 0; i < n; i++)
        stays[t->order[i]] = true;
    for (uint32_t i = 0; i < t->graph->n_nodes; i++)
        if (!stays[i])
            graph_leave_out(t->graph, i);
    collect(t, drop_negative);
}

static bool any_inlined(const struct trimmed *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->graph->nodes[t->order[i]].inlined_somewhere)
            return true;
    return false;
}

/* All nodes, summed; apart: each frame is a node of its own, and nothing is a mean. */
static void sum_all(struct trimmed *t, const struct view *view, const struct top_options *options,
                    bool apart)
{
    *t = (struct trimmed){
        .graph =
            graph_new(view->profile, &(struct graph_options){.sample_index = view->index,
                                                             .granularity = options->granularity,
                                                             .no_inlines = options->no_inlines,
                                                             .show_columns = options->show_columns,
                                                             .trim_path = options->trim_path,
                                                             .source_path = options->source_path,
                                                             .apart = apart,
                                                             .mean = options->mean && !apart})};
    t->order = g_new(uint32_t, t->graph->n_nodes + 1);
    t->shown = g_new0(bool, t->graph->n_nodes + 1);
    graph_sum(t->graph);
    collect(t, options->drop_negative);
}

void trimmed_init(struct trimmed *t, const struct view *view, const struct top_options *options,
                  enum graph_edges edges)
{
    uint64_t sum = 0;
    size_t kept = 0;

    sum_all(t, view, options, false);
    for (size_t i = 0; i < t->n; i++)
        sum += (uint64_t)t->graph->nodes[t->order[i]].flat;
    t->cutoff = view_cutoff((int64_t)sum, options->node_fraction);
    t->edge_cutoff = view_cutoff((int64_t)sum, options->edge_fraction);
    for (size_t i = 0; t->cutoff != 0 && i < t->n; i++)
        if (graph_magnitude(t->graph->nodes[t->order[i]].cum) >= t->cutoff)
            t->order[kept++] = t->order[i];
    t->n_dropped = t->cutoff != 0 ? t->n - kept : 0;
    if (t->n_dropped > 0)
        leave_out_rest(t, kept, options->drop_negative);
    t->n_before_count = t->n;
    sort(t, options->sort_cum);
    if (options->node_count != 0 && t->n > options->node_count) {
        leave_out_rest(t, options->node_count, options->drop_negative);
        sort(t, options->sort_cum);
    }

    /* Edges are only summed for the nodes that are left, and only if they can matter. */
    if (edges == GRAPH_EDGES_ALL || (edges == GRAPH_EDGES_INLINED && any_inlined(t)))
        graph_add_edges(t->graph, edges);

    if (options->mean) {
        /* Only now: what is small and what comes first is settled by the sums, as in the tool. */
        for (size_t i = 0; i < t->n; i++) {
            struct graph_node *node = &t->graph->nodes[t->order[i]];

            node->flat = graph_mean(node->flat, node->flat_divisor);
            node->cum = graph_mean(node->cum, node->cum_divisor);
        }
    }
}

void trimmed_init_apart(struct trimmed *t, const struct view *view,
                        const struct top_options *options)
{
    sum_all(t, view, options, true);
}

void trimmed_clear(struct trimmed *t)
{
    g_clear_pointer(&t->graph, graph_free);
    g_clear_pointer(&t->order, g_free);
    g_clear_pointer(&t->shown, g_free);
}

/* --- edges --- */

static bool is_edge_shown(const struct trimmed *t, const struct graph_edge *edge)
{
    return !t->shown[edge->to] || graph_magnitude(edge->weight) >= t->edge_cutoff;
}

enum top_inline *trimmed_inlining(const struct trimmed *t)
{
    enum { INLINED = 1, CALLED = 2 };
    const struct graph *graph = t->graph;
    g_autofree unsigned char *ways = g_new0(unsigned char, graph->n_nodes + 1);
    enum top_inline *out = g_new0(enum top_inline, graph->n_nodes + 1);

    for (size_t i = 0; i < graph->n_edges; i++)
        if (is_edge_shown(t, &graph->edges[i]))
            ways[graph->edges[i].to] |= graph->edges[i].inlined ? INLINED : CALLED;
    for (size_t i = 0; i < graph->n_nodes; i++)
        out[i] = ways[i] == INLINED              ? TOP_INLINE_FULL
                 : ways[i] == (INLINED | CALLED) ? TOP_INLINE_PARTIAL
                                                 : TOP_INLINE_NONE;
    return out;
}

static gint compare_edges(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct graph *graph = user;
    const struct graph_edge *x = a, *y = b;
    int64_t weight_x = graph_magnitude(x->weight), weight_y = graph_magnitude(y->weight);

    if (weight_x != weight_y)
        return weight_x > weight_y ? -1 : 1;
    int order = strcmp(graph->nodes[x->from].printed, graph->nodes[y->from].printed);

    return order != 0 ? order : strcmp(graph->nodes[x->to].printed, graph->nodes[y->to].printed);
}

static void add_edge(GArray **array, const struct graph_edge *edge)
{
    if (*array == NULL)
        *array = g_array_new(FALSE, FALSE, sizeof *edge);
    g_array_append_vals(*array, edge, 1);
}

static void sort_edges(GArray *array, struct graph *graph)
{
    if (array != NULL)
        g_array_sort_with_data(array, compare_edges, graph);
}

struct trimmed_edges *trimmed_edges(const struct trimmed *t)
{
    struct graph *graph = t->graph;
    struct trimmed_edges *edges = g_new0(struct trimmed_edges, graph->n_nodes + 1);

    for (size_t i = 0; i < graph->n_edges; i++) {
        const struct graph_edge *edge = &graph->edges[i];

        if (!is_edge_shown(t, edge))
            continue;
        add_edge(&edges[edge->to].in, edge);
        add_edge(&edges[edge->from].out, edge);
    }
    for (size_t i = 0; i < graph->n_nodes; i++) {
        sort_edges(edges[i].in, graph);
        sort_edges(edges[i].out, graph);
    }
    return edges;
}

void trimmed_edges_free(const struct trimmed *t, struct trimmed_edges *edges)
{
    for (size_t i = 0; i < t->graph->n_nodes; i++) {
        g_clear_pointer(&edges[i].in, g_array_unref);
        g_clear_pointer(&edges[i].out, g_array_unref);
    }
    g_free(edges);
}
