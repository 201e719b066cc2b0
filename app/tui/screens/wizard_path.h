#ifndef SIDESCOPE_APP_TUI_SCREENS_WIZARD_PATH_H
#define SIDESCOPE_APP_TUI_SCREENS_WIZARD_PATH_H

/* The walk so far, in one line: the pages of the wizard with their verdicts. UI thread. */

#include "app/triage/triage.h"
#include "widgets/theme.h"

enum { WIZARD_DIAGNOSIS = TRIAGE_N_STEPS, WIZARD_N_PAGES };

/* The documented steps, the branches they lead to, the one that is open, and the end. */
bool wizard_path_has(const struct triage_result *result, int current, int page);
/*
 * Draws the first line of area; closer together where it would not fit else.
 * ret_cols gets where each page begins and the last ends, for clicks.
 */
void wizard_path_draw(const struct canvas *canvas, TickitRect area,
                      const struct triage_result *result, int current,
                      int ret_cols[WIZARD_N_PAGES + 1]);

#endif
