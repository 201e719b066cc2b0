#ifndef SIDESCOPE_PROBES_LINUX_DATABASES_H
#define SIDESCOPE_PROBES_LINUX_DATABASES_H

/*
 * Databases, their locks and users, and the far ends of pipes, for a census
 * that has just been taken. What must be remembered from one census to the
 * next lives in the handle. Same thread as the census.
 */

#include "probes/linux/handle.h"

struct lock_watch;

struct lock_watch *lock_watch_new(void);
void lock_watch_free(struct lock_watch *watch);

/*
 * Fills databases, locks_why, others_us, others_denied and the peers of fds
 * (which are still the caller's to change). previous may be NULL.
 */
void databases_read(struct linux_platform *platform, struct files_sample *sample,
                    struct fd_entry *fds, const struct files_sample *previous);

#endif
