#ifndef SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_CODE_H
#define SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_CODE_H

/*
 * Lines of a source file as a profile names it, found on this machine: as it
 * is, in Go's own sources, among the modules Go has downloaded, below the
 * working directory or one above it. Waits for files: not for the UI thread.
 */

#include <glib.h>
#include <stdint.h>

struct profile_code {
    char *path;       /* where it was found; NULL: nowhere */
    char *missing;    /* where it was looked for, in a sentence; NULL when found */
    int64_t first;    /* number of lines[0] */
    GPtrArray *lines; /* char *: raw bytes without tabs */
};

/* Lines [from, to] of file, as far as it has them. Never NULL. */
struct profile_code *profile_code_read(const char *file, int64_t from, int64_t to);
void profile_code_free(struct profile_code *code);

#endif
