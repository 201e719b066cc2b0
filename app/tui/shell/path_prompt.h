#ifndef SIDESCOPE_APP_TUI_SHELL_PATH_PROMPT_H
#define SIDESCOPE_APP_TUI_SHELL_PATH_PROMPT_H

/*
 * Asks for the path of a file or folder; Tab completes. Folders are listed off
 * the UI thread while the user types, so that one which does not answer costs
 * only its completion.
 */

#include "app/tui/shell/ui.h"

enum { PATH_PROMPT_MAX_NAMES = 20000 }; /* of a folder; more are not completed */

/* path has "~/" replaced; NULL when cancelled or empty. Called once. */
typedef void (*path_prompt_done)(struct ui *ui, const char *path, void *user);
void path_prompt(struct ui *ui, const char *label, const char *text, path_prompt_done done,
                 void *user);

#endif
