#ifndef SIDESCOPE_PPROF_REPORT_H
#define SIDESCOPE_PPROF_REPORT_H

/* What the writers of report_text.h share. Private to pprof/. */

#include "pprof/report_text.h"
#include "pprof/trimmed.h"

struct report {
    const struct report_options *options;
    struct view view;
    const char *unit; /* all numbers are written in */
};

/* One writer per kind. */
bool report_write_tree(GString *out, struct report *report, GError **error);
bool report_write_list(GString *out, const struct report *report, GError **error);
void report_write_traces(GString *out, const struct report *report);
void report_write_tags(GString *out, const struct report *report);
/* The call graph for Graphviz, as the tool documents its graph. */
bool report_write_dot(GString *out, struct report *report, GError **error);
void report_write_comments(GString *out, const struct report *report);
void report_write_raw(GString *out, const struct report *report);

/* File, type, time, duration: one line each. */
void report_write_profile(GString *out, const struct report *report);
/* The same, filters, and what part of the profile is shown. */
void report_write_header(GString *out, const struct report *report, const struct trimmed *trimmed);
/* Settles the unit that fits the shown nodes. */
void report_choose_unit(struct report *report, const struct trimmed *trimmed);

/* A value of the sample type, right-aligned in width columns (0: as it is). */
void report_append_value(GString *out, const struct report *report, int64_t value, unsigned width);
void report_append_percentage(GString *out, int64_t value, int64_t total);
/* The columns that begin a node's line: flat, flat%, sum% (of sum), cum, cum%. */
void report_append_node(GString *out, const struct report *report, const struct graph_node *node,
                        int64_t sum);
/* Right-aligned, one column per character. */
void report_append_right(GString *out, const char *text, unsigned width);
/* Characters, with every byte that is not UTF-8 counted as one. */
size_t report_columns(const char *text, size_t n);

#endif
