#ifndef SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_H
#define SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_H

/*
 * The terminal: ncursesw underneath (output differencing, terminfo, input), a
 * libtickit window tree on top. Frames are composed in memory and go out in one
 * piece. The only file that includes curses.h or tickit-termdrv.h is
 * terminal.c. UI thread only; one terminal per process.
 *
 * Whatever ends the program (return, exit, signal, crash, terminal loss), the
 * terminal is put back first, and the program still ends the way it would have.
 * TERM, HUP, INT and QUIT are the program's own to handle (g_unix_signal_add,
 * before or after terminal_open); where it does not, they restore, then kill.
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

enum { TERMINAL_PASTE_MAX_BYTES = 4096 };

enum terminal_mouse_type { TERMINAL_PRESS, TERMINAL_RELEASE, TERMINAL_DRAG, TERMINAL_WHEEL };
struct terminal_mouse {
    enum terminal_mouse_type type;
    int button; /* 1..3; wheel: -1 up, +1 down */
    int line, col;
    bool double_click;
};

/* Called from the main loop, all required. Only lost may close the terminal. */
struct terminal_ops {
    /* a key: is_text with the UTF-8 character, or a libtickit key name ("Enter", "C-c", "S-Tab",
     * "F1", "PageUp", "M-x") */
    void (*key)(void *user, bool is_text, const char *str);
    /* Text out of a clipboard (bracketed paste), at most TERMINAL_PASTE_MAX_BYTES of it: valid
     * UTF-8 in one line, without controls. Its characters are no keys. */
    void (*paste)(void *user, const char *text);
    /* button 1..3 press/release/drag, or wheel -1 (up) / +1 (down); position in root coordinates,
     * a drag's may lie outside */
    void (*mouse)(void *user, const struct terminal_mouse *mouse);
    void (*resized)(void *user, int lines, int cols); /* root window already has the new size */
    void (*lost)(void *user); /* hang-up or write error: the terminal is gone; called once */
    void *user;
};

struct terminal_options {
    const struct terminal_ops *ops; /* borrowed */
    bool mouse;
    bool ask_ground; /* terminal_ground is wanted */
};

/*
 * Takes over stdin/stdout, enters the alternate screen, attaches to the
 * default GLib main context: input, SIGWINCH, SIGTSTP (as terminal_suspend),
 * SIGCONT. NULL with a sentence the user can act on; the terminal is then as it
 * was.
 */
struct terminal *terminal_open(const struct terminal_options *options, GError **error);
/* Restores the terminal and frees; windows on the root must be closed first. NULL accepted. */
void terminal_close(struct terminal *terminal);

TickitWindow *terminal_root(struct terminal *terminal);
/* 0, 8, 16, 88, 256, or 1<<24 where terminfo says RGB; 256 too where terminfo knows of fewer but
 * the terminal, or COLORTERM, says so. Pens with a 24-bit colour are shown in the
 * nearest of 256; with fewer, in their index. */
int terminal_colours(const struct terminal *terminal);
/* 0xRRGGBB of its background; -1 where it was not asked for or the terminal does not say. */
int terminal_ground(const struct terminal *terminal);
bool terminal_unicode(const struct terminal *terminal); /* the locale is UTF-8 */
/* Flushes damaged windows and updates the screen; schedules itself when idle after damage by
 * terminal_damage. */
void terminal_flush(struct terminal *terminal);
/* Marks that something was exposed: one flush follows from an idle source. */
void terminal_damage(struct terminal *terminal);
void terminal_set_mouse(struct terminal *terminal, bool on);
/* Ctrl-Z: restores, stops the process group as the shell expects, re-enters when continued. Where
 * no shell could continue it (xterm -e), it does not stop. */
void terminal_suspend(struct terminal *terminal);
/* Full repaint (Ctrl-L). */
void terminal_redraw(struct terminal *terminal);
/* Copies text to the clipboard through OSC 52, at most 100 KiB of it. Whether the terminal obeys
 * cannot be known. */
void terminal_copy(struct terminal *terminal, const char *text);
/* Sends bytes that draw nothing: the bell, a notification (app/ground/notification.h). Not while
 * suspended or while a child has the terminal. */
void terminal_signal(struct terminal *terminal, const char *bytes);
/* Runs argv in the foreground on the terminal (editor, go tool pprof), waits for it, comes back.
 * False with a sentence when it did not start or did not end with status 0. */
bool terminal_run(struct terminal *terminal, const char *const *argv, GError **error);
/* Visible cursor at root coordinates, or hidden when line < 0. */
void terminal_cursor(struct terminal *terminal, int line, int col);

/* Bytes written to the terminal since open (for tests and the observer screen). */
guint64 terminal_bytes_written(const struct terminal *terminal);

#endif
