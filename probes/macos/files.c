#include "probes/macos/handle.h"
#include "probes/macos/lsof.h"

#include "probes/file_groups.h"
#include "probes/limits.h"
#include "probes/paths.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char what[] = "the open files";
/* Its lock letter says that a file is locked, but neither which bytes nor by whom. */
static const char locks_why[] = "lsof does not tell whose locks they are; where there is procfs, "
                                "run without --backend commands";

struct census {
    struct files_sample *sample;
    const struct files_sample *previous;
    gint64 now_us;
    GArray *fds;       /* struct fd_entry */
    GHashTable *texts; /* paths already in the sample, to share them */
    pid_t only;        /* rows of other processes are passed over; 0: there are none */
    int64_t others;    /* rows that are no descriptors */
    bool denied, sorted, truncated;
};

/* --- one row --- */

static const char *share(struct census *c, const char *text)
{
    const char *kept = g_hash_table_lookup(c->texts, text);

    if (kept)
        return kept;
    kept = sample_strdup(c->sample, text);
    g_hash_table_add(c->texts, (gpointer)(uintptr_t)kept);
    return kept;
}

/* A file without a name left: Linux says so in the name, Darwin by the count of links alone. */
static void take_path(struct census *c, const struct lsof_file *file, struct fd_entry *entry)
{
    static const char suffix[] = " (deleted)";
    size_t n = strlen(file->name), cut = sizeof suffix - 1;

    entry->deleted = file->links == 0;
    if (entry->deleted && n > cut && strcmp(file->name + n - cut, suffix) == 0) {
        g_autofree char *live = g_strndup(file->name, n - cut);

        entry->path = share(c, live);
    } else {
        entry->path = share(c, file->name);
    }
    entry->cls = path_classify(entry->path);
}

/* Linux: "/path type=STREAM", or the type alone; Darwin: "/path" or "->0x…" */
static void take_unix(struct census *c, const struct lsof_file *file, struct fd_entry *entry)
{
    const char *type =
        g_str_has_prefix(file->name, "type=") ? file->name : strstr(file->name, " type=");
    g_autofree char *path =
        type ? g_strndup(file->name, (size_t)(type - file->name)) : g_strdup(file->name);
    g_autofree char *word = type ? g_ascii_strdown(strchr(type, '=') + 1, -1) : g_strdup("");
    bool listens = strcmp(file->state, "LISTEN") == 0;

    if (!entry->inode)
        entry->inode = g_ascii_strtoull(file->device_text, NULL, 16);
    if (path[0])
        entry->path = share(c, path);
    else
        entry->path = sample_printf(c->sample, "socket:[%" PRIu64 "]", entry->inode);
    entry->detail =
        listens ? sample_printf(c->sample, "%s%sLISTEN", word, word[0] ? " " : "") : share(c, word);
}

/* "[eventfd:12]" has the number of the object in it: the path is without. */
static void take_anonymous(struct census *c, const struct lsof_file *file, struct fd_entry *entry)
{
    const char *colon = strchr(file->name, ':');

    if (file->name[0] == '[' && colon)
        entry->path =
            sample_printf(c->sample, "anon_inode:%.*s]", (int)(colon - file->name), file->name);
    else
        entry->path = sample_printf(c->sample, "anon_inode:%s", file->name);
    entry->path = share(c, entry->path);
    entry->detail = share(c, file->name);
    entry->inode = entry->device = 0; /* one for all of them: it identifies nothing */
}

