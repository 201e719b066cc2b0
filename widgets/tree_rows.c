#include "widgets/tree_rows.h"

const struct tree_row *tree_row_at(const struct tree *tree, size_t row)
{
    return &g_array_index(tree->rows, struct tree_row, row);
}

uint64_t tree_key_at(const struct tree *tree, size_t row)
{
    return tree->ops->key(tree->model, tree_row_at(tree, row)->node);
}

bool tree_is_open(const struct tree *tree, size_t node)
{
    uint64_t key = tree->ops->key(tree->model, node);

    return g_hash_table_contains(tree->open, &key);
}

void tree_set_open(struct tree *tree, size_t node, bool open)
{
    uint64_t key = tree->ops->key(tree->model, node);

    if (open)
        g_hash_table_add(tree->open, g_memdup2(&key, sizeof key));
    else
        g_hash_table_remove(tree->open, &key);
}

struct sibling {
    size_t node, index;
};

static gint compare_siblings(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct sibling *x = a, *y = b;
    const struct tree *tree = user;
    int order = tree->ops->compare(tree->model, x->node, y->node, tree->sort_column);

    if (order == 0)
        return x->index < y->index ? -1 : x->index > y->index;
    return tree->descending ? -order : order;
}

static GArray *children_of(struct tree *tree, size_t node)
{
    size_t n = tree->ops->n_children(tree->model, node);
    GArray *children = g_array_new(FALSE, FALSE, sizeof(struct sibling));

    for (size_t i = 0; i < n; i++) {
        struct sibling sibling = {.node = tree->ops->child(tree->model, node, i), .index = i};

        g_array_append_val(children, sibling);
    }
    if (tree->ops->compare != NULL)
        g_array_sort_with_data(children, compare_siblings, tree);
    return children;
}

static void append_children(struct tree *tree, size_t node, size_t parent, int depth)
{
    g_autoptr(GArray) children = children_of(tree, node);

    for (guint i = 0; i < children->len; i++) {
        struct tree_row row = {
            .node = g_array_index(children, struct sibling, i).node,
            .parent = parent,
            .depth = depth,
            .last = i + 1 == children->len,
        };

        if (tree->rows->len >= TREE_MAX_ROWS || depth >= TREE_MAX_DEPTH) {
            tree->truncated = true;
            return;
        }
        row.leaf = tree->ops->n_children(tree->model, row.node) == 0;
        row.open = !row.leaf && tree_is_open(tree, row.node);
        g_array_append_val(tree->rows, row);
        if (row.open)
            append_children(tree, row.node, tree->rows->len - 1, depth + 1);
    }
}

static void restore_selection(struct tree *tree)
{
    size_t n = tree->rows->len;

    if (n == 0)
        return;
    for (size_t i = 0; tree->selected_key != 0 && i < n; i++)
        if (tree_key_at(tree, i) == tree->selected_key) {
            tree->selected = i;
            return;
        }
    tree->selected = tree->selected_key == 0 ? 0 : MIN(tree->selected, n - 1);
    if (tree->selected_key != 0)
        tree->selected_key = tree_key_at(tree, tree->selected);
}

void tree_rebuild(struct tree *tree)
{
    g_array_set_size(tree->rows, 0);
    tree->truncated = false;
    if (tree->model != NULL)
        append_children(tree, TREE_ROOT, TREE_ROOT, 0);
    restore_selection(tree);
}
