#include "probes/linux/databases.h"

#include "probes/databases.h"
#include "probes/limits.h"
#include "probes/linux/locks.h"
#include "probes/linux/others.h"
#include "probes/linux/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct lock_watch {
    struct others *others;
    GHashTable *mounts; /* mount id to device + 1, as lines of /proc/locks name it */
};

struct lock_watch *lock_watch_new(void)
{
    struct lock_watch *watch = g_new0(struct lock_watch, 1);

    watch->others = others_new();
    watch->mounts = g_hash_table_new(NULL, NULL);
    return watch;
}

void lock_watch_free(struct lock_watch *watch)
{
    if (watch == NULL)
        return;
    others_free(watch->others);
    g_hash_table_unref(watch->mounts);
    g_free(watch);
}

/* A file that can be locked, and which database it belongs to. */
struct lockable {
    uint64_t inode;
    dev_t device; /* 0: not known: the inode must do */
    uint32_t database;
    enum db_file file;
    bool guard;
};

struct reading {
    struct linux_platform *platform;
    struct lock_watch *watch;
    struct files_sample *sample;
    const struct files_sample *previous;
    struct fd_entry *fds;
    struct database *databases;
    size_t n;
    GHashTable *by_path; /* path of the main file to index + 1 */
    GArray *lockables;
    GArray **locks;       /* of struct db_lock, one for each database */
    GHashTable *commands; /* pid to text in the sample */
    size_t n_locks;
};

/* --- databases out of descriptors --- */

static struct database *database_of(struct reading *r, const struct fd_entry *entry, size_t main_n)
{
    g_autofree char *path = g_strndup(entry->path, main_n);
    guint index = GPOINTER_TO_UINT(g_hash_table_lookup(r->by_path, path));

    if (index > 0)
        return &r->databases[index - 1];
    if (r->n >= PROBES_MAX_DATABASES)
        return NULL;
    struct database *database = &r->databases[r->n++];

    *database = (struct database){.path = sample_strdup(r->sample, path)};
    for (int file = 0; file < DB_N_FILES; file++)
        database->size[file] = SAMPLE_UNKNOWN;
    g_hash_table_insert(r->by_path, (gpointer)(uintptr_t)database->path,
                        GUINT_TO_POINTER((guint)r->n));
    return database;
}

static dev_t device_of_mount(struct reading *r, uint64_t mount)
{
    gpointer key = GSIZE_TO_POINTER(mount);

    if (mount == 0)
        return 0;
    if (!g_hash_table_contains(r->watch->mounts, key)) {
        /* "29 1 8:1 / /home rw …": the device is that of the file system, as in /proc/locks. */
        int fd = procfs_open(r->platform->dir_fd, "mountinfo");
        struct procfs_lines lines;
        const char *line;
        size_t n;

        if (fd >= 0) {
            procfs_lines_init(&lines, fd);
            while (procfs_lines_next(&lines, &line, &n)) {
                struct scan s = scan_of(line, n);
                uint64_t id, major, minor;

                if (!scan_u64(&s, &id) || !scan_word(&s))
                    continue;
                scan_blanks(&s);
                if (scan_u64(&s, &major) && scan_char(&s, ':') && scan_u64(&s, &minor))
                    g_hash_table_insert(
                        r->watch->mounts, GSIZE_TO_POINTER(id),
                        GSIZE_TO_POINTER(makedev((unsigned)major, (unsigned)minor) + 1));
            }
            r->platform->bytes += lines.bytes;
            procfs_lines_clear(&lines);
            close(fd);
        }
    }
    gsize device = GPOINTER_TO_SIZE(g_hash_table_lookup(r->watch->mounts, key));

    return device ? (dev_t)(device - 1) : 0;
}

