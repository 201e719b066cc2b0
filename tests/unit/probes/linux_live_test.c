/* The Linux backend against real processes: children that hold one of everything. */

#include "probes/platform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- children ------------------------------------------------------------------------ */

struct child {
    pid_t pid;
    int report; /* what it wrote after setting up */
};

/* Runs body in a child that then sleeps; body writes its report to fd 3. */
static struct child child_start(void (*body)(void *), void *user)
{
    int ends[2];
    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        dup2(ends[1], 3);
        close_range(4, ~0U, 0);
        body(user);
        close(3);
        for (;;)
            pause();
    }
    close(ends[1]);
    return (struct child){pid, ends[0]};
}

/* Waits for the report; the child has closed its end when it is whole. */
static void child_report(struct child *child, void *ret, size_t n)
{
    size_t got = 0;
    for (;;) {
        char rest;
        ssize_t k = got < n ? read(child->report, (char *)ret + got, n - got)
                            : read(child->report, &rest, 1);
        if (k <= 0)
            break;
        got += (size_t)k;
    }
    g_assert_cmpuint(got, ==, n);
    close(child->report);
}

static void child_pause(const struct child *child)
{
    int status;
    kill(child->pid, SIGSTOP);
    g_assert_cmpint(waitpid(child->pid, &status, WUNTRACED), ==, child->pid);
    g_assert_true(WIFSTOPPED(status));
}

static void child_end(const struct child *child)
{
    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
}

static struct platform *open_child(const struct child *child)
{
    g_autoptr(GError) error = NULL;
    struct platform *platform = platform_open(NULL, child->pid, NULL, &error);
    g_assert_no_error(error);
    return platform;
}

static struct files_sample *census(struct platform *platform, const struct files_sample *previous)
{
    struct files_sample *sample = sample_new(PROBE_FILES, sizeof *sample);
    platform_read_files(platform, sample, previous);
    return sample;
}

/* --- one descriptor of each kind ------------------------------------------------------ */

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
    if (write(3, &held, sizeof held) != sizeof held)
        _exit(2);
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
    g_autofree char *listen = g_strdup_printf("127.0.0.1:%d", held->port);
    g_assert_cmpstr(entry_of(sample, held->fd[KIND_LISTEN])->path, ==, listen);
    g_autofree char *to = g_strdup_printf("->127.0.0.1:%d", held->port);
    g_assert_true(g_str_has_suffix(entry_of(sample, held->fd[KIND_CLIENT])->path, to));
}

static int64_t count_entries(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    int64_t n = 0;
    while (dir && g_dir_read_name(dir))
        n++;
    return n;
}

static const char *const left_behind[] = {"regular.jsonl", "here (deleted)", ugly_name,
                                          "again.log",     "named",          "held.sock"};

static void test_every_kind(void)
{
    struct held held;
    g_autofree char *dir = g_dir_make_tmp("sidescope-live-XXXXXX", NULL);
    struct child child = child_start(hold_everything, dir);
    child_report(&child, &held, sizeof held);
    struct platform *platform = open_child(&child);
    struct files_sample *first = census(platform, NULL);
    g_assert_cmpint(first->base.status, ==, SAMPLE_OK);
    g_autofree char *fd_dir = g_strdup_printf("/proc/%d/fd", (int)child.pid);
    g_assert_cmpint(first->count, ==, count_entries(fd_dir));
    check_held(first, &held);
    struct files_sample *second = census(platform, first); /* unchanged entries are taken over */
    g_assert_cmpuint(second->opened + second->closed, ==, 0);
    sample_unref(first);
    check_held(second, &held);
    sample_unref(second);
    platform_close(platform);
    child_end(&child);
    for (size_t i = 0; i < G_N_ELEMENTS(left_behind); i++) {
        g_autofree char *path = g_build_filename(dir, left_behind[i], NULL);
        g_unlink(path);
    }
    g_rmdir(dir);
}

/* --- memory ----------------------------------------------------------------------------- */

