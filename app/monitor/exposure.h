#ifndef SIDESCOPE_APP_MONITOR_EXPOSURE_H
#define SIDESCOPE_APP_MONITOR_EXPOSURE_H

/* What is known of a fleet, as the page of exposition.h, judged by the triage. Main loop's thread.
 */

#include "app/monitor/exposition.h"
#include "app/monitor/fleet.h"

enum exposure_moment {
    EXPOSURE_LINE,   /* what was answered to the line just written */
    EXPOSURE_NEWEST, /* the newest of everything that is not old */
};

/* Free with g_free. */
char *exposure_page(const struct fleet *fleet, const struct thresholds *thresholds,
                    enum exposure_moment moment, enum exposition_form form);

#endif
