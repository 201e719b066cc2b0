#ifndef SIDESCOPE_APP_TUI_SHELL_PANE_H
#define SIDESCOPE_APP_TUI_SHELL_PANE_H

/*
 * One of the panes of the dashboard. A pane holds a reference to the
 * sample it shows and a table over it; the same object serves the small pane
 * and the zoomed one, so that selection, filter and sort survive the change.
 */

#include "app/tui/shell/workbench.h"

struct pane {
    struct view base;
    enum probe_kind kind;
    struct sample *sample; /* own reference; NULL before the first */
    bool zoomed;
};

/* X(NAME, KEY, "place"): the panes in the order of the dashboard, and the actions, a digit after
 * the other, that lead there. Each has NAME_new and NAME_ops. */
#define PANE_TABLE(X)                                                                              \
    X(memory_pane, PANE_1, "in the memory pane")                                                   \
    X(files_pane, PANE_2, "in the files pane")                                                     \
    X(goroutines_pane, PANE_3, "in the goroutines pane")                                           \
    X(heap_pane, PANE_4, "in the heap pane")

#define PANE_AT(name, key, place) PANE_AT_##name,
enum { PANE_TABLE(PANE_AT) PANE_N };
#undef PANE_AT

#define PANE_DECLARE(name, key, place)                                                             \
    struct pane *name##_new(struct ui *ui);                                                        \
    extern const struct view_ops name##_ops;
PANE_TABLE(PANE_DECLARE)
#undef PANE_DECLARE

/* Tabs of the files pane that have keys of their own, and one of those that have not. */
extern const struct view_ops files_tree_ops, files_templates_ops;

/* Replaces the sample held by the session's newest (none without a session); true when it is
 * another one. */
bool pane_take_sample(struct pane *pane);

/* What to print over the rows when the sample cannot show any: its reason, or "waiting". NULL when
 * the sample has data. */
const char *pane_problem(const struct pane *pane);

/* True when the data is old enough to be greyed. */
bool pane_stale(const struct pane *pane);

#endif
