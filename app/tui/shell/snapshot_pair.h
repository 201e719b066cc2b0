#ifndef SIDESCOPE_APP_TUI_SHELL_SNAPSHOT_PAIR_H
#define SIDESCOPE_APP_TUI_SHELL_SNAPSHOT_PAIR_H

/*
 * The procedure's best way to find a leak: a snapshot, a wait, a snapshot, and
 * the difference of their heaps. Counts down in sight, may be cut short or
 * given up, and opens the comparison at the end. Main loop's thread.
 */

#include "app/tui/shell/workbench.h"

enum { SNAPSHOT_PAIR_MAX_SECONDS = 24 * 3600 };

struct snapshot_pair;

struct snapshot_pair *snapshot_pair_new(struct ui *ui);
/* Gives up what is under way. NULL accepted. */
void snapshot_pair_free(struct snapshot_pair *pair);

/* Asks for the seconds and begins; while it runs, asks whether to give up. */
void snapshot_pair_ask(struct snapshot_pair *pair);
/* What it does now ("second snapshot in 43s"), or NULL when it does nothing. New string. */
char *snapshot_pair_words(const struct snapshot_pair *pair);

#endif
