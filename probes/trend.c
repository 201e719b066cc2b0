#include "probes/trend.h"

#include <math.h>
#include <string.h>

enum {
    MAX_POINTS =
        200, /* pairs grow with the square: 19900 of them take a fraction of a millisecond */
    DEFAULT_MIN_WINDOW_S = 10,
    DEFAULT_MIN_POINTS = 8,
    LATE_MIN_WINDOW_S = 600, /* what rises for less may be work */
    LATE_MIN_POINTS = 30,
    QUARTER_MIN_POINTS = 12,
    QUARTER_MIN_S = 60, /* a busy process may stand still for some seconds */
};

/*
 * The last half of the window counts as flat when it adds less than this share
 * of the whole rise; a steady rise adds a half.
 */
static const double plateau_share = 0.125;
/* The last quarter counts as flat when it surely rises at less than this share of the mean rate. */
static const double quarter_share = 0.25;
/* A part of the window with this share of its rise has all of it. */
static const double load_share = 0.75;
static const double z_90 = 1.645; /* normal quantile of a two-sided 90 % range */

struct observation {
    double t_s, value;
};

struct slope {
    double median, low, high;
};

/* --- order statistics --- */

static void swap(double *values, size_t a, size_t b)
{
    double kept = values[a];

    values[a] = values[b];
    values[b] = kept;
}

/* Moves the median of first, middle and last to the middle: sorted input stays quick. */
static double pivot_of(double *values, size_t low, size_t high)
{
    size_t middle = low + (high - low) / 2;

    if (values[middle] < values[low])
        swap(values, middle, low);
    if (values[high] < values[low])
        swap(values, high, low);
    if (values[high] < values[middle])
        swap(values, high, middle);
    return values[middle];
}

/* The value that would be at rank if values were sorted; reorders them (quickselect). */
static double select_rank(double *values, size_t n, size_t rank)
{
    size_t low = 0, high = n - 1;

    while (low < high) {
        double pivot = pivot_of(values, low, high);
        size_t i = low, j = high;

        for (;;) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i >= j)
                break;
            swap(values, i++, j--);
        }
        if (rank <= j)
            high = j;
        else
            low = j + 1;
    }
    return values[rank];
}

static double median(double *values, size_t n)
{
    double upper = select_rank(values, n, n / 2);

    return n % 2 ? upper : (upper + select_rank(values, n, n / 2 - 1)) / 2;
}

/* --- thinning to MAX_POINTS --- */

/* Median value and mean time of points: what one slot of the window is remembered by. */
static struct observation condense(const struct observation *points, size_t n)
{
    double *values = g_new(double, n), t = 0;

    for (size_t i = 0; i < n; i++) {
        values[i] = points[i].value;
        t += points[i].t_s;
    }
    struct observation one = {t / (double)n, median(values, n)};

    g_free(values);
    return one;
}

/*
 * Slots of equal time, not of equal count: a history is denser near its end,
 * and the night must not be outvoted by the last minute.
 */
static size_t subsample(struct observation *points, size_t n)
{
    double start = points[0].t_s, span = points[n - 1].t_s - start;
    size_t kept = 0, begin = 0;

    if (n <= MAX_POINTS || span <= 0)
        return MIN(n, (size_t)MAX_POINTS);
    for (size_t slot = 0; slot < MAX_POINTS && begin < n; slot++) {
        double until = start + span * (double)(slot + 1) / MAX_POINTS;
        size_t end = begin;

        while (end < n && (points[end].t_s < until || slot + 1 == MAX_POINTS))
            end++;
        if (end > begin)
            points[kept++] = condense(points + begin, end - begin);
        begin = end;
    }
    return kept;
}

/* --- fitting --- */

/* Theil-Sen with Sen's range from the normal approximation of Kendall's statistic. */
static struct slope fit(const struct observation *points, size_t n)
{
    double *slopes = g_new(double, n *(n - 1) / 2 + 1);
    size_t k = 0;

    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            if (points[j].t_s > points[i].t_s)
                slopes[k++] = (points[j].value - points[i].value) / (points[j].t_s - points[i].t_s);
    struct slope slope = {0, 0, 0};

    if (k > 0) {
        double dn = (double)n, dk = (double)k;
        double spread = z_90 * sqrt(dn * (dn - 1) * (2 * dn + 5) / 18);
        double low = floor((dk - spread) / 2), high = ceil((dk + spread) / 2);

        slope.median = median(slopes, k);
        slope.low = select_rank(slopes, k, low < 0 ? 0 : (size_t)low);
        slope.high = select_rank(slopes, k, high >= dk ? k - 1 : (size_t)high);
    }
    g_free(slopes);
    return slope;
}

static double level(const struct observation *points, size_t n)
{
    double *values = g_new(double, n);

    for (size_t i = 0; i < n; i++)
        values[i] = points[i].value;
    double result = median(values, n);

    g_free(values);
    return result;
}

