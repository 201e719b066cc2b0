#include "probes/trend.h"

#include <glib.h>
#include <math.h>

enum { RUNS = 60, MAX_N = 600 };

static const char *const verdict_names[] = {"unknown", "flat", "growing", "shrinking", "plateau"};

static void assert_verdict(struct trend trend, enum trend_verdict expected)
{
    g_assert_cmpstr(verdict_names[trend.verdict], ==, verdict_names[expected]);
}

typedef double shape_at(double t_s, double window_s);

static double steady(double t_s, double window_s)
{
    (void)window_s;
    return 100 + 3 * t_s;
}

static double constant(double t_s, double window_s)
{
    (void)t_s;
    (void)window_s;
    return 100;
}

/* Rises through the first third, then stays. */
static double load_then_plateau(double t_s, double window_s)
{
    return 100 + 300 * fmin(t_s / (window_s / 3), 1);
}

static double filling_cache(double t_s, double window_s)
{
    return 100 + 300 * (1 - exp(-8 * t_s / window_s));
}

static double draining(double t_s, double window_s)
{
    (void)window_s;
    return 5000 - 2 * t_s;
}

static double one_spike(double t_s, double window_s)
{
    return t_s > 0.55 * window_s && t_s < 0.6 * window_s ? 1e6 : 100;
}

/* Each step as high as it is long: a leak of one thing every twentieth of the window. */
static double stairs(double t_s, double window_s)
{
    return 100 + floor(t_s / window_s * 20);
}

/* Two steps of which the last was lately: the next one may come as the last did. */
static double rare_steps(double t_s, double window_s)
{
    return 100 + 100 * floor((t_s / window_s + 0.25) / 0.4);
}

/* Two loads one after the other, and then rest for longer than between them. */
static double two_loads(double t_s, double window_s)
{
    return 100 + (t_s > 0.1 * window_s ? 200 : 0) + (t_s > 0.3 * window_s ? 200 : 0);
}

/* Points of a shape at (nearly) even times with noise of the given height around it. */
static size_t draw(GRand *random, shape_at *shape, size_t n, double window_s, double noise,
                   struct history_point *ret)
{
    for (size_t i = 0; i < n; i++) {
        double t = window_s * (double)i / (double)(n - 1);
        double v = shape(t, window_s) + noise * (g_rand_double(random) - 0.5);

        ret[i] = (struct history_point){(gint64)(t * G_USEC_PER_SEC), v, v, v};
    }
    return n;
}

static struct trend fit(const struct history_point *points, size_t n, double noise)
{
    struct trend_options options = {.noise = noise};

    return trend_fit_points(points, n, &options);
}

static size_t random_n(GRand *random)
{
    return (size_t)g_rand_int_range(random, 8, MAX_N);
}

/* --- verdicts --- */

static void test_shapes(void)
{
    static const struct {
        shape_at *shape;
        enum trend_verdict verdict;
        double noise; /* of the data, and as stated */
    } cases[] = {
        {constant, TREND_FLAT, 0},
        {constant, TREND_FLAT, 10},
        {steady, TREND_GROWING, 0},
        {steady, TREND_GROWING, 20},
        {draining, TREND_SHRINKING, 0},
        {draining, TREND_SHRINKING, 20},
        {load_then_plateau, TREND_PLATEAU, 0},
        {load_then_plateau, TREND_PLATEAU, 10},
        {filling_cache, TREND_PLATEAU, 0},
        {filling_cache, TREND_PLATEAU, 10},
        {one_spike, TREND_FLAT, 0},
        {stairs, TREND_GROWING, 0},
        {rare_steps, TREND_GROWING, 0},
        {rare_steps, TREND_GROWING, 10},
        {two_loads, TREND_PLATEAU, 0},
    };
    static const size_t sizes[] = {30, 200, 599};
    GRand *random = g_rand_new_with_seed(7);
    struct history_point points[MAX_N];

    for (size_t c = 0; c < G_N_ELEMENTS(cases); c++)
        for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
            size_t n = draw(random, cases[c].shape, sizes[s], 120, cases[c].noise, points);

            g_test_message("case %zu, %zu points", c, n);
            assert_verdict(fit(points, n, cases[c].noise), cases[c].verdict);
        }
    g_rand_free(random);
}

/* A cache that creeps to its cap: over the whole window it rises, in its last half not for sure. */
static void test_settling(void)
{
    GRand *random = g_rand_new_with_seed(9);
    struct history_point points[120];
    struct trend_options options = {.noise = 1};

    for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
        double value = 100 + 40 * fmin((double)i / 70, 1) + 12 * g_rand_double(random);

        points[i] = (struct history_point){(gint64)i * G_USEC_PER_SEC, value, value, value};
    }
    assert_verdict(trend_fit_points(points, 85, &options), TREND_GROWING);
    options.sure = true;
    assert_verdict(trend_fit_points(points, G_N_ELEMENTS(points), &options), TREND_PLATEAU);
    g_rand_free(random);
}

