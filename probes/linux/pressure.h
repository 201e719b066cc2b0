#ifndef SIDESCOPE_PROBES_LINUX_PRESSURE_H
#define SIDESCOPE_PROBES_LINUX_PRESSURE_H

/*
 * How much memory there still is for the target: what the machine has left,
 * the tightest memory limit of its control groups (version 2 and 1), and how
 * long tasks stall for want of memory (os-reference 7). Nothing of it needs a
 * right; what is not there stays unknown.
 */

#include "probes/linux/handle.h"

/* Where the control groups are; in a recorded tree they lie beside its processes. New string. */
char *pressure_cgroup_root(const struct linux_platform *platform);
/* The number behind a word at the beginning of a line; SAMPLE_UNKNOWN when there is none. */
int64_t pressure_count_after(const struct procfs_text *text, const char *word);
/* Strings go into sample's arena. */
void pressure_read(struct linux_platform *platform, struct memory_sample *sample);

#endif
