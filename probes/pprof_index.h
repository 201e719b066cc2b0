#ifndef SIDESCOPE_PROBES_PPROF_INDEX_H
#define SIDESCOPE_PROBES_PPROF_INDEX_H

/*
 * The rows of pprof's index page (pprof-reference 3.2): which profiles there
 * are and how many records each has, for the price of a few kilobytes. Pure;
 * any thread.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum { PPROF_INDEX_MAX_ROWS = 512 };

struct pprof_index_row {
    char *name;    /* raw bytes, the page's escapes undone; a program's own may hold anything */
    int64_t count; /* records, goroutines, threads: what the profile counts */
};

/* Count in the row of profile name ("goroutine"). False when there is no such row. */
bool pprof_index_count(const char *html, size_t n, const char *name, int64_t *ret);

/* All rows in the order of the page: struct pprof_index_row, whose names it owns, at most
 * PPROF_INDEX_MAX_ROWS. Empty when the page is something else. Free with g_array_unref. */
GArray *pprof_index_rows(const char *html, size_t n);

/* What follows the base in the address of that profile: slashes stay, other bytes that mean
 * something there are escaped. Free with g_free. */
char *pprof_index_path(const char *name);

#endif
