#ifndef SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_LINES_H
#define SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_LINES_H

/*
 * The source of one function for a screen: the lines that pprof/source_listing.h
 * lists, from the file app/profiles/source_files.h finds. Waits for files: not for the
 * UI thread.
 */

#include "pprof/top.h"

struct profile_lines {
    char *path;       /* of the source that is shown; NULL: none is */
    char *missing;    /* why there is no text, in a sentence; NULL when there is */
    int64_t first;    /* number of lines[0] */
    GPtrArray *lines; /* char *: raw bytes without tabs */
};

/* function: its whole name. Never NULL. */
struct profile_lines *profile_lines_read(const struct profile *profile,
                                         const struct top_options *options, const char *function);
void profile_lines_free(struct profile_lines *lines);

#endif
