#include "probes/linux/census_share.h"
#include "probes/linux/databases.h"
#include "probes/linux/fd_list.h"
#include "probes/linux/fdinfo.h"
#include "probes/linux/handle.h"
#include "probes/linux/links.h"
#include "probes/linux/lock_waits.h"
#include "probes/linux/log_tail.h"
#include "probes/linux/scan.h"
#include "probes/linux/sockets.h"
#include "probes/linux/watched_paths.h"

#include "probes/file_groups.h"
#include "probes/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    /*
     * An fdinfo costs as much as a link and a stat together. Up to this many
     * descriptors all are read each time; above, new ones and a part of the
     * others in turn, a twentieth in steps but not more than so many per census.
     */
    INFO_FOR_ALL = 500,
    INFO_TURN_STEP = 50, /* for each thousand */
    INFO_IN_TURN = 200,
    INFO_PER_CENSUS = 1000,
    LINKS_FOR_ONE = 4000,    /* up to this many links one thread is enough */
    MAX_INOTIFY_INFO = 1024, /* read in any case: their watches grow unseen otherwise */
};

struct census {
    struct linux_platform *platform;
    struct files_sample *sample;
    const struct files_sample *previous;
    size_t cursor; /* in previous->fds */
    int fd_dir, info_dir;
    struct fd_entry *fds;
    size_t n_fds;
    GArray *sockets;   /* uint32_t: indices into fds */
    GHashTable *paths; /* text to index + 1 of its first descriptor: one stat per path */
    struct procfs_text link;
    struct links *links; /* reads those from links_first on; NULL: all are read here */
    guint links_first;
    size_t turn_first, turn_last; /* of the list: those whose fdinfo and size are read anew */
    size_t info_left, inotify_left;
};

/* --- one descriptor --- */

static bool is_socket(enum fd_type type)
{
    return type == FD_SOCK || type == FD_IPV4 || type == FD_IPV6 || type == FD_UNIX;
}

/* "socket:[123]" with its inode. */
static bool parse_numbered(const struct procfs_text *link, const char *prefix, uint64_t *ret)
{
    struct scan s = scan_of(link->data, link->size);
    return scan_prefix(&s, prefix) && scan_u64(&s, ret) && scan_char(&s, ']');
}

/* Was old made from this very link text? */
static bool has_link(const struct fd_entry *old, const struct procfs_text *link)
{
    static const char suffix[] = " (deleted)";
    uint64_t inode;
    if (is_socket(old->type))
        return parse_numbered(link, "socket:[", &inode) && inode == old->inode;
    size_t n = strlen(old->path);
    if (link_is_too_long(link) || link->size < n || memcmp(link->data, old->path, n) != 0)
        return false;
    return old->deleted ? strcmp(link->data + n, suffix) == 0 : link->size == n;
}

/* The entry of the same number in the previous census; counts those that are gone. */
static const struct fd_entry *find_previous(struct census *c, int fd)
{
    const struct files_sample *previous = c->previous;
    if (!previous)
        return NULL;
    while (c->cursor < previous->n_fds && previous->fds[c->cursor].fd < fd) {
        c->cursor++;
        c->sample->closed++;
    }
    if (c->cursor < previous->n_fds && previous->fds[c->cursor].fd == fd)
        return &previous->fds[c->cursor++];
    return NULL;
}

static bool read_info(struct census *c, const char *number, struct fdinfo *ret)
{
    struct procfs_text *text = &c->platform->text;
    if (c->info_dir < 0 || procfs_read_single(c->info_dir, number, text) != 0)
        return false;
    c->platform->bytes += text->size;
    fdinfo_parse(text, ret);
    return true;
}

static bool is_in_turn(const struct census *c)
{
    return c->n_fds >= c->turn_first && c->n_fds < c->turn_last;
}

static bool wants_info(struct census *c, const struct fd_entry *old)
{
    bool inotify = strcmp(c->link.data, "anon_inode:inotify") == 0;
    if (is_in_turn(c))
        return true;
    if (inotify && c->inotify_left) {
        c->inotify_left--;
        return true;
    }
    if (!c->info_left || (old && old->flags != SAMPLE_UNKNOWN))
        return false;
    c->info_left--;
    return true;
}

