#ifndef SIDESCOPE_WIDGETS_TIMEBAR_H
#define SIDESCOPE_WIDGETS_TIMEBAR_H

/*
 * A stretch of time in one line, or two: how things stood (by colour and by
 * height), where nothing is known, what happened, where one is; below it the
 * wall clock. A cell shows the worst of its time, so that no short trouble is
 * lost. Times are Unix microseconds. UI thread for drawing; the rest is pure
 * but for the time zone.
 */

#include "widgets/text.h"

enum timebar_state {
    TIMEBAR_NOTHING, /* no data: stays blank */
    TIMEBAR_GOOD,
    TIMEBAR_UNKNOWN,
    TIMEBAR_LOOK,
    TIMEBAR_BAD,
};

/* From at_us on, until the next one. */
struct timebar_change {
    gint64 at_us;
    enum timebar_state state;
};

struct timebar_tick {
    gint64 at_us;
    enum theme_role role;
};

struct timebar {
    gint64 from_us, to_us;                /* the time of the width */
    gint64 at_us;                         /* where one is */
    const struct timebar_change *changes; /* rising; before the first nothing is known */
    size_t n_changes;
    const struct timebar_tick *ticks; /* in any order; a later one covers an earlier one */
    size_t n_ticks;
    bool elapsed; /* labels count from from_us instead of telling the clock */
};

/* The first line of rect is the bar, a second one has the labels; more stay blank. */
void timebar_draw(const struct canvas *canvas, TickitRect rect, const struct timebar *bar);

/* The time of a cell of a bar cols wide (clamped), and the cell of a time: one the other's
 * inverse. */
gint64 timebar_time(const struct timebar *bar, int cols, int x);
int timebar_column(const struct timebar *bar, int cols, gint64 at_us);

/* What a cell shows: the worst of its time. */
enum timebar_state timebar_state_at(const struct timebar *bar, int cols, int x);

enum { TIMEBAR_LABEL_MAX = 32 };
struct timebar_label {
    int col;
    char text[TIMEBAR_LABEL_MAX]; /* "21:00", "Sun 29" at midnight, "02:00 CET" after a change of
                                     the clocks */
};
/* At round times of the local clock, with room between them; the first one is the start. Returns
 * an array of struct timebar_label, rising. Free with g_array_unref. */
GArray *timebar_labels(const struct timebar *bar, int cols);

#endif
