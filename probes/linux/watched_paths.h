#ifndef SIDESCOPE_PROBES_LINUX_WATCHED_PATHS_H
#define SIDESCOPE_PROBES_LINUX_WATCHED_PATHS_H

/*
 * Which paths the target's inotify descriptors watch, and how often each: a
 * watcher that is not closed shows as the same path again and again. Paths are
 * looked for once (watches.h) and remembered by inode. Used by the thread that
 * takes the census.
 */

#include "probes/linux/handle.h"

/* NULL accepted. */
void watched_paths_free(struct watched_paths *watched);
/* Fills watched, n_watched and watched_unnamed; fds are those of the census at hand. */
void watched_paths_fill(struct linux_platform *platform, struct files_sample *sample,
                        const struct fd_entry *fds, size_t n);

#endif
