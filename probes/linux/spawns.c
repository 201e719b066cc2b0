#include "probes/linux/spawns.h"

#include "probes/bell.h"
#include "probes/linux/procfs.h"
#include "probes/spawn_rates.h"
#include "probes/threads.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECEIVE_BYTES = 1 << 20, MAX_PENDING = 4096 };

/* Shared by both threads, under lock. */
struct shared {
    struct spawn_rates *rates;
    bool agreed; /* the kernel has said that it reports */
    bool lost;   /* events were dropped since the last look */
};

struct spawns {
    pid_t pid;
    int socket;
    struct bell *wake;
    pthread_t thread;
    struct lock lock;
    struct shared shared;
    /* the thread's own: children forked that have not called exec yet */
    GHashTable *pending;
    struct procfs_text text;
};

/* --- the socket --- */

/* A netlink header, a connector header, and the operation behind them. */
static bool subscribe(int fd)
{
    enum { BYTES = NLMSG_LENGTH(sizeof(struct cn_msg) + sizeof(enum proc_cn_mcast_op)) };
    _Alignas(struct nlmsghdr) unsigned char bytes[BYTES] = {0};
    const enum proc_cn_mcast_op operation = PROC_CN_MCAST_LISTEN;
    struct nlmsghdr *header = (struct nlmsghdr *)(void *)bytes;
    struct cn_msg *message = NLMSG_DATA(header);

    header->nlmsg_len = BYTES;
    header->nlmsg_type = NLMSG_DONE;
    message->id = (struct cb_id){CN_IDX_PROC, CN_VAL_PROC};
    message->len = sizeof operation;
    memcpy(message->data, &operation, sizeof operation);
    return send(fd, bytes, BYTES, 0) == BYTES;
}

static int open_socket(void)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
    int size = RECEIVE_BYTES;
    int fd = socket(PF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && subscribe(fd))
        return fd;
    close(fd);
    return -1;
}

/* --- events --- */

static void count(struct spawns *spawns, const char *command)
{
    lock_acquire(&spawns->lock);
    spawn_rates_add(spawns->shared.rates, command, g_get_monotonic_time());
    lock_release(&spawns->lock);
}

/* The command line; of a zombie the name is left; else NULL. */
static char *command_of(struct spawns *spawns, pid_t pid)
{
    char name[64];

    g_snprintf(name, sizeof name, "/proc/%d/cmdline", (int)pid);
    if (procfs_read(AT_FDCWD, name, &spawns->text) == 0 && spawns->text.size > 0)
        return spawn_command_of(spawns->text.data, spawns->text.size);
    g_snprintf(name, sizeof name, "/proc/%d/comm", (int)pid);
    if (procfs_read(AT_FDCWD, name, &spawns->text) == 0 && spawns->text.size > 1)
        return g_strndup(spawns->text.data, spawns->text.size - 1);
    return NULL;
}

static void on_event(struct spawns *spawns, const struct proc_event *event)
{
    g_autofree char *command = NULL;
    pid_t pid;

    switch ((uint32_t)event->what) {
    case 0: /* PROC_EVENT_NONE: the answer to the subscription */
        lock_acquire(&spawns->lock);
        spawns->shared.agreed = spawns->shared.agreed || event->event_data.ack.err == 0;
        lock_release(&spawns->lock);
        break;
    case 0x00000001: /* PROC_EVENT_FORK */
        pid = event->event_data.fork.child_tgid;
        if (event->event_data.fork.parent_tgid == spawns->pid && pid != spawns->pid &&
            event->event_data.fork.child_pid == pid &&
            g_hash_table_size(spawns->pending) < MAX_PENDING)
            g_hash_table_add(spawns->pending, GINT_TO_POINTER(pid));
        break;
    case 0x00000002: /* PROC_EVENT_EXEC */
        pid = event->event_data.exec.process_tgid;
        if (!g_hash_table_remove(spawns->pending, GINT_TO_POINTER(pid)))
            break;
        command = command_of(spawns, pid);
        count(spawns, command != NULL && *command != '\0' ? command : SPAWN_UNNAMED);
        break;
    case 0x80000000: /* PROC_EVENT_EXIT */
        pid = event->event_data.exit.process_tgid;
        if (event->event_data.exit.process_pid == pid &&
            g_hash_table_remove(spawns->pending, GINT_TO_POINTER(pid)))
            count(spawns, "(fork without exec)");
        break;
    default:
        break;
    }
}

