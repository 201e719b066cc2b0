#ifndef SIDESCOPE_APP_TUI_TERMINAL_H
#define SIDESCOPE_APP_TUI_TERMINAL_H

/*
 * The terminal: ncursesw underneath (output differencing, terminfo, input,
 * mouse), a libtickit terminal on top. The only file that includes curses.h or
 * tickit-termdrv.h is terminal.c. UI thread only; one terminal per process.
 *
 * Whatever ends the program (return, signal, crash, terminal loss), the
 * terminal is put back first.
 */

#include <glib.h>
#include <stdbool.h>
#include <tickit.h>

struct terminal;

enum terminal_error {
    TERMINAL_ERROR_NOT_A_TTY,
    TERMINAL_ERROR_TYPE, /* TERM unset, unknown, or cannot address the cursor (dumb) */
    TERMINAL_ERROR_FAILED,
};
#define TERMINAL_ERROR (terminal_error_quark())
GQuark terminal_error_quark(void);

enum terminal_mouse_type { TERMINAL_PRESS, TERMINAL_RELEASE, TERMINAL_DRAG, TERMINAL_WHEEL };
struct terminal_mouse {
    enum terminal_mouse_type type;
    int button; /* 1..3; wheel: -1 up, +1 down */
    int line, col;
    bool double_click;
};

struct terminal_ops {
    /* a key: is_text with the UTF-8 character, or a libtickit key name ("Enter", "C-c", "S-Tab",
     * "F1", "PageUp", "M-x") */
    void (*key)(void *user, bool is_text, const char *str);
    /* button 1..3 press/release/drag, or wheel -1 (up) / +1 (down) */
    void (*mouse)(void *user, const struct terminal_mouse *mouse);
    void (*resized)(void *user, int lines, int cols); /* root window already has the new size */
    void (*lost)(void *user); /* hang-up or read error: the terminal is gone */
    void *user;
};

struct terminal_options {
    const struct terminal_ops *ops; /* borrowed */
    bool mouse;
};

/*
 * Takes over stdin/stdout, enters the alternate screen, attaches to the
 * default GLib main context (tty input, SIGWINCH, SIGTSTP handling through
 * terminal_suspend, SIGCONT). NULL with a sentence the user can act on.
 */
struct terminal *terminal_open(const struct terminal_options *options, GError **error);
/* Restores the terminal and frees; windows on the root must be closed first. NULL accepted. */
void terminal_close(struct terminal *terminal);

TickitWindow *terminal_root(struct terminal *terminal);
int terminal_colours(const struct terminal *terminal);  /* 0/2, 8, 16, 256, 1<<24 */
bool terminal_unicode(const struct terminal *terminal); /* locale and terminal can show UTF-8 */
/* Flushes damaged windows and updates the screen; schedules itself when idle after damage by
 * terminal_damage. */
void terminal_flush(struct terminal *terminal);
/* Marks that something was exposed: one flush follows from an idle source. */
void terminal_damage(struct terminal *terminal);
void terminal_set_mouse(struct terminal *terminal, bool on);
/* Ctrl-Z: restores, stops the process group as the shell expects, re-enters on SIGCONT. */
void terminal_suspend(struct terminal *terminal);
/* Full repaint (Ctrl-L). */
void terminal_redraw(struct terminal *terminal);
/* Copies text to the clipboard through OSC 52. */
void terminal_copy(struct terminal *terminal, const char *text);
/* Runs argv in the foreground on the terminal (editor, go tool pprof), then comes back. */
bool terminal_run(struct terminal *terminal, const char *const *argv, GError **error);
/* Visible cursor at root coordinates, or hidden when line < 0. */
void terminal_cursor(struct terminal *terminal, int line, int col);

/* Bytes written to the terminal since open (for tests and the observer screen). */
guint64 terminal_bytes_written(const struct terminal *terminal);

#endif
