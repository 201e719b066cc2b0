#ifndef SIDESCOPE_APP_SESSION_SERIES_H
#define SIDESCOPE_APP_SESSION_SERIES_H

/*
 * The numbers of one session over time: turns samples into points of the
 * histories and keeps the trends, each fitted again after its history changed,
 * over a long window not more often than is worth it. A sample that is not ok
 * leaves a gap, never an old number. Main loop's thread.
 */

#include "app/session/session.h"

struct series_set;

struct series_options {
    gint64 since_us;     /* trends ignore what was before: the target's start-up */
    double min_window_s; /* as in trend_options; 0: its default */
    size_t min_points;
};

struct series_set *series_set_new(const struct series_options *options);
void series_set_free(struct series_set *set);

void series_set_add(struct series_set *set, const struct sample *sample);
/* Told of every point that a history takes in. NULL: nobody. */
typedef void (*series_tap)(enum metric metric, gint64 t_us, double value, void *user);
void series_set_set_tap(struct series_set *set, series_tap tap, void *user);
/* An empty history as those of a set are. */
struct history *series_history_new(void);
/* For a set that is put together again out of what a tap was told: a history of its points (taken),
 * and the newest sample of a kind, whose points are all there. */
void series_set_put(struct series_set *set, enum metric metric, struct history *history);
void series_set_note(struct series_set *set, const struct sample *sample);
/* All times become by_us later. */
void series_set_move(struct series_set *set, gint64 by_us);
/* Nobody watches from here on until the next point: a gap in every history. */
void series_set_break(struct series_set *set);
struct history *series_set_history(const struct series_set *set, enum metric series);
const struct trend *series_set_trend(struct series_set *set, enum metric series);

#endif
