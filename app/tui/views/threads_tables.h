#ifndef SIDESCOPE_APP_TUI_VIEWS_THREADS_TABLES_H
#define SIDESCOPE_APP_TUI_VIEWS_THREADS_TABLES_H

/* The tables of the threads screen. Model of each: const struct threads_sample *. UI thread. */

#include "probes/samples.h"
#include "widgets/table.h"

/* Rows: sample->threads. */
struct table *threads_table_new(void);
/* Rows: sample->children, then sample->orphans. */
struct table *children_table_new(void);
/* Rows: sample->spawns. */
struct table *starts_table_new(void);

/* For table_select_key: the row of a thread, and of a command line. */
uint64_t threads_table_key(pid_t tid);
uint64_t starts_table_key(const char *command);

/* The child or orphan of a row of children_table. */
const struct child_entry *children_table_row(const struct threads_sample *sample, size_t row);

#endif
