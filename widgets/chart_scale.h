#ifndef SIDESCOPE_WIDGETS_CHART_SCALE_H
#define SIDESCOPE_WIDGETS_CHART_SCALE_H

/*
 * Between the parts of the chart module: points into slots of time, and a
 * scale with steps one can read. Pure.
 */

#include "widgets/chart.h"

/* What stands in one slot (a dot's width) of the chart. */
struct chart_slot {
    double low, high;
    bool any;    /* false: nothing known for this time */
    bool broken; /* a gap lies in this slot: no line leads across it */
};

/* n slots over the chart's time. Free with g_free. */
struct chart_slot *chart_slots(const struct chart *chart, int n);

struct chart_range {
    double low, high, step; /* step: between labels */
};

/* The scale for these slots; false when there is nothing to show. */
bool chart_range(const struct chart *chart, const struct chart_slot *slots, int n,
                 struct chart_range *ret);

/*
 * The range of a line without labels: from the lowest to the highest value, but
 * no less than a tenth of them, so that noise does not look like a mountain.
 */
bool chart_range_plain(const struct chart *chart, const struct chart_slot *slots, int n,
                       struct chart_range *ret);

/* "5m", "2h", "1h30m": a span without its empty parts. */
struct number_text chart_span_label(double seconds);

#endif
