#ifndef SIDESCOPE_APP_RECORDING_RUN_POINTS_H
#define SIDESCOPE_APP_RECORDING_RUN_POINTS_H

/*
 * All numbers over time of one run, in memory as they stand in the file: what
 * has changed, and the ticks at which it was repeated. From these the histories
 * of any moment are put together without a look at the disk. One thread.
 */

#include "app/recording/reading.h"
#include "app/recording/schema.h"
#include "app/session/series.h"
#include "app/session/session_parts.h"

struct run_points;

struct run_points *run_points_new(gint64 run);
void run_points_free(struct run_points *points);
/* Reads what has come to the file since the last time. Between reading_begin and reading_end. */
void run_points_load(struct run_points *points, struct reading *reading);

/* Up to which of its times each clock counts at a moment; 0: none. */
struct run_limits {
    gint64 now_us; /* the moment itself */
    gint64 clock_us[RECORDING_N_CLOCKS];
    gint64 part_us[PART_N_KINDS];
};

/* Puts the histories up to there into the set. */
void run_points_fill(struct run_points *points, const struct run_limits *limits,
                     struct series_set *set);
/* What parts of a kind had. */
struct part_history *run_points_parts(const struct run_points *points,
                                      const struct run_limits *limits, enum part_kind kind);

#endif
