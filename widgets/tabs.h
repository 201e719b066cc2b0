#ifndef SIDESCOPE_WIDGETS_TABS_H
#define SIDESCOPE_WIDGETS_TABS_H

/*
 * Names beside each other, the shown one in brackets: "[grouped] tree  paths".
 * Where there is no room for all, names lose their ends; where not even for
 * that, the shown one says how many there are: "[grouped 1/7]". Pure but for
 * drawing.
 */

#include "widgets/text.h"

enum { TABS_MAX = 9 }; /* as many as there are digits */

struct tabs {
    const char *names[TABS_MAX]; /* raw bytes, borrowed */
    size_t n, shown;
    bool numbered; /* "[1 grouped] 2 tree ": a digit shows it; numbers go before names do */
    bool quiet;    /* drawn beside what has the focus */
};

/* Where they were drawn last. Zeroed: nowhere. */
struct tabs_hits {
    int line;
    struct {
        int col, cols;
        size_t tab;
    } hits[TABS_MAX];
    size_t n;
};

enum tabs_form { TABS_NUMBERED, TABS_NAMED, TABS_PLACE };

/* The columns they need for whole names with their numbers (where numbered), for whole names, for
 * the shown one with its place among them. */
int tabs_cols(const struct canvas *canvas, const struct tabs *tabs, enum tabs_form form);
/* Draws them from col on; returns the columns used, at most cols. hits may be NULL. */
int tabs_draw(const struct canvas *canvas, int line, int col, int cols, const struct tabs *tabs,
              struct tabs_hits *hits);
/* True and which tab a press at that cell means: the next one where only the shown one is named. */
bool tabs_hit(const struct tabs_hits *hits, int line, int col, size_t *ret_tab);

#endif