/* Returns the device its locks are listed under; 0: not known. */
static dev_t add_lockable(struct reading *r, const struct database *database,
                          const struct fd_entry *entry, enum db_file file)
{
    struct lockable lockable = {.database = (uint32_t)(database - r->databases), .file = file};
    uint64_t mount;

    /* "mnt_id:\t29" and "ino:\t77" of an fdinfo; 0 where they are missing. */
    struct procfs_text *text = &r->platform->text;
    g_autofree char *name = g_strdup_printf("fdinfo/%d", entry->fd);

    mount = lockable.inode = 0;
    if (platform_read_text(r->platform, name) == 0) {
        for (const char *line = text->data; line != NULL; line = strchr(line, '\n')) {
            line += *line == '\n';
            struct scan s = scan_of(line, strlen(line));
            uint64_t *value = scan_prefix(&s, "mnt_id:") ? &mount
                              : scan_prefix(&s, "ino:")  ? &lockable.inode
                                                         : NULL;

            scan_blanks(&s);
            if (value != NULL && !scan_u64(&s, value))
                *value = 0;
        }
    }

    if (lockable.inode == 0)
        lockable.inode = entry->inode;
    lockable.device = device_of_mount(r, mount);
    if (lockable.inode != 0)
        g_array_append_val(r->lockables, lockable);
    return lockable.device;
}

static void add_descriptor(struct reading *r, const struct fd_entry *entry)
{
    enum db_file file;
    size_t main_n;

    if (entry->type != FD_REG || entry->cls != PATH_DATABASE ||
        !db_file_of(entry->path, &file, &main_n))
        return;
    struct database *database = database_of(r, entry, main_n);

    if (database == NULL)
        return;
    if (database->fds[file]++ == 0 && (file == DB_MAIN || file == DB_SHM)) {
        dev_t device = add_lockable(r, database, entry, file);

        if (file == DB_MAIN) {
            /* td locks a file of its own beside its database before it writes. */
            g_autofree char *dir = g_path_get_dirname(database->path);
            g_autofree char *path = g_strdup_printf("root%s/db.lock", dir);
            struct lockable lockable = {.database = (uint32_t)(database - r->databases),
                                        .guard = true};
            struct stat st;

            if (g_str_has_suffix(dir, "/.todos") &&
                fstatat(r->platform->dir_fd, path, &st, 0) == 0) {
                lockable.inode = st.st_ino;
                lockable.device = device;
                g_array_append_val(r->lockables, lockable);
            }
        }
    }
    database->size[file] = MAX(database->size[file], entry->size);
    database->deleted |= file == DB_MAIN && entry->deleted;
}

/* --- locks --- */

static const char *command_of(struct reading *r, pid_t pid)
{
    gpointer key = GINT_TO_POINTER(pid);
    const char *known = g_hash_table_lookup(r->commands, key);

    if (known != NULL || pid <= 0)
        return known != NULL ? known : "";
    g_autofree char *command = others_command(r->platform->proc_root, pid);

    known = sample_strdup(r->sample, command);
    g_hash_table_insert(r->commands, key, (gpointer)(uintptr_t)known);
    return known;
}

static bool is_same_lock(const struct db_lock *a, const struct db_lock *b)
{
    return a->kind == b->kind && a->pid == b->pid && a->waiting == b->waiting &&
           a->write == b->write;
}

static gint64 first_seen(const struct reading *r, const struct database *database,
                         const struct db_lock *lock)
{
    const struct files_sample *previous = r->previous;

    for (size_t d = 0; previous != NULL && d < previous->n_databases; d++) {
        const struct database *old = &previous->databases[d];

        if (strcmp(old->path, database->path) != 0)
            continue;
        for (size_t i = 0; i < old->n_locks; i++)
            if (is_same_lock(&old->locks[i], lock))
                return old->locks[i].first_seen_us;
    }
    return r->sample->base.taken_us;
}

static void add_lock(struct reading *r, const struct lockable *file, const struct lock_line *line,
                     enum db_lock_kind kind)
{
    GArray *locks = r->locks[file->database];
    struct db_lock lock = {.kind = kind,
                           .write = line->write,
                           .waiting = line->waiting,
                           .pid = line->pid,
                           .own = line->pid == r->platform->id.pid};

    for (guint i = 0; i < locks->len; i++)
        if (is_same_lock(&g_array_index(locks, struct db_lock, i), &lock))
            return;
    lock.command = command_of(r, lock.pid);
    lock.first_seen_us = first_seen(r, &r->databases[file->database], &lock);
    g_array_append_val(locks, lock);
    r->n_locks++;
}

