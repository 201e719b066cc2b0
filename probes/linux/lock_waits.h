#ifndef SIDESCOPE_PROBES_LINUX_LOCK_WAITS_H
#define SIDESCOPE_PROBES_LINUX_LOCK_WAITS_H

/*
 * A thread of the target that sleeps in flock(2) or fcntl(2), and who has the
 * lock: /proc/locks lists those that wait behind the lock they wait for
 * (proc_locks(5)). Locks of an open file (OFD) name no process there, so that
 * such waits are not found.
 */

#include "probes/linux/handle.h"

/* Fills lock_waits and what follows it. fds: of the sample, n of them; previous may be NULL. */
void lock_waits_fill(struct linux_platform *platform, struct files_sample *sample,
                     const struct fd_entry *fds, size_t n, const struct files_sample *previous);

#endif
