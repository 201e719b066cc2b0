#ifndef SIDESCOPE_WIDGETS_TEXT_CUT_H
#define SIDESCOPE_WIDGETS_TEXT_CUT_H

/*
 * Between the parts of the text module: safe text in columns. A cluster is a
 * character with the marks that combine with it; it is never cut.
 */

#include "widgets/safe_text.h"

/* A stretch of safe text; start stands in the text it came from. */
struct text_piece {
    const char *start;
    size_t len;
    int cols;
};

/* What is left of a text: its head, an ellipsis when elided, its tail. */
struct text_cut {
    struct text_piece head, tail;
    bool elided;
};

/* Columns of one character: 0, 1 or 2. */
int text_char_width(gunichar c);
/* The longest stretch of whole clusters at the start of [start, end) within cols columns. */
struct text_piece text_head(const char *start, const char *end, int cols);
/*
 * Where the text goes on after cols columns; *ret_blanks is 1 when a wide
 * character stands across that place and its second half must be a blank.
 */
const char *text_skip(const char *safe, int cols, int *ret_blanks);

/* Whether a text has to lose its import paths before it is cut: it is wider than cols. */
bool text_loses_paths(const char *safe, int cols, enum text_elide elide);
void text_cut(const char *safe, int cols, enum text_elide elide, struct text_cut *ret);

#endif
