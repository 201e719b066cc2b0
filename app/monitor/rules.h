#ifndef SIDESCOPE_APP_MONITOR_RULES_H
#define SIDESCOPE_APP_MONITOR_RULES_H

/*
 * Prometheus alert rules, written from the table of thresholds, so that a fleet
 * is judged by the same numbers as the wizard does. What a threshold needs that
 * no metric tells (a path, a stack, a lock) is judged by the wizard alone; its
 * verdicts are metrics too, and have a rule of their own. Pure.
 */

#include "app/session/metrics.h"
#include "app/triage/triage.h"

struct rule {
    const char *alert; /* its name */
    /*
     * $id: samples of that metric; %id: what of its movement is noise; #key: a
     * threshold in force; @: {process="sidecar"}, of what holds for a sidecar only.
     */
    const char *expression;
    const char *lasting; /* "5m": so long before it is told */
    enum triage_verdict severity;
    const char *summary; /* behind the process and its pid */
};

/* ret_n of them. Static. */
const struct rule *rules_all(size_t *ret_n);
/* The PromQL of a rule; NULL when a threshold in it has no value on this system. g_free. */
char *rules_expression(const struct rule *rule, const struct thresholds *thresholds);

/* Why no metric can express a threshold; NULL when a rule does. Static. */
const char *rules_why_not(enum threshold_id id);

/* A level that charts of a metric show as a line. */
struct rules_level {
    enum metric metric;
    enum threshold_id threshold;
    enum triage_verdict verdict; /* from there on */
};
const struct rules_level *rules_levels(size_t *ret_n);

/* The whole file. Free with g_free. */
char *rules_text(const struct thresholds *thresholds);

#endif
