#ifndef SIDESCOPE_PROBES_LINUX_BUILDINFO_H
#define SIDESCOPE_PROBES_LINUX_BUILDINFO_H

/*
 * Which Go built a program: the .go.buildinfo section of its file (os-reference
 * 2.5). Answers are kept by (device, inode, size, mtime), because a program
 * file is asked for again with every look at the process list. Any thread.
 */

#include <stddef.h>

/* "go1.26.8" of the program behind <pid_dir_fd>/exe, "" for an unnamed version, NULL: not Go. */
char *buildinfo_version(int pid_dir_fd);
/* The same for an open file, not cached. */
char *buildinfo_read(int fd);
/* 26 for "go1.26.8" and "devel go1.26-…"; 0 when it cannot be told. */
int buildinfo_minor(const char *version);

#endif
