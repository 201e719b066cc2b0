#include "probes/linux/others.h"

#include "probes/limits.h"
#include "probes/linux/fd_list.h"
#include "probes/linux/scan.h"
#include "probes/secrets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SLICE_US = 4000,
    AGAIN_US = 30 * G_USEC_PER_SEC,
    AGAIN_FACTOR = 1000, /* and no sooner than so many times its cost */
    MAX_FDS_OF_ONE = 4096,
    COMMAND_BYTES = 120,
};

/* One pass over all processes. */
struct search {
    GHashTable *found; /* link text (owned) to GPtrArray of struct other_user */
    size_t n_found;
    int64_t denied;
};

struct others {
    struct search done, running;
    GArray *pids; /* pid_t, still to be looked into, last first */
    gint64 begun_us, searched_us, cost_us;
    guint wanted_hash; /* of the links looked for: others are looked for at once */
    struct procfs_text text;
    uint64_t bytes;
};

static void free_user(gpointer data)
{
    struct other_user *user = data;

    g_free((char *)(uintptr_t)user->command);
    g_free(user);
}

static void search_clear(struct search *search)
{
    g_clear_pointer(&search->found, g_hash_table_unref);
    *search = (struct search){.found = NULL};
}

static void search_init(struct search *search, const GPtrArray *links)
{
    search_clear(search);
    search->found =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    for (guint i = 0; i < links->len; i++)
        g_hash_table_replace(search->found, g_strdup(links->pdata[i]),
                             g_ptr_array_new_with_free_func(free_user));
}

struct others *others_new(void)
{
    struct others *others = g_new0(struct others, 1);

    others->pids = g_array_new(FALSE, FALSE, sizeof(pid_t));
    return others;
}

void others_free(struct others *others)
{
    if (others == NULL)
        return;
    search_clear(&others->done);
    search_clear(&others->running);
    g_array_unref(others->pids);
    procfs_text_clear(&others->text);
    g_free(others);
}

/* --- one process --- */

static char *command_in(int pid_dir, struct procfs_text *text)
{
    if (procfs_read(pid_dir, "cmdline", text) != 0 || text->size == 0) {
        if (procfs_read(pid_dir, "comm", text) != 0)
            return g_strdup("");
        text->size -= text->size > 0 && text->data[text->size - 1] == '\n';
    }
    size_t n = MIN(text->size, (size_t)COMMAND_BYTES);

    while (n > 0 && text->data[n - 1] == '\0')
        n--;
    for (size_t i = 0; i < n; i++)
        text->data[i] = text->data[i] != '\0' ? text->data[i] : ' ';
    g_autofree char *command = g_strndup(text->data, n);

    return secrets_hide(command);
}

static int open_pid(const char *proc_root, pid_t pid)
{
    g_autofree char *path = g_strdup_printf("%s/%d", proc_root, (int)pid);

    return procfs_open_dir(AT_FDCWD, path);
}

char *others_command(const char *proc_root, pid_t pid)
{
    struct procfs_text text = {0};
    int dir = open_pid(proc_root, pid);

    if (dir < 0)
        return g_strdup("");
    char *command = command_in(dir, &text);

    close(dir);
    procfs_text_clear(&text);
    return command;
}

static void note(struct others *others, int pid_dir, pid_t pid, const char *link)
{
    gpointer key;
    GPtrArray *users;

    if (!g_hash_table_lookup_extended(others->running.found, link, &key, (gpointer *)&users))
        return;
    struct other_user *last = users->len ? users->pdata[users->len - 1] : NULL;

    if (last != NULL && last->pid == pid) {
        last->fds++;
        return;
    }
    if (others->running.n_found++ >= PROBES_MAX_OTHERS)
        return;
    struct other_user *user = g_new0(struct other_user, 1);
    struct procfs_text text = {0};
    struct stat st;

    *user = (struct other_user){.pid = pid, .link = key, .fds = 1};
    user->uid = fstat(pid_dir, &st) == 0 ? st.st_uid : (uid_t)-1;
    user->command = command_in(pid_dir, &text);
    procfs_text_clear(&text);
    g_ptr_array_add(users, user);
}

