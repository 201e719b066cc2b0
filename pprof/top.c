#include "pprof/top.h"

#include "pprof/graph.h"

#include <math.h>
#include <string.h>

struct top_store {
    struct graph *graph;
    GArray *rows, *callers, *callees;
};

static int64_t magnitude(int64_t v)
{
    return v == INT64_MIN ? INT64_MAX : v < 0 ? -v : v;
}

/* --- building
 * --------------------------------------------------------------------------------------- */

static struct graph *build_graph(const struct profile *profile, const struct top_options *options,
                                 GHashTable *keep, GError **error)
{
    struct graph *graph = graph_new();

    if (!graph_add(graph, profile, options, 1, keep, error) ||
        (options->base != NULL && !graph_add(graph, options->base, options, -1, keep, error))) {
        graph_free(graph);
        return NULL;
    }
    return graph;
}

static int by_name(const char *a, const char *b)
{
    return strcmp(a, b);
}

static gint compare_rows(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct top_row *x = a, *y = b;
    const struct top_options *options = user;
    int64_t first_x = magnitude(options->sort_cum ? x->cum : x->flat);
    int64_t first_y = magnitude(options->sort_cum ? y->cum : y->flat);

    if (first_x != first_y)
        return first_x > first_y ? -1 : 1;
    int order = by_name(x->name, y->name);

    if (order != 0)
        return order;
    int64_t then_x = magnitude(options->sort_cum ? x->flat : x->cum);
    int64_t then_y = magnitude(options->sort_cum ? y->flat : y->cum);

    return then_x > then_y ? -1 : then_x < then_y;
}

static void count_inlining(struct graph *graph)
{
    for (guint i = 0; i < graph->edges->len; i++) {
        const struct graph_edge *edge = &g_array_index(graph->edges, struct graph_edge, i);
        struct graph_node *to = &g_array_index(graph->nodes, struct graph_node, edge->to);

        if (edge->inlined)
            to->inline_in++;
        else
            to->other_in++;
    }
}

static enum top_inline inlining(const struct graph_node *node)
{
    if (node->inline_in == 0)
        return TOP_INLINE_NONE;
    return node->other_in == 0 ? TOP_INLINE_FULL : TOP_INLINE_PARTIAL;
}

static GArray *collect_rows(struct graph *graph, const struct top_options *options)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct top_row));

    count_inlining(graph);
    for (guint i = 0; i < graph->nodes->len; i++) {
        const struct graph_node *node = &g_array_index(graph->nodes, struct graph_node, i);
        struct top_row row = {.name = node->name,
                              .function = node->function,
                              .file = node->file,
                              .line = node->line,
                              .flat = node->flat,
                              .cum = node->cum,
                              .inlined = inlining(node)};

        if (node->flat == 0 && node->cum == 0)
            continue;
        if (options->drop_negative && (node->flat < 0 || (node->flat == 0 && node->cum < 0)))
            continue;
        g_array_append_val(rows, row);
    }
    g_array_sort_with_data(rows, compare_rows, (gpointer)(uintptr_t)options);
    return rows;
}

static GHashTable *names_of(const GArray *rows, size_t n)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (size_t i = 0; i < n; i++)
        g_hash_table_add(names, g_strdup(g_array_index(rows, struct top_row, i).name));
    return names;
}

/* Nodes whose cum is below the cutoff, as names of those that stay; NULL when all stay. */
static GHashTable *trim(const GArray *rows, double fraction, struct top_report *report)
{
    GHashTable *names;
    double sum = 0;

    for (guint i = 0; i < rows->len; i++)
        sum += (double)g_array_index(rows, struct top_row, i).flat;
    report->cutoff = (int64_t)fabs(trunc(sum * fraction));
    if (report->cutoff <= 0)
        return NULL;
    names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < rows->len; i++) {
        const struct top_row *row = &g_array_index(rows, struct top_row, i);

        if (magnitude(row->cum) >= report->cutoff)
            g_hash_table_add(names, g_strdup(row->name));
        else
            report->n_dropped++;
    }
    return names;
}

static bool rebuild(struct top_report *report, const struct profile *profile,
                    const struct top_options *options, GHashTable *keep, GError **error)
{
    struct graph *graph = build_graph(profile, options, keep, error);

    if (graph == NULL)
        return false;
    graph_free(report->store->graph);
    if (report->store->rows != NULL)
        g_array_unref(report->store->rows);
    report->store->graph = graph;
    report->store->rows = collect_rows(graph, options);
    return true;
}

