#ifndef SIDESCOPE_PROBES_LINUX_WATCHES_H
#define SIDESCOPE_PROBES_LINUX_WATCHES_H

/* Finds the paths of watched inodes below directories of the target. Waits for files. */

#include "probes/fd_detail.h"

struct watch_search {
    int pid_dir;
    GArray *watches; /* struct fd_watch, filled in */
    const int *cancelled;
    gint64 end_us; /* monotonic: when to give up; 0: watch_search_all chooses */
    bool cut;      /* set when a limit was met */
};

/* Of a line of fdinfo, "inotify wd:…"; without a path. Its handle is the caller's to free. */
bool watch_parse(const char *line, size_t n, struct fd_watch *ret);
/* " ino:af3 …" anywhere in a line. */
bool watch_find_hex(const char *line, size_t n, const char *name, uint64_t *ret);

/*
 * All ways, the surest first: the kernel's handles, for which it takes
 * CAP_DAC_READ_SEARCH; then directories, those given (NULL-terminated, or
 * NULL), the working directory, and where sidecar and its adapters keep what
 * they watch.
 */
void watch_search_all(struct watch_search *search, const char *const *directories);
size_t watch_search_missing(const struct watch_search *search);

#endif
