#ifndef SIDESCOPE_APP_TUI_SHELL_UI_PRIVATE_H
#define SIDESCOPE_APP_TUI_SHELL_UI_PRIVATE_H

/* What ui.c, ui_draw.c and ui_input.c share; no other file includes it. */

#include "app/recording/remembered.h"
#include "app/triage/numbers.h"
#include "app/tui/shell/errands.h"
#include "app/tui/shell/layout.h"
#include "app/tui/shell/workbench.h"
#include "widgets/prompt.h"

enum {
    UI_MESSAGE_SECONDS = 5,
    UI_TICK_MS = 1000,
    UI_MERGE_MS = 120,
    UI_EAGER_MS = 3,
    UI_EAGER_US = 1500000,
    UI_CAPTURE_SECONDS = 30, /* what the document captures */
};

/* The question on the screen, if any. */
struct ui_question {
    bool open;
    bool tell; /* a message: any key closes it */
    char *title, *text;
    ui_answer done;
    void *user;
    TickitRect rect;
    struct statusline answers;
};

struct ui_line_edit {
    struct prompt *prompt; /* NULL: none open */
    struct ui_prompt ops;
    char *label;
};

struct ui_replay;

struct ui {
    struct ui_options options;
    struct terminal *terminal;
    struct terminal_ops terminal_ops;
    struct theme *theme;
    char *theme_name;
    enum theme_depth depth;
    enum theme_glyphs glyphs;
    struct keymap *keymap;
    bool mouse;

    TickitWindow *window;       /* screen and footer */
    TickitWindow *popup_window; /* NULL unless a question is open */
    GPtrArray *screens;         /* struct view *, last is on top */
    GPtrArray *dead;            /* popped screens, freed when the stack of calls has unwound */
    struct statusline status;
    TickitRect footer;

    struct ui_question question;
    struct ui_line_edit edit;

    char *message;
    enum theme_role message_role;
    gint64 message_until_us;

    struct snapshots *snapshots;
    struct snapshot_taker *taker;
    struct report_desk *desk;
    struct holdings_desk *holdings;
    struct return_watch *returned;
    struct web_pprof *web;
    struct session *session;
    gint64 attached_us;    /* when it was */
    struct target *coming; /* whom the next session is of, while its past is read; or NULL */
    guint patience;        /* how long that is waited for */
    struct remembered *remembered; /* what is kept of the process; NULL: nothing (yet) */
    struct ui_replay *replay;      /* the file looked at; NULL: a process is */
    struct triage_result *triage;
    bool triage_dirty;
    gint64 triage_us;
    struct snapshot *mark; /* of the last m; NULL: none */
    unsigned mark_number;  /* counts them */
    bool since_running;    /* since is being made anew */
    struct triage_since *since;
    gint64 since_us;
    int wizard_page;
    struct alert_watch *alerts;
    struct alert_sinks alert_sinks;
    char *alert_config; /* text of the configuration, for captures */
    gint64 alerts_us;   /* when it was looked at last */
    struct snapshot_pair *pair;

    int capture_seconds;

    GHashTable *jobs; /* struct ui_job *: work whose callbacks use this ui */

    GMainLoop *loop;
    int exit_status;
    guint tick, merge, reap, sigterm, sighup, sigint;
    gint64 now_us, painted_us;
    gint64 own_cpu_us, own_wall_us;
    double own_cpu;
    int64_t own_rss;
};

/* ui.c: tells all screens of new samples. */
void ui_update_screens(struct ui *ui, unsigned kinds);
/* ui.c: ends the session that is there, begins with this one. */
void ui_set_session(struct ui *ui, struct session *session);

/* ui_replay.c: closes the file, if one is looked at. */
void ui_close_file(struct ui *ui);
/* True when the action was for the recording, or cannot be had of a file. */
bool ui_replay_act(struct ui *ui, enum action action);
void ui_replay_draw(struct ui *ui, const struct canvas *canvas, TickitRect area);
/* True when the mouse was on the bar, or drags it. */
bool ui_replay_mouse(struct ui *ui, const struct terminal_mouse *mouse);
/* Another label than usual for a hint, or NULL. */
const char *ui_replay_label(const struct ui *ui, enum action action);
/* May it be a hint now? */
bool ui_replay_offers(const struct ui *ui, enum action action);

/* ui_stack.c: frees them, the last first. */
void ui_free_screens(GPtrArray *screens);

/* ui_draw.c */
int ui_on_expose(TickitWindow *window, TickitEventFlags flags, void *info, void *user);
int ui_on_expose_popup(TickitWindow *window, TickitEventFlags flags, void *info, void *user);
/* Rect of the open question for the present terminal size. */
TickitRect ui_question_rect(const struct ui *ui);

/* ui_input.c */
void ui_on_key(void *user, bool is_text, const char *str);
void ui_on_paste(void *user, const char *text);
void ui_on_mouse(void *user, const struct terminal_mouse *mouse);
void ui_close_prompt(struct ui *ui, bool accept);

/* ui_remember.c: the session begins when it is known what is remembered of target (taken). */
void ui_remember(struct ui *ui, struct target *target);
/* What is said and what happened go with it. */
void ui_remember_triage(struct ui *ui, const struct triage_result *result);
void ui_remember_event(struct ui *ui, const struct alert_event *event);
/* Closes the file later, off this thread. Before the session is freed. */
void ui_stop_remembering(struct ui *ui);

/* ui_alerts.c: looks at what has changed, a second or so apart. */
void ui_open_alerts(struct ui *ui);
void ui_look_for_alerts(struct ui *ui);
/* The hint that there are new events: label (at least NUMBER_TEXT_MAX bytes of it) is filled. False
 * when there are none. */
bool ui_alert_hint(struct ui *ui, char *label, size_t n, enum theme_role *ret_role);

/* ui_triage.c: evaluates it anew; input is filled as well. */
void ui_evaluate_triage(struct ui *ui, struct triage_input *input);
/* ui_triage.c: keeps what is there as the mark; forgets the triage of an ended session. */
void ui_take_mark(struct ui *ui);
void ui_forget_triage(struct ui *ui);

/* ui_jobs.c */
void ui_forget_jobs(struct ui *ui);

/* ui_popup.c */
void ui_close_question(struct ui *ui, bool yes);
void ui_place_popup(struct ui *ui);

#endif
