#include "tests/support/target.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#define REPLY_DEADLINE_US (30 * G_USEC_PER_SEC)
#define END_DEADLINE_US (5 * G_USEC_PER_SEC)
#define SHORT_DEADLINE_US (120 * G_USEC_PER_SEC)
#define SHORT_REST_US (G_USEC_PER_SEC / 5)
#define MAX_LINE_BYTES (1u << 20)

struct stage {
    pid_t pid;
    int to, from;    /* its standard input and output; -1 when closed */
    GString *buffer; /* read, but not yet a whole line */
    int port;
    char *state_dir;
    bool owns_dir;
};

GQuark stage_error_quark(void)
{
    return g_quark_from_static_string("stage-error-quark");
}

/* Path of the program: from the build, or from the environment. "" when there is none. */
static const char *program_path(void)
{
#ifdef SIDESCOPE_TARGET_BIN
    if (SIDESCOPE_TARGET_BIN[0] != '\0')
        return SIDESCOPE_TARGET_BIN;
#endif
    const char *path = g_getenv("SIDESCOPE_TARGET_BIN");
    return path ? path : "";
}

bool target_available(void)
{
    return g_file_test(program_path(), G_FILE_TEST_IS_EXECUTABLE);
}

char *target_copy_program(const char *folder)
{
    char *path = g_build_filename(folder, "sidecar", NULL);
    g_autofree char *bytes = NULL;
    g_autoptr(GError) error = NULL;
    gsize n;

    if (!g_file_get_contents(program_path(), &bytes, &n, &error) ||
        !g_file_set_contents_full(path, bytes, (gssize)n, G_FILE_SET_CONTENTS_NONE, 0700, &error))
        g_error("%s", error->message);
    return path;
}

bool target_skip_without_map(void)
{
    g_autofree char *vmmap = g_find_program_in_path("vmmap");

    if (SIDESCOPE_HAVE_PROCFS || vmmap != NULL)
        return false;
    g_test_skip("neither procfs nor vmmap");
    return true;
}

