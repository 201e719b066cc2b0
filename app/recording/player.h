#ifndef SIDESCOPE_APP_RECORDING_PLAYER_H
#define SIDESCOPE_APP_RECORDING_PLAYER_H

/*
 * Where one is in a recording: plays, pauses, steps, jumps, follows the end of
 * one that is still written. Moments are read by a thread of its own from a
 * source; of wishes that come faster than they can be read, the newest wins.
 * All functions are for the main loop's thread and never wait; what a source
 * does happens on the player's thread. A source's error is told, and what was
 * shown stays.
 */

#include "app/session/session.h"
#include "app/triage/triage.h"

struct player_event {
    gint64 at_us;
    char *kind, *severity, *key, *label; /* see sidescope-recording(5); raw bytes */
};

/* What the triage said from then on. */
struct player_verdict {
    gint64 at_us;
    enum triage_verdict verdict;
    char *summary;
};

struct player_gap {
    gint64 from_us, to_us; /* nobody watched */
};

/* A run as a whole. */
struct player_outline {
    gint64 from_us, to_us;
    bool growing;     /* it is still being written */
    GArray *events;   /* struct player_event, rising */
    GArray *verdicts; /* struct player_verdict, rising */
    GArray *gaps;     /* struct player_gap, rising */
};
/* Empty lists. */
struct player_outline *player_outline_new(void);
void player_outline_free(struct player_outline *outline);
/* Strings are copied. */
void player_outline_add_event(struct player_outline *outline, gint64 at_us, const char *kind,
                              const char *severity, const char *key, const char *label);
void player_outline_add_verdict(struct player_outline *outline, gint64 at_us,
                                enum triage_verdict verdict, const char *summary);

/* Where moments come from. Runs are numbered from 0. All on the player's thread, but for made
 * before and free after it. */
struct player_source_ops {
    size_t (*n_runs)(void *data);
    struct target *(*target)(void *data, size_t run);
    /* as it is by now; a file that grows is looked at again */
    struct player_outline *(*outline)(void *data, size_t run, GError **error);
    /* the time of the sample that is steps away from at_us (negative: earlier); false: none there
     */
    bool (*step)(void *data, size_t run, gint64 at_us, int steps, gint64 *ret_us);
    /* what was known at at_us, which lies in the run; g_free after session_moment_clear */
    struct session_moment *(*moment)(void *data, size_t run, gint64 at_us, GError **error);
    void (*free)(void *data);
};

struct player;

struct player_ops {
    /* A moment to be shown: takes what is in it (session_show). target is given (to keep) when it
     * is of another run than the one before, else NULL. */
    void (*show)(struct player *player, struct target *target, struct session_moment *moment,
                 void *user);
    /* What player_state or player_outline tell has changed. */
    void (*changed)(struct player *player, void *user);
    /* A sentence about what could not be read. */
    void (*failed)(struct player *player, const char *sentence, void *user);
    void *user;
};

/*
 * Takes the source; begins in run (beyond the last: in that) at at_us (beyond its
 * end: there). Nothing is known before the first call of changed.
 */
struct player *player_new(const struct player_source_ops *source, void *data, size_t run,
                          gint64 at_us, const struct player_ops *ops);
/* No call after it. Does not wait: the thread frees the source when it is done. NULL accepted. */
void player_free(struct player *player);

struct player_state {
    size_t run, n_runs;    /* run counts from 0 */
    gint64 from_us, to_us; /* of the run */
    gint64 at_us;          /* where it goes */
    gint64 shown_us;       /* where what is shown was; 0: nothing yet */
    double speed;
    bool playing, growing;
    bool following;    /* at the end of one that grows, and staying there */
    bool reading;      /* a moment is being read */
    unsigned outlines; /* how many were read: another number, another outline */
};
struct player_state player_state(const struct player *player);
/* NULL before it was read; borrowed until the next call of changed. */
const struct player_outline *player_outline(const struct player *player);

/* Where it cannot go further it stops: play at the end begins anew. */
void player_play(struct player *player, bool on);
/* The next of 1 2 5 10 30 60 120 300 600 1800 3600 (direction 1 or -1); starts to play. */
void player_change_speed(struct player *player, int direction);
/* By samples. Pauses. */
void player_step(struct player *player, int steps);
/* Anywhere; goes to the nearest end from outside. Goes on playing if it does. */
void player_seek(struct player *player, gint64 at_us);
/* At the end of one that grows it stays there from now on. */
void player_seek_end(struct player *player);
/* To the next or previous event or change of the verdict; false: none further there. */
bool player_seek_event(struct player *player, int direction);
/* Another run, at its end; false: there is none. */
bool player_set_run(struct player *player, size_t run);

/* What the timer does, four times a second; for tests that hold the clock. */
void player_tick(struct player *player);

#endif
