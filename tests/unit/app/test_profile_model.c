/* The answers behind the profile screen: what they hold, when they come, what they are of. */

#include "app/tui/screens/profile/profile_model.h"
#include "tests/unit/pprof/fixture.h"

#include <math.h>
#include <string.h>

struct fixture_model {
    struct profile_model *model;
    struct profile_input input;
    int changes;
};

static void on_changed(void *user)
{
    ((struct fixture_model *)user)->changes++;
}

static void set_up(struct fixture_model *f, const char *stacks, const char *base)
{
    *f = (struct fixture_model){0};
    f->model = profile_model_new(on_changed, f);
    profile_input_init(&f->input, -1);
    f->input.profile = stacks != NULL ? fixture_stacks(stacks) : NULL;
    f->input.base = base != NULL ? fixture_stacks(base) : NULL;
    profile_model_set(f->model, &f->input);
}

static void tear_down(struct fixture_model *f)
{
    profile_model_free(f->model);
    profile_input_clear(&f->input);
}

static const struct profile_answer *get(struct fixture_model *f, enum profile_part part,
                                        const char *function, bool due)
{
    bool got_due = !due;
    const struct profile_answer *answer = profile_model_get(f->model, part, function, &got_due);

    g_assert_cmpint(got_due, ==, due);
    return answer;
}

static void replace_profile(struct fixture_model *f, const char *stacks)
{
    profile_unref(f->input.profile);
    f->input.profile = fixture_stacks(stacks);
    profile_model_set(f->model, &f->input);
}

/* "name flat base_flat\n..." */
static char *rows_text(const struct profile_rows *rows)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < rows->n; i++)
        g_string_append_printf(out, "%s %d %d\n", rows->rows[i].name, (int)rows->rows[i].flat,
                               (int)rows->rows[i].base_flat);
    return g_string_free(out, FALSE);
}

static void assert_rows(const struct profile_answer *answer, const char *expected)
{
    g_assert_nonnull(answer);
    g_assert_cmpstr(answer->problem, ==, NULL);
    g_autofree char *text = rows_text(answer->rows);

    g_assert_cmpstr(text, ==, expected);
}

static void test_nothing(void)
{
    struct fixture_model f;

    set_up(&f, NULL, NULL);
    g_assert_null(get(&f, PROFILE_PART_ROWS, NULL, false));
    tear_down(&f);
}

/* What only the base has stands at the end; trimming leaves it out. */
static void test_rows(void)
{
    struct fixture_model f;

    set_up(&f, "10 a main\n3 b main\n", "4 a main\n5 gone main\n");
    assert_rows(get(&f, PROFILE_PART_ROWS, NULL, false), "a 10 4\nb 3 0\nmain 0 0\ngone 0 5\n");
    f.input.settings.node_count = 2;
    profile_model_set(f.model, &f.input);
    assert_rows(get(&f, PROFILE_PART_ROWS, NULL, false), "a 10 4\nb 3 0\n");
    tear_down(&f);
}

static void test_filters(void)
{
    struct fixture_model f;

    set_up(&f, "10 a main\n3 b main\n", NULL);
    g_free(f.input.settings.filters[PROFILE_FOCUS]);
    f.input.settings.filters[PROFILE_FOCUS] = g_strdup("^b$");
    profile_model_set(f.model, &f.input);
    assert_rows(get(&f, PROFILE_PART_ROWS, NULL, false), "b 3 0\nmain 0 0\n");
    const struct profile_answer *tree = get(&f, PROFILE_PART_TREE, NULL, false);

    g_assert_cmpint(tree->tree->nodes[0].total, ==, 3);
    g_free(f.input.settings.filters[PROFILE_FOCUS]);
    f.input.settings.filters[PROFILE_FOCUS] = g_strdup("(");
    profile_model_set(f.model, &f.input);
    const struct profile_answer *bad = get(&f, PROFILE_PART_ROWS, NULL, false);

    g_assert_null(bad->rows);
    g_assert_nonnull(strstr(bad->problem, "focus"));
    tear_down(&f);
}

static void test_tree(void)
{
    struct fixture_model f;

    set_up(&f, "10 a main\n3 b main\n", "4 a main\n");
    const struct profile_answer *answer = get(&f, PROFILE_PART_TREE, NULL, false);

    g_assert_cmpuint(answer->n_flame, ==, 4);
    g_assert_cmpuint(answer->flame[0].parent, ==, FLAME_NO_NODE);
    g_assert_cmpfloat(answer->flame[0].value, ==, 13);
    g_assert_cmpfloat(answer->flame[0].base, ==, 4);
    for (size_t i = 1; i < answer->n_flame; i++)
        g_assert_cmpstr(answer->flame[i].name, ==, answer->tree->nodes[answer->flame_tree[i]].name);
    tear_down(&f);
}

