#ifndef SIDESCOPE_APP_TUI_SCREENS_WIZARD_WORDS_H
#define SIDESCOPE_APP_TUI_SCREENS_WIZARD_WORDS_H

/* What the pages of the wizard draw beside their tables: words and charts. UI thread. */

#include "app/session/metrics.h"
#include "app/tui/shell/workbench.h"
#include "widgets/theme.h"

/* Lines below which words give way to evidence. */
enum { WIZARD_SMALL = 28 };
enum { WIZARD_CHART_MIN = 5 };

/* Wrapped text at a line of area, of at most so many lines, the last cut where it goes on; raw
 * bytes. Returns the lines used. */
int wizard_words(const struct canvas *canvas, TickitRect area, int line, int most,
                 enum theme_role role, const char *text);
/* The metric over the last minutes, its name above. */
void wizard_chart(struct ui *ui, const struct canvas *canvas, TickitRect rect, enum metric metric);

#endif