static enum fd_type type_of_mode(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return FD_REG;
    case S_IFDIR:
        return FD_DIR;
    case S_IFCHR:
        return FD_CHR;
    case S_IFBLK:
        return FD_BLK;
    case S_IFIFO:
        return FD_FIFO;
    case S_IFSOCK: /* opened with O_PATH: the name of a socket, not a connection */
    default:
        return FD_OTHER;
    }
}

/* Text that the sample shares between descriptors of the same path. */
static const char *share_path(struct census *c, const char *text, size_t index)
{
    if (text[0] == 's' || text[0] == 'p') /* "socket:[1]", "pipe:[1]": nearly all differ */
        return sample_strdup(c->sample, text);
    guint first = GPOINTER_TO_UINT(g_hash_table_lookup(c->paths, text));
    if (first && (first - 1) != index)
        return c->fds[first - 1].path;
    const char *path = sample_strdup(c->sample, text);
    g_hash_table_insert(c->paths, (gpointer)(uintptr_t)path, GUINT_TO_POINTER((guint)index + 1));
    return path;
}

/*
 * The same live path was looked at before in this census: the kernel would have
 * marked a replaced file as deleted, so it is the same file.
 */
static bool copy_known_path(struct census *c, struct fd_entry *entry)
{
    guint first = GPOINTER_TO_UINT(g_hash_table_lookup(c->paths, c->link.data));
    if (!first || link_is_too_long(&c->link))
        return false;
    const struct fd_entry *known = &c->fds[first - 1];
    /* A live file may be named "x (deleted)": only the stat of each one tells. */
    if (known->deleted || !known->inode || g_str_has_suffix(c->link.data, " (deleted)"))
        return false;
    entry->type = known->type;
    entry->inode = known->inode;
    entry->device = known->device;
    entry->size = known->size;
    entry->cls = known->cls;
    entry->path = known->path;
    return true;
}

static void look_up_path(struct census *c, const char *number, struct fd_entry *entry)
{
    struct stat st;
    size_t index = (size_t)(entry - c->fds);
    if (copy_known_path(c, entry))
        return;
    if (fstatat(c->fd_dir, number, &st, 0) == 0) {
        entry->type = type_of_mode(st.st_mode);
        entry->inode = st.st_ino;
        entry->device = st.st_dev;
        entry->size = entry->type == FD_REG ? st.st_size : SAMPLE_UNKNOWN;
        entry->deleted =
            st.st_nlink == 0 && (link_is_too_long(&c->link) || procfs_strip_deleted(c->link.data));
    } else { /* a recorded link leads nowhere: go by its text */
        entry->type = FD_REG;
        entry->deleted = procfs_strip_deleted(c->link.data);
    }
    entry->cls = path_classify(c->link.data);
    entry->path = share_path(c, c->link.data, index);
}

static void look_up(struct census *c, const char *number, struct fd_entry *entry)
{
    static const char anon[] = "anon_inode:";
    const char *link = c->link.data;
    size_t index = (size_t)(entry - c->fds);
    if (link[0] == '/' || link[0] == '(') {
        look_up_path(c, number, entry);
        return;
    }
    entry->path = share_path(c, link, index);
    if (parse_numbered(&c->link, "socket:[", &entry->inode)) {
        entry->type = FD_SOCK;
    } else if (parse_numbered(&c->link, "pipe:[", &entry->inode)) {
        entry->type = FD_FIFO;
    } else if (strncmp(link, anon, sizeof anon - 1) == 0) {
        entry->detail = entry->path + sizeof anon - 1;
        entry->type = strcmp(entry->detail, "inotify") == 0       ? FD_INOTIFY
                      : strcmp(entry->detail, "[eventpoll]") == 0 ? FD_EPOLL
                                                                  : FD_ANON;
    } else { /* "net:[4026531840]" and other name spaces */
        const char *bracket = strstr(link, ":[");
        struct scan s = scan_of(bracket ? bracket + 2 : "", bracket ? strlen(bracket + 2) : 0);
        scan_u64(&s, &entry->inode);
        entry->type = FD_OTHER;
    }
}

