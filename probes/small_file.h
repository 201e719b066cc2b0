#ifndef SIDESCOPE_PROBES_SMALL_FILE_H
#define SIDESCOPE_PROBES_SMALL_FILE_H

/*
 * Files that somebody else wrote and that are small when they are what they
 * should be: anything else at their place (a pipe, a device, a giant) neither
 * holds us up nor is read. Any thread.
 */

#include <glib.h>

/*
 * All of a regular file of at most max bytes, with a '\0' behind; free with
 * g_free. NULL with a G_FILE_ERROR whose sentence has no path in it: "it is no
 * regular file" (G_FILE_ERROR_INVAL), "it is larger than 16 KiB"
 * (G_FILE_ERROR_FAILED), else the system's. ret_n may be NULL.
 */
char *small_file_read(const char *path, gsize max, gsize *ret_n, GError **error);

#endif
