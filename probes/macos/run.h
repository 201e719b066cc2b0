#ifndef SIDESCOPE_PROBES_MACOS_RUN_H
#define SIDESCOPE_PROBES_MACOS_RUN_H

/*
 * Runs one of the system's tools and collects what it prints: no shell, a fixed
 * argument list, LC_ALL=C, no input, a process group of its own with no signal
 * blocked, a time limit and a limit on the output. Blocks; not for the UI
 * thread. A runner belongs to one thread.
 */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

struct runner {
    const int *cancelled; /* set atomically by another thread: end at once; NULL: never */
    pid_t stuck;          /* a killed child that has not ended yet; 0: none */
    gint64 bytes;         /* printed by its tools so far */
};

struct run_spec {
    const char *const *argv; /* argv[0] is looked up in PATH; NULL-terminated */
    int timeout_ms;
    size_t max_bytes; /* of its output; at this size it is ended and the rest missing */
};

enum run_outcome {
    RUN_ENDED,     /* by itself: see status */
    RUN_TRUNCATED, /* it printed more than max_bytes */
    RUN_MISSING,   /* there is no such tool in PATH */
    RUN_TIMEOUT,
    RUN_CANCELLED,
    RUN_FAILED, /* could not be started, or an earlier one still hangs: see error */
};

struct run_result {
    enum run_outcome outcome;
    int status;      /* exit status; -signal when it was killed */
    GString *output; /* NULs kept */
    GString *errors; /* the beginning of what it said on stderr */
    int error;       /* errno of RUN_FAILED */
};

/* ret is always filled; clear it with run_result_clear. True on RUN_ENDED and RUN_TRUNCATED. */
bool run_tool(struct runner *runner, const struct run_spec *spec, struct run_result *ret);
void run_result_clear(struct run_result *result);
/* Collects a child that hung when it was killed; it may go on hanging. */
void runner_clear(struct runner *runner);

#endif
