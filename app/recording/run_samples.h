#ifndef SIDESCOPE_APP_RECORDING_RUN_SAMPLES_H
#define SIDESCOPE_APP_RECORDING_RUN_SAMPLES_H

/*
 * The samples of a run as they were at a moment, whole: with their lists, the
 * decoded profile, the parsed dump, and groups that grew from where they grew
 * from then. What was made last is kept, as the next moment mostly shares it.
 * One thread; what is returned may go to others.
 */

#include "app/recording/reading.h"
#include "probes/samples.h"

struct run_samples;

/* A moment, and the mark that is in force then (0: none). */
struct run_when {
    gint64 at_us, mark_us;
};

struct run_samples *run_samples_new(gint64 run);
void run_samples_free(struct run_samples *samples);

/*
 * The newest of a kind that had come by at_us: one reference, or NULL. Growth of
 * descriptors counts from the mark, or the run's first census. *ret_content_us
 * is of when its profile, dump or walk was, as told by the sample itself; else
 * when it was taken. Between reading_begin and reading_end, as the rest.
 */
struct sample *run_samples_at(struct run_samples *samples, struct reading *reading,
                              enum probe_kind kind, const struct run_when *when,
                              gint64 *ret_content_us);

/* The newest by at_us that told something of the living target: one reference, or NULL. */
struct sample *run_samples_alive(struct run_samples *samples, struct reading *reading,
                                 enum probe_kind kind, const struct run_when *when);

/* What growth of heap and goroutines counted from at at_us: the newest complete sample at the mark,
 * else the first one after it; without a mark the first of the run. One reference, or NULL. */
struct sample *run_samples_base(struct run_samples *samples, struct reading *reading,
                                enum probe_kind kind, const struct run_when *when);

#endif
