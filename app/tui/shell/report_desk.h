#ifndef SIDESCOPE_APP_TUI_SHELL_REPORT_DESK_H
#define SIDESCOPE_APP_TUI_SHELL_REPORT_DESK_H

/*
 * Writes reports and marks of the session: asks where to and whether names may
 * stay in, takes captures where they belong in, and writes off the UI
 * thread. Main loop's thread; nothing waits.
 */

#include "app/tui/shell/workbench.h"

struct report_desk;

struct report_desk *report_desk_new(struct ui *ui);
/* From now on an answer to its questions is that of a program which ends: nothing is written. */
void report_desk_close(struct report_desk *desk);
/* Ends what is under way. NULL accepted. */
void report_desk_free(struct report_desk *desk);

/* R: asks for a name; .md, .json, .txt, or a folder with a slash at its end. */
void report_desk_ask(struct report_desk *desk);
/* Keeps what there is now as the mark of the process, for triage --since-mark. Says only what went
 * wrong. Asked again while it does so, or within two seconds, it is the same mark. */
void report_desk_mark(struct report_desk *desk);

#endif
