#ifndef SIDESCOPE_APP_SOURCE_FILES_H
#define SIDESCOPE_APP_SOURCE_FILES_H

/*
 * Finds the source files a profile names, as go tool pprof does: an absolute
 * name as it is, others below each directory of source_path and below all its
 * parents, after trim_path was taken off. Where that fails, and beyond the
 * tool, what a build with -trimpath leaves of a name is looked for in GOROOT
 * and in the module cache. Reads from disk: only for a job's thread, never the
 * UI's. One thread at a time.
 */

#include "pprof/listing.h"

/* A larger source is refused: it is no source. */
enum { SOURCE_FILES_MAX_BYTES = 16 * 1024 * 1024 };

/* Lists have colons between; borrowed, NULL for none. */
struct source_files {
    const char *source_path; /* NULL or "": the working directory */
    const char *trim_path;
    const char *goroot;       /* directory with src/ below; NULL: nothing is looked for there */
    const char *module_cache; /* the same, with example.com/m@v1.0.0/ below */
};

/* GOROOT, GOMODCACHE, GOPATH of the environment, else the usual places. Free both. */
char *source_files_goroot(void);
char *source_files_module_cache(void);

/* The text of a file; NULL with error (G_FILE_ERROR), a sentence as the tool words it. */
GBytes *source_files_read(const struct source_files *files, const char *name, GError **error);

/* For listing_build(): files must outlive it. */
struct listing_sources source_files_for_listing(const struct source_files *files);

#endif
