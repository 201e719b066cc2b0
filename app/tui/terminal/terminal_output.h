#ifndef SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_OUTPUT_H
#define SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_OUTPUT_H

/*
 * The way out. ncurses composes a frame into an anonymous file; from there it
 * goes to the terminal in as few writes as it takes. That shows frames whole,
 * counts every byte, and notices a terminal that is gone, which ncurses does
 * not tell. Nothing here waits for a terminal that is not read, except
 * output_settle: what it does not take is kept, and goes out with output_push
 * when the descriptor can be written. UI thread only.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

struct output {
    int tty;         /* the terminal; borrowed */
    int way;         /* the same, to write to: our own and non-blocking where it can be had */
    int frame;       /* what ncurses writes to; its offset is the length of the frame */
    GString *unsent; /* what the terminal has not taken yet */
    guint64 written_bytes;
    bool lost; /* a write failed: nothing is tried any more */
};

bool output_init(struct output *output, int tty, GError **error);
/* Accepts one that was never initialised when frame is -1. */
void output_clear(struct output *output);

/* Sends what ncurses has written since the last time. */
void output_drain(struct output *output);
/* Beyond OUTPUT_UNSENT_MAX_BYTES that wait already they are dropped. */
enum { OUTPUT_UNSENT_MAX_BYTES = 1024 * 1024 };
void output_send(struct output *output, const char *bytes, size_t n);

/* Whether something waits for the terminal: a frame made now would wait with it. */
bool output_is_behind(const struct output *output);
/* Sends what waits, as far as the terminal takes it. */
void output_push(struct output *output);
/* Waits that long for all to be sent and shown. False, with the rest thrown away, when it was not:
 * half a sequence may be on the screen. */
bool output_settle(struct output *output, int patience_ms);

/* The sequence that puts text into the clipboard (ctlseqs, OSC 52), cut at
 * OUTPUT_CLIPBOARD_MAX_BYTES of text. */
enum { OUTPUT_CLIPBOARD_MAX_BYTES = 100 * 1024 };
void output_send_clipboard(struct output *output, const char *text);

#endif
