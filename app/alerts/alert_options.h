#ifndef SIDESCOPE_APP_ALERTS_ALERT_OPTIONS_H
#define SIDESCOPE_APP_ALERTS_ALERT_OPTIONS_H

/*
 * What is to be done at an alert. Who chooses it is config/options.h. Main
 * thread.
 */

#include "app/ground/notification.h"

struct alert_options {
    gboolean bell;
    enum notification_form notify;
    char **exec;      /* program and arguments, no shell; NULL: none */
    gboolean capture; /* at the first alarm of severity bad */
    gboolean events;  /* a line on standard error for each */
};

enum alert_options_error { ALERT_OPTIONS_ERROR_COMMAND };
#define ALERT_OPTIONS_ERROR (alert_options_error_quark())
GQuark alert_options_error_quark(void);

void alert_options_clear(struct alert_options *options);

/* "mail -s 'it leaks' me" as program and arguments, split as a shell would and run by none. NULL
 * with a sentence. Free with g_strfreev. */
char **alert_options_split(const char *command, GError **error);

#endif
