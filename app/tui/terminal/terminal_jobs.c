#include "app/tui/terminal/terminal_jobs.h"

#include "app/tui/terminal/terminal.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    int pipe[2];
    guint source;
    void (*event)(enum jobs_event event, void *user);
    void *user;
    struct sigaction old_stop, old_continue;
} watch = {.pipe = {-1, -1}};

static void on_signal(int number)
{
    int saved = errno;
    char event = number == SIGTSTP ? JOBS_STOP : JOBS_CONTINUED;
    ssize_t ignored = write(watch.pipe[1], &event, 1); /* a full pipe says it already */

    (void)ignored;
    errno = saved;
}

static gboolean on_pipe(gint fd, GIOCondition condition, gpointer user)
{
    char event;

    (void)condition;
    (void)user;
    /* the handler may end the watch or empty the pipe */
    while (watch.source != 0 && read(fd, &event, 1) == 1)
        watch.event((enum jobs_event)event, watch.user);
    return G_SOURCE_CONTINUE;
}

static void catch_signal(int number, struct sigaction *ret_old)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    sigaction(number, NULL, ret_old);
    /* a shell without job control starts its children with SIGTSTP ignored */
    if (ret_old->sa_handler == SIG_IGN)
        return;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

bool jobs_watch(void (*event)(enum jobs_event event, void *user), void *user, GError **error)
{
    if (!g_unix_open_pipe(watch.pipe, FD_CLOEXEC, error))
        return false;
    g_unix_set_fd_nonblocking(watch.pipe[0], TRUE, NULL);
    g_unix_set_fd_nonblocking(watch.pipe[1], TRUE, NULL);
    watch.event = event;
    watch.user = user;
    watch.source = g_unix_fd_add(watch.pipe[0], G_IO_IN, on_pipe, NULL);
    catch_signal(SIGTSTP, &watch.old_stop);
    catch_signal(SIGCONT, &watch.old_continue);
    return true;
}

void jobs_unwatch(void)
{
    if (watch.source == 0)
        return;
    sigaction(SIGTSTP, &watch.old_stop, NULL);
    sigaction(SIGCONT, &watch.old_continue, NULL);
    g_source_remove(watch.source);
    watch.source = 0;
    close(watch.pipe[0]);
    close(watch.pipe[1]);
    watch.pipe[0] = watch.pipe[1] = -1;
}

void jobs_forget(void)
{
    char event;

    while (watch.source != 0 && read(watch.pipe[0], &event, 1) == 1)
        continue;
}

void jobs_stop_group(void)
{
    struct sigaction stop = {.sa_handler = SIG_DFL}, old;
    sigset_t mask, old_mask;

    sigemptyset(&stop.sa_mask);
    sigaction(SIGTSTP, NULL, &old);
    if (old.sa_handler == SIG_IGN)
        return;
    sigaction(SIGTSTP, &stop, NULL);
    sigemptyset(&mask);
    sigaddset(&mask, SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &mask, &old_mask);
    kill(0, SIGTSTP); /* stopped here */
    sigprocmask(SIG_SETMASK, &old_mask, NULL);
    sigaction(SIGTSTP, &old, NULL);
}

static const int from_keys[] = {SIGINT, SIGQUIT, SIGTSTP};

/* Not SIG_IGN, which a child would inherit: a handler falls back to the default at exec. */
static void let_pass(int number)
{
    (void)number;
}

/* As system(3) does it, except that Ctrl-Z stops parent and child together: the shell can then
 * continue both. Set before the child exists: its first word may bring the first Ctrl-C. */
static void leave_keys_to_child(struct sigaction old[G_N_ELEMENTS(from_keys)])
{
    for (size_t i = 0; i < G_N_ELEMENTS(from_keys); i++) {
        struct sigaction action = {.sa_handler = from_keys[i] == SIGTSTP ? SIG_DFL : let_pass};

        sigemptyset(&action.sa_mask);
        sigaction(from_keys[i], &action, &old[i]);
    }
}

static void take_keys_back(const struct sigaction old[G_N_ELEMENTS(from_keys)])
{
    for (size_t i = 0; i < G_N_ELEMENTS(from_keys); i++)
        sigaction(from_keys[i], &old[i], NULL);
}

static bool wait_foreground(GPid pid, GError **error)
{
    int status = 0;
    pid_t done;

    do
        done = waitpid(pid, &status, 0);
    while (done < 0 && errno == EINTR);
    g_spawn_close_pid(pid);
    return done == pid && g_spawn_check_wait_status(status, error);
}

bool jobs_run(const char *const *argv, GError **error)
{
    struct sigaction old[G_N_ELEMENTS(from_keys)];
    GSpawnFlags flags =
        G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN;
    GPid pid;

    leave_keys_to_child(old);
    bool ok = g_spawn_async(NULL, (char **)(guintptr)argv, NULL, flags, NULL, NULL, &pid, error) &&
              wait_foreground(pid, error);

    take_keys_back(old);
    return ok;
}
