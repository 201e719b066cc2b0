#include "app/snapshots/compare.h"

#include "snapshot_fixture.h"

#include <math.h>
#include <string.h>

enum { N_RANDOM = 60 };

static const struct compare_bucket *bucket_at(const struct comparison *c, guint i)
{
    g_assert_cmpuint(i, <, c->buckets->len);
    return &g_array_index(c->buckets, struct compare_bucket, i);
}

static const struct compare_path *path_at(const GArray *paths, guint i)
{
    g_assert_cmpuint(i, <, paths->len);
    return &g_array_index(paths, struct compare_path, i);
}

/* --- properties --- */

static void test_self_is_empty(void)
{
    for (guint32 seed = 0; seed < N_RANDOM; seed++) {
        struct snapshot *snapshot = fixture_snapshot(seed, seed % 2 != 0, NULL);
        g_autoptr(comparison_auto) c = compare_snapshots(snapshot, snapshot);

        g_assert_true(c->has_goroutines && c->has_files && c->has_map);
        g_assert_cmpuint(c->buckets->len + c->paths->len + c->templates->len + c->regions->len, ==,
                         0);
        for (int i = 0; i < METRIC_N_COMPARED; i++)
            if (c->numbers[i].before != SAMPLE_UNKNOWN)
                g_assert_cmpint(compare_growth(c->numbers[i]), ==, 0);
        snapshot_free(snapshot);
    }
}

static void check_negated(struct compare_pair a, struct compare_pair b)
{
    g_assert_cmpint(a.before, ==, b.after);
    g_assert_cmpint(a.after, ==, b.before);
}

static void check_swapped_rows(const struct comparison *c, const struct comparison *s)
{
    g_assert_cmpuint(c->buckets->len, ==, s->buckets->len);
    for (guint i = 0; i < c->buckets->len; i++) {
        g_assert_cmpuint(bucket_at(c, i)->key, ==, bucket_at(s, i)->key);
        check_negated(bucket_at(c, i)->count, bucket_at(s, i)->count);
    }
    g_assert_cmpuint(c->paths->len, ==, s->paths->len);
    for (guint i = 0; i < c->paths->len; i++) {
        g_assert_cmpstr(path_at(c->paths, i)->text, ==, path_at(s->paths, i)->text);
        check_negated(path_at(c->paths, i)->count, path_at(s->paths, i)->count);
    }
    g_assert_cmpuint(c->regions->len, ==, s->regions->len);
    for (guint i = 0; i < c->regions->len; i++)
        check_negated(g_array_index(c->regions, struct compare_regions, i).resident_bytes,
                      g_array_index(s->regions, struct compare_regions, i).resident_bytes);
}

static void test_swapping_negates(void)
{
    for (guint32 seed = 0; seed < N_RANDOM; seed++) {
        struct snapshot *a = fixture_snapshot(seed, seed % 3 != 0, NULL);
        struct snapshot *b = fixture_snapshot(seed + 1000, seed % 2 != 0, NULL);
        g_autoptr(comparison_auto) c = compare_snapshots(a, b);
        g_autoptr(comparison_auto) s = compare_snapshots(b, a);

        g_assert_cmpint(c->elapsed_us, ==, -s->elapsed_us);
        g_assert_cmpint(c->elapsed_us, ==, 1000 * (gint64)G_USEC_PER_SEC);
        for (int i = 0; i < METRIC_N_COMPARED; i++)
            check_negated(c->numbers[i], s->numbers[i]);
        check_swapped_rows(c, s);
        snapshot_free(a);
        snapshot_free(b);
    }
}

/* What the rows say adds up to the difference of the totals, and the order is by growth. */
static void test_rows_add_up(void)
{
    for (guint32 seed = 0; seed < N_RANDOM; seed++) {
        struct snapshot *a = fixture_snapshot(seed, true, NULL);
        struct snapshot *b = fixture_snapshot(seed + 1000, true, NULL);
        int64_t want_files = b->files->count - a->files->count;
        int64_t want_stacks = (int64_t)b->goroutines->total - (int64_t)a->goroutines->total;
        g_autoptr(comparison_auto) c = compare_snapshots(a, b);
        int64_t last = INT64_MAX, files = 0, stacks = 0;

        snapshot_free(a); /* the comparison lives by itself */
        snapshot_free(b);
        for (guint i = 0; i < c->paths->len; i++) {
            int64_t growth = compare_growth(path_at(c->paths, i)->count);

            g_assert_cmpint(growth, !=, 0);
            g_assert_cmpint(ABS(growth), <=, last);
            last = ABS(growth);
            files += growth;
            g_assert_cmpuint(strlen(path_at(c->paths, i)->text), >, 0);
        }
        for (guint i = 0; i < c->buckets->len; i++)
            stacks += compare_growth(bucket_at(c, i)->count);
        g_assert_cmpint(files, ==, want_files);
        g_assert_cmpint(stacks, ==, want_stacks);
    }
}

/* --- cases --- */

static struct snapshot *with_stacks(const unsigned *counts, size_t n, bool states)
{
    struct snapshot *snapshot = snapshot_new("", "x");

    snapshot->goroutines = fixture_dump(counts, n, states, NULL);
    return snapshot;
}

