#ifndef SIDESCOPE_APP_TUI_SCREENS_DASHBOARD_HEADER_H
#define SIDESCOPE_APP_TUI_SCREENS_DASHBOARD_HEADER_H

/* The two lines above the panes: the target with its numbers, and the triage. UI thread. */

#include "app/tui/shell/workbench.h"

/* Name, pid, uptime, pprof; RSS, CPU, descriptors, threads, goroutines, each in its colour. */
void dashboard_draw_header(struct ui *ui, const struct canvas *canvas, TickitRect area);

/* The end of the target, the pause, or the verdicts of the four steps and the branches they need.
 */
void dashboard_draw_strip(struct ui *ui, const struct canvas *canvas, TickitRect area);

#endif
