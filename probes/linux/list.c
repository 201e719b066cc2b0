#include "probes/limits.h"
#include "probes/linux/buildinfo.h"
#include "probes/linux/handle.h"
#include "probes/linux/scan.h"
#include "probes/linux/sockets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Scratch of a scan over many processes. */
struct lister {
    const struct platform_options *options;
    struct procfs_text text;
    int64_t page_bytes;
    bool system_root;
};

static void lister_init(struct lister *lister, const struct platform_options *options)
{
    *lister = (struct lister){
        .options = options,
        .page_bytes = sysconf(_SC_PAGESIZE),
        .system_root = platform_root_is_system(options),
    };
}

/* --- cheap fields --- */

static void read_names(struct lister *lister, int dir_fd, struct process_entry *entry)
{
    if (procfs_read(dir_fd, "cmdline", &lister->text) == 0) {
        /* argv as the program left it: NULs become blanks, argv0 is the part before the first. */
        const struct procfs_text *text = &lister->text;
        size_t n = text->size;
        while (n && text->data[n - 1] == '\0')
            n--;
        entry->argv0 = g_strndup(text->data, strnlen(text->data, n));
        entry->cmdline = g_malloc(n + 1);
        for (size_t i = 0; i < n; i++)
            entry->cmdline[i] = text->data[i] ? text->data[i] : ' ';
        entry->cmdline[n] = '\0';
    } else {
        entry->argv0 = g_strdup("");
        entry->cmdline = g_strdup("");
    }
    if (procfs_read_link(dir_fd, "exe", &lister->text) == 0) {
        procfs_strip_deleted(lister->text.data);
        entry->exe = g_strdup(lister->text.data);
    } else {
        entry->exe = g_strdup("");
    }
}

static bool is_kernel_thread(const struct process_entry *entry, const struct procfs_stat *stat)
{
    enum { KTHREADD = 2 };
    if (procfs_stat_is_kernel(stat))
        return true;
    /* A recorded tree may lack the flag; in a container pid 2 may be an ordinary program. */
    return entry->cmdline[0] == '\0' && entry->exe[0] == '\0' && stat->state != 'Z' &&
           (stat->pid == KTHREADD || stat->parent == KTHREADD) && stat->vsize_bytes == 0;
}

/* NULL when it is gone or, with skip_kernel, a kernel thread. */
static struct process_entry *read_entry(struct lister *lister, int dir_fd, bool skip_kernel)
{
    struct procfs_stat stat;
    struct stat st;
    if (procfs_read(dir_fd, "stat", &lister->text) != 0 ||
        !procfs_stat_parse(lister->text.data, lister->text.size, &stat))
        return NULL;
    struct process_entry *entry = g_new0(struct process_entry, 1);
    entry->id = (struct process_identity){stat.pid, stat.start_ticks};
    entry->parent = stat.parent;
    entry->uid = fstat(dir_fd, &st) == 0 ? st.st_uid : (uid_t)-1;
    entry->state = stat.state;
    entry->forked = procfs_stat_is_forked(&stat);
    entry->comm = g_strndup(stat.comm, stat.comm_n);
    entry->rss_bytes = (int64_t)stat.rss_pages * lister->page_bytes;
    entry->fd_count = platform_fd_count(dir_fd, procfs_is_real(dir_fd));
    entry->uptime_s =
        platform_uptime_s(platform_root(lister->options), lister->system_root, stat.start_ticks);
    entry->go_version = g_strdup("");
    entry->listen_ports = g_array_new(FALSE, FALSE, sizeof(struct platform_listener));
    read_names(lister, dir_fd, entry); /* stat.comm points into the same scratch: after it */
    if (skip_kernel && is_kernel_thread(entry, &stat)) {
        process_entry_free(entry);
        return NULL;
    }
    return entry;
}

/* --- deep fields --- */

/* The variables of the environment we look at; nothing else of it is kept. */
static void take_variable(struct process_entry *entry, const char *variable)
{
    const char *value = strchr(variable, '=');

    go_settings_take(&entry->go_settings, variable);
    if (value++ == NULL)
        return;
    if (g_str_has_prefix(variable, "SIDECAR_PPROF=")) {
        process_entry_take_env(entry, value);
    } else if (g_str_has_prefix(variable, "HOME=") && *value == '/') {
        g_free(entry->home);
        entry->home = g_strdup(value);
    } else if (g_str_has_prefix(variable, "XDG_STATE_HOME=") && *value == '/') {
        g_free(entry->state_home);
        entry->state_home = g_strdup(value);
    }
}

struct listener {
    struct platform_listener shown;
    uint64_t inode;
    bool owned;
};

