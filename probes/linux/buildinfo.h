#ifndef SIDESCOPE_PROBES_LINUX_BUILDINFO_H
#define SIDESCOPE_PROBES_LINUX_BUILDINFO_H

/*
 * Which Go built the program of a process. Answers are kept by (device, inode,
 * size, mtime), because a program file is asked for again with every look at the
 * process list. Any thread.
 */

#include "probes/goruntime/buildinfo.h"

/* "go1.26.8" of the program behind <pid_dir_fd>/exe, "" for an unnamed version, NULL: not Go. */
char *buildinfo_version(int pid_dir_fd);

#endif
