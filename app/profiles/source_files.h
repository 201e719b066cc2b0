#ifndef SIDESCOPE_APP_PROFILES_SOURCE_FILES_H
#define SIDESCOPE_APP_PROFILES_SOURCE_FILES_H

/*
 * Finds the source files a profile or a stack names, as go tool pprof does: an
 * absolute name as it is, others below each directory of source_path and below
 * all its parents, after trim_path was taken off. Where that fails, and beyond
 * the tool, what a build with -trimpath leaves of a name is looked for in GOROOT
 * and in the module cache. Reads from disk: only for a job's thread, never the
 * UI's. One thread at a time.
 */

#include "pprof/source_listing.h"

/* A larger source is refused: it is no source. */
enum { SOURCE_FILES_MAX_BYTES = 16 * 1024 * 1024 };

/* Lists have colons between; borrowed, NULL for none. */
struct source_files {
    const char *source_path; /* NULL or "": the working directory */
    const char *trim_path;
    const char *goroot;       /* directory with src/ below; NULL: nothing is looked for there */
    const char *module_cache; /* the same, with example.com/m@v1.0.0/ below */
    /*
     * For somebody who looks at a screen rather than for the tool's answer: also
     * the ends of a name, two elements at least, below the same directories, since
     * a module's name need not be its folder's; an absolute name first as it is;
     * regular files only; errors say where it was looked for.
     */
    bool searches_more;
    /*
     * Only what can be a source is read: a regular file with an ending of Go, C or
     * assembly. A profile from elsewhere could name any file.
     */
    bool sources_only;
    /* And only below a root: source_path where it was given, else the module or repository around
     * the working directory, home, goroot and module_cache. */
    bool below_roots;
};

/* GOROOT, GOMODCACHE, GOPATH of the environment, the tree of the go on PATH, else the usual
 * places. Free both. */
char *source_files_goroot(void);
char *source_files_module_cache(void);

/* Where a file is, to be opened: it was, just now. Free with g_free; errors as below. */
char *source_files_find(const struct source_files *files, const char *name, GError **error);
/* The text of a file; NULL with error (G_FILE_ERROR), a sentence as the tool words it. ret_path
 * (may be NULL) gets where it was; free with g_free. */
GBytes *source_files_read_at(const struct source_files *files, const char *name, char **ret_path,
                             GError **error);
GBytes *source_files_read(const struct source_files *files, const char *name, GError **error);

/* For source_listing_build(): files must outlive it. */
struct source_listing_sources source_files_for_listing(const struct source_files *files);

#endif
