#ifndef SIDESCOPE_PPROF_PATH_H
#define SIDESCOPE_PPROF_PATH_H

/* Paths as text; nothing is looked up. Private to pprof/; pure. */

#include <glib.h>

/* The shortest equal path: no doubled slashes, no ".", ".." resolved where possible. */
void path_clean(const char *path, GString *out);
/* The last element; slashes at the end do not count. "." for "", "/" for "/". */
char *path_base(const char *path);

#endif
