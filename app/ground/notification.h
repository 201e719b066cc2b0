#ifndef SIDESCOPE_APP_GROUND_NOTIFICATION_H
#define SIDESCOPE_APP_GROUND_NOTIFICATION_H

/*
 * Desktop notifications by way of the terminal: the sequences that terminals
 * know. OSC 9 (iTerm2, WezTerm, ConEmu, Windows Terminal, Ghostty), OSC 777
 * (urxvt, VTE, foot), OSC 99 (kitty, foot; its protocol document). Pure but for
 * notification_guess, which reads the environment. Any thread.
 */

#include <glib.h>
#include <stdbool.h>

enum notification_form {
    NOTIFICATION_OFF,
    NOTIFICATION_AUTO, /* what the terminal is known to take */
    NOTIFICATION_OSC9,
    NOTIFICATION_OSC777,
    NOTIFICATION_OSC99,
    NOTIFICATION_N_FORMS,
};

/* Title and text are cut to these bytes. */
enum { NOTIFICATION_MAX_TITLE = 100, NOTIFICATION_MAX_TEXT = 400 };

/* "off", "auto", "osc9", "osc777", "osc99", NULL-ended. */
const char *const *notification_form_names(void);

/* The form for this terminal, by its environment; NOTIFICATION_OFF where the sequence would be
 * printed as text (the Linux console, dumb terminals). */
enum notification_form notification_guess(void);

/*
 * The bytes to be sent, wrapped for tmux where TMUX is in the environment; ""
 * for OFF. title and text are safe text (text_safe); control bytes that stand
 * in them nevertheless become blanks. Free with g_free.
 */
char *notification_bytes(enum notification_form form, const char *title, const char *text);

#endif
