#ifndef SIDESCOPE_APP_GROUND_DIRECTORY_LISTING_H
#define SIDESCOPE_APP_GROUND_DIRECTORY_LISTING_H

/* What is in a directory, as the target sees it. Waits for files: for jobs. */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { DIRECTORY_MAX_ENTRIES = 20000 };

struct directory_entry {
    char *name;    /* raw bytes */
    char mode[11]; /* "drwxr-xr-x" */
    bool is_directory;
    int64_t size, modified_s;
};

struct directory_listing {
    GArray *entries; /* struct directory_entry, newest first */
    char *path;      /* that was read */
    char *error;     /* or NULL */
    bool truncated;
};

/* Where to find the target's path: below its root directory on systems with /proc. Free with
 * g_free. */
char *directory_listing_path(const char *proc_root, pid_t pid, const char *path);

/* Never NULL. */
struct directory_listing *directory_listing_read(const char *path, const int *cancelled);
void directory_listing_free(struct directory_listing *listing);

#endif
