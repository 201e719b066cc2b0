#include "pprof/calltree.h"
#include "pprof/graph_names.h"
#include "pprof/measurement.h"
#include "pprof/report.h"

#include <math.h>
#include <string.h>

/*
 * The call graph in Graphviz's language, as the tool's manual describes it: the
 * size of a box's text grows with its own weight, red is much and grey little of
 * the total with callees, green less than nothing; edges are thicker and redder
 * the more they carry, dotted where functions between were left out.
 */

static const char header_end[] = "\\l"; /* left-aligned, for Graphviz */

struct dot {
    const struct report *report;
    GString *out;
    int64_t largest_flat;
};

struct dot_node {
    uint32_t number; /* from 1 */
    const char *name;
    int64_t flat, cum;
};

struct dot_edge {
    const struct dot_node *from, *to;
    int64_t weight;
    bool inlined, residual;
};

/* --- texts and colours --- */

static void append_escaped(GString *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_c(out, '\\');
        if (*text == '\n')
            g_string_append(out, header_end);
        else
            g_string_append_c(out, *text);
    }
}

/* "net/http.(*conn).serve" as "http", "(*conn)", "serve", one below the other. */
static void append_broken(GString *out, const char *name)
{
    size_t end = strcspn(name, "([{ ");
    size_t first = 0;

    for (size_t i = 0; i < end; i++)
        if (name[i] == '/')
            first = i + 1;
    for (const char *at = name + first; *at != '\0'; at++) {
        bool dots = strncmp(at, "...", 3) == 0;
        char one[2] = {*at, '\0'};

        if (dots) {
            g_string_append(out, "\u2026");
            at += 2;
        } else if (*at == '.' || *at == ' ') {
            g_string_append(out, "\\n");
        } else {
            append_escaped(out, one);
        }
    }
    g_string_append(out, "\\n");
}

static void append_share(const struct dot *dot, int64_t value)
{
    char percentage[MEASUREMENT_TEXT_MAX];

    report_append_value(dot->out, dot->report, value, 0);
    measurement_percentage(value, dot->report->view.total, percentage);
    g_string_append_printf(dot->out, " (%s)", g_strstrip(percentage));
}

static double share_of(const struct dot *dot, int64_t value)
{
    double total = (double)graph_magnitude(dot->report->view.total);

    return total > 0 ? CLAMP((double)value / total, -1, 1) : 0;
}

/* Grey for nothing to red for all, or green for what became less; strength is that of the ends. */
static void append_color(GString *out, double share, double strength, double light)
{
    enum { FULL = 255 };
    double weight = sqrt(fabs(share));
    double kept = light * (1 - strength * weight), even = light * (1 - strength * weight * 0.9);
    double red = share >= 0 ? light : kept, green = share >= 0 ? kept : light;

    g_string_append_printf(out, "#%02x%02x%02x", (unsigned)(red * FULL), (unsigned)(green * FULL),
                           (unsigned)(even * FULL));
}

/* --- elements --- */

static int font_size(const struct dot *dot, int64_t flat)
{
    enum { SMALLEST = 8, GROWTH = 16 };

    if (dot->largest_flat == 0)
        return SMALLEST;
    return SMALLEST +
           (int)ceil(GROWTH * sqrt((double)graph_magnitude(flat) / (double)dot->largest_flat));
}

static void write_node(const struct dot *dot, const struct dot_node *node)
{
    GString *out = dot->out;

    g_string_append_printf(out, "N%u [label=\"", node->number);
    append_broken(out, node->name);
    if (node->flat != 0)
        append_share(dot, node->flat);
    else
        g_string_append_c(out, '0');
    if (node->cum != node->flat) {
        g_string_append(out, node->flat != 0 ? "\\nof " : " of ");
        append_share(dot, node->cum);
    }
    g_string_append_printf(out, "\" id=\"node%u\" fontsize=%d shape=box tooltip=\"", node->number,
                           font_size(dot, node->flat));
    append_escaped(out, node->name);
    g_string_append(out, " (");
    report_append_value(out, dot->report, node->cum, 0);
    g_string_append(out, ")\" color=\"");
    append_color(out, share_of(dot, node->cum), 1, 0.7);
    g_string_append(out, "\" fillcolor=\"");
    append_color(out, share_of(dot, node->cum), 0.1, 0.93);
    g_string_append(out, "\"]\n");
}

static void append_edge_tooltip(const struct dot *dot, const struct dot_edge *edge,
                                const char *name)
{
    g_string_append_printf(dot->out, " %s=\"", name);
    append_escaped(dot->out, edge->from->name);
    g_string_append(dot->out, edge->residual ? " ... " : " -> ");
    append_escaped(dot->out, edge->to->name);
    g_string_append(dot->out, " (");
    report_append_value(dot->out, dot->report, edge->weight, 0);
    g_string_append(dot->out, ")\"");
}

