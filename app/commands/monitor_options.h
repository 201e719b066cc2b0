#ifndef SIDESCOPE_APP_COMMANDS_MONITOR_OPTIONS_H
#define SIDESCOPE_APP_COMMANDS_MONITOR_OPTIONS_H

/* The command line of sidescope monitor, checked before anything is looked at. Main thread. */

#include "app/alerts/alert_options.h"

#include <glib.h>
#include <stdbool.h>

struct monitor_options {
    char *target;  /* NULL: the running sidecar; a port of this machine is "127.0.0.1:PORT" */
    char *pprof;   /* as of attach_find */
    char *backend; /* as of attach_use_backend */
    char *output;  /* of the log; NULL: the default name; "-": standard output alone */
    char *openmetrics, *listen, *push;
    double interval_s, duration_s; /* duration 0: no end */
    double push_cpu_s;             /* length of the CPU profiles that are pushed; 0: none */
    gboolean extended, all, iso_times;
    struct alert_options alerts;
    gboolean print_rules, print_dashboard;
};

/* False with a sentence; --help ends the program. Clear ret in any case. */
bool monitor_options_parse(int argc, char **argv, struct monitor_options *ret, GError **error);
void monitor_options_clear(struct monitor_options *options);

#endif
