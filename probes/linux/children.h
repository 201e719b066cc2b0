#ifndef SIDESCOPE_PROBES_LINUX_CHILDREN_H
#define SIDESCOPE_PROBES_LINUX_CHILDREN_H

/*
 * The processes a target has started and not yet collected, and terminal
 * clients left behind by an earlier one. Used by one thread at a time.
 */

#include "probes/linux/handle.h"

void children_clear(struct children *children);

/* Fills children, zombies, orphans and spawns of sample. previous (may be NULL): the last sample.
 */
void children_read(struct linux_platform *platform, struct threads_sample *sample,
                   const struct threads_sample *previous);

/* CPU since start and since the earlier reading (NAN without one), from a stat line. */
struct task_cpu {
    int64_t cpu_us;
    double percent;
};
struct task_cpu task_cpu_of(const struct procfs_stat *stat, int64_t earlier_us, gint64 elapsed_us);

#endif
