#ifndef SIDESCOPE_APP_TARGET_RETURNED_H
#define SIDESCOPE_APP_TARGET_RETURNED_H

/*
 * A process that ended has often been started again by the time anybody looks:
 * the newest of the same program. Reads the list of processes: not for the UI
 * thread.
 */

#include "probes/platform.h"
#include "probes/target.h"

/* The newest process of the target's program, or of its name where that is not known, that began
 * after it; NULL when there is none. Free with process_entry_free. */
struct process_entry *returned_find(const struct target *target);

#endif
