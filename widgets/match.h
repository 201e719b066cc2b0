#ifndef SIDESCOPE_WIDGETS_MATCH_H
#define SIDESCOPE_WIDGETS_MATCH_H

/* The expressions of filters and searches, and where they hit. */

#include "widgets/text.h"

/*
 * PCRE2 over raw bytes, case-insensitive unless the pattern has a capital
 * outside an escape like \S; ^ and $ are the ends of a line; a pattern that is
 * none is taken literally. NULL
 * for NULL and "". Backtracking is limited: a pattern that explodes does not
 * match instead of holding the screen up.
 */
GRegex *match_compile(const char *pattern);
/* Why pattern is none and is taken literally, in a few words; NULL: it is one. Free with g_free. */
char *match_problem(const char *pattern);
bool match_test(const GRegex *regex, const char *bytes, gssize n);
/* text_draw with the hits of regex (may be NULL) marked as THEME_MATCH. */
int match_draw(const struct canvas *canvas, int line, int col, int cols,
               const struct text_style *style, const char *bytes, const GRegex *regex);

#endif
