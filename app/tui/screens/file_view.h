#ifndef SIDESCOPE_APP_TUI_SCREENS_FILE_VIEW_H
#define SIDESCOPE_APP_TUI_SCREENS_FILE_VIEW_H

/*
 * What an opened file is on the screen: a recording or a snapshot is looked at
 * like a process, a profile opens by itself. UI thread.
 */

#include "app/recording/opened_file.h"
#include "app/tui/shell/workbench.h"

/*
 * Takes file. at: where in a recording to begin (time_text.h), or NULL: its end.
 * Pushes the screen that fits: the dashboard when it is not there yet, or that
 * of a profile. False with a sentence, file is freed then too.
 */
bool file_view_show(struct ui *ui, struct opened_file *file, const char *at, GError **error);

/* Opens what is at path off the UI thread, then shows it; says so when it cannot be. */
void file_view_open(struct ui *ui, const char *path);

#endif
