#ifndef SIDESCOPE_APP_MONITOR_LOG_NAME_H
#define SIDESCOPE_APP_MONITOR_LOG_NAME_H

/* Names of the logs of the monitor. Main thread. */

#include "probes/target.h"

/* "mem-20261128-231144.log" of this moment in the working directory, made here and now and empty;
 * with a number where that was taken. NULL with error. Free with g_free. */
char *log_name_default(GError **error);
/* The same with no file made: what names of several processes are built from. */
char *log_name_stem(void);
/* "mem-sidecar-4711.log" of "mem.log" for one process of several. Free with g_free. */
char *log_name_of(const char *path, const struct target *target);

#endif