/* For two seconds of eight nothing came: a busy process, not the end of a leak. */
static void test_pause_is_no_plateau(void)
{
    struct history_point points[80];

    for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
        double value = floor((double)MIN(i, (size_t)60) / 5);

        points[i] = (struct history_point){(gint64)i * (G_USEC_PER_SEC / 10), value, value, value};
    }
    struct trend_options options = {.noise = 1, .min_window_s = 3};

    assert_verdict(trend_fit_points(points, G_N_ELEMENTS(points), &options), TREND_GROWING);
}

static void test_too_little_is_unknown(void)
{
    GRand *random = g_rand_new_with_seed(1);
    struct history_point points[MAX_N];

    assert_verdict(fit(points, 0, 0), TREND_UNKNOWN);
    assert_verdict(fit(points, draw(random, steady, 7, 60, 0, points), 0), TREND_UNKNOWN);
    assert_verdict(fit(points, draw(random, steady, 50, 9, 0, points), 0), TREND_UNKNOWN);
    assert_verdict(fit(points, draw(random, steady, 8, 10, 0, points), 0), TREND_GROWING);
    struct trend_options options = {.min_window_s = 100, .min_points = 20};

    draw(random, steady, 50, 60, 0, points);
    assert_verdict(trend_fit_points(points, 50, &options), TREND_UNKNOWN);
    g_rand_free(random);
}

static void test_steady_leak_has_its_slope(void)
{
    GRand *random = g_rand_new_with_seed(2);
    struct history_point points[MAX_N];

    for (int run = 0; run < RUNS; run++) {
        size_t n = draw(random, steady, random_n(random), 300, 60, points);
        struct trend trend = fit(points, n, 60);

        assert_verdict(trend, TREND_GROWING);
        g_assert_cmpfloat_with_epsilon(trend.per_second, 3, 0.5);
        g_assert_cmpfloat(trend.low, <=, trend.per_second);
        g_assert_cmpfloat(trend.high, >=, trend.per_second);
        g_assert_cmpfloat_with_epsilon(trend.window_s, 300, 3);
        g_assert_cmpuint(trend.n, <=, 200);
    }
    g_rand_free(random);
}

/* --- properties --- */

static void test_constant_never_grows(void)
{
    static const double levels[] = {0, 1, -5, 1e15, 0.1};
    struct history_point points[MAX_N];

    for (size_t l = 0; l < G_N_ELEMENTS(levels); l++)
        for (size_t n = 8; n < MAX_N; n += 37) {
            for (size_t i = 0; i < n; i++)
                points[i] = (struct history_point){(gint64)(i * 2 * G_USEC_PER_SEC), levels[l],
                                                   levels[l], levels[l]};
            struct trend trend = fit(points, n, 0);

            assert_verdict(trend, TREND_FLAT);
            g_assert_cmpfloat(trend.per_second, ==, 0);
            g_assert_true(isinf(trend_eta_s(&trend, levels[l], levels[l] + 1)));
        }
}

/* Anything that moves within the stated noise is flat, even a perfect ramp. */
static void test_noise_below_its_level_is_flat(void)
{
    GRand *random = g_rand_new_with_seed(3);
    struct history_point points[MAX_N];

    for (int run = 0; run < RUNS * 5; run++) {
        double noise = g_rand_double_range(random, 0.001, 1e6);
        size_t n = draw(random, constant, random_n(random), 120, noise, points);

        if (run % 2)
            for (size_t i = 0; i < n; i++)
                points[i].value = noise * (double)i / (double)n;
        assert_verdict(fit(points, n, noise), TREND_FLAT);
    }
    g_rand_free(random);
}

static void test_noise_does_not_hide_a_leak(void)
{
    GRand *random = g_rand_new_with_seed(4);
    struct history_point points[MAX_N];

    for (int run = 0; run < RUNS; run++) {
        size_t n = draw(random, steady, 60 + random_n(random) / 2, 120, 36, points);

        assert_verdict(fit(points, n, 36), TREND_GROWING); /* a tenth of the whole rise */
    }
    g_rand_free(random);
}

