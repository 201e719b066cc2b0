#ifndef SIDESCOPE_APP_ALERTS_ALERT_OPTIONS_H
#define SIDESCOPE_APP_ALERTS_ALERT_OPTIONS_H

/*
 * What is to be done at an alert: one group of options for every command that
 * watches (--bell, --notify, --exec, --capture-on-alarm, --events). Main
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

enum alert_options_error { ALERT_OPTIONS_ERROR_COMMAND, ALERT_OPTIONS_ERROR_FORM };
#define ALERT_OPTIONS_ERROR (alert_options_error_quark())
GQuark alert_options_error_quark(void);

/* Adds them to a command line; options is filled by the parsing and must live as long. */
void alert_options_add_entries(GOptionContext *context, struct alert_options *options);
/* Takes what the command line left out from other (the configuration). */
void alert_options_default(struct alert_options *options, const struct alert_options *other);
void alert_options_clear(struct alert_options *options);

/* "mail -s 'it leaks' me" as program and arguments, split as a shell would and run by none. NULL
 * with a sentence. Free with g_strfreev. */
char **alert_options_split(const char *command, GError **error);

#endif
