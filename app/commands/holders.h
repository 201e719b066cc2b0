#ifndef SIDESCOPE_APP_COMMANDS_HOLDERS_H
#define SIDESCOPE_APP_COMMANDS_HOLDERS_H

#include "probes/goruntime/holdings.h"
#include "probes/target.h"

/*
 * sidescope holders TARGET: who keeps the memory of a Go process alive, or its open
 * files (--files), read from its memory. Exit status: 0 told, 2 could not be read.
 */
int command_holders(int argc, char **argv);

/*
 * Both of one look, for a triage; a step at a time on standard error where that is a
 * terminal. One reference; NULL with error when the memory cannot be read.
 */
struct holdings *holders_look(const struct target *target, GError **error);
/* As the end of the report for a terminal. g_free it. */
char *holders_for_triage(const struct holdings *holdings);

#endif
