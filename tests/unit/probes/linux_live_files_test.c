/* The census against live children: one that holds one of everything, one that holds many. */

#include "tests/unit/probes/live_child.h"
#include "tests/unit/probes/take.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum kind {
    KIND_REG,
    KIND_DELETED,
    KIND_LIVE_DELETED, /* a live file whose name ends in " (deleted)" */
    KIND_DIR,
    KIND_PIPE_READ,
    KIND_PIPE_WRITE,
    KIND_FIFO,
    KIND_LISTEN,
    KIND_CLIENT,
    KIND_SERVER,
    KIND_LISTEN6,
    KIND_UDP,
    KIND_UNIX_A,
    KIND_UNIX_B,
    KIND_UNIX_LISTEN,
    KIND_UNBOUND,
    KIND_INOTIFY,
    KIND_EPOLL,
    KIND_EVENTFD,
    KIND_MEMFD,
    KIND_NULL,
    KIND_O_PATH,
    KIND_UGLY,
    KIND_AGAIN_1,
    KIND_AGAIN_2,
    KIND_N,
};

struct held {
    int fd[KIND_N];
    uint64_t inode[KIND_N];
    int port;
};

static const char ugly_name[] = "ugly \033]0;t\007 \377\n\tname";

static int listen_on(int family, int *port)
{
    struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(family, SOCK_STREAM, 0);
    socklen_t n = family == AF_INET6 ? sizeof any6 : sizeof any;
    const struct sockaddr *address =
        family == AF_INET6 ? (struct sockaddr *)&any6 : (struct sockaddr *)&any;
    if (fd < 0 || bind(fd, address, n) != 0 || listen(fd, 5) != 0)
        return -1;
    if (family == AF_INET6)
        return fd;
    getsockname(fd, (struct sockaddr *)&any, &n);
    *port = ntohs(any.sin_port);
    return fd;
}

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

static int listen_unix(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "held.sock"};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 5) == 0 ? fd
                                                                                            : -1;
}

static void hold_files(struct held *held)
{
    held->fd[KIND_REG] = open("regular.jsonl", O_CREAT | O_RDWR, 0600);
    if (write(held->fd[KIND_REG], "0123456789", 10) != 10)
        _exit(2);
    held->fd[KIND_DELETED] = open("gone.jsonl", O_CREAT | O_RDWR, 0600);
    unlink("gone.jsonl");
    held->fd[KIND_LIVE_DELETED] = open("here (deleted)", O_CREAT | O_WRONLY, 0600);
    held->fd[KIND_DIR] = open(".", O_RDONLY | O_DIRECTORY);
    held->fd[KIND_UGLY] = open(ugly_name, O_CREAT | O_RDONLY, 0600);
    held->fd[KIND_NULL] = open("/dev/null", O_RDONLY);
    held->fd[KIND_O_PATH] = open("regular.jsonl", O_PATH);
    held->fd[KIND_AGAIN_1] = open("again.log", O_CREAT | O_RDONLY, 0600);
    held->fd[KIND_AGAIN_2] = open("again.log", O_RDONLY);
    held->fd[KIND_MEMFD] = memfd_create("held", 0);
    mkfifo("named", 0600);
    held->fd[KIND_FIFO] = open("named", O_RDWR);
    held->fd[KIND_EVENTFD] = eventfd(0, 0);
    held->fd[KIND_EPOLL] = epoll_create1(0);
    held->fd[KIND_INOTIFY] = inotify_init();
    inotify_add_watch(held->fd[KIND_INOTIFY], ".", IN_CREATE);
    inotify_add_watch(held->fd[KIND_INOTIFY], "/", IN_CREATE);
    inotify_add_watch(held->fd[KIND_INOTIFY], "/tmp", IN_CREATE);
}

static void hold_sockets(struct held *held)
{
    if (pipe(&held->fd[KIND_PIPE_READ]) != 0 ||
        socketpair(AF_UNIX, SOCK_STREAM, 0, &held->fd[KIND_UNIX_A]) != 0)
        _exit(2);
    held->fd[KIND_LISTEN] = listen_on(AF_INET, &held->port);
    held->fd[KIND_CLIENT] = connect_to(held->port);
    held->fd[KIND_SERVER] = accept(held->fd[KIND_LISTEN], NULL, NULL);
    held->fd[KIND_LISTEN6] = listen_on(AF_INET6, NULL);
    held->fd[KIND_UDP] = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(held->fd[KIND_UDP], (struct sockaddr *)&local, sizeof local) != 0)
        _exit(2);
    held->fd[KIND_UNIX_LISTEN] = listen_unix();
    held->fd[KIND_UNBOUND] = socket(AF_INET, SOCK_STREAM, 0);
}

static void hold_everything(void *user)
{
    struct held held = {.port = 0};
    if (chdir(user) != 0)
        _exit(2);
    hold_files(&held);
    hold_sockets(&held);
    for (int i = 0; i < KIND_N; i++) {
        struct stat st;
        if (held.fd[i] >= 0 && fstat(held.fd[i], &st) == 0)
            held.inode[i] = st.st_ino;
    }
    live_child_write(&held, sizeof held);
}

