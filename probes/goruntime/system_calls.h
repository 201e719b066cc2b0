#ifndef SIDESCOPE_PROBES_GORUNTIME_SYSTEM_CALLS_H
#define SIDESCOPE_PROBES_GORUNTIME_SYSTEM_CALLS_H

/*
 * The system call that a thread is in, with those of its arguments that say something
 * to a person: descriptors, paths, processes. One thread.
 */

#include "probes/goruntime/layout.h"
#include "probes/goruntime/memory.h"

/*
 * line: what /proc/PID/task/TID/syscall says (proc(5)). "read fd 8", "openat /etc/hosts",
 * "wait4 pid 4711"; NULL when it is in none. *ret_fd: its first descriptor, -1 none. memory
 * has the paths. g_free it; raw bytes.
 */
char *system_call_describe(const char *line, enum go_arch arch, struct memory *memory,
                           int64_t *ret_fd);

#endif
