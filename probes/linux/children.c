#include "probes/linux/children.h"

#include "probes/limits.h"
#include "probes/linux/scan.h"
#include "probes/linux/spawn_poll.h"
#include "probes/linux/spawns.h"
#include "probes/secrets.h"
#include "probes/spawn_rates.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

enum { ORPHANS_INTERVAL_US = 30 * G_USEC_PER_SEC };

void children_clear(struct children *children)
{
    spawns_stop(children->spawns);
    spawn_poll_stop(children->poll);
    spawn_rates_free(children->seen);
    g_clear_pointer(&children->orphans, g_ptr_array_unref);
}

struct task_cpu task_cpu_of(const struct procfs_stat *stat, int64_t earlier_us, gint64 elapsed_us)
{
    double ticks = (double)(stat->user_ticks + stat->system_ticks);
    struct task_cpu cpu = {.cpu_us = (int64_t)(ticks / (double)sysconf(_SC_CLK_TCK) * 1e6),
                           .percent = NAN};

    if (earlier_us != SAMPLE_UNKNOWN && elapsed_us > 0 && cpu.cpu_us >= earlier_us)
        cpu.percent = (double)(cpu.cpu_us - earlier_us) / (double)elapsed_us * 100;
    return cpu;
}

/* --- one child --- */

static const struct child_entry *find_child(const struct threads_sample *sample, pid_t pid,
                                            uint64_t start_ticks)
{
    for (size_t i = 0; sample != NULL && i < sample->n_children; i++)
        if (sample->children[i].pid == pid && sample->children[i].start_ticks == start_ticks)
            return &sample->children[i];
    return NULL;
}

static const char *without_secrets(struct threads_sample *sample, const char *command)
{
    g_autofree char *shown = secrets_hide(command);

    return sample_strdup(sample, shown);
}

/* Arguments with blanks between; a zombie has none left, only its name. */
static const char *command_text(struct threads_sample *sample, const struct procfs_text *text,
                                const char *comm)
{
    size_t n = text->size;

    while (n > 0 && text->data[n - 1] == '\0')
        n--;
    if (n == 0)
        return sample_printf(sample, "[%s]", comm);
    g_autofree char *command = g_strndup(text->data, n);

    for (size_t i = 0; i < n; i++)
        command[i] = text->data[i] != '\0' ? text->data[i] : ' ';
    return without_secrets(sample, command);
}

static bool read_child(struct linux_platform *platform, pid_t pid, struct threads_sample *sample,
                       const struct threads_sample *previous, struct child_entry *ret)
{
    struct platform_options options = {.proc_root = platform->proc_root};
    struct procfs_stat stat;
    int dir = platform_open_pid(&options, pid);

    if (dir < 0)
        return false;
    if (procfs_read(dir, "stat", &platform->text) != 0 ||
        !procfs_stat_parse(platform->text.data, platform->text.size, &stat)) {
        close(dir);
        return false;
    }
    g_autofree char *comm = g_strndup(stat.comm, stat.comm_n);
    const struct child_entry *earlier = find_child(previous, pid, stat.start_ticks);
    struct task_cpu cpu =
        task_cpu_of(&stat, earlier != NULL ? earlier->cpu_us : SAMPLE_UNKNOWN,
                    earlier != NULL ? sample->base.taken_us - previous->base.taken_us : 0);

    *ret = (struct child_entry){.pid = pid,
                                .parent = stat.parent,
                                .state = stat.state,
                                .start_ticks = stat.start_ticks,
                                .cpu_us = cpu.cpu_us,
                                .cpu_percent = cpu.percent,
                                .rss_bytes = (int64_t)stat.rss_pages * sysconf(_SC_PAGESIZE),
                                .uptime_s = platform_uptime_s(platform->proc_root,
                                                              platform_root_is_system(&options),
                                                              stat.start_ticks)};
    if (procfs_read(dir, "cmdline", &platform->text) != 0)
        platform->text.size = 0;
    platform->bytes += platform->text.size;
    ret->command = command_text(sample, &platform->text, comm);
    if (previous != NULL && earlier == NULL) { /* what was there before us was no start we saw */
        g_autofree char *command = platform->text.size > 0
                                       ? spawn_command_of(platform->text.data, platform->text.size)
                                       : g_strdup(ret->command);

        spawn_rates_add(platform->children.seen, command, g_get_monotonic_time());
    }
    close(dir);
    return true;
}

/* --- all of them --- */

static int by_pid(gconstpointer a, gconstpointer b)
{
    pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

    return x < y ? -1 : x > y;
}

/* --- clients that nobody owns --- */

