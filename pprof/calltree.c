#include "pprof/calltree.h"

#include "pprof/graph.h"
#include "pprof/limits.h"
#include "pprof/measurement.h"
#include "pprof/problem.h"
#include "pprof/stacks.h"
#include "pprof/view.h"

#include <math.h>
#include <string.h>

struct calltree_store {
    struct store *arena;
};

/* While it grows, nodes are in the order in which they were met. */
struct growing {
    struct calltree *tree;
    struct names names;
    uint32_t *name_of; /* by node: number in names */
    size_t room;
    struct hash_index by_child; /* parent << 32 | name -> node */
};

/* A profile that is being added. */
struct adding {
    struct growing *growing;
    const struct graph *graph; /* for the names of frames */
    struct stacks stacks;
    uint32_t *names; /* by node of graph */
    bool is_base;
};

static int64_t plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* --- growing --- */

static uint32_t append(struct growing *g, uint32_t parent, uint32_t name, bool inlined)
{
    struct calltree *tree = g->tree;

    if (tree->n_nodes == g->room) {
        g->room = MAX(g->room * 2, 256);
        tree->nodes = g_renew(struct calltree_node, tree->nodes, g->room);
        g->name_of = g_renew(uint32_t, g->name_of, g->room);
    }
    g->name_of[tree->n_nodes] = name;
    tree->nodes[tree->n_nodes] =
        (struct calltree_node){.name = g->names.list[name].text,
                               .parent = parent,
                               .depth = tree->n_nodes > 0 ? tree->nodes[parent].depth + 1 : 0,
                               .inlined = inlined};
    tree->depth = MAX(tree->depth, tree->nodes[tree->n_nodes].depth);
    return (uint32_t)tree->n_nodes++;
}

/* The child of that name, or the parent itself when the tree may not grow any more. */
static uint32_t child_of(struct growing *g, uint32_t parent, uint32_t name, bool inlined)
{
    uint64_t hash = hash_number((uint64_t)parent << 32 | name);
    uint32_t child = hash_index_find(&g->by_child, hash, NULL, NULL);

    if (child != HASH_NONE) {
        g->tree->nodes[child].inlined = g->tree->nodes[child].inlined && inlined;
        return child;
    }
    if (g->tree->n_nodes >= PPROF_MAX_TREE_NODES) {
        g->tree->truncated = true;
        return parent;
    }
    child = append(g, parent, name, inlined);
    hash_index_add(&g->by_child, hash, child);
    return child;
}

/* Only the leaf is counted here; totals are summed when the tree is whole. */
static void add_stack(struct adding *a, size_t sample, int64_t value)
{
    uint32_t at = 0;

    stacks_read(&a->stacks, sample);
    for (size_t i = 0; i < a->stacks.n; i++) {
        uint32_t n;
        const uint32_t *nodes = graph_nodes_of(a->graph, a->stacks.path[i], &n);

        for (uint32_t j = 0; j < n; j++)
            at = child_of(a->growing, at, a->names[nodes[j]], j > 0);
    }
    struct calltree_node *leaf = &a->growing->tree->nodes[at];

    if (a->is_base)
        leaf->base_self = plus(leaf->base_self, value);
    else
        leaf->self = plus(leaf->self, value);
}

/* ratio: of the unit there to the tree's. */
static void add_profile(struct growing *g, const struct view *view,
                        const struct calltree_options *options, bool is_base, double ratio)
{
    struct graph *graph =
        graph_new(view->profile, &(struct graph_options){.granularity = options->granularity,
                                                         .no_inlines = options->no_inlines});
    struct adding adding = {.growing = g, .graph = graph, .is_base = is_base};
    const struct profile *p = view->profile;

    adding.names = g_new(uint32_t, graph->n_nodes + 1);
    for (size_t i = 0; i < graph->n_nodes; i++) {
        const char *printed = graph->nodes[i].printed;

        adding.names[i] = names_number(&g->names, printed, strlen(printed));
    }
    stacks_init(&adding.stacks, p);
    for (size_t i = 0; i < p->n_samples; i++) {
        int64_t value = p->values[i * p->n_sample_types + view->index];

        if (ratio != 1)
            value = measurement_whole(round((double)value * ratio));
        if (value != 0)
            add_stack(&adding, i, value);
    }
    stacks_clear(&adding.stacks);
    g_free(adding.names);
    graph_free(graph);
}

/* --- the finished order --- */

