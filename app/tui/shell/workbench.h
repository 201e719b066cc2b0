#ifndef SIDESCOPE_APP_TUI_SHELL_WORKBENCH_H
#define SIDESCOPE_APP_TUI_SHELL_WORKBENCH_H

/*
 * What lies before the user: a process or a file, what is known of it (samples,
 * snapshots, the mark, events), what the procedure says of it and the numbers in
 * force. Main loop's thread; nothing waits.
 */

#include "app/alerts/alert_watch.h"
#include "app/recording/player.h"
#include "app/session/session.h"
#include "app/snapshots/snapshots.h"
#include "app/triage/since.h"
#include "app/triage/triage.h"
#include "app/tui/shell/ui.h"

/* NULL before a target is attached. */
struct session *ui_session(const struct ui *ui);
/* Takes ownership of target, ends the old session, starts a new one, tells all screens; a moment
 * later when something is remembered of it. */
void ui_attach(struct ui *ui, struct target *target);

/*
 * Instead of a process what a file holds. With a source it is a recording: its
 * moments are the session's, a time bar stands above the footer. Without one
 * moment (what is in it is taken) of target (taken) is all there is.
 */
struct ui_file {
    const char *name; /* of the file, for titles; copied */
    const struct player_source_ops *source;
    void *data;   /* of source: the player's from now on */
    size_t run;   /* where to begin, and in it */
    gint64 at_us; /* beyond the end: at its end */
    struct target *target;
    struct session_moment *moment;
};
/* Ends the session; tells all screens. */
void ui_open_file(struct ui *ui, const struct ui_file *file);
/* The name of the file that is looked at; NULL: a process is. */
const char *ui_file_name(const struct ui *ui);
/* NULL: it is no recording. */
struct player *ui_player(const struct ui *ui);
/* Where the words (time_text.h) say, of the recording; says so when that is no time of it. */
void ui_go_to_time(struct ui *ui, const char *words);
/* How many lines above the footer the time bar takes; 0: there is none. */
int ui_time_bar_lines(const struct ui *ui);
/* True, and says so, when a file is looked at: what ("a CPU profile") takes a running process. */
bool ui_needs_process(struct ui *ui, const char *what);

/* What is kept of the session for later, in words. Free with g_free. */
char *ui_remember_words(const struct ui *ui);
/* Never NULL; outlives the session: snapshots of several processes can be compared. */
struct snapshots *ui_snapshots(const struct ui *ui);
/* Tells all screens that the store has changed. */
void ui_snapshots_changed(struct ui *ui);
/* The four steps of the moment (cached per turn of samples), or NULL without a session. */
const struct triage_result *ui_triage(struct ui *ui);
/* Says of a step what the user says; the triage is made anew. */
void ui_judge(struct ui *ui, enum triage_step_id step, struct triage_judgement judgement);
/* What was born since the session's mark and still stays, some seconds old at most; NULL: no mark
 * was set by hand, or it is still being compared: the screen is painted again when it is there.
 * Borrowed until the next turn of the main loop. */
const struct triage_since *ui_since_mark(struct ui *ui);
/* What happened since the program was started. */
struct alert_watch *ui_alerts(const struct ui *ui);
/* The page the wizard showed last: it opens there again. */
int ui_wizard_page(const struct ui *ui);
void ui_set_wizard_page(struct ui *ui, int page);
/* Numbers of the documented procedure in force. */
const struct thresholds *ui_thresholds(const struct ui *ui);
/* Time of the frame being drawn, by the session's clock: ages count back from it (frozen screens
 * keep counting, a replay's clock stands at its moment). */
gint64 ui_now(const struct ui *ui);

/* CPU of sidescope itself, percent of one core over the last seconds; its RSS in bytes. */
double ui_own_cpu(const struct ui *ui);
int64_t ui_own_rss(const struct ui *ui);

/* How long a capture takes, as chosen last. */
int ui_capture_seconds(const struct ui *ui);
void ui_set_capture_seconds(struct ui *ui, int seconds);

#endif
