#ifndef SIDESCOPE_APP_TUI_SCREENS_RECORDINGS_TABLE_H
#define SIDESCOPE_APP_TUI_SCREENS_RECORDINGS_TABLE_H

/*
 * What two recordings say at one time, counted from the beginning of each: every number that
 * either has, of both and their difference. Borrows the recordings. UI thread.
 */

#include "app/recording/recorded_side.h"
#include "widgets/listing.h"

enum { RECORDINGS_N_SIDES = 2 };

struct recordings_at {
    const struct recorded_side *sides[RECORDINGS_N_SIDES];
    enum metric rows[METRIC_N]; /* those that either has */
    size_t n_rows;
    gint64 span_us, at_us; /* of the longer one; since the beginning */
};

/* As of the time where both still go on. */
void recordings_at_init(struct recordings_at *ret, const struct recorded_side *first,
                        const struct recorded_side *second);

/* NAN: that side has none then. */
double recordings_value(const struct recordings_at *at, enum metric metric, int side);
/* A number of that metric with its unit; "-" when it is none. */
void recordings_append_value(GString *out, enum metric metric, double value, bool with_sign);

/* Model: const struct recordings_at *. */
extern const struct listing recordings_listing;

#endif
