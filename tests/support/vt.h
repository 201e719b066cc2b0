#ifndef SIDESCOPE_TESTS_SUPPORT_VT_H
#define SIDESCOPE_TESTS_SUPPORT_VT_H

/*
 * A program on a terminal, from outside: it runs on a pseudo terminal whose
 * other end is a terminal emulator (libvterm), so a test sees what a user would
 * see and types what a keyboard would send. Nothing sleeps: every wait has a
 * deadline and ends as soon as what it waits for is there; one that runs out
 * prints the screen and returns false.
 *
 * Between test and program stands a keeper process, which plays the shell: it
 * is the session's leader, gives the program a process group of its own in the
 * foreground, and reports when it stops or ends. Unlike a shell it leaves the
 * terminal's modes alone, so that a test can see what the program left behind.
 */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct vt;

struct vt_options {
    const char *const *argv; /* argv[0] is looked for in PATH */
    const char *const *env;  /* over the test's own: "NAME=value", or "NAME" to take it away */
    int lines, cols;         /* 0: 24 and 80 */
    const char *says; /* answers to an XTGETTCAP, sent before its other answers; NULL: none */
};

enum { VT_DEFAULT_COLOUR = -1, VT_RGB = 1 << 24 };

struct vt_cell {
    char text[32]; /* UTF-8, "" for a blank never written */
    int width;
    int fg, bg; /* palette index, VT_RGB | 0xRRGGBB, or VT_DEFAULT_COLOUR */
    bool bold, italic, reverse, underline;
};

enum vt_mouse_mode { VT_MOUSE_OFF, VT_MOUSE_CLICK, VT_MOUSE_DRAG, VT_MOUSE_MOVE };

/* Fails the test when the terminal cannot be had. */
struct vt *vt_start(const struct vt_options *options);
/* Kills what still runs. NULL accepted. */
void vt_free(struct vt *vt);

pid_t vt_pid(const struct vt *vt);
void vt_kill(struct vt *vt, int signal_number);

/* Waits. The pattern is a regular expression over vt_text; ^ and $ match at lines. */
bool vt_wait_text(struct vt *vt, const char *pattern, int timeout_ms);
bool vt_wait_gone(struct vt *vt, const char *pattern, int timeout_ms);
/* Until a condition over vt holds. */
bool vt_wait_until(struct vt *vt, bool (*holds)(struct vt *vt), int timeout_ms);
/* A wait status, as waitpid(2) gives it. */
bool vt_wait_exit(struct vt *vt, int timeout_ms, int *ret_status);
/* The same from a terminal that nobody reads: what the program wrote is taken in only afterwards.
 */
bool vt_wait_exit_unread(struct vt *vt, int timeout_ms, int *ret_status);
bool vt_has_ended(const struct vt *vt);
bool vt_wait_stopped(struct vt *vt, int timeout_ms);
/* Puts a stopped program back into the foreground and continues it, as "fg" does. */
void vt_continue(struct vt *vt);
/* Takes in what arrives until nothing has come for quiet_ms. */
void vt_settle(struct vt *vt, int quiet_ms);
/* Takes in what arrives for that long: the program lives on its terminal. */
void vt_live(struct vt *vt, int duration_ms);

/* Input. */
void vt_send(struct vt *vt, const char *bytes, size_t n);
void vt_type(struct vt *vt, const char *text);
/* Types text again and again, as fast as it is taken, on a thread of its own until vt_flood_end;
 * nothing else may be typed meanwhile. Text lives as long. */
struct vt_flood;
struct vt_flood *vt_flood_begin(struct vt *vt, const char *text);
void vt_flood_end(struct vt_flood *flood);
/* "Enter", "Tab", "S-Tab", "C-c", "M-x", "C-Right", "F5", "PageUp", "Space", or one character. */
void vt_key(struct vt *vt, const char *name);
void vt_mouse(struct vt *vt, int line, int col, int button, bool pressed);
void vt_click(struct vt *vt, int line, int col);
/* -1 up, +1 down. */
void vt_wheel(struct vt *vt, int line, int col, int direction);
void vt_resize(struct vt *vt, int lines, int cols);
/* Lets the program believe in a size that the emulator does not have, and take it in. */
void vt_tell_size(struct vt *vt, int lines, int cols);
/* The cable is pulled: the program's side hangs up. */
void vt_hang_up(struct vt *vt);

/* What the screen shows now. Strings are freed with g_free; lines lose their trailing blanks. */
char *vt_text(struct vt *vt);
char *vt_line(struct vt *vt, int line);
/* ret_line and ret_col may be NULL. */
bool vt_find(struct vt *vt, const char *text, int *ret_line, int *ret_col);
void vt_get_cell(struct vt *vt, int line, int col, struct vt_cell *ret);
void vt_cursor(struct vt *vt, int *ret_line, int *ret_col, bool *ret_visible);
bool vt_altscreen(const struct vt *vt);
enum vt_mouse_mode vt_mouse_mode(const struct vt *vt);
const char *vt_title(const struct vt *vt);
/* What the program has put into the clipboard (OSC 52), or NULL. Owned by vt. */
const char *vt_clipboard(const struct vt *vt);
/* "title;text" of its newest notification (OSC 777), or NULL. Owned by vt. */
const char *vt_notification(const struct vt *vt);
/* How often it has rung. */
unsigned vt_bells(const struct vt *vt);
/* The modes of the program's side. */
void vt_termios(struct vt *vt, struct termios *ret);
/* Bytes the program has written since the start. */
guint64 vt_received_bytes(const struct vt *vt);
/* Puts the screen into the test's log. */
void vt_dump(struct vt *vt);

#endif
