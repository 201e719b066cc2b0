#include "widgets/flame_layout.h"

#include <math.h>
#include <string.h>

static double value_of(const struct flame_node *node)
{
    return isfinite(node->value) ? fmax(node->value, 0) : 0;
}

/* By parent, the largest first: siblings stand together, parents before their children. */
static gint compare_nodes(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct flame_node *nodes = user;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    if (nodes[x].parent != nodes[y].parent)
        return nodes[x].parent < nodes[y].parent ? -1 : 1;
    if (value_of(&nodes[x]) != value_of(&nodes[y]))
        return value_of(&nodes[x]) > value_of(&nodes[y]) ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* Children that claim more than their parent has are scaled down to it. */
static void place_children(const struct flame_node *nodes, const size_t *order, size_t n,
                           struct flame_place *places)
{
    const struct flame_place *parent = &places[nodes[order[0]].parent];
    double whole = value_of(&nodes[nodes[order[0]].parent]), sum = 0, start = parent->start;

    for (size_t i = 0; i < n; i++)
        sum += value_of(&nodes[order[i]]);
    whole = fmax(whole, sum);
    for (size_t i = 0; i < n; i++) {
        double share = whole > 0 ? value_of(&nodes[order[i]]) / whole : 0;

        places[order[i]] = (struct flame_place){
            .start = start, .width = share * parent->width, .depth = parent->depth + 1};
        start += places[order[i]].width;
    }
}

struct flame_place *flame_places(const struct flame_node *nodes, size_t n)
{
    struct flame_place *places = g_new0(struct flame_place, MAX(n, 1));
    g_autofree size_t *order = g_new(size_t, MAX(n, 1));

    if (n == 0)
        return places;
    places[0].width = 1;
    for (size_t i = 1; i < n; i++) {
        g_assert(nodes[i].parent < i);
        order[i - 1] = i;
    }
    g_qsort_with_data(order, (gint)MIN(n - 1, (size_t)G_MAXINT), sizeof *order, compare_nodes,
                      (gpointer)nodes);
    for (size_t i = 0, next; i < n - 1; i = next) {
        for (next = i + 1; next < n - 1 && nodes[order[next]].parent == nodes[order[i]].parent;)
            next++;
        place_children(nodes, order + i, next - i, places);
    }
    return places;
}

bool flame_cells(const struct flame_place *place, const struct flame_window *window, int *ret_from,
                 int *ret_to)
{
    /* what stands around the window is cut to it; a hair's breadth is lost in rounding */
    double from = fmax((place->start - window->start) / window->width, 0);
    double to = fmin((place->start + place->width - window->start) / window->width, 1);

    if (!(to - from > 1e-12))
        return false;
    *ret_from = (int)lround(from * window->cols);
    *ret_to = (int)lround(to * window->cols);
    return *ret_from < *ret_to;
}

static size_t child_named(const struct flame_node *nodes, size_t n, size_t parent, const char *name)
{
    for (size_t i = parent + 1; i < n; i++)
        if (nodes[i].parent == parent && strcmp(nodes[i].name, name) == 0)
            return i;
    return FLAME_NO_NODE;
}

size_t flame_same_path(const struct flame_node *old, size_t node, const struct flame_node *nodes,
                       size_t n)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    size_t at = 0;

    for (; node != 0; node = old[node].parent)
        g_ptr_array_add(names, (gpointer)old[node].name);
    for (guint i = names->len; i > 0; i--) {
        size_t child = child_named(nodes, n, at, g_ptr_array_index(names, i - 1));

        if (child == FLAME_NO_NODE)
            break;
        at = child;
    }
    return at;
}
