#ifndef SIDESCOPE_APP_MONITOR_CADENCE_H
#define SIDESCOPE_APP_MONITOR_CADENCE_H

/*
 * When lines are due: at multiples of the interval from the start, however long
 * the work at one of them takes. Moments that passed meanwhile (a stopped or
 * suspended machine) are left out, not made up for. Monotonic microseconds. Pure.
 */

#include <glib.h>

struct cadence {
    gint64 start_us, interval_us;
    gint64 grace_us; /* answers are waited for so long; then the line says N/A */
};

void cadence_init(struct cadence *cadence, gint64 start_us, gint64 interval_us);
/* The first moment of a line that is after now_us. */
gint64 cadence_next_us(const struct cadence *cadence, gint64 now_us);

#endif
