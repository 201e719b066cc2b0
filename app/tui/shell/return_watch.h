#ifndef SIDESCOPE_APP_TUI_SHELL_RETURN_WATCH_H
#define SIDESCOPE_APP_TUI_SHELL_RETURN_WATCH_H

/*
 * Where the session's process has ended, looks every two seconds off the UI thread
 * whether its program runs again, so that it can be offered by its number. Main loop's
 * thread; nothing waits.
 */

#include "app/tui/shell/ui.h"
#include "probes/platform.h"

struct return_watch;

struct return_watch *return_watch_new(struct ui *ui);
/* After the jobs of the ui are forgotten: one may be its. NULL accepted. */
void return_watch_free(struct return_watch *watch);
/* Another session begins. */
void return_watch_forget(struct return_watch *watch);

/* The newest process of the ended one's program; NULL: none is known. Borrowed until the next turn
 * of the main loop. */
const struct process_entry *ui_returned(const struct ui *ui);

#endif
