#ifndef SIDESCOPE_APP_TUI_SCREENS_DASHBOARD_HEADER_H
#define SIDESCOPE_APP_TUI_SCREENS_DASHBOARD_HEADER_H

/* The two lines above the panes: the target with its numbers, and the four steps. UI thread. */

#include "app/tui/ui.h"

/* Name, pid, uptime, pprof; RSS, CPU, descriptors, threads, goroutines, each in its colour. */
void dashboard_draw_header(struct ui *ui, const struct canvas *canvas, TickitRect area);

/*
 * The end of the target, the pause, or the verdicts of the four steps. ret_cols
 * gets where each step begins and the last ends, for clicks; left alone when no
 * steps are shown.
 */
void dashboard_draw_strip(struct ui *ui, const struct canvas *canvas, TickitRect area,
                          int ret_cols[TRIAGE_N_STEPS + 1]);

#endif
