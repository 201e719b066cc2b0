#ifndef SIDESCOPE_PROBES_LINUX_LINKS_H
#define SIDESCOPE_PROBES_LINUX_LINKS_H

/*
 * Reading many links of one fd/ directory on a second thread. Nearly all the
 * time of a large census is the kernel's, and it serves two readers at once
 * without their waiting for each other: 20 000 links take half as long. The
 * thread lives for one census; its results are taken after it has ended, so
 * nothing is shared while it runs.
 */

#include "probes/linux/procfs.h"

struct links;

/*
 * The kernel prints no path of 4096 bytes or more (ENAMETOOLONG). What stands
 * for it is no identity: very different files have the same.
 */
void link_set_too_long(struct procfs_text *link);
bool link_is_too_long(const struct procfs_text *link);

/*
 * Starts reading the links named by numbers[first ..] (of int; must stay as
 * they are until links_free). NULL when no thread is to be had: read them
 * yourself.
 */
struct links *links_start(int fd_dir, const GArray *numbers, guint first);
/* The link of numbers[index], index >= first: 0 or errno. Waits for the thread. */
int links_take(struct links *links, guint index, struct procfs_text *ret);
/* NULL accepted; waits for the thread. */
void links_free(struct links *links);

#endif
