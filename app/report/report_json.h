#ifndef SIDESCOPE_APP_REPORT_REPORT_JSON_H
#define SIDESCOPE_APP_REPORT_REPORT_JSON_H

/* Inside the JSON report: its second half, the lists. Pure. */

#include "app/report/report.h"

#include <json-glib/json-glib.h>

/* Members of the document from "made_unix_s" on (see report_json.c). */
void report_json_evidence(JsonBuilder *builder, const struct triage_report *report);

#endif
