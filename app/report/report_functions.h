#ifndef SIDESCOPE_APP_REPORT_REPORT_FUNCTIONS_H
#define SIDESCOPE_APP_REPORT_REPORT_FUNCTIONS_H

/* The functions that hold the live heap, now and at the baseline, for all forms of a report.
 * Pure. */

#include "app/triage/triage.h"
#include "pprof/top.h"

struct report_functions {
    struct top_report *flat, *cum; /* bytes in use; all functions, in either order */
    GHashTable *base;              /* name -> struct top_row of the baseline; NULL: none */
    struct top_report *base_rows;  /* private */
};

/* False when there is no heap profile of bytes in use. Clear it in any case. */
bool report_functions_init(struct report_functions *functions, const struct triage_input *input);
void report_functions_clear(struct report_functions *functions);

/* More bytes than in the baseline, by flat or cum; SAMPLE_UNKNOWN without one. */
int64_t report_functions_growth(const struct report_functions *functions, const struct top_row *row,
                                bool cum);

#endif
