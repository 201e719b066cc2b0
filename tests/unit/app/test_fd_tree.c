/* The tree of descriptors: nothing is lost or counted twice at any level, whatever is open. */

#include "app/session/fd_items.h"
#include "app/session/fd_tree.h"
#include "probes/file_groups.h"
#include "probes/paths.h"

#include <string.h>

static struct files_sample *sample_with(const char *const *paths, size_t n,
                                        struct file_baseline *baseline)
{
    struct files_sample *files = sample_new(PROBE_FILES, sizeof *files);
    struct fd_entry *fds = sample_alloc(files, (n + 1) * sizeof *fds);

    for (size_t i = 0; i < n; i++) {
        bool pipe = strncmp(paths[i], "pipe:", 5) == 0;

        fds[i] = (struct fd_entry){.fd = (int)i,
                                   .type = pipe                                ? FD_FIFO
                                           : g_str_has_suffix(paths[i], "dir") ? FD_DIR
                                                                               : FD_REG,
                                   .path = sample_strdup(files, paths[i]),
                                   .detail = "",
                                   .deleted = i % 7 == 0,
                                   .watches = SAMPLE_UNKNOWN,
                                   .first_seen_us = 1000 + (gint64)(i * 37 % 101)};
    }
    files->fds = fds;
    files->n_fds = n;
    files->count = (int64_t)n;
    files_summarise(files, baseline);
    return files;
}

static const char *const few[] = {
    "/home/u/.claude/projects/-home-u-b/0f6f2c1e-0b1a-4c3d-9e8f-001122334455.jsonl",
    "/home/u/.claude/projects/-home-u-b/1f6f2c1e-0b1a-4c3d-9e8f-001122334455.jsonl",
    "/home/u/.claude/projects/-home-u-c/1f6f2c1e-0b1a-4c3d-9e8f-001122334455.jsonl",
    "/home/u/.claude/projects/-home-u-c/1f6f2c1e-0b1a-4c3d-9e8f-001122334455.jsonl",
    "/home/u/app/debug.log",
    "/etc/hosts",
    "/root.txt",
    "pipe:[1]",
    "pipe:[2]",
};

static const struct fd_node *find(const struct fd_level *level, const char *name)
{
    for (size_t i = 0; i < level->n; i++)
        if (strcmp(level->nodes[i].name, name) == 0)
            return &level->nodes[i];
    return NULL;
}

/* Enters the node of that name and replaces the level by the one below it. */
static void enter(struct fd_level **level, struct fd_place *place, const struct files_sample *files,
                  const char *name)
{
    const struct fd_node *node = find(*level, name);
    struct fd_place next;

    g_test_message("into %s", name);
    g_assert_nonnull(node);
    g_assert_true(fd_level_enter(*level, (size_t)(node - (*level)->nodes), place, &next));
    fd_place_clear(place);
    *place = next;
    fd_level_free(*level);
    *level = fd_level_new(files, place);
}

static void test_walk(void)
{
    struct file_baseline *baseline = file_baseline_new();
    struct files_sample *files = sample_with(few, G_N_ELEMENTS(few), baseline);
    struct fd_place place = {.inside = false};
    struct fd_level *level = fd_level_new(files, &place);

    g_assert_cmpuint(level->n, ==, 2);
    g_assert_cmpuint(find(level, "FIFO")->count, ==, 2);
    enter(&level, &place, files, "REG");
    g_assert_cmpuint(level->n, ==, 3);
    g_assert_nonnull(find(level, "/root.txt"));
    g_assert_cmpuint(find(level, "/home/u")->count, ==, 5);
    enter(&level, &place, files, "/home/u");
    /* what has a single directory in it is one step with it */
    enter(&level, &place, files, ".claude/projects/<project>");
    g_assert_cmpuint(level->n, ==, 1);
    g_assert_cmpuint(level->nodes[0].paths, ==, 3);
    g_assert_cmpuint(level->nodes[0].same, ==, 2);
    enter(&level, &place, files, "<uuid>.jsonl");
    g_assert_cmpuint(level->n, ==, 3);
    enter(&level, &place, files, few[2]);
    g_assert_cmpuint(level->n, ==, 2);
    g_assert_cmpint(level->nodes[0].kind, ==, FD_NODE_DESCRIPTOR);
    struct fd_place nowhere;

    g_assert_false(fd_level_enter(level, 0, &place, &nowhere));
    fd_level_free(level);
    fd_place_clear(&place);
    sample_unref(files);
    file_baseline_free(baseline);
}

