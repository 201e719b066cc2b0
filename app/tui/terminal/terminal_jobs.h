#ifndef SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_JOBS_H
#define SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_JOBS_H

/*
 * Job control: being stopped and continued, and lending the terminal to a
 * child. GLib watches neither SIGTSTP nor SIGCONT, so a pipe carries them into
 * the main loop. UI thread only.
 */

#include <glib.h>
#include <stdbool.h>

enum jobs_event { JOBS_STOP, JOBS_CONTINUED };

/* Calls back from the default main context. False when the pipe cannot be made. */
bool jobs_watch(void (*event)(enum jobs_event event, void *user), void *user, GError **error);
void jobs_unwatch(void);
/* Drops events not delivered yet. */
void jobs_forget(void);

/* Stops the whole process group; returns when it goes on. At once where no shell could continue
 * it (an orphaned process group), as the kernel decides. */
void jobs_stop_group(void);

/* Runs argv on the terminal and waits, ignoring the keyboard signals meant for the child. */
bool jobs_run(const char *const *argv, GError **error);

#endif