/* Takes over what an unchanged descriptor is; its texts are borrowed until the end. */
static void take_over(struct census *c, const char *number, struct fd_entry *entry,
                      const struct fd_entry *old)
{
    size_t index = (size_t)(entry - c->fds);
    *entry = *old;
    entry->peer = NULL;
    if (is_socket(old->type)) { /* its state may have changed: it is resolved anew */
        entry->type = FD_SOCK;
        entry->path = share_path(c, c->link.data, index);
        entry->detail = "";
        return;
    }

    /* A file may have grown since; in a large census that is seen when its turn comes. */
    struct stat st;
    if (is_in_turn(c) && entry->type == FD_REG && entry->inode &&
        fstatat(c->fd_dir, number, &st, 0) == 0)
        entry->size = st.st_size;
}

static void begin_entry(struct fd_entry *entry, int fd, gint64 now_us)
{
    *entry = (struct fd_entry){
        .fd = fd,
        .path = "",
        .detail = "",
        .cls = PATH_OTHER,
        .access = ' ',
        .offset = SAMPLE_UNKNOWN,
        .flags = SAMPLE_UNKNOWN,
        .size = SAMPLE_UNKNOWN,
        .watches = SAMPLE_UNKNOWN,
        .first_seen_us = now_us,
    };
}

static void count_birth(struct census *c, struct fd_entry *entry, const struct fd_entry *old)
{
    bool same = old && entry->inode && old->inode == entry->inode && old->device == entry->device &&
                entry->type == old->type;
    if (same) { /* fdinfo and stat number inodes differently on some file systems */
        entry->first_seen_us = old->first_seen_us;
        return;
    }
    c->sample->opened += c->previous != NULL;
    c->sample->closed += old != NULL;
}

/* 0, or the errno that made the descriptor unreadable; mostly ENOENT: just closed. */
static int read_entry(struct census *c, guint index, int fd)
{
    char digits[PROCFS_NUMBER_BYTES];
    const char *number = procfs_number(fd, digits);
    /* What a link says, or a stand-in for a path deeper than the kernel will print. */
    int error = c->links && index >= c->links_first ? links_take(c->links, index, &c->link)
                                                    : procfs_read_link(c->fd_dir, number, &c->link);
    if (error == ENAMETOOLONG) {
        link_set_too_long(&c->link);
        error = 0;
    }
    c->platform->bytes += error ? 0 : c->link.size;
    if (error)
        return error;
    const struct fd_entry *old = find_previous(c, fd);
    const struct fd_entry *same = old && has_link(old, &c->link) ? old : NULL;
    struct fd_entry *entry = &c->fds[c->n_fds];
    struct fdinfo info;
    bool have_info = wants_info(c, same) && read_info(c, number, &info);
    /* A different file can hide behind the same number and path: the inode tells if we have it. */
    if (same && have_info && info.inode && same->inode && info.inode != same->inode)
        same = NULL;
    if (same) {
        take_over(c, number, entry, same);
    } else {
        begin_entry(entry, fd, c->sample->base.taken_us);
        look_up(c, number, entry);
        count_birth(c, entry, old);
    }
    if (have_info) {
        entry->offset = info.offset;
        entry->flags = info.flags;
        entry->access = fdinfo_access(info.flags);
        entry->watches = entry->type == FD_INOTIFY ? info.watches : SAMPLE_UNKNOWN;
    }
    if (entry->type == FD_SOCK) {
        uint32_t place = (uint32_t)c->n_fds;
        g_array_append_val(c->sockets, place);
    }
    c->n_fds++;
    return 0;
}

/* --- the whole census --- */

static void census_init(struct census *c, struct linux_platform *platform,
                        struct files_sample *sample, const struct files_sample *previous)
{
    *c = (struct census){
        .platform = platform,
        .sample = sample,
        .previous = previous && previous->fds ? previous : NULL,
        .fd_dir = -1,
        .info_dir = -1,
        .sockets = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
        .paths = g_hash_table_new(g_str_hash, g_str_equal),
        .info_left = INFO_PER_CENSUS,
        .inotify_left = MAX_INOTIFY_INFO,
    };
}

static void census_clear(struct census *c)
{
    if (c->fd_dir >= 0)
        close(c->fd_dir);
    if (c->info_dir >= 0)
        close(c->info_dir);
    g_array_unref(c->sockets);
    g_hash_table_unref(c->paths);
    procfs_text_clear(&c->link);
    g_free(c->fds);
}

