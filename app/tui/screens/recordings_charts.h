#ifndef SIDESCOPE_APP_TUI_SCREENS_RECORDINGS_CHARTS_H
#define SIDESCOPE_APP_TUI_SCREENS_RECORDINGS_CHARTS_H

/*
 * Two recordings over time, drawn beside each other: one number of each on one scale, and how
 * they were judged. UI thread.
 */

#include "app/tui/screens/recordings_table.h"
#include "widgets/text.h"

/* The chart of one side with its title, which has its value at that time. */
void recordings_chart_draw(const struct recordings_at *at, enum metric metric, int side,
                           const struct canvas *canvas, TickitRect area);
/* A bar of time for each side, the last one with the labels. Returns where a column is a time. */
TickitRect recordings_bars_draw(const struct recordings_at *at, const struct canvas *canvas,
                                TickitRect area);
/* The time at a column of what that returned. */
gint64 recordings_bars_time(const struct recordings_at *at, TickitRect bars, int col);

#endif