static const struct fd_entry *entry_of(const struct files_sample *sample, int fd)
{
    for (size_t i = 0; i < sample->n_fds; i++)
        if (sample->fds[i].fd == fd)
            return &sample->fds[i];
    return NULL;
}

/* Type, access and the end of the path for each kind; NULL path: not compared. */
static const struct {
    enum kind kind;
    enum fd_type type;
    char access;
    const char *tail, *detail;
} truths[] = {
    {KIND_REG, FD_REG, 'u', "/regular.jsonl", ""},
    {KIND_DELETED, FD_REG, 'u', "/gone.jsonl", ""},
    {KIND_LIVE_DELETED, FD_REG, 'w', "/here (deleted)", ""},
    {KIND_DIR, FD_DIR, 'r', NULL, ""},
    {KIND_PIPE_READ, FD_FIFO, 'r', NULL, ""},
    {KIND_PIPE_WRITE, FD_FIFO, 'w', NULL, ""},
    {KIND_FIFO, FD_FIFO, 'u', "/named", ""},
    {KIND_LISTEN, FD_IPV4, 'u', NULL, "LISTEN"},
    {KIND_CLIENT, FD_IPV4, 'u', NULL, "ESTABLISHED"},
    {KIND_SERVER, FD_IPV4, 'u', NULL, "ESTABLISHED"},
    {KIND_LISTEN6, FD_IPV6, 'u', NULL, "LISTEN"},
    {KIND_UDP, FD_IPV4, 'u', NULL, "UDP"},
    {KIND_UNIX_A, FD_UNIX, 'u', NULL, "stream"},
    {KIND_UNIX_LISTEN, FD_UNIX, 'u', "held.sock", "stream LISTEN"},
    {KIND_UNBOUND, FD_SOCK, 'u', NULL, "unbound"},
    {KIND_INOTIFY, FD_INOTIFY, 'r', "anon_inode:inotify", "inotify"},
    {KIND_EPOLL, FD_EPOLL, 'u', "anon_inode:[eventpoll]", "[eventpoll]"},
    {KIND_EVENTFD, FD_ANON, 'u', "anon_inode:[eventfd]", "[eventfd]"},
    {KIND_MEMFD, FD_REG, 'u', "/memfd:held", ""},
    {KIND_NULL, FD_CHR, 'r', "/dev/null", ""},
    {KIND_O_PATH, FD_REG, ' ', "/regular.jsonl", ""},
    {KIND_UGLY, FD_REG, 'r', ugly_name, ""},
};

static void check_held(const struct files_sample *sample, const struct held *held)
{
    for (size_t i = 0; i < G_N_ELEMENTS(truths); i++) {
        enum kind kind = truths[i].kind;
        if (kind == KIND_LISTEN6 && held->fd[kind] < 0)
            continue; /* a machine without IPv6 */
        const struct fd_entry *entry = entry_of(sample, held->fd[kind]);
        g_test_message("kind %d fd %d", kind, held->fd[kind]);
        g_assert_nonnull(entry);
        g_assert_cmpint(entry->type, ==, truths[i].type);
        g_assert_cmpint(entry->access, ==, truths[i].access);
        g_assert_cmpstr(entry->detail, ==, truths[i].detail);
        if (truths[i].tail)
            g_assert_true(g_str_has_suffix(entry->path, truths[i].tail));
        if (entry->inode)
            g_assert_cmpuint(entry->inode, ==, held->inode[kind]);
        bool deleted = kind == KIND_DELETED || kind == KIND_MEMFD;
        g_assert_true(entry->deleted == deleted);
    }
    g_assert_cmpint(entry_of(sample, held->fd[KIND_REG])->size, ==, 10);
    g_assert_cmpint(entry_of(sample, held->fd[KIND_REG])->offset, ==, 10);
    g_assert_cmpint(entry_of(sample, held->fd[KIND_INOTIFY])->watches, ==, 3);
    g_assert_cmpint(sample->inotify_watches, ==, 3);
    g_assert_cmpuint(sample->n_watched + sample->watched_unnamed, ==, 3);
    for (size_t i = 0; i < sample->n_watched; i++) {
        g_assert_cmpuint(sample->watched[i].times, ==, 1);
        g_assert_cmpint(*sample->watched[i].path, ==, '/');
        g_assert_cmpuint(sample->watched[i].n_fds, ==, 1);
        g_assert_cmpint(sample->watched[i].fds[0], ==, held->fd[KIND_INOTIFY]);
    }
    g_autofree char *listen = g_strdup_printf("127.0.0.1:%d", held->port);
    g_assert_cmpstr(entry_of(sample, held->fd[KIND_LISTEN])->path, ==, listen);
    g_autofree char *to = g_strdup_printf("->127.0.0.1:%d", held->port);
    g_assert_true(g_str_has_suffix(entry_of(sample, held->fd[KIND_CLIENT])->path, to));
}

