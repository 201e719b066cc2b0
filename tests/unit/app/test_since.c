/* What was born since a mark and stays. */

#include "app/triage/since.h"

#include "snapshot_fixture.h"

static struct snapshot *goroutines_only(const unsigned *counts, size_t n, bool states)
{
    struct snapshot *snapshot = snapshot_new("", "sidecar 41822");

    snapshot->goroutines = fixture_dump(counts, n, states, NULL);
    return snapshot;
}

static struct snapshot *files_only(const char *const *paths, const unsigned *counts)
{
    struct snapshot *snapshot = snapshot_new("", "sidecar 41822");

    snapshot->files = fixture_files(paths, counts);
    return snapshot;
}

static const struct since_row *row_at(const struct triage_since *since, enum since_list list,
                                      guint i)
{
    g_assert_cmpuint(i, <, since->lists[list]->len);
    return &g_array_index(since->lists[list], struct since_row, i);
}

static void test_nothing(void)
{
    for (guint32 seed = 0; seed < 30; seed++) {
        g_autoptr(snapshot_auto) snapshot = fixture_snapshot(seed, seed % 2 != 0, NULL);
        g_autoptr(triage_since_auto) since = triage_since_new(snapshot, snapshot);

        g_assert_true(since->has_list[SINCE_PATHS] && since->has_list[SINCE_GOROUTINES]);
        for (int list = 0; list < SINCE_N_LISTS; list++) {
            g_assert_cmpuint(since->lists[list]->len, ==, 0);
            g_assert_cmpint(since->born_total[list], ==, 0);
        }
    }
}

/* The ids of the second dump are other ones for all but the first function: ticks that ended and
 * were born anew have not grown. The same holds where only counts are known. */
static void test_goroutines(void)
{
    static const unsigned before[] = {5, 3, 2}, after[] = {12, 3, 1};

    for (int states = 0; states < 4; states++) {
        g_autoptr(snapshot_auto) mark = goroutines_only(before, 3, (states & 1) != 0);
        g_autoptr(snapshot_auto) now = goroutines_only(after, 3, (states & 2) != 0);
        g_autoptr(triage_since_auto) since = triage_since_new(mark, now);

        g_assert_true(since->has_list[SINCE_GOROUTINES]);
        g_assert_cmpuint(since->lists[SINCE_GOROUTINES]->len, ==, 1);
        g_assert_cmpstr(row_at(since, SINCE_GOROUTINES, 0)->text, ==, "main.f0");
        g_assert_cmpint(row_at(since, SINCE_GOROUTINES, 0)->born, ==, 7);
        g_assert_cmpint(row_at(since, SINCE_GOROUTINES, 0)->now, ==, 12);
        g_assert_cmpint(since->born_total[SINCE_GOROUTINES], ==, 7);
    }
}

/* Descriptors that were open then are not born, however many of a path there are. */
static void test_descriptors(void)
{
    static const char *const paths[] = {"/w/a", "/w/b", "/w/c", NULL};
    g_autoptr(snapshot_auto) mark = files_only(paths, (const unsigned[]){2, 4, 0});
    g_autoptr(snapshot_auto) now = files_only(paths, (const unsigned[]){2, 4, 3});
    g_autoptr(triage_since_auto) since = triage_since_new(mark, now);
    g_autoptr(triage_since_auto) back = triage_since_new(now, mark);

    g_assert_cmpuint(since->lists[SINCE_PATHS]->len, ==, 1);
    g_assert_cmpstr(row_at(since, SINCE_PATHS, 0)->text, ==, "/w/c");
    g_assert_cmpint(row_at(since, SINCE_PATHS, 0)->born, ==, 3);
    g_assert_cmpint(since->born_total[SINCE_PATHS], ==, 3);
    g_assert_false(since->has_list[SINCE_GOROUTINES]);
    g_assert_cmpuint(back->lists[SINCE_PATHS]->len, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/since/nothing", test_nothing);
    g_test_add_func("/since/goroutines", test_goroutines);
    g_test_add_func("/since/descriptors", test_descriptors);
    return g_test_run();
}
