#ifndef SIDESCOPE_APP_TUI_SCREENS_WIZARD_STEP_H
#define SIDESCOPE_APP_TUI_SCREENS_WIZARD_STEP_H

/* The page of a step: the question, what was found, the rule, the evidence as rows, its chart, how
 * to look by hand, what comes next. UI thread. */

#include "app/tui/screens/wizard_path.h"
#include "app/tui/shell/workbench.h"
#include "widgets/table.h"

/* rows is the table of wizard_rows.h with the rows of the step; path is that of the walk. */
void wizard_step_draw(struct ui *ui, const struct canvas *canvas, TickitRect area,
                      const struct triage_step *step, const struct wizard_path *path,
                      struct table *rows);

#endif
