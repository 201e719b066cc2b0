#ifndef SIDESCOPE_PROBES_LINUX_FD_LIST_H
#define SIDESCOPE_PROBES_LINUX_FD_LIST_H

/* The numbers below an open fd/ directory. Any thread. */

#include <glib.h>
#include <stdint.h>

/*
 * Fills numbers (of int, in rising order, at most PROBES_MAX_FDS; NULL: only
 * counts). Returns how many there are, or -errno.
 */
int64_t fd_list_read(int fd_dir, GArray *numbers);

struct files_sample;
struct linux_platform;

/* Fills the soft limit of the process and the inotify limits of its user. */
void fd_limits_read(struct linux_platform *platform, struct files_sample *sample);

#endif
