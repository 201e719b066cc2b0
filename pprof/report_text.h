#ifndef SIDESCOPE_PPROF_REPORT_TEXT_H
#define SIDESCOPE_PPROF_REPORT_TEXT_H

/*
 * Reports as go tool pprof prints them, byte for byte. Names in them are the
 * profile's raw bytes: the text must pass widgets/text before it reaches a
 * terminal. Pure but for the sources of REPORT_LIST; any thread.
 */

#include "pprof/source_listing.h"

enum report_kind {
    REPORT_TOP,
    REPORT_TREE,
    REPORT_PEEK,
    REPORT_TRACES,
    REPORT_TAGS,
    REPORT_RAW,
    REPORT_LIST,
    REPORT_COMMENTS,
    REPORT_DOT, /* the call graph in Graphviz's language */
};

/* Where the tool's versions differ. */
enum report_dialect {
    REPORT_DIALECT_GO_1_26,
    REPORT_DIALECT_GO_1_19, /* the Time line, -tags, -raw without columns and empty stacks */
};

struct report_options {
    enum report_kind kind;
    struct top_options top;
    const char *unit;    /* "minimum" (also for NULL), "auto" or a unit's name */
    bool call_tree;      /* REPORT_DOT: functions apart by the ways that lead to them */
    bool compact;        /* headers without what the profile is */
    double divide_by;    /* numbers as they are printed, but not shares; 0: as they are */
    const char *pattern; /* REPORT_PEEK: over printed names, REPORT_LIST: over functions */
    const struct source_listing_sources *sources; /* of REPORT_LIST; reading them may take time */
    enum report_dialect dialect;
    GTimeZone *zone; /* of the times printed; NULL: UTC */
};

/* What the tool does for this kind without further words. */
struct report_options report_options_of_tool(enum report_kind kind);

/* Appends the report to out. False with error (PROFILE_ERROR), and out as it was. */
bool report_text(GString *out, const struct profile *profile, const struct report_options *options,
                 GError **error);

/* The profile whose samples reports count: base subtracted, dropped frames gone, filters applied.
 * One new reference; NULL with error. */
struct profile *report_filtered(const struct profile *profile, const struct top_options *options,
                                GError **error);

#endif
