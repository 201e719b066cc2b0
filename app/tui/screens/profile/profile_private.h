#ifndef SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_PRIVATE_H
#define SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_PRIVATE_H

/* What the files of the screen itself share; tabs know profile_screen.h only. */

#include "app/tui/screens/profile/profile_screen.h"

#include <math.h>

enum { MAX_BACK = 16 };

struct profile_screen {
    struct view base;
    char *title, *kind;
    bool live; /* follows the session's heap */
    struct profile_model *model;
    struct profile_choice compare;
    gint64 real_us;                     /* of a fixed profile: wall clock; 0: unknown */
    gint64 base_taken_us, base_real_us; /* of what it is compared with; 0: unknown */
    struct profile_tab_view *tabs[PROFILE_N_TABS];
    enum profile_tab tab;
    enum profile_tab back[MAX_BACK]; /* tabs that Escape leads back to */
    size_t n_back;
    char *function;
    char *words;           /* of profile_screen_empty */
    struct tabs_hits hits; /* where the tabs' names were drawn */
};

/* profile_screen.c */
struct profile_tab_view *profile_current(const struct profile_screen *screen);
/* Lets the tab that is shown take the answers due. */
void profile_update_tab(struct profile_screen *screen);
/* In the tab that is shown, what all tabs are about. */
void profile_select_function(struct profile_screen *screen);

/* profile_input.c: what is looked at, and how. */
void profile_input_of_subject(struct profile_screen *screen, const struct profile_subject *subject);
/* Newer heap, newer mark: takes them. */
void profile_follow(struct profile_screen *screen);
void profile_next_granularity(struct profile_screen *screen);
/* Done by keys of the screen. GROUP: the type before, as pprof lists them backwards. */
void profile_next_sample_type(struct view *base, enum action action);
void profile_forget_filters(struct view *base);
void profile_ask_filters(struct view *base);
void profile_ask_comparison(struct view *base);
void profile_open_web(struct view *base);

/* profile_header.c: the lines above the tabs. Returns the area left below them. */
TickitRect profile_draw_header(struct profile_screen *screen, const struct canvas *canvas,
                               TickitRect area);

#endif
