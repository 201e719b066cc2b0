#include "probes/linux/watched_paths.h"

#include "probes/linux/watches.h"

#include <inttypes.h>
#include <string.h>

enum {
    LOOK_US = 10 * G_USEC_PER_SEC,   /* between two looks at what is watched */
    SEARCH_US = 60 * G_USEC_PER_SEC, /* between two searches for paths that were not found */
    SEARCH_FOR_US = 300000,
    MAX_INSTANCES = 1024,
    MAX_WATCHES = 16384,
    MAX_SHOWN = 16,
    MAX_FDS = 32, /* that are told of one path */
};

struct place {
    struct fd_watch watch; /* inode and device, handle until the path is found */
    uint32_t times;        /* in the look at hand */
    int fds[MAX_FDS];      /* by the first of these */
};

struct watched_paths {
    GHashTable *places; /* "device:inode" to struct place */
    gint64 looked_us, searched_us;
    struct procfs_text text;
};

static void place_free(void *data)
{
    struct place *place = data;

    g_free(place->watch.path);
    g_free(place->watch.handle);
    g_free(place);
}

static struct watched_paths *watched_paths_new(void)
{
    struct watched_paths *watched = g_new0(struct watched_paths, 1);

    watched->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, place_free);
    return watched;
}

void watched_paths_free(struct watched_paths *watched)
{
    if (watched == NULL)
        return;
    g_hash_table_unref(watched->places);
    procfs_text_clear(&watched->text);
    g_free(watched);
}

/* --- what is watched --- */

static void read_instance(struct linux_platform *platform, int fd)
{
    struct watched_paths *watched = platform->watched;
    char name[32];

    g_snprintf(name, sizeof name, "fdinfo/%d", fd);
    if (procfs_read(platform->dir_fd, name, &watched->text) != 0)
        return;
    platform->bytes += watched->text.size;
    const char *p = watched->text.data, *end = p + watched->text.size;

    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((newline != NULL ? newline : end) - p);
        struct fd_watch watch;

        if (g_str_has_prefix(p, "inotify ") && watch_parse(p, n, &watch)) {
            char key[64];

            g_snprintf(key, sizeof key, "%" PRIx64 ":%" PRIx64, watch.device, watch.inode);
            struct place *place = g_hash_table_lookup(watched->places, key);

            if (place == NULL && g_hash_table_size(watched->places) < MAX_WATCHES) {
                place = g_new0(struct place, 1);
                place->watch = watch;
                watch.handle = NULL; /* the place's now */
                g_hash_table_insert(watched->places, g_strdup(key), place);
                watched->searched_us = 0; /* something new to look for */
            }
            if (place != NULL) {
                if (place->times < MAX_FDS)
                    place->fds[place->times] = fd;
                place->times++;
            }
            g_free(watch.handle);
        }
        p += n + 1;
    }
}

static gboolean is_unwatched(void *key, void *value, void *user)
{
    (void)key;
    (void)user;
    return ((struct place *)value)->times == 0;
}

static void look(struct linux_platform *platform, const struct fd_entry *fds, size_t n)
{
    struct watched_paths *watched = platform->watched;
    GHashTableIter iter;
    gpointer value;
    size_t instances = 0;

    g_hash_table_iter_init(&iter, watched->places);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((struct place *)value)->times = 0;
    for (size_t i = 0; i < n && instances < MAX_INSTANCES; i++)
        if (fds[i].type == FD_INOTIFY) {
            read_instance(platform, fds[i].fd);
            instances++;
        }
    /* its inode may be another file's by the time it is watched again */
    g_hash_table_foreach_remove(watched->places, is_unwatched, NULL);
}

/* --- where that is --- */

static void search(struct linux_platform *platform, gint64 now_us)
{
    struct watched_paths *watched = platform->watched;
    g_autoptr(GArray) missing = g_array_new(FALSE, FALSE, sizeof(struct fd_watch));
    g_autoptr(GPtrArray) places = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, watched->places);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct place *place = value;

        if (place->watch.path != NULL)
            continue;
        g_array_append_val(missing, place->watch);
        g_ptr_array_add(places, place);
    }
    struct watch_search wanted = {
        .pid_dir = platform->dir_fd, .watches = missing, .end_us = now_us + SEARCH_FOR_US};

    watched->searched_us = now_us;
    if (missing->len > 0)
        watch_search_all(&wanted, NULL);
    for (guint i = 0; i < places->len; i++) {
        struct place *place = places->pdata[i];

        place->watch = g_array_index(missing, struct fd_watch, i);
    }
}

/* --- for the sample --- */

static gint most_first(gconstpointer a, gconstpointer b)
{
    const struct place *x = *(struct place *const *)a, *y = *(struct place *const *)b;

    if (x->times != y->times)
        return x->times > y->times ? -1 : 1;
    return strcmp(x->watch.path, y->watch.path);
}

static void show(const struct watched_paths *watched, struct files_sample *sample)
{
    g_autoptr(GPtrArray) places = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    sample->watched_unnamed = 0;
    g_hash_table_iter_init(&iter, watched->places);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct place *place = value;

        if (place->watch.path != NULL)
            g_ptr_array_add(places, place);
        else
            sample->watched_unnamed += place->times;
    }
    g_ptr_array_sort(places, most_first);
    size_t n = MIN(places->len, (guint)MAX_SHOWN);
    struct watched_path *paths = sample_alloc(sample, (n + 1) * sizeof *paths);

    for (size_t i = 0; i < n; i++) {
        const struct place *place = places->pdata[i];
        size_t n_fds = MIN(place->times, (uint32_t)MAX_FDS);
        int *fds = sample_alloc(sample, (n_fds + 1) * sizeof *fds);

        memcpy(fds, place->fds, n_fds * sizeof *fds);
        paths[i] = (struct watched_path){.path = sample_strdup(sample, place->watch.path),
                                         .times = place->times,
                                         .fds = fds,
                                         .n_fds = n_fds};
    }
    sample->watched = paths;
    sample->n_watched = n;
}

void watched_paths_fill(struct linux_platform *platform, struct files_sample *sample,
                        const struct fd_entry *fds, size_t n)
{
    gint64 now_us = g_get_monotonic_time();
    size_t first = 0;

    while (first < n && fds[first].type != FD_INOTIFY)
        first++;
    if (first == n)
        return;
    if (platform->watched == NULL)
        platform->watched = watched_paths_new();
    struct watched_paths *watched = platform->watched;

    if (watched->looked_us == 0 || now_us - watched->looked_us >= LOOK_US) {
        watched->looked_us = now_us;
        look(platform, fds, n);
    }
    if (watched->searched_us == 0 || now_us - watched->searched_us >= SEARCH_US)
        search(platform, now_us);
    show(watched, sample);
}
