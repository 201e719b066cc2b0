#include "app/alerts/alert_exec.h"

#include "app/ground/job.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_US = 10000, GRACE_US = 2 * G_USEC_PER_SEC };

struct alert_exec {
    struct alert_exec_options options;
    char **argv;
    GQueue waiting; /* char **, variables */
    struct job *job;
};

/* What the thread needs, its own. */
struct errand {
    char **argv, **environment;
    bool quiet;
    int limit_s;
};

static void errand_free(void *data)
{
    struct errand *errand = data;

    g_strfreev(errand->argv);
    g_strfreev(errand->environment);
    g_free(errand);
}

/* --- on the job's thread --- */

/* The job's thread has all signals blocked; and Ctrl-C in our terminal is not for the command. */
static void prepare_child(gpointer user)
{
    sigset_t none;

    (void)user;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
}

/* False when nobody wants to know any more, or time was up twice. */
static bool wait_until(pid_t pid, gint64 until_us, const int *cancelled, int *ret_status)
{
    for (;;) {
        pid_t done = waitpid(pid, ret_status, WNOHANG);

        if (done == pid || (done < 0 && errno != EINTR))
            return true;
        if (g_get_monotonic_time() > until_us || __atomic_load_n(cancelled, __ATOMIC_RELAXED))
            return false;
        g_usleep(LOOK_US);
    }
}

static char *supervise(const struct errand *errand, pid_t pid, const int *cancelled)
{
    gint64 until_us = g_get_monotonic_time() + errand->limit_s * (gint64)G_USEC_PER_SEC;
    int status = 0;

    if (wait_until(pid, until_us, cancelled, &status)) {
        g_autoptr(GError) error = NULL;

        if (g_spawn_check_wait_status(status, &error))
            return NULL;
        return g_strdup_printf("%s: %s", errand->argv[0], error->message);
    }
    if (__atomic_load_n(cancelled, __ATOMIC_RELAXED))
        return NULL;
    kill(-pid, SIGTERM);
    if (!wait_until(pid, g_get_monotonic_time() + GRACE_US, cancelled, &status)) {
        kill(-pid, SIGKILL);
        waitpid(pid, &status, 0);
    }
    return g_strdup_printf("%s was ended: it had not finished after %d s", errand->argv[0],
                           errand->limit_s);
}

/* NULL when all went well, else the sentence. */
static void *work(void *data, const int *cancelled)
{
    const struct errand *errand = data;
    g_autoptr(GError) error = NULL;
    GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH;
    GPid pid;

    if (errand->quiet)
        flags |= G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL;
    if (!g_spawn_async_with_fds(NULL, errand->argv, errand->environment, flags, prepare_child, NULL,
                                &pid, -1, errand->quiet ? -1 : STDERR_FILENO, -1, &error))
        return g_strdup(error->message);
    return supervise(errand, pid, cancelled);
}

/* --- on the main loop --- */

static void start_next(struct alert_exec *exec);

static void on_done(void *result, void *user)
{
    struct alert_exec *exec = user;
    g_autofree char *problem = result;

    exec->job = NULL;
    if (problem != NULL)
        exec->options.failed(problem, exec->options.user);
    start_next(exec);
}

static void start_next(struct alert_exec *exec)
{
    g_auto(GStrv) variables = g_queue_pop_head(&exec->waiting);
    struct errand *errand;

    if (variables == NULL)
        return;
    errand = g_new0(struct errand, 1);
    errand->argv = g_strdupv(exec->argv);
    errand->environment = g_get_environ();
    errand->quiet = exec->options.quiet;
    errand->limit_s = exec->options.limit_s > 0 ? exec->options.limit_s : ALERT_EXEC_LIMIT_S;
    for (char **variable = variables; *variable != NULL; variable++) {
        const char *equals = strchr(*variable, '=');
        g_autofree char *name = g_strndup(*variable, (gsize)(equals - *variable));

        errand->environment = g_environ_setenv(errand->environment, name, equals + 1, TRUE);
    }
    exec->job = job_start(&(struct job_ops){.work = work,
                                            .done = on_done,
                                            .free_data = errand_free,
                                            .free_result = g_free,
                                            .user = exec},
                          errand);
}

struct alert_exec *alert_exec_new(const struct alert_exec_options *options)
{
    struct alert_exec *exec = g_new0(struct alert_exec, 1);

    exec->options = *options;
    exec->argv = g_strdupv((char **)(guintptr)options->argv);
    g_queue_init(&exec->waiting);
    return exec;
}

void alert_exec_run(struct alert_exec *exec, char **variables)
{
    if (g_queue_get_length(&exec->waiting) >= ALERT_EXEC_MAX_WAITING) {
        g_strfreev(g_queue_pop_head(&exec->waiting));
        exec->options.failed("the command is slower than the events: one was not told to it",
                             exec->options.user);
    }
    g_queue_push_tail(&exec->waiting, variables);
    if (exec->job == NULL)
        start_next(exec);
}

bool alert_exec_busy(const struct alert_exec *exec)
{
    return exec->job != NULL;
}

void alert_exec_free(struct alert_exec *exec)
{
    if (exec == NULL)
        return;
    job_cancel(exec->job);
    g_queue_clear_full(&exec->waiting, (GDestroyNotify)g_strfreev);
    g_strfreev(exec->argv);
    g_free(exec);
}
