#ifndef SIDESCOPE_APP_RECORDING_RECORDED_SIDE_H
#define SIDESCOPE_APP_RECORDING_RECORDED_SIDE_H

/*
 * One of two recordings that are laid beside each other: all its numbers over
 * the whole of one run, and any moment of it. Reads the file: for a worker
 * thread or before there is a screen, one thread at a time.
 */

#include "app/recording/opened_file.h"
#include "app/recording/player.h"
#include "app/session/metrics.h"

struct recorded_side {
    char *name;
    struct opened_file *file;
    size_t run; /* the last one */
    struct player_outline *outline;
    GArray *points[METRIC_N]; /* struct history_point, rising */
};

/* Takes file. NULL with a sentence: it is no recording, or cannot be read. */
struct recorded_side *recorded_side_new(struct opened_file *file, GError **error);
void recorded_side_free(struct recorded_side *side);

/* What the metric was at that time: the last point before it, NAN where nothing is known. */
double recorded_side_value(const struct recorded_side *side, enum metric metric, gint64 at_us);

/* Everything of that moment. NULL with a sentence. Free with snapshot_free. */
struct snapshot *recorded_side_snapshot(struct recorded_side *side, gint64 at_us, GError **error);

#endif