/* Points whose time is in the given part (0..1) of the window; at least one at either end. */
static double level_between(const struct observation *points, size_t n, double from, double to)
{
    double start = points[0].t_s, span = points[n - 1].t_s - start;
    size_t begin = 0, end = n;

    while (begin < n - 1 && points[begin].t_s < start + span * from)
        begin++;
    while (end > begin + 1 && points[end - 1].t_s > start + span * to)
        end--;
    return level(points + begin, end - begin);
}

/* Points from this part (0..1) of the window on. */
static size_t from_part(const struct observation *points, size_t n, double part)
{
    double from = points[0].t_s + (points[n - 1].t_s - points[0].t_s) * part;
    size_t i = 0;

    while (i < n && points[i].t_s < from)
        i++;
    return i;
}

/* The first point at the height where the series ends. */
static size_t arrival(const struct observation *points, size_t n, double rise, double noise)
{
    static const double near_share = 0.05;
    double end = level_between(points, n, 0.9, 1) - MAX(noise, near_share * rise);
    size_t i = 0;

    while (i + 1 < n && points[i].value < end)
        i++;
    return i;
}

/*
 * The series rises in steps, and the present pause is no longer than the pauses
 * before: what stands still now may go on. A step is a new height, by so much
 * that a pause of a steady rise is none.
 */
static bool pauses_between_steps(const struct observation *points, size_t n, double rise,
                                 double noise)
{
    static const double step_share = 0.1, clearly_longer = 1.5;
    size_t there = arrival(points, n, rise, noise);
    double height = level(points, MIN(n, 3)), least = MAX(2 * noise, step_share * rise);
    double last_s = points[0].t_s, longest_s = 0;
    int steps = 0;

    for (size_t i = 1; i <= there; i++) {
        if (points[i].value < height + least && i < there)
            continue;
        if (steps++ > 0)
            longest_s = MAX(longest_s, points[i].t_s - last_s);
        height = points[i].value;
        last_s = points[i].t_s;
    }
    return steps > 1 && points[n - 1].t_s - last_s <= clearly_longer * longest_s;
}

/* Adds too little in the last half, or for sure next to nothing in the last quarter: a load that
 * came late is over as well. */
static bool is_plateau(const struct observation *points, size_t n, double rise, double noise)
{
    size_t half = from_part(points, n, 0.5), quarter = from_part(points, n, 0.75);
    double mean_rate = rise / (points[n - 1].t_s - points[0].t_s);

    if (rise <= noise || n - half < 3 || pauses_between_steps(points, n, rise, noise))
        return false;
    double rate = fit(points + half, n - half).median;

    if (rate * (points[n - 1].t_s - points[half].t_s) <= plateau_share * rise)
        return true;
    return n - quarter >= QUARTER_MIN_POINTS &&
           points[n - 1].t_s - points[quarter].t_s >= QUARTER_MIN_S &&
           fit(points + quarter, n - quarter).high <= quarter_share * mean_rate;
}

/* Rises by itself, beyond doubt; of steps, and of a few points, that cannot be asked. */
static bool last_half_rises(const struct observation *points, size_t n, double rise, double noise)
{
    size_t half = from_part(points, n, 0.5);

    return n - half < QUARTER_MIN_POINTS || pauses_between_steps(points, n, rise, noise) ||
           fit(points + half, n - half).low > 0;
}

static enum trend_verdict judge(const struct observation *points, size_t n,
                                const struct trend *trend, const struct trend_options *options)
{
    double noise = MAX(options->noise, 0);
    double change = fabs(trend->per_second) * trend->window_s;

    if (fabs(trend->rise) <= noise)
        return TREND_FLAT;
    if (is_plateau(points, n, trend->rise, noise))
        return TREND_PLATEAU;
    if (change <= noise)
        return TREND_FLAT;
    if (trend->low > 0 && trend->rise > 0)
        return options->sure && !last_half_rises(points, n, trend->rise, noise) ? TREND_PLATEAU
                                                                                : TREND_GROWING;
    return trend->high < 0 && trend->rise < 0 ? TREND_SHRINKING : TREND_FLAT;
}

/* Reorders and thins points. */
static struct trend fit_window(struct observation *points, size_t n,
                               const struct trend_options *options)
{
    struct trend trend = {.window_s = points[n - 1].t_s - points[0].t_s};

    trend.n = n = subsample(points, n);
    struct slope slope = fit(points, n);

    trend.per_second = slope.median;
    trend.low = slope.low;
    trend.high = slope.high;
    trend.rise = level_between(points, n, 0.8, 1) - level_between(points, n, 0, 0.2);
    trend.verdict = judge(points, n, &trend, options);
    return trend;
}