static void use_memory(void *user)
{
    (void)user;
    size_t n = 32 * 1024 * 1024;
    char *block = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(block, 1, n);
    mmap(NULL, n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *shared =
        mmap(NULL, 1024 * 1024, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(shared, 1, 1024 * 1024);
    if (write(3, "x", 1) != 1)
        _exit(2);
}

static int64_t status_kib(pid_t pid, const char *key)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)pid);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const char *at = strstr(text, key);
    g_assert_nonnull(at);
    return strtoll(at + strlen(key), NULL, 10);
}

static void test_memory(void)
{
    char ready;
    struct child child = child_start(use_memory, NULL);
    child_report(&child, &ready, 1);
    child_pause(&child);
    struct platform *platform = open_child(&child);
    struct memory_sample *sample = sample_new(PROBE_MEMORY, sizeof *sample);
    platform_read_memory(platform, sample, true);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(sample->rss_bytes, ==, status_kib(child.pid, "VmRSS:") * 1024);
    g_assert_cmpint(sample->total.resident_bytes, ==, sample->rss_bytes);
    g_assert_cmpint(sample->total.dirty_bytes, ==,
                    sample->private_dirty_bytes + sample->shared_dirty_bytes);
    g_assert_cmpint(sample->total.swapped_bytes, ==, sample->swap_bytes);
    /* Pss of each mapping is rounded to whole KiB by the kernel */
    g_assert_cmpint(ABS(sample->total.pss_bytes - sample->pss_bytes), <=,
                    (int64_t)sample->n_regions * 1024);
    g_assert_cmpint(sample->classes[REGION_ANONYMOUS].resident_bytes, >=, 32 * 1024 * 1024);
    g_assert_cmpint(sample->classes[REGION_RESERVED].virtual_bytes, >=, 32 * 1024 * 1024);
    g_assert_cmpint(sample->classes[REGION_RESERVED].resident_bytes, ==, 0);
    g_assert_cmpint(sample->classes[REGION_SHARED].resident_bytes, >=, 1024 * 1024);
    g_assert_cmpint(sample->classes[REGION_BINARY].count, >=, 1);
    g_assert_cmpint(sample->classes[REGION_STACK].count, >=, 1);
    g_assert_cmpint(sample->classes[REGION_KERNEL].count, >=, 1);
    int64_t in_classes = 0;
    for (int i = 0; i < REGION_N_CLASSES; i++)
        in_classes += sample->classes[i].resident_bytes;
    g_assert_cmpint(in_classes, ==, sample->total.resident_bytes);
    for (size_t i = 1; i < sample->n_regions; i++)
        g_assert_cmpuint(sample->regions[i - 1].end, <=, sample->regions[i].start);
    sample_unref(sample);
    platform_close(platform);
    child_end(&child);
}

/* --- process ------------------------------------------------------------------------------ */

static void burn_cpu(void *user)
{
    (void)user;
    if (write(3, "x", 1) != 1)
        _exit(2);
    close(3);
    for (;;)
        __asm__ volatile("" ::: "memory");
}

static void test_process(void)
{
    char ready;
    struct child child = child_start(burn_cpu, NULL);
    child_report(&child, &ready, 1);
    struct platform *platform = open_child(&child);
    struct process_sample *first = sample_new(PROBE_PROCESS, sizeof *first);
    platform_read_process(platform, first);
    g_usleep(300 * 1000);
    child_pause(&child);
    struct process_sample *second = sample_new(PROBE_PROCESS, sizeof *second);
    platform_read_process(platform, second);
    g_assert_cmpint(first->state, ==, PROCESS_ALIVE);
    g_assert_cmpint(second->state_letter, ==, 'T');
    g_assert_cmpint(second->rss_bytes, ==, status_kib(child.pid, "VmRSS:") * 1024);
    g_assert_cmpint(second->threads, ==, status_kib(child.pid, "Threads:"));
    g_autofree char *fd_dir = g_strdup_printf("/proc/%d/fd", (int)child.pid);
    g_assert_cmpint(second->fd_count, ==, count_entries(fd_dir));
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur != RLIM_INFINITY)
        g_assert_cmpint(second->fd_soft_limit, ==, (int64_t)limit.rlim_cur);
    g_assert_cmpint(second->uptime_s, <, 60);
    g_assert_cmpfloat(second->cpu_percent, >, 1); /* however busy the machine is */
    g_assert_cmpfloat(second->cpu_percent, <, 200);
    sample_unref(first);
    sample_unref(second);
    platform_close(platform);
    child_end(&child);
}

