#ifndef SIDESCOPE_APP_RECORDING_AXIS_H
#define SIDESCOPE_APP_RECORDING_AXIS_H

/*
 * The time of a recording: Unix microseconds that never jump, whatever happens
 * to the wall clock, and that go on while the machine sleeps. Samples carry the
 * monotonic clock, which stands still then; this maps one to the other. A plain
 * value: copies are independent.
 */

#include <glib.h>
#include <stdbool.h>

enum { AXIS_MAX_SLEEPS = 16 };

struct axis {
    /* monotonic times from from_us on are offset_us behind; newest last */
    struct {
        gint64 from_us, offset_us;
    } parts[AXIS_MAX_SLEEPS];
    int n;
    gint64 wall_us, boot_us; /* the moment at which it began, by both clocks */
    gint64 ahead_us;         /* wall clock minus axis when last looked at */
};

/* Begins now, at the wall clock's time, or just after not_before_us where that is later. */
void axis_init(struct axis *axis, gint64 not_before_us);
/* The axis' time of a monotonic time; 0 stays 0. */
gint64 axis_of(const struct axis *axis, gint64 monotonic_us);
/* What has happened since it was last looked at: the machine slept so long, the wall clock was
 * moved by so much (either 0: not). True when axis_of has changed. */
bool axis_look(struct axis *axis, gint64 *ret_slept_us, gint64 *ret_moved_us);
/* The same with the clocks as given, for tests. */
bool axis_look_at(struct axis *axis, gint64 monotonic_us, gint64 boot_us, gint64 wall_us,
                  gint64 *ret_slept_us, gint64 *ret_moved_us);

#endif
