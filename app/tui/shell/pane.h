#ifndef SIDESCOPE_APP_TUI_SHELL_PANE_H
#define SIDESCOPE_APP_TUI_SHELL_PANE_H

/*
 * One of the four panes of the dashboard. A pane holds a reference to the
 * sample it shows and a table over it; the same object serves the small pane
 * and the zoomed one, so that selection, filter and sort survive the change.
 */

#include "app/tui/shell/ui.h"

struct pane;

struct pane_text {
    char text[96];
    enum theme_role role;
};

struct pane_ops {
    const char *title;
    enum probe_kind kind;
    void (*draw)(struct pane *pane, const struct canvas *canvas, TickitRect inner, bool focused);
    /* Takes the newest sample from the session (NULL session: forget everything). */
    void (*update)(struct pane *pane, struct session *session);
    /* Text for the top right of the frame. */
    void (*info)(const struct pane *pane, struct pane_text *ret);
    /* Name of the view shown ("paths", "inuse_space"), drawn behind the title; NULL: none. */
    const char *(*view)(const struct pane *pane);
    struct table *(*table)(struct pane *pane);
    /* OPEN, GROUP and whatever is the pane's own; false when not handled. */
    bool (*act)(struct pane *pane, enum action action);
    char *(*copy)(struct pane *pane);
    void (*help)(struct pager *pager);
    void (*free)(struct pane *pane);
};

struct pane {
    const struct pane_ops *ops;
    struct ui *ui;
    struct sample *sample; /* own reference; NULL before the first */
    bool zoomed;
};

struct pane *memory_pane_new(struct ui *ui);
struct pane *files_pane_new(struct ui *ui);
struct pane *goroutines_pane_new(struct ui *ui);
struct pane *heap_pane_new(struct ui *ui);

/* Replaces the sample held by a newer reference; true when it is another one. */
bool pane_take_sample(struct pane *pane, struct session *session);

/* What to print over the rows when the sample cannot show any: its reason, or "waiting". NULL when
 * the sample has data. */
const char *pane_problem(const struct pane *pane);

/* True when the data is old enough to be greyed. */
bool pane_stale(const struct pane *pane);

#endif
