#ifndef SIDESCOPE_APP_MONITOR_VALUES_H
#define SIDESCOPE_APP_MONITOR_VALUES_H

/*
 * All numbers of the metric table at one moment of a session: what a line of
 * the log and a sample of the exposition are written from. A number that is
 * missing or older than asked for is unknown. Main loop's thread.
 */

#include "app/session/session.h"

struct values {
    bool up;                /* the process lives; of a bare address: it answers */
    double value[METRIC_N]; /* NAN: unknown */
};

/* Of samples not older than since_us (monotonic, by kind of probe). */
void values_take(struct values *ret, const struct session *session,
                 const gint64 since_us[PROBE_N_KINDS]);
/* Of a process that is not there. */
void values_set_unknown(struct values *ret);

/* "heap_live_bytes", "cpu_percent", "fds": the metric's id with its unit. Appended to out. */
void values_append_name(GString *out, enum metric metric);

#endif
