#ifndef SIDESCOPE_APP_HEAP_HISTORY_H
#define SIDESCOPE_APP_HEAP_HISTORY_H

/*
 * How much of the live heap each function held over time: the flat values of
 * inuse_space by function, at no more than HEAP_HISTORY_POINTS moments. When
 * these are full, every second one goes and further ones come less often, so
 * that the whole time since the start stays in view. Main loop's thread.
 */

#include "pprof/profile.h"

enum { HEAP_HISTORY_POINTS = 64 };

struct heap_history;

struct heap_history *heap_history_new(void);
void heap_history_free(struct heap_history *history);

/* A profile taken at a monotonic time. One that was added before, has no inuse_space, or is too
 * large to be summed between two frames of the screen, is left out. */
void heap_history_add(struct heap_history *history, struct profile *profile, gint64 at_us);

size_t heap_history_n_points(const struct heap_history *history);
/* Monotonic; i < heap_history_n_points(). */
gint64 heap_history_at_us(const struct heap_history *history, size_t i);
/*
 * The bytes function held at each of the points, borrowed until the next add;
 * NULL when it was never among the largest.
 */
const int64_t *heap_history_bytes(const struct heap_history *history, const char *function);

#endif
