#ifndef SIDESCOPE_APP_TUI_SHELL_UI_H
#define SIDESCOPE_APP_TUI_SHELL_UI_H

/*
 * The full-screen program: terminal, theme, keymap, the stack of screens, one
 * popup or prompt at most, the session being looked at. Everything here runs
 * on the main loop's thread, and nothing in it waits.
 */

#include "app/alerts/alert_watch.h"
#include "app/config/config.h"
#include "app/ground/job.h"
#include "app/profiles/web_pprof.h"
#include "app/recording/player.h"
#include "app/session/session.h"
#include "app/snapshots/snapshots.h"
#include "app/triage/since.h"
#include "app/triage/triage.h"
#include "app/tui/shell/layout.h"
#include "app/tui/shell/openers.h"
#include "app/tui/shell/view.h"
#include "app/tui/terminal/terminal.h"
#include "widgets/popup.h"

struct ui;

struct ui_options {
    const struct ui_openers *openers;   /* what screens there are; lives as long as the program */
    struct config *config;              /* borrowed for the ui's life */
    const struct alert_options *alerts; /* likewise; NULL: nothing is done */
    const char *theme;                  /* name, or NULL: configuration, else "dark" */
    bool no_color;                      /* --no-color or NO_COLOR */
    bool ascii;                         /* --ascii */
    bool mouse;
    bool remember; /* keep a recording of what is watched, go on from the last one */
};

/* Opens the terminal. NULL with a sentence. */
struct ui *ui_new(const struct ui_options *options, GError **error);
void ui_free(struct ui *ui);
/* Runs until the user quits, the terminal is lost or a signal ends the program. Exit status. */
int ui_run(struct ui *ui);
void ui_quit(struct ui *ui, int status);

/* --- what screens use --------------------------------------------------- */

const struct theme *ui_theme(const struct ui *ui);
const struct keymap *ui_keymap(const struct ui *ui);
struct config *ui_config(struct ui *ui);
struct terminal *ui_terminal(struct ui *ui);
bool ui_unicode(const struct ui *ui);
/* How long a capture takes, as chosen last. */
int ui_capture_seconds(const struct ui *ui);
void ui_set_capture_seconds(struct ui *ui, int seconds);

/* The stack. Push takes ownership; pop frees the top one, never the last. */
void ui_push(struct ui *ui, struct view *screen);
void ui_pop(struct ui *ui);
/* Pops everything above the first screen. */
void ui_pop_to_root(struct ui *ui);
struct view *ui_top(const struct ui *ui);
struct view *ui_root_screen(const struct ui *ui);
/* Removes it from wherever it stands; freed on the next turn. Never the first. */
void ui_remove(struct ui *ui, struct view *screen);
/* What it covers, or NULL. */
struct view *ui_below(const struct ui *ui, const struct view *screen);
/* The first one with that table, or NULL. */
struct view *ui_find_screen(const struct ui *ui, const struct view_ops *ops);
/* "dashboard > files > …": names of the stack. Free with g_free. */
char *ui_breadcrumb(const struct ui *ui);

/* Something changed: repaint all soon (at once for keys, merged otherwise). */
void ui_damage(struct ui *ui);

/* A line in the footer for a few seconds. */
void ui_message(struct ui *ui, enum theme_role role, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* A question with yes and no; done is called once with the answer. */
typedef void (*ui_answer)(struct ui *ui, bool yes, void *user);
void ui_ask(struct ui *ui, const char *title, const char *text, ui_answer done, void *user);
/* A message that stays until a key. */
void ui_tell(struct ui *ui, const char *title, const char *text);

/*
 * One-line input in the footer. changed (may be NULL) follows every edit; done
 * is called once, with NULL when it was cancelled. complete (may be NULL)
 * returns a new string for Tab, or NULL.
 */
struct ui_prompt {
    const char *label, *text;
    bool suggested; /* typing replaces text, as a number that is proposed */
    void (*changed)(struct ui *ui, const char *text, void *user);
    void (*done)(struct ui *ui, const char *text, void *user);
    char *(*complete)(struct ui *ui, const char *text, void *user);
    void *user;
};
void ui_prompt(struct ui *ui, const struct ui_prompt *prompt);

/* Says so when what is typed is no regular expression, and why; else, and of NULL,
 * takes the message away. */
void ui_say_pattern(struct ui *ui, const char *pattern);
/* Filters the table; the same is said of the pattern. NULL: no filter. */
void ui_filter(struct ui *ui, struct table *table, const char *pattern);
/* Copies to the clipboard and says so. */
void ui_copy(struct ui *ui, const char *text);

/* Performs an action as if its key had been pressed. */
void ui_act(struct ui *ui, enum action action);
/* A press or a turn of the wheel at a cell, given to this screen (or its list, see screen.h). */
void ui_click(struct view *screen, int line, int col, bool twice);
void ui_wheel(struct view *screen, int line, int col, int direction);

/* --- the session ----------------------------------------------------------- */

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
struct snapshot_taker *ui_snapshot_taker(const struct ui *ui);
struct report_desk *ui_report_desk(const struct ui *ui);
struct holdings_desk *ui_holdings_desk(const struct ui *ui);
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
/* Two snapshots with a wait between them. */
struct snapshot_pair *ui_snapshot_pair(const struct ui *ui);
/* Numbers of the documented procedure in force. */
const struct thresholds *ui_thresholds(const struct ui *ui);
/* Time of the frame being drawn, by the session's clock: ages count back from it (frozen screens
 * keep counting, a replay's clock stands at its moment). */
gint64 ui_now(const struct ui *ui);

/* CPU of sidescope itself, percent of one core over the last seconds; its RSS in bytes. */
double ui_own_cpu(const struct ui *ui);
int64_t ui_own_rss(const struct ui *ui);

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

/* --- looks that screens may change --------------------------------------- */

void ui_set_theme(struct ui *ui, const char *name);
void ui_set_glyphs(struct ui *ui, enum theme_glyphs glyphs);
void ui_set_mouse(struct ui *ui, bool on);

#endif
