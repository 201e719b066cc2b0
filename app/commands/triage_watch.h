#ifndef SIDESCOPE_APP_COMMANDS_TRIAGE_WATCH_H
#define SIDESCOPE_APP_COMMANDS_TRIAGE_WATCH_H

/*
 * The time that sidescope triage watches a session: its pace, its end, its
 * signals, and the progress on standard error (one line that changes on a
 * terminal, else a line a minute). Does meanwhile what the options want at an
 * alert, and takes the CPU profile that they want. Runs the main loop. Main thread.
 */

#include "app/commands/triage_options.h"
#include "app/config/config.h"
#include "app/session/session.h"

/* How often the probes look, for this window. */
void triage_watch_pace(const struct triage_options *options, struct session_options *ret);

/* Returns when the window is over, the target has ended or Ctrl-C asks for the report. False when
 * SIGTERM or SIGHUP asked for the end: no report then. */
bool triage_watch(struct session *session, const struct triage_options *options,
                  const struct config *config);

#endif