static void test_unfolded(void)
{
    struct file_baseline *baseline = file_baseline_new();
    struct files_sample *files = sample_with(few, G_N_ELEMENTS(few), baseline);
    struct fd_place place = {.unfolded = true};
    struct fd_level *level = fd_level_new(files, &place);

    enter(&level, &place, files, "REG");
    enter(&level, &place, files, "/home/u");
    enter(&level, &place, files, ".claude/projects");
    g_assert_cmpuint(level->n, ==, 2);
    enter(&level, &place, files, "-home-u-c");
    g_assert_cmpuint(level->n, ==, 1);
    g_assert_cmpint(level->nodes[0].kind, ==, FD_NODE_PATH);
    fd_level_free(level);
    fd_place_clear(&place);
    sample_unref(files);
    file_baseline_free(baseline);
}

/* --- properties --- */

static const char *random_path(GRand *rand, struct files_sample *owner)
{
    static const char *const parts[] = {"a",  "b b", "2026-01-02", "\xff\x1b[31m",
                                        "17", "dir", "-home-x-y"};
    g_autoptr(GString) path = g_string_new(NULL);

    if (g_rand_int_range(rand, 0, 8) == 0)
        return sample_printf(owner, "pipe:[%d]", g_rand_int_range(rand, 0, 5));
    for (int depth = g_rand_int_range(rand, 1, 6); depth > 0; depth--)
        g_string_append_printf(path, "/%s", parts[g_rand_int_range(rand, 0, G_N_ELEMENTS(parts))]);
    return sample_strdup(owner, path->str);
}

static void check_below(const struct files_sample *files, const struct fd_place *place,
                        const struct fd_node *above, int depth)
{
    struct fd_level *level = fd_level_new(files, place);

    g_assert_cmpint(depth, <, 20);
    g_assert_cmpuint(level->total.count, ==, above->count);
    g_assert_cmpuint(level->total.deleted, ==, above->deleted);
    g_assert_cmpint(level->total.oldest_us, ==, above->oldest_us);
    if (place->inside && (place->kind == FD_NODE_TYPE || place->kind == FD_NODE_DIRECTORY)) {
        g_assert_cmpint(level->total.growth, ==, above->growth);
        g_assert_cmpuint(level->total.paths, ==, above->paths);
        g_assert_cmpuint(level->total.same, ==, above->same);
    }
    for (size_t i = 0; i < level->n; i++) {
        struct fd_place below;

        g_assert_cmpuint(level->nodes[i].count, >, 0);
        if (!fd_level_enter(level, i, place, &below)) {
            g_assert_cmpuint(level->nodes[i].count, ==, 1);
            continue;
        }
        check_below(files, &below, &level->nodes[i], depth + 1);
        fd_place_clear(&below);
    }
    fd_level_free(level);
}

static void test_sums(void)
{
    GRand *rand = g_rand_new_with_seed(20261125);

    for (int round = 0; round < 40; round++) {
        struct file_baseline *baseline = file_baseline_new();
        struct files_sample *owner = sample_new(PROBE_FILES, sizeof *owner);
        const char *paths[120];
        size_t n = (size_t)g_rand_int_range(rand, 1, (gint32)G_N_ELEMENTS(paths));

        for (size_t i = 0; i < n; i++)
            paths[i] = random_path(rand, owner);
        sample_unref(sample_with(paths, n / 2, baseline)); /* the mark */
        struct files_sample *files = sample_with(paths, n, baseline);

        for (int unfolded = 0; unfolded < 2; unfolded++) {
            struct fd_place place = {.unfolded = unfolded};
            struct fd_level *top = fd_level_new(files, &place);

            g_assert_cmpuint(top->total.count, ==, n);
            check_below(files, &place, &top->total, 0);
            fd_level_free(top);
        }
        sample_unref(files);
        sample_unref(owner);
        file_baseline_free(baseline);
    }
    g_rand_free(rand);
}

