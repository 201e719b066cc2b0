#include "app/session/switches.h"

#include <math.h>

/* A switch is noticed up to a sample late, and what it opens is open some seconds after. */
static const gint64 before_us = 7 * G_USEC_PER_SEC, noticed_us = 1500 * 1000,
                    settled_us = 2 * G_USEC_PER_SEC, after_us = 10 * G_USEC_PER_SEC;

GArray *switches_times(const struct history *switches)
{
    GArray *times = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GArray) points = history_since(switches, G_MININT64);
    double before = NAN;

    for (guint i = 0; i < points->len; i++) {
        const struct history_point *point = &g_array_index(points, struct history_point, i);

        if (isnan(point->value))
            continue;
        if (point->value > before)
            g_array_append_val(times, point->t_us);
        before = point->value;
    }
    return times;
}

static gint by_value(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Median of what it was from from_us to before to_us; NAN: not known. */
static double level(const GArray *points, gint64 from_us, gint64 to_us)
{
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));

    for (guint i = 0; i < points->len; i++) {
        const struct history_point *point = &g_array_index(points, struct history_point, i);

        if (point->t_us >= from_us && point->t_us < to_us && !isnan(point->value))
            g_array_append_val(values, point->value);
    }
    g_array_sort(values, by_value);
    return values->len > 0 ? g_array_index(values, double, values->len / 2) : NAN;
}

struct switch_growth switches_growth(const struct history *switches, const struct history *history)
{
    struct switch_growth growth = {0};
    g_autoptr(GArray) times = switches_times(switches);
    g_autoptr(GArray) points = history_since(history, G_MININT64);
    double begun = NAN, ended = NAN;

    for (guint i = 0; i < times->len; i++) {
        gint64 at_us = g_array_index(times, gint64, i);
        gint64 from_us = i > 0 ? g_array_index(times, gint64, i - 1) + settled_us : G_MININT64;
        gint64 next_us =
            i + 1 < times->len ? g_array_index(times, gint64, i + 1) - noticed_us : G_MAXINT64;
        double before = level(points, MAX(from_us, at_us - before_us), at_us - noticed_us);
        double after = level(points, at_us + settled_us, MIN(next_us, at_us + after_us));

        if (isnan(before) || isnan(after))
            continue;
        double rise = after - before;

        growth.n++;
        growth.sum += rise;
        if (rise > 0) {
            growth.least = growth.rose == 0 ? rise : fmin(growth.least, rise);
            growth.most = fmax(growth.most, rise);
            growth.rose++;
        }
        begun = isnan(begun) ? before : begun;
        ended = after;
    }
    if (growth.n > 0)
        growth.between = ended - begun - growth.sum;
    return growth;
}
