#ifndef SIDESCOPE_APP_MONITOR_INSTANCE_H
#define SIDESCOPE_APP_MONITOR_INSTANCE_H

/*
 * What a sidecar says of itself in its state directory: instances/PID.json,
 * since version 1.0. Such files are left behind when it is killed, so one that
 * was written before the process began is of another. Reads a small file: off
 * the main loop where that matters.
 */

#include "probes/target.h"

/* Name of the project it is in (raw bytes), NULL when none is known. Free with g_free. */
char *instance_project(const struct target *target);

#endif
