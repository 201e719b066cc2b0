#ifndef SIDESCOPE_WIDGETS_SAFE_TEXT_H
#define SIDESCOPE_WIDGETS_SAFE_TEXT_H

/*
 * The one gate between foreign bytes and the terminal. Paths, names, labels
 * and server answers are raw bytes everywhere else; here they become safe
 * text: strict UTF-8, with C0, DEL, C1, bad bytes, line and bidi controls,
 * zero-width and unassigned characters turned into visible escapes (\n, \x1b,
 * \u202e), measured and cut in terminal columns. Rules: os-reference section
 * 11. No other code hands foreign text to a terminal, plain-text reports
 * included. Pure; any thread; drawing it is text.h.
 *
 * A bad byte or an ASCII control reads \x9b, a character \u009b, so the two
 * cannot be confused. A backslash stays one backslash: making text safe twice
 * changes nothing, a copied path stays a path, and on the screen the pen of
 * THEME_ESCAPE tells an escape from a name that merely looks like one.
 */

#include "widgets/role.h"

#include <glib.h>
#include <stdbool.h>

enum text_elide {
    TEXT_ELIDE_END,      /* "long te…" */
    TEXT_ELIDE_START,    /* "…xt end" */
    TEXT_ELIDE_MIDDLE,   /* paths: keep the start and, more of, the end */
    TEXT_ELIDE_FUNCTION, /* Go functions: lose the import path first, then the middle */
    TEXT_ELIDE_SENTENCE, /* sentences that name Go functions: the same, then the end */
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

/*
 * A Go function without its import path: "a/b/pkg.(*T).M[c/d.E]" gives "pkg.(*T).M[c/d.E]". A slash
 * after the first bracket belongs to a type, and of "a/b/pkg/v2.F" the version is no name:
 * "pkg/v2.F". Borrowed from name, raw bytes or safe text.
 */
const char *text_without_import_path(const char *name);
/*
 * The same for all functions in a sentence, of whose words those that begin with a slash are files.
 * The n marks (NULL: none) go along with what they mark. Free with g_free.
 */
char *text_without_import_paths(const char *text, struct text_mark *marks, size_t n);

/* Breaks text into lines of at most cols columns at blanks; GPtrArray of char *, owns them. */
GPtrArray *text_wrap(const char *safe, int cols);
/* The same for raw bytes, where a newline begins a new line and an empty one stays. */
GPtrArray *text_wrap_bytes(const char *bytes, int cols, bool unicode);

/*
 * Columns that what draws gives to a character in UTF-8, or -1 when it takes
 * none such: characters on which it differs from us are escaped, for they would
 * shift all that follows on their line. Until then ours alone counts.
 */
typedef int (*text_measure)(const char *utf8);
void text_measure_with(text_measure measure);

#endif
