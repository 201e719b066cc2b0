#ifndef SIDESCOPE_APP_RECORDING_PAST_H
#define SIDESCOPE_APP_RECORDING_PAST_H

/* What a recording knows of a process that is watched again. Waits for the disk; any thread. */

#include "app/session/session.h"

/*
 * The last moment of the same process in the recording, in times of this
 * machine's monotonic clock, for session_options.past. axis_us is the time of the
 * recording at monotonic_us (recorder_axis_us). False: there is none, or with
 * error the file could not be read. ret_from_us (may be NULL): since when it was
 * watched.
 */
bool past_load(const char *path, const struct target *target, gint64 axis_us, gint64 monotonic_us,
               struct session_moment *ret, gint64 *ret_from_us, GError **error);

#endif