/* At every level what is within can be searched, whatever the depth. */
static void test_paths(void)
{
    struct file_baseline *baseline = file_baseline_new();
    struct files_sample *files = sample_with(few, G_N_ELEMENTS(few), baseline);
    struct fd_place place = {.inside = false};
    struct fd_level *level = fd_level_new(files, &place);
    const char *const way[] = {"REG", "/home/u", ".claude/projects/<project>", "<uuid>.jsonl",
                               few[2]};

    for (size_t i = 0;; i++) {
        g_autoptr(GPtrArray) paths = fd_level_paths(files, &place);
        size_t n = 0;

        g_assert_cmpuint(paths->len, ==, level->n);
        for (guint k = 0; k < paths->len; k++)
            n += strstr(((const GString *)paths->pdata[k])->str, few[2]) != NULL;
        /* in one row of each level; each descriptor of the path is a row of the last */
        g_assert_cmpuint(n, ==, i < G_N_ELEMENTS(way) ? 1 : level->n);
        if (i == G_N_ELEMENTS(way))
            break;
        enter(&level, &place, files, way[i]);
    }
    fd_level_free(level);
    fd_place_clear(&place);
    sample_unref(files);
    file_baseline_free(baseline);
}

static void test_empty(void)
{
    struct fd_place place = {.inside = false};
    struct fd_level *level = fd_level_new(NULL, &place);

    g_assert_cmpuint(level->n, ==, 0);
    g_assert_cmpuint(level->total.count, ==, 0);
    fd_level_free(level);
    fd_level_free(NULL);
}

/* Either way every descriptor is in one item, and each item is found again by its text and type. */
static void test_items(void)
{
    static const size_t expected[] = {[FD_BY_PATH] = 7, [FD_BY_TEMPLATE] = 5};
    struct file_baseline *baseline = file_baseline_new();
    struct files_sample *files = sample_with(few, G_N_ELEMENTS(few), baseline);

    for (int fold = FD_BY_PATH; fold <= FD_BY_TEMPLATE; fold++) {
        uint32_t count = 0, paths = 0;

        g_assert_cmpuint(fd_items_n(files, (enum fd_fold)fold), ==, expected[fold]);
        for (size_t i = 0; i < expected[fold]; i++) {
            struct fd_item item = fd_item_at(files, (enum fd_fold)fold, i), found;

            g_assert_true(fd_item_find(files, (enum fd_fold)fold, item.type, item.text, &found));
            g_assert_true(found.fds == item.fds);
            g_assert_false(fd_item_find(files, (enum fd_fold)fold, FD_DIR, item.text, &found));
            for (uint32_t k = 0; k < item.count; k++)
                g_assert_cmpint(files->fds[item.fds[k]].type, ==, item.type);
            count += item.count;
            paths += item.paths;
        }
        g_assert_cmpuint(count, ==, G_N_ELEMENTS(few));
        g_assert_cmpuint(paths, ==, expected[FD_BY_PATH]);
    }
    sample_unref(files);
    file_baseline_free(baseline);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fd-tree/walk", test_walk);
    g_test_add_func("/fd-tree/unfolded", test_unfolded);
    g_test_add_func("/fd-tree/sums", test_sums);
    g_test_add_func("/fd-tree/paths", test_paths);
    g_test_add_func("/fd-tree/empty", test_empty);
    g_test_add_func("/fd-tree/items", test_items);
    return g_test_run();
}
