#ifndef SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_TTY_H
#define SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_TTY_H

/* What the kernel and the C library know of the terminal, and the sentences for what it lacks. */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

/* Standard input and output must both be terminals. */
bool tty_check(GError **error);
/* Sets the error for a terminal type that will not do, and returns false. */
bool tty_fail_type(GError **error, const char *what);

/* 24x80 where the terminal does not know; at most TTY_LINES_MAX and TTY_COLS_MAX: ncurses counts in
 * short, and each cell takes memory of ours. What lies beyond stays empty. */
enum { TTY_LINES_MAX = 1000, TTY_COLS_MAX = 2000 };
void tty_size(int tty, int *ret_lines, int *ret_cols);
/* At once: wait with tty_wait_sent before. */
void tty_set_modes(int tty, const struct termios *modes);

/* The terminal once more, non-blocking: a flag on the descriptor itself would be the shell's too.
 * Where that cannot be had (another user's terminal), tty itself. */
int tty_open_again(int tty);
/* As write(2), but never waits, whatever the descriptor's flags: -1 with EAGAIN instead.
 * Async-signal-safe. */
ssize_t tty_write_now(int fd, const char *bytes, size_t n);
/* Whether what was written has left the machine within that time. */
bool tty_wait_sent(int tty, int patience_ms);

/* Takes the character set from the environment, unless the program has chosen one already. */
void tty_locale(void);
bool tty_unicode(void);

#endif
