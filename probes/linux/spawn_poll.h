#ifndef SIDESCOPE_PROBES_LINUX_SPAWN_POLL_H
#define SIDESCOPE_PROBES_LINUX_SPAWN_POLL_H

/*
 * The processes the target starts, as far as looking often can tell: for where
 * the kernel reports none (spawns.h), which is every container. A thread of its
 * own reads the lists of children every few milliseconds, at no more than a
 * hundredth of a core; what lives shorter than that is missed, so the counts
 * are at least so many.
 */

#include "probes/samples.h"

struct spawn_poll;

/*
 * Looks at the process whose directory in procfs pid_dir is (kept open by a
 * copy). What it has as children already is no start. NULL when no thread can
 * be had.
 */
struct spawn_poll *spawn_poll_start(int pid_dir);
/* Ends and joins the thread. NULL accepted. */
void spawn_poll_stop(struct spawn_poll *poll);
/* Fills the fields of spawns but spawns_exact and spawns_why. Any one thread. */
void spawn_poll_fill(struct spawn_poll *poll, struct threads_sample *sample);

#endif
