#ifndef SIDESCOPE_PPROF_FILTER_H
#define SIDESCOPE_PPROF_FILTER_H

/*
 * The filters of go tool pprof (pprof-reference 2.12). Regular expressions match
 * function names, source files and the mapping's file, anywhere in them. Pure;
 * any thread.
 */

#include "pprof/profile.h"

/* NULL or "" leaves a filter out. Applied in the order of the tool. */
struct filter_options {
    const char *focus;      /* keep samples with a matching frame */
    const char *ignore;     /* drop samples with a matching frame; wins over focus */
    const char *hide;       /* take matching frames out of the stacks */
    const char *show;       /* keep only matching frames */
    const char *show_from;  /* drop what is rootward of the outermost match */
    const char *tag_focus;  /* "key=regex", "regex" on "key:value", or ranges "1kb:64kb" */
    const char *tag_ignore; /* the same, dropping */
    const char *tag_show;   /* keep only labels whose key matches */
    const char *tag_hide;   /* drop labels whose key matches */
    const char *prune_from; /* drop what is leafward of the innermost match */
    const char *tag_root;   /* keys, with commas: their values become callers of every root */
    const char *tag_leaf;   /* the same as callees of every leaf; both before all other filters */
    const char *tag_unit;   /* of numbers in them; NULL: each its own */
};

/* Options that were set but matched nothing: say so beside the answer. */
enum filter_unmatched {
    FILTER_UNMATCHED_FOCUS = 1 << 0,
    FILTER_UNMATCHED_IGNORE = 1 << 1,
    FILTER_UNMATCHED_HIDE = 1 << 2,
    FILTER_UNMATCHED_SHOW = 1 << 3,
    FILTER_UNMATCHED_SHOW_FROM = 1 << 4,
    FILTER_UNMATCHED_TAG_FOCUS = 1 << 5,
    FILTER_UNMATCHED_TAG_IGNORE = 1 << 6,
    FILTER_UNMATCHED_TAG_ROOT = 1 << 7,
    FILTER_UNMATCHED_TAG_LEAF = 1 << 8,
};

/* Whether all expressions are understood (tags: in the units of profile); else error as below. */
bool filter_check(const struct profile *profile, const struct filter_options *options,
                  GError **error);

/*
 * A profile with one reference: the filtered one, or the same when nothing is
 * to be filtered. ret_unmatched (may be NULL) gets filter_unmatched bits. NULL
 * with error (PROFILE_ERROR_INVALID) when an expression is not understood.
 */
struct profile *filter_apply(const struct profile *profile, const struct filter_options *options,
                             unsigned *ret_unmatched, GError **error);

#endif
