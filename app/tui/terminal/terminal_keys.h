#ifndef SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_KEYS_H
#define SIDESCOPE_APP_TUI_TERMINAL_TERMINAL_KEYS_H

/*
 * From what the terminal sends to keys and mouse events with libtickit's
 * names. ncurses knows the sequences terminfo lists; everything else (modified
 * keys, SGR mouse reports, Alt, UTF-8) arrives here byte by byte. An unknown
 * sequence is swallowed whole, so that its tail never acts as keys. Pure: no
 * descriptors, no clock.
 */

#include "app/tui/terminal/terminal.h"

#include <stddef.h>

enum keys_state {
    KEYS_GROUND,
    KEYS_ESCAPE,
    KEYS_CSI,
    KEYS_SS3,
    KEYS_X10,
    KEYS_PASTE,
    KEYS_STRING,
    KEYS_STRING_END
};

enum {
    KEYS_SEQUENCE_MAX = 32, /* longer ones are no keyboard's */
    KEYS_STRING_MAX = 512,  /* a string that has not ended by then is none */
    KEYS_DOUBLE_CLICK_US = 300 * 1000,
    KEYS_PASTE_QUIET_US = 1000 * 1000, /* a paste that says nothing so long has lost its end */
};

struct key_decoder {
    const struct terminal_ops *ops; /* borrowed */
    gint64 now_us;                  /* monotonic; set by the caller before it feeds */

    enum keys_state state;
    char sequence[KEYS_SEQUENCE_MAX + 1]; /* after ESC [ */
    size_t n_sequence;                    /* of a string: bytes passed over */
    char string_kind;                     /* what begins it behind the ESC */
    char utf8[5];                         /* a character being put together */
    int n_utf8, want_utf8;

    char pasted[TERMINAL_PASTE_MAX_BYTES + 1];
    size_t n_pasted;
    gint64 paste_us; /* when its last byte came */

    gint64 pressed_us; /* last press, for double clicks; 0: none */
    int pressed_button, pressed_line, pressed_col;
};

void key_decoder_init(struct key_decoder *decoder, const struct terminal_ops *ops);
void key_decoder_byte(struct key_decoder *decoder, unsigned char byte);
/* A key that ncurses has recognised, as its keyname() calls it: "KEY_UP", "KEY_F(1)", "kRIT5".
 * Names that are no keys to us (KEY_RESIZE) are passed over. */
void key_decoder_curses(struct key_decoder *decoder, const char *keyname);
/* Input has run dry: an ESC alone was the Escape key. */
void key_decoder_idle(struct key_decoder *decoder);

#endif
