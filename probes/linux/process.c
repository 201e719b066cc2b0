#include "probes/linux/handle.h"

#include "probes/linux/death.h"
#include "probes/linux/scan.h"

#include <math.h>
#include <time.h>
#include <unistd.h>

/* One "Key:  number kB" line and the field it fills. */
struct key_field {
    const char *key;
    size_t offset;
    int64_t unit;
};

#define FIELD(KEY, MEMBER, UNIT)                                                                   \
    {                                                                                              \
        KEY, offsetof(struct process_sample, MEMBER), UNIT                                         \
    }

static const struct key_field status_fields[] = {
    FIELD("VmSize:", vsz_bytes, 1024),
    FIELD("VmHWM:", rss_peak_bytes, 1024),
    FIELD("VmRSS:", rss_bytes, 1024),
    FIELD("RssAnon:", rss_anon_bytes, 1024),
    FIELD("RssFile:", rss_file_bytes, 1024),
    FIELD("RssShmem:", rss_shmem_bytes, 1024),
    FIELD("VmSwap:", swap_bytes, 1024),
    FIELD("Threads:", threads, 1),
    FIELD("voluntary_ctxt_switches:", voluntary_switches, 1),
    FIELD("nonvoluntary_ctxt_switches:", involuntary_switches, 1),
};

static const struct key_field io_fields[] = {
    FIELD("read_bytes:", io_read_bytes, 1),
    FIELD("write_bytes:", io_write_bytes, 1),
};

static void fill_line(struct scan line, const struct key_field *fields, size_t n,
                      struct process_sample *sample)
{
    for (size_t i = 0; i < n; i++) {
        struct scan s = line;
        uint64_t value;
        if (!scan_prefix(&s, fields[i].key))
            continue;
        scan_blanks(&s);
        if (scan_u64(&s, &value) && value <= (uint64_t)(INT64_MAX / fields[i].unit)) {
            int64_t *field = (int64_t *)(void *)((char *)sample + fields[i].offset);
            *field = (int64_t)value * fields[i].unit;
        }
        return;
    }
}

static void fill_keys(const struct procfs_text *text, const struct key_field *fields, size_t n,
                      struct process_sample *sample)
{
    const char *p = text->data, *end = text->data + text->size;
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        const char *stop = newline ? newline : end;
        fill_line((struct scan){p, stop}, fields, n, sample);
        p = stop + 1;
    }
}

static void fill_cpu(struct linux_platform *platform, struct process_sample *sample,
                     const struct procfs_stat *stat)
{
    double hz = (double)sysconf(_SC_CLK_TCK);
    struct cpu_mark now = {
        .at_us = sample->base.taken_us,
        .own_ticks = stat->user_ticks + stat->system_ticks,
        .child_ticks = stat->child_user_ticks + stat->child_system_ticks,
    };
    const struct cpu_mark *then = &platform->cpu;
    double seconds = (double)(now.at_us - then->at_us) / 1e6;
    if (then->at_us && seconds > 0 && now.own_ticks >= then->own_ticks)
        sample->cpu_percent = (double)(now.own_ticks - then->own_ticks) / hz / seconds * 100;
    if (then->at_us && seconds > 0 && now.child_ticks >= then->child_ticks)
        sample->cpu_children_percent =
            (double)(now.child_ticks - then->child_ticks) / hz / seconds * 100;
    platform->cpu = now;
    sample->cpu_user_us = (int64_t)((double)stat->user_ticks / hz * 1e6);
    sample->cpu_system_us = (int64_t)((double)stat->system_ticks / hz * 1e6);
}

int64_t platform_uptime_s(const char *proc_root, bool system_root, uint64_t start_ticks)
{
    double now = 0;
    if (system_root) {
        struct timespec boot;
        clock_gettime(CLOCK_BOOTTIME, &boot);
        now = (double)boot.tv_sec + (double)boot.tv_nsec / 1e9;
    } else {
        g_autofree char *path = g_build_filename(proc_root, "uptime", NULL);
        g_autofree char *text = NULL;
        if (!g_file_get_contents(path, &text, NULL, NULL))
            return SAMPLE_UNKNOWN;
        now = g_ascii_strtod(text, NULL);
    }
    double age = now - (double)start_ticks / (double)sysconf(_SC_CLK_TCK);
    return age >= 0 ? (int64_t)age : SAMPLE_UNKNOWN;
}

/* statm in place of a status that lacks the memory lines. */
static void fill_statm(struct linux_platform *platform, struct process_sample *sample)
{
    uint64_t size, resident;
    int64_t page = sysconf(_SC_PAGESIZE);
    if (platform_read_kept(platform, KEPT_STATM) != 0)
        return;
    struct scan s = scan_of(platform->text.data, platform->text.size);
    if (!scan_u64(&s, &size) || !scan_char(&s, ' ') || !scan_u64(&s, &resident))
        return;
    sample->vsz_bytes = (int64_t)size * page;
    sample->rss_bytes = (int64_t)resident * page;
}

/* Returns the state after reading: the target may end in the middle. */
static enum process_state fill_alive(struct linux_platform *platform, struct process_sample *sample)
{
    struct procfs_stat stat;
    if (platform_read_kept(platform, KEPT_STATUS) != 0)
        return platform_state(platform, &stat);
    fill_keys(&platform->text, status_fields, G_N_ELEMENTS(status_fields), sample);
    if (sample->rss_bytes == SAMPLE_UNKNOWN)
        fill_statm(platform, sample);
    if (platform_read_kept(platform, KEPT_IO) == 0)
        fill_keys(&platform->text, io_fields, G_N_ELEMENTS(io_fields), sample);

    if (platform_read_kept(platform, KEPT_LIMITS) == 0)
        procfs_limit_parse(&platform->text, "Max open files", &sample->fd_soft_limit,
                           &sample->fd_hard_limit);

    sample->fd_count = platform_fd_count(platform->dir_fd, platform->real_proc);
    if (sample->fd_count == SAMPLE_UNKNOWN)
        sample->fd_count = platform_count_fd_entries(platform->dir_fd);
    return PROCESS_ALIVE;
}

void linux_read_process(struct platform *base, void *user, const void *previous)
{
    struct process_sample *sample = user;
    struct linux_platform *platform = linux_platform_of(base);
    struct procfs_stat stat = {0};
    (void)previous;
    process_sample_set_unknown(sample);
    sample->base.taken_us = g_get_monotonic_time();
    sample->base.real_us = g_get_real_time();
    platform->bytes = 0;
    sample->state = platform_state(platform, &stat);
    if (sample->state == PROCESS_ALIVE || sample->state == PROCESS_ZOMBIE) {
        struct platform_options options = {.proc_root = platform->proc_root};
        sample->state_letter = stat.state;
        sample->threads = (int64_t)stat.threads;
        sample->minor_faults = (int64_t)stat.minor_faults;
        sample->major_faults = (int64_t)stat.major_faults;
        sample->uptime_s = platform_uptime_s(platform->proc_root, platform_root_is_system(&options),
                                             stat.start_ticks);
        fill_cpu(platform, sample, &stat);
    }
    if (sample->state == PROCESS_ALIVE)
        sample->state = fill_alive(platform, sample);
    if (sample->state == PROCESS_ALIVE) {
        death_expect(platform);
    } else {
        death_read(platform, sample);
        sample_set_gone(sample, (int)platform->id.pid, sample->state);
    }
    platform_end(platform, sample);
}
