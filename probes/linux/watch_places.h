#ifndef SIDESCOPE_PROBES_LINUX_WATCH_PLACES_H
#define SIDESCOPE_PROBES_LINUX_WATCH_PLACES_H

/*
 * Where a target's watches are likely to be: what it is started in, the
 * projects of sidecar's configuration, its state, and where the adapters keep
 * sessions (sidecar-facts 3). Reads small files of the target.
 */

#include <glib.h>

/* Directories as the target sees them, the likeliest first: char *, owned. */
GPtrArray *watch_places(int pid_dir);

#endif
