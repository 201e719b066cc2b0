#ifndef SIDESCOPE_APP_MONITOR_EXPOSITION_H
#define SIDESCOPE_APP_MONITOR_EXPOSITION_H

/*
 * The numbers of all watched processes as Prometheus reads them: its text
 * format 0.0.4 (also node_exporter's textfile form), or OpenMetrics 1.0. Each
 * row of the metric table is sidescope_ID_UNIT, _total where it only counts
 * up. What is unknown is left out: absent, never 0. Pure.
 */

#include "app/monitor/values.h"
#include "app/triage/triage.h"

enum exposition_form { EXPOSITION_TEXT, EXPOSITION_OPENMETRICS };

/* "text/plain; version=0.0.4; charset=utf-8", …; static. */
const char *exposition_content_type(enum exposition_form form);

/* One watched process. */
struct exposed {
    pid_t pid;           /* 0: only an address is known */
    const char *process; /* raw bytes, as project */
    const char *project; /* NULL: not known */
    struct values values;
    /* TRIAGE_UNKNOWN is left out: an alert on it would be a guess. */
    enum triage_verdict verdicts[TRIAGE_N_STEPS], worst;
    enum sample_status probes[PROBE_N_KINDS]; /* SAMPLE_UNSUPPORTED: left out */
};

/* "sidescope_cpu_time_seconds_total": the name of a metric's samples. Appended to out. */
void exposition_append_name(GString *out, enum metric metric);

/* thresholds: told as sidescope_threshold. Free with g_free. */
char *exposition_write(const struct exposed *exposed, size_t n, const struct thresholds *thresholds,
                       enum exposition_form form);

#endif
