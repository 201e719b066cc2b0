#ifndef SIDESCOPE_PROBES_TREND_H
#define SIDESCOPE_PROBES_TREND_H

/*
 * Is this series growing? A robust slope (Theil-Sen: median of pairwise
 * slopes) over a window with its uncertainty, so that one spike or one step
 * does not make a trend. The window is all there is, or where that stands still
 * the longest recent part of it, of ten minutes or more, that rises beyond all
 * before: a leak may begin late. Pure; any thread.
 */

#include "probes/history.h"

enum trend_verdict {
    TREND_UNKNOWN, /* too few points or too short a window */
    TREND_FLAT,
    TREND_GROWING,
    TREND_SHRINKING,
    TREND_PLATEAU, /* rose earlier in the window; flat in its last half, or for sure in its last
                    * quarter when that is a minute or more. Of what rises in steps: only when
                    * nothing came for clearly longer than between the steps before */
};

struct trend {
    enum trend_verdict verdict;
    double per_second; /* slope, unit of the series per second */
    double low, high;  /* its 90 % range */
    double window_s;   /* time between first and last point used */
    size_t n;          /* points used */
    double rise;       /* last level minus first level (medians of the outer fifths) */
};

struct trend_options {
    gint64 since_us;     /* ignore older points (start-up); 0: all */
    double min_window_s; /* below: unknown; 0: 10 s */
    size_t min_points;   /* below: unknown; 0: 8 */
    bool sure;    /* growing only when the last half by itself surely rises: memory settles */
    double noise; /* changes of this size over the window are no trend (unit of the series) */
};

/* verdict and numbers are of the window; window_s says how long it is. */
struct trend trend_fit(const struct history *history, const struct trend_options *options);
/* The same over points (gaps: NAN). */
struct trend trend_fit_points(const struct history_point *points, size_t n,
                              const struct trend_options *options);
/*
 * Of a series of few points, too few for a trend: in the time between the last two, which is a part
 * of watched_s that matters, it gained much less than its share of all that it gained.
 */
bool trend_settled(const struct history *history, double watched_s);
/* Seconds until level reaches limit at this trend; INFINITY when it does not. */
double trend_eta_s(const struct trend *trend, double level, double limit);

#endif
