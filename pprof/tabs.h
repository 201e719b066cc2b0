#ifndef SIDESCOPE_PPROF_TABS_H
#define SIDESCOPE_PPROF_TABS_H

/*
 * Right-aligned columns of a text whose cells end with tabs: a column is as
 * wide as its widest cell in a run of lines that all have it, plus one. What
 * follows the last tab of a line is no cell. As Go has it, text between two
 * bytes 0xff holds neither tabs nor line ends, a vertical tab is a tab and a
 * form feed is a line end after which all columns begin anew: labels may hold
 * any of these. Private to pprof/; pure.
 */

#include <glib.h>

/* Appends text with its columns aligned. */
void tabs_align(GString *out, const char *text);

#endif
