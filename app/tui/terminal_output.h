#ifndef SIDESCOPE_APP_TUI_TERMINAL_OUTPUT_H
#define SIDESCOPE_APP_TUI_TERMINAL_OUTPUT_H

/*
 * The way out. ncurses composes a frame into an anonymous file; from there it
 * goes to the terminal in as few writes as it takes. That shows frames whole,
 * counts every byte, and notices a terminal that is gone, which ncurses does
 * not tell. UI thread only.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

struct output {
    int tty;   /* blocking; borrowed */
    int frame; /* what ncurses writes to; its offset is the length of the frame */
    guint64 written_bytes;
    bool lost; /* a write failed: nothing is tried any more */
};

bool output_init(struct output *output, int tty, GError **error);
/* Accepts one that was never initialised when frame is -1. */
void output_clear(struct output *output);

/* Sends what ncurses has written since the last time. */
void output_drain(struct output *output);
void output_send(struct output *output, const char *bytes, size_t n);

/* The sequence that puts text into the clipboard (ctlseqs, OSC 52), cut at
 * OUTPUT_CLIPBOARD_MAX_BYTES of text. */
enum { OUTPUT_CLIPBOARD_MAX_BYTES = 100 * 1024 };
void output_send_clipboard(struct output *output, const char *text);

#endif
