#include "probes/history.h"

#include <glib.h>
#include <math.h>

static const struct history_point *point_at(const GArray *points, guint i)
{
    return &g_array_index(points, struct history_point, i);
}

static void add_seconds(struct history *history, int from, int to)
{
    for (int s = from; s < to; s++)
        history_add(history, (gint64)s * G_USEC_PER_SEC, s);
}

static void test_empty(void)
{
    struct history *history = history_new(0);
    struct history_point point;
    GArray *points = history_since(history, 0);

    g_assert_cmpuint(history_size(history), ==, 0);
    g_assert_false(history_last(history, &point));
    g_assert_false(history_first(history, &point));
    g_assert_cmpuint(points->len, ==, 0);
    g_array_unref(points);
    history_free(history);
    history_free(NULL);
}

static void test_recent_points_as_they_came(void)
{
    struct history *history = history_new(64);

    add_seconds(history, 0, 60);
    GArray *points = history_since(history, (gint64)50 * G_USEC_PER_SEC);

    g_assert_cmpuint(history_size(history), ==, 60);
    g_assert_cmpuint(points->len, ==, 10);
    for (guint i = 0; i < points->len; i++)
        g_assert_cmpfloat(point_at(points, i)->value, ==, 50 + i);
    g_array_unref(points);
    history_free(history);
}

/* A night of seconds: bounded, in order, from the first to the last, the extremes kept. */
static void test_a_night_fits(void)
{
    enum { CAPACITY = 32, SECONDS = 12 * 3600, SPIKE = 4711 };
    struct history *history = history_new(CAPACITY);
    struct history_point first, last;
    double max = 0;

    for (int s = 0; s < SECONDS; s++) {
        history_add(history, (gint64)s * G_USEC_PER_SEC, s == SPIKE ? 1e9 : s);
        g_assert_cmpuint(history_size(history), <=, (size_t)6 * CAPACITY);
    }
    GArray *points = history_since(history, G_MININT64);

    g_assert_true(history_first(history, &first) && history_last(history, &last));
    g_assert_cmpfloat(first.min, ==, 0);
    g_assert_cmpfloat(first.max, <, SECONDS / 15.0); /* the beginning is not one lump */
    g_assert_cmpfloat(last.value, ==, SECONDS - 1);
    for (guint i = 0; i < points->len; i++) {
        const struct history_point *p = point_at(points, i);

        max = fmax(max, p->max);
        g_assert_cmpfloat(p->min, <=, p->value);
        g_assert_cmpfloat(p->value, <=, p->max);
        if (i > 0)
            g_assert_cmpint(p->t_us, >, point_at(points, i - 1)->t_us);
    }
    g_assert_cmpfloat(max, ==, 1e9);
    g_array_unref(points);
    history_free(history);
}

static void test_time_does_not_go_back(void)
{
    struct history *history = history_new(16);
    struct history_point last;

    history_add(history, 100, 1);
    history_add(history, 50, 2);  /* older */
    history_add(history, 100, 3); /* the same reading again, as a stale sample repeats it */
    g_assert_cmpuint(history_size(history), ==, 1);
    g_assert_true(history_last(history, &last));
    g_assert_cmpfloat(last.value, ==, 1);
    history_free(history);
}

static void test_gaps_stay_gaps(void)
{
    enum { CAPACITY = 16 };
    struct history *history = history_new(CAPACITY);
    unsigned gaps = 0;

    add_seconds(history, 0, 20);
    for (int i = 0; i < 10; i++)
        history_add(history, (gint64)20 * G_USEC_PER_SEC + i, NAN);
    history_add(history, (gint64)21 * G_USEC_PER_SEC, INFINITY); /* no number either */
    add_seconds(history, 30, 400);
    GArray *points = history_since(history, G_MININT64);

    for (guint i = 0; i < points->len; i++)
        if (isnan(point_at(points, i)->value)) {
            gaps++;
            g_assert_cmpfloat(point_at(points, i - 1)->value, ==, 19);
            g_assert_cmpfloat(point_at(points, i + 1)->min, ==, 30);
        }
    g_assert_cmpuint(gaps, ==, 1);
    g_array_unref(points);
    history_free(history);
}

static void test_a_gap_may_end_the_same_moment(void)
{
    struct history *history = history_new(16);
    struct history_point last;

    history_add(history, 100, 1);
    history_add(history, 100, NAN); /* the source failed: its last reading is still of 100 */
    g_assert_true(history_last(history, &last));
    g_assert_true(isnan(last.value));
    history_free(history);
}

/* Values and gaps in turn cannot be thinned by merging: still bounded. */
static void test_alternating_gaps_are_bounded(void)
{
    enum { CAPACITY = 16 };
    struct history *history = history_new(CAPACITY);

    for (int i = 0; i < 50000; i++) {
        history_add(history, i, i % 2 ? (double)NAN : i);
        g_assert_cmpuint(history_size(history), <=, (size_t)6 * CAPACITY);
    }
    history_free(history);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/history/empty", test_empty);
    g_test_add_func("/history/recent", test_recent_points_as_they_came);
    g_test_add_func("/history/night", test_a_night_fits);
    g_test_add_func("/history/no-way-back", test_time_does_not_go_back);
    g_test_add_func("/history/gaps", test_gaps_stay_gaps);
    g_test_add_func("/history/gap-same-moment", test_a_gap_may_end_the_same_moment);
    g_test_add_func("/history/alternating", test_alternating_gaps_are_bounded);
    return g_test_run();
}
