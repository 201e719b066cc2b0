#ifndef SIDESCOPE_APP_ALERTS_ALERT_EXEC_H
#define SIDESCOPE_APP_ALERTS_ALERT_EXEC_H

/*
 * Runs the user's command at events: one at a time, the others wait in a
 * bounded queue, each for so long at most. No shell; the program is looked for
 * in PATH; it is a process group of its own. Spawned and waited for on a job's
 * thread. Main loop's thread.
 */

#include <glib.h>
#include <stdbool.h>

enum { ALERT_EXEC_LIMIT_S = 30, ALERT_EXEC_MAX_WAITING = 16 };

struct alert_exec;

/* problem: a sentence, borrowed. */
typedef void (*alert_exec_failed)(const char *problem, void *user);

struct alert_exec_options {
    char *const *argv; /* copied */
    bool quiet;        /* what it prints goes nowhere; else to standard error */
    int limit_s;       /* 0: ALERT_EXEC_LIMIT_S */
    alert_exec_failed failed;
    void *user;
};

struct alert_exec *alert_exec_new(const struct alert_exec_options *options);
/* What waits is dropped; a command that runs goes on by itself. NULL accepted. */
void alert_exec_free(struct alert_exec *exec);

/* Runs it with these variables ("NAME=value", NULL-ended; taken) over our environment. */
void alert_exec_run(struct alert_exec *exec, char **variables);
/* One runs or waits. */
bool alert_exec_busy(const struct alert_exec *exec);

#endif
