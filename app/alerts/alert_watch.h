#ifndef SIDESCOPE_APP_ALERTS_ALERT_WATCH_H
#define SIDESCOPE_APP_ALERTS_ALERT_WATCH_H

/*
 * Alerts of one session after the other, for whoever watches: looks at the
 * triage, keeps the list, does what the options say. Main loop's thread. A
 * command takes part in four lines:
 *
 *     option_add_alert_group(context, choices);                    // its command line
 *     config_alerts(config, choices, &alert_options);
 *
 *     watch = alert_watch_new(&alert_options, thresholds, &sinks); // (struct alert_sinks){0} does
 *     alert_watch_attach(watch, session);                          // after each session_new
 *     alert_watch_look(watch);                                     // in its session_listener
 *     alert_watch_free(watch);                                     // before session_free
 *
 * A recorder sets sinks.event (recorder_event with alert_kind_name,
 * alert_severity_name, key, text), sinks.keep (recorder_snapshot) and
 * sinks.recording; who evaluates the triage anyway calls alert_watch_judge
 * instead of alert_watch_look.
 */

#include "app/alerts/alert_actions.h"
#include "app/alerts/alerts.h"
#include "app/session/session.h"

struct alert_watch;

/* All three are borrowed for its life. */
struct alert_watch *alert_watch_new(const struct alert_options *options,
                                    const struct thresholds *thresholds,
                                    const struct alert_sinks *sinks);
/* Before the session it is attached to. Commands that run go on by themselves. NULL accepted. */
void alert_watch_free(struct alert_watch *watch);

/*
 * Another session, or NULL before the present one is freed. A replay is looked at by nobody: what
 * its recording tells goes into the list by alert_events_add. The same program
 * again after its end is told as returned; another one as such.
 */
void alert_watch_attach(struct alert_watch *watch, struct session *session);

/* After samples were taken: evaluates the triage of what is now (a frozen screen keeps nobody from
 * an alarm), once a second at most; notices the target's end. */
void alert_watch_look(struct alert_watch *watch);
/* The same with a result that is there already, of the session as it is now and not frozen. */
void alert_watch_judge(struct alert_watch *watch, const struct triage_result *result,
                       const struct triage_input *input);
/* The user set a mark; label may be NULL. */
void alert_watch_mark(struct alert_watch *watch, const char *label);
/* Bell and notification as they are, and changed while it runs. */
void alert_watch_set(struct alert_watch *watch, bool bell, enum notification_form notify);

/* The list; it goes with the watch. */
struct alert_events *alert_watch_events(const struct alert_watch *watch);
/* An event of the caller's own. */
const struct alert_event *alert_watch_add(struct alert_watch *watch, enum alert_kind kind,
                                          enum alert_severity severity, const char *key,
                                          const char *text);
/* A command or a capture still runs: worth a few seconds before leaving. */
bool alert_watch_busy(const struct alert_watch *watch);

#endif
