#include "probes/linux/children.h"

#include "probes/limits.h"
#include "probes/linux/scan.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

/* Threads of the target (os-reference 4): one directory each below task/. */

/* Above so many, only the stat line of a thread is read. */
enum { DETAILED_THREADS = 512 };

static int by_number(gconstpointer a, gconstpointer b)
{
    pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

    return x < y ? -1 : x > y;
}

/* Ascending; NULL with errno set. */
static GArray *list_tids(struct linux_platform *platform)
{
    int fd = procfs_open_dir(platform->dir_fd, "task");

    if (fd < 0) {
        errno = -fd;
        return NULL;
    }
    DIR *dir = fdopendir(fd);

    if (dir == NULL) {
        close(fd);
        return NULL;
    }
    GArray *tids = g_array_new(FALSE, FALSE, sizeof(pid_t));

    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        pid_t tid = (pid_t)atoi(entry->d_name);

        if (tid > 0)
            g_array_append_val(tids, tid);
    }
    closedir(dir);
    g_array_sort(tids, by_number);
    return tids;
}

static int compare_tid(const void *key, const void *element)
{
    pid_t tid = *(const pid_t *)key, other = ((const struct thread_entry *)element)->tid;

    return tid < other ? -1 : tid > other;
}

static const struct thread_entry *find_thread(const struct threads_sample *sample, pid_t tid,
                                              uint64_t start_ticks)
{
    if (sample == NULL || sample->n_threads == 0)
        return NULL;
    const struct thread_entry *found =
        bsearch(&tid, sample->threads, sample->n_threads, sizeof *found, compare_tid);

    return found != NULL && found->start_ticks == start_ticks ? found : NULL;
}

static int read_task(struct linux_platform *platform, pid_t tid, const char *file)
{
    char name[64];

    g_snprintf(name, sizeof name, "task/%d/%s", (int)tid, file);
    return platform_read_text(platform, name);
}

static void read_details(struct linux_platform *platform, struct threads_sample *sample,
                         struct thread_entry *thread)
{
    if (read_task(platform, thread->tid, "status") == 0) {
        thread->voluntary_switches = procfs_number_of(&platform->text, "voluntary_ctxt_switches:");
        thread->involuntary_switches =
            procfs_number_of(&platform->text, "nonvoluntary_ctxt_switches:");
    }
    if (read_task(platform, thread->tid, "schedstat") == 0) {
        struct scan s = scan_of(platform->text.data, platform->text.size);
        uint64_t ran, waited;

        if (scan_u64(&s, &ran) && (scan_blanks(&s), scan_u64(&s, &waited)))
            thread->run_wait_us = (int64_t)(waited / 1000);
    }
    /* "0": it runs, or we may not know */
    if (read_task(platform, thread->tid, "wchan") == 0 && strcmp(platform->text.data, "0") != 0)
        thread->wait_channel = sample_strndup(sample, platform->text.data, platform->text.size);
}

static bool read_thread(struct linux_platform *platform, pid_t tid, struct threads_sample *sample,
                        const struct threads_sample *previous, struct thread_entry *ret)
{
    struct procfs_stat stat;

    if (read_task(platform, tid, "stat") != 0 ||
        !procfs_stat_parse(platform->text.data, platform->text.size, &stat))
        return false;
    const struct thread_entry *earlier = find_thread(previous, tid, stat.start_ticks);
    struct task_cpu cpu =
        task_cpu_of(&stat, earlier != NULL ? earlier->cpu_us : SAMPLE_UNKNOWN,
                    earlier != NULL ? sample->base.taken_us - previous->base.taken_us : 0);

    *ret = (struct thread_entry){.tid = tid,
                                 .name = sample_strndup(sample, stat.comm, stat.comm_n),
                                 .state = stat.state,
                                 .start_ticks = stat.start_ticks,
                                 .cpu_us = cpu.cpu_us,
                                 .cpu_percent = cpu.percent,
                                 .run_wait_us = SAMPLE_UNKNOWN,
                                 .wait_channel = "",
                                 .voluntary_switches = SAMPLE_UNKNOWN,
                                 .involuntary_switches = SAMPLE_UNKNOWN};
    return true;
}

void linux_read_threads(struct platform *base, void *user, const void *previous)
{
    struct threads_sample *sample = user;
    struct linux_platform *platform = linux_platform_of(base);
    struct procfs_stat stat;

    if (!platform_begin(platform, sample, &stat))
        return;
    g_autoptr(GArray) tids = list_tids(platform);

    if (tids == NULL) {
        platform_set_error(platform, sample, errno, "the list of threads");
    } else {
        sample->count = (int64_t)tids->len;
        size_t n = MIN(tids->len, (guint)PROBES_MAX_THREADS);
        struct thread_entry *threads = sample_alloc(sample, MAX(n, 1) * sizeof *threads);
        bool detailed = n <= DETAILED_THREADS;

        for (size_t i = 0; i < n; i++) {
            struct thread_entry *thread = &threads[sample->n_threads];

            if (!read_thread(platform, g_array_index(tids, pid_t, i), sample, previous, thread))
                continue;
            if (detailed)
                read_details(platform, sample, thread);
            sample->n_threads++;
        }
        sample->threads = threads;
        sample->truncated = n < tids->len;

        children_read(platform, sample, previous);
    }
    platform_end(platform, sample);
}
