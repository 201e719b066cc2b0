#include "probes/linux/children.h"
#include "probes/linux/databases.h"
#include "probes/linux/log_tail.h"
#include "probes/linux/spawns.h"
#include "probes/linux/watched_paths.h"

#include "probes/file_groups.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const kept_names[KEPT_N] = {
    [KEPT_STAT] = "stat",     [KEPT_STATM] = "statm", [KEPT_STATUS] = "status",
    [KEPT_LIMITS] = "limits", [KEPT_IO] = "io",
};

const char *platform_root(const struct platform_options *options)
{
    return options && options->proc_root ? options->proc_root : "/proc";
}

bool platform_root_is_system(const struct platform_options *options)
{
    return strcmp(platform_root(options), "/proc") == 0;
}

int platform_open_pid(const struct platform_options *options, pid_t pid)
{
    g_autofree char *path = g_strdup_printf("%s/%d", platform_root(options), (int)pid);
    return procfs_open_dir(AT_FDCWD, path);
}

static char *user_name(uid_t uid)
{
    char buffer[4096];
    struct passwd entry, *found = NULL;
    if (getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) == 0 && found)
        return g_strdup_printf("user %s", entry.pw_name);
    return g_strdup_printf("uid %u", (unsigned)uid);
}

/* Why a process cannot be looked into, and what gives the right; caller frees. */
static char *platform_denied_text(int pid_dir_fd, pid_t pid, const char *what)
{
    struct stat st;
    if (fstat(pid_dir_fd, &st) == 0 && st.st_uid == geteuid())
        return g_strdup_printf("%s of process %d cannot be read: it is protected (set-uid or not "
                               "dumpable) and needs CAP_SYS_PTRACE; run: sudo sidescope %d",
                               what, (int)pid, (int)pid);
    g_autofree char *owner = fstat(pid_dir_fd, &st) == 0 ? user_name(st.st_uid) : g_strdup("?");
    return g_strdup_printf("%s of process %d cannot be read: it belongs to %s; reading needs the "
                           "same user or CAP_SYS_PTRACE; run: sudo sidescope %d",
                           what, (int)pid, owner, (int)pid);
}

int platform_read_kept(struct linux_platform *platform, enum kept_file file)
{
    /* A recorded tree may replace its files; only procfs renews what an open file says. */
    if (!platform->real_proc)
        return platform_read_text(platform, kept_names[file]);
    if (platform->kept[file] < 0) {
        int fd = procfs_open(platform->dir_fd, kept_names[file]);
        if (fd < 0)
            return -fd;
        platform->kept[file] = fd;
    }
    int error = procfs_read_fd(platform->kept[file], &platform->text);
    if (error == 0)
        platform->bytes += platform->text.size;
    return error;
}

int platform_read_text(struct linux_platform *platform, const char *name)
{
    int error = procfs_read(platform->dir_fd, name, &platform->text);
    if (error == 0)
        platform->bytes += platform->text.size;
    return error;
}

/* The number exists again, but with another start time: somebody else has it now. */
static bool pid_reused(struct linux_platform *platform)
{
    struct platform_options options = {.proc_root = platform->proc_root};
    int fd = platform_open_pid(&options, platform->id.pid);
    if (fd < 0)
        return false;
    struct procfs_stat stat;
    bool reused = procfs_read(fd, "stat", &platform->text) == 0 &&
                  procfs_stat_parse(platform->text.data, platform->text.size, &stat) &&
                  stat.start_ticks != platform->id.start_ticks;
    close(fd);
    return reused;
}

enum process_state platform_state(struct linux_platform *platform, struct procfs_stat *ret)
{
    int error = platform_read_kept(platform, KEPT_STAT);
    if (error || !procfs_stat_parse(platform->text.data, platform->text.size, ret))
        return pid_reused(platform) ? PROCESS_REPLACED : PROCESS_ENDED;
    if (ret->start_ticks != platform->id.start_ticks)
        return PROCESS_REPLACED;
    if (ret->state == 'X' || ret->state == 'x')
        return PROCESS_ENDED;
    /* Between exit and Z its memory and files are gone already, and read as empty. */
    bool exits = ret->state == 'Z' || procfs_stat_is_exiting(ret);
    return exits ? PROCESS_ZOMBIE : PROCESS_ALIVE;
}

void platform_set_error(struct linux_platform *platform, void *sample, int error, const char *what)
{
    struct procfs_stat stat;
    enum process_state state = platform_state(platform, &stat);
    if (state == PROCESS_ALIVE && error == ESRCH)
        state = PROCESS_ENDED; /* on its way out */
    if (state != PROCESS_ALIVE) {
        sample_set_gone(sample, (int)platform->id.pid, state);
    } else if (error == EACCES || error == EPERM) {
        g_autofree char *text = platform_denied_text(platform->dir_fd, platform->id.pid, what);
        sample_set_status(sample, SAMPLE_DENIED, "%s", text);
    } else {
        sample_set_status(sample, SAMPLE_FAILED,
                          "%s of process %d could not be read (%s); it is tried again", what,
                          (int)platform->id.pid, g_strerror(error));
    }
}

