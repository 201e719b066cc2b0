#ifndef SIDESCOPE_APP_TUI_SCREENS_EVIDENCE_H
#define SIDESCOPE_APP_TUI_SCREENS_EVIDENCE_H

/* From a piece of evidence to what it is about, over the screen that shows it. UI thread. */

#include "app/tui/shell/ui.h"

/* Pushes the descriptors of a path or template, a database, a stack, a function's callers, the
 * regions. False when there is no screen for it: the pane as a whole then has it. */
bool evidence_open(struct ui *ui, enum triage_link link, const char *key);

#endif
