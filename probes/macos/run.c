#include "probes/macos/run.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SLICE_MS = 50, /* how soon a cancellation is noticed */
    REAP_MS = 500, /* a killed child that takes longer hangs in the kernel */
    MAX_ERROR_BYTES = 4096,
    CHUNK_BYTES = 65536,
};

struct stream {
    int fd; /* -1: at its end */
    GString *text;
    size_t max;
    bool full; /* more came than max */
};

struct child {
    pid_t pid;
    struct stream output, errors;
    gint64 deadline_us;
};

/* --- starting --- */

/* Our environment with one language, so that dates and decimal points are what is parsed. */
static char **make_environment(void)
{
    char **environment = g_get_environ();

    environment = g_environ_unsetenv(environment, "LANG");
    return g_environ_setenv(environment, "LC_ALL", "C", TRUE);
}

/* 0 or errno. */
static int spawn(const char *const *argv, int output_fd, int errors_fd, pid_t *ret)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    g_auto(GStrv) environment = make_environment();

    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);

    /*
     * Threads of ours block every signal; lsof needs its alarms, and kill its effect.
     * But Ctrl-Z that meets the child before it has left our process group must not
     * stop it there: we would wait for its exec and could not be stopped ourselves.
     */
    sigset_t blocked, all;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTSTP);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    posix_spawnattr_setsigmask(&attributes, &blocked);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
#ifdef POSIX_SPAWN_CLOEXEC_DEFAULT
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    posix_spawnattr_setflags(&attributes, flags);

    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output_fd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors_fd, STDERR_FILENO);
    int error = posix_spawnp(ret, argv[0], &actions, &attributes, (char *const *)(uintptr_t)argv,
                             environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void close_pair(const int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

/* 0 or errno; then both streams are open. */
static int start(struct child *child, const struct run_spec *spec)
{
    int output[2], errors[2];

    if (!g_unix_open_pipe(output, FD_CLOEXEC, NULL))
        return errno;
    if (!g_unix_open_pipe(errors, FD_CLOEXEC, NULL)) {
        int error = errno;

        close_pair(output);
        return error;
    }
    int error = spawn(spec->argv, output[1], errors[1], &child->pid);

    if (error) {
        close_pair(output);
        close_pair(errors);
        return error;
    }
    close(output[1]);
    close(errors[1]);
    g_unix_set_fd_nonblocking(output[0], TRUE, NULL);
    g_unix_set_fd_nonblocking(errors[0], TRUE, NULL);
    child->output.fd = output[0];
    child->errors.fd = errors[0];
    return 0;
}

/* --- reading --- */

static void stream_end(struct stream *stream)
{
    if (stream->fd >= 0)
        close(stream->fd);
    stream->fd = -1;
}

static void stream_read(struct stream *stream)
{
    char chunk[CHUNK_BYTES];

    for (;;) {
        ssize_t n = read(stream->fd, chunk, sizeof chunk);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            stream_end(stream);
            return;
        }
        size_t room = stream->max - stream->text->len;

        stream->full = stream->full || (size_t)n > room;
        g_string_append_len(stream->text, chunk, (gssize)MIN((size_t)n, room));
        if (stream->full)
            return;
    }
}

/* Reads until both streams end. */
static enum run_outcome collect(struct child *child, const struct runner *runner)
{
    while (child->output.fd >= 0 || child->errors.fd >= 0) {
        if (runner->cancelled && __atomic_load_n(runner->cancelled, __ATOMIC_ACQUIRE) != 0)
            return RUN_CANCELLED;
        if (g_get_monotonic_time() >= child->deadline_us)
            return RUN_TIMEOUT;

        struct pollfd fds[] = {
            {.fd = child->output.fd, .events = POLLIN},
            {.fd = child->errors.fd, .events = POLLIN},
        };

        if (poll(fds, G_N_ELEMENTS(fds), SLICE_MS) > 0) {
            if (fds[0].revents)
                stream_read(&child->output);
            if (fds[1].revents)
                stream_read(&child->errors);
        }

        if (child->output.full)
            return RUN_TRUNCATED;
        child->errors.full = false; /* its beginning is enough */
    }
    return RUN_ENDED;
}

/* --- ending --- */

/* False when it still runs at until_us. A wait status is in *ret, or 0 when it is not ours. */
static bool reap(pid_t pid, gint64 until_us, int *ret)
{
    for (gulong wait_us = 200;; wait_us = MIN(wait_us * 2, 10 * 1000)) {
        pid_t got = waitpid(pid, ret, WNOHANG);

        if (got == pid)
            return true;
        if (got < 0 && errno != EINTR) {
            *ret = 0;
            return true;
        }
        if (g_get_monotonic_time() >= until_us)
            return false;
        g_usleep(wait_us);
    }
}

/* The whole group: lsof has children of its own. */
static int kill_child(struct runner *runner, pid_t pid)
{
    int status = 0;

    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    if (!reap(pid, g_get_monotonic_time() + REAP_MS * (gint64)1000, &status))
        runner->stuck = pid;
    return status;
}

static bool is_stuck(struct runner *runner)
{
    int status;

    if (runner->stuck && reap(runner->stuck, 0, &status))
        runner->stuck = 0;
    return runner->stuck != 0;
}

bool run_tool(struct runner *runner, const struct run_spec *spec, struct run_result *ret)
{
    *ret = (struct run_result){.output = g_string_new(NULL), .errors = g_string_new(NULL)};
    struct child child = {
        .output = {.fd = -1, .text = ret->output, .max = spec->max_bytes},
        .errors = {.fd = -1, .text = ret->errors, .max = MAX_ERROR_BYTES},
        .deadline_us = g_get_monotonic_time() + spec->timeout_ms * (gint64)1000,
    };

    ret->error = is_stuck(runner) ? EBUSY : start(&child, spec);
    if (ret->error) {
        ret->outcome = ret->error == ENOENT ? RUN_MISSING : RUN_FAILED;
        return false;
    }
    int wait_status = 0;
    enum run_outcome outcome = collect(&child, runner);

    if (outcome != RUN_ENDED)
        wait_status = kill_child(runner, child.pid);
    else if (!reap(child.pid, child.deadline_us, &wait_status)) {
        outcome = RUN_TIMEOUT;
        kill_child(runner, child.pid);
    }
    ret->status = WIFSIGNALED(wait_status) ? -WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
    stream_end(&child.output);
    stream_end(&child.errors);
    ret->outcome = outcome;
    runner->bytes += (gint64)ret->output->len;
    return ret->outcome == RUN_ENDED || ret->outcome == RUN_TRUNCATED;
}

void run_result_clear(struct run_result *result)
{
    if (result->output)
        g_string_free(result->output, TRUE);
    if (result->errors)
        g_string_free(result->errors, TRUE);
    *result = (struct run_result){0};
}

void runner_clear(struct runner *runner)
{
    is_stuck(runner);
}
