#ifndef SIDESCOPE_APP_ALERTS_ALERT_ACTIONS_H
#define SIDESCOPE_APP_ALERTS_ALERT_ACTIONS_H

/*
 * What is done at an alert, besides keeping it in the list: a line on standard
 * error, the bell, a desktop notification, a command, a capture. Each only
 * where the user has asked for it. Main loop's thread; nothing waits.
 *
 *   event                   line  command  bell, notification  capture
 *   note, mark, own doings  yes   -        -                   -
 *   well again, returned    yes   yes      -                   -
 *   look, bad, ended        yes   yes      the first of a row  first bad one that is no end
 *
 * The command gets SIDESCOPE_EVENT (alarm, limit, verdict, target-ended,
 * target-returned), SIDESCOPE_SEVERITY (good, look, bad), SIDESCOPE_VERDICT
 * (healthy, look, bad, unknown), SIDESCOPE_PID, SIDESCOPE_NAME, SIDESCOPE_KEY,
 * SIDESCOPE_TEXT, SIDESCOPE_AT (ISO 8601), SIDESCOPE_RECORDING (where there is
 * one). What is foreign in them is safe text.
 */

#include "app/alerts/alert_capture.h"
#include "app/alerts/alert_events.h"
#include "app/alerts/alert_options.h"

/* Who uses this; all borrowed for the life of the actions. */
struct alert_sinks {
    /* Each event, as it is added or (again) counted: a row of a recording, a list on the screen. */
    void (*event)(const struct alert_event *event, bool again, void *user);
    /* Bytes for the terminal that draw nothing; NULL: standard error, where that is a terminal. */
    void (*send)(const char *bytes, void *user);
    /* A line of --events (safe text, no line feed); NULL: standard error. */
    void (*line)(const char *line, void *user);
    /* The snapshot of --capture-on-alarm; true: it is kept, and no folder is written. */
    bool (*keep)(const struct snapshot *snapshot, void *user);
    void *user;
    const char *recording; /* its file, or NULL */
    const char *directory; /* where captures go; NULL: the working directory */
    const char *config;    /* text of the configuration for captures, or NULL */
    struct redact *redact; /* over everything that leaves by line, command, notification, capture */
    bool full_screen;      /* what the command prints goes nowhere */
};

struct alert_actions;

/* What the actions themselves have to tell: it becomes an event. */
typedef void (*alert_actions_note)(enum alert_severity severity, const char *key, const char *text,
                                   void *user);

/* options and thresholds are borrowed. */
struct alert_actions *alert_actions_new(const struct alert_options *options,
                                        const struct thresholds *thresholds,
                                        const struct alert_sinks *sinks, alert_actions_note note,
                                        void *user);
void alert_actions_free(struct alert_actions *actions);

/* What the events are of (borrowed until the next call, NULL: nothing); a capture that still runs
 * is given up. */
void alert_actions_attach(struct alert_actions *actions, struct session *session);
void alert_actions_do(struct alert_actions *actions, const struct alert_event *event, bool again);
/* What may be switched while it runs. */
void alert_actions_set(struct alert_actions *actions, bool bell, enum notification_form notify);
/* A command or a capture still runs. */
bool alert_actions_busy(const struct alert_actions *actions);

#endif
