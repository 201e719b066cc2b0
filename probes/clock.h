#ifndef SIDESCOPE_PROBES_CLOCK_H
#define SIDESCOPE_PROBES_CLOCK_H

/*
 * The clock probes are scheduled by: the monotonic clock, unless a test holds
 * it still and steps it. Only waiting goes by it; samples are stamped with the
 * real one. Any thread.
 */

#include <glib.h>

/* Microseconds, never going back. */
gint64 clock_now_us(void);
/*
 * Until when to wait in real time so that until_us of this clock is not missed;
 * -1 (without end) stays -1.
 */
gint64 clock_wait_until_us(gint64 until_us);

/* For tests, while no probe runs: stops the clock, lets it go again. */
void clock_hold(void);
void clock_release(void);
/* Moves a held clock; waiting threads notice within a millisecond. */
void clock_step(gint64 us);

#endif