static void take_name(struct census *c, const struct lsof_file *file, struct fd_entry *entry)
{
    switch (entry->type) {
    case FD_IPV4:
    case FD_IPV6:
        /* "127.0.0.1:1->127.0.0.1:2" with its state; on Linux the device column is the inode. */
        entry->path = share(c, file->name);
        entry->detail = share(c, strcmp(file->protocol, "UDP") == 0 ? "UDP" : file->state);
        if (!entry->inode)
            entry->inode = g_ascii_strtoull(file->device_text, NULL,
                                            g_str_has_prefix(file->device_text, "0x") ? 16 : 10);
        break;
    case FD_UNIX:
        take_unix(c, file, entry);
        break;
    case FD_FIFO:
        if (file->name[0] == '/') {
            take_path(c, file, entry);
        } else if (strcmp(file->type, "PIPE") == 0) {
            entry->inode = g_ascii_strtoull(file->device_text, NULL, 16);
            entry->path = share(c, file->device_text);
            entry->detail = share(c, file->name);
        } else {
            entry->path = sample_printf(c->sample, "pipe:[%" PRIu64 "]", entry->inode);
        }
        break;
    case FD_SOCK:
        entry->path = sample_printf(c->sample, "socket:[%" PRIu64 "]", entry->inode);
        entry->detail = share(c, file->name);
        break;
    case FD_INOTIFY:
    case FD_EPOLL:
    case FD_ANON:
        if (strcmp(file->type, "a_inode") == 0) {
            take_anonymous(c, file, entry);
        } else { /* "KQUEUE", "NPOLICY", …: the name is its state and changes */
            entry->path = share(c, file->type);
            entry->detail = share(c, file->name);
        }
        break;
    default:
        take_path(c, file, entry);
        break;
    }
}

static bool take_file(const struct lsof_process *process, const struct lsof_file *file, void *user)
{
    struct census *c = user;

    if (c->only != 0 && process->pid != c->only)
        return true;
    /* "/proc/1/fd/3 (readlink: Permission denied)" for a name, NOFD in place of the list */
    c->denied =
        c->denied || (strstr(file->name, "Permission denied)") != NULL &&
                      (strcmp(file->fd, "NOFD") == 0 || strcmp(file->type, "unknown") == 0));
    if (file->number < 0) { /* cwd, rtd, txt, mem, …: not in the descriptor table */
        c->others++;
        return true;
    }
    if (c->fds->len >= PROBES_MAX_FDS) {
        c->truncated = true;
        return false;
    }
    struct fd_entry entry = {
        .fd = file->number,
        .type = lsof_fd_type(file->type, file->name),
        .path = "",
        .detail = "",
        .cls = PATH_OTHER,
        .access = file->access,
        .inode = file->inode,
        .device = file->device,
        .offset = SAMPLE_UNKNOWN,
        /* Darwin prints the kernel's own flags there, which are not those of open(2) */
        .flags = COMMANDS_ON_DARWIN ? SAMPLE_UNKNOWN : file->flags,
        .size = SAMPLE_UNKNOWN,
        .watches = SAMPLE_UNKNOWN,
        .first_seen_us = c->now_us,
    };

    if (entry.type == FD_REG)
        entry.size = file->size;
    take_name(c, file, &entry);

    if (c->fds->len && g_array_index(c->fds, struct fd_entry, c->fds->len - 1).fd >= entry.fd)
        c->sorted = false;
    g_array_append_val(c->fds, entry);
    return true;
}

/* --- since the last time --- */

static bool is_same(const struct fd_entry *a, const struct fd_entry *b)
{
    if (a->type != b->type || a->inode != b->inode || a->device != b->device)
        return false;
    return a->inode != 0 || strcmp(a->path, b->path) == 0;
}

/* Both lists are by number. */
static void compare_with_previous(struct census *c)
{
    const struct files_sample *previous = c->previous;
    struct files_sample *sample = c->sample;
    size_t at = 0;

    for (guint i = 0; i < c->fds->len; i++) {
        struct fd_entry *entry = &g_array_index(c->fds, struct fd_entry, i);

        for (; at < previous->n_fds && previous->fds[at].fd < entry->fd; at++)
            sample->closed++;
        bool found = at < previous->n_fds && previous->fds[at].fd == entry->fd;

        if (found && is_same(&previous->fds[at], entry)) {
            entry->first_seen_us = previous->fds[at].first_seen_us;
        } else {
            sample->opened++;
            sample->closed += found;
        }
        at += found;
    }
    sample->closed += previous->n_fds - at;
}

static int compare_numbers(const void *a, const void *b)
{
    int x = ((const struct fd_entry *)a)->fd, y = ((const struct fd_entry *)b)->fd;

    return x < y ? -1 : x > y;
}

