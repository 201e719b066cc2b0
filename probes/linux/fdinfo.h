#ifndef SIDESCOPE_PROBES_LINUX_FDINFO_H
#define SIDESCOPE_PROBES_LINUX_FDINFO_H

/* What /proc/PID/fdinfo/N says about a descriptor (os-reference 3.2). Pure text to values. */

#include "probes/linux/procfs.h"

struct fdinfo {
    int64_t offset, flags; /* SAMPLE_UNKNOWN when missing */
    uint64_t inode;        /* 0: kernel before 5.14 */
    int64_t watches;       /* lines "inotify wd:" */
};

void fdinfo_parse(const struct procfs_text *text, struct fdinfo *ret);
/* 'r' 'w' 'u' of O_* flags; ' ' for O_PATH, which can do neither, and for unknown. */
char fdinfo_access(int64_t flags);

#endif