bool platform_begin(struct linux_platform *platform, void *sample, struct procfs_stat *ret)
{
    struct sample *base = sample;
    platform->bytes = 0;
    base->taken_us = g_get_monotonic_time();
    base->real_us = g_get_real_time();
    enum process_state state = platform_state(platform, ret);
    if (state == PROCESS_ALIVE)
        return true;
    sample_set_gone(sample, (int)platform->id.pid, state);
    platform_end(platform, sample);
    return false;
}

void platform_end(struct linux_platform *platform, void *sample)
{
    struct sample *base = sample;
    base->bytes += (gint64)platform->bytes;
    platform->bytes = 0;
}

int64_t platform_fd_count(int pid_dir_fd, bool real_proc)
{
    struct stat st;
    /* st_size is the count since Linux 6.2; before it is 0, and in a recorded tree a size. */
    if (real_proc && fstatat(pid_dir_fd, "fd", &st, 0) == 0 && st.st_size > 0)
        return st.st_size;
    return SAMPLE_UNKNOWN;
}

/*
 * Opened after the directory, and kept only if the directory still has its
 * process then: as long as it has, the number cannot have passed to another.
 */
static void open_pid_fd(struct linux_platform *platform, const struct platform_options *options)
{
    struct procfs_stat stat;
    if (!platform_root_is_system(options))
        return;
    platform->pid_fd = (int)syscall(SYS_pidfd_open, platform->id.pid, 0);
    enum process_state state = platform_state(platform, &stat);
    if (platform->pid_fd < 0 || state == PROCESS_ALIVE || state == PROCESS_ZOMBIE)
        return;
    close(platform->pid_fd);
    platform->pid_fd = -1;
}

static struct linux_platform *platform_new(const struct platform_options *options, pid_t pid)
{
    struct linux_platform *platform = g_new0(struct linux_platform, 1);
    platform->base.backend = &platform_procfs;
    platform->proc_root = g_strdup(platform_root(options));
    platform->id.pid = pid;
    for (int i = 0; i < KEPT_N; i++)
        platform->kept[i] = -1;
    platform->pid_fd = -1;
    platform->dir_fd = platform_open_pid(options, pid);
    platform->baseline = file_baseline_new();
    platform->locks = lock_watch_new();
    return platform;
}

static void handle_free(struct linux_platform *platform)
{
    for (int i = 0; i < KEPT_N; i++)
        if (platform->kept[i] >= 0)
            close(platform->kept[i]);
    if (platform->dir_fd >= 0)
        close(platform->dir_fd);
    if (platform->pid_fd >= 0)
        close(platform->pid_fd);
    if (platform->mappings)
        g_array_unref(platform->mappings);
    file_baseline_free(platform->baseline);
    lock_watch_free(platform->locks);
    children_clear(&platform->children);
    watched_paths_free(platform->watched);
    log_tail_clear(&platform->log);
    procfs_text_clear(&platform->text);
    g_free(platform->proc_root);
    g_free(platform->oom_file);
    g_free(platform);
}

static void set_hidden(GError **error, pid_t pid)
{
    g_set_error(error, PLATFORM_ERROR, PLATFORM_ERROR_DENIED,
                "process %d is hidden from this user (hidepid); run: sudo sidescope %d", (int)pid,
                (int)pid);
}

/* procfs mounted with hidepid=2 or 4 shows nothing of others' processes; the kernel still knows
 * them: a pidfd needs no right over the process. 0 when it is there, or errno. */
static int look_for(const struct platform_options *options, pid_t pid)
{
    if (!platform_root_is_system(options))
        return ESRCH;
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);

    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

static bool is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

static void set_short(GError **error, pid_t pid, int why)
{
    g_set_error(error, PLATFORM_ERROR, PLATFORM_ERROR_FAILED,
                "sidescope itself cannot open any more files (%s), so process %d cannot be looked "
                "at; it is tried again; more are allowed with ulimit -n",
                g_strerror(why), (int)pid);
}

/* 0 when there are descriptors enough to look at a process. */
static int shortage(const struct platform_options *options)
{
    enum { NEEDED = 4 };
    int fds[NEEDED], error = 0, n = 0;

    while (n < NEEDED && !is_shortage(error)) {
        fds[n] = procfs_open_dir(AT_FDCWD, platform_root(options));
        error = fds[n] < 0 ? -fds[n] : 0;
        n++;
    }
    while (n-- > 0)
        if (fds[n] >= 0)
            close(fds[n]);
    return is_shortage(error) ? error : 0;
}

