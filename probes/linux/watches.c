#include "probes/linux/watches.h"

#include "probes/linux/procfs.h"
#include "probes/linux/scan.h"
#include "probes/linux/watch_places.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum {
    MAX_ENTRIES = 50000, /* looked at below one directory */
    MAX_QUEUE = 20000,
    MAX_US = 300000,
    MAX_ALL_US = 1500000,
};

/* --- lines of fdinfo --- */

bool watch_find_hex(const char *line, size_t n, const char *name, uint64_t *ret)
{
    const char *at = g_strstr_len(line, (gssize)n, name);

    if (at == NULL)
        return false;
    at += strlen(name);
    struct scan s = scan_of(at, n - (size_t)(at - line));

    scan_blanks(&s);
    return scan_hex(&s, ret);
}

/* "fhandle-type:1 f_handle:6223ab00…": "1:6223ab00…". */
static char *find_handle(const char *line, size_t n)
{
    static const char name[] = " f_handle:";
    const char *at = g_strstr_len(line, (gssize)n, name);
    uint64_t type = 0;

    if (at == NULL || !watch_find_hex(line, n, " fhandle-type:", &type))
        return NULL;
    at += strlen(name);
    size_t left = n - (size_t)(at - line);
    g_autofree char *hex = g_strndup(at, MIN(left, strspn(at, "0123456789abcdef")));

    return g_strdup_printf("%" PRIx64 ":%s", type, hex);
}

bool watch_parse(const char *line, size_t n, struct fd_watch *ret)
{
    uint64_t mask = 0;

    *ret = (struct fd_watch){.inode = 0};
    if (!watch_find_hex(line, n, " ino:", &ret->inode))
        return false;
    watch_find_hex(line, n, " sdev:", &ret->device);
    watch_find_hex(line, n, " mask:", &mask);
    ret->mask = (uint32_t)mask;
    ret->handle = find_handle(line, n);
    return true;
}

/* --- what is found --- */

size_t watch_search_missing(const struct watch_search *search)
{
    size_t n = 0;

    for (guint i = 0; i < search->watches->len; i++)
        n += g_array_index(search->watches, struct fd_watch, i).path == NULL;
    return n;
}

static bool is_wanted(const struct watch_search *search, uint64_t inode)
{
    for (guint i = 0; i < search->watches->len; i++) {
        const struct fd_watch *watch = &g_array_index(search->watches, struct fd_watch, i);

        if (watch->inode == inode && (watch->path == NULL || !watch->sure))
            return true;
    }
    return false;
}

static void take(struct watch_search *search, const struct stat *st, const char *path)
{
    uint64_t device = (uint64_t)major(st->st_dev) << 20 | minor(st->st_dev);

    for (guint i = 0; i < search->watches->len; i++) {
        struct fd_watch *watch = &g_array_index(search->watches, struct fd_watch, i);
        bool sure = watch->device == device;

        if (watch->inode != st->st_ino || (watch->path != NULL && (watch->sure || !sure)))
            continue;
        g_free(watch->path);
        watch->path = g_strdup(path);
        watch->sure = sure;
    }
}

/* As the target sees it: through its own root directory. */
static int open_in_target(const struct watch_search *search, const char *path)
{
    g_autofree char *inside = g_strconcat("root", path, NULL);

    return procfs_open_dir(search->pid_dir, inside);
}

/* Returns how many entries; those that are directories go to queue when there is one. */
static size_t scan(struct watch_search *search, const char *directory, GQueue *queue)
{
    int fd = open_in_target(search, directory);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;
    struct stat st;
    size_t n = 0;

    if (dir == NULL)
        return 0;
    if (fstat(fd, &st) == 0)
        take(search, &st, *directory != '\0' ? directory : "/");
    while ((entry = readdir(dir)) != NULL && n < MAX_ENTRIES) {
        n++;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (is_wanted(search, entry->d_ino) && fstatat(fd, entry->d_name, &st, 0) == 0) {
            g_autofree char *path = g_strconcat(directory, "/", entry->d_name, NULL);

            take(search, &st, path);
        }
        if (queue != NULL && entry->d_type == DT_DIR && queue->length < MAX_QUEUE)
            g_queue_push_tail(queue, g_strconcat(directory, "/", entry->d_name, NULL));
    }
    closedir(dir);
    return n;
}

static const char *without_slash(const char *path)
{
    return strcmp(path, "/") == 0 ? "" : path;
}

/* The directory itself and what is directly in it. path as the target sees it. */
static void watch_search_in(struct watch_search *search, const char *path)
{
    scan(search, without_slash(path), NULL);
}

/* --- by the kernel's handles --- */

