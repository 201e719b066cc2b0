#ifndef SIDESCOPE_APP_TARGET_INSTANCE_H
#define SIDESCOPE_APP_TARGET_INSTANCE_H

/*
 * What a sidecar says of itself in its state directory: instances/PID.json,
 * since version 1.0, rewritten when another project is opened. Such files are
 * left behind when it is killed, so one that was written before the process
 * began is of another. Read where the target has it: by its own XDG_STATE_HOME
 * and HOME, through its root directory, by the number it has in its own pid
 * namespace. Reads small files: off the main loop where that matters.
 */

#include "probes/target.h"

/*
 * Name of the project it is in (raw bytes): as it says, else the last part of
 * its working directory. NULL when it is no sidecar or nothing is known. Free
 * with g_free.
 */
char *instance_project(const struct target *target);
/* As it says itself, and the wall clock's time at which it opened that. False when it is no
 * sidecar or says nothing; *ret_project may be NULL all the same. For struct target's
 * project_now. */
bool instance_project_now(const struct target *target, char **ret_project, gint64 *ret_opened_us);
/* The same of one that is only listed. */
char *instance_project_of(const struct platform_options *options,
                          const struct process_entry *process);

#endif
