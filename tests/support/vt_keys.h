#ifndef SIDESCOPE_TESTS_SUPPORT_VT_KEYS_H
#define SIDESCOPE_TESTS_SUPPORT_VT_KEYS_H

/* Key names as the program knows them, for libvterm's keyboard. Pure. */

#include <stdint.h>
#include <vterm.h>

struct vt_keystroke {
    VTermKey key; /* VTERM_KEY_NONE: character */
    uint32_t character;
    VTermModifier modifiers;
};

/* A name nobody knows fails the test. */
struct vt_keystroke vt_keystroke_parse(const char *name);

#endif
