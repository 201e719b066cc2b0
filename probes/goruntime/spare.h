#ifndef SIDESCOPE_PROBES_GORUNTIME_SPARE_H
#define SIDESCOPE_PROBES_GORUNTIME_SPARE_H

#include <stdint.h>

/*
 * Bytes of memory that this process may still take before somebody has to give some back or is
 * killed for it: what the machine has available, and no more than is left to each control group
 * that this process is in. Who looks through a leaking process's heap has a copy of it, often on
 * the machine that the leak has filled.
 *
 * MemAvailable of /proc/meminfo, proc_meminfo(5); memory.max, memory.current and inactive_file of
 * memory.stat of version 2 (Documentation/admin-guide/cgroup-v2.rst) from the group of
 * /proc/self/cgroup up. Groups of version 1 are not looked at. root: "" for the system's files, or
 * a folder that has proc and sys. UINT64_MAX where nothing of it can be read. Any thread; reads
 * some small files.
 */
uint64_t spare_memory(const char *root);

#endif
