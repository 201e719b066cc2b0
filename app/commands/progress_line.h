#ifndef SIDESCOPE_COMMANDS_PROGRESS_LINE_H
#define SIDESCOPE_COMMANDS_PROGRESS_LINE_H

/*
 * The line on standard error that says how far a command that watches is.
 */

#include <stdbool.h>

/* On a terminal it takes the place of the line before and never wraps; elsewhere it is one more. */
void progress_line_say(const char *line, bool is_terminal);

#endif
