#ifndef SIDESCOPE_APP_REPORT_REPORT_PARTS_H
#define SIDESCOPE_APP_REPORT_REPORT_PARTS_H

/* Inside the report: its parts, each added to the document that is built. Pure. */

#include "app/report/document.h"

/* Whom it is about, as the text begins. */
void report_add_head(struct document *document, const struct triage_report *report);
/* The title of the Markdown. */
void report_add_title(struct document *document, const struct triage_report *report);
/* The target, where and when it was looked at. */
void report_add_target(struct document *document, const struct triage_report *report);
/* The charts, trends, files, map, goroutines, heap: each only where something is known. */
void report_add_evidence(struct document *document, const struct triage_report *report);
/* The numbers of now, for programs. */
void report_add_measurements(struct document *document, const struct triage_input *input);
/* What was born since the mark; null without one. */
void report_add_since(struct document *document, const struct triage_report *report);
/* The same as the text has it: short, nothing without a mark. */
void report_add_short_since(struct document *document, const struct triage_report *report);
/* What happened while it was watched, for these forms; nothing for a look of a moment. */
void report_add_watch(struct document *document, const struct triage_report *report,
                      unsigned forms);

/* Seconds since a monotonic time; NAN for 0. */
double report_age_s(const struct triage_report *report, gint64 since_us);

#endif
