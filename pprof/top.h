#ifndef SIDESCOPE_PPROF_TOP_H
#define SIDESCOPE_PPROF_TOP_H

/*
 * go tool pprof -top as data: flat and cum per node, trimmed and sorted by the
 * rules of pprof-reference sections 2.4 to 2.8. And the neighbours of one node
 * (peek): callers and callees with edge weights. Pure; any thread.
 */

#include "pprof/filter.h"

enum top_granularity {
    TOP_FUNCTIONS,
    TOP_FILEFUNCTIONS,
    TOP_FILES,
    TOP_LINES,
    TOP_ADDRESSES,
};

enum top_inline { TOP_INLINE_NONE, TOP_INLINE_PARTIAL, TOP_INLINE_FULL };

struct top_options {
    int sample_index; /* -1: the profile's default */
    enum top_granularity granularity;
    bool sort_cum; /* false: by flat */
    bool no_inlines;
    bool show_columns;    /* where there are lines, their columns as well */
    size_t node_count;    /* 0: no limit */
    double node_fraction; /* go tool pprof's default is 0.005; 0: keep all */
    double edge_fraction; /* the tool's default is 0.001; edges under it set no inline mark */
    bool drop_negative;
    const struct filter_options *filters; /* NULL: none */
    unsigned *unmatched;                  /* gets filter_unmatched bits; NULL: not wanted */
    bool relative_percentages;            /* total of what the filters leave */
    const struct profile *base;           /* subtracted before anything else, or NULL */
    const char *trim_path, *source_path;  /* taken off files' names (listing.h); NULL: none */
    bool normalize;                       /* scale to the base's sums before subtracting it */
    bool mean;      /* divide by the first sample type: time per contention, bytes per object */
    bool diff_base; /* totals and percentages relative to the base */
};

/* What go tool pprof -top does without further words. Starting point for initialising. */
struct top_options top_options_of_tool(void);

struct top_row {
    const char *name;     /* printed name, raw bytes, lives as long as the report */
    const char *function; /* function name alone ("" for an address without one) */
    const char *file;     /* "" when unknown */
    int64_t line;         /* 0 unless granularity is lines or addresses */
    int64_t flat, cum;
    enum top_inline inlined;
};

struct top_report {
    struct top_row *rows;
    size_t n_rows;
    int64_t total;  /* of the absolute values, before filters */
    int64_t shown;  /* sum of flat over rows */
    size_t n_nodes; /* after trimming by fraction, before node_count */
    size_t n_dropped;
    int64_t cutoff; /* value under which nodes were dropped */
    const char *type, *unit;
    unsigned unmatched; /* filter_unmatched: filters that found nothing */
    /* private */
    struct top_store *store;
};

/* One end of an edge as seen from a node. */
struct top_edge {
    const char *name;
    int64_t weight;
    bool inlined;
};

struct top_peek {
    const char *name;
    int64_t flat, cum, total;
    const char *unit;
    struct top_edge *callers, *callees; /* heaviest first */
    size_t n_callers, n_callees;
    struct top_store *store; /* private */
};

/*
 * Builds the report, which keeps what it needs of the profiles alive. NULL with
 * error set on a bad index, a base that cannot be compared, or a bad filter.
 */
struct top_report *top_build(const struct profile *profile, const struct top_options *options,
                             GError **error);
void top_report_free(struct top_report *report);
typedef struct top_report top_report_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(top_report_auto, top_report_free)

/*
 * Callers and callees of the node whose printed name equals name exactly,
 * untrimmed. NULL with error set when there is none.
 */
struct top_peek *top_peek_build(const struct profile *profile, const struct top_options *options,
                                const char *name, GError **error);
void top_peek_free(struct top_peek *peek);
typedef struct top_peek top_peek_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(top_peek_auto, top_peek_free)

#endif
