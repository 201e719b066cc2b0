#ifndef SIDESCOPE_PROBES_BELL_H
#define SIDESCOPE_PROBES_BELL_H

/*
 * A descriptor that says "look again": readable after it was rung, until it is
 * cleared. Rings merge, so nothing travels in their number; data waits in a
 * mailbox. An eventfd where there is one, else a pipe. Ringing is allowed from
 * any thread, the rest belongs to the thread that owns the bell.
 */

struct bell;

/* Never NULL. Where no descriptor is left it is a bell without one: ringing does nothing, and who
 * waits has to look every BELL_LOOK_MS. */
enum { BELL_LOOK_MS = 100 };
struct bell *bell_new(void);
/* NULL accepted. Nobody may ring any more. */
void bell_free(struct bell *bell);
/* The descriptor to poll for input; -1: none. */
int bell_fd(const struct bell *bell);
/* The descriptor that rings it, for probe_options.bell_fd and bell_ring_fd. */
int bell_ring_end(const struct bell *bell);
/* Any thread. */
void bell_ring(struct bell *bell);
/* Silences it: clear first, then look at the mailboxes. */
void bell_clear(struct bell *bell);

/* Rings whatever bell, eventfd or non-blocking pipe is behind fd; -1: nothing. Any thread. */
void bell_ring_fd(int fd);

#endif