static bool add_listener(const struct inet_row *row, void *user)
{
    GArray *listeners = user;
    if (!inet_row_is_loopback(row) && !inet_row_is_any(row))
        return true; /* bound to one outside address: not ours to try */
    struct listener listener = {
        .inode = row->inode,
        .shown.port = row->local_port,
        .shown.loopback = inet_row_is_loopback(row),
        /* [::] and mapped addresses answer on 127.0.0.1 as well */
        .shown.ipv6 =
            row->ipv6 && inet_row_is_loopback(row) && row->local[15] == 1 && row->local[10] == 0,
    };
    g_array_append_val(listeners, listener);
    return true;
}

/* Calls each with every socket inode in fd/ until it returns false; 0 or errno. */
static int each_socket(int dir_fd, struct procfs_text *text,
                       bool (*each)(uint64_t inode, void *user), void *user)
{
    int fd_dir = procfs_open_dir(dir_fd, "fd");
    if (fd_dir < 0)
        return -fd_dir;
    DIR *dir = fdopendir(fd_dir);
    if (!dir) {
        close(fd_dir);
        return ENOMEM;
    }
    const struct dirent *entry;
    bool more = true;
    int error = 0;
    while (more && (entry = readdir(dir))) {
        if (!g_ascii_isdigit(entry->d_name[0]))
            continue;
        int failed = procfs_read_link(fd_dir, entry->d_name, text);
        error = failed == EACCES || failed == EPERM ? failed : error;
        struct scan s = scan_of(text->data, failed ? 0 : text->size);
        uint64_t inode;
        if (scan_prefix(&s, "socket:[") && scan_u64(&s, &inode))
            more = each(inode, user);
    }
    closedir(dir);
    return error;
}

static bool own_listener(uint64_t inode, void *user)
{
    GArray *listeners = user;
    for (guint i = 0; i < listeners->len; i++) {
        struct listener *listener = &g_array_index(listeners, struct listener, i);
        listener->owned = listener->owned || listener->inode == inode;
    }
    return true;
}

static void read_build(int dir_fd, struct process_entry *entry)
{
    char *version = buildinfo_version(dir_fd);
    entry->is_go = version != NULL;
    g_free(entry->go_version);
    entry->go_version = version ? version : g_strdup("");
}

static void deepen(struct lister *lister, int dir_fd, struct process_entry *entry)
{
    read_build(dir_fd, entry);

    int fd = entry->is_go ? procfs_open(dir_fd, "exe") : -1;
    if (fd >= 0) {
        g_autofree char *modules = buildinfo_modules(fd);
        close(fd);
        g_free(entry->module);
        g_free(entry->version);
        g_free(entry->td_version);
        entry->module = NULL;
        entry->version = buildinfo_module_version(modules, NULL, &entry->module);
        entry->td_version = buildinfo_module_version(modules, "github.com/marcus/td", NULL);
    }

    g_free(entry->cwd);
    entry->cwd = NULL;
    if (procfs_read_link(dir_fd, "cwd", &lister->text) == 0)
        entry->cwd = g_strdup(lister->text.data);
    if (procfs_read(dir_fd, "environ", &lister->text) == 0) {
        entry->go_settings = go_settings_default;
        const char *p = lister->text.data, *end = p + lister->text.size;
        for (; p < end; p += strlen(p) + 1)
            take_variable(entry, p);
        memset(lister->text.data, 0, lister->text.size); /* it holds other people's secrets */
    }

    /* Of the LISTEN rows of the process's network, those it owns. */
    g_autoptr(GArray) listeners = g_array_new(FALSE, FALSE, sizeof(struct listener));
    struct socket_source source = socket_source_of(dir_fd, lister->system_root);
    sockets_each_listener(&source, add_listener, listeners);
    g_array_set_size(entry->listen_ports, 0);
    if (listeners->len != 0) {
        int error = each_socket(dir_fd, &lister->text, own_listener, listeners);
        entry->listeners_denied = error == EACCES || error == EPERM;
        for (guint i = 0; i < listeners->len; i++) {
            const struct listener *listener = &g_array_index(listeners, struct listener, i);
            if (listener->owned)
                g_array_append_val(entry->listen_ports, listener->shown);
        }
    }

    entry->pprof_port = process_entry_choose_port(entry);
}

/* Directory of entry's process, if the number still means the same one; or -1. */
static int open_same(struct lister *lister, const struct process_entry *entry)
{
    struct procfs_stat stat;
    int dir_fd = platform_open_pid(lister->options, entry->id.pid);
    if (dir_fd < 0)
        return -1;
    if (procfs_read(dir_fd, "stat", &lister->text) == 0 &&
        procfs_stat_parse(lister->text.data, lister->text.size, &stat) &&
        stat.start_ticks == entry->id.start_ticks)
        return dir_fd;
    close(dir_fd);
    return -1;
}

