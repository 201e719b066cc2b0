#ifndef SIDESCOPE_APP_PROFILES_PROFILE_FILE_H
#define SIDESCOPE_APP_PROFILES_PROFILE_FILE_H

/*
 * The bytes of a profile on disk or in a pipe, with the cap of pprof/limits.h.
 * Waits for whoever writes the pipe: not for the UI thread. Any other thread.
 */

#include <glib.h>

/* path NULL: standard input. cancelled: as in profile_waiting, may be NULL. Free with
 * g_bytes_unref; NULL with error (PROFILE_SOURCE_ERROR). */
GBytes *profile_file_read(const char *path, const int *cancelled, GError **error);

#endif