static gint compare(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct calltree_node *nodes = user;
    const struct calltree_node *x = &nodes[*(const uint32_t *)a], *y = &nodes[*(const uint32_t *)b];
    int64_t total_x = graph_magnitude(x->total), total_y = graph_magnitude(y->total);
    int64_t base_x = graph_magnitude(x->base_total), base_y = graph_magnitude(y->base_total);

    if (total_x != total_y)
        return total_x > total_y ? -1 : 1;
    if (base_x != base_y)
        return base_x > base_y ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Breadth first, so that siblings lie together and parents come before. */
static void reorder(struct calltree *tree)
{
    g_autofree uint32_t *starts = g_new0(uint32_t, tree->n_nodes);
    /* Old numbers of all children, those of one parent side by side; starts by parent. */
    g_autofree uint32_t *children = g_new0(uint32_t, tree->n_nodes);
    g_autofree uint32_t *next = g_new(uint32_t, tree->n_nodes);
    uint32_t at = 0;

    for (size_t i = 0; i < tree->n_nodes; i++) {
        starts[i] = next[i] = at;
        at += tree->nodes[i].n_children;
    }
    for (size_t i = 1; i < tree->n_nodes; i++)
        children[next[tree->nodes[i].parent]++] = (uint32_t)i;
    g_autofree uint32_t *queue = g_new0(uint32_t, tree->n_nodes);
    struct calltree_node *out = g_new0(struct calltree_node, tree->n_nodes);
    size_t queued = 1;

    queue[0] = 0;
    out[0] = tree->nodes[0];
    for (size_t i = 0; i < tree->n_nodes; i++) {
        uint32_t *own = children + starts[queue[i]];
        uint32_t n = out[i].n_children;

        if (n > 1)
            g_qsort_with_data(own, (gint)n, sizeof *own, compare, tree->nodes);
        out[i].first_child = (uint32_t)queued;
        for (uint32_t c = 0; c < n; c++, queued++) {
            queue[queued] = own[c];
            out[queued] = tree->nodes[own[c]];
            out[queued].parent = (uint32_t)i;
        }
    }
    g_free(tree->nodes);
    tree->nodes = out;
}

/* --- building --- */

static bool open_view(struct view *view, const struct profile *profile,
                      const struct calltree_options *options, int index, GError **error)
{
    const struct top_options top = {.sample_index = index, .filters = options->filters};

    return view_init(view, profile, &top, error);
}

/* The base's column of the same name; its unit may be another of the same kind. */
static bool add_base(struct growing *g, const struct view *view,
                     const struct calltree_options *options, GError **error)
{
    struct view base;
    const char *unit;
    int index = profile_sample_index(options->base, view->type);

    if (index < 0)
        return problem_mismatch(error, "the base has no sample type %s", view->type);
    if (!open_view(&base, options->base, options, index, error))
        return false;
    bool same = measurement_same_family(base.unit, view->unit);

    if (same)
        add_profile(g, &base, options, true, measurement_scale(1, base.unit, view->unit, &unit));
    else
        problem_mismatch(error, "%s is in %s, in the base it is in %s", view->type, view->unit,
                         base.unit);
    view_clear(&base);
    return same;
}

static void growing_init(struct growing *g, const struct view *view)
{
    struct calltree *tree = g_new0(struct calltree, 1);

    *g = (struct growing){.tree = tree};
    tree->store = g_new0(struct calltree_store, 1);
    tree->store->arena = store_new();
    tree->type = store_strndup(tree->store->arena, view->type, strlen(view->type));
    tree->unit = store_strndup(tree->store->arena, view->unit, strlen(view->unit));
    names_init(&g->names, tree->store->arena);
    append(g, 0, 0, false);
}

static struct calltree *growing_finish(struct growing *g)
{
    struct calltree *tree = g->tree;

    names_clear(&g->names);
    hash_index_clear(&g->by_child);
    g_free(g->name_of);
    /* children were met after their parents, so one way back sums all */
    for (size_t i = tree->n_nodes; i-- > 0;) {
        struct calltree_node *node = &tree->nodes[i], *parent = &tree->nodes[node->parent];

        node->total = plus(node->total, node->self);
        node->base_total = plus(node->base_total, node->base_self);
        if (i == 0)
            break;
        parent->total = plus(parent->total, node->total);
        parent->base_total = plus(parent->base_total, node->base_total);
        parent->n_children++;
    }
    reorder(tree);
    return tree;
}

struct calltree *calltree_build(const struct profile *profile,
                                const struct calltree_options *options, GError **error)
{
    struct growing growing;
    struct view view;

    if (!open_view(&view, profile, options, options->sample_index, error))
        return NULL;
    growing_init(&growing, &view);
    add_profile(&growing, &view, options, false, 1);
    bool ok = options->base == NULL || add_base(&growing, &view, options, error);
    g_autoptr(calltree_auto) tree = growing_finish(&growing);

    view_clear(&view);
    return ok ? g_steal_pointer(&tree) : NULL;
}

void calltree_free(struct calltree *tree)
{
    if (tree == NULL)
        return;
    store_free(tree->store->arena);
    g_free(tree->store);
    g_free(tree->nodes);
    g_free(tree);
}
