#ifndef SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_RESTORE_H
#define SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_RESTORE_H

/*
 * The last resort: whatever ends the process while the screen is taken, the
 * bytes and modes prepared here are put back first, and the process still ends
 * the way it was going to. Armed and disarmed on the UI thread; the rest is
 * async-signal-safe.
 */

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

enum { RESTORE_BYTES_MAX = 256 };

/*
 * Installs the handlers: crashes always, everything else that ends a process (TERM, HUP, INT, QUIT,
 * ALRM, USR1, …) only where nobody else handles or ignores it. The program's own handlers, put in
 * later, simply replace these.
 */
void restore_install(void);
/* Puts back the actions that are still ours. */
void restore_uninstall(void);

/* From now on the terminal on fd needs these bytes and these modes to be as it was. */
void restore_arm(int fd, const struct termios *modes, const char *bytes, size_t n);
/* The terminal is as it was. */
void restore_disarm(void);
/* Does it now, waiting for nobody: on a terminal that is not read, what waits there is thrown away
 * first. Async-signal-safe. */
void restore_now(void);

#endif
