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

#endif