static void take_line(struct reading *r, const char *text, size_t n)
{
    struct lock_line line;

    if (r->n_locks >= PROBES_MAX_DB_LOCKS || !lock_line_parse(text, n, &line))
        return;
    const struct lockable *file = NULL;

    for (guint i = 0; i < r->lockables->len && file == NULL; i++) {
        const struct lockable *one = &g_array_index(r->lockables, struct lockable, i);

        if (one->inode == line.inode &&
            (one->device == 0 || one->device == makedev(line.major, line.minor)))
            file = one;
    }
    if (file == NULL)
        return;
    unsigned kinds = db_lock_kinds(file->file, line.write, line.first, line.last);

    if (file->guard)
        kinds = 1U << DB_LOCK_GUARD;
    else if (line.cls == LOCK_FLOCK || line.cls == LOCK_OTHER)
        kinds = 1U << DB_LOCK_OTHER;
    for (int kind = 0; kind < DB_LOCK_N_KINDS; kind++)
        if (kinds & (1U << kind))
            add_lock(r, file, &line, (enum db_lock_kind)kind);
}

static void read_locks(struct reading *r)
{
    g_autofree char *path = g_build_filename(r->platform->proc_root, "locks", NULL);
    int fd = procfs_open(AT_FDCWD, path);
    struct procfs_lines lines;
    const char *line;
    size_t n;

    if (fd < 0) {
        r->sample->locks_why = fd == -EACCES || fd == -EPERM
                                   ? sample_printf(r->sample, "%s: %s; run: sudo sidescope %d",
                                                   path, g_strerror(-fd), (int)r->platform->id.pid)
                                   : sample_printf(r->sample, "%s: %s", path, g_strerror(-fd));
        return;
    }
    procfs_lines_init(&lines, fd);
    while (procfs_lines_next(&lines, &line, &n))
        take_line(r, line, n);
    r->platform->bytes += lines.bytes;
    procfs_lines_clear(&lines);
    close(fd);
}

/* --- other users, far ends of pipes --- */

static void want(GHashTable *wanted, const char *link)
{
    if (g_hash_table_size(wanted) < PROBES_MAX_WANTED)
        g_hash_table_add(wanted, (gpointer)(uintptr_t)link);
}

static bool is_pipe(const struct fd_entry *entry)
{
    return entry->type == FD_FIFO && g_str_has_prefix(entry->path, "pipe:");
}

/* What every inotify instance is called. */
static const char inotify_link[] = "anon_inode:inotify";

static int64_t own_inotify(const struct reading *r)
{
    int64_t n = 0;

    for (size_t i = 0; i < r->sample->n_fds; i++)
        n += r->fds[i].type == FD_INOTIFY;
    return n;
}

static GPtrArray *wanted_links(const struct reading *r)
{
    g_autoptr(GHashTable) wanted = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *links = g_ptr_array_new();
    GHashTableIter iter;
    gpointer key;

    for (size_t i = 0; i < r->n; i++)
        want(wanted, r->databases[i].path);
    for (size_t i = 0; i < r->sample->n_fds; i++)
        if (is_pipe(&r->fds[i]))
            want(wanted, r->fds[i].path);
    if (own_inotify(r) > 0)
        want(wanted, inotify_link);
    g_hash_table_iter_init(&iter, wanted);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_ptr_array_add(links, key);
    return links;
}

