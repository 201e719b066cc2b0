#ifndef SIDESCOPE_APP_TUI_SCREENS_VIEW_TABLE_H
#define SIDESCOPE_APP_TUI_SCREENS_VIEW_TABLE_H

/*
 * The views there are beside the panes (PANE_TABLE): how each is reached and what its place is
 * called. From this come the keys that open a screen from anywhere, and the sentence for a key that
 * does nothing where it is pressed. A view is found by its ops.
 *
 * X(OPS, KEY, "place", MAKE, MAY): KEY is the action that leads there, NONE when
 * something else does (Enter, mostly). With MAKE that action opens it from
 * anywhere, unless it is on top already or MAY says, with a message, that it
 * cannot be (NULL: it always can).
 */

#include "app/tui/screens/screens.h"

#define VIEW_TABLE(X)                                                                              \
    X(files_templates_ops, PANE_2, "in the files pane", NULL, NULL)                                \
    X(files_tree_ops, PANE_2, "in the tree of the files pane", NULL, NULL)                         \
    X(dashboard_screen_ops, NONE, "on the dashboard", NULL, NULL)                                  \
    X(wizard_screen_ops, TRIAGE, "in the triage", wizard_screen_new, NULL)                         \
    X(profile_source_ops, NONE, "in the source of a profile", NULL, NULL)                          \
    X(profile_flame_ops, NONE, "in a flame graph", NULL, NULL)                                     \
    X(profile_screen_ops, NONE, "in a profile", NULL, NULL)                                        \
    X(profile_refine_ops, REFINE, "in the filters of a profile", NULL, NULL)                       \
    X(profiles_screen_ops, PROFILES, "in the list of profiles", profiles_screen_new,               \
      capture_has_target)                                                                          \
    X(snapshots_screen_ops, SNAPSHOTS, "among the snapshots", snapshots_screen_new, NULL)          \
    X(compare_screen_ops, NONE, "where snapshots are compared", NULL, NULL)                        \
    X(picker_screen_ops, PICKER, "in the list of processes", NULL, NULL)                           \
    X(events_screen_ops, EVENTS, "among the events", open_events, NULL)                            \
    X(recording_events_screen_ops, EVENTS, "among the events", NULL, NULL)                         \
    X(threads_screen_ops, THREADS, "among the threads", threads_screen_new, NULL)                  \
    X(holders_screen_ops, HOLDERS, "where holders stand", holders_screen_new, NULL)                \
    X(observer_screen_ops, OBSERVER, "where the cost stands", observer_screen_new, NULL)           \
    X(options_screen_ops, OPTIONS, "among the options", options_screen_new, NULL)                  \
    X(marks_screen_ops, MARKS, "where the mark stands", marks_screen_new, NULL)                    \
    X(stack_screen_ops, NONE, "on a stack", NULL, NULL)                                            \
    X(descriptor_screen_ops, NONE, "on a descriptor", NULL, NULL)                                  \
    X(regions_screen_ops, NONE, "among the mappings", NULL, NULL)                                  \
    X(recordings_screen_ops, NONE, "where recordings are compared", NULL, NULL)

#define VIEW_DECLARE(ops, key, place, make, may) extern const struct view_ops ops;
VIEW_TABLE(VIEW_DECLARE)
#undef VIEW_DECLARE

/* "in the heap pane (4)": where in the program an action does something, or NULL when no view has
 * it. Free with g_free. */
char *view_table_place(const struct ui *ui, enum action action);
/* Opens the screen that the action leads to from anywhere. False: it leads to none. */
bool view_table_open(struct ui *ui, enum action action);

#endif