static void test_peek(void)
{
    struct fixture_model f;

    set_up(&f, "10 a main\n3 b main\n", "4 a other\n");
    const struct profile_answer *answer = get(&f, PROFILE_PART_PEEK, "a", false);

    g_assert_cmpstr(answer->peek->callers[0].name, ==, "main");
    g_assert_cmpstr(answer->peek_before->callers[0].name, ==, "other");
    answer = get(&f, PROFILE_PART_PEEK, "b", false); /* which is new */
    g_assert_cmpint(answer->peek->flat, ==, 3);
    g_assert_null(answer->peek_before);
    answer = get(&f, PROFILE_PART_PEEK, "other", false); /* which is gone */
    g_assert_null(answer->peek);
    g_assert_nonnull(strstr(answer->problem, "It had flat 0, cum 4"));
    answer = get(&f, PROFILE_PART_PEEK, "nobody", false);
    g_assert_null(answer->peek);
    g_assert_nonnull(answer->problem);
    tear_down(&f);
}

static void test_mismatch(void)
{
    struct fixture_model f;
    g_autoptr(fixture_auto) other = fixture_new();

    set_up(&f, "10 a main\n", NULL);
    fixture_type(other, "something", "else");
    f.input.base = fixture_decode(other);
    profile_model_set(f.model, &f.input);
    const struct profile_answer *answer = get(&f, PROFILE_PART_ROWS, NULL, false);

    g_assert_null(answer->rows);
    g_assert_nonnull(answer->problem);
    tear_down(&f);
}

/* --- on a thread --- */

static void wait_for_change(struct fixture_model *f)
{
    int before = f->changes;

    while (f->changes == before)
        g_main_context_iteration(NULL, TRUE);
}

/* The former answer stands, and says that it is of the former profile. */
static void test_large(void)
{
    struct fixture_model f;

    set_up(&f, "10 a main\n", NULL);
    profile_model_set_limit(f.model, 0);
    g_assert_null(get(&f, PROFILE_PART_ROWS, NULL, true));
    wait_for_change(&f);
    const struct profile_answer *first =
        profile_answer_ref(get(&f, PROFILE_PART_ROWS, NULL, false));

    assert_rows(first, "a 10 0\nmain 0 0\n");
    replace_profile(&f, "20 a main\n");
    g_assert_true(get(&f, PROFILE_PART_ROWS, NULL, true) == first);
    g_assert_true(first->input.profile != f.input.profile);
    wait_for_change(&f);
    assert_rows(get(&f, PROFILE_PART_ROWS, NULL, false), "a 20 0\nmain 0 0\n");
    assert_rows(first, "a 10 0\nmain 0 0\n"); /* who keeps it still has it */
    profile_answer_unref(first);
    tear_down(&f);
}

/* Profiles that change faster than they are counted do not keep each other from being shown. */
static void test_newer_waits_for_older(void)
{
    struct fixture_model f;

    set_up(&f, "10 a main\n", NULL);
    profile_model_set_limit(f.model, 0);
    get(&f, PROFILE_PART_ROWS, NULL, true);
    replace_profile(&f, "20 a main\n");
    wait_for_change(&f);
    assert_rows(get(&f, PROFILE_PART_ROWS, NULL, true), "a 10 0\nmain 0 0\n");
    wait_for_change(&f);
    assert_rows(get(&f, PROFILE_PART_ROWS, NULL, false), "a 20 0\nmain 0 0\n");
    tear_down(&f);
}

/* Another question about the same profile takes the place of the one asked before. */
static void test_settings_replace_the_question(void)
{
    struct fixture_model f;

    set_up(&f, "10 a main\n", NULL);
    profile_model_set_limit(f.model, 0);
    get(&f, PROFILE_PART_ROWS, NULL, true);
    f.input.settings.by_cum = true;
    profile_model_set(f.model, &f.input);
    get(&f, PROFILE_PART_ROWS, NULL, true);
    wait_for_change(&f);
    g_assert_true(get(&f, PROFILE_PART_ROWS, NULL, false)->input.settings.by_cum);
    g_assert_cmpint(f.changes, ==, 1);
    tear_down(&f);
}

