#ifndef SIDESCOPE_APP_GROUND_SHARED_H
#define SIDESCOPE_APP_GROUND_SHARED_H

/*
 * What a screen and the job it started both own, until the later of them lets go: a
 * block that counts its owners. As GLib's g_atomic_rc_box, whose counting no sanitizer
 * sees: TSan takes the last owner's free for a race with what the other read before.
 * Any thread.
 */

#include <stddef.h>

/* n bytes of zeros with one owner; clear (or NULL) empties it before it is freed. */
void *shared_new(size_t n, void (*clear)(void *shared));
/* Gives it back, with one owner more. */
void *shared_ref(void *shared);
/* NULL does nothing. */
void shared_unref(void *shared);

#endif
