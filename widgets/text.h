#ifndef SIDESCOPE_WIDGETS_TEXT_H
#define SIDESCOPE_WIDGETS_TEXT_H

/*
 * Foreign bytes on the screen: made safe (safe_text.h), cut, aligned, drawn.
 * UI thread.
 */

#include "widgets/safe_text.h"
#include "widgets/theme.h"

struct text_style {
    enum theme_role role;
    enum text_align align;
    enum text_elide elide;
    int bar_cols;  /* that many cells from the left stand on THEME_METER */
    int skip_cols; /* columns of text scrolled out at the left */
};

/*
 * Draws raw bytes into the cells [col, col+cols) of line: sanitised, cut,
 * aligned, padded with blanks in the role's pen. Returns columns of text.
 */
int text_draw(const struct canvas *canvas, int line, int col, int cols,
              const struct text_style *style, const char *bytes);
/* The same for text that is safe already. */
int text_draw_safe(const struct canvas *canvas, int line, int col, int cols,
                   const struct text_style *style, const char *safe);
/* The same with n marks, which rise by start; where two overlap, the first wins. */
int text_draw_marked(const struct canvas *canvas, int line, int col, int cols,
                     const struct text_style *style, const char *safe,
                     const struct text_mark *marks, size_t n);
/* printf form, left aligned, cut at the end; the result is treated as raw bytes. */
int text_drawf(const struct canvas *canvas, int line, int col, int cols, enum theme_role role,
               const char *format, ...) G_GNUC_PRINTF(6, 7);
/* Raw bytes wrapped into rect, quietly: what a pane says in the place of its content. */
void text_draw_words(const struct canvas *canvas, TickitRect rect, const char *bytes);
/* True when the canvas' glyphs may leave ASCII: what the functions above take as unicode. */
bool text_unicode(const struct canvas *canvas);

/* Lets text_sanitise escape what libtickit measures otherwise than we. Done by theme_new. */
void text_measure_as_drawn(void);

#endif
