#ifndef SIDESCOPE_PROBES_LINUX_LOCKS_H
#define SIDESCOPE_PROBES_LINUX_LOCKS_H

/* One line of /proc/locks, or of the "lock:" lines of an fdinfo (proc_locks(5)). Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum lock_class { LOCK_POSIX, LOCK_FLOCK, LOCK_OFD, LOCK_OTHER };

struct lock_line {
    enum lock_class cls;
    bool write, waiting;
    pid_t pid; /* 0: in another pid name space; -1: of an open file, not of a process */
    unsigned major, minor;
    uint64_t inode;
    uint64_t first, last; /* bytes, both included; last is UINT64_MAX up to the end */
};

/* False when it is no such line. */
bool lock_line_parse(const char *line, size_t n, struct lock_line *ret);

#endif