static bool take_identity(struct linux_platform *platform, GError **error)
{
    struct procfs_stat stat;
    int failed = platform_read_kept(platform, KEPT_STAT);
    if (is_shortage(failed)) {
        set_short(error, platform->id.pid, failed);
        return false;
    }
    if (failed == EACCES || failed == EPERM) {
        set_hidden(error, platform->id.pid);
        return false;
    }
    if (failed || !procfs_stat_parse(platform->text.data, platform->text.size, &stat)) {
        platform_set_no_process(error, platform->id.pid);
        return false;
    }
    platform->id.start_ticks = stat.start_ticks;
    return true;
}

void platform_set_missing(const struct platform_options *options, pid_t pid, GError **error)
{
    int short_of = shortage(options), found = short_of != 0 ? short_of : look_for(options, pid);

    /* others of our threads may take or give back descriptors between two looks */
    if (is_shortage(found))
        set_short(error, pid, found);
    else if (found == 0)
        set_hidden(error, pid);
    else
        platform_set_no_process(error, pid);
}

static struct platform *linux_open(const struct platform_options *options, pid_t pid,
                                   const struct process_identity *identity, GError **error)
{
    struct linux_platform *platform = platform_new(options, pid);
    if (platform->dir_fd < 0) {
        platform_set_missing(options, pid, error);
        handle_free(platform);
        return NULL;
    }
    platform->real_proc = procfs_is_real(platform->dir_fd);
    if (!take_identity(platform, error)) {
        handle_free(platform);
        return NULL;
    }
    if (identity && identity->start_ticks != platform->id.start_ticks) {
        platform_set_replaced(error, pid);
        handle_free(platform);
        return NULL;
    }
    open_pid_fd(platform, options);
    return &platform->base;
}

static void linux_close(struct platform *base)
{
    handle_free(linux_platform_of(base));
}

static struct process_identity linux_identity(const struct platform *base)
{
    return ((const struct linux_platform *)base)->id;
}

static bool linux_alive(struct platform *base, bool *ret_zombie)
{
    struct linux_platform *platform = linux_platform_of(base);
    *ret_zombie = false;
    struct pollfd poll_fd = {.fd = platform->pid_fd, .events = POLLIN};
    if (platform->pid_fd >= 0 && poll(&poll_fd, 1, 0) == 0)
        return true;
    struct procfs_stat stat;
    enum process_state state = platform_state(platform, &stat);
    *ret_zombie = state == PROCESS_ZOMBIE;
    return state == PROCESS_ALIVE;
}

static int linux_exit_fd(const struct platform *base)
{
    return ((const struct linux_platform *)base)->pid_fd;
}

static void linux_mark(struct platform *base)
{
    file_baseline_reset(linux_platform_of(base)->baseline);
}

static bool linux_same_space(const struct platform_options *options, pid_t pid,
                             enum platform_space space)
{
    static const char *const names[] = {[PLATFORM_SPACE_NETWORK] = "net",
                                        [PLATFORM_SPACE_PIDS] = "pid",
                                        [PLATFORM_SPACE_MOUNTS] = "mnt"};
    g_autofree char *ours = g_strdup_printf("%s/self/ns/%s", platform_root(options), names[space]);
    g_autofree char *theirs =
        g_strdup_printf("%s/%d/ns/%s", platform_root(options), (int)pid, names[space]);
    struct procfs_text a = {0}, b = {0};
    bool differ = procfs_read_link(AT_FDCWD, ours, &a) == 0 &&
                  procfs_read_link(AT_FDCWD, theirs, &b) == 0 && strcmp(a.data, b.data) != 0;
    procfs_text_clear(&a);
    procfs_text_clear(&b);
    return !differ;
}

static const char *linux_starts_why(const struct platform_options *options)
{
    (void)options;
    return spawns_why_not();
}

const struct platform_backend platform_procfs = {
    .name = "procfs",
    .open = linux_open,
    .close = linux_close,
    .identity = linux_identity,
    .alive = linux_alive,
    .exit_fd = linux_exit_fd,
    .read = {[PROBE_PROCESS] = linux_read_process,
             [PROBE_FILES] = linux_read_files,
             [PROBE_THREADS] = linux_read_threads},
    .read_memory = linux_read_memory,
    .mark = linux_mark,
    .describe = linux_describe,
    .list = linux_list,
    .deepen = linux_deepen,
    .identify = linux_identify,
    .port_owner = linux_port_owner,
    .same_space = linux_same_space,
    .starts_why = linux_starts_why,
};