/* --- the whole census --- */

static void publish(struct census *c, bool truncated)
{
    struct files_sample *sample = c->sample;
    size_t n = c->fds->len;
    struct fd_entry *fds;

    if (!c->sorted)
        g_array_sort(c->fds, compare_numbers);
    if (c->previous && c->previous->fds)
        compare_with_previous(c);
    fds = sample_alloc(sample, (n + 1) * sizeof *fds);
    if (n)
        memcpy(fds, c->fds->data, n * sizeof *fds);
    sample->fds = fds;
    sample->n_fds = n;
    sample->count = (int64_t)n;
    sample->not_descriptors = c->others;
    sample->truncated = c->truncated || truncated;
}

static void read_rows(struct census *c, lsof_walk walk, const char *text, size_t n)
{
    *c = (struct census){
        .sample = c->sample,
        .previous = c->previous,
        .only = c->only,
        .now_us = c->sample->base.taken_us,
        .fds = g_array_new(FALSE, FALSE, sizeof(struct fd_entry)),
        .texts = g_hash_table_new(g_str_hash, g_str_equal),
        .sorted = true,
    };
    walk(text, n, take_file, c);
}

static void end_rows(struct census *c)
{
    g_array_unref(c->fds);
    g_hash_table_unref(c->texts);
}

static void summarise(struct files_sample *sample, struct file_baseline *baseline)
{
    files_summarise(sample, baseline);
    sample->inotify_watches = SAMPLE_UNKNOWN; /* lsof does not see them */
    sample->locks_why = locks_why;
}

static void take_census(struct commands_platform *platform, struct census *c,
                        const struct ps_row *row)
{
    struct run_result result;

    tool_lsof(&platform->runner, platform->id.pid, NULL, &result);
    read_rows(c, lsof_parse, result.output->str, result.output->len);

    /* lsof prints no descriptor of a process it may not look into, and ends with 1 for any reason.
     */
    bool ran = result.outcome == RUN_ENDED || result.outcome == RUN_TRUNCATED;
    bool nothing = c->fds->len == 0 && (c->others == 0 || c->denied);
    g_autofree char *why = NULL;

    if (ran && (c->denied || (nothing && row->uid != 0 && result.errors->len == 0))) {
        why = commands_denied_text(row, what);
        commands_set_failed(platform, c->sample, SAMPLE_DENIED, why);
    } else if (!ran || nothing) {
        why = tool_why(TOOL_LSOF, &result, what);
        commands_set_failed(platform, c->sample, tool_status(&result), why);
    }

    if (c->sample->base.status == SAMPLE_OK) {
        publish(c, result.outcome == RUN_TRUNCATED);
        file_baseline_resume(platform->baseline, c->previous);
        summarise(c->sample, platform->baseline);
    }
    end_rows(c);
    run_result_clear(&result);
}

void commands_read_files(struct platform *base, void *user, const void *previous)
{
    struct files_sample *sample = user;
    struct commands_platform *platform = commands_platform_of(base);
    struct census census = {.sample = sample, .previous = previous};
    struct ps_row row;

    files_sample_set_unknown(sample);
    if (commands_begin(platform, sample, &row))
        take_census(platform, &census, &row);
    commands_end(platform, sample);
}

bool commands_census_of_text(struct files_sample *sample, lsof_walk walk, const char *text,
                             size_t n, pid_t only)
{
    struct census census = {.sample = sample, .only = only};
    struct file_baseline *baseline = file_baseline_new();

    files_sample_set_unknown(sample);
    read_rows(&census, walk, text, n);
    bool any = census.fds->len > 0;

    if (any) {
        for (int i = 0; i < FD_N_TYPES; i++)
            sample->by_type[i] = 0; /* counted up from here */
        for (int i = 0; i < PATH_N_CLASSES; i++)
            sample->by_class[i] = 0;
        publish(&census, false);
        summarise(sample, baseline);
    }
    end_rows(&census);
    file_baseline_free(baseline);
    return any;
}
