#ifndef SIDESCOPE_APP_RECORDING_RUN_LISTS_H
#define SIDESCOPE_APP_RECORDING_RUN_LISTS_H

/*
 * Descriptors and regions of a run as they were at a moment, out of the rows
 * that say from when to when each was there. One thread; between reading_begin
 * and reading_end.
 */

#include "app/recording/reading.h"
#include "probes/samples.h"

struct run_lists;

struct run_lists *run_lists_new(gint64 run);
void run_lists_free(struct run_lists *lists);

/* Puts the descriptors of the census at at_us (of its row) into sample, with groups and templates
 * that grew since the first census after the mark (0: of the run), or the one that growth counted
 * from while there was none. */
void run_lists_descriptors(struct run_lists *lists, struct reading *reading, gint64 at_us,
                           gint64 mark_us, struct files_sample *sample);
/* Puts regions and sums by class of the walk that held at at_us into sample. */
void run_lists_regions(struct run_lists *lists, struct reading *reading, gint64 at_us,
                       struct memory_sample *sample);

#endif
