#ifndef SIDESCOPE_WIDGETS_POPUP_H
#define SIDESCOPE_WIDGETS_POPUP_H

/* A centred box over the screen: a question with answers, or a message. */

#include "widgets/box.h"
#include "widgets/statusline.h"

struct popup {
    const char *title;
    const char *text;                  /* raw bytes; blank line = paragraph; wrapped */
    const struct status_hint *answers; /* drawn in the last line */
    size_t n_answers;
};

/* The rect a popup wants within area (at most 72 columns). */
TickitRect popup_rect(const struct popup *popup, TickitRect area, bool unicode);
/* Draws it; hits of the answers are stored in status (columns relative to the canvas). */
void popup_draw(const struct popup *popup, const struct canvas *canvas, TickitRect rect,
                struct statusline *status);

#endif
