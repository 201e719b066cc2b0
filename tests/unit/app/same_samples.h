#ifndef SIDESCOPE_TESTS_UNIT_APP_SAME_SAMPLES_H
#define SIDESCOPE_TESTS_UNIT_APP_SAME_SAMPLES_H

/* Are two samples the same in every member that a record has, with all their lists, profiles and
 * dumps? Times of b are later by offset_us. The first difference ends the test and is named. */

#include "probes/history.h"
#include "probes/samples.h"

void assert_same_sample(const struct sample *a, const struct sample *b, gint64 offset_us);
/* points: struct history_point. */
void assert_same_points(const GArray *points, const struct history *b, gint64 offset_us,
                        const char *name);

#endif
