#include "probes/linux/spawn_poll.h"

#include "probes/bell.h"
#include "probes/linux/procfs.h"
#include "probes/linux/scan.h"
#include "probes/spawn_rates.h"
#include "probes/threads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ROUND_US = 5000,
    SHARE = 100,            /* of the time at most one part in so many is worked */
    THREADS_US = 250000,    /* new threads of the target are looked for so often */
    MAX_THREADS = 256,      /* lists kept open */
    MAX_COMMAND = 64 * 1024 /* of a child's arguments */
};

/* A child that is there. */
struct child {
    uint64_t round; /* last seen in */
    bool counted;
};

struct list {
    int tid;
    int fd;
};

struct spawn_poll {
    int pid_dir;
    struct bell *wake;
    pthread_t thread;
    struct lock lock;
    struct spawn_rates *rates; /* under lock */
    /* the thread's own */
    GArray *lists; /* struct list, by tid */
    gint64 listed_us;
    GHashTable *children; /* pid to struct child * */
    uint64_t round;
    struct procfs_text text, own; /* own: the target's arguments */
};

static void count(struct spawn_poll *poll, const char *command)
{
    lock_acquire(&poll->lock);
    spawn_rates_add(poll->rates, command, g_get_monotonic_time());
    lock_release(&poll->lock);
}

/* --- the lists of children --- */

static void list_clear(void *data)
{
    close(((struct list *)data)->fd);
}

static bool is_listed(const struct spawn_poll *poll, int tid)
{
    for (guint i = 0; i < poll->lists->len; i++)
        if (g_array_index(poll->lists, struct list, i).tid == tid)
            return true;
    return false;
}

/* Of each thread, since a child is listed by the one that started it. */
static void find_threads(struct spawn_poll *poll, gint64 now_us)
{
    int fd;
    struct dirent *entry;

    if (poll->listed_us != 0 && now_us - poll->listed_us < THREADS_US)
        return;
    poll->listed_us = now_us;
    fd = procfs_open_dir(poll->pid_dir, "task");
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

    if (dir == NULL)
        return;
    while ((entry = readdir(dir)) != NULL) {
        g_autofree char *name = g_strdup_printf("task/%s/children", entry->d_name);
        struct list list = {.tid = atoi(entry->d_name), .fd = -1};

        if (list.tid > 0 && !is_listed(poll, list.tid) && poll->lists->len < MAX_THREADS) {
            list.fd = procfs_open(poll->pid_dir, name);
            if (list.fd >= 0)
                g_array_append_val(poll->lists, list);
        }
    }
    closedir(dir);
    /* an exec changes them */
    procfs_read(poll->pid_dir, "cmdline", &poll->own);
}

/* --- a child --- */

/* Between fork and exec a child still has the arguments of its parent. */
static char *command_of(struct spawn_poll *poll, int pid)
{
    char name[64];

    g_snprintf(name, sizeof name, "/proc/%d/cmdline", pid);
    if (procfs_read(AT_FDCWD, name, &poll->text) != 0 || poll->text.size == 0 ||
        poll->text.size > MAX_COMMAND ||
        (poll->text.size == poll->own.size &&
         memcmp(poll->text.data, poll->own.data, poll->own.size) == 0))
        return NULL;
    return spawn_command_of(poll->text.data, poll->text.size);
}

static void see(struct spawn_poll *poll, int pid)
{
    struct child *child = g_hash_table_lookup(poll->children, GINT_TO_POINTER(pid));

    if (child == NULL) {
        child = g_new0(struct child, 1);
        child->counted = poll->round == 1; /* there before us */
        g_hash_table_insert(poll->children, GINT_TO_POINTER(pid), child);
    }
    child->round = poll->round;
    if (child->counted)
        return;
    g_autofree char *command = command_of(poll, pid);

    child->counted = command != NULL;
    if (command != NULL)
        count(poll, command);
}

/* What has gone without a name has been seen all the same. */
static gboolean drop_gone(void *pid, void *value, void *user)
{
    struct spawn_poll *poll = user;
    const struct child *child = value;

    (void)pid;
    if (child->round == poll->round)
        return FALSE;
    if (!child->counted)
        count(poll, SPAWN_UNNAMED);
    return TRUE;
}

static void *look_loop(void *user)
{
    struct spawn_poll *poll_ = user;
    struct pollfd fd = {.fd = bell_fd(poll_->wake), .events = POLLIN};

    for (;;) {
        gint64 before = thread_cpu_us();

        find_threads(poll_, g_get_monotonic_time());
        poll_->round++;
        for (guint i = poll_->lists->len; i-- > 0;) {
            /* children's names are read into text as well: these few bytes are copied */
            char pids[4096];
            ssize_t n = pread(g_array_index(poll_->lists, struct list, i).fd, pids, sizeof pids, 0);

            if (n < 0 && errno != EINTR) /* that thread has ended */
                g_array_remove_index_fast(poll_->lists, i);
            struct scan s = scan_of(pids, n > 0 ? (size_t)n : 0);
            uint64_t pid;

            for (; scan_u64(&s, &pid) && pid <= G_MAXINT; scan_blanks(&s))
                see(poll_, (int)pid);
        }
        g_hash_table_foreach_remove(poll_->children, drop_gone, poll_);
        gint64 wait_us = MAX(ROUND_US, (thread_cpu_us() - before) * SHARE);

        if (poll(&fd, 1, (int)(wait_us / 1000)) > 0)
            return NULL;
    }
}

/* --- life --- */

static void clear(struct spawn_poll *poll)
{
    if (poll->pid_dir >= 0)
        close(poll->pid_dir);
    bell_free(poll->wake);
    spawn_rates_free(poll->rates);
    g_array_unref(poll->lists);
    g_hash_table_unref(poll->children);
    procfs_text_clear(&poll->text);
    procfs_text_clear(&poll->own);
    lock_clear(&poll->lock);
    g_free(poll);
}

struct spawn_poll *spawn_poll_start(int pid_dir)
{
    struct spawn_poll *poll = g_new0(struct spawn_poll, 1);

    poll->pid_dir = fcntl(pid_dir, F_DUPFD_CLOEXEC, 0);
    poll->wake = bell_new();
    lock_init(&poll->lock);
    poll->rates = spawn_rates_new(g_get_monotonic_time());
    poll->lists = g_array_new(FALSE, FALSE, sizeof(struct list));
    g_array_set_clear_func(poll->lists, list_clear);
    poll->children = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    /* without a descriptor to wake it, the thread could not be ended */
    if (poll->pid_dir < 0 || bell_fd(poll->wake) < 0 ||
        !thread_start(&poll->thread, "probe-children", look_loop, poll)) {
        clear(poll);
        return NULL;
    }
    return poll;
}

void spawn_poll_stop(struct spawn_poll *poll)
{
    if (poll == NULL)
        return;
    bell_ring(poll->wake);
    pthread_join(poll->thread, NULL);
    clear(poll);
}

void spawn_poll_fill(struct spawn_poll *poll, struct threads_sample *sample)
{
    lock_acquire(&poll->lock);
    spawn_rates_fill(poll->rates, g_get_monotonic_time(), sample);
    lock_release(&poll->lock);
}
