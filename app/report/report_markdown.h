#ifndef SIDESCOPE_APP_REPORT_REPORT_MARKDOWN_H
#define SIDESCOPE_APP_REPORT_REPORT_MARKDOWN_H

/* Inside the Markdown report: its second half, tables and stacks. Pure. */

#include "app/report/markdown.h"
#include "app/report/report.h"
#include "app/triage/numbers.h"

/* What happened while it was watched; nothing for a look of a moment. */
void report_markdown_watch(struct markdown *md, const struct triage_report *report);
/* What was born since the mark; nothing without one. */
void report_markdown_since(struct markdown *md, const struct triage_report *report);
/* Charts, trends, files, map, goroutines, heap: each only where something is known. */
void report_markdown_evidence(struct markdown *md, const struct triage_report *report);

/* "12 more paths are not listed." when some are not. */
void report_markdown_left_out(struct markdown *md, size_t all, size_t shown, const char *what);
struct number_text report_signed_count(int64_t n); /* "+3", "0", "-2" */
/* How long ago; "-" for 0. */
struct number_text report_age(const struct triage_report *report, gint64 since_us);

#endif
