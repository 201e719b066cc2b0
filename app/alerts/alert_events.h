#ifndef SIDESCOPE_APP_ALERTS_ALERT_EVENTS_H
#define SIDESCOPE_APP_ALERTS_ALERT_EVENTS_H

/*
 * What happened while a process was watched, as a bounded list: the event that
 * happened last stands last, and what happens again within ALERT_MERGE_US is
 * counted where it stood instead of filling the list. Pure, no clock; main
 * loop's thread.
 */

#include "app/triage/triage.h"

enum {
    ALERT_EVENTS_MAX = 1000,
    ALERT_MERGE_US = 600 * G_USEC_PER_SEC,
};

enum alert_severity {
    ALERT_NOTE, /* worth a line, nothing to do */
    ALERT_GOOD, /* something is well again */
    ALERT_LOOK,
    ALERT_BAD,
};

enum alert_kind {
    ALERT_STEP,    /* the verdict of a step of the triage */
    ALERT_FACT,    /* one number of a step crossed its threshold */
    ALERT_CAUSE,   /* a known pattern became likely */
    ALERT_LIMIT,   /* a limit of the system is near */
    ALERT_VERDICT, /* the verdict over all, where no step explains it */
    ALERT_ENDED,   /* the target is gone */
    ALERT_RETURNED,
    ALERT_MARK,
    ALERT_PROJECT, /* a sidecar opened another project */
    ALERT_ACTION,  /* what an alert made us do, or could not */
    ALERT_N_KINDS,
};

struct alert_event {
    guint64 id;            /* 1, 2, …: never used again */
    gint64 at_us, real_us; /* the first time: of the session, and by the wall clock */
    gint64 last_us, last_real_us;
    enum alert_severity severity;
    enum alert_kind kind;
    char *key;    /* "fds", "fds/inotify watchers", "cause/session-files", …; raw bytes */
    char *text;   /* one line: "FDs: 1 412 >= 1000 +96/h"; raw bytes */
    char *detail; /* a sentence or two, "" for none; raw bytes */
    enum triage_step_id step;    /* whose evidence it is; TRIAGE_N_STEPS: of none */
    struct ref ref;              /* what Enter opens; keeps its own */
    enum triage_verdict verdict; /* over all, when it happened last */
    guint count;                 /* how often it happened */
    bool firing;                 /* still holds */
};

/* Strings are copied; NULL: "". */
struct alert_spec {
    enum alert_severity severity;
    enum alert_kind kind;
    const char *key, *text, *detail;
    enum triage_step_id step;
    struct ref ref;
    enum triage_verdict verdict;
    gint64 at_us, real_us;
    bool firing;
    bool alone; /* never counted with an earlier one */
};

/* "note", "good", "look", "bad". */
const char *alert_severity_name(enum alert_severity severity);
/* As recordings name it: "alarm", "limit", "verdict", "target-ended", "target-returned", "mark",
 * "project", "note". */
const char *alert_kind_name(enum alert_kind kind);

struct alert_events;

struct alert_events *alert_events_new(void);
void alert_events_free(struct alert_events *events);

/* The event, borrowed until the next call that adds; *ret_again (may be NULL): it was counted with
 * an earlier one. Beyond ALERT_EVENTS_MAX the oldest that no longer holds goes. */
const struct alert_event *alert_events_add(struct alert_events *events,
                                           const struct alert_spec *spec, bool *ret_again);
/* That event no longer holds; an id that is gone is ignored. */
void alert_events_settle(struct alert_events *events, guint64 id);
/* None holds any more: the target has ended. */
void alert_events_settle_all(struct alert_events *events);

guint alert_events_n(const struct alert_events *events);
/* Borrowed as above. */
const struct alert_event *alert_events_at(const struct alert_events *events, guint i);
const struct alert_event *alert_events_find(const struct alert_events *events, guint64 id);

/* Events that happened (again) since the user looked last, and the worst of them; marks and
 * projects opened, which are the user's doing, do not count. */
guint alert_events_unseen(const struct alert_events *events, enum alert_severity *ret_worst);
void alert_events_see(struct alert_events *events);

#endif
