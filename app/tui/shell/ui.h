#ifndef SIDESCOPE_APP_TUI_SHELL_UI_H
#define SIDESCOPE_APP_TUI_SHELL_UI_H

/*
 * The full-screen program: terminal, theme, keymap, the stack of screens, one
 * popup or prompt at most. What is looked at through it is in workbench.h, what
 * it does beside the screen in errands.h. Everything here runs on the main
 * loop's thread, and nothing in it waits.
 */

#include "app/config/config.h"
#include "app/tui/shell/openers.h"
#include "app/tui/shell/view.h"
#include "app/tui/terminal/terminal.h"
#include "widgets/popup.h"

struct alert_options;
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

/* --- what screens use --- */

const struct theme *ui_theme(const struct ui *ui);
const struct keymap *ui_keymap(const struct ui *ui);
struct config *ui_config(struct ui *ui);
struct terminal *ui_terminal(struct ui *ui);
bool ui_unicode(const struct ui *ui);

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
/* For a key that did nothing: what it would do, and where. */
void ui_say_idle(struct ui *ui, enum action action);
/* A press or a turn of the wheel at a cell, given to this screen (or its list, see screen.h). */
void ui_click(struct view *screen, int line, int col, bool twice);
void ui_wheel(struct view *screen, int line, int col, int direction);

/* --- looks that screens may change --- */

void ui_set_theme(struct ui *ui, const char *name);
void ui_set_glyphs(struct ui *ui, enum theme_glyphs glyphs);
void ui_set_mouse(struct ui *ui, bool on);

#endif