void linux_deepen(const struct platform_options *options, struct process_entry *entry)
{
    struct lister lister;
    lister_init(&lister, options);
    int dir_fd = open_same(&lister, entry);
    if (dir_fd >= 0) {
        deepen(&lister, dir_fd, entry);
        close(dir_fd);
    }
    procfs_text_clear(&lister.text);
}

void linux_identify(const struct platform_options *options, struct process_entry *entry)
{
    struct lister lister;
    lister_init(&lister, options);
    int dir_fd = open_same(&lister, entry);
    if (dir_fd >= 0) {
        read_build(dir_fd, entry);
        close(dir_fd);
    }
    procfs_text_clear(&lister.text);
}

struct process_entry *linux_describe(const struct platform_options *options, pid_t pid,
                                     GError **error)
{
    struct lister lister;
    struct process_entry *entry = NULL;
    lister_init(&lister, options);
    int dir_fd = platform_open_pid(options, pid);
    if (dir_fd >= 0) {
        entry = read_entry(&lister, dir_fd, false);
        if (entry)
            deepen(&lister, dir_fd, entry);
        close(dir_fd);
    }
    procfs_text_clear(&lister.text);
    if (!entry)
        platform_set_missing(options, pid, error);
    return entry;
}

/* --- the list --- */

static void add_process(struct lister *lister, int root_fd, const char *name, bool deep,
                        GPtrArray *list)
{
    int dir_fd = procfs_open_dir(root_fd, name);
    if (dir_fd < 0)
        return;
    struct process_entry *entry = read_entry(lister, dir_fd, true);
    bool ourselves = entry && lister->system_root && entry->id.pid == getpid();
    if (entry && deep && !ourselves)
        deepen(lister, dir_fd, entry);
    if (ourselves)
        process_entry_free(entry);
    else if (entry)
        g_ptr_array_add(list, entry);
    close(dir_fd);
}

GPtrArray *linux_list(const struct platform_options *options, bool deep, GError **error)
{
    struct lister lister;
    DIR *dir = opendir(platform_root(options));
    if (!dir) {
        g_set_error(error, PLATFORM_ERROR, PLATFORM_ERROR_FAILED,
                    "the process list %s cannot be read (%s); is procfs mounted?",
                    platform_root(options), g_strerror(errno));
        return NULL;
    }
    lister_init(&lister, options);
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)process_entry_free);
    const struct dirent *entry;
    while ((entry = readdir(dir)) && list->len < PROBES_MAX_PROCESSES)
        if (g_ascii_isdigit(entry->d_name[0]))
            add_process(&lister, dirfd(dir), entry->d_name, deep, list);
    closedir(dir);
    procfs_text_clear(&lister.text);
    return list;
}

/* --- who owns a port --- */

struct port_search {
    int port;
    GArray *listeners;
};

static bool add_if_port(const struct inet_row *row, void *user)
{
    struct port_search *search = user;
    if (row->local_port != search->port)
        return true;
    struct listener listener = {.inode = row->inode, .shown.port = search->port};
    g_array_append_val(search->listeners, listener);
    return true;
}

static pid_t search_owner(const char *root, GArray *listeners)
{
    pid_t owner = 0;
    DIR *dir = opendir(root);
    if (!dir)
        return 0;
    struct procfs_text text = {0};
    const struct dirent *entry;
    while (!owner && (entry = readdir(dir))) {
        if (!g_ascii_isdigit(entry->d_name[0]))
            continue;
        int dir_fd = procfs_open_dir(dirfd(dir), entry->d_name);
        if (dir_fd < 0)
            continue;
        each_socket(dir_fd, &text, own_listener, listeners);
        for (guint i = 0; i < listeners->len; i++)
            if (g_array_index(listeners, struct listener, i).owned)
                owner = (pid_t)atoi(entry->d_name);
        close(dir_fd);
    }
    closedir(dir);
    procfs_text_clear(&text);
    return owner;
}

pid_t linux_port_owner(const struct platform_options *options, int port, bool *ret_listening)
{
    g_autoptr(GArray) listeners = g_array_new(FALSE, FALSE, sizeof(struct listener));
    struct port_search search = {port, listeners};
    int root_fd = procfs_open_dir(AT_FDCWD, platform_root(options));
    if (root_fd >= 0) {
        struct socket_source source = {root_fd, platform_root_is_system(options)};
        sockets_each_listener(&source, add_if_port, &search);
        close(root_fd);
    }
    if (ret_listening)
        *ret_listening = listeners->len > 0;
    return listeners->len ? search_owner(platform_root(options), listeners) : 0;
}
