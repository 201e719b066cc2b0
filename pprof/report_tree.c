#include "pprof/pattern.h"
#include "pprof/report.h"

/* -tree and -peek: every node with its callers above and its callees below. */

#define SEPARATOR "----------------------------------------------------------+-------------\n"
#define LEGEND "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n"

struct tree {
    const struct report *report;
    const struct trimmed *trimmed;
    struct trimmed_edges *edges;
    const struct pattern *pattern; /* NULL: all nodes */
    int64_t sum;
};

static void write_edges(GString *out, const struct tree *tree, const GArray *edges, bool callers,
                        int64_t cum)
{
    const struct graph_node *nodes = tree->trimmed->graph->nodes;

    for (guint i = 0; edges != NULL && i < edges->len; i++) {
        const struct graph_edge *edge = &g_array_index(edges, struct graph_edge, i);

        report_append_value(out, tree->report, edge->weight, 50);
        g_string_append_c(out, ' ');
        report_append_percentage(out, edge->weight, cum);
        g_string_append_printf(out, " |   %s%s\n", nodes[callers ? edge->from : edge->to].printed,
                               edge->inlined ? " (inline)" : "");
    }
}

/* Returns how many nodes were written. */
static size_t write_nodes(GString *out, struct tree *tree)
{
    const struct trimmed *t = tree->trimmed;
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++) {
        const struct graph_node *node = &t->graph->nodes[t->order[i]];

        if (tree->pattern != NULL && !pattern_matches(tree->pattern, node->printed))
            continue;
        n++;
        tree->sum = (int64_t)((uint64_t)tree->sum + (uint64_t)node->flat);
        g_string_append(out, SEPARATOR);
        write_edges(out, tree, tree->edges[t->order[i]].in, true, node->cum);
        report_append_node(out, tree->report, node, tree->sum);
        g_string_append_printf(out, "                | %s\n", node->printed);
        write_edges(out, tree, tree->edges[t->order[i]].out, false, node->cum);
    }
    return n;
}

bool report_write_tree(GString *out, struct report *report, GError **error)
{
    const char *text = report->options->kind == REPORT_PEEK ? report->options->pattern : NULL;
    g_autoptr(pattern_auto) pattern = NULL;
    struct trimmed t;

    if (text != NULL && (pattern = pattern_new(text, "argument", error)) == NULL)
        return false;
    trimmed_init(&t, &report->view, &report->options->top, GRAPH_EDGES_ALL);

    struct tree tree = {
        .report = report, .trimmed = &t, .edges = trimmed_edges(&t), .pattern = pattern};

    report_choose_unit(report, &t);
    report_write_header(out, report, &t);
    g_string_append(out, SEPARATOR LEGEND);
    size_t n = write_nodes(out, &tree);

    if (t.n > 0)
        g_string_append(out, SEPARATOR);
    trimmed_edges_free(&t, tree.edges);

    trimmed_clear(&t);
    if (n == 0 && pattern != NULL) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID, "no matches found for regexp: %s",
                    text);
        return false;
    }
    return true;
}
