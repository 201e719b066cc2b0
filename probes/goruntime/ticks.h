#ifndef SIDESCOPE_PROBES_GORUNTIME_TICKS_H
#define SIDESCOPE_PROBES_GORUNTIME_TICKS_H

/*
 * The processor's counter of time, in which the Go runtime counts how long
 * goroutines were blocked (cputicks): the time stamp counter of amd64, the virtual
 * counter of arm64. Both run alike for all processes of a machine. Any thread.
 */

#include <glib.h>
#include <stdbool.h>

/*
 * Ticks in a nanosecond, measured once (10 ms) to about one in 10,000. False with
 * error (GORUNTIME_ERROR_UNSUPPORTED) on a processor without such a counter.
 */
bool ticks_measure(double *ret_per_ns, GError **error);

#endif
