#ifndef SIDESCOPE_PROBES_HISTORY_H
#define SIDESCOPE_PROBES_HISTORY_H

/*
 * A number over time, bounded in memory: recent points as they came, older
 * ones thinned (each tier halves the resolution and keeps minimum, maximum and
 * last), so that a night fits as well as a minute. Gaps stay gaps. UI thread.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

struct history;

struct history_point {
    gint64 t_us; /* monotonic */
    double value, min, max;
};

/* capacity: points kept per tier (at least 16); about 6 tiers. */
struct history *history_new(size_t capacity);
/* All times become by_us later. */
void history_move(struct history *history, gint64 by_us);
struct history *history_copy(const struct history *history);
void history_free(struct history *history);
/* t_us must not go back (such points are ignored); NAN marks a gap. False: it was no news. */
bool history_add(struct history *history, gint64 t_us, double value);
size_t history_size(const struct history *history);
bool history_last(const struct history *history, struct history_point *ret);
/* The newest value that is no gap; NAN: there is none. */
double history_last_known(const struct history *history);
bool history_first(const struct history *history, struct history_point *ret);
/* Points from since_us on, oldest first, into a new GArray of struct history_point. */
GArray *history_since(const struct history *history, gint64 since_us);

#endif
