#ifndef SIDESCOPE_APP_TUI_SHELL_SCREEN_H
#define SIDESCOPE_APP_TUI_SHELL_SCREEN_H

/*
 * A screen is what fills the terminal above the footer: dashboard, picker,
 * wizard, a drill-down, help. Screens form a stack; the top one is shown and
 * gets the actions. Each is one source file that ends in its ops table.
 */

#include "app/tui/shell/actions.h"
#include "widgets/pager.h"
#include "widgets/statusline.h"
#include "widgets/table.h"
#include "widgets/theme.h"

#include <stdint.h>

struct ui;
struct screen;

struct screen_ops {
    const char *name; /* for the breadcrumb and the help screen */
    /* Paints area completely. Reads const state only. */
    void (*draw)(struct screen *screen, const struct canvas *canvas, TickitRect area);
    /* True when the action was meant for this screen; may push, pop or free screens. */
    bool (*act)(struct screen *screen, enum action action);
    /* New samples were taken (bit mask of 1 << probe_kind), or the session changed (~0u). */
    void (*update)(struct screen *screen, unsigned kinds);
    /* Actions worth a hint in the footer, ended by ACTION_NONE: always these, or those of now. */
    const enum action *fixed_hints;
    const enum action *(*hints)(struct screen *screen);
    /* What moves, filter and sort act on; either may be NULL. */
    struct table *(*table)(struct screen *screen);
    struct pager *(*pager)(struct screen *screen);
    /*
     * A press at a cell of the last drawn area (root coordinates). Where NULL, the table or
     * pager above gets it: a click selects a row, a double click opens it, the wheel scrolls.
     */
    void (*click)(struct screen *screen, int line, int col, bool twice);
    void (*wheel)(struct screen *screen, int line, int col, int direction);
    /* The mouse moves with button 1 held; where NULL, nothing follows it. */
    void (*drag)(struct screen *screen, int line, int col);
    /* Text for the clipboard (new string), or NULL. */
    char *(*copy)(struct screen *screen);
    /* Lines for the export of what is shown (new string), or NULL. */
    char *(*export_text)(struct screen *screen);
    /* Own paragraphs of the help screen, appended to the pager. */
    void (*help)(struct screen *screen, struct pager *pager);
    void (*free)(struct screen *screen);
};

/* First member of every screen's own struct. */
struct screen {
    const struct screen_ops *ops;
    struct ui *ui;
};

/* What is worth a hint on it now, or NULL. */
static inline const enum action *screen_hints(struct screen *screen)
{
    return screen->ops->hints != NULL ? screen->ops->hints(screen) : screen->ops->fixed_hints;
}

#endif
