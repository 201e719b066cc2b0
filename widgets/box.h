#ifndef SIDESCOPE_WIDGETS_BOX_H
#define SIDESCOPE_WIDGETS_BOX_H

/* A pane's frame with texts in its border. Titles are raw bytes. */

#include "widgets/tabs.h"

struct box {
    const char *title;       /* top left, after the number; may be NULL */
    int number;              /* pane number shown before the title; 0: none */
    const struct tabs *tabs; /* behind the title; NULL: none */
    struct tabs_hits *hits;  /* where they stand now; may be NULL */
    /* Top right, parts of it two blanks apart; beside tabs a line for each way to say it, shorter
     * from line to line. NULL: none. */
    const char *info;
    enum theme_role info_role;
    const char *footer; /* bottom right, e.g. age of data; NULL: none */
    enum theme_role footer_role;
    const char *footer_left; /* bottom left, e.g. filter; NULL: none */
    enum theme_role footer_left_role;
    bool focused;
};

/*
 * Draws the frame into rect (erasing the inside) and stores the inside in
 * *ret. With one line only the title line is drawn (a folded pane) and the
 * inside has 0 lines; below 4 columns nothing but an erase happens.
 */
void box_draw(const struct canvas *canvas, TickitRect rect, const struct box *box, TickitRect *ret);

#endif
