#include "probes/in_step.h"

#include <math.h>
#include <stdlib.h>

enum { MIN_PARTS = 5, MAX_PARTS = 9, POINTS_OF_PART = 2 };

/* Parts that add nothing to one of them, at most: one pause of a scheduler is none of a leak. */
static const double odd_share = 0.15;
/* The middle half of the ratios lies within this share of their median. */
static const double spread_share = 0.35;

static GArray *collect(const struct history *history, gint64 since_us)
{
    GArray *points = history_since(history, since_us);
    guint kept = 0;

    for (guint i = 0; i < points->len; i++) {
        struct history_point point = g_array_index(points, struct history_point, i);

        if (isfinite(point.value))
            g_array_index(points, struct history_point, kept++) = point;
    }
    g_array_set_size(points, kept);
    return points;
}

static const struct history_point *at(const GArray *points, guint i)
{
    return &g_array_index(points, struct history_point, i);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Of values, which are sorted by it; share 0.5: the median. */
static double quantile(double *values, size_t n, double share)
{
    qsort(values, n, sizeof *values, by_value);
    double place = share * (double)(n - 1);
    size_t below = (size_t)place;

    if (below + 1 >= n)
        return values[n - 1];
    return values[below] + (place - (double)below) * (values[below + 1] - values[below]);
}

static size_t count_between(const GArray *points, gint64 from_us, gint64 to_us)
{
    size_t n = 0;

    for (guint i = 0; i < points->len; i++)
        n += at(points, i)->t_us >= from_us && at(points, i)->t_us <= to_us;
    return n;
}

/* What each part adds to the one before; parts - 1 of them. */
static void increments(const GArray *points, gint64 from_us, gint64 to_us, size_t parts,
                       double *ret)
{
    gint64 span = to_us - from_us;
    double before = NAN;

    for (size_t i = 0; i < parts; i++) {
        gint64 begin = from_us + span * (gint64)i / (gint64)parts;
        gint64 end = from_us + span * (gint64)(i + 1) / (gint64)parts + (i + 1 == parts);
        /* Median of the points in [from, to); NAN when there are none. */
        g_autofree double *values = g_new(double, points->len + 1);
        size_t n = 0;

        for (guint j = 0; j < points->len; j++)
            if (at(points, j)->t_us >= begin && at(points, j)->t_us < end)
                values[n++] = at(points, j)->value;
        double now = n > 0 ? quantile(values, n, 0.5) : NAN;

        if (i > 0)
            ret[i - 1] = now - before;
        before = now;
    }
}

static enum in_step_verdict judge(const double *x, const double *y, size_t n, struct in_step *ret)
{
    double ratios[MAX_PARTS];
    size_t both = 0;

    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]) || isnan(y[i]))
            return IN_STEP_UNKNOWN;
        if (x[i] > 0 && y[i] > 0)
            ratios[both++] = y[i] / x[i];
    }
    if ((double)(n - both) > odd_share * (double)n)
        return IN_STEP_NO;
    ret->ratio = quantile(ratios, both, 0.5);
    ret->low = quantile(ratios, both, 0.25);
    ret->high = quantile(ratios, both, 0.75);
    return ret->high - ret->low <= spread_share * ret->ratio ? IN_STEP_YES : IN_STEP_NO;
}

struct in_step in_step_fit(const struct history *x, const struct history *y, gint64 since_us)
{
    g_autoptr(GArray) xs = collect(x, since_us), ys = collect(y, since_us);
    struct in_step ret = {.verdict = IN_STEP_UNKNOWN};
    double dx[MAX_PARTS], dy[MAX_PARTS];

    if (xs->len == 0 || ys->len == 0)
        return ret;
    gint64 from_us = MAX(at(xs, 0)->t_us, at(ys, 0)->t_us);
    gint64 to_us = MIN(at(xs, xs->len - 1)->t_us, at(ys, ys->len - 1)->t_us);
    size_t n = MIN(count_between(xs, from_us, to_us), count_between(ys, from_us, to_us));

    ret.parts = MIN(n / POINTS_OF_PART, (size_t)MAX_PARTS);
    if (ret.parts < MIN_PARTS || to_us <= from_us)
        return ret;
    ret.window_s = (double)(to_us - from_us) / G_USEC_PER_SEC;
    increments(xs, from_us, to_us, ret.parts, dx);
    increments(ys, from_us, to_us, ret.parts, dy);
    ret.verdict = judge(dx, dy, ret.parts - 1, &ret);
    return ret;
}
