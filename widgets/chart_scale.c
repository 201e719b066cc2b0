#include "widgets/chart_scale.h"

#include <math.h>
#include <string.h>

/* --- time --- */

static void add_value(struct chart_slot *slot, double v)
{
    if (!isfinite(v)) {
        slot->broken = true;
        return;
    }
    slot->low = slot->any ? fmin(slot->low, v) : v;
    slot->high = slot->any ? fmax(slot->high, v) : v;
    slot->any = true;
}

static gint compare_doubles(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/*
 * The usual distance of points: a median, which gaps do not stretch, over at
 * most 64 places. What lies further apart than three of it is a gap.
 */
static double usual_distance(const struct chart *chart)
{
    double distances[64];
    size_t n = 0, stride = chart->n / G_N_ELEMENTS(distances) + 1;

    for (size_t i = 1; i < chart->n && n < G_N_ELEMENTS(distances); i += stride)
        distances[n++] = chart->points[i].t - chart->points[i - 1].t;
    if (n == 0)
        return 0;
    qsort(distances, n, sizeof *distances, compare_doubles);
    return distances[n / 2];
}

/* Slots begin at multiples of their width, so that a point stays with its neighbours while the
 * chart moves on. */
struct grid {
    double first, width; /* number of the first slot; seconds */
    int n;
};

static gint64 slot_at(const struct grid *grid, double t)
{
    double i = floor(t / grid->width) - grid->first;

    return (gint64)CLAMP(i, -1, (double)grid->n);
}

/* Between two points near each other the earlier value holds. */
static void bridge(struct chart_slot *slots, gint64 from, gint64 to, double v)
{
    for (gint64 i = MAX(from + 1, 0); i < to; i++)
        if (!slots[i].any && !slots[i].broken)
            slots[i] = (struct chart_slot){.low = v, .high = v, .any = true};
}

static void fill(const struct chart *chart, const struct grid *grid, struct chart_slot *slots)
{
    double reach = 3 * usual_distance(chart);
    const struct chart_point *last = NULL;

    for (size_t i = 0; i < chart->n; i++) {
        const struct chart_point *point = &chart->points[i];
        gint64 at = slot_at(grid, point->t);

        if (last != NULL && point->t - last->t <= reach)
            bridge(slots, slot_at(grid, last->t), MIN(at, grid->n), last->v);
        if (at >= 0 && at < grid->n)
            add_value(&slots[at], point->v);
        last = isfinite(point->v) ? point : NULL;
    }
    /* the newest value holds until the next one is due */
    if (last != NULL && chart->t_to - last->t <= reach)
        bridge(slots, slot_at(grid, last->t), grid->n, last->v);
}

struct chart_slot *chart_slots(const struct chart *chart, int n)
{
    struct chart_slot *slots = g_new0(struct chart_slot, (gsize)MAX(n, 1));
    double span = chart->t_to - chart->t_from;

    if (!(span > 0) || n <= 0)
        return slots;
    struct grid grid = {.width = span / n, .n = n};

    grid.first = floor(chart->t_to / grid.width) - n + 1;
    fill(chart, &grid, slots);
    return slots;
}

/* --- scale --- */

/* The next of 1, 2, 5 times a power of ten; with binary units, of a power of two. */
static double nice_step(double least, bool binary)
{
    if (binary)
        return exp2(ceil(log2(least) - 1e-9));
    double power = pow(10, floor(log10(least) + 1e-9)), digits = least / power - 1e-9;

    return power * (digits <= 1 ? 1 : digits <= 2 ? 2 : digits <= 5 ? 5 : 10);
}

static bool extent(const struct chart_slot *slots, int n, double *low, double *high)
{
    bool any = false;

    for (int i = 0; i < n; i++) {
        if (!slots[i].any)
            continue;
        *low = any ? fmin(*low, slots[i].low) : slots[i].low;
        *high = any ? fmax(*high, slots[i].high) : slots[i].high;
        any = true;
    }
    return any;
}

/* So that noise does not look like a mountain: a tenth of the values at least, half of it on either
 * side; from nothing on where there is not much below. */
static void own_range(double *low, double *high)
{
    double least = 0.1 * fmax(fabs(*low), fabs(*high)), missing = least - (*high - *low);
    bool counts = *low >= 0;

    if (missing > 0) {
        *low -= missing / 2;
        *high += missing / 2;
    }
    if (counts && *low < *high / 2)
        *low = 0;
}

bool chart_range(const struct chart *chart, const struct chart_slot *slots, int n,
                 struct chart_range *ret)
{
    enum { LIMIT_WITHIN = 3 }; /* a limit further off would press the curve flat */
    double low = 0, high = 0;

    if (!extent(slots, n, &low, &high))
        return false;
    high = fmax(high, chart->reach);
    if (chart->zero_based)
        low = fmin(low, 0);
    else
        own_range(&low, &high);
    if (isfinite(chart->limit) && chart->limit > high && chart->limit <= LIMIT_WITHIN * high)
        high = chart->limit;
    if (high - low < 1e-9 * fmax(fabs(high), 1)) /* a flat line stands halfway up */
        high = low + fmax(fabs(low), 1);
    ret->step = nice_step((high - low) / 3, chart->binary);
    ret->low = floor(low / ret->step + 1e-9) * ret->step;
    ret->high = ceil(high / ret->step - 1e-9) * ret->step;
    return true;
}

bool chart_range_plain(const struct chart *chart, const struct chart_slot *slots, int n,
                       struct chart_range *ret)
{
    double low = 0, high = 0;

    if (!extent(slots, n, &low, &high))
        return false;
    if (chart->zero_based)
        low = fmin(low, 0);
    double least = fmax(0.1 * fmax(fabs(low), fabs(high)), 1e-9), missing = least - (high - low);

    if (missing > 0) {
        low -= missing / 2;
        high += missing / 2;
    }
    *ret = (struct chart_range){.low = low, .high = high, .step = high - low};
    return true;
}

struct number_text chart_span_label(double seconds)
{
    struct number_text out = number_duration(seconds);
    size_t length = strlen(out.text);

    if (length > 4 && out.text[length - 3] == '0' && out.text[length - 2] == '0')
        out.text[length - 3] = '\0';
    return out;
}
