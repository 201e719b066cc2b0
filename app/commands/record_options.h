#ifndef SIDESCOPE_APP_COMMANDS_RECORD_OPTIONS_H
#define SIDESCOPE_APP_COMMANDS_RECORD_OPTIONS_H

/* The command line of sidescope record and overnight, checked before anything is looked at. Main
 * thread. */

#include "app/alerts/alert_options.h"
#include "app/config/options.h"
#include "app/session/session.h"

struct record_options {
    char *target, *pprof, *backend;
    char *output;         /* never NULL after parsing */
    bool overnight;       /* compare with the beginning and write a report at the end */
    char *report;         /* of overnight, where it is written to; else NULL */
    gboolean redact;      /* the report names nobody */
    gint64 until_real_us; /* wall clock at which it ends; 0: at none */
    gint64 duration_us;   /* how long it runs, by a clock that nobody sets; 0: without end */
    double interval_s;    /* between two samples; 0: as usual */
    gboolean inhibit_sleep;
    gboolean wait;                  /* for the target: its start, and its return */
    struct option_choices *choices; /* of the flags */
    struct alert_options alerts;    /* of them and the configuration */
};

/* False with a sentence; --help ends the program. Clear ret in any case. */
bool record_options_parse(int argc, char **argv, struct record_options *ret, GError **error);
void record_options_clear(struct record_options *options);

/* "08:00" as the next time the clock shows that after now_real_us (local time). False for what is
 * no time of day. */
bool record_until_parse(const char *text, gint64 now_real_us, gint64 *ret_real_us);

/* One interval for all probes: what is dear is never asked more often than usual. */
void record_options_pace(const struct record_options *options, struct session_options *ret);

#endif