static int by_pid(const void *a, const void *b)
{
    const struct db_user *x = a, *y = b;

    return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* The kernel limits them for all processes of a user together. */
static void count_inotify(struct reading *r)
{
    const GPtrArray *found = others_of(r->watch->others, inotify_link);
    int64_t n = own_inotify(r);
    struct stat st;

    if (others_searched_us(r->watch->others) == 0 || fstat(r->platform->dir_fd, &st) != 0)
        return;
    for (guint i = 0; found != NULL && i < found->len; i++) {
        const struct other_user *user = found->pdata[i];

        n += user->uid == st.st_uid ? (int64_t)user->fds : 0;
    }
    r->sample->inotify_user_instances = n;
}

static void fill_others(struct reading *r)
{
    struct others *others = r->watch->others;
    g_autoptr(GPtrArray) links = wanted_links(r);

    if (links->len == 0)
        return;
    gint64 begun_us = g_get_monotonic_time();

    others_look(others, r->platform->proc_root, links, r->platform->id.pid);
    r->sample->others_cost_us = g_get_monotonic_time() - begun_us;
    r->platform->bytes += others_take_bytes(others);
    r->sample->others_us = others_searched_us(others);
    r->sample->others_denied = others_denied(others);
    for (size_t i = 0; i < r->n; i++) {
        struct database *database = &r->databases[i];
        const GPtrArray *found = others_of(r->watch->others, database->path);

        if (found != NULL && found->len != 0) {
            struct db_user *users = sample_alloc(r->sample, found->len * sizeof *users);

            for (guint j = 0; j < found->len; j++) {
                const struct other_user *user = found->pdata[j];

                users[j] = (struct db_user){.pid = user->pid,
                                            .command = sample_strdup(r->sample, user->command),
                                            .fds = user->fds};
            }
            qsort(users, found->len, sizeof *users, by_pid);
            database->users = users;
            database->n_users = found->len;
        }
    }
    count_inotify(r);
    for (size_t i = 0; i < r->sample->n_fds; i++) {
        struct fd_entry *entry = &r->fds[i];
        const GPtrArray *found = is_pipe(entry) ? others_of(r->watch->others, entry->path) : NULL;

        if (found != NULL && found->len != 0) {
            const struct other_user *user = found->pdata[0];

            entry->peer = sample_printf(r->sample, "%d %s", (int)user->pid, user->command);
        }
    }
}

/* --- all of it --- */

static int by_weight(const void *a, const void *b)
{
    const struct db_lock *x = a, *y = b;

    if (x->waiting != y->waiting)
        return x->waiting ? 1 : -1;
    if (x->kind != y->kind)
        return x->kind > y->kind ? -1 : 1;
    return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static int by_trouble(const void *a, const void *b)
{
    const struct database *x = a, *y = b;
    const struct db_lock *p = database_blocker(x), *q = database_blocker(y);

    if ((p != NULL) != (q != NULL))
        return p != NULL ? -1 : 1;
    return strcmp(x->path, y->path);
}

void databases_read(struct linux_platform *platform, struct files_sample *sample,
                    struct fd_entry *fds, const struct files_sample *previous)
{
    struct reading r = {.platform = platform,
                        .watch = platform->locks,
                        .sample = sample,
                        .previous = previous,
                        .fds = fds};

    r.databases = g_new0(struct database, PROBES_MAX_DATABASES);
    r.by_path = g_hash_table_new(g_str_hash, g_str_equal);
    r.lockables = g_array_new(FALSE, FALSE, sizeof(struct lockable));
    r.commands = g_hash_table_new(NULL, NULL);

    for (size_t i = 0; i < r.sample->n_fds; i++)
        add_descriptor(&r, &r.fds[i]);
    r.locks = g_new0(GArray *, r.n + 1);
    for (size_t i = 0; i < r.n; i++)
        r.locks[i] = g_array_new(FALSE, FALSE, sizeof(struct db_lock));
    if (r.n > 0)
        read_locks(&r);
    for (size_t i = 0; i < r.n; i++) {
        GArray *locks = r.locks[i];
        struct db_lock *list = sample_alloc(r.sample, (locks->len + 1) * sizeof *list);

        if (locks->len > 0)
            memcpy(list, locks->data, locks->len * sizeof *list);
        qsort(list, locks->len, sizeof *list, by_weight);
        r.databases[i].locks = list;
        r.databases[i].n_locks = locks->len;

        g_array_unref(r.locks[i]);
    }
    g_free(r.locks);
    fill_others(&r);
    qsort(r.databases, r.n, sizeof *r.databases, by_trouble);

    struct database *databases = sample_alloc(sample, (r.n + 1) * sizeof *databases);

    memcpy(databases, r.databases, r.n * sizeof *databases);
    sample->databases = databases;
    sample->n_databases = r.n;
    g_free(r.databases);
    g_hash_table_unref(r.by_path);
    g_hash_table_unref(r.commands);
    g_array_unref(r.lockables);
}
