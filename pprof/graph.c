#include "pprof/graph.h"

#include <string.h>

/* The node of each line of a profile at this granularity, made when first met. */
struct line_nodes {
    uint32_t *of_line;     /* index + 1 per profile line; G_MAXUINT32: not kept */
    uint32_t *of_location; /* the same for locations without lines */
};

struct adding {
    struct graph *graph;
    const struct profile *profile;
    const struct top_options *options;
    GHashTable *keep;
    struct line_nodes nodes;
};

enum { DROPPED = UINT32_MAX };

struct graph *graph_new(void)
{
    struct graph *graph = g_new0(struct graph, 1);

    graph->arena = store_new();
    graph->nodes = g_array_new(FALSE, FALSE, sizeof(struct graph_node));
    graph->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    graph->edges = g_array_new(FALSE, FALSE, sizeof(struct graph_edge));
    graph->by_pair = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return graph;
}

void graph_free(struct graph *graph)
{
    if (graph == NULL)
        return;
    g_array_unref(graph->nodes);
    g_hash_table_unref(graph->by_name);
    g_array_unref(graph->edges);
    g_hash_table_unref(graph->by_pair);
    store_free(graph->arena);
    g_free(graph);
}

/* --- names
 * -------------------------------------------------------------------------------------------- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* Printed name of a frame without a function. */
static char *name_of_address(const struct adding *a, const struct profile_location *location)
{
    const char *file = location->mapping != PROFILE_NONE
                           ? base_name(a->profile->mappings[location->mapping].filename)
                           : "";
    g_autofree char *name = *file != '\0' ? g_strdup_printf("[%s]", file) : g_strdup("<unknown>");

    if (a->options->granularity == TOP_ADDRESSES)
        return g_strdup_printf("%016" G_GINT64_MODIFIER "x %s", (guint64)location->address, name);
    return g_steal_pointer(&name);
}

static char *name_of_line(const struct adding *a, const struct profile_location *location,
                          const struct profile_line *line)
{
    const struct profile_function *f = &a->profile->functions[line->function];

    if (*f->name == '\0')
        return name_of_address(a, location);
    switch (a->options->granularity) {
    case TOP_FILEFUNCTIONS:
        return g_strdup_printf("%s %s", f->name, f->filename);
    case TOP_FILES:
        return g_strdup(f->filename);
    case TOP_LINES:
        return g_strdup_printf("%s %s:%" G_GINT64_FORMAT, f->name, f->filename, (gint64)line->line);
    case TOP_ADDRESSES:
        return g_strdup_printf("%016" G_GINT64_MODIFIER "x %s %s:%" G_GINT64_FORMAT,
                               (guint64)location->address, f->name, f->filename,
                               (gint64)line->line);
    case TOP_FUNCTIONS:
        break;
    }
    return g_strdup(f->name);
}

static uint32_t node_of_name(struct adding *a, const char *name,
                             const struct profile_function *function, int64_t line)
{
    struct graph *graph = a->graph;
    gpointer known = g_hash_table_lookup(graph->by_name, name);

    if (known != NULL)
        return GPOINTER_TO_UINT(known);
    if (a->keep != NULL && !g_hash_table_contains(a->keep, name))
        return DROPPED;
    struct graph_node node = {
        .name = store_strndup(graph->arena, name, strlen(name)),
        .function = function != NULL
                        ? store_strndup(graph->arena, function->name, strlen(function->name))
                        : "",
        .file = function != NULL
                    ? store_strndup(graph->arena, function->filename, strlen(function->filename))
                    : "",
        .line = a->options->granularity >= TOP_LINES ? line : 0,
    };

    g_array_append_val(graph->nodes, node);
    g_hash_table_insert(graph->by_name, (gpointer)(uintptr_t)node.name,
                        GUINT_TO_POINTER(graph->nodes->len));
    return graph->nodes->len;
}

static uint32_t node_of_line(struct adding *a, uint32_t location_index, uint32_t line_index)
{
    uint32_t *slot = &a->nodes.of_line[line_index];

    if (*slot == 0) {
        const struct profile_location *location = &a->profile->locations[location_index];
        const struct profile_line *line = &a->profile->lines[line_index];
        g_autofree char *name = name_of_line(a, location, line);

        *slot = node_of_name(a, name, &a->profile->functions[line->function], line->line);
    }
    return *slot;
}

