#ifndef SIDESCOPE_APP_TUI_SHELL_VIEW_H
#define SIDESCOPE_APP_TUI_SHELL_VIEW_H

/*
 * A view is whatever shows something and takes keys: a screen that fills the
 * terminal above the footer (dashboard, picker, wizard, a drill-down, help), a
 * pane of the dashboard, a tab of a pane or of the profile screen. They share
 * this contract and the shell knows nothing else. Screens form a stack; the top
 * one is shown. A view with others within hands on through inner() what it does
 * not do itself. Each is one source file that ends in its ops table.
 */

#include "app/session/ref.h"
#include "app/tui/shell/actions.h"
#include "widgets/pager.h"
#include "widgets/statusline.h"
#include "widgets/table.h"
#include "widgets/tabs.h"
#include "widgets/theme.h"

#include <stddef.h>
#include <stdint.h>

struct ui;
struct view;

enum { VIEW_MAX_KEYS = 64 };

/*
 * What a key does in a view. From these rows come the footer, the beginning of the help screen,
 * what is done, and where a key works that does nothing here. An action may stand more than once:
 * the first row that applies counts.
 */
struct view_key {
    enum action action;
    /* In the footer; NULL: the action's; "": not there, unless a view around it says a word. */
    const char *label;
    bool (*applies)(const struct view *view); /* to what is shown and selected now; NULL: always */
    /* Does it; may push, pop or free screens. act_by: the same, where a function serves several
     * actions. Both NULL: done by the view's list, its tabs, the view around or the shell. */
    void (*act)(struct view *view);
    void (*act_by)(struct view *view, enum action action);
    const char *help; /* what the help screen says, where that is not the action's */
};

struct view_ops {
    const char *name; /* for the breadcrumb, the tabs and the help screen */
    /* Paints area completely. Reads const state only. */
    void (*draw)(struct view *view, const struct canvas *canvas, TickitRect area);
    /* Its keys, those worth most first, ended by ACTION_NONE; NULL: none of its own. */
    const struct view_key *keys;
    /* New samples were taken (bit mask of 1 << probe_kind), or the session changed (~0u). */
    void (*update)(struct view *view, unsigned kinds);
    /* The view within that has the focus: a pane of the dashboard, the tab shown. It gets actions
     * first, and is asked for what this one does not have: table, pager, copy, ref. NULL: none. */
    struct view *(*inner)(const struct view *view);
    /* Its tabs, of which one is shown, and another one to be shown; both NULL: it has none. */
    void (*tabs)(const struct view *view, struct tabs *ret);
    void (*turn)(struct view *view, size_t tab);
    /* What moves, filter and sort act on; either may be NULL. */
    struct table *(*table)(struct view *view);
    struct pager *(*pager)(struct view *view);
    /*
     * A press at a cell of the last drawn area (root coordinates). Where NULL, the table or
     * pager above gets it: a click selects a row, a double click opens it, the wheel scrolls.
     */
    void (*click)(struct view *view, int line, int col, bool twice);
    void (*wheel)(struct view *view, int line, int col, int direction);
    /* The mouse moves with button 1 held; where NULL, nothing follows it. */
    void (*drag)(struct view *view, int line, int col);
    /* A few words on what it shows, raw bytes, appended to out: at the right of a pane's frame (as
     * struct box has it), above the rows of a tab. Returns their role. */
    enum theme_role (*info)(const struct view *view, GString *out);
    /* What the selection points at, borrowed until the next update; false: nothing is selected.
     * OPEN shows it where keys has nothing that does. */
    bool (*ref)(const struct view *view, struct ref *ret);
    /* Selects what ref points at; nothing changes when that is not there. */
    void (*select)(struct view *view, const struct ref *ref);
    /* Text for the clipboard (new string), or NULL; where there is none: what ref() tells. */
    char *(*copy)(struct view *view);
    /* Lines for the export of what is shown (new string), or NULL. */
    char *(*export_text)(struct view *view);
    /* Own paragraphs of the help screen, appended to the pager. */
    void (*help)(struct view *view, struct pager *pager);
    void (*free)(struct view *view);
};

/* First member, called base, of every view's own struct. */
struct view {
    const struct view_ops *ops;
    struct ui *ui;
    bool unfocused; /* drawn beside the one that has the focus */
    bool numbered;  /* digits turn to its tabs */
};

/* The struct of that type that begins with the view. */
#define view_of(type, view)                                                                        \
    ((type *)(void *)((char *)(uintptr_t)(const void *)(view)-offsetof(type, base)))

/* Of the view, else of what is within it: NULL where neither has it. */
struct table *view_table(const struct view *view);
struct pager *view_pager(const struct view *view);
/* Of the innermost that has it. New strings, or NULL. */
char *view_copy(struct view *view);
char *view_export(struct view *view);
bool view_ref(const struct view *view, struct ref *ret);
/* True when the list of it shows some of its rows only: Escape first shows all again. */
bool view_filtered(const struct view *view);
/* Its tabs: n is 0 when there are none. */
struct tabs view_tabs(const struct view *view);
/* GROUP, GROUP_BACK, or a digit (PANE_1 to TAB_9): shows the next tab, the one before, the one of
 * that number. False when there is none such. */
bool view_turn(struct view *view, enum action action);
/* For keys: a row is selected; the table has another column to be sorted by; there are rows or
 * lines to be looked through. */
bool view_has_row(const struct view *view);
bool view_sorts(const struct view *view);
bool view_has_list(const struct view *view);
/* For keys: something was searched for in its text. */
bool view_searches(const struct view *view);
/* For keys of tabs: digits turn to them. */
bool view_numbered(const struct view *view);
/* For tables of keys: leaves it. */
void view_leave(struct view *view);
/* The keys that work on it now, the innermost first, each action once, labels filled in ("": not
 * for the footer). At most n; returns how many. */
size_t view_keys(const struct view *view, struct view_key *ret, size_t n);
/* True when it, or what is within it, has a key for that action, whether it applies now or not. */
bool view_knows(const struct view *view, enum action action);
/* By the tables of keys, the innermost first; GROUP, GROUP_BACK and, where they are numbered,
 * digits turn to another tab where nobody else takes them, OPEN shows what ref() says. False when
 * none of them takes it. */
bool view_act(struct view *view, enum action action);
/* NULL accepted by both. */
void view_update(struct view *view, unsigned kinds);
void view_free(struct view *view);

#endif