static bool has_word(const char *command, const char *word)
{
    size_t n = strlen(word);

    for (const char *p = strstr(command, word); p != NULL; p = strstr(p + 1, word))
        if ((p == command || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
            return true;
    return false;
}

/* A tmux client, as sidecar starts one for each visible terminal (sidecar-facts section 1). */
static bool is_orphan(const GPtrArray *all, const struct process_entry *entry)
{
    if (!g_str_has_prefix(entry->comm, "tmux") || !has_word(entry->cmdline, "-C") ||
        (!has_word(entry->cmdline, "attach-session") && !has_word(entry->cmdline, "attach")))
        return false;
    for (guint i = 0; i < all->len; i++) {
        const struct process_entry *parent = g_ptr_array_index(all, i);

        if (parent->id.pid == entry->parent)
            return parent->id.pid == 1 || strcmp(parent->comm, "systemd") == 0;
    }
    return true;
}

static void fill_orphans(struct linux_platform *platform, struct threads_sample *sample)
{
    struct children *state = &platform->children;

    if (state->orphans_us == 0 ||
        sample->base.taken_us - state->orphans_us >= ORPHANS_INTERVAL_US) {
        struct platform_options options = {.proc_root = platform->proc_root};
        g_autoptr(GPtrArray) all = linux_list(&options, false, NULL);

        state->orphans_us = sample->base.taken_us;
        g_clear_pointer(&state->orphans, g_ptr_array_unref);
        if (all != NULL) {
            state->orphans = g_ptr_array_new_with_free_func((GDestroyNotify)process_entry_free);
            /* marked first: taking one out would hide it from the others' search for a parent */
            g_autofree bool *marked = g_new0(bool, MAX(all->len, 1));

            for (guint i = 0; i < all->len; i++)
                marked[i] = is_orphan(all, g_ptr_array_index(all, i));
            for (guint i = all->len; i-- > 0;)
                if (marked[i])
                    g_ptr_array_add(state->orphans, g_ptr_array_steal_index(all, i));
        }
    }
    size_t n = state->orphans != NULL ? state->orphans->len : 0;
    struct child_entry *orphans = sample_alloc(sample, MAX(n, 1) * sizeof *orphans);

    for (size_t i = 0; i < n; i++) {
        const struct process_entry *entry = g_ptr_array_index(state->orphans, i);

        orphans[i] = (struct child_entry){.pid = entry->id.pid,
                                          .parent = entry->parent,
                                          .command = without_secrets(sample, entry->cmdline),
                                          .state = entry->state,
                                          .start_ticks = entry->id.start_ticks,
                                          .cpu_us = SAMPLE_UNKNOWN,
                                          .cpu_percent = NAN,
                                          .uptime_s = entry->uptime_s,
                                          .rss_bytes = entry->rss_bytes};
    }
    sample->orphans = orphans;
    sample->n_orphans = n;
}

/* Looks itself from now on, for the reason why. */
static void stop_listening(struct linux_platform *platform, const char *why)
{
    struct children *state = &platform->children;

    spawns_stop(g_steal_pointer(&state->spawns));
    state->why = why;
    if (state->poll == NULL)
        state->poll = spawn_poll_start(platform->dir_fd);
}

static void fill_spawns(struct linux_platform *platform, struct threads_sample *sample)
{
    struct children *state = &platform->children;

    if (state->spawns != NULL) {
        spawns_fill(state->spawns, sample);

        /* The kernel answers at once or never; and events of other numbers than those of /proc show
         * by children that were never told of. */
        enum { PATIENCE = 2, UNTOLD = 3 };
        uint64_t told = sample->spawns_total;

        if (++state->fills >= PATIENCE && !spawns_agreed(state->spawns))
            stop_listening(
                platform, "the kernel reports no starts to this user (Linux 6.6 or CAP_NET_ADMIN)");
        else if (told == 0 && spawn_rates_total(state->seen) >= UNTOLD)
            stop_listening(platform,
                           "the kernel reports starts by other numbers than those of /proc");
    }
    if (state->spawns != NULL)
        return;
    sample->spawns_exact = false;
    sample->spawns_why = state->why;
    if (state->poll != NULL)
        spawn_poll_fill(state->poll, sample);
    else
        spawn_rates_fill(state->seen, g_get_monotonic_time(), sample);
}

static void start(struct linux_platform *platform)
{
    struct platform_options options = {.proc_root = platform->proc_root};
    struct children *state = &platform->children;
    bool system = platform_root_is_system(&options);

    state->started = true;
    state->seen = spawn_rates_new(g_get_monotonic_time());
    state->why = "this is no living process";
    if (!system)
        return;
    const char *why = spawns_why_not();

    state->spawns = why == NULL ? spawns_start(platform->id.pid) : NULL;
    if (state->spawns == NULL)
        stop_listening(platform, why != NULL ? why : "no thread could be had to listen to it");
}

void children_read(struct linux_platform *platform, struct threads_sample *sample,
                   const struct threads_sample *previous)
{
    if (!platform->children.started)
        start(platform);

    /* Children are listed by the thread that started them (CONFIG_PROC_CHILDREN). */
    g_autoptr(GArray) pids = g_array_new(FALSE, FALSE, sizeof(pid_t));
    char name[64];

    for (size_t i = 0; i < sample->n_threads && pids->len < PROBES_MAX_CHILDREN; i++) {
        g_snprintf(name, sizeof name, "task/%d/children", (int)sample->threads[i].tid);
        if (platform_read_text(platform, name) != 0)
            continue;
        struct scan s = scan_of(platform->text.data, platform->text.size);
        uint64_t pid;

        for (; scan_u64(&s, &pid) && pid <= G_MAXINT; scan_blanks(&s)) {
            pid_t number = (pid_t)pid;

            g_array_append_val(pids, number);
        }
    }
    g_array_sort(pids, by_pid);

    struct child_entry *children = sample_alloc(sample, MAX(pids->len, 1) * sizeof *children);
    size_t n = 0;

    for (guint i = 0; i < pids->len && i < PROBES_MAX_CHILDREN; i++)
        if (read_child(platform, g_array_index(pids, pid_t, i), sample, previous, &children[n])) {
            sample->n_zombies += children[n].state == 'Z';
            n++;
        }
    sample->children = children;
    sample->n_children = n;
    sample->truncated = sample->truncated || pids->len >= PROBES_MAX_CHILDREN;

    fill_orphans(platform, sample);
    fill_spawns(platform, sample);
}
