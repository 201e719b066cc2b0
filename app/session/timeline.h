#ifndef SIDESCOPE_APP_SESSION_TIMELINE_H
#define SIDESCOPE_APP_SESSION_TIMELINE_H

/*
 * The samples of the recent past, for stepping back while the screen is
 * frozen. Bounded: each kind keeps its newest samples up to a budget of bytes,
 * so a busy target shortens the past instead of growing us. Main loop's thread.
 */

#include "probes/samples.h"

struct timeline;

struct timeline *timeline_new(void);
void timeline_free(struct timeline *timeline);

/* Keeps a reference. */
void timeline_add(struct timeline *timeline, struct sample *sample);

/* The newest sample of kind taken at or before at_us (monotonic), borrowed; NULL when older ones
 * are not kept. */
struct sample *timeline_at(const struct timeline *timeline, enum probe_kind kind, gint64 at_us);

/* Moment of the process sample (of any kind when no process is known) that is steps away from
 * at_us (negative: earlier). False when nothing is kept there. */
bool timeline_step(const struct timeline *timeline, gint64 at_us, int steps, gint64 *ret_us);

/* Oldest moment kept. */
bool timeline_first(const struct timeline *timeline, gint64 *ret_us);

#endif
