#ifndef SIDESCOPE_APP_COMMANDS_HOLDERS_H
#define SIDESCOPE_APP_COMMANDS_HOLDERS_H

#include "probes/target.h"

/*
 * sidescope holders TARGET: who keeps the memory of a Go process alive, or its open
 * files (--files), read from its memory. Exit status: 0 told, 2 could not be read.
 */
int command_holders(int argc, char **argv);

/*
 * Both as the end of a triage, for a terminal. NULL with error when the memory of the
 * target cannot be read. g_free it.
 */
char *holders_for_triage(const struct target *target, GError **error);

#endif
