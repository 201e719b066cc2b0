#ifndef SIDESCOPE_APP_TRIAGE_VERSIONS_H
#define SIDESCOPE_APP_TRIAGE_VERSIONS_H

/* Versions of Go modules, as build information has them: "v1.3.0", "v0.44.1-0.20260124…". Pure. */

#include <stdbool.h>

/* True when both are versions; *ret is then below, at or above 0 as a is older than, the same as or
 * newer than b. What has a "-" comes before the version it has it behind. */
bool versions_compare(const char *a, const char *b, int *ret);

#endif
