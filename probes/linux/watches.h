#ifndef SIDESCOPE_PROBES_LINUX_WATCHES_H
#define SIDESCOPE_PROBES_LINUX_WATCHES_H

/* Finds the paths of watched inodes below directories of the target. Waits for files. */

#include "probes/fd_detail.h"

struct watch_search {
    int pid_dir;
    GArray *watches; /* struct fd_watch, filled in */
    const int *cancelled;
    bool cut; /* set when a limit was met */
};

/* The directory itself and what is directly in it. path as the target sees it. */
void watch_search_in(struct watch_search *search, const char *path);
/* All below it, nearest first, up to the limits. */
void watch_search_below(struct watch_search *search, const char *path);
size_t watch_search_missing(const struct watch_search *search);

#endif
