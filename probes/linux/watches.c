#include "probes/linux/watches.h"

#include "probes/linux/procfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum {
    MAX_ENTRIES = 50000, /* looked at below one directory */
    MAX_QUEUE = 20000,
    MAX_US = 300000,
};

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

static void look_at(struct watch_search *search, int dir_fd, const char *directory,
                    const struct dirent *entry)
{
    struct stat st;

    if (!is_wanted(search, entry->d_ino) || fstatat(dir_fd, entry->d_name, &st, 0) != 0)
        return;
    g_autofree char *path = g_strconcat(directory, "/", entry->d_name, NULL);

    take(search, &st, path);
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
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
        if (is_dots(entry->d_name))
            continue;
        look_at(search, fd, directory, entry);
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

void watch_search_in(struct watch_search *search, const char *path)
{
    scan(search, without_slash(path), NULL);
}

static bool is_cancelled(const struct watch_search *search)
{
    return search->cancelled != NULL && __atomic_load_n(search->cancelled, __ATOMIC_RELAXED);
}

void watch_search_below(struct watch_search *search, const char *path)
{
    g_autoptr(GQueue) queue = g_queue_new();
    gint64 end_us = g_get_monotonic_time() + MAX_US;
    size_t seen = 0;

    g_queue_push_tail(queue, g_strdup(without_slash(path)));
    while (queue->length > 0 && watch_search_missing(search) > 0 && !is_cancelled(search)) {
        g_autofree char *directory = g_queue_pop_head(queue);

        seen += scan(search, directory, queue);
        if (seen >= MAX_ENTRIES || g_get_monotonic_time() >= end_us) {
            search->cut |= queue->length > 0;
            break;
        }
    }
    g_queue_foreach(queue, (GFunc)(void (*)(void))g_free, NULL);
}
