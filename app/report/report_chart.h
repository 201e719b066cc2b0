#ifndef SIDESCOPE_APP_REPORT_REPORT_CHART_H
#define SIDESCOPE_APP_REPORT_REPORT_CHART_H

/*
 * A number over time as lines of text, for reports: columns of blocks (or # in
 * ASCII) over a scale, placed by time. A gap stays blank; where points share a
 * column the highest shows. Pure.
 */

#include "app/report/report.h"
#include "app/triage/numbers.h"

/* Appends the chart with its title line; false and nothing appended when fewer than two points
 * are known. */
bool report_chart(GString *out, const struct report_series *series, bool unicode);

/* A value of the series in its unit: "64.5M", "1 288", "2.1%". */
struct number_text report_value(enum metric_unit unit, double value);

#endif
