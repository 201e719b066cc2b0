#ifndef SIDESCOPE_APP_ALERTS_ALERTS_H
#define SIDESCOPE_APP_ALERTS_ALERTS_H

/*
 * From one triage after the other to events: what got worse, what is well
 * again, what came near a limit. It judges nothing itself: verdicts and
 * thresholds are the triage's. Each step, each number of a step, each likely
 * cause and each limit is a condition; it changes only when the triage says so
 * in ALERT_HOLD_LOOKS looks over ALERT_RAISE_US (to be well again:
 * ALERT_CLEAR_US), so that a value beside its threshold does not flood.
 * UNKNOWN neither raises nor clears. What is so at the first look is no event,
 * but for one line per step that is bad. Pure, no clock; main loop's thread.
 */

#include "app/alerts/alert_events.h"

enum {
    ALERT_HOLD_LOOKS = 2,
    ALERT_RAISE_US = 2 * G_USEC_PER_SEC,
    ALERT_CLEAR_US = 15 * G_USEC_PER_SEC,
    /* the first look is over when every probe has told something, at the latest after this */
    ALERT_FIRST_LOOK_US = 15 * G_USEC_PER_SEC,
    /* behind an event of its step a number is no news, and one row of a list for longer */
    ALERT_ECHO_US = 10 * G_USEC_PER_SEC,
    ALERT_ROW_ECHO_US = 60 * G_USEC_PER_SEC,
};

/* What the triage says at one moment; all borrowed for the call. */
struct alerts_moment {
    const struct triage_result *result;
    const struct triage_input *input; /* the result is of */
    const struct thresholds *thresholds;
    gint64 at_us, real_us; /* of the session, and by the wall clock */
};

struct alerts;

/* Called for each event as it is added; again: it was counted with an earlier one. The event is
 * borrowed for the call. */
typedef void (*alerts_listener)(const struct alert_event *event, bool again, void *user);

struct alerts *alerts_new(alerts_listener listener, void *user);
void alerts_free(struct alerts *alerts);

void alerts_look(struct alerts *alerts, const struct alerts_moment *moment);

/* An event of another source; its verdict is that of the last look. */
const struct alert_event *alerts_add(struct alerts *alerts, const struct alert_spec *spec);

/* The target is gone: one event (severity bad) with text; what was in force no longer is. */
void alerts_end(struct alerts *alerts, const char *text, gint64 at_us, gint64 real_us);
/* Another target, or the same again: the next look is a first one; the events stay. */
void alerts_restart(struct alerts *alerts);

/* The list; it goes with the alerts. */
struct alert_events *alerts_events(const struct alerts *alerts);

#endif
