#ifndef SIDESCOPE_WIDGETS_STATUSLINE_H
#define SIDESCOPE_WIDGETS_STATUSLINE_H

/* The footer: the keys valid now, clickable, and a text at the right. */

#include "widgets/text.h"

struct status_hint {
    const char *key;      /* "Enter" */
    const char *label;    /* "open" */
    int action;           /* what a click on it means; caller's number, > 0 */
    enum theme_role role; /* of the label; THEME_TEXT: quiet, as usual */
};

enum { STATUSLINE_MAX_HITS = 64 };

struct statusline {
    struct {
        int col, cols, action;
    } hits[STATUSLINE_MAX_HITS];
    size_t n_hits;
};

/* Draws as many hints as fit, in order, never cutting one; right text has precedence over none. */
void statusline_draw(struct statusline *status, const struct canvas *canvas, int line, int col,
                     int cols, const struct status_hint *hints, size_t n, const char *right);
/* The action of the hint at col, or 0. */
int statusline_hit(const struct statusline *status, int col);

#endif
