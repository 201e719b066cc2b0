#ifndef SIDESCOPE_PROBES_PPROF_INDEX_H
#define SIDESCOPE_PROBES_PPROF_INDEX_H

/*
 * The rows of pprof's index page (pprof-reference 3.2): how many records each
 * profile has, for the price of a few kilobytes. Pure; any thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Count in the row of profile name ("goroutine"). False when there is no such row. */
bool pprof_index_count(const char *html, size_t n, const char *name, int64_t *ret);

#endif
