#ifndef SIDESCOPE_PPROF_DIFF_H
#define SIDESCOPE_PPROF_DIFF_H

/*
 * What changed between two snapshots, node by node. Nodes are compared by their
 * printed name, so a rebuilt program or a moved address does not matter at
 * function granularity (pprof-reference 2.10). Pure; any thread.
 */

#include "pprof/top.h"

struct diff_options {
    const char *sample_type; /* NULL: the later profile's default */
    enum top_granularity granularity;
    bool no_inlines;
    bool sort_cum;                        /* by growth of cum; false: of flat */
    const struct filter_options *filters; /* of both; NULL: none */
};

struct diff_row {
    const char *name, *function, *file; /* raw bytes, live as long as the report */
    int64_t line;                       /* 0 unless granularity is lines or addresses */
    int64_t before_flat, before_cum;    /* 0 where the node is new */
    int64_t after_flat, after_cum;      /* 0 where it is gone */
};

struct diff_report {
    struct diff_row *rows; /* largest |growth| first, then by name; equal ones are left out */
    size_t n_rows;
    int64_t before_total, after_total;
    const char *type, *unit;  /* the later profile's */
    bool other_program;       /* the programs have different build ids or files */
    struct diff_store *store; /* private */
};

/* The report keeps what it needs of both profiles alive. NULL with error (PROFILE_ERROR). */
struct diff_report *diff_build(const struct profile *before, const struct profile *after,
                               const struct diff_options *options, GError **error);
void diff_report_free(struct diff_report *report);
typedef struct diff_report diff_report_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(diff_report_auto, diff_report_free)

#endif
