#ifndef SIDESCOPE_TESTS_SUPPORT_TERMINAL_MOCK_H
#define SIDESCOPE_TESTS_SUPPORT_TERMINAL_MOCK_H

/*
 * app/tui/terminal/terminal.h over libtickit's mock terminal: linked in the place of
 * the real one, so that whole screens are drawn and typed at without a tty.
 */

#include "app/tui/terminal/terminal.h"

/* Size and colours of the next terminal_open. */
void terminal_mock_prepare(int lines, int cols, int colours);
/* The terminal that was opened last. */
struct terminal *terminal_mock_current(void);

void terminal_mock_resize(struct terminal *terminal, int lines, int cols);
void terminal_mock_key(struct terminal *terminal, const char *key);
void terminal_mock_type(struct terminal *terminal, const char *text);
void terminal_mock_mouse(struct terminal *terminal, const struct terminal_mouse *mouse);

/* Draws what is damaged, then the whole screen as lines (g_free). */
char *terminal_mock_text(struct terminal *terminal);
/* What was given to terminal_copy last, or NULL. */
const char *terminal_mock_copied(const struct terminal *terminal);
/* Everything that was given to terminal_signal. */
const char *terminal_mock_signals(const struct terminal *terminal);
/* Entries in the mock's log since the last call: 0 means that nothing was painted. */
int terminal_mock_painted(struct terminal *terminal);

#endif
