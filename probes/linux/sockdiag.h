#ifndef SIDESCOPE_PROBES_LINUX_SOCKDIAG_H
#define SIDESCOPE_PROBES_LINUX_SOCKDIAG_H

/*
 * The TCP sockets of our own network asked from the kernel by sock_diag(7).
 * Printing net/tcp makes the kernel walk its whole hash of connections, which
 * takes milliseconds on a machine with much memory even when it is empty; this
 * takes a tenth of one. No rights needed. Blocks for the answer only.
 */

#include "probes/linux/sockets.h"

/*
 * Calls row for every TCP socket in one of states (a mask, bit n is state n)
 * until it returns false. False when the kernel does not offer it: read the
 * tables instead.
 */
bool sockdiag_each(bool ipv6, uint32_t states, inet_row_fn row, void *user);

#endif
