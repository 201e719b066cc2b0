#ifndef SIDESCOPE_APP_COMMANDS_TRIAGE_OPTIONS_H
#define SIDESCOPE_APP_COMMANDS_TRIAGE_OPTIONS_H

/* The command line of sidescope triage, checked before anything is looked at. Main thread. */

#include "app/alerts/alert_options.h"
#include "app/report/report_output.h"
#include "app/triage/symptoms.h"

struct triage_options {
    char *target, *pprof, *backend;
    char *at;                 /* of a recording; NULL: its end */
    double seconds;           /* how long to watch */
    enum report_form form;    /* on standard output */
    enum triage_step_id only; /* TRIAGE_N_STEPS: all */
    enum symptom symptom;     /* what was seen; SYMPTOM_NONE: not said */
    char *report, *folder;    /* files to write; NULL: none */
    struct alert_options alerts;
    gint cpu_s; /* of a CPU profile to be taken meanwhile; 0: none */
    bool seconds_typed;
    gboolean quick, ascii, redact, keep, force, mark, since_mark, rules, holders, prove;
};

/* False with a sentence; --help ends the program. Clear ret in any case. */
bool triage_options_parse(int argc, char **argv, struct triage_options *ret, GError **error);
void triage_options_clear(struct triage_options *options);

/* "90", "90s", "10m", "2h" as seconds; false for anything else, and for what is not above 0. */
bool triage_duration_parse(const char *text, double *ret);

#endif
