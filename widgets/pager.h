#ifndef SIDESCOPE_WIDGETS_PAGER_H
#define SIDESCOPE_WIDGETS_PAGER_H

/*
 * Long text: scrolls both ways, searches, marks matches. Lines are raw bytes
 * with an optional role each. UI thread.
 */

#include "widgets/table.h"

struct pager;

struct pager *pager_new(void);
void pager_free(struct pager *pager);
void pager_clear(struct pager *pager); /* keeps the scroll position for the text that follows */
void pager_reset(struct pager *pager); /* clear and go home */
void pager_add(struct pager *pager, enum theme_role role, const char *bytes);
void pager_addf(struct pager *pager, enum theme_role role, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* A path, a function: what of it goes first where it does not fit. */
void pager_addf_elided(struct pager *pager, enum theme_role role, enum text_elide elide,
                       const char *format, ...) G_GNUC_PRINTF(4, 5);
void pager_draw(struct pager *pager, const struct canvas *canvas, TickitRect rect);
void pager_move(struct pager *pager, enum table_motion motion);
void pager_scroll(struct pager *pager, int lines);
void pager_shift(struct pager *pager, int columns); /* sideways */
/* Regular expression (literal when bad); NULL or "" clears. Number of matching lines. */
size_t pager_search(struct pager *pager, const char *pattern);
/* True while the hits of a search are marked. */
bool pager_is_searched(const struct pager *pager);
/* To the next hit from here (direction +1, -1), around the ends; false when there is none. */
bool pager_search_next(struct pager *pager, int direction);
/* All lines as safe text. Free with g_free. */
char *pager_to_text(const struct pager *pager, bool unicode);

#endif
