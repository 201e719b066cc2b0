#ifndef SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_SCREEN_H
#define SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_SCREEN_H

/* Between the parts of the profile screen: the screen, its tabs, its popups. UI thread. */

#include "app/tui/screens/profile/profile_model.h"
#include "app/tui/screens/screens.h"

enum { PROFILE_N_TABS = PROFILE_TAB_SOURCE + 1 };

struct profile_screen;
struct profile_tab_view;

/* First member of every tab's own struct. A tab is updated when it is shown and when what it shows
 * changes: it takes the answers due. What it points at is a function by its printed name. */
struct profile_tab_view {
    struct view base;
    struct profile_screen *screen;
    const struct profile_answer *answer; /* shown; a reference, given up by the screen */
    bool due;                            /* a newer one is being computed */
};

/* An empty tab. */
struct profile_tab_view profile_tab_of(struct profile_screen *screen, const struct view_ops *ops);
/*
 * For update(): takes the answer due of part, about name (NULL: the whole profile). When it is
 * another one it is shown; other: of another function than before. The one before lives until then.
 */
void profile_tab_take(struct profile_tab_view *tab, enum profile_part part, const char *name,
                      void (*show)(struct profile_tab_view *tab, bool other));
/* What it shows, or will show: a function by its printed name; NULL: nothing yet. Borrowed. */
const char *profile_tab_function(const struct profile_tab_view *tab);
/* For ref(): name is selected, or NULL. False then. */
bool profile_tab_ref(const char *name, struct ref *ret);

struct profile_tab_view *profile_top_new(struct profile_screen *screen);
struct profile_tab_view *profile_flame_new(struct profile_screen *screen);
struct profile_tab_view *profile_callers_new(struct profile_screen *screen);
struct profile_tab_view *profile_source_new(struct profile_screen *screen);

/* --- what tabs use --- */

/* True when it follows the heap of the session. */
bool profile_screen_is_live(const struct profile_screen *screen);
/* Printed name of what the tabs are about; NULL: nothing yet. Borrowed. */
const char *profile_screen_function(const struct profile_screen *screen);
void profile_screen_set_function(struct profile_screen *screen, const char *name);
/* Shows another tab about name (NULL: as it is); Escape leads back. */
void profile_screen_open(struct profile_screen *screen, enum profile_tab tab, const char *name);
/* The sort order changed to cum or flat (profile_input.c). */
void profile_screen_set_by_cum(struct profile_screen *screen, bool by_cum);
/* "heap  inuse_space  total 30MB ...": what answer (NULL: the input) is of; raw. g_free. */
char *profile_screen_title(const struct profile_screen *screen,
                           const struct profile_answer *answer);
/* What to say where there is nothing to show; answer may be NULL. Borrowed until the next call. */
const char *profile_screen_empty(struct profile_screen *screen,
                                 const struct profile_answer *answer);

/* --- what is compared with --- */

enum profile_compare_kind { PROFILE_COMPARE_NONE, PROFILE_COMPARE_MARK, PROFILE_COMPARE_SNAPSHOT };

struct profile_choice {
    enum profile_compare_kind kind;
    unsigned snapshot_id;
};
typedef void (*profile_chosen)(void *user, const struct profile_choice *choice);
/* The list of what a profile of kind can be compared with; chosen may be called once. */
struct view *profile_compare_new(struct ui *ui, const char *kind, profile_chosen chosen,
                                 void *user);

/* --- the form of filters --- */

typedef void (*profile_refined)(void *user, const struct profile_settings *settings);
/* Takes a reference of profile; refined is called with every change. */
struct view *profile_refine_new(struct ui *ui, struct profile *profile,
                                const struct profile_settings *settings, profile_refined refined,
                                void *user);

#endif
