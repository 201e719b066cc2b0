#ifndef SIDESCOPE_APP_TUI_SHELL_OPENERS_H
#define SIDESCOPE_APP_TUI_SHELL_OPENERS_H

/*
 * How shell and panes open screens without knowing them: whoever makes the ui
 * hands it the table of those there are. Main loop's thread.
 */

#include "app/session/ref.h"
#include "app/tui/shell/view.h"

struct profile;
struct ui;

/*
 * A profile to be explored: top table, flame graph, callers and callees, source lines. Strings are
 * copied, one more reference of the profiles is taken. As root of the stack it works without a
 * session.
 */
struct profile_subject {
    const char *title;       /* "heap", "CPU 30 s", "snapshot 3 heap" */
    const char *kind;        /* as snapshot_profile.kind: what it can be compared with */
    struct profile *profile; /* NULL: the live heap of the session, followed as it changes */
    struct profile *base;    /* compared with from the start, or NULL */
    const char *base_title;  /* of base */
    bool compare_mark;       /* compared with the session's mark from the start */
    gint64 real_us;          /* wall clock of profile; 0: as it says itself */
    gint64 base_real_us;     /* the same of base */
    const char *function;    /* selected from the start, or NULL */
    int sample_index;        /* -1: the profile's default */
};
enum profile_tab { PROFILE_TAB_TOP, PROFILE_TAB_FLAME, PROFILE_TAB_CALLERS, PROFILE_TAB_SOURCE };

/* All push what they open. */
struct ui_openers {
    bool (*show)(struct ui *ui, const struct ref *ref);
    void (*profile)(struct ui *ui, const struct profile_subject *subject, enum profile_tab tab);
    void (*compare)(struct ui *ui, unsigned before_id, unsigned after_id); /* two snapshots */
    /* Keys valid on screen and what everything means. */
    void (*help)(struct ui *ui, struct view *screen);
    /* The text of goroutine?debug=2 as it is sent; asks first where that would disturb. id:
     * goroutine to begin at, 0 for none. */
    void (*dump)(struct ui *ui, uint64_t id);
    /* What an action opens from anywhere; false: nothing. */
    bool (*act)(struct ui *ui, struct view *from, enum action action);
    /* "in the heap pane (4)": where an action does something, or NULL. Free with g_free. */
    char *(*place)(const struct ui *ui, enum action action);
};

/* Of the table given to ui_new. */
const struct ui_openers *ui_openers(const struct ui *ui);
/* Pushes the screen of what ref points at. False with a message on the screen when there is none:
 * REF_NONE, or a profile that nobody has captured. */
bool ui_show(struct ui *ui, const struct ref *ref);

#endif
