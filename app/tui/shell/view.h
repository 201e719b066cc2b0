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

#include "app/tui/shell/actions.h"
#include "widgets/pager.h"
#include "widgets/statusline.h"
#include "widgets/table.h"
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
    /* Text for the clipboard (new string), or NULL. */
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
};

/* The struct of that type that begins with the view. */
#define view_of(type, view)                                                                        \
    ((type *)(void *)((char *)(uintptr_t)(const void *)(view)-offsetof(type, base)))

/* What is worth a hint on it now, or NULL. */
static inline const enum action *view_hints(struct view *view)
{
    return view->ops->hints != NULL ? view->ops->hints(view) : view->ops->fixed_hints;
}

#endif
