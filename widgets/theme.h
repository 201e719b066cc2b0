#ifndef SIDESCOPE_WIDGETS_THEME_H
#define SIDESCOPE_WIDGETS_THEME_H

/*
 * The look: one pen per role, the glyph set, the colour depth. Colour says
 * state, a shape says it again (see theme_mark). Pens are made once and live
 * as long as the theme. UI thread only.
 */

#include "widgets/role.h"

#include <glib.h>
#include <stdbool.h>
#include <tickit.h>

/* How many colours there are. With eight, nothing is grey and no colour has a bright form. */
enum theme_depth { THEME_MONO, THEME_8, THEME_16, THEME_256, THEME_TRUE };
enum { THEME_N_DEPTHS = THEME_TRUE + 1 };

/* libtickit's pens know no half-bright text: that attribute, otherwise unused, stands for it. */
#define THEME_PEN_FAINT TICKIT_PEN_ALTFONT
enum { THEME_N_LEVELS = 6 }; /* shades of a graph's colour, from its foot to its top */
enum theme_glyphs { THEME_BRAILLE, THEME_BLOCK, THEME_ASCII };

struct theme {
    const char *name;
    enum theme_depth depth;
    enum theme_glyphs glyphs; /* ASCII also means: no box drawing, no marks outside ASCII */
    TickitPen *pens[THEME_N_ROLES];
    TickitPen *levels[THEME_GRAPH6 - THEME_GRAPH1 + 1][THEME_N_LEVELS];
};

/* Names of the built-in themes ("dark", "light", "safe" = colour-blind safe), NULL at the end. */
const char *const *theme_names(void);

/* A theme by name, or NULL when there is none of that name. */
struct theme *theme_new(const char *name, enum theme_depth depth, enum theme_glyphs glyphs);
void theme_free(struct theme *theme);

TickitPen *theme_pen(const struct theme *theme, enum theme_role role);
/* The pen of a graph's role (GRAPH1 to GRAPH6) at a height of it, 0 to 1: nearer to the ground's
 * colour at the foot where there are colours enough. Of another role: its pen. */
TickitPen *theme_level_pen(const struct theme *theme, enum theme_role role, double height);

/* "✓" "!" "✗" "·" for GOOD, LOOK, BAD, anything else; ASCII: "+" "!" "x" ".". Static. */
const char *theme_mark(const struct theme *theme, enum theme_role role);
/* "▲" "▼" "→"-like trend arrows for > 0, < 0, 0; ASCII "^" "v" "-". Static. */
const char *theme_arrow(const struct theme *theme, int direction);

/*
 * What widgets draw with. rb's coordinates are those of the window drawn on.
 * A widget sets a pen, draws, and sets NULL, which is the pen of the saved
 * level: restoring a level walks over every cell of the buffer, so savepen is
 * for pens laid over each other only.
 */
struct canvas {
    TickitRenderBuffer *rb;
    const struct theme *theme;
};

#endif
