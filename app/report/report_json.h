#ifndef SIDESCOPE_APP_REPORT_REPORT_JSON_H
#define SIDESCOPE_APP_REPORT_REPORT_JSON_H

/* Inside the JSON report: its second half, the lists. Pure. */

#include "app/report/report.h"

/* A member; SAMPLE_UNKNOWN is null. */
void report_json_integer(JsonBuilder *builder, const char *name, int64_t value);

/* Members of the document from "made_unix_s" on (see report_json.c). */
void report_json_evidence(JsonBuilder *builder, const struct triage_report *report);

#endif
