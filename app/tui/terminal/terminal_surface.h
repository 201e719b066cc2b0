#ifndef SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_SURFACE_H
#define SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_SURFACE_H

/*
 * What the terminal is painted on and read from: libtickit's windows above,
 * ncurses below. Implemented in terminal.c, the only file that knows ncurses.
 * A surface writes nothing but its frame; the terminal's modes, the moment when
 * a frame goes out and all sources of the main loop belong to
 * terminal_control.c. UI thread only; one at a time, as ncurses has one screen.
 */

#include "app/tui/terminal/terminal_colour.h"
#include "app/tui/terminal/terminal_keys.h"

#include <glib.h>
#include <stdbool.h>
#include <tickit.h>

struct surface;

/* Whether terminfo describes a terminal that can be painted on, and with how many colours. */
bool surface_check_type(int *ret_colours, GError **error);

/* Sets raw modes on tty, then writes into frame only. colours: what the terminal itself says it
 * has (0: nothing), where its description knows of fewer. */
struct surface *surface_open(int tty, int frame, int colours, GError **error);
/* Windows on the root must be closed first. NULL accepted. */
void surface_close(struct surface *surface);

TickitWindow *surface_root(struct surface *surface);
struct colour_range surface_colours(const struct surface *surface);
void surface_size(const struct surface *surface, int *ret_lines, int *ret_cols);
void surface_resize(struct surface *surface, int lines, int cols);

/* Draws damaged windows and writes the difference into the frame; the cursor shows where it lies on
 * the screen. */
void surface_paint(struct surface *surface, int cursor_line, int cursor_col);
/* The next paint takes nothing on the screen for granted. */
void surface_forget(struct surface *surface);
/* Writes what gives the screen back; the next paint takes it again. */
void surface_leave(struct surface *surface);
/* Hands what can be read now to the decoder, for at most budget_us and SURFACE_READ_MAX keys. False
 * when more may be there, in ncurses or on the descriptor. */
enum { SURFACE_READ_MAX = 1024 };
bool surface_read(struct surface *surface, struct key_decoder *decoder, gint64 budget_us);

/* What surface_leave would write, for when there is no time to call it. */
GString *surface_restore_bytes(void);

#endif
