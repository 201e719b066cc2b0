#ifndef SIDESCOPE_WIDGETS_PROMPT_H
#define SIDESCOPE_WIDGETS_PROMPT_H

/* One-line editor (filter, search, command, file name). UI thread. */

#include "widgets/text.h"

struct prompt;

enum prompt_result { PROMPT_EDITING, PROMPT_CHANGED, PROMPT_DONE, PROMPT_CANCELLED };

struct prompt *prompt_new(const char *label, const char *text);
/* The text is a suggestion: what is typed first takes its place; any other key keeps it. */
void prompt_suggest(struct prompt *prompt);
void prompt_free(struct prompt *prompt);
/*
 * One key as libtickit names it: is_text with UTF-8 str, or a name ("Enter",
 * "Escape", "Backspace", "Left", "C-u", "C-w", "C-a", "C-e", "Delete", …).
 */
enum prompt_result prompt_key(struct prompt *prompt, bool is_text, const char *str);
/* Puts in as much of a text in one line, valid UTF-8, as there is room for. */
enum prompt_result prompt_paste(struct prompt *prompt, const char *text);
const char *prompt_text(const struct prompt *prompt);
/* Draws label and text into one line; stores the column of the cursor, always within cols. */
void prompt_draw(const struct prompt *prompt, const struct canvas *canvas, int line, int col,
                 int cols, int *ret_cursor_col);

#endif
