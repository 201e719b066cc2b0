#ifndef SIDESCOPE_APP_CLOCK_H
#define SIDESCOPE_APP_CLOCK_H

/*
 * The clock of the screens, so that tests can hold it still: they link their
 * own. Any thread.
 */

#include <glib.h>

/* Monotonic microseconds, the same clock samples carry. */
gint64 clock_now_us(void);

#endif
