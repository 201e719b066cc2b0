#ifndef SIDESCOPE_TESTS_SCREENS_FAKE_SESSION_H
#define SIDESCOPE_TESTS_SCREENS_FAKE_SESSION_H

/*
 * app/session/session.h with samples made by hand and a clock that stands still:
 * linked in the place of the real one, so that a screen is the same each time.
 */

#include "app/session/session.h"

enum fake_story {
    FAKE_LEAKING, /* session files, goroutines and heap grow */
    FAKE_HEALTHY,
    FAKE_NO_PPROF,  /* the Go panes say what to do */
    FAKE_DENIED,    /* another user's process */
    FAKE_HOSTILE,   /* names full of escapes */
    FAKE_EMPTY,     /* nothing has been sampled yet */
    FAKE_ENDED,     /* the target is gone, the last data stays */
    FAKE_STALE,     /* pprof stopped answering */
    FAKE_UNSAMPLED, /* the program keeps no heap profile */
    FAKE_N_STORIES,
};

/* What the next session_new shows. */
void fake_session_prepare(enum fake_story story);
const char *fake_story_name(enum fake_story story);
/* The target that fits. */
struct target *fake_target_new(enum fake_story story);
/* Moves the clock (see probes/clock.h). */
void fake_clock_advance(gint64 us);
/* Pretends that new samples came. */
void fake_session_ring(struct session *session);

#endif
