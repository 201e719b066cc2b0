#ifndef SIDESCOPE_WIDGETS_TEXT_H
#define SIDESCOPE_WIDGETS_TEXT_H

/*
 * The one gate between foreign bytes and the terminal. Paths, names, labels
 * and server answers are raw bytes everywhere else; here they become safe
 * text: strict UTF-8, with C0, DEL, C1, bad bytes, line and bidi controls,
 * zero-width and unassigned characters turned into visible escapes (\n, \x1b,
 * \u202e), measured and cut in terminal columns. Rules: os-reference section
 * 11. No other code hands foreign text to a terminal, plain-text reports
 * included. Pure; any thread (drawing: UI thread).
 *
 * A bad byte or an ASCII control reads \x9b, a character \u009b, so the two
 * cannot be confused. A backslash stays one backslash: making text safe twice
 * changes nothing, a copied path stays a path, and on the screen the pen of
 * THEME_ESCAPE tells an escape from a name that merely looks like one.
 */

#include "widgets/theme.h"

enum text_elide {
    TEXT_ELIDE_END,      /* "long te…" */
    TEXT_ELIDE_START,    /* "…xt end" */
    TEXT_ELIDE_MIDDLE,   /* paths: keep the start and, more of, the end */
    TEXT_ELIDE_FUNCTION, /* Go functions: lose the import path first, then the middle */
};

enum text_align { TEXT_LEFT, TEXT_RIGHT, TEXT_CENTER };

/* A stretch of safe text in a pen of its own; bytes [start, end), both on characters. */
struct text_mark {
    size_t start, end;
    enum theme_role role;
};

/* Appends the safe form of n bytes (-1: up to NUL) to out. unicode false: ASCII only. */
void text_sanitise(GString *out, const char *bytes, gssize n, bool unicode);
/* The same; appends a THEME_ESCAPE mark per escape to marks (struct text_mark; may be NULL). */
void text_sanitise_marked(GString *out, const char *bytes, gssize n, bool unicode, GArray *marks);
/* The same as a new string. Free with g_free. */
char *text_safe(const char *bytes, gssize n, bool unicode);

/* Columns of safe text. */
int text_width(const char *safe);

/* Cuts safe text to at most cols columns, appending to out; returns columns used. */
int text_fit(GString *out, const char *safe, int cols, enum text_elide elide, bool unicode);

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

/* Breaks text into lines of at most cols columns at blanks; GPtrArray of char *, owns them. */
GPtrArray *text_wrap(const char *safe, int cols);
/* The same for raw bytes, where a newline begins a new line and an empty one stays. */
GPtrArray *text_wrap_bytes(const char *bytes, int cols, bool unicode);

#endif