static void test_scaling_scales(void)
{
    static shape_at *const shapes[] = {steady, draining, load_then_plateau, constant, stairs};
    GRand *random = g_rand_new_with_seed(5);
    struct history_point points[MAX_N];

    for (int run = 0; run < RUNS; run++) {
        double factor = ldexp(1, g_rand_int_range(random, -20, 30)); /* exact in a double */
        double shift = (double)g_rand_int_range(random, -1000, 1000);
        size_t n = draw(random, shapes[run % 5], random_n(random), 120, 5, points);
        struct trend before = fit(points, n, 5);

        for (size_t i = 0; i < n; i++)
            points[i].value = points[i].value * factor;
        struct trend scaled = fit(points, n, 5 * factor);

        assert_verdict(scaled, before.verdict);
        g_assert_cmpfloat(scaled.per_second, ==, before.per_second * factor);
        g_assert_cmpfloat(scaled.rise, ==, before.rise * factor);
        for (size_t i = 0; i < n; i++)
            points[i].value = points[i].value + shift * factor * 8;
        assert_verdict(fit(points, n, 5 * factor), before.verdict);
    }
    g_rand_free(random);
}

static void test_gaps_change_nothing(void)
{
    GRand *random = g_rand_new_with_seed(6);
    struct history_point points[MAX_N];

    for (int run = 0; run < RUNS; run++) {
        size_t n = draw(random, steady, 100 + random_n(random) / 2, 300, 30, points), k = 0;

        for (size_t i = 0; i < n; i++) {
            bool lost = (i > n / 3 && i < n / 2) || g_rand_int_range(random, 0, 5) == 0;

            if (lost)
                points[i].value = NAN;
            if (!lost || i % 2) /* some as a gap, some not there at all */
                points[k++] = points[i];
        }
        struct trend trend = fit(points, k, 30);

        assert_verdict(trend, TREND_GROWING);
        g_assert_cmpfloat_with_epsilon(trend.per_second, 3, 0.3);
    }
    g_rand_free(random);
}

/* --- over a history --- */

static void test_history_of_a_night(void)
{
    struct history *history = history_new(128);
    struct trend_options options = {.noise = 1};

    for (int s = 0; s < 8 * 3600; s++)
        history_add(history, (gint64)s * G_USEC_PER_SEC, 1000 + 0.25 * s);
    struct trend trend = trend_fit(history, &options);

    assert_verdict(trend, TREND_GROWING);
    g_assert_cmpfloat_with_epsilon(trend.per_second, 0.25, 1e-6);
    g_assert_cmpfloat(trend.window_s, >, 7 * 3600);
    history_free(history);
}

/* --- what begins late --- */

enum { NIGHT_S = 8 * 3600, LATE_RUNS = 40 };

typedef double value_at(GRand *random, int s);

static struct trend fit_night(value_at *value, GRand *random, int seconds)
{
    struct history *history = history_new(512);
    struct trend_options options = {.noise = 10};

    for (int s = 0; s < seconds; s++)
        history_add(history, (gint64)s * G_USEC_PER_SEC, value(random, s));
    struct trend trend = trend_fit(history, &options);

    history_free(history);
    return trend;
}

static int onset_s, step_s;

static double noisy(GRand *random)
{
    return 1000 + 8 * (g_rand_double(random) - 0.5);
}

static double leaks_late(GRand *random, int s)
{
    return noisy(random) + (s > onset_s ? 0.2 * (s - onset_s) : 0);
}

static double stays(GRand *random, int s)
{
    (void)s;
    return noisy(random);
}

/* A heap between collections, some minutes each. */
static double saw_tooth(GRand *random, int s)
{
    return noisy(random) + 400.0 * (s % 431) / 431;
}

static double steps_once(GRand *random, int s)
{
    return noisy(random) + (s > step_s ? 500 : 0);
}

/* Ten minutes of loading, then as it is. */
static double loads(GRand *random, int s)
{
    return noisy(random) + 0.5 * CLAMP(s - step_s, 0, 600);
}

/* Level for most of a night, then a leak: seen with its slope when it has lasted for a while. */
static void test_late_leak(void)
{
    GRand *random = g_rand_new_with_seed(11);

    for (int run = 0; run < LATE_RUNS; run++) {
        int lasted_s = g_rand_int_range(random, 1200, 3 * 3600);

        onset_s = NIGHT_S - lasted_s;
        struct trend trend = fit_night(leaks_late, random, NIGHT_S);

        assert_verdict(trend, TREND_GROWING);
        g_assert_cmpfloat(trend.low, >, 0);
        g_assert_cmpfloat(trend.per_second, <, 0.25);
        g_assert_cmpfloat(trend.per_second, >, 0.1);
    }
    g_rand_free(random);
}

/* None of these leaks, wherever its step or its load stands and whenever one looks. */
static void test_late_look_alikes(void)
{
    static value_at *const shapes[] = {stays, saw_tooth, steps_once, loads};
    GRand *random = g_rand_new_with_seed(12);

    for (size_t run = 0; run < LATE_RUNS * G_N_ELEMENTS(shapes); run++) {
        int seconds = g_rand_int_range(random, 3600, NIGHT_S);

        /* a load has to be over for as long as it took: until then it does grow */
        step_s = g_rand_int_range(random, 60, seconds - 2 * 600 - 60);
        struct trend trend = fit_night(shapes[run % G_N_ELEMENTS(shapes)], random, seconds);

        g_test_message("shape %zu of %d s, step at %d", run % G_N_ELEMENTS(shapes), seconds,
                       step_s);
        g_assert_cmpint(trend.verdict, !=, TREND_GROWING);
    }
    g_rand_free(random);
}