static double highest(const struct observation *points, size_t n)
{
    double most = -INFINITY;

    for (size_t i = 0; i < n; i++)
        most = MAX(most, points[i].value);
    return most;
}

/* The newer window says more: the older one does not rise, or thins the rise out. */
static bool is_diluted(const struct trend *older, const struct trend *newer)
{
    return older->verdict != TREND_GROWING || newer->low > older->high;
}

/* The rise of the older window is a load, all of it in the newer one and at an end there. */
static bool is_over(const struct trend *older, const struct trend *newer)
{
    return older->verdict == TREND_GROWING && newer->verdict == TREND_PLATEAU &&
           newer->rise >= load_share * older->rise;
}

static struct trend fit_observations(struct observation *points, size_t n,
                                     const struct trend_options *options)
{
    double min_window = options->min_window_s > 0 ? options->min_window_s : DEFAULT_MIN_WINDOW_S;
    size_t min_points = options->min_points > 0 ? options->min_points : DEFAULT_MIN_POINTS;
    struct trend trend = {.verdict = TREND_UNKNOWN, .n = n};

    if (n > 0)
        trend.window_s = points[n - 1].t_s - points[0].t_s;
    if (n < MAX(min_points, (size_t)3) || trend.window_s < min_window)
        return trend;
    struct observation *all = g_memdup2(points, n * sizeof *points);

    trend = fit_window(all, n, options);

    /*
     * A leak that began late is flat over the whole night, or seems slow. Looks at
     * the last half, quarter, … of the time: what grows there counts when it has
     * grown beyond all that was seen before, so that a saw tooth's newest tooth is
     * none.
     */
    double noise = MAX(options->noise, 0);
    double end = points[n - 1].t_s, span = (end - points[0].t_s) / 2;
    struct observation *recent = g_new(struct observation, n);
    size_t begin = 0;

    for (; span >= LATE_MIN_WINDOW_S && n - begin >= LATE_MIN_POINTS; span /= 2) {
        while (points[begin].t_s < end - span)
            begin++;
        memcpy(recent, points + begin, (n - begin) * sizeof *recent);
        struct trend late = fit_window(recent, n - begin, options);
        bool beyond =
            level_between(points + begin, n - begin, 0.8, 1) > highest(points, begin) + noise;

        if ((late.verdict == TREND_GROWING && beyond && is_diluted(&trend, &late)) ||
            is_over(&trend, &late))
            trend = late;
    }
    g_free(recent);

    g_free(all);
    return trend;
}

/* What was before the machine's last sleep may be before 0 of the monotonic clock. */
static gint64 since_of(const struct trend_options *options)
{
    return options->since_us != 0 ? options->since_us : G_MININT64;
}

/* Those that are known, since then. Free with g_free. */
static struct observation *collect(const struct history_point *points, size_t n, gint64 since_us,
                                   size_t *ret_n)
{
    struct observation *found = g_new(struct observation, MAX(n, 1));
    size_t k = 0;

    for (size_t i = 0; i < n; i++) /* without gaps */
        if (points[i].t_us >= since_us && isfinite(points[i].value))
            found[k++] = (struct observation){
                .t_s = (double)(points[i].t_us - points[0].t_us) / G_USEC_PER_SEC,
                .value = points[i].value,
            };
    *ret_n = k;
    return found;
}

struct trend trend_fit_points(const struct history_point *points, size_t n,
                              const struct trend_options *options)
{
    size_t found;
    struct observation *observations = collect(points, n, since_of(options), &found);
    struct trend trend = fit_observations(observations, found, options);

    g_free(observations);
    return trend;
}

struct trend trend_fit(const struct history *history, const struct trend_options *options)
{
    GArray *points = history_since(history, since_of(options));
    struct trend trend =
        trend_fit_points((const struct history_point *)(void *)points->data, points->len, options);

    g_array_unref(points);
    return trend;
}

bool trend_settled(const struct history *history, double watched_s)
{
    static const double still_share = 0.25, least_part = 0.2;
    g_autoptr(GArray) points = history_since(history, G_MININT64);
    size_t n;
    g_autofree struct observation *known =
        collect((const struct history_point *)(void *)points->data, points->len, G_MININT64, &n);

    if (n < 3 || watched_s <= 0)
        return false;
    double gained = known[n - 1].value - known[0].value;
    double latest = known[n - 1].value - known[n - 2].value;
    double part = (known[n - 1].t_s - known[n - 2].t_s) / watched_s;

    return part >= least_part && latest <= still_share * MIN(part, 1) * MAX(gained, 0);
}

double trend_eta_s(const struct trend *trend, double level_now, double limit)
{
    if (level_now >= limit)
        return 0;
    if (trend->verdict != TREND_GROWING || trend->per_second <= 0)
        return INFINITY;
    return (limit - level_now) / trend->per_second;
}
