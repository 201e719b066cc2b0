#ifndef SIDESCOPE_APP_PROFILES_PROFILE_DIFF_H
#define SIDESCOPE_APP_PROFILES_PROFILE_DIFF_H

/*
 * What grew between two profiles, node by node, as a table or as JSON: one
 * pprof/diff.h report and the choice of rows that are worth a line. Names in
 * the text are raw bytes. Pure; any thread.
 */

#include "app/profiles/profile_json.h"
#include "pprof/diff.h"

struct profile_diff_options {
    bool by_cum;                /* rows are chosen and judged by cum; false: by flat */
    double min_fraction;        /* changes below this part of the larger total are left out */
    size_t max_rows;            /* 0: all */
    bool only_growth;           /* leave out what shrank */
    const char *unit;           /* of the text; NULL: each number its best */
    const char *before, *after; /* what they are called, raw bytes */
};

/* Whether any row worth showing, beyond max_rows as well, grew. */
bool profile_diff_grew(const struct diff_report *report,
                       const struct profile_diff_options *options);

/* Both: free with g_free. */
char *profile_diff_text(const struct diff_report *report,
                        const struct profile_diff_options *options);
/*
 * The head of profile_json.h ("profile": after, "base": before), then "before_total",
 * "after_total", "other_program", "grew", "left_out", "nodes": [{"name", "function", "file",
 * "line", "before_flat", "after_flat", "before_cum", "after_cum"}].
 */
char *profile_diff_json(const struct diff_report *report,
                        const struct profile_diff_options *options,
                        const struct profile_json_source *before,
                        const struct profile_json_source *after);

#endif
