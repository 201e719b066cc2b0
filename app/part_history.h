#ifndef SIDESCOPE_APP_PART_HISTORY_H
#define SIDESCOPE_APP_PART_HISTORY_H

/*
 * What each part of a whole had over time: bytes by function, descriptors by
 * path, goroutines by stack. At no more than PART_HISTORY_POINTS moments: when
 * these are full, every second one goes and further ones come less often, so
 * that the whole time since the start stays in view. Main loop's thread.
 */

#include "probes/trend.h"

#include <stdint.h>

enum { PART_HISTORY_POINTS = 64 };

struct part_history;

struct part_history *part_history_new(void);
void part_history_free(struct part_history *history);
/* As new: what was kept is of other parts. */
void part_history_clear(struct part_history *history);

/* A new moment (monotonic), at which every part has 0 until it is set. */
void part_history_begin(struct part_history *history, gint64 at_us);
/* What a part has at the newest moment. Parts beyond a thousand are not kept. */
void part_history_set(struct part_history *history, const char *part, int64_t value);

size_t part_history_n_points(const struct part_history *history);
/* Monotonic; i < part_history_n_points(). */
gint64 part_history_at_us(const struct part_history *history, size_t i);
/* What part had at each of the points, borrowed until the next begin; NULL when it was never set.
 */
const int64_t *part_history_values(const struct part_history *history, const char *part);
/* How it grows; verdict UNKNOWN when it was never set. */
struct trend part_history_trend(const struct part_history *history, const char *part,
                                const struct trend_options *options);

#endif