/* A descriptor on the mount of the target that has that device; -1: none can be opened. */
static int open_mount(const struct watch_search *search, const struct procfs_text *mounts,
                      uint64_t device)
{
    g_autofree char *wanted =
        g_strdup_printf("%" PRIu64 ":%" PRIu64, device >> 20, device & 0xfffff);
    g_auto(GStrv) lines = g_strsplit(mounts->data, "\n", -1);

    for (size_t i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) fields = g_strsplit(lines[i], " ", 6); /* id parent device root point … */

        if (g_strv_length(fields) < 6 || strcmp(fields[2], wanted) != 0)
            continue;
        g_autofree char *point = g_strcompress(fields[4]); /* blanks are written as \040 */
        int fd = open_in_target(search, point);

        if (fd >= 0)
            return fd;
    }
    return -1;
}

/* Path of what a handle means, as the target has it; NULL with errno. */
static char *path_of_handle(int mount_fd, const char *handle)
{
    union {
        struct file_handle head;
        unsigned char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
    } file;
    const char *colon = strchr(handle, ':');
    const char *hex = colon != NULL ? colon + 1 : "";
    size_t n = strlen(hex) / 2;
    char name[64];
    struct procfs_text link = {0};

    if (n == 0 || n > MAX_HANDLE_SZ)
        return NULL;
    file.head.handle_bytes = (unsigned)n;
    file.head.handle_type = (int)g_ascii_strtoll(handle, NULL, 16);
    for (size_t i = 0; i < n; i++)
        file.head.f_handle[i] = (unsigned char)(g_ascii_xdigit_value(hex[2 * i]) << 4 |
                                                g_ascii_xdigit_value(hex[2 * i + 1]));
    /* names the file without opening it: nothing of it can be read or changed by this */
    int fd = open_by_handle_at(mount_fd, &file.head, O_PATH | O_CLOEXEC);

    if (fd < 0)
        return NULL;
    g_snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    char *path = procfs_read_link(AT_FDCWD, name, &link) == 0 ? g_strdup(link.data) : NULL;

    procfs_text_clear(&link);
    close(fd);
    return path;
}

static void search_handles(struct watch_search *search)
{
    struct procfs_text mounts = {0};
    uint64_t device = 0;
    int mount_fd = -1;

    if (procfs_read(search->pid_dir, "mountinfo", &mounts) != 0)
        mounts.size = 0; /* there is nothing to look in */
    for (guint i = 0; mounts.size > 0 && i < search->watches->len; i++) {
        struct fd_watch *watch = &g_array_index(search->watches, struct fd_watch, i);

        if (watch->handle == NULL || watch->path != NULL)
            continue;
        if (mount_fd < 0 || watch->device != device) {
            if (mount_fd >= 0)
                close(mount_fd);
            device = watch->device;
            mount_fd = open_mount(search, &mounts, device);
        }
        watch->path = mount_fd >= 0 ? path_of_handle(mount_fd, watch->handle) : NULL;
        watch->sure = watch->path != NULL;
        if (watch->path == NULL && errno == EPERM)
            break; /* without the right, all of them fail */
    }
    if (mount_fd >= 0)
        close(mount_fd);
    procfs_text_clear(&mounts);
}

/* --- all ways --- */

void watch_search_all(struct watch_search *search, const char *const *directories)
{
    g_autoptr(GPtrArray) places = NULL;

    if (search->end_us == 0)
        search->end_us = g_get_monotonic_time() + MAX_ALL_US;
    search_handles(search);
    for (const char *const *d = directories; d != NULL && *d != NULL; d++)
        if (watch_search_missing(search) > 0)
            watch_search_in(search, *d);
    if (watch_search_missing(search) == 0)
        return;
    places = watch_places(search->pid_dir);
    for (guint i = 0; i < places->len && watch_search_missing(search) > 0; i++) {
        /* All below it, nearest first, up to the limits. */
        g_autoptr(GQueue) queue = g_queue_new();
        gint64 end_us = g_get_monotonic_time() + MAX_US;
        size_t seen = 0;

        if (search->end_us != 0)
            end_us = MIN(end_us, search->end_us);
        g_queue_push_tail(queue, g_strdup(without_slash(places->pdata[i])));
        while (
            queue->length > 0 && watch_search_missing(search) > 0 &&
            (search->cancelled == NULL || !__atomic_load_n(search->cancelled, __ATOMIC_RELAXED))) {
            g_autofree char *directory = g_queue_pop_head(queue);

            seen += scan(search, directory, queue);
            if (seen >= MAX_ENTRIES || g_get_monotonic_time() >= end_us) {
                search->cut |= queue->length > 0;
                break;
            }
        }
        g_queue_foreach(queue, (GFunc)(void (*)(void))g_free, NULL);
    }
    if (watch_search_missing(search) > 0)
        watch_search_in(search, "/");
    if (watch_search_missing(search) > 0)
        watch_search_in(search, "/tmp");
}
