#ifndef SIDESCOPE_PROBES_MAILBOX_H
#define SIDESCOPE_PROBES_MAILBOX_H

/*
 * The one place where data crosses threads: a mutex around a pointer. Holds
 * one item; a newer one replaces it, so a slow reader costs memory for one
 * sample and never sees an old one. A bell tells the reader to look.
 */

#include <glib.h>

struct mailbox;

/* release frees items that nobody took; bell_fd as in bell_ring_fd, -1: none. */
struct mailbox *mailbox_new(GDestroyNotify release, int bell_fd);
/* NULL accepted. Frees an item that was not taken. */
void mailbox_free(struct mailbox *mailbox);
/* Gives item (not NULL) and rings. Any thread. */
void mailbox_put(struct mailbox *mailbox, gpointer item);
/* The item, now the caller's; NULL when there is none. Any thread. */
gpointer mailbox_take(struct mailbox *mailbox);

#endif