static int read_all(struct census *c, const GArray *numbers)
{
    int denied = 0;
    c->fds = g_new0(struct fd_entry, numbers->len + 1);

    /* All of a small census; of a large one another part each time. */
    size_t n = numbers->len;

    c->turn_last = n;
    if (n > INFO_FOR_ALL) {
        size_t part =
            CLAMP(n / 1000 * INFO_TURN_STEP, (size_t)INFO_TURN_STEP, (size_t)INFO_IN_TURN);
        size_t turns = (n + part - 1) / part;

        c->turn_first = c->platform->census_turn++ % turns * part;
        c->turn_last = c->turn_first + part;
    }

    /* The rest of the work is here, so the other thread gets the larger part of the links. */
    c->links_first = numbers->len / 5 * 2;
    if (numbers->len > LINKS_FOR_ONE)
        c->links = links_start(c->fd_dir, numbers, c->links_first);
    for (guint i = 0; i < numbers->len; i++) {
        int error = read_entry(c, i, g_array_index(numbers, int, i));
        if (error == EACCES || error == EPERM || error == ESRCH)
            denied = error;
        if (error == ESRCH)
            break;
    }
    links_free(c->links);
    if (c->previous)
        c->sample->closed += c->previous->n_fds - c->cursor;
    if (c->sockets->len) {
        struct linux_platform *platform = c->platform;
        struct platform_options options = {.proc_root = platform->proc_root};
        struct socket_source source =
            socket_source_of(platform->dir_fd, platform_root_is_system(&options));
        const uint32_t *indices = (const uint32_t *)(const void *)c->sockets->data;
        platform->bytes += sockets_resolve(&source, c->sample, c->fds, indices, c->sockets->len);
        for (guint i = 0; i < c->sockets->len; i++)
            if (c->fds[indices[i]].type == FD_SOCK)
                c->fds[indices[i]].detail = "unbound";
    }
    return denied;
}

/* Lists and reads; 0 or errno. */
static int take_census(struct census *c)
{
    c->fd_dir = procfs_open_dir(c->platform->dir_fd, "fd");
    if (c->fd_dir < 0)
        return -c->fd_dir;
    c->info_dir = procfs_open_dir(c->platform->dir_fd, "fdinfo");
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(int));
    int64_t listed = fd_list_read(c->fd_dir, numbers);
    if (listed < 0)
        return (int)-listed;
    int error = read_all(c, numbers);
    c->sample->truncated = listed > (int64_t)numbers->len;
    c->sample->fds = c->fds;
    c->sample->n_fds = c->n_fds;
    c->sample->count = c->sample->truncated ? listed : (int64_t)c->n_fds;
    return error;
}

/* A process that ends in the middle leaves an empty list behind, not an error. */
static void check_end(struct linux_platform *platform, struct files_sample *sample, int error)
{
    struct procfs_stat stat;
    enum process_state state = platform_state(platform, &stat);
    if (state != PROCESS_ALIVE)
        sample_set_gone(sample, (int)platform->id.pid, state);
    else if (error)
        platform_set_error(platform, sample, error, "the list of open files");
}

void linux_read_files(struct platform *base, void *user, const void *previous)
{
    struct files_sample *sample = user;
    struct linux_platform *platform = linux_platform_of(base);
    struct procfs_stat stat;
    struct census census;
    files_sample_set_unknown(sample);
    if (!platform_begin(platform, sample, &stat))
        return;
    fd_limits_read(platform, sample);
    census_init(&census, platform, sample, previous);
    int error = take_census(&census);
    if (error)
        sample->count = platform_fd_count(platform->dir_fd, platform->real_proc);
    check_end(platform, sample, error);
    if (sample->base.status == SAMPLE_OK) {
        databases_read(platform, sample, census.fds, previous);
        lock_waits_fill(platform, sample, census.fds, census.n_fds, previous);
        watched_paths_fill(platform, sample, census.fds, census.n_fds);
        log_tail_fill(platform, sample, census.fds, census.n_fds);
    }

    /* From the census' own memory to the sample. */
    struct file_baseline *baseline = census.platform->baseline;
    bool ok = census.sample->base.status == SAMPLE_OK;
    file_baseline_resume(baseline, census.previous);
    if (!ok || !file_baseline_is_taken(baseline) ||
        !census_share(census.sample, census.previous, census.fds, census.n_fds)) {
        census_adopt(census.sample, census.previous, census.fds, census.n_fds);
        if (ok)
            files_summarise(census.sample, baseline);
    }

    census_clear(&census);
    platform_end(platform, sample);
}