/* Only what the kernel itself sent counts. False when there is nothing more to read. */
static bool receive(struct spawns *spawns)
{
    _Alignas(struct nlmsghdr) char data[4096];
    struct sockaddr_nl from = {0};
    socklen_t length = sizeof from;
    ssize_t n = recvfrom(spawns->socket, data, sizeof data, 0, (struct sockaddr *)&from, &length);

    if (n < 0 && errno == ENOBUFS) {
        lock_acquire(&spawns->lock);
        spawns->shared.lost = true;
        lock_release(&spawns->lock);
    } else if (n < 0 && errno != EINTR)
        return false;
    else if (n > 0 && from.nl_pid == 0) {
        size_t count = (size_t)n;

        for (struct nlmsghdr *header = (struct nlmsghdr *)(void *)data; NLMSG_OK(header, count);
             header = NLMSG_NEXT(header, count)) {
            const struct cn_msg *message = NLMSG_DATA(header);
            struct proc_event event = {0};

            if (NLMSG_PAYLOAD(header, 0) < sizeof *message ||
                NLMSG_PAYLOAD(header, sizeof *message) < message->len)
                continue;
            memcpy(&event, message->data, MIN((size_t)message->len, sizeof event));
            on_event(spawns, &event);
        }
    }
    return true;
}

static void *listen_loop(void *user)
{
    struct spawns *spawns = user;
    struct pollfd fds[] = {{.fd = spawns->socket, .events = POLLIN},
                           {.fd = bell_fd(spawns->wake), .events = POLLIN}};

    for (;;) {
        if (poll(fds, G_N_ELEMENTS(fds), -1) < 0 && errno != EINTR)
            return NULL;
        if (fds[1].revents != 0)
            return NULL;
        while (receive(spawns))
            ;
    }
}

/* --- life --- */

static void clear(struct spawns *spawns)
{
    close(spawns->socket);
    bell_free(spawns->wake);
    spawn_rates_free(spawns->shared.rates);
    g_hash_table_unref(spawns->pending);
    procfs_text_clear(&spawns->text);
    lock_clear(&spawns->lock);
    g_free(spawns);
}

/* True when the numbers of events are those of our /proc. */
static bool is_first_namespace(void)
{
    /* PROC_PID_INIT_INO of linux/proc_ns.h: the first one's inode, always */
    static const ino_t first = 0xEFFFFFFC;
    struct stat st;
    char self[PROCFS_NUMBER_BYTES] = "";
    ssize_t n = readlink("/proc/self", self, sizeof self - 1);

    return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == first && n > 0 &&
           atoi(self) == getpid();
}

const char *spawns_why_not(void)
{
    if (!is_first_namespace())
        return "in a pid namespace (a container) the kernel's reports of starts have other "
               "numbers";
    int fd = open_socket();

    if (fd >= 0)
        close(fd);
    return fd >= 0 ? NULL
                   : "the kernel reports no starts to this user (Linux 6.6 or CAP_NET_ADMIN)";
}

struct spawns *spawns_start(pid_t pid)
{
    int fd = is_first_namespace() ? open_socket() : -1;

    if (fd < 0)
        return NULL;
    struct spawns *spawns = g_new0(struct spawns, 1);

    spawns->pid = pid;
    spawns->socket = fd;
    spawns->wake = bell_new();
    lock_init(&spawns->lock);
    spawns->shared.rates = spawn_rates_new(g_get_monotonic_time());
    spawns->pending = g_hash_table_new(NULL, NULL);
    /* without a descriptor to wake it, the thread could not be ended */
    if (bell_fd(spawns->wake) < 0 ||
        !thread_start(&spawns->thread, "probe-spawns", listen_loop, spawns)) {
        clear(spawns);
        return NULL;
    }
    return spawns;
}

void spawns_stop(struct spawns *spawns)
{
    if (spawns == NULL)
        return;
    bell_ring(spawns->wake);
    pthread_join(spawns->thread, NULL);
    clear(spawns);
}

bool spawns_agreed(struct spawns *spawns)
{
    lock_acquire(&spawns->lock);
    bool agreed = spawns->shared.agreed;

    lock_release(&spawns->lock);
    return agreed;
}

void spawns_fill(struct spawns *spawns, struct threads_sample *sample)
{
    lock_acquire(&spawns->lock);
    spawn_rates_fill(spawns->shared.rates, g_get_monotonic_time(), sample);
    sample->spawns_exact = spawns->shared.agreed && !spawns->shared.lost;
    spawns->shared.lost = false;
    lock_release(&spawns->lock);
    sample->spawns_why =
        sample->spawns_exact ? "" : "more processes start on this machine than could be followed";
}
