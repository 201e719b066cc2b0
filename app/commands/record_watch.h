#ifndef SIDESCOPE_APP_COMMANDS_RECORD_WATCH_H
#define SIDESCOPE_APP_COMMANDS_RECORD_WATCH_H

/*
 * Watches a target without a screen and records it, until its time is over, it
 * ends, or the user says so. Runs a main loop of its own. Main thread.
 */

#include "app/commands/record_options.h"
#include "app/config/config.h"
#include "app/recording/recorder.h"

struct record_outcome {
    enum triage_verdict verdict; /* the last one while the target lived */
    char *summary;               /* in words; NULL: it was never judged */
    bool ended;                  /* by the target's end */
    double seconds;              /* watched */
};

/*
 * target is taken; NULL: wait for it (options->wait). Says on standard error how
 * it goes. Clear ret. The recorder stays the caller's.
 */
void record_watch(struct target *target, struct recorder *recorder,
                  const struct record_options *options, const struct config *config,
                  struct record_outcome *ret);
void record_outcome_clear(struct record_outcome *outcome);

#endif
