#include "fixture.h"

#include "pprof/calltree.h"

#include <string.h>

static struct calltree *build(const struct profile *p, const struct calltree_options *options)
{
    g_autoptr(GError) error = NULL;
    struct calltree *tree = calltree_build(p, options, &error);

    g_assert_no_error(error);
    return tree;
}

/* Depth first: "  name total self" per node, indented by depth. */
static void draw(GString *out, const struct calltree *tree, uint32_t index)
{
    const struct calltree_node *node = &tree->nodes[index];

    g_string_append_printf(out, "%*s%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, (int)node->depth,
                           "", node->name, (gint64)node->total, (gint64)node->self);
    if (tree->nodes[0].base_total != 0)
        g_string_append_printf(out, " was %" G_GINT64_FORMAT, (gint64)node->base_total);
    g_string_append_c(out, '\n');
    for (uint32_t i = 0; i < node->n_children; i++) {
        g_assert_cmpuint(tree->nodes[node->first_child + i].parent, ==, index);
        g_assert_cmpuint(node->first_child + i, >, index);
        draw(out, tree, node->first_child + i);
    }
}

static void check(const struct profile *p, const struct calltree_options *options,
                  const char *expected)
{
    g_autoptr(calltree_auto) tree = build(p, options);
    g_autoptr(GString) out = g_string_new(NULL);

    draw(out, tree, 0);
    g_assert_cmpstr(out->str, ==, expected);
}

static void test_merged(void)
{
    g_autoptr(profile_auto) p =
        fixture_stacks("10 leaf mid main\n5 mid main\n3 other main\n2 leaf mid main\n1 mid\n4\n");

    check(p, &(struct calltree_options){.sample_index = -1},
          " 25 4\n main 20 0\n  mid 17 5\n   leaf 12 12\n  other 3 3\n mid 1 1\n");
}

static void test_recursion(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("10 f f f main\n1 g f main\n");

    check(p, &(struct calltree_options){.sample_index = -1},
          " 11 0\n main 11 0\n  f 11 0\n   f 10 0\n    f 10 10\n   g 1 1\n");
}

static void test_base(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("10 f main\n1 g main\n");
    g_autoptr(profile_auto) base = fixture_stacks("4 f main\n2 gone main\n");

    check(p, &(struct calltree_options){.sample_index = -1, .base = base},
          " 11 0 was 6\n main 11 0 was 6\n  f 10 10 was 4\n  g 1 1 was 0\n  gone 0 0 was 2\n");
}

static void test_filters(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("10 f main\n1 g main\n");

    check(p,
          &(struct calltree_options){.sample_index = -1,
                                     .filters = &(struct filter_options){.ignore = "^g$"}},
          " 10 0\n main 10 0\n  f 10 10\n");
}

static void test_shape(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("10 c b a\n");
    g_autoptr(calltree_auto) tree = build(p, &(struct calltree_options){.sample_index = -1});

    g_assert_cmpuint(tree->n_nodes, ==, 4);
    g_assert_cmpuint(tree->depth, ==, 3);
    g_assert_cmpstr(tree->type, ==, "n");
    g_assert_cmpstr(tree->unit, ==, "count");
    g_assert_false(tree->truncated);
}

static void test_wrong_base(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("10 c b a\n");
    g_autoptr(fixture_auto) f = fixture_new();
    g_autoptr(GError) error = NULL;

    fixture_type(f, "other", "count");
    g_autoptr(profile_auto) base = fixture_decode(f);

    g_assert_null(
        calltree_build(p, &(struct calltree_options){.sample_index = -1, .base = base}, &error));
    g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_MISMATCH);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/calltree/merged", test_merged);
    g_test_add_func("/pprof/calltree/recursion", test_recursion);
    g_test_add_func("/pprof/calltree/base", test_base);
    g_test_add_func("/pprof/calltree/filters", test_filters);
    g_test_add_func("/pprof/calltree/shape", test_shape);
    g_test_add_func("/pprof/calltree/wrong-base", test_wrong_base);
    return g_test_run();
}
