#ifndef SIDESCOPE_PROBES_LINUX_DEATH_H
#define SIDESCOPE_PROBES_LINUX_DEATH_H

/*
 * How the target ended, as far as the kernel still tells: what it returned or
 * which signal ended it, while its parent has not collected it, and how many
 * processes were killed for want of memory meanwhile. For the handle that reads
 * the process; used by one thread at a time.
 */

#include "probes/linux/handle.h"

/* While it lives: finds who counts the kills, and how many there were before. Once. */
void death_expect(struct linux_platform *platform);
/* When it has ended; the text of its stat file may be gone already. */
void death_read(struct linux_platform *platform, struct process_sample *sample);

#endif
