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

struct view_ops {
    const char *name; /* for the breadcrumb, the tabs and the help screen */
    /* Paints area completely. Reads const state only. */
    void (*draw)(struct view *view, const struct canvas *canvas, TickitRect area);
    /* True when the action was meant for this view; may push, pop or free screens. */
    bool (*act)(struct view *view, enum action action);
    /* New samples were taken (bit mask of 1 << probe_kind), or the session changed (~0u). */
    void (*update)(struct view *view, unsigned kinds);
    /* The view within that has the focus: a pane of the dashboard, the tab shown. It gets actions
     * first, and is asked for what this one does not have: table, pager, copy, ref. NULL: none. */
    struct view *(*inner)(const struct view *view);
    /* Its tabs, of which one is shown, and another one to be shown; both NULL: it has none. */
    void (*tabs)(const struct view *view, struct tabs *ret);
    void (*turn)(struct view *view, size_t tab);
    /* Actions worth a hint in the footer, ended by ACTION_NONE: always these, or those of now. */
    const enum action *fixed_hints;
    const enum action *(*hints)(struct view *view);
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
    /* A few words on what it shows, raw bytes, appended to out: at the right of a pane's frame,
     * above the rows of a tab. Returns their role. */
    enum theme_role (*info)(const struct view *view, GString *out);
    /* What the selection points at, borrowed until the next update; false: nothing is selected.
     * OPEN shows it where act() does not take that action. */
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
};

/* The struct of that type that begins with the view. */
#define view_of(type, view)                                                                        \
    ((type *)(void *)((char *)(uintptr_t)(const void *)(view)-offsetof(type, base)))

/* Of the view, else of what is within it: NULL where neither has it. */
struct table *view_table(struct view *view);
struct pager *view_pager(struct view *view);
const enum action *view_hints(struct view *view);
/* Of the innermost that has it. New strings, or NULL. */
char *view_copy(struct view *view);
char *view_export(struct view *view);
bool view_ref(const struct view *view, struct ref *ret);
/* True when the list of it shows some of its rows only: Escape first shows all again. */
bool view_filtered(struct view *view);
/* Its tabs: n is 0 when there are none. */
struct tabs view_tabs(const struct view *view);
/* GROUP, GROUP_BACK, or a digit (PANE_1 to TAB_9): shows the next tab, the one before, the one of
 * that number. False when there is none such. */
bool view_turn(struct view *view, enum action action);
/* The innermost first; GROUP and GROUP_BACK turn to another tab where nobody else takes them, OPEN
 * shows what ref() says. False when none of them takes it. */
bool view_act(struct view *view, enum action action);
/* NULL accepted by both. */
void view_update(struct view *view, unsigned kinds);
void view_free(struct view *view);

#endif
