/* Series of one cause are in step, series of two are not, as far as any look can tell. */

#include "probes/in_step.h"

#include <glib.h>
#include <math.h>

#define SECOND ((gint64)G_USEC_PER_SEC)

enum { N = 120, RUNS = 400 };

struct pair {
    struct history *x, *y;
};

static struct pair pair_new(void)
{
    return (struct pair){history_new(512), history_new(512)};
}

static struct in_step pair_fit(struct pair *pair)
{
    struct in_step fit = in_step_fit(pair->x, pair->y, 0);

    history_free(pair->x);
    history_free(pair->y);
    return fit;
}

/* One leak: so many of y for each x, opened at random, seen at different moments. */
static struct in_step one_cause(GRand *random, double per_x, double scale)
{
    struct pair pair = pair_new();
    double x = 50;

    for (int i = 0; i < N; i++) {
        x += g_rand_int_range(random, 0, 9);
        history_add(pair.x, i * 2 * SECOND, x * scale);
        if (i % 3 == 0)
            history_add(pair.y, i * 2 * SECOND + SECOND / 5,
                        (30 + per_x * x + g_rand_double_range(random, -3, 3)) * scale);
    }
    return pair_fit(&pair);
}

static void test_one_cause(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    int yes = 0;

    for (int run = 0; run < RUNS; run++) {
        double per_x = g_rand_double_range(random, 0.5, 20);
        struct in_step fit = one_cause(random, per_x, 1);

        yes += fit.verdict == IN_STEP_YES;
        if (fit.verdict == IN_STEP_YES)
            g_assert_cmpfloat_with_epsilon(fit.ratio / per_x, 1, 0.25);
    }
    g_test_message("%d of %d are in step", yes, RUNS);
    g_assert_cmpint(yes, >=, RUNS * 95 / 100);
}

static void test_units(void)
{
    for (guint32 seed = 1; seed < 40; seed++) {
        g_autoptr(GRand) a = g_rand_new_with_seed(seed);
        g_autoptr(GRand) b = g_rand_new_with_seed(seed);
        struct in_step one = one_cause(a, 3, 1), other = one_cause(b, 3, 4096);

        g_assert_cmpint(one.verdict, ==, other.verdict);
        g_assert_cmpfloat_with_epsilon(one.ratio, other.ratio, 1e-9);
    }
}

typedef double step_of(GRand *random, int i, double *state);

static double walk(GRand *random, int i, double *state)
{
    (void)i;
    (void)state;
    return g_rand_double_range(random, -1, 1.2);
}

/* Nothing for a while, then many at once. */
static double burst(GRand *random, int i, double *state)
{
    (void)i;
    if (*state > 0) {
        (*state)--;
        return 8;
    }
    if (g_rand_double(random) < 0.04)
        *state = 6;
    return 0;
}

static int count_in_step(step_of *step, guint32 seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    int yes = 0;

    for (int run = 0; run < RUNS; run++) {
        struct pair pair = pair_new();
        double x = 100, y = 100, state_x = 0, state_y = 0;

        for (int i = 0; i < N; i++) {
            x += step(random, i, &state_x);
            y += step(random, i, &state_y);
            history_add(pair.x, i * SECOND, x);
            history_add(pair.y, i * SECOND, y);
        }
        yes += pair_fit(&pair).verdict == IN_STEP_YES;
    }
    return yes;
}

static void test_two_causes(void)
{
    int walks = count_in_step(walk, 3), bursts = count_in_step(burst, 4);

    g_test_message("in step by chance: %d walks and %d bursts of %d", walks, bursts, RUNS);
    g_assert_cmpint(walks, <=, RUNS / 50);
    g_assert_cmpint(bursts, <=, RUNS / 50);
}

/* A leak beside a load that came to its end. */
static void test_plateau(void)
{
    struct pair pair = pair_new();

    for (int i = 0; i < N; i++) {
        history_add(pair.x, i * SECOND, 3 * i);
        history_add(pair.y, i * SECOND, MIN(i, N / 3) * 5);
    }
    g_assert_cmpint(pair_fit(&pair).verdict, ==, IN_STEP_NO);
}

static void test_too_little(void)
{
    struct pair none = pair_new(), few = pair_new(), apart = pair_new();

    history_add(none.x, SECOND, 1);
    g_assert_cmpint(pair_fit(&none).verdict, ==, IN_STEP_UNKNOWN);
    for (int i = 0; i < 9; i++) {
        history_add(few.x, i * SECOND, i);
        history_add(few.y, i * SECOND, i);
    }
    g_assert_cmpint(pair_fit(&few).verdict, ==, IN_STEP_UNKNOWN);
    for (int i = 0; i < N; i++) { /* never seen at the same time */
        history_add(apart.x, i * SECOND, i);
        history_add(apart.y, (i + N) * SECOND, i);
    }
    g_assert_cmpint(pair_fit(&apart).verdict, ==, IN_STEP_UNKNOWN);
}

/* No answer for a while: the parts without one make it unknown, not a step. */
static void test_gap(void)
{
    struct pair pair = pair_new();

    for (int i = 0; i < N; i++) {
        history_add(pair.x, i * SECOND, i);
        history_add(pair.y, i * SECOND, i > N / 4 && i < N * 3 / 4 ? (double)NAN : (double)i);
    }
    g_assert_cmpint(pair_fit(&pair).verdict, ==, IN_STEP_UNKNOWN);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/in-step/one-cause", test_one_cause);
    g_test_add_func("/in-step/units", test_units);
    g_test_add_func("/in-step/two-causes", test_two_causes);
    g_test_add_func("/in-step/plateau", test_plateau);
    g_test_add_func("/in-step/too-little", test_too_little);
    g_test_add_func("/in-step/gap", test_gap);
    return g_test_run();
}
