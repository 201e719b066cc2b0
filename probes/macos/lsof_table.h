#ifndef SIDESCOPE_PROBES_MACOS_LSOF_TABLE_H
#define SIDESCOPE_PROBES_MACOS_LSOF_TABLE_H

/*
 * The table that lsof prints for people (COMMAND PID USER FD TYPE DEVICE
 * SIZE/OFF NODE NAME), as it is saved with "lsof -p PID > file". Every column
 * but the name ends where its title ends, so rows are read by position; a cell
 * may be empty. Pure: text in, files out. Any thread.
 */

#include "probes/macos/lsof.h"

/* Is there a title line of such a table in the first lines of text? */
bool lsof_table_is(const char *text, size_t n);

/* As lsof_parse, for the rows below the title line. Strings live for the call. Rows that do not
 * stand below the titles are passed over. */
size_t lsof_table_parse(const char *text, size_t n, lsof_file_fn each, void *user);

#endif
