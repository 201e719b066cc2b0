#ifndef SIDESCOPE_TESTS_SUPPORT_TARGET_H
#define SIDESCOPE_TESTS_SUPPORT_TARGET_H

/*
 * Starts and steers the stage program of tests/target: a live process that
 * leaks on command. One object belongs to one thread. The process never
 * outlives its test: it ends with target_stop, and on Linux also when the
 * thread that started it dies. Nothing here waits longer than a deadline.
 *
 * Not to be confused with probes/target.h, which is what probes look at; the
 * names differ, so a test may include both.
 */

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Values of stage_options.pprof that are no port. */
enum {
    STAGE_PPROF_NONE = -1,
    STAGE_PPROF_RANDOM = 0,
};

struct stage_options {
    int pprof;               /* a port, or one of the values above: 0 is random */
    const char *pprof_value; /* raw value of SIDECAR_PPROF instead of a port, or NULL */
    const char *state_dir;   /* kept afterwards; NULL: a fresh one that target_stop removes */
    const char *commands;    /* done before it is ready, separated by ';', or NULL */
    const char *const *args; /* further arguments, NULL-terminated, or NULL */
    const char *const *env;  /* further NAME=VALUE, NULL-terminated, or NULL */
    const char *go_debug;    /* value of GODEBUG, or NULL to leave it unset */
    const char *program;     /* a copy of it, or NULL */
    bool at_once;            /* fails where the user has no inotify instance left: see below */
};

struct stage;

/* Errors of this module. */
enum stage_error {
    STAGE_ERROR_START,   /* no program, or it did not get ready */
    STAGE_ERROR_TIMEOUT, /* no reply within the deadline */
    STAGE_ERROR_ENDED,   /* the process ended instead of replying */
    STAGE_ERROR_REFUSED, /* it replied "error ..."; the message is its text */
};

GQuark stage_error_quark(void);
#define STAGE_ERROR (stage_error_quark())

/* False when no program was built (no Go): the test is to be skipped. */
bool target_available(void);

/* Copies the program into a folder and gives the path, to be freed: for who looks for another
 * process of the same program, of which other tests have some. */
char *target_copy_program(const char *folder);

/* True, with the test skipped, when this build sees no memory map here: neither procfs nor vmmap.
 */
bool target_skip_without_map(void);
/* The same for what procfs alone has: locks and their holders, hidden processes. */
bool target_skip_without_procfs(void);

/* Starts the program and waits until it is ready. options may be NULL: a random pprof port.
 * NULL with error set when it cannot; the caller ends it with target_stop. It has four of the
 * inotify instances that all processes of a user share: where none is left it waits for other
 * tests to end, two minutes at most. */
struct stage *target_start(const struct stage_options *options, GError **error);

/* Whether it could not start because the user had no inotify instance left. */
bool target_is_short(const GError *error);

/* Sends one command line and waits for the reply. *ret_reply (may be NULL) gets the text after
 * "ok ", to be freed with g_free, on success only. After a timeout or an end the object is only
 * good for target_stop. */
bool target_command(struct stage *stage, const char *line, char **ret_reply, GError **error);

/* The same with the line made by printf's rules, without the reply; ends the test on failure. */
void target_do(struct stage *stage, const char *format, ...) G_GNUC_PRINTF(2, 3);

pid_t target_pid(const struct stage *stage);

/* Port the profiles are served on, 0 when they are not. */
int target_pprof_port(const struct stage *stage);

/* Absolute path, borrowed. What the program said is in its file stderr.txt. */
const char *target_state_dir(const struct stage *stage);

/* Path below the state directory; the caller frees it. */
char *target_path(const struct stage *stage, const char *name);

/* Ends the process by a signal (SIGKILL, SIGTERM, ...) and leaves it a zombie until target_stop,
 * as a parent that does not wait would. Returns when it is one. */
void target_kill(struct stage *stage, int signal);

/* Ends the process if it still runs, reaps it, removes the state directory unless it was given,
 * and frees the object. stage may be NULL. */
void target_stop(struct stage *stage);
typedef struct stage stage_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(stage_auto, target_stop)

#endif