/* Lines come from files, so they are never read at once, however small the profile. */
static void test_lines(void)
{
    static const char heap[] = "heap profile: 1: 3000 [1: 3000] @ heap/2\n"
                               "1: 1000 [1: 1000] @ 0x401001\n"
                               "#\t0x401000\tmain.scan+0x10\tnowhere/m.go:9\n\n"
                               "1: 2000 [1: 2000] @ 0x402001\n"
                               "#\t0x402000\tmain.scan+0x40\tnowhere/m.go:7\n\n"
                               "1: 5 [1: 5] @ 0x403001\n"
                               "#\t0x403000\tmain.other+0x40\tnowhere/m.go:8\n\n";
    struct fixture_model f;

    set_up(&f, NULL, NULL);
    f.input.profile = profile_decode((const uint8_t *)heap, sizeof heap - 1, NULL);
    profile_model_set(f.model, &f.input);
    g_assert_null(get(&f, PROFILE_PART_LINES, "main.scan", true));
    wait_for_change(&f);
    const struct profile_answer *answer = get(&f, PROFILE_PART_LINES, "main.scan", false);

    g_assert_cmpuint(answer->rows->n, ==, 2);
    g_assert_cmpint(answer->rows->rows[0].line, ==, 7);
    g_assert_cmpint(answer->rows->rows[0].flat, ==, 2000);
    g_assert_cmpint(answer->rows->rows[1].line, ==, 9);
    g_assert_null(answer->source->path);
    g_assert_nonnull(strstr(answer->source->missing, "nowhere/m.go was not found"));
    tear_down(&f);
}

static void test_freed_while_computing(void)
{
    struct fixture_model f;

    set_up(&f, "10 a main\n", NULL);
    profile_model_set_limit(f.model, 0);
    for (int part = 0; part < PROFILE_N_PARTS; part++)
        get(&f, (enum profile_part)part, part >= PROFILE_PART_PEEK ? "a" : NULL, true);
    tear_down(&f);
}

/* --- what it costs --- */

static struct profile *many_stacks(size_t n, size_t depth)
{
    GString *text = g_string_new(NULL);
    guint32 seed = 1;

    for (size_t i = 0; i < n; i++) {
        g_string_append_printf(text, "%zu", 1 + i % 1000);
        for (size_t d = 0; d < depth; d++) {
            seed = seed * 1664525u + 1013904223u;
            g_string_append_printf(text, " f%u", (unsigned)(d * 100 + (seed >> 16) % 20));
        }
        g_string_append_c(text, '\n');
    }
    struct profile *profile = fixture_stacks(text->str);

    g_string_free(text, TRUE);
    return profile;
}

static void test_cost(void)
{
    struct fixture_model f;
    static const char *const names[] = {"rows", "tree", "peek"};
    size_t n = g_test_perf() ? 1000000 : 4000;

    set_up(&f, NULL, NULL);
    profile_model_set_limit(f.model, G_MAXUINT64);
    f.input.profile = many_stacks(n, 10);
    profile_model_set(f.model, &f.input);
    for (int part = 0; part < PROFILE_PART_LINES; part++) {
        const struct profile_answer *answer =
            get(&f, (enum profile_part)part, part >= PROFILE_PART_PEEK ? "f1" : NULL, false);

        g_test_message("%s of %zu samples: %.1f ms, %.0f ns a frame", names[part], n,
                       (double)answer->cost_us / 1000,
                       (double)answer->cost_us * 1000 / (double)f.input.profile->n_frames);
        if (part == PROFILE_PART_TREE)
            g_test_message("%zu nodes, %zu in the flame graph", answer->tree->n_nodes,
                           answer->n_flame);
        g_assert_cmpuint(answer->n_flame, <=, 50001);
    }
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-model/nothing", test_nothing);
    g_test_add_func("/profile-model/rows", test_rows);
    g_test_add_func("/profile-model/filters", test_filters);
    g_test_add_func("/profile-model/tree", test_tree);
    g_test_add_func("/profile-model/peek", test_peek);
    g_test_add_func("/profile-model/mismatch", test_mismatch);
    g_test_add_func("/profile-model/large", test_large);
    g_test_add_func("/profile-model/newer-waits-for-older", test_newer_waits_for_older);
    g_test_add_func("/profile-model/settings-replace", test_settings_replace_the_question);
    g_test_add_func("/profile-model/lines", test_lines);
    g_test_add_func("/profile-model/freed-while-computing", test_freed_while_computing);
    g_test_add_func("/profile-model/cost", test_cost);
    return g_test_run();
}
