#include "tests/support/screen.h"
#include "widgets/tree.h"

#include <string.h>

struct place {
    uint64_t key;
    uint64_t parent; /* key; 0: top level */
    int size;
    const char *name;
};

struct places {
    const struct place *at;
    size_t n;
};

enum { SIZE, NAME };

static const struct table_column columns[] = {
    [SIZE] = {.title = "SIZE", .width = 5, .align = TEXT_RIGHT, .descending_first = true},
    [NAME] = {.title = "NAME", .min_width = 8, .elide = TEXT_ELIDE_MIDDLE},
};

static size_t find_child(const void *model, size_t node, size_t *index)
{
    const struct places *places = model;
    uint64_t key = node == TREE_ROOT ? 0 : places->at[node].key;

    for (size_t i = 0; i < places->n; i++)
        if (places->at[i].parent == key && (*index)-- == 0)
            return i;
    return TREE_ROOT;
}

static size_t n_children(const void *model, size_t node)
{
    size_t n = 0, index = 0;

    for (; find_child(model, node, &index) != TREE_ROOT; index = n)
        n++;
    return n;
}

static size_t child(const void *model, size_t node, size_t index)
{
    return find_child(model, node, &index);
}

static void cell(const void *model, size_t node, size_t column, struct table_cell *ret)
{
    const struct place *place = &((const struct places *)model)->at[node];

    if (column == SIZE)
        g_string_append_printf(ret->text, "%d", place->size);
    else
        g_string_append(ret->text, place->name);
}

static int compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct place *x = &((const struct places *)model)->at[a];
    const struct place *y = &((const struct places *)model)->at[b];

    return column == NAME ? strcmp(x->name, y->name) : (x->size > y->size) - (x->size < y->size);
}

static uint64_t key(const void *model, size_t node)
{
    return ((const struct places *)model)->at[node].key;
}

static const struct tree_ops ops = {n_children, child, cell, compare, key};

static const struct place home[] = {
    {1, 0, 10, "tmp"},      {2, 0, 90, "home"},    {3, 2, 70, ".claude"}, {4, 2, 20, ".codex"},
    {5, 3, 60, "projects"}, {6, 3, 10, "to\ndos"}, {7, 5, 60, "x.jsonl"}, {8, 4, 20, "sessions"},
};
static const struct places model = {home, G_N_ELEMENTS(home)};

static struct tree *new_tree(void)
{
    struct tree *tree = tree_new(&ops, columns, G_N_ELEMENTS(columns), NAME, SIZE);

    tree_set_model(tree, &model);
    return tree;
}

static void draw(struct tree *tree, struct sheet *sheet)
{
    sheet_fill(sheet);
    tree_draw(tree, &sheet->canvas, sheet_rect(sheet), &(struct table_look){.focused = true});
}

static uint64_t selected(const struct tree *tree)
{
    size_t node = TREE_ROOT;

    return tree_selected(tree, &node) ? home[node].key : 0;
}

static void test_draw(void)
{
    g_autoptr(Sheet) sheet = sheet_new(9, 26, "dark", THEME_BLOCK);
    g_autoptr(Sheet) ascii = sheet_new(9, 26, "dark", THEME_ASCII);
    struct tree *tree = new_tree();

    draw(tree, sheet);
    SHEET_TEXT(sheet, "▼SIZE  NAME", "   90  ▸ home", "   10    tmp", "", "", "", "", "", "");
    tree_fold(tree, TREE_OPEN_ALL);
    draw(tree, sheet);
    SHEET_TEXT(sheet, "▼SIZE  NAME", "   90  ▾ home", "   70  ├─▾ .claude", "   60  │ ├─▾ projects",
               "   60  │ │ └── x.jsonl", "   10  │ └── to\\ndos", "   20  └─▾ .codex",
               "   20    └── sessions", "   10    tmp");
    SHEET_PENS(sheet, "FFFFF..hhhhhhhhhhhhhhhhhhh", "SSSSSSSSSSSSSSSSSSSSSSSSSS",
               ".......dddd...............", ".......dddddd.............",
               ".......dddddddd...........", ".......dddddd..ee.........",
               ".......dddd...............", ".......dddddd.............",
               ".......dd.................");
    draw(tree, ascii);
    SHEET_TEXT(ascii, "vSIZE  NAME", "   90  v home", "   70  |-v .claude", "   60  | |-v projects",
               "   60  | | `-- x.jsonl", "   10  | `-- to\\ndos", "   20  `-v .codex",
               "   20    `-- sessions", "   10    tmp");
    tree_free(tree);
}

