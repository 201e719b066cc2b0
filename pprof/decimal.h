#ifndef SIDESCOPE_PPROF_DECIMAL_H
#define SIDESCOPE_PPROF_DECIMAL_H

/* Numbers as text, as printf writes them in the C locale, at a tenth of its cost. Pure. */

#include <stddef.h>

enum { DECIMAL_MAX = 32, DECIMAL_MOST_DIGITS = 6 };

/*
 * Writes value with so many digits after the point (up to DECIMAL_MOST_DIGITS),
 * rounded as "%.*f" rounds: to the nearest, ties to even. |value| below 1e19.
 * Returns the length.
 */
size_t decimal_write(double value, unsigned digits, char out[DECIMAL_MAX]);

#endif
