#ifndef SIDESCOPE_APP_TUI_SHELL_HOLDINGS_DESK_H
#define SIDESCOPE_APP_TUI_SHELL_HOLDINGS_DESK_H

/*
 * Looks for who holds the memory and the open files of the session's process, off the
 * UI thread; what it finds is kept in the notes of the session (triage_notes), and all
 * screens are told. Main loop's thread; nothing waits.
 */

#include "app/tui/shell/workbench.h"
#include "probes/goruntime/holdings.h"

struct holdings_desk;

struct holdings_desk *holdings_desk_new(struct ui *ui);
/* Ends what is under way. NULL accepted, by the next one too. */
void holdings_desk_free(struct holdings_desk *desk);

/* What of this session cannot be looked at, a sentence; NULL: it can be. Static. */
const char *holdings_desk_why_not(const struct holdings_desk *desk);
/* Begins a look, unless one is under way or none can be. */
void holdings_desk_look(struct holdings_desk *desk);
/* The same, unless this session was looked at before, or that was tried. */
void holdings_desk_want(struct holdings_desk *desk);
/* Ends it, and says so; what was found before stays. */
void holdings_desk_stop(struct holdings_desk *desk);
/* Ends it: another session begins. */
void holdings_desk_forget(struct holdings_desk *desk);
bool holdings_desk_is_looking(const struct holdings_desk *desk);
/* "reading memory: following pointers (4 of 6)", while it looks; else how the last look failed, or
 * "". Appends. Returns the role of it. */
enum theme_role holdings_desk_say(const struct holdings_desk *desk, GString *out);

/* The last look at the session's process and the one before it; NULL: none. Borrowed until the
 * next turn of the main loop. */
const struct holdings *ui_holdings(const struct ui *ui);
const struct holdings *ui_holdings_before(const struct ui *ui);

#endif
