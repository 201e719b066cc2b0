#ifndef SIDESCOPE_TESTS_PPROF_TOP_ROWS_H
#define SIDESCOPE_TESTS_PPROF_TOP_ROWS_H

/* Top tables as short texts to compare with. Failing ends the test. */

#include "pprof/top.h"

/* A report that must come about; free with top_report_free(). */
struct top_report *top_rows_build(const struct profile *profile, const struct top_options *options);
/* expected: "flat cum name[ (inline)]\n" for each row. */
void top_rows_check(const struct profile *profile, const struct top_options *options,
                    const char *expected);

#endif
