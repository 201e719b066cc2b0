#ifndef SIDESCOPE_APP_MONITOR_DASHBOARD_JSON_H
#define SIDESCOPE_APP_MONITOR_DASHBOARD_JSON_H

/*
 * A Grafana dashboard of everything the exposition has: the verdicts over time,
 * then a chart for each metric, with the levels that the triage judges by. Pure.
 */

#include "app/triage/thresholds.h"

/* The whole document. Free with g_free. */
char *dashboard_json(const struct thresholds *thresholds);

#endif
