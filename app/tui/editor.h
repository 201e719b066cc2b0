#ifndef SIDESCOPE_APP_TUI_EDITOR_H
#define SIDESCOPE_APP_TUI_EDITOR_H

/* Opens a source line in the user's editor, on this terminal. UI thread. */

#include "app/tui/ui.h"

/*
 * What to run: $VISUAL, else $EDITOR, else vi, with the line in the way that editor takes it. NULL
 * with error when the variable is no command line. Free with g_strfreev.
 */
char **editor_command(const char *editor, const char *file, int64_t line, GError **error);

/* True when it could be opened: an absolute path to a regular file of this machine. */
bool editor_finds(const char *file);
/* Opens it and comes back; says what went wrong. */
void editor_open(struct ui *ui, const char *file, int64_t line);

#endif