static void test_goroutines(void)
{
    struct snapshot *a = with_stacks((const unsigned[]){3, 1, 2, 0}, 4, true);
    struct snapshot *b = with_stacks((const unsigned[]){3, 9, 0, 1}, 4, true);
    g_autoptr(comparison_auto) c = compare_snapshots(a, b);

    g_assert_cmpuint(c->buckets->len, ==, 3);
    g_assert_cmpint(bucket_at(c, 0)->count.before, ==, 1);
    g_assert_cmpint(bucket_at(c, 0)->count.after, ==, 9);
    g_assert_cmpstr(bucket_at(c, 0)->bucket->frames[0].function, ==, "main.f1");
    g_assert_cmpint(bucket_at(c, 0)->wait_max_minutes, ==, 3);
    g_assert_cmpstr(bucket_at(c, 1)->bucket->frames[0].function, ==, "main.f2");
    g_assert_cmpint(bucket_at(c, 1)->count.after, ==, 0);
    g_assert_cmpint(bucket_at(c, 1)->wait_max_minutes, ==, -1);
    g_assert_cmpint(bucket_at(c, 2)->count.before, ==, 0);
    g_assert_false(c->goroutines_mixed);
    g_assert_cmpint(c->numbers[METRIC_GOROUTINES].after, ==, 13);
    snapshot_free(a);
    snapshot_free(b);
}

/* A dump that names states against one that does not: the same stacks stay the same. */
static void test_mixed_dumps(void)
{
    struct snapshot *a = with_stacks((const unsigned[]){3, 1, 2}, 3, false);
    struct snapshot *b = with_stacks((const unsigned[]){3, 5, 2}, 3, true);
    g_autoptr(comparison_auto) c = compare_snapshots(a, b);

    g_assert_true(c->goroutines_mixed);
    g_assert_cmpuint(c->buckets->len, ==, 1);
    g_assert_cmpint(bucket_at(c, 0)->count.before, ==, 1);
    g_assert_cmpint(bucket_at(c, 0)->count.after, ==, 5);
    g_assert_cmpstr(bucket_at(c, 0)->bucket->state, ==, "chan receive");
    snapshot_free(a);
    snapshot_free(b);
}

static void test_files(void)
{
    static const char *const paths[] = {"/a/1b4e28ba-2fa1-11d2-883f-0016d3cca427.jsonl",
                                        "/a/6ba7b810-9dad-11d1-80b4-00c04fd430c8.jsonl", "/b",
                                        NULL};
    struct snapshot *a = snapshot_new("", "x"), *b = snapshot_new("", "x");

    a->files = fixture_files(paths, (const unsigned[]){1, 0, 2});
    b->files = fixture_files(paths, (const unsigned[]){4, 2, 2});
    g_autoptr(comparison_auto) c = compare_snapshots(a, b);

    g_assert_cmpuint(c->paths->len, ==, 2);
    g_assert_cmpstr(path_at(c->paths, 0)->text, ==, paths[0]);
    g_assert_cmpint(compare_growth(path_at(c->paths, 0)->count), ==, 3);
    g_assert_cmpint(path_at(c->paths, 1)->count.before, ==, 0);
    g_assert_cmpuint(c->templates->len, ==, 1);
    g_assert_cmpstr(path_at(c->templates, 0)->text, ==, "/a/<uuid>.jsonl");
    g_assert_cmpint(compare_growth(path_at(c->templates, 0)->count), ==, 5);
    snapshot_free(a);
    snapshot_free(b);
}

static void test_nothing_held(void)
{
    struct snapshot *a = snapshot_new("", "x"), *b = fixture_snapshot(1, true, NULL);
    g_autoptr(comparison_auto) c = compare_snapshots(a, b);

    g_assert_false(c->has_goroutines || c->has_files || c->has_map);
    g_assert_cmpuint(c->buckets->len + c->paths->len + c->regions->len, ==, 0);
    for (int i = 0; i < METRIC_N_COMPARED; i++) {
        g_assert_cmpint(c->numbers[i].before, ==, SAMPLE_UNKNOWN);
        g_assert_cmpint(compare_growth(c->numbers[i]), ==, SAMPLE_UNKNOWN);
        g_assert_cmpstr(metric_info((enum metric)i)->words, !=, "");
    }
    snapshot_free(a);
    snapshot_free(b);
}

static void test_per_hour(void)
{
    struct comparison c = {.elapsed_us = 1800 * (gint64)G_USEC_PER_SEC};

    g_assert_cmpfloat(compare_per_hour(&c, 100), ==, 200);
    g_assert_true(isnan(compare_per_hour(&c, SAMPLE_UNKNOWN)));
    c.elapsed_us = 0;
    g_assert_true(isnan(compare_per_hour(&c, 100)));
    g_assert_cmpint(compare_growth((struct compare_pair){-2, INT64_MAX}), ==, SAMPLE_UNKNOWN);
}

/* A snapshot loaded from disk knows the wall clock only. */
static void test_elapsed(void)
{
    struct snapshot *a = snapshot_new("", "x"), *b = snapshot_new("", "x");

    a->real_us = 1000;
    b->real_us = 4000;
    b->taken_us = 1;
    g_autoptr(comparison_auto) by_wall = compare_snapshots(a, b);

    g_assert_cmpint(by_wall->elapsed_us, ==, 3000);
    a->real_us = 0;
    g_autoptr(comparison_auto) unknown = compare_snapshots(a, b);

    g_assert_cmpint(unknown->elapsed_us, ==, 0);
    snapshot_free(a);
    snapshot_free(b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/compare/self-is-empty", test_self_is_empty);
    g_test_add_func("/compare/swapping-negates", test_swapping_negates);
    g_test_add_func("/compare/rows-add-up", test_rows_add_up);
    g_test_add_func("/compare/goroutines", test_goroutines);
    g_test_add_func("/compare/mixed-dumps", test_mixed_dumps);
    g_test_add_func("/compare/files", test_files);
    g_test_add_func("/compare/nothing-held", test_nothing_held);
    g_test_add_func("/compare/per-hour", test_per_hour);
    g_test_add_func("/compare/elapsed", test_elapsed);
    return g_test_run();
}