static uint32_t node_of_location(struct adding *a, uint32_t index)
{
    uint32_t *slot = &a->nodes.of_location[index];

    if (*slot == 0) {
        g_autofree char *name = name_of_address(a, &a->profile->locations[index]);

        *slot = node_of_name(a, name, NULL, 0);
    }
    return *slot;
}

/* --- samples
 * ------------------------------------------------------------------------------------------ */

static void add_edge(struct graph *graph, uint32_t from, uint32_t to, int64_t weight, bool inlined)
{
    gint64 pair = (gint64)from << 32 | to;
    gpointer known = g_hash_table_lookup(graph->by_pair, &pair);

    if (known == NULL) {
        struct graph_edge edge = {.from = from, .to = to, .inlined = true};
        gint64 *key = g_new(gint64, 1);

        *key = pair;
        g_array_append_val(graph->edges, edge);
        known = GUINT_TO_POINTER(graph->edges->len);
        g_hash_table_insert(graph->by_pair, key, known);
    }
    struct graph_edge *edge =
        &g_array_index(graph->edges, struct graph_edge, GPOINTER_TO_UINT(known) - 1);

    edge->inlined = edge->inlined && inlined;
    if (edge->seen == graph->sample)
        return;
    edge->seen = graph->sample;
    edge->weight += weight;
}

struct walk {
    uint32_t parent; /* index + 1, 0 at the root */
    bool broken;     /* the frame before was left out: no edge across it */
    bool leaf_kept;
};

static void visit(struct graph *graph, struct walk *walk, uint32_t node, int64_t value,
                  bool inlined)
{
    if (node == DROPPED) {
        walk->leaf_kept = false;
        return;
    }
    struct graph_node *n = &g_array_index(graph->nodes, struct graph_node, node - 1);

    if (n->seen != graph->sample) {
        n->seen = graph->sample;
        n->cum += value;
    }
    if (walk->parent != 0 && walk->parent != node)
        add_edge(graph, walk->parent - 1, node - 1, value, inlined);
    walk->parent = node;
    walk->leaf_kept = true;
}

/* Root to leaf; inside a location from the physical function to the innermost inlined one. */
static void add_stack(struct adding *a, const struct profile_sample *sample, int64_t value)
{
    struct walk walk = {0};

    for (uint32_t i = sample->n_frames; i-- > 0;) {
        uint32_t index = a->profile->frames[sample->first_frame + i];
        const struct profile_location *location = &a->profile->locations[index];

        if (location->n_lines == 0) {
            visit(a->graph, &walk, node_of_location(a, index), value, false);
            continue;
        }
        uint32_t first = a->options->no_inlines ? location->n_lines - 1 : 0;

        for (uint32_t l = location->n_lines; l-- > first;)
            visit(a->graph, &walk, node_of_line(a, index, location->first_line + l), value,
                  l != location->n_lines - 1);
    }
    if (walk.parent != 0 && walk.leaf_kept)
        g_array_index(a->graph->nodes, struct graph_node, walk.parent - 1).flat += value;
}

static int64_t magnitude(int64_t v)
{
    return v == INT64_MIN ? INT64_MAX : v < 0 ? -v : v;
}

bool graph_add(struct graph *graph, const struct profile *profile,
               const struct top_options *options, int sign, GHashTable *keep, GError **error)
{
    int index =
        options->sample_index >= 0 ? options->sample_index : profile_default_sample_index(profile);
    struct adding a = {.graph = graph, .profile = profile, .options = options, .keep = keep};

    if (index < 0 || (size_t)index >= profile->n_sample_types) {
        if (profile->n_samples == 0)
            return true;
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID,
                    "the profile has no sample type number %d", index);
        return false;
    }
    a.nodes.of_line = g_new0(uint32_t, profile->n_lines + 1);
    a.nodes.of_location = g_new0(uint32_t, profile->n_locations + 1);
    for (size_t i = 0; i < profile->n_samples; i++) {
        int64_t value = profile->values[i * profile->n_sample_types + (size_t)index] * sign;

        if (value == 0)
            continue;
        graph->sample++;
        graph->total += magnitude(value);
        if (sign < 0)
            graph->base_total += magnitude(value);
        add_stack(&a, &profile->samples[i], value);
    }
    g_free(a.nodes.of_line);
    g_free(a.nodes.of_location);
    return true;
}
