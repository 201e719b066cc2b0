#include "probes/linux/pressure.h"

#include "probes/linux/scan.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>

/* A file of the whole machine, below the procfs root; true when read into platform->text. */
static bool read_system(struct linux_platform *platform, const char *name)
{
    g_autofree char *path = g_build_filename(platform->proc_root, name, NULL);

    return procfs_read(AT_FDCWD, path, &platform->text) == 0;
}

/* --- the machine --- */

/* "some avg10=1.23 …" of PSI: percent of the last ten seconds. */
static double average_of(const struct procfs_text *text, const char *line)
{
    g_autofree char *key = g_strdup_printf("%s avg10=", line);
    const char *at = strstr(text->data, key);

    return at != NULL ? g_ascii_strtod(at + strlen(key), NULL) : NAN;
}

/* --- control groups --- */

/* Names of one version's files. */
struct cgroup_files {
    const char *mount; /* below the cgroup root */
    const char *limit, *used, *events;
    const char *cached; /* line of memory.stat: pages of files, those in shared memory included */
    const char *shared; /* and the line of these */
};

static const struct cgroup_files version2 = {
    "", "memory.max", "memory.current", "memory.events", "file ", "shmem "};
static const struct cgroup_files unified = {"unified",       "memory.max", "memory.current",
                                            "memory.events", "file ",      "shmem "};
static const struct cgroup_files version1 = {
    "memory",       "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.oom_control",
    "total_cache ", "total_shmem "};

int64_t pressure_count_after(const struct procfs_text *text, const char *word)
{
    size_t n = strlen(word);
    uint64_t value;

    for (const char *at = strstr(text->data, word); at != NULL; at = strstr(at + n, word)) {
        struct scan s = scan_of(at + n, text->size - (size_t)(at + (ptrdiff_t)n - text->data));

        if (at != text->data && at[-1] != '\n')
            continue;
        return scan_u64(&s, &value) && value <= INT64_MAX ? (int64_t)value : SAMPLE_UNKNOWN;
    }
    return SAMPLE_UNKNOWN;
}

char *pressure_cgroup_root(const struct linux_platform *platform)
{
    if (strcmp(platform->proc_root, "/proc") == 0)
        return g_strdup("/sys/fs/cgroup");
    return g_build_filename(platform->proc_root, "sys-fs-cgroup", NULL);
}

static bool read_group(struct linux_platform *platform, const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    return procfs_read(AT_FDCWD, path, &platform->text) == 0;
}

static void take_group(struct linux_platform *platform, const char *dir, const char *group,
                       const struct cgroup_files *files, struct memory_sample *sample)
{
    struct memory_pressure *pressure = &sample->pressure;
    uint64_t limit, used;

    if (!read_group(platform, dir, files->limit))
        return;
    struct scan s = scan_of(platform->text.data, platform->text.size);

    /* version 2 writes "max" for no limit, version 1 the largest multiple of a page */
    if (!scan_u64(&s, &limit) || limit >= UINT64_C(1) << 62)
        return;
    if (pressure->cgroup_limit_bytes != SAMPLE_UNKNOWN &&
        pressure->cgroup_limit_bytes <= (int64_t)limit)
        return;
    pressure->cgroup = sample_strdup(sample, group);
    pressure->cgroup_limit_bytes = (int64_t)limit;
    pressure->cgroup_used_bytes = pressure->cgroup_oom_kills = SAMPLE_UNKNOWN;
    pressure->cgroup_file_bytes = SAMPLE_UNKNOWN;
    if (read_group(platform, dir, files->used)) {
        s = scan_of(platform->text.data, platform->text.size);
        if (scan_u64(&s, &used) && used <= INT64_MAX)
            pressure->cgroup_used_bytes = (int64_t)used;
    }
    if (read_group(platform, dir, files->events))
        pressure->cgroup_oom_kills = pressure_count_after(&platform->text, "oom_kill ");
    if (read_group(platform, dir, "memory.stat")) {
        int64_t cached = pressure_count_after(&platform->text, files->cached);
        int64_t shared = pressure_count_after(&platform->text, files->shared);

        if (cached != SAMPLE_UNKNOWN)
            pressure->cgroup_file_bytes = MAX(cached - MAX(shared, 0), 0);
    }
}

/* --- how much of a core a group may have --- */

