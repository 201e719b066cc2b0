#include "app/profiles/web_pprof.h"

#include "app/ground/job.h"
#include "app/ground/shared.h"
#include "pprof/encode.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MAX_SERVERS = 8,     /* one more ends the oldest */
    PATIENCE_S = 120,    /* go builds pprof before it runs it for the first time */
    LOOK_MS = 30,        /* between two looks at the log */
    END_MS = 500,        /* for a server to end by itself */
    LOG_MAX = 64 * 1024, /* of the log that is looked at */
};

/* Of the folders; then our pid, so that what a killed one left can be told. */
#define FOLDER_PREFIX "sidescope-web-"

/* Runs a program in the place of the shell. Behind it stays a guard: when the other end of standard
 * input closes, which nothing prevents, it removes the folder (the shell's $0) and ends all. */
static const char guarded[] =
    "exec 3<&0 </dev/null\n"
    "(read -r none <&3; rm -rf -- \"$0\"; kill -KILL 0) >/dev/null 2>&1 &\n"
    "exec \"$@\" 3<&-\n";

static const char serving[] = "Serving web UI on ";

/* One server, from the request to the end of its process. */
struct server {
    struct web_pprof *web;
    char *dir;                      /* NULL until made */
    GPid pid;                       /* 0: none */
    int life;                       /* our end of its guard's pipe; -1: none */
    struct profile *profile, *base; /* what it is of */
    char **options;
    char *url; /* NULL until it serves */
    guint watch;
    int *exited; /* atomic, shared with the job that waits */
    struct job *job;
    bool no_graphviz;
    web_pprof_done done; /* NULL once called */
    void *user;
};

struct web_pprof {
    GPtrArray *servers; /* struct server * */
};

/* --- files: on a job's thread --- */

static const char *const file_names[] = {"profile.pb.gz", "base.pb.gz", "pprof.log"};

static void remove_files(const char *dir)
{
    for (size_t i = 0; i < G_N_ELEMENTS(file_names); i++) {
        g_autofree char *path = g_build_filename(dir, file_names[i], NULL);

        g_unlink(path);
    }
    g_rmdir(dir);
}

/* What one of us that was killed has left, where its guard was killed with it. */
static void sweep(void)
{
    g_autoptr(GDir) dir = g_dir_open(g_get_tmp_dir(), 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        gint64 pid = g_str_has_prefix(name, FOLDER_PREFIX)
                         ? g_ascii_strtoll(name + strlen(FOLDER_PREFIX), NULL, 10)
                         : 0;
        g_autofree char *path = g_build_filename(g_get_tmp_dir(), name, NULL);

        /* not ours to remove when another user's: unlink says so by itself */
        if (pid > 0 && pid <= G_MAXINT && kill((pid_t)pid, 0) != 0 && errno == ESRCH)
            remove_files(path);
    }
}

static bool write_profile(const struct profile *profile, const char *dir, const char *name,
                          GError **error)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    GByteArray *bytes = profile_encode(profile, error);

    if (bytes == NULL)
        return false;
    bool ok = g_file_set_contents_full(path, (const char *)bytes->data, (gssize)bytes->len,
                                       G_FILE_SET_CONTENTS_NONE, 0600, error);

    g_byte_array_unref(bytes);
    return ok;
}

/* --- first job: all that is needed to start it --- */

struct order {
    struct profile *profile, *base;
    char **options;
};

struct prepared {
    char *dir, *error;
    char **argv;
    int log_fd;
    bool no_graphviz;
};

static void order_free(void *data)
{
    struct order *order = data;

    profile_unref(order->profile);
    profile_unref(order->base);
    g_strfreev(order->options);
    g_free(order);
}

static void prepared_free(void *data)
{
    struct prepared *prepared = data;

    if (prepared->dir != NULL)
        remove_files(prepared->dir);
    if (prepared->log_fd >= 0)
        close(prepared->log_fd);
    g_free(prepared->dir);
    g_free(prepared->error);
    g_strfreev(prepared->argv);
    g_free(prepared);
}

static char **make_argv(const struct order *order, const char *go, const char *dir, int port)
{
    g_autoptr(GStrvBuilder) argv = g_strv_builder_new();
    g_autofree char *http = g_strdup_printf("-http=localhost:%d", port);
    g_autofree char *base = g_strdup_printf("-diff_base=%s/%s", dir, file_names[1]);
    g_autofree char *profile = g_build_filename(dir, file_names[0], NULL);

    g_strv_builder_add_many(argv, "/bin/sh", "-c", guarded, dir, NULL);
    g_strv_builder_add_many(argv, go, "tool", "pprof", "-no_browser", http, NULL);
    if (order->base != NULL)
        g_strv_builder_add(argv, base);
    for (char **option = order->options; option != NULL && *option != NULL; option++)
        g_strv_builder_add(argv, *option);
    g_strv_builder_add(argv, profile);
    return g_strv_builder_end(argv);
}