/* --- the whole search --- */

/* Other links are worth a new search, but not one after another while they change all the time. */
static void begin(struct others *others, const char *proc_root, const GPtrArray *links, pid_t skip)
{
    gint64 now_us = g_get_monotonic_time(), since_us = now_us - others->begun_us;
    guint hash = links->len;

    for (guint i = 0; i < links->len; i++)
        hash += g_str_hash(links->pdata[i]); /* the order says nothing */
    hash = hash ? hash : 1;
    bool due = others->searched_us == 0 ||
               since_us >= MAX((gint64)AGAIN_US, others->cost_us * AGAIN_FACTOR);
    bool changed =
        hash != others->wanted_hash && since_us >= MAX(2 * G_USEC_PER_SEC, others->cost_us * 100);

    if (!due && !changed)
        return;
    others->wanted_hash = hash;
    others->begun_us = now_us;
    others->cost_us = 0;
    search_init(&others->running, links);

    GArray *pids = others->pids;
    DIR *dir = opendir(proc_root);
    struct dirent *entry;

    g_array_set_size(pids, 0);
    while (dir != NULL && (entry = readdir(dir)) != NULL && pids->len < PROBES_MAX_PROCESSES) {
        struct scan s = scan_of(entry->d_name, strlen(entry->d_name));
        uint64_t number;

        if (!scan_u64(&s, &number) || s.p != s.end || number > INT32_MAX)
            continue;
        pid_t pid = (pid_t)number;

        if (pid != skip && pid != getpid())
            g_array_append_val(pids, pid);
    }
    if (dir != NULL)
        closedir(dir);
}

void others_look(struct others *others, const char *proc_root, const GPtrArray *links, pid_t skip)
{
    gint64 begun_us = g_get_monotonic_time();

    if (others->running.found == NULL)
        begin(others, proc_root, links, skip);
    if (others->running.found == NULL)
        return;
    while (others->pids->len > 0 && g_get_monotonic_time() - begun_us < SLICE_US) {
        pid_t pid = g_array_index(others->pids, pid_t, others->pids->len - 1);

        g_array_set_size(others->pids, others->pids->len - 1);

        g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(int));
        int pid_dir = open_pid(proc_root, pid);
        int fd_dir = pid_dir >= 0 ? procfs_open_dir(pid_dir, "fd") : pid_dir;

        if (fd_dir == -EACCES || fd_dir == -EPERM)
            others->running.denied++;
        int64_t n = fd_dir >= 0 ? fd_list_read(fd_dir, numbers) : 0;

        others->running.denied += n == -EACCES || n == -EPERM;
        for (guint i = 0; i < MIN(numbers->len, (guint)MAX_FDS_OF_ONE); i++) {
            char digits[PROCFS_NUMBER_BYTES];

            if (procfs_read_link(fd_dir, procfs_number(g_array_index(numbers, int, i), digits),
                                 &others->text) != 0)
                continue;
            others->bytes += others->text.size;
            note(others, pid_dir, pid, others->text.data);
        }
        if (fd_dir >= 0)
            close(fd_dir);
        if (pid_dir >= 0)
            close(pid_dir);
    }
    others->cost_us += g_get_monotonic_time() - begun_us;
    if (others->pids->len == 0) {
        search_clear(&others->done);
        others->done = others->running;
        others->running = (struct search){.found = NULL};
        others->searched_us = g_get_monotonic_time();
    }
}

const GPtrArray *others_of(const struct others *others, const char *link)
{
    return others->done.found != NULL ? g_hash_table_lookup(others->done.found, link) : NULL;
}

gint64 others_searched_us(const struct others *others)
{
    return others->searched_us;
}

int64_t others_denied(const struct others *others)
{
    return others->done.denied;
}

uint64_t others_take_bytes(struct others *others)
{
    uint64_t bytes = others->bytes;

    others->bytes = 0;
    return bytes;
}