static void test_keys(void)
{
    struct tree *tree = new_tree();

    g_assert_cmpuint(selected(tree), ==, 2);
    g_assert_true(tree_fold(tree, TREE_OPEN));
    g_assert_cmpuint(tree_n_shown(tree), ==, 4);
    g_assert_true(tree_fold(tree, TREE_OPEN)); /* into it */
    g_assert_cmpuint(selected(tree), ==, 3);
    g_assert_true(tree_fold(tree, TREE_TOGGLE));
    g_assert_cmpuint(tree_n_shown(tree), ==, 6);
    g_assert_true(tree_fold(tree, TREE_CLOSE));
    g_assert_true(tree_fold(tree, TREE_CLOSE)); /* to the parent */
    g_assert_cmpuint(selected(tree), ==, 2);
    g_assert_true(tree_fold(tree, TREE_CLOSE));
    g_assert_false(tree_fold(tree, TREE_CLOSE));
    g_assert_cmpuint(tree_n_shown(tree), ==, 2);
    tree_move(tree, TABLE_END);
    g_assert_cmpuint(selected(tree), ==, 1);
    g_assert_false(tree_fold(tree, TREE_OPEN)); /* a leaf */
    tree_open_levels(tree, 2);
    g_assert_cmpuint(tree_n_shown(tree), ==, 7);
    g_assert_cmpuint(selected(tree), ==, 1);
    g_assert_false(tree_select_key(tree, 7));
    g_assert_true(tree_select_key(tree, 3));
    tree_free(tree);
}

static void test_refresh(void)
{
    struct place changed[G_N_ELEMENTS(home)];
    struct places other = {changed, G_N_ELEMENTS(home)};
    struct tree *tree = new_tree();
    g_autofree char *text = NULL;

    memcpy(changed, home, sizeof home);
    changed[0].size = 100; /* the other branch is larger now */
    tree_open_levels(tree, 1);
    g_assert_true(tree_select_key(tree, 4));
    tree_set_model(tree, &other);
    g_assert_cmpuint(selected(tree), ==, 4);
    text = tree_to_text(tree, true);
    g_assert_cmpstr(text, ==, "100\ttmp\n90\thome\n70\t  .claude\n20\t  .codex\n");
    tree_sort(tree, NAME);
    tree_sort(tree, NAME);
    g_assert_cmpuint(tree_sort_column(tree, NULL), ==, NAME);
    g_clear_pointer(&text, g_free);
    text = tree_to_text(tree, true);
    g_assert_cmpstr(text, ==, "100\ttmp\n90\thome\n20\t  .codex\n70\t  .claude\n");
    tree_set_model(tree, NULL);
    g_assert_cmpuint(tree_n_shown(tree), ==, 0);
    g_assert_false(tree_fold(tree, TREE_OPEN));
    tree_move(tree, TABLE_DOWN);
    tree_set_model(tree, &model);
    g_assert_cmpuint(selected(tree), ==, 4);
    tree_free(tree);
}

static void test_click(void)
{
    g_autoptr(Sheet) sheet = sheet_new(9, 26, "dark", THEME_BLOCK);
    struct tree *tree = new_tree();

    draw(tree, sheet);
    g_assert_cmpint(tree_click(tree, 2, 15), ==, TABLE_HIT_ROW);
    g_assert_cmpuint(selected(tree), ==, 1);
    g_assert_cmpint(tree_click(tree, 1, 7), ==, TABLE_HIT_ROW); /* on the branch */
    g_assert_cmpuint(tree_n_shown(tree), ==, 4);
    g_assert_cmpint(tree_click(tree, 0, 10), ==, TABLE_HIT_HEADER);
    g_assert_cmpuint(tree_sort_column(tree, NULL), ==, NAME);
    g_assert_cmpint(tree_click(tree, 8, 10), ==, TABLE_HIT_NONE);
    tree_free(tree);
}

static void test_sizes(void)
{
    struct tree *tree = new_tree();

    tree_open_levels(tree, 5);
    for (int lines = -1; lines < 10; lines++)
        for (int cols = -1; cols < 27; cols++) {
            g_autoptr(Sheet) sheet = sheet_new(9, 26, "dark", THEME_BLOCK);

            tree_draw(tree, &sheet->canvas, (TickitRect){0, 0, lines, cols},
                      &(struct table_look){0});
            tree_move(tree, TABLE_DOWN);
            tree_scroll(tree, -2);
        }
    tree_free(tree);
}

/* A node that is its own child must not hold the screen up. */
static size_t one_child(const void *endless, size_t node)
{
    (void)endless;
    (void)node;
    return 1;
}

static size_t itself(const void *endless, size_t node, size_t index)
{
    (void)endless;
    (void)node;
    (void)index;
    return 0;
}

static void test_endless(void)
{
    static const struct tree_ops endless = {one_child, itself, cell, NULL, key};
    g_autoptr(Sheet) sheet = sheet_new(9, 40, "dark", THEME_BLOCK);
    struct tree *tree = tree_new(&endless, columns, G_N_ELEMENTS(columns), NAME, SIZE);

    tree_set_model(tree, &model);
    tree_fold(tree, TREE_OPEN_ALL);
    g_assert_cmpuint(tree_n_shown(tree), ==, TREE_MAX_DEPTH);
    tree_move(tree, TABLE_END);
    draw(tree, sheet);
    tree_free(tree);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tree/draw", test_draw);
    g_test_add_func("/tree/keys", test_keys);
    g_test_add_func("/tree/refresh", test_refresh);
    g_test_add_func("/tree/click", test_click);
    g_test_add_func("/tree/sizes", test_sizes);
    g_test_add_func("/tree/endless", test_endless);
    return g_test_run();
}
