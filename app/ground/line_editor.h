#ifndef SIDESCOPE_APP_GROUND_LINE_EDITOR_H
#define SIDESCOPE_APP_GROUND_LINE_EDITOR_H

/*
 * Lines typed by a person: with history and completion where libedit or GNU
 * readline is installed, which is looked up when the first line is read, else as
 * the terminal gives them; from a pipe without a prompt. Main thread only.
 */

#include <glib.h>
#include <stdbool.h>

/* The words that may stand where the cursor is, given the line before it; may be NULL. */
typedef GPtrArray *line_editor_complete(const char *before, const char *word, void *user);

struct line_editor;

/* Free with line_editor_free, which accepts NULL. */
struct line_editor *line_editor_new(line_editor_complete *complete, void *user);
void line_editor_free(struct line_editor *editor);

/* The next line without its end, to be freed with g_free; NULL at the end of the input. */
char *line_editor_read(struct line_editor *editor, const char *prompt);

#endif