static void set_type(struct top_report *report, const struct profile *profile, int index)
{
    if (index < 0)
        index = profile_default_sample_index(profile);
    bool known = index >= 0 && (size_t)index < profile->n_sample_types;

    report->type = known ? profile->sample_types[index].type : "";
    report->unit = known ? profile->sample_types[index].unit : "";
}

static void finish(struct top_report *report, const struct top_options *options)
{
    const struct graph *graph = report->store->graph;

    report->rows = (struct top_row *)(void *)report->store->rows->data;
    report->n_rows = report->store->rows->len;
    for (size_t i = 0; i < report->n_rows; i++)
        report->shown += report->rows[i].flat;
    report->total = options->diff_base && graph->base_total > 0 ? graph->base_total : graph->total;
}

struct top_report *top_build(const struct profile *profile, const struct top_options *options,
                             GError **error)
{
    struct top_report *report = g_new0(struct top_report, 1);
    g_autoptr(GHashTable) kept = NULL, best = NULL;

    report->store = g_new0(struct top_store, 1);
    set_type(report, profile, options->sample_index);
    if (!rebuild(report, profile, options, NULL, error))
        goto fail;
    if (options->node_fraction > 0 &&
        (kept = trim(report->store->rows, options->node_fraction, report)) != NULL &&
        !rebuild(report, profile, options, kept, error))
        goto fail;
    report->n_nodes = report->store->rows->len;
    if (options->node_count > 0 && report->n_nodes > options->node_count) {
        best = names_of(report->store->rows, options->node_count);
        if (!rebuild(report, profile, options, best, error))
            goto fail;
    }
    finish(report, options);
    return report;
fail:
    top_report_free(report);
    return NULL;
}

static void top_store_free(struct top_store *store)
{
    graph_free(store->graph);
    g_clear_pointer(&store->rows, g_array_unref);
    g_clear_pointer(&store->callers, g_array_unref);
    g_clear_pointer(&store->callees, g_array_unref);
    g_free(store);
}

void top_report_free(struct top_report *report)
{
    if (report == NULL)
        return;
    top_store_free(report->store);
    g_free(report);
}

/* --- neighbours of a node
 * ------------------------------------------------------------------------------ */

static gint compare_edges(gconstpointer a, gconstpointer b)
{
    const struct top_edge *x = a, *y = b;

    if (magnitude(x->weight) != magnitude(y->weight))
        return magnitude(x->weight) > magnitude(y->weight) ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void collect_edges(struct top_peek *peek, uint32_t node)
{
    struct top_store *store = peek->store;

    store->callers = g_array_new(FALSE, FALSE, sizeof(struct top_edge));
    store->callees = g_array_new(FALSE, FALSE, sizeof(struct top_edge));
    for (guint i = 0; i < store->graph->edges->len; i++) {
        const struct graph_edge *edge = &g_array_index(store->graph->edges, struct graph_edge, i);
        uint32_t other = edge->to == node ? edge->from : edge->to;
        struct top_edge out = {
            .name = g_array_index(store->graph->nodes, struct graph_node, other).name,
            .weight = edge->weight,
            .inlined = edge->inlined,
        };

        if (edge->to == node)
            g_array_append_val(store->callers, out);
        else if (edge->from == node)
            g_array_append_val(store->callees, out);
    }
    g_array_sort(store->callers, compare_edges);
    g_array_sort(store->callees, compare_edges);
    peek->callers = (struct top_edge *)(void *)store->callers->data;
    peek->n_callers = store->callers->len;
    peek->callees = (struct top_edge *)(void *)store->callees->data;
    peek->n_callees = store->callees->len;
}

struct top_peek *top_peek_build(const struct profile *profile, const struct top_options *options,
                                const char *name, GError **error)
{
    struct graph *graph = build_graph(profile, options, NULL, error);
    struct top_report type = {0};

    if (graph == NULL)
        return NULL;
    gpointer found = g_hash_table_lookup(graph->by_name, name);

    if (found == NULL) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID,
                    "the newest profile has nothing of %s any more", name);
        graph_free(graph);
        return NULL;
    }
    uint32_t index = GPOINTER_TO_UINT(found) - 1;
    const struct graph_node *node = &g_array_index(graph->nodes, struct graph_node, index);
    struct top_peek *peek = g_new0(struct top_peek, 1);

    set_type(&type, profile, options->sample_index);
    *peek = (struct top_peek){.name = node->name,
                              .flat = node->flat,
                              .cum = node->cum,
                              .total = graph->total,
                              .unit = type.unit,
                              .store = g_new0(struct top_store, 1)};
    peek->store->graph = graph;
    collect_edges(peek, index);
    return peek;
}

void top_peek_free(struct top_peek *peek)
{
    if (peek == NULL)
        return;
    top_store_free(peek->store);
    g_free(peek);
}
