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
    const char *function, *file; /* as a stack names them, raw bytes */
    int64_t line;
};

/*
 * Where the source of place is on this machine, by the rules of what may be shown (source_files.h:
 * a source, below a root, of the version that runs). NULL with error (G_FILE_ERROR). Free with
 * g_free. Reads files: not for the UI thread.
 */
char *editor_find(const struct editor_place *place, GError **error);

/* The same as editor_open with the first of n > 0 places (copied) that editor_find finds, on a
 * job; says when there is none, naming the first. */
void editor_open_first(struct ui *ui, const struct editor_place *places, size_t n);

#endif
