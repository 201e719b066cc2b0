#ifndef SIDESCOPE_APP_TUI_SHELL_ERRANDS_H
#define SIDESCOPE_APP_TUI_SHELL_ERRANDS_H

/*
 * What the program does beside the screen: jobs on threads, files written, the
 * web server of go tool pprof, snapshots and reports being made. Main loop's
 * thread; nothing waits.
 */

#include "app/ground/job.h"
#include "app/profiles/web_pprof.h"
#include "app/tui/shell/ui.h"

/*
 * Like job_start, for work whose done callback uses the ui: it is forgotten
 * when the ui ends first.
 */
void ui_start_job(struct ui *ui, const struct job_ops *ops, void *data);

/* The browser views of go tool pprof on a profile: asks, then shows and copies the address when it
 * is there; at once where one serves this profile already. */
void ui_open_web(struct ui *ui, const struct web_pprof_request *request);

/*
 * Asks for a file name (suggestion given) and writes text there off the UI
 * thread; never overwrites. Takes text.
 */
void ui_save_text(struct ui *ui, const char *suggestion, char *text);

/* Who makes snapshots, reports and lists of holders; borrowed. */
struct snapshot_taker *ui_snapshot_taker(const struct ui *ui);
struct report_desk *ui_report_desk(const struct ui *ui);
struct holdings_desk *ui_holdings_desk(const struct ui *ui);
/* Two snapshots with a wait between them. */
struct snapshot_pair *ui_snapshot_pair(const struct ui *ui);

#endif
