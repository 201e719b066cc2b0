#ifndef SIDESCOPE_APP_SESSION_PART_HISTORY_H
#define SIDESCOPE_APP_SESSION_PART_HISTORY_H

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

/* The moments alone: which ones are kept depends on nothing else. Zeroed: none yet. */
struct part_moments {
    gint64 at_us[PART_HISTORY_POINTS];
    size_t n;
    gint64 gap_us; /* between points, once they were thinned out */
};

/* What became of those before when a further moment came. */
enum part_step {
    PART_STEP_NEXT,  /* nothing */
    PART_STEP_THIN,  /* every second one went, then it was added */
    PART_STEP_MOVED, /* the newest of them became it */
};
/* Adds a moment as part_history_begin does. */
enum part_step part_moments_add(struct part_moments *moments, gint64 at_us);

struct part_history *part_history_new(void);
/* One that has had those moments; no part had anything. */
struct part_history *part_history_new_at(const struct part_moments *moments);
void part_history_free(struct part_history *history);
/* As new: what was kept is of other parts. */
void part_history_clear(struct part_history *history);

/* A new moment (monotonic), at which every part has 0 until it is set. */
void part_history_begin(struct part_history *history, gint64 at_us);
/* What a part has at the newest moment. Parts beyond a thousand are not kept. */
void part_history_set(struct part_history *history, const char *part, int64_t value);
/* What a part had at each of the points. */
void part_history_fill(struct part_history *history, const char *part, const int64_t *values);

/* All moments become by_us later. */
void part_history_move(struct part_history *history, gint64 by_us);

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