static void write_edge(const struct dot *dot, const struct dot_edge *edge)
{
    enum { HEAVIEST = 100, WIDEST = 5 };
    double share = share_of(dot, edge->weight);
    GString *out = dot->out;

    g_string_append_printf(out, "N%u -> N%u [label=\" ", edge->from->number, edge->to->number);
    report_append_value(out, dot->report, edge->weight, 0);
    g_string_append_printf(out, "%s\" weight=%d penwidth=%d color=\"",
                           edge->inlined ? "\\n (inline)" : "", 1 + (int)(fabs(share) * HEAVIEST),
                           1 + (int)(fabs(share) * WIDEST));
    append_color(out, share, 1, 0.7);
    g_string_append_c(out, '"');
    append_edge_tooltip(dot, edge, "tooltip");
    append_edge_tooltip(dot, edge, "labeltooltip");
    g_string_append_printf(out, "%s]\n", edge->residual ? " style=\"dotted\"" : "");
}

/* --- the graph, and the tree --- */

/* Largest first; a node is only shown with its caller, so parents are always there. */
static gint by_weight(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct calltree_node *nodes = user;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int64_t weight_x = graph_magnitude(nodes[x].total), weight_y = graph_magnitude(nodes[y].total);

    if (weight_x != weight_y)
        return weight_x > weight_y ? -1 : 1;
    return x < y ? -1 : x > y;
}

static void write_tree(const struct dot *dot, const struct trimmed *t, const struct calltree *tree)
{
    size_t most = dot->report->options->top.node_count;
    g_autofree uint32_t *order = g_new(uint32_t, tree->n_nodes + 1);
    g_autofree struct dot_node *nodes = g_new0(struct dot_node, tree->n_nodes + 1);
    size_t n = 0;

    for (uint32_t i = 1; i < tree->n_nodes; i++)
        if (tree->nodes[i].total != 0 && graph_magnitude(tree->nodes[i].total) >= t->cutoff)
            order[n++] = i;
    g_qsort_with_data(order, (gint)n, sizeof *order, by_weight, tree->nodes);
    for (size_t i = 0; i < n && (most == 0 || i < most); i++) {
        const struct calltree_node *from = &tree->nodes[order[i]];
        const struct dot_node *parent = &nodes[from->parent];
        struct dot_node *node = &nodes[order[i]];

        *node = (struct dot_node){(uint32_t)i + 1, from->name, from->self, from->total};
        write_node(dot, node);
        if (parent->number != 0)
            write_edge(dot, &(struct dot_edge){parent, node, from->total, from->inlined, false});
    }
}

static bool write_body(const struct dot *dot, const struct trimmed *t, GError **error)
{
    const struct report *report = dot->report;
    const struct top_options *top = &report->options->top;

    if (!report->options->call_tree) {
        const struct graph *graph = t->graph;
        g_autofree struct dot_node *nodes = g_new0(struct dot_node, graph->n_nodes + 1);

        for (size_t i = 0; i < t->n; i++) {
            const struct graph_node *from = &graph->nodes[t->order[i]];
            struct dot_node *node = &nodes[t->order[i]];

            *node = (struct dot_node){(uint32_t)i + 1, from->printed, from->flat, from->cum};
            write_node(dot, node);
        }
        for (size_t i = 0; i < graph->n_edges; i++) {
            const struct graph_edge *edge = &graph->edges[i];

            if (t->shown[edge->from] && t->shown[edge->to] &&
                graph_magnitude(edge->weight) >= t->edge_cutoff)
                write_edge(dot, &(struct dot_edge){&nodes[edge->from], &nodes[edge->to],
                                                   edge->weight, edge->inlined, edge->residual});
        }
        return true;
    }
    g_autoptr(calltree_auto) tree =
        calltree_build(report->view.profile,
                       &(struct calltree_options){.sample_index = (int)report->view.index,
                                                  .granularity = top->granularity,
                                                  .no_inlines = top->no_inlines},
                       error);

    if (tree != NULL)
        write_tree(dot, t, tree);
    return tree != NULL;
}

bool report_write_dot(GString *out, struct report *report, GError **error)
{
    struct dot dot = {.report = report, .out = out};
    struct trimmed t;

    trimmed_init(&t, &report->view, &report->options->top, GRAPH_EDGES_ALL);
    report_choose_unit(report, &t);
    for (size_t i = 0; i < t.n; i++)
        dot.largest_flat = MAX(dot.largest_flat, graph_magnitude(t.graph->nodes[t.order[i]].flat));

    g_autoptr(GString) header = g_string_new(NULL);
    const struct profile *p = dot.report->view.profile;
    bool named = p->n_mappings > 0 && *p->mappings[0].filename != '\0';

    report_write_header(header, dot.report, &t);
    g_string_append(dot.out, "digraph \"");
    append_escaped(dot.out, named ? p->mappings[0].filename : "unnamed");
    g_string_append(dot.out, "\" {\nnode [style=filled fillcolor=\"#f8f8f8\"]\n"
                             "subgraph cluster_L { \"legend\" [shape=box fontsize=16 label=\"");
    append_escaped(dot.out, header->str);
    g_string_append(dot.out, "\"] }\n");

    bool ok = write_body(&dot, &t, error);

    g_string_append(out, "}\n");
    trimmed_clear(&t);
    return ok;
}
