#ifndef SIDESCOPE_APP_GROUND_BELL_WATCH_H
#define SIDESCOPE_APP_GROUND_BELL_WATCH_H

/*
 * A bell (probes/bell.h) on the default main context. One that has no
 * descriptor is looked at every BELL_LOOK_MS instead, so that being short of
 * descriptors makes things slower, and no more than that. Main loop's thread.
 */

#include "probes/bell.h"

#include <glib-unix.h>

/* rung is called until it returns G_SOURCE_REMOVE, also when nothing has happened yet; its fd is -1
 * where there is none. Returns the source's id. */
guint bell_watch(const struct bell *bell, GUnixFDSourceFunc rung, void *user);

#endif
