#ifndef SIDESCOPE_PPROF_NEIGHBOURS_H
#define SIDESCOPE_PPROF_NEIGHBOURS_H

/*
 * What -tree and -peek print as data: many nodes at once, each with callers and
 * callees. For one node there is top_peek_build. Pure; any thread.
 */

#include "pprof/top.h"

struct neighbours_node {
    struct top_row row;
    struct top_edge *callers, *callees; /* heaviest first */
    size_t n_callers, n_callees;
};

struct neighbours {
    struct neighbours_node *nodes;
    size_t n_nodes;
    int64_t total;
    const char *type, *unit;
    unsigned unmatched;             /* filter_unmatched */
    struct neighbours_store *store; /* private */
};

/*
 * pattern: regular expression over printed names, then nothing is trimmed; NULL:
 * all nodes that options leave. NULL with error (PROFILE_ERROR), also when
 * pattern matches nothing. Keeps what it needs of the profiles alive.
 */
struct neighbours *neighbours_build(const struct profile *profile,
                                    const struct top_options *options, const char *pattern,
                                    GError **error);
void neighbours_free(struct neighbours *neighbours);
typedef struct neighbours neighbours_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(neighbours_auto, neighbours_free)

#endif
