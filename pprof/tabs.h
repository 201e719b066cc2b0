#ifndef SIDESCOPE_PPROF_TABS_H
#define SIDESCOPE_PPROF_TABS_H

/*
 * Right-aligned columns of a text whose cells end with tabs: a column is as
 * wide as its widest cell in a run of lines that all have it, plus one. What
 * follows the last tab of a line is no cell. Private to pprof/; pure.
 */

#include <glib.h>

/* Appends text with its columns aligned. */
void tabs_align(GString *out, const char *text);

#endif