static const char *const left_behind[] = {"regular.jsonl", "here (deleted)", ugly_name,
                                          "again.log",     "named",          "held.sock"};

static void clean_up(const char *dir)
{
    for (size_t i = 0; i < G_N_ELEMENTS(left_behind); i++) {
        g_autofree char *path = g_build_filename(dir, left_behind[i], NULL);
        g_unlink(path);
    }
    g_rmdir(dir);
}

static void test_every_kind(void)
{
    struct held held;
    g_autofree char *dir = g_dir_make_tmp("sidescope-live-XXXXXX", NULL);
    struct live_child child = live_child_start(hold_everything, dir);
    live_child_report(&child, &held, sizeof held);
    struct platform *platform = live_child_open(&child);
    struct files_sample *first = take_files(platform, NULL);
    g_assert_cmpint(first->base.status, ==, SAMPLE_OK);
    g_autofree char *fd_dir = g_strdup_printf("/proc/%d/fd", (int)child.pid);
    g_assert_cmpint(first->count, ==, live_count_entries(fd_dir));
    check_held(first, &held);
    struct files_sample *second =
        take_files(platform, first); /* unchanged entries are taken over */
    g_assert_cmpuint(second->opened + second->closed, ==, 0);
    sample_unref(first);
    check_held(second, &held);
    g_autofree char *grows = g_build_filename(dir, "regular.jsonl", NULL);
    g_assert_cmpint(truncate(grows, 4711), ==, 0);
    struct files_sample *third = take_files(platform, second);
    g_assert_cmpint(entry_of(third, held.fd[KIND_REG])->size, ==, 4711);
    sample_unref(third);
    sample_unref(second);
    platform_close(platform);
    live_child_end(&child);
    clean_up(dir);
}

static void test_list(void)
{
    struct held held;
    g_autofree char *dir = g_dir_make_tmp("sidescope-live-XXXXXX", NULL);
    struct live_child child = live_child_start(hold_everything, dir);
    live_child_report(&child, &held, sizeof held);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) list = platform_list(NULL, true, &error);
    g_assert_no_error(error);
    const struct process_entry *found = NULL;
    for (guint i = 0; i < list->len; i++) {
        const struct process_entry *entry = list->pdata[i];
        g_assert_cmpint(entry->id.pid, !=, getpid());
        found = entry->id.pid == child.pid ? entry : found;
    }
    g_assert_nonnull(found);
    g_assert_cmpint(found->parent, ==, getpid());
    g_assert_cmpuint(found->uid, ==, geteuid());
    g_assert_false(found->is_go);
    g_assert_cmpint(found->pprof_port, ==, 0);
    bool listens = false;
    for (guint i = 0; i < found->listen_ports->len; i++) {
        const struct platform_listener *listener =
            &g_array_index(found->listen_ports, struct platform_listener, i);
        listens = listens || (listener->port == held.port && listener->loopback && !listener->ipv6);
    }
    g_assert_true(listens);
    bool listening = false;
    g_assert_cmpint(platform_port_owner(NULL, held.port, &listening), ==, child.pid);
    g_assert_true(listening);
    g_assert_true(platform_same_space(NULL, child.pid, PLATFORM_SPACE_NETWORK));
    live_child_end(&child);
    clean_up(dir);
}

/* --- many --- */

static void hold_many(void *user)
{
    int *wanted = user, n = 0;
    char name[64];
    while (n < *wanted) {
        g_snprintf(name, sizeof name, "/dev/%s", n % 2 ? "zero" : "null");
        if ((n % 3 ? open(name, O_RDONLY) : dup(0)) < 0)
            break;
        n++;
    }
    live_child_write(&n, sizeof n);
}

static void test_many(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int wanted = 20000, held = 0;
    struct live_child child = live_child_start(hold_many, &wanted);
    live_child_report(&child, &held, sizeof held);
    struct platform *platform = live_child_open(&child);
    struct files_sample *previous = NULL;
    for (int round = 0; round < 3; round++) {
        gint64 began = g_get_monotonic_time();
        struct files_sample *sample = take_files(platform, previous);
        g_test_message("%d descriptors, census %d: %.1f ms", held, round,
                       (double)(g_get_monotonic_time() - began) / 1e3);
        g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
        g_assert_cmpint(sample->count, ==, held + 3);
        g_assert_cmpuint(sample->opened + sample->closed, ==, 0);
        sample_unref(previous);
        previous = sample;
    }
    g_autofree char *fd_dir = g_strdup_printf("/proc/%d/fd", (int)child.pid);
    g_assert_cmpint(previous->count, ==, live_count_entries(fd_dir));
    sample_unref(previous);
    platform_close(platform);
    live_child_end(&child);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/linux-live-files/every-kind", test_every_kind);
    g_test_add_func("/linux-live-files/list", test_list);
    g_test_add_func("/linux-live-files/many", test_many);
    return g_test_run();
}