static void just_wait(void *user)
{
    (void)user;
    if (write(3, "x", 1) != 1)
        _exit(2);
}

static enum process_state read_state(struct platform *platform, enum sample_status *ret)
{
    struct process_sample *sample = sample_new(PROBE_PROCESS, sizeof *sample);
    platform_read_process(platform, sample);
    enum process_state state = sample->state;
    *ret = sample->base.status;
    sample_unref(sample);
    return state;
}

static void test_ends(void)
{
    char ready;
    bool zombie;
    enum sample_status status;
    struct child child = child_start(just_wait, NULL);
    child_report(&child, &ready, 1);
    struct platform *platform = open_child(&child);
    g_assert_cmpint(read_state(platform, &status), ==, PROCESS_ALIVE);
    g_assert_true(platform_alive(platform, &zombie) && !zombie);
    kill(child.pid, SIGKILL);
    siginfo_t info;
    g_assert_cmpint(waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT), ==, 0);
    if (platform_exit_fd(platform) >= 0) {
        struct pollfd exits = {.fd = platform_exit_fd(platform), .events = POLLIN};
        g_assert_cmpint(poll(&exits, 1, 5000), ==, 1);
    }
    g_assert_false(platform_alive(platform, &zombie));
    g_assert_true(zombie);
    g_assert_cmpint(read_state(platform, &status), ==, PROCESS_ZOMBIE);
    g_assert_cmpint(status, ==, SAMPLE_GONE);
    waitpid(child.pid, NULL, 0);
    g_assert_false(platform_alive(platform, &zombie));
    g_assert_false(zombie);
    g_assert_cmpint(read_state(platform, &status), ==, PROCESS_ENDED);
    struct files_sample *files = census(platform, NULL);
    g_assert_cmpint(files->base.status, ==, SAMPLE_GONE);
    sample_unref(files);
    platform_close(platform);
}

/* Killed while censuses and walks run: every sample is whole, or says that it is over. */
static void test_ends_in_the_middle(void)
{
    for (unsigned round = 0; round < 20; round++) {
        char ready;
        struct child child = child_start(just_wait, NULL);
        child_report(&child, &ready, 1);
        struct platform *platform = open_child(&child);
        pid_t killer = fork();
        if (killer == 0) {
            usleep(100 * round);
            kill(child.pid, SIGKILL);
            _exit(0);
        }
        enum sample_status status = SAMPLE_OK;
        while (status == SAMPLE_OK) {
            struct files_sample *files = census(platform, NULL);
            struct memory_sample *memory = sample_new(PROBE_MEMORY, sizeof *memory);
            platform_read_memory(platform, memory, true);
            status = memory->base.status;
            g_assert_true(files->base.status == SAMPLE_OK || files->base.status == SAMPLE_GONE);
            g_assert_true(status == SAMPLE_OK || status == SAMPLE_GONE);
            sample_unref(files);
            sample_unref(memory);
        }
        platform_close(platform);
        waitpid(killer, NULL, 0);
        child_end(&child);
    }
}

/* --- rights --------------------------------------------------------------------------------- */

