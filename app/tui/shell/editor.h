#ifndef SIDESCOPE_APP_TUI_SHELL_EDITOR_H
#define SIDESCOPE_APP_TUI_SHELL_EDITOR_H

/* Opens a source line in the user's editor, on this terminal. UI thread. */

#include "app/tui/shell/ui.h"

/*
 * What to run: $VISUAL, else $EDITOR, else vi, with the line in the way that editor takes it. NULL
 * with error when the variable is no command line. Free with g_strfreev.
 */
char **editor_command(const char *editor, const char *file, int64_t line, GError **error);

/* Opens it and comes back; says what went wrong. */
void editor_open(struct ui *ui, const char *file, int64_t line);

struct editor_place {
    const char *file; /* as a stack names it, raw bytes */
    int64_t line;
};

/* The same with the first of n > 0 places (copied) whose source is on this machine, which a job
 * finds out; says when there is none, naming the first. */
void editor_open_first(struct ui *ui, const struct editor_place *places, size_t n);

#endif
