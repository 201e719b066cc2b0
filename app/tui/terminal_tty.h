#ifndef SIDESCOPE_APP_TUI_TERMINAL_TTY_H
#define SIDESCOPE_APP_TUI_TERMINAL_TTY_H

/* What the kernel and the C library know of the terminal, and the sentences for what it lacks. */

#include <glib.h>
#include <stdbool.h>
#include <termios.h>

/* Standard input and output must both be terminals. */
bool tty_check(GError **error);
/* Sets the error for a terminal type that will not do, and returns false. */
bool tty_fail_type(GError **error, const char *what);

/* 24x80 where the terminal does not know. */
void tty_size(int tty, int *ret_lines, int *ret_cols);
/* Once all output is out. */
void tty_set_modes(int tty, const struct termios *modes);

/* Takes the character set from the environment, unless the program has chosen one already. */
void tty_locale(void);
bool tty_unicode(void);

#endif
