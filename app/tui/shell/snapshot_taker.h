#ifndef SIDESCOPE_APP_TUI_SHELL_SNAPSHOT_TAKER_H
#define SIDESCOPE_APP_TUI_SHELL_SNAPSHOT_TAKER_H

/*
 * Takes snapshots of the session: what the probes have at hand, and heap and
 * goroutines asked for anew beside them. Says in the footer what it does and
 * what came of it; what fails is left out and said. Also by itself every some
 * minutes. Main loop's thread; nothing waits.
 */

#include "app/tui/shell/workbench.h"

enum {
    SNAPSHOT_TAKER_MAX_MINUTES = 24 * 60,
    SNAPSHOT_TAKER_MAX_AUTOMATIC = 100, /* unnamed ones of the timer; older ones are dropped */
    SNAPSHOT_TAKER_MAX_AUTOMATIC_BYTES = 256 * 1024 * 1024,
};

struct snapshot_taker;

/* Takes a snapshot of the session now with the ui's taker. */
void snapshots_take(struct ui *ui);

struct snapshot_taker *snapshot_taker_new(struct ui *ui);
/* Ends what is under way. NULL accepted. */
void snapshot_taker_free(struct snapshot_taker *taker);

/* Starts one, or says why not. */
void snapshot_taker_take(struct snapshot_taker *taker);
bool snapshot_taker_busy(const struct snapshot_taker *taker);

/* Asks for the minutes; 0 ends it. */
void snapshot_taker_ask_timer(struct snapshot_taker *taker);
int snapshot_taker_minutes(const struct snapshot_taker *taker); /* 0: the timer is off */

#endif