static bool write_files(const struct order *order, struct prepared *ret, GError **error)
{
    g_autofree char *name = g_strdup_printf(FOLDER_PREFIX "%d-XXXXXX", (int)getpid());
    g_autofree char *log = NULL;

    sweep();
    ret->dir = g_dir_make_tmp(name, error);
    if (ret->dir == NULL || !write_profile(order->profile, ret->dir, file_names[0], error) ||
        (order->base != NULL && !write_profile(order->base, ret->dir, file_names[1], error)))
        return false;
    log = g_build_filename(ret->dir, file_names[2], NULL);
    ret->log_fd = open(log, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (ret->log_fd < 0)
        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s", log,
                    g_strerror(errno));
    return ret->log_fd >= 0;
}

static void *prepare(void *data, const int *cancelled)
{
    const struct order *order = data;
    struct prepared *ret = g_new0(struct prepared, 1);
    g_autofree char *go = g_find_program_in_path("go");
    g_autofree char *dot = g_find_program_in_path("dot");
    g_autoptr(GError) error = NULL;
    /* A port nobody listens at: go tool pprof does not choose one that it tells. 0: none. */
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    /* in two steps: macOS has no flag for it */
    bool ok = fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
              bind(fd, (const struct sockaddr *)&at, n) == 0 &&
              getsockname(fd, (struct sockaddr *)&at, &n) == 0;

    if (fd >= 0)
        close(fd);
    int port = ok ? ntohs(at.sin_port) : 0;

    (void)cancelled;
    ret->log_fd = -1;
    ret->no_graphviz = dot == NULL;
    if (go == NULL)
        ret->error = g_strdup("go is not on PATH: install Go, or save the profile and open it "
                              "where Go is");
    else if (port == 0)
        ret->error = g_strdup("no free port on the loopback interface");
    else if (!write_files(order, ret, &error))
        ret->error = g_strdup(error->message);
    else
        ret->argv = make_argv(order, go, ret->dir, port);
    return ret;
}

/* --- second job: until it serves --- */

struct watching {
    char *log;
    int *exited;
};

static void watching_free(void *data)
{
    struct watching *watching = data;

    shared_unref(watching->exited);
    g_free(watching->log);
    g_free(watching);
}

/* The address it says it serves at, in full once the line has ended; NULL: not yet. */
static char *served_at(const char *log)
{
    const char *at = strstr(log, serving);
    const char *end = at != NULL ? strchr(at, '\n') : NULL;

    if (end == NULL)
        return NULL;
    at += strlen(serving);
    return g_strndup(at, (gsize)(end - at));
}

static char *last_line(const char *log)
{
    g_autofree char *text = g_strchomp(g_strdup(log));
    const char *line = strrchr(text, '\n');

    return g_strdup(line != NULL ? line + 1 : text);
}

/* The address, or what it said last; the first begins with "http". */
static void *wait_for_address(void *data, const int *cancelled)
{
    const struct watching *watching = data;
    gint64 until = g_get_monotonic_time() + PATIENCE_S * G_USEC_PER_SEC;

    while (!__atomic_load_n(cancelled, __ATOMIC_RELAXED)) {
        bool ended = __atomic_load_n(watching->exited, __ATOMIC_ACQUIRE); /* before the last look */
        int fd = open(watching->log, O_RDONLY | O_CLOEXEC);
        g_autofree char *text = g_malloc0(LOG_MAX + 1);
        ssize_t n = fd >= 0 ? read(fd, text, LOG_MAX) : 0;

        if (fd >= 0)
            close(fd);
        text[MAX(n, 0)] = '\0';
        g_autofree char *log = g_steal_pointer(&text);
        char *url = served_at(log);

        if (url != NULL)
            return url;
        if (ended || g_get_monotonic_time() > until) {
            g_autofree char *line = last_line(log);

            return g_strdup_printf("go tool pprof %s: %s",
                                   ended ? "ended" : "does not serve anything",
                                   *line != '\0' ? line : "it said nothing");
        }
        g_usleep(LOOK_MS * 1000);
    }
    return NULL;
}

/* --- servers: main loop --- */

static void tell(struct server *server, const char *url, const char *error)
{
    web_pprof_done done = server->done;

    server->done = NULL;
    if (done != NULL)
        done(&(struct web_pprof_result){.url = url,
                                        .error = error,
                                        .no_graphviz = server->no_graphviz},
             server->user);
}

static void server_free(void *data)
{
    struct server *server = data;

    job_cancel(server->job);
    if (server->watch != 0)
        g_source_remove(server->watch);
    if (server->pid != 0) {
        /* Its group: go runs pprof as a child of its own. */
        GPid pid = server->pid;
        gint64 until = g_get_monotonic_time() + END_MS * 1000;
        pid_t done = 0;

        kill(-pid, SIGTERM);
        while ((done = waitpid(pid, NULL, WNOHANG)) == 0 && g_get_monotonic_time() < until)
            g_usleep(2000);
        kill(-pid, SIGKILL); /* also what did not end with it */
        if (done == 0)
            waitpid(pid, NULL, 0);
    }
    if (server->life >= 0)
        close(server->life);
    if (server->dir != NULL)
        remove_files(server->dir);
    shared_unref(server->exited);
    profile_unref(server->profile);
    profile_unref(server->base);
    g_strfreev(server->options);
    g_free(server->url);
    g_free(server->dir);
    g_free(server);
}

