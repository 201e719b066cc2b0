#ifndef SIDESCOPE_PROBES_LINUX_SPAWNS_H
#define SIDESCOPE_PROBES_LINUX_SPAWNS_H

/*
 * Every process the target starts, as the kernel's process event connector
 * reports it (netlink, linux/cn_proc.h): a git that lives for five milliseconds
 * is seen by nothing that polls. A thread of its own listens, since the command
 * line must be read while the command still runs. Open to everybody from Linux
 * 6.6 on, before with CAP_NET_ADMIN; only in the first pid namespace.
 */

#include "probes/samples.h"

struct spawns;

/*
 * Why there are no events to listen for, a sentence without its end (static);
 * NULL when there may be. In a container the kernel stays silent, or what
 * another listener asked it for is heard, with the numbers that processes have
 * elsewhere: only in the first pid namespace are they those of /proc.
 */
const char *spawns_why_not(void);

/* Listens for starts by pid (of the system's own /proc). NULL when events cannot be had. */
struct spawns *spawns_start(pid_t pid);
/* Ends and joins the thread. NULL accepted. */
void spawns_stop(struct spawns *spawns);

/* True once the kernel has said that it reports, which takes it a moment. Any thread. */
bool spawns_agreed(struct spawns *spawns);
/*
 * Fills the fields of spawns; spawns_exact only when the kernel has agreed and
 * no event was lost since the last call. Any one thread.
 */
void spawns_fill(struct spawns *spawns, struct threads_sample *sample);

#endif