static void test_start_up_is_left_out(void)
{
    struct history *history = history_new(256);
    struct trend_options all = {.noise = 1},
                         later = {.noise = 1, .since_us = (gint64)60 * G_USEC_PER_SEC};

    for (int s = 0; s < 120; s++)
        history_add(history, (gint64)s * G_USEC_PER_SEC, s < 50 ? 10.0 * s : 500);
    assert_verdict(trend_fit(history, &all), TREND_PLATEAU);
    assert_verdict(trend_fit(history, &later), TREND_FLAT);
    history_free(history);
}

/* A heap of a few collections: filled at one rate they come ever later, each time with twice as
 * much alive; a cache at its cap has as much as before, a long time after. */
static void test_settled(void)
{
    static const struct {
        double at_s[6], live[6], watched_s;
        bool settled;
    } cases[] = {
        {{8, 16, 32, 64, 128, 256}, {8, 16, 32, 64, 128, 256}, 300, false},
        {{8, 16, 32, 64, 150, 230}, {8, 16, 32, 64, 98, 98.5}, 300, true},
        {{8, 16, 32, 64, 150, 230}, {8, 16, 32, 64, 98, 90}, 300, true},
        {{8, 16, 32, 64, 70, 75}, {8, 16, 32, 64, 64, 64}, 300, false}, /* a moment apart */
        {{8, 68, 128, 188, 248, 299}, {5, 6, 7, 8, 9, 9.8}, 300, false},
        {{8, 68, 128, 188, 248, NAN}, {5, 6, 7, 8, 8, NAN}, 300, true},
        {{8, 120, NAN, NAN, NAN, NAN}, {5, 5, NAN, NAN, NAN, NAN}, 300, false}, /* two are few */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct history *history = history_new(16);

        for (size_t k = 0; k < G_N_ELEMENTS(cases[i].at_s) && !isnan(cases[i].at_s[k]); k++)
            history_add(history, (gint64)(cases[i].at_s[k] * G_USEC_PER_SEC), cases[i].live[k]);
        g_assert_true(trend_settled(history, cases[i].watched_s) == cases[i].settled);
        history_free(history);
    }
}

static void test_eta(void)
{
    struct trend trend = {.verdict = TREND_GROWING, .per_second = 2};

    g_assert_cmpfloat(trend_eta_s(&trend, 100, 300), ==, 100);
    g_assert_cmpfloat(trend_eta_s(&trend, 300, 300), ==, 0);
    trend.verdict = TREND_PLATEAU;
    g_assert_true(isinf(trend_eta_s(&trend, 100, 300)));
}

/* 19900 slopes and their order: must stay far below a frame. */
static void test_cost(void)
{
    GRand *random = g_rand_new_with_seed(8);
    struct history_point points[MAX_N];
    size_t n = draw(random, steady, MAX_N, 600, 50, points);
    gint64 begin = g_get_monotonic_time();

    for (int i = 0; i < 20; i++)
        fit(points, n, 50);
    g_test_message("one fit takes %" G_GINT64_FORMAT " us", (g_get_monotonic_time() - begin) / 20);
    g_rand_free(random);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/trend/shapes", test_shapes);
    g_test_add_func("/trend/settling", test_settling);
    g_test_add_func("/trend/pause", test_pause_is_no_plateau);
    g_test_add_func("/trend/too-little", test_too_little_is_unknown);
    g_test_add_func("/trend/slope", test_steady_leak_has_its_slope);
    g_test_add_func("/trend/property/constant", test_constant_never_grows);
    g_test_add_func("/trend/property/noise", test_noise_below_its_level_is_flat);
    g_test_add_func("/trend/property/leak-in-noise", test_noise_does_not_hide_a_leak);
    g_test_add_func("/trend/property/scaling", test_scaling_scales);
    g_test_add_func("/trend/property/gaps", test_gaps_change_nothing);
    g_test_add_func("/trend/night", test_history_of_a_night);
    g_test_add_func("/trend/late/leak", test_late_leak);
    g_test_add_func("/trend/late/look-alikes", test_late_look_alikes);
    g_test_add_func("/trend/start-up", test_start_up_is_left_out);
    g_test_add_func("/trend/settled", test_settled);
    g_test_add_func("/trend/eta", test_eta);
    g_test_add_func("/trend/cost", test_cost);
    return g_test_run();
}
