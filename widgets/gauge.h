#ifndef SIDESCOPE_WIDGETS_GAUGE_H
#define SIDESCOPE_WIDGETS_GAUGE_H

/* One-line stacked bar: parts of a whole, in different pens and shades. */

#include "widgets/text.h"

struct gauge_part {
    double value;
    enum theme_role role;
};

/* The glyph that the i-th of the parts above nothing is filled with; static. */
const char *gauge_fill(const struct canvas *canvas, size_t i);
/* Segments are rounded so that they add up to the bar and no part above 0 vanishes. */
void gauge_draw(const struct canvas *canvas, int line, int col, int cols,
                const struct gauge_part *parts, size_t n, double total);

#endif