bool target_skip_without_procfs(void)
{
    if (!SIDESCOPE_HAVE_PROCFS)
        g_test_skip("no procfs");
    return !SIDESCOPE_HAVE_PROCFS;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Waits until fd has something to read; false at the deadline (monotonic microseconds). */
static bool wait_readable(int fd, gint64 deadline_us)
{
    for (;;) {
        const gint64 left_us = deadline_us - g_get_monotonic_time();
        if (left_us <= 0)
            return false;
        struct pollfd item = {.fd = fd, .events = POLLIN};
        const int n = poll(&item, 1, (int)(left_us / 1000 + 1));
        if (n > 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
    }
}

/* Takes the first whole line out of the buffer, without its end; NULL when there is none. */
static char *take_line(GString *buffer)
{
    const char *end = memchr(buffer->str, '\n', buffer->len);
    if (!end)
        return NULL;
    const gsize length = (gsize)(end - buffer->str);
    char *line = g_strndup(buffer->str, length);
    g_string_erase(buffer, 0, (gssize)length + 1);
    return line;
}

/* Next line of the program's output; the caller frees it. NULL with error set: too late, too
 * long, or the program has ended. */
static char *read_line(struct stage *stage, GError **error)
{
    const gint64 deadline_us = g_get_monotonic_time() + REPLY_DEADLINE_US;
    for (;;) {
        char *line = take_line(stage->buffer);
        if (line)
            return line;
        if (!wait_readable(stage->from, deadline_us)) {
            g_set_error(error, STAGE_ERROR, STAGE_ERROR_TIMEOUT,
                        "the stage program did not reply within %d s",
                        (int)(REPLY_DEADLINE_US / G_USEC_PER_SEC));
            return NULL;
        }
        char chunk[4096];
        const ssize_t n = read(stage->from, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || stage->buffer->len > MAX_LINE_BYTES) {
            g_set_error(error, STAGE_ERROR, STAGE_ERROR_ENDED, "the stage program has ended");
            return NULL;
        }
        g_string_append_len(stage->buffer, chunk, n);
    }
}

static bool write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        const ssize_t n = write(fd, text, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text += n;
        length -= (size_t)n;
    }
    return true;
}

/* Writes to the program. A pipe that nobody reads any more raises SIGPIPE, which must not end the
 * test: it is blocked for this thread, and taken back when it was this write that raised it. */
static bool send_text(int fd, const char *text)
{
    sigset_t pipe_set, old, pending;
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    sigpending(&pending);
    const bool was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_set, &old);
    const bool sent = write_all(fd, text, strlen(text));
    sigpending(&pending);
    if (!sent && !was_pending && sigismember(&pending, SIGPIPE) == 1) {
        int taken = 0;
        sigwait(&pipe_set, &taken);
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return sent;
}

/* Runs between fork and exec. */
static void child_setup(gpointer user)
{
    (void)user;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

/* Environment of the program; the caller frees it with g_strfreev. */
static char **make_env(const struct stage_options *options)
{
    char **env = g_get_environ();
    env = g_environ_unsetenv(env, "SIDECAR_PPROF");
    env = g_environ_unsetenv(env, "GODEBUG");
    if (options->pprof_value) {
        env = g_environ_setenv(env, "SIDECAR_PPROF", options->pprof_value, TRUE);
    } else if (options->pprof != STAGE_PPROF_NONE) {
        g_autofree char *port = g_strdup_printf("%d", options->pprof);
        env = g_environ_setenv(env, "SIDECAR_PPROF", port, TRUE);
    }
    if (options->go_debug)
        env = g_environ_setenv(env, "GODEBUG", options->go_debug, TRUE);
    for (const char *const *p = options->env; p && *p; p++) {
        g_auto(GStrv) pair = g_strsplit(*p, "=", 2);
        env = g_environ_setenv(env, pair[0], pair[1] ? pair[1] : "", TRUE);
    }
    return env;
}

/* Arguments of the program: the array is the caller's, the strings are borrowed. */
static GPtrArray *make_args(const struct stage *stage, const struct stage_options *options)
{
    GPtrArray *argv = g_ptr_array_new();
    g_ptr_array_add(argv, (gpointer)(options->program ? options->program : program_path()));
    g_ptr_array_add(argv, (gpointer) "-state");
    g_ptr_array_add(argv, stage->state_dir);
    if (options->commands) {
        g_ptr_array_add(argv, (gpointer) "-do");
        g_ptr_array_add(argv, (gpointer)options->commands);
    }
    for (const char *const *p = options->args; p && *p; p++)
        g_ptr_array_add(argv, (gpointer)*p);
    g_ptr_array_add(argv, NULL);
    return argv;
}

/* Opens the file that gets the program's standard error; -1 with error set. */
static int open_stderr(const struct stage *stage, GError **error)
{
    g_autofree char *path = target_path(stage, "stderr.txt");
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        g_set_error(error, STAGE_ERROR, STAGE_ERROR_START, "%s: %s", path, g_strerror(errno));
    return fd;
}

static bool spawn(struct stage *stage, const struct stage_options *options, GError **error)
{
    int err = open_stderr(stage, error);
    if (err < 0)
        return false;
    g_auto(GStrv) env = make_env(options);
    g_autoptr(GPtrArray) argv = make_args(stage, options);
    const bool started = g_spawn_async_with_pipes_and_fds(
        NULL, (const char *const *)argv->pdata, (const char *const *)env, G_SPAWN_DO_NOT_REAP_CHILD,
        child_setup, NULL, -1, -1, err, NULL, NULL, 0, &stage->pid, &stage->to, &stage->from, NULL,
        error);
    close_fd(&err);
    if (!started) {
        stage->pid = 0;
        return false;
    }
    fcntl(stage->to, F_SETFD, FD_CLOEXEC); /* or children of the test would keep it alive */
    fcntl(stage->from, F_SETFD, FD_CLOEXEC);
    return true;
}

/* Reads "ready pid=PID pprof=PORT state=DIR". */
static bool wait_ready(struct stage *stage, GError **error)
{
    g_autofree char *line = read_line(stage, error);
    if (line && sscanf(line, "ready pid=%*d pprof=%d ", &stage->port) == 1)
        return true;
    if (line) {
        g_set_error(error, STAGE_ERROR, STAGE_ERROR_START, "unexpected first line: %s", line);
        return false;
    }
    g_autofree char *path = target_path(stage, "stderr.txt");
    g_autofree char *said = NULL;
    if (g_file_get_contents(path, &said, NULL, NULL))
        g_prefix_error(error, "%s: ", g_strstrip(said));
    return false;
}

/* Where the program works: absolute, because it changes its directory. */
static bool choose_dir(struct stage *stage, const struct stage_options *options, GError **error)
{
    stage->owns_dir = !options->state_dir;
    if (stage->owns_dir)
        stage->state_dir = g_dir_make_tmp("stage-XXXXXX", error);
    else
        stage->state_dir = g_canonicalize_filename(options->state_dir, NULL);
    if (!stage->state_dir)
        return false;
    if (g_mkdir_with_parents(stage->state_dir, 0700) == 0)
        return true;
    g_set_error(error, STAGE_ERROR, STAGE_ERROR_START, "%s: %s", stage->state_dir,
                g_strerror(errno));
    return false;
}

static struct stage *start_once(const struct stage_options *options, GError **error)
{
    g_autoptr(stage_auto) stage = g_new0(struct stage, 1);
    stage->to = stage->from = -1;
    stage->buffer = g_string_new(NULL);
    if (!choose_dir(stage, options, error) || !spawn(stage, options, error) ||
        !wait_ready(stage, error))
        return NULL;
    return g_steal_pointer(&stage);
}

bool target_is_short(const GError *error)
{
    return strstr(error->message, "too many open files") != NULL;
}

struct stage *target_start(const struct stage_options *options, GError **error)
{
    static const struct stage_options defaults = {.pprof = STAGE_PPROF_RANDOM};
    const gint64 deadline_us = g_get_monotonic_time() + SHORT_DEADLINE_US;

    if (!options)
        options = &defaults;
    if (!target_available()) {
        g_set_error(error, STAGE_ERROR, STAGE_ERROR_START, "no stage program was built");
        return NULL;
    }
    for (;;) {
        GError *why = NULL;
        struct stage *stage = start_once(options, &why);

        if (stage)
            return stage;
        if (options->at_once || !target_is_short(why) || g_get_monotonic_time() > deadline_us) {
            g_propagate_error(error, why);
            return NULL;
        }
        g_error_free(why);
        g_usleep(SHORT_REST_US);
    }
}

bool target_command(struct stage *stage, const char *line, char **ret_reply, GError **error)
{
    g_return_val_if_fail(!strchr(line, '\n'), false);
    g_autofree char *text = g_strconcat(line, "\n", NULL);
    if (stage->to < 0 || !send_text(stage->to, text)) {
        g_set_error(error, STAGE_ERROR, STAGE_ERROR_ENDED, "the stage program has ended");
        return false;
    }
    g_autofree char *reply = read_line(stage, error);
    if (!reply)
        return false;
    if (!g_str_has_prefix(reply, "ok ")) {
        const char *why = g_str_has_prefix(reply, "error ") ? reply + strlen("error ") : reply;
        g_set_error(error, STAGE_ERROR, STAGE_ERROR_REFUSED, "%s: %s", line, why);
        return false;
    }
    if (ret_reply)
        *ret_reply = g_strdup(reply + strlen("ok "));
    return true;
}

void target_do(struct stage *stage, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);
    g_autoptr(GError) error = NULL;
    if (!target_command(stage, line, NULL, &error))
        g_error("stage: %s", error->message);
}

pid_t target_pid(const struct stage *stage)
{
    return stage->pid;
}

int target_pprof_port(const struct stage *stage)
{
    return stage->port;
}

const char *target_state_dir(const struct stage *stage)
{
    return stage->state_dir;
}

char *target_path(const struct stage *stage, const char *name)
{
    return g_build_filename(stage->state_dir, name, NULL);
}

void target_kill(struct stage *stage, int signal)
{
    kill(stage->pid, signal);
    siginfo_t info;
    while (waitid(P_PID, (id_t)stage->pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        ;
}

/* Reads until the program closes its output, which its end does; false at the deadline. */
static bool wait_end(struct stage *stage)
{
    const gint64 deadline_us = g_get_monotonic_time() + END_DEADLINE_US;
    while (wait_readable(stage->from, deadline_us)) {
        char chunk[4096];
        const ssize_t n = read(stage->from, chunk, sizeof chunk);
        if (n == 0 || (n < 0 && errno != EINTR))
            return true;
    }
    return false;
}

/* Asks the program to end, so that it takes its own children along; kills it when it does not. */
static void end_process(struct stage *stage)
{
    if (stage->pid <= 0)
        return;
    const bool asked = stage->to >= 0 && send_text(stage->to, "quit\n");
    if (!asked || !wait_end(stage))
        kill(stage->pid, SIGKILL); /* no harm when it has ended: it is not reaped yet */
    while (waitpid(stage->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    remove(path);
    return 0;
}

void target_stop(struct stage *stage)
{
    if (!stage)
        return;
    end_process(stage);
    close_fd(&stage->to);
    close_fd(&stage->from);
    if (stage->owns_dir && stage->state_dir)
        nftw(stage->state_dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    g_free(stage->state_dir);
    if (stage->buffer)
        g_string_free(stage->buffer, TRUE);
    g_free(stage);
}