/* "100000 100000" or "max 100000" of version 2; version 1 has a file for each, -1 for none. */
static double read_quota(struct linux_platform *platform, const char *dir, bool v1)
{
    double quota, period;
    char *rest;

    if (!read_group(platform, dir, v1 ? "cpu.cfs_quota_us" : "cpu.max"))
        return NAN;
    quota = g_ascii_strtod(platform->text.data, &rest);
    if (rest == platform->text.data || quota <= 0)
        return NAN;
    if (v1 && !read_group(platform, dir, "cpu.cfs_period_us"))
        return NAN;
    period = g_ascii_strtod(v1 ? platform->text.data : rest, NULL);
    return period > 0 ? 100 * quota / period : NAN;
}

static void take_quota(struct linux_platform *platform, const char *dir, bool v1,
                       struct memory_pressure *pressure)
{
    enum { NS_PER_US = 1000 };
    double limit = read_quota(platform, dir, v1);

    if (isnan(limit) || pressure->cpu_limit_percent <= limit) /* no comparison holds of NAN */
        return;
    pressure->cpu_limit_percent = limit;
    pressure->throttled_us = SAMPLE_UNKNOWN;
    if (!read_group(platform, dir, "cpu.stat"))
        return;
    int64_t time =
        pressure_count_after(&platform->text, v1 ? "throttled_time " : "throttled_usec ");

    pressure->throttled_us = v1 && time != SAMPLE_UNKNOWN ? time / NS_PER_US : time;
}

/* The group and all above it: each of them limits. */
static void walk_up(struct linux_platform *platform, const char *group, const char *cpu_mount,
                    const struct cgroup_files *files, struct memory_sample *sample)
{
    g_autofree char *root = pressure_cgroup_root(platform);
    g_autofree char *at = g_strdup(group);

    for (;;) {
        g_autofree char *dir =
            files != NULL ? g_build_filename(root, files->mount, at, NULL) : NULL;
        g_autofree char *cpu_dir =
            cpu_mount != NULL ? g_build_filename(root, cpu_mount, at, NULL) : NULL;
        char *slash = strrchr(at, '/');

        if (dir != NULL)
            take_group(platform, dir, *at != '\0' ? at : "/", files, sample);
        if (cpu_dir != NULL)
            take_quota(platform, cpu_dir, files == NULL, &sample->pressure);
        if (slash == NULL)
            return;
        *slash = '\0';
    }
}

/* "0::/path" or "4:memory:/path". */
static void walk_line(struct linux_platform *platform, const char *line,
                      struct memory_sample *sample)
{
    g_auto(GStrv) fields = g_strsplit(line, ":", 3);

    if (g_strv_length(fields) < 3)
        return;
    g_auto(GStrv) controllers = g_strsplit(fields[1], ",", -1);

    if (*fields[1] == '\0') {
        walk_up(platform, fields[2], "", &version2, sample);
        walk_up(platform, fields[2], NULL, &unified, sample);
        return;
    }
    if (g_strv_contains((const char *const *)controllers, "memory"))
        walk_up(platform, fields[2], NULL, &version1, sample);
    if (g_strv_contains((const char *const *)controllers, "cpu"))
        walk_up(platform, fields[2], "cpu", NULL, sample);
}

void pressure_read(struct linux_platform *platform, struct memory_sample *sample)
{
    struct memory_pressure *pressure = &sample->pressure;

    *pressure = memory_pressure_unknown;
    if (read_system(platform, "meminfo")) {
        pressure->total_bytes = procfs_bytes_of(&platform->text, "MemTotal:");
        pressure->available_bytes = procfs_bytes_of(&platform->text, "MemAvailable:");
        pressure->swap_total_bytes = procfs_bytes_of(&platform->text, "SwapTotal:");
        pressure->swap_free_bytes = procfs_bytes_of(&platform->text, "SwapFree:");
    }
    if (read_system(platform, "pressure/memory")) {
        pressure->some_percent = average_of(&platform->text, "some");
        pressure->full_percent = average_of(&platform->text, "full");
    }
    if (read_system(platform, "pressure/cpu"))
        pressure->cpu_some_percent = average_of(&platform->text, "some");
    if (platform_read_text(platform, "cgroup") == 0) {
        g_auto(GStrv) lines = g_strsplit(platform->text.data, "\n", -1);

        for (size_t i = 0; lines[i] != NULL; i++)
            walk_line(platform, lines[i], sample);
    }

    /* "always [madvise] never": what is in brackets holds. The machine's, so not of a recorded
     * tree. */
    if (strcmp(platform->proc_root, "/proc") != 0 ||
        procfs_read(AT_FDCWD, "/sys/kernel/mm/transparent_hugepage/enabled", &platform->text) != 0)
        return;
    const char *open = strchr(platform->text.data, '[');
    const char *close = open != NULL ? strchr(open, ']') : NULL;

    if (close != NULL)
        pressure->huge_pages = sample_strndup(sample, open + 1, (size_t)(close - open - 1));
}