static void look_at_foreign(void *user)
{
    pid_t foreign = *(pid_t *)user;
    if (setgid(65534) != 0 || setuid(65534) != 0)
        _exit(2);
    struct platform *platform = platform_open(NULL, foreign, NULL, NULL);
    struct files_sample *files = census(platform, NULL);
    struct memory_sample *memory = sample_new(PROBE_MEMORY, sizeof *memory);
    platform_read_memory(platform, memory, true);
    struct process_sample *process = sample_new(PROBE_PROCESS, sizeof *process);
    platform_read_process(platform, process);
    g_assert_cmpint(files->base.status, ==, SAMPLE_DENIED);
    g_assert_nonnull(strstr(files->base.reason, "CAP_SYS_PTRACE"));
    g_assert_nonnull(strstr(files->base.reason, "sudo sidescope"));
    g_assert_cmpint(files->count, ==, process->fd_count);
    g_assert_cmpint(memory->base.status, ==, SAMPLE_DENIED);
    g_assert_cmpint(memory->rss_bytes, >, 0);
    g_assert_cmpint(process->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(process->rss_bytes, >, 0);
    g_assert_cmpint(process->io_read_bytes, ==, SAMPLE_UNKNOWN);
    if (write(3, "x", 1) != 1)
        _exit(2);
}

static void test_denied(void)
{
    char ready;
    if (geteuid() != 0) {
        g_test_skip("needs root, to become another user");
        return;
    }
    struct child target = child_start(just_wait, NULL);
    child_report(&target, &ready, 1);
    struct child looker = child_start(look_at_foreign, &target.pid);
    child_report(&looker, &ready, 1);
    child_end(&looker);
    child_end(&target);
}

/* --- many ------------------------------------------------------------------------------------ */

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
    if (write(3, &n, sizeof n) != sizeof n)
        _exit(2);
}

static void test_many(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int wanted = 20000, held = 0;
    struct child child = child_start(hold_many, &wanted);
    child_report(&child, &held, sizeof held);
    struct platform *platform = open_child(&child);
    struct files_sample *previous = NULL;
    for (int round = 0; round < 3; round++) {
        gint64 began = g_get_monotonic_time();
        struct files_sample *sample = census(platform, previous);
        g_test_message("%d descriptors, census %d: %.1f ms", held, round,
                       (double)(g_get_monotonic_time() - began) / 1e3);
        g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
        g_assert_cmpint(sample->count, ==, held + 3);
        g_assert_cmpuint(sample->opened + sample->closed, ==, 0);
        sample_unref(previous);
        previous = sample;
    }
    g_autofree char *fd_dir = g_strdup_printf("/proc/%d/fd", (int)child.pid);
    g_assert_cmpint(previous->count, ==, count_entries(fd_dir));
    sample_unref(previous);
    platform_close(platform);
    child_end(&child);
}

/* --- the list --------------------------------------------------------------------------------- */

static void test_list(void)
{
    struct held held;
    g_autofree char *dir = g_dir_make_tmp("sidescope-live-XXXXXX", NULL);
    struct child child = child_start(hold_everything, dir);
    child_report(&child, &held, sizeof held);
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
    g_assert_true(platform_same_network(NULL, child.pid));
    child_end(&child);
    for (size_t i = 0; i < G_N_ELEMENTS(left_behind); i++) {
        g_autofree char *path = g_build_filename(dir, left_behind[i], NULL);
        g_unlink(path);
    }
    g_rmdir(dir);
}

/* Nothing stays open behind a closed handle. */
static void test_no_leak(void)
{
    int64_t before = count_entries("/proc/self/fd");
    for (int i = 0; i < 5; i++) {
        struct platform *platform = platform_open(NULL, getpid(), NULL, NULL);
        struct files_sample *files = census(platform, NULL);
        g_assert_cmpint(files->base.status, ==, SAMPLE_OK);
        sample_unref(files);
        struct process_sample *process = sample_new(PROBE_PROCESS, sizeof *process);
        platform_read_process(platform, process);
        sample_unref(process);
        platform_close(platform);
        g_ptr_array_unref(platform_list(NULL, true, NULL));
    }
    g_assert_cmpint(count_entries("/proc/self/fd"), ==, before);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/linux-live/every-kind", test_every_kind);
    g_test_add_func("/linux-live/memory", test_memory);
    g_test_add_func("/linux-live/process", test_process);
    g_test_add_func("/linux-live/ends", test_ends);
    g_test_add_func("/linux-live/ends-in-the-middle", test_ends_in_the_middle);
    g_test_add_func("/linux-live/denied", test_denied);
    g_test_add_func("/linux-live/many", test_many);
    g_test_add_func("/linux-live/list", test_list);
    g_test_add_func("/linux-live/no-leak", test_no_leak);
    return g_test_run();
}