static void forget(struct server *server)
{
    g_ptr_array_remove(server->web->servers, server);
}

/* Before it served the job says why, later nobody asks. */
static void on_exit_of_child(GPid pid, gint status, gpointer user)
{
    struct server *server = user;

    (void)pid;
    (void)status;
    server->watch = 0;
    server->pid = 0;
    __atomic_store_n(server->exited, 1, __ATOMIC_RELEASE);
    if (server->job == NULL)
        forget(server);
}

static void on_address(void *result, void *user)
{
    struct server *server = user;
    g_autofree char *text = result;
    bool ok = text != NULL && g_str_has_prefix(text, "http");

    server->job = NULL;
    server->url = ok ? g_strdup(text) : NULL;
    tell(server, ok ? text : NULL, ok ? NULL : text);
    if (!ok || server->pid == 0)
        forget(server);
}

static void own_group(gpointer user)
{
    (void)user;
    setpgid(0, 0); /* Ctrl-C and Ctrl-Z in our terminal are not for it */
}

static bool spawn(struct server *server, const struct prepared *prepared, GError **error)
{
    int life[2];

    if (!g_unix_open_pipe(life, FD_CLOEXEC, error))
        return false;
    bool ok = g_spawn_async_with_fds(prepared->dir, prepared->argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
                                     own_group, NULL, &server->pid, life[0], prepared->log_fd,
                                     prepared->log_fd, error);

    close(life[0]);
    if (!ok) {
        close(life[1]);
        server->pid = 0;
        return false;
    }
    server->life = life[1];
    server->watch = g_child_watch_add(server->pid, on_exit_of_child, server);
    return true;
}

static void on_prepared(void *result, void *user)
{
    struct server *server = user;
    struct prepared *prepared = result;
    g_autoptr(GError) error = NULL;

    server->job = NULL;
    server->no_graphviz = prepared->no_graphviz;
    if (prepared->error == NULL && spawn(server, prepared, &error)) {
        server->dir = g_steal_pointer(&prepared->dir);
        struct watching *watching = g_new0(struct watching, 1);

        watching->log = g_build_filename(server->dir, file_names[2], NULL);
        watching->exited = shared_ref(server->exited);
        server->job = job_start(&(struct job_ops){.work = wait_for_address,
                                                  .done = on_address,
                                                  .free_data = watching_free,
                                                  .free_result = g_free,
                                                  .user = server},
                                watching);
    } else {
        tell(server, NULL, prepared->error != NULL ? prepared->error : error->message);
        forget(server);
    }
    prepared_free(prepared);
}

enum web_pprof_state web_pprof_find(const struct web_pprof *web,
                                    const struct web_pprof_request *request, const char **ret_url)
{
    *ret_url = NULL;
    for (guint i = 0; i < web->servers->len; i++) {
        const struct server *server = web->servers->pdata[i];
        const char *const none[] = {NULL};
        const char *const *asked = request->options != NULL ? request->options : none;
        const char *const *given =
            server->options != NULL ? (const char *const *)(void *)server->options : none;

        if (server->profile != request->profile || server->base != request->base ||
            !g_strv_equal(asked, given))
            continue;
        *ret_url = server->url;
        return server->url != NULL ? WEB_PPROF_SERVING : WEB_PPROF_STARTING;
    }
    return WEB_PPROF_NONE;
}

void web_pprof_open(struct web_pprof *web, const struct web_pprof_request *request,
                    web_pprof_done done, void *user)
{
    struct server *server = g_new0(struct server, 1);
    struct order *order = g_new0(struct order, 1);

    if (web->servers->len >= MAX_SERVERS)
        g_ptr_array_remove_index(web->servers, 0);
    order->profile = profile_ref(request->profile);
    order->base = request->base != NULL ? profile_ref(request->base) : NULL;
    order->options = g_strdupv((char **)(uintptr_t)request->options);
    *server = (struct server){.web = web, .life = -1, .done = done, .user = user};
    server->profile = profile_ref(order->profile);
    server->base = order->base != NULL ? profile_ref(order->base) : NULL;
    server->options = g_strdupv(order->options);
    server->exited = shared_new(sizeof(int), NULL);
    g_ptr_array_add(web->servers, server);
    server->job = job_start(&(struct job_ops){.work = prepare,
                                              .done = on_prepared,
                                              .free_data = order_free,
                                              .free_result = prepared_free,
                                              .user = server},
                            order);
}

/* --- life --- */

struct web_pprof *web_pprof_new(void)
{
    struct web_pprof *web = g_new0(struct web_pprof, 1);

    web->servers = g_ptr_array_new_with_free_func(server_free);
    return web;
}

void web_pprof_free(struct web_pprof *web)
{
    if (web == NULL)
        return;
    g_ptr_array_unref(web->servers);
    g_free(web);
}
