#ifndef SIDESCOPE_PPROF_SOURCE_LISTING_H
#define SIDESCOPE_PPROF_SOURCE_LISTING_H

/*
 * go tool pprof -list as data: the functions whose name matches, file by file,
 * with the text of their lines and what each line costs (pprof-reference
 * 2.13). Nothing is read here: the caller hands a function that gives the text
 * of a source file. It may wait for a disk, so building belongs on a job's
 * thread. Names and texts are raw bytes.
 */

#include "pprof/top.h"

struct source_listing_sources {
    /*
     * The whole text of a source file, named as the profile names it. NULL with
     * error when there is none: its sentence is shown instead of the lines.
     */
    GBytes *(*read)(void *user, const char *file, GError **error);
    void *user;
    /* A text in which the function does not begin where it did is of another version, and not
     * shown (source_listing_check.h). false: as the tool, which shows it. */
    bool checked;
};

struct source_listing_cost {
    int64_t line; /* as the profile has it: 0 when unknown */
    int64_t flat, cum;
};

struct source_listing_line {
    int64_t line;      /* from 1 */
    int64_t flat, cum; /* 0 where nothing was sampled */
    const char *text;  /* n bytes without the line end; no NUL behind them */
    size_t n;
};

/* One function in one file. */
struct source_listing_routine {
    const char *function, *file; /* file "": unknown, then there are no lines */
    int64_t flat, cum;   /* sums over lines; a sample with two of them counts twice in cum */
    int64_t first, last; /* lines to show: a margin around what was sampled */
    struct source_listing_cost *costs; /* by line; there also without a source */
    size_t n_costs;
    const char *error;                 /* why there is no text; NULL: there is */
    struct source_listing_line *lines; /* first..last as far as the file goes */
    size_t n_lines;
};

struct source_listing {
    struct source_listing_routine *routines; /* by function, then by file */
    size_t n_routines;
    int64_t total; /* of the absolute values, before filters */
    const char *type, *unit;
    unsigned unmatched;                 /* filter_unmatched */
    struct source_listing_store *store; /* private */
};

/*
 * pattern: regular expression, anywhere in the function's name. Granularity and
 * trimming of options do not count. sources NULL: costs only. The listing keeps
 * what it needs of the profile alive. NULL with error (PROFILE_ERROR) when
 * nothing matches and for what top_build() refuses.
 */
struct source_listing *source_listing_build(const struct profile *profile,
                                            const struct top_options *options, const char *pattern,
                                            const struct source_listing_sources *sources,
                                            GError **error);
void source_listing_free(struct source_listing *listing);
typedef struct source_listing source_listing_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(source_listing_auto, source_listing_free)

/*
 * A file's name without what the tool takes off its front: one of the
 * prefixes in trim_path, or without trim_path everything up to a directory
 * that is called like one of source_path. Both are lists with colons between,
 * NULL for none. Returns a part of file.
 */
const char *source_listing_trim_path(const char *file, const char *trim_path,
                                     const char *source_path);

#endif
