#include "app/session/metrics.h"

#include <math.h>
#include <string.h>

#define MIB (1024.0 * 1024)

double metric_value(int64_t value)
{
    return value == SAMPLE_UNKNOWN ? NAN : (double)value;
}

/* --- reading --- */

/* A member that may be SAMPLE_UNKNOWN. */
#define MEMBER(name, of, member)                                                                   \
    static double name(const struct sample *sample)                                                \
    {                                                                                              \
        return metric_value(((const struct of *)sample)->member);                                  \
    }
/* A member that may be NAN. */
#define NUMBER(name, of, member)                                                                   \
    static double name(const struct sample *sample)                                                \
    {                                                                                              \
        return ((const struct of *)sample)->member;                                                \
    }
/* Of a census that was cut short only the whole is known. */
#define CENSUS(name, member)                                                                       \
    static double name(const struct sample *sample)                                                \
    {                                                                                              \
        const struct files_sample *files = (const struct files_sample *)sample;                    \
                                                                                                   \
        return files->truncated ? NAN : metric_value(files->member);                               \
    }
/* Of the runtime's own counters. */
#define COUNTER(name, member)                                                                      \
    static double name(const struct sample *sample)                                                \
    {                                                                                              \
        return (double)((const struct heap_sample *)sample)->memstats->member;                     \
    }

MEMBER(read_process_rss_bytes, process_sample, rss_bytes)
MEMBER(read_process_fd_count, process_sample, fd_count)
MEMBER(read_files_count, files_sample, count)
MEMBER(read_goroutines_count, goroutines_sample, count)
COUNTER(read_memstats_heap_alloc, heap_alloc)
COUNTER(read_memstats_heap_inuse, heap_inuse)
COUNTER(read_memstats_heap_released, heap_released)
MEMBER(read_memory_total_count, memory_sample, total.count)
MEMBER(read_process_threads, process_sample, threads)
MEMBER(read_process_swap_bytes, process_sample, swap_bytes)
MEMBER(read_memory_swap_bytes, memory_sample, swap_bytes)
MEMBER(read_memory_pss_bytes, memory_sample, pss_bytes)
NUMBER(read_process_cpu_percent, process_sample, cpu_percent)
CENSUS(read_fd_inotify, by_type[FD_INOTIFY])
CENSUS(read_inotify_watches, inotify_watches)
MEMBER(read_process_rss_anon_bytes, process_sample, rss_anon_bytes)
MEMBER(read_process_vsz_bytes, process_sample, vsz_bytes)
MEMBER(read_process_footprint_bytes, process_sample, footprint_bytes)
MEMBER(read_memory_footprint_bytes, memory_sample, footprint_bytes)
MEMBER(read_memory_lazyfree_bytes, memory_sample, lazyfree_bytes)
NUMBER(read_process_cpu_children_percent, process_sample, cpu_children_percent)
MEMBER(read_process_major_faults, process_sample, major_faults)
MEMBER(read_process_io_read_bytes, process_sample, io_read_bytes)
MEMBER(read_process_io_write_bytes, process_sample, io_write_bytes)
MEMBER(read_process_fd_soft_limit, process_sample, fd_soft_limit)
CENSUS(read_fd_reg, by_type[FD_REG])
CENSUS(read_fd_dir, by_type[FD_DIR])
CENSUS(read_fd_fifo, by_type[FD_FIFO])
CENSUS(read_path_claude, by_class[PATH_CLAUDE])
CENSUS(read_path_codex, by_class[PATH_CODEX])
CENSUS(read_path_database, by_class[PATH_DATABASE])
COUNTER(read_memstats_heap_idle, heap_idle)
COUNTER(read_memstats_heap_sys, heap_sys)
COUNTER(read_memstats_heap_objects, heap_objects)
COUNTER(read_memstats_stack_inuse, stack_inuse)
COUNTER(read_memstats_sys, sys)
COUNTER(read_memstats_total_alloc, total_alloc)
COUNTER(read_memstats_num_gc, num_gc)
NUMBER(read_memory_pressure_some_percent, memory_sample, pressure.some_percent)
MEMBER(read_memory_pressure_available_bytes, memory_sample, pressure.available_bytes)
MEMBER(read_memory_pressure_cgroup_used_bytes, memory_sample, pressure.cgroup_used_bytes)

static double cpu_seconds(const struct sample *sample)
{
    const struct process_sample *process = (const struct process_sample *)sample;

    if (process->cpu_user_us == SAMPLE_UNKNOWN || process->cpu_system_us == SAMPLE_UNKNOWN)
        return NAN;
    return (double)(process->cpu_user_us + process->cpu_system_us) / G_USEC_PER_SEC;
}

static double sockets(const struct sample *sample)
{
    static const enum fd_type types[] = {FD_IPV4, FD_IPV6, FD_UNIX, FD_SOCK};
    const struct files_sample *files = (const struct files_sample *)sample;
    double sum = files->truncated ? NAN : 0;

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        sum += metric_value(files->by_type[types[i]]);
    return sum;
}

/* NAN when it is no heap profile. */
static double inuse_space(const struct profile *profile)
{
    int index = profile_sample_index(profile, "inuse_space");
    double sum = 0;

    if (index < 0)
        return NAN;
    for (size_t i = 0; i < profile->n_samples; i++)
        sum += (double)profile->values[i * profile->n_sample_types + (size_t)index];
    return sum;
}

int64_t metric_profile_noise_bytes(const struct profile *profile)
{
    enum { SAMPLES = 4, LEAST = 1024 * 1024 };
    bool by_bytes = g_strcmp0(profile->period_type.unit, "bytes") == 0;
    int64_t period = by_bytes ? CLAMP(profile->period, 0, INT64_MAX / SAMPLES) : 0;

    return MAX(SAMPLES * period, (int64_t)LEAST);
}

bool metric_profile_tells(const struct heap_sample *heap)
{
    /* below, an ordinary profile may have a handful of samples; garbage makes HeapAlloc several
     * times what is alive, but not eight times */
    enum { FEW_SAMPLES = 4, PART = 8 };
    static const double large = 8 * MIB;

    if (heap->profile == NULL || heap->memstats == NULL)
        return heap->profile != NULL;
    double alloc = (double)heap->memstats->heap_alloc, period = (double)heap->profile->period;
    bool by_bytes = g_strcmp0(heap->profile->period_type.unit, "bytes") == 0;

    return alloc < large || ((!by_bytes || (period > 0 && period * FEW_SAMPLES <= alloc)) &&
                             inuse_space(heap->profile) * PART >= alloc);
}

/* What the last collection left alive, as sampled. */
static double live_bytes(const struct sample *sample)
{
    const struct heap_sample *heap = (const struct heap_sample *)sample;

    return metric_profile_tells(heap) ? inuse_space(heap->profile) : NAN;
}

/* Without a collector there is no goal. */
static double next_gc(const struct sample *sample)
{
    uint64_t goal = ((const struct heap_sample *)sample)->memstats->next_gc;

    return goal != UINT64_MAX ? (double)goal : NAN;
}

static double gc_percent(const struct sample *sample)
{
    return ((const struct heap_sample *)sample)->memstats->gc_cpu_fraction * 100;
}

static double children(const struct sample *sample)
{
    const struct threads_sample *threads = (const struct threads_sample *)sample;

    return (double)(threads->n_children - threads->n_zombies);
}

static double zombies(const struct sample *sample)
{
    return (double)((const struct threads_sample *)sample)->n_zombies;
}

static double run_wait(const struct sample *sample)
{
    const struct threads_sample *threads = (const struct threads_sample *)sample;
    double sum = threads->n_threads > 0 ? 0 : NAN;

    for (size_t i = 0; i < threads->n_threads; i++)
        sum += metric_value(threads->threads[i].run_wait_us) / G_USEC_PER_SEC;
    return sum;
}

static double yields(const struct sample *sample)
{
    const struct threads_sample *threads = (const struct threads_sample *)sample;
    double sum = threads->n_threads > 0 ? 0 : NAN;

    for (size_t i = 0; i < threads->n_threads; i++)
        sum += metric_value(threads->threads[i].voluntary_switches);
    return sum;
}

static double preemptions(const struct sample *sample)
{
    const struct threads_sample *threads = (const struct threads_sample *)sample;
    double sum = threads->n_threads > 0 ? 0 : NAN;

    for (size_t i = 0; i < threads->n_threads; i++)
        sum += metric_value(threads->threads[i].involuntary_switches);
    return sum;
}

/* NAN as soon as of one of them it is not known. */
static double children_rss(const struct sample *sample)
{
    const struct threads_sample *threads = (const struct threads_sample *)sample;
    double sum = 0;

    for (size_t i = 0; i < threads->n_children; i++)
        sum += metric_value(threads->children[i].rss_bytes);
    return sum;
}

static double throttled(const struct sample *sample)
{
    int64_t us = ((const struct memory_sample *)sample)->pressure.throttled_us;

    return metric_value(us) / G_USEC_PER_SEC;
}

static double spawns(const struct sample *sample)
{
    const struct threads_sample *threads = (const struct threads_sample *)sample;

    return samples_starts_per_minute(threads, threads->spawns_last_minute);
}

/* --- the table --- */

#define NO_READING                                                                                 \
    {                                                                                              \
        .kind = PROBE_N_KINDS                                                                      \
    }

static const struct metric_info metrics[METRIC_N] = {
    [METRIC_RSS] = {.id = "rss",
                    .name = "RSS",
                    .words = "RSS",
                    .help = "resident memory of the process",
                    .unit = METRIC_BYTES,
                    .uses = METRIC_USE_TREND | METRIC_USE_REPORT,
                    .noise = 2 * MIB,
                    .noise_share = 0.01,
                    .readings = {{PROBE_PROCESS, METRIC_EACH_SAMPLE, read_process_rss_bytes},
                                 NO_READING}},
    [METRIC_FDS] = {.id = "fds",
                    .name = "descriptors",
                    .words = "descriptors",
                    .help = "open file descriptors",
                    .unit = METRIC_COUNT,
                    .uses = METRIC_USE_TREND | METRIC_USE_REPORT,
                    .noise = 2,
                    .noise_share = 0,
                    .readings = {{PROBE_PROCESS, METRIC_EACH_SAMPLE, read_process_fd_count},
                                 {PROBE_FILES, METRIC_EACH_SAMPLE, read_files_count}}},
    [METRIC_GOROUTINES] = {.id = "goroutines",
                           .name = "goroutines",
                           .words = "goroutines",
                           .help = "goroutines",
                           .unit = METRIC_COUNT,
                           .uses = METRIC_USE_TREND | METRIC_USE_REPORT,
                           .noise = 3,
                           .noise_share = 0,
                           .readings = {{PROBE_GOROUTINES, METRIC_EACH_SAMPLE,
                                         read_goroutines_count},
                                        NO_READING}},
    [METRIC_HEAP_ALLOC] = {.id = "heap_alloc",
                           .name = "HeapAlloc",
                           .words = "heap allocated",
                           .help = "heap reachable or not yet swept (MemStats HeapAlloc)",
                           .unit = METRIC_BYTES,
                           .uses = METRIC_USE_ANY | METRIC_USE_REPORT,
                           .noise = 4 * MIB,
                           .noise_share = 0.10,
                           .readings = {{PROBE_HEAP, METRIC_NEW_MEMSTATS, read_memstats_heap_alloc},
                                        NO_READING}},
    [METRIC_HEAP_LIVE] = {.id = "heap_live",
                          .name = "live heap",
                          .words = "heap profile",
                          .help = "heap alive after the last collection (inuse_space)",
                          .unit = METRIC_BYTES,
                          .uses = METRIC_USE_TREND | METRIC_USE_REPORT,
                          .noise = MIB,
                          .noise_share = 0.03,
                          .readings = {{PROBE_HEAP, METRIC_NEW_COLLECTION, live_bytes},
                                       NO_READING}},
    [METRIC_HEAP_INUSE] = {.id = "heap_inuse",
                           .name = "HeapInuse",
                           .words = "heap in use",
                           .help = "heap spans in use (MemStats HeapInuse)",
                           .unit = METRIC_BYTES,
                           .noise = 4 * MIB,
                           .noise_share = 0.05,
                           .readings = {{PROBE_HEAP, METRIC_NEW_MEMSTATS, read_memstats_heap_inuse},
                                        NO_READING}},
    [METRIC_HEAP_RELEASED] = {.id = "heap_released",
                              .name = "HeapReleased",
                              .words = "heap released",
                              .help = "heap given back to the system (MemStats HeapReleased)",
                              .unit = METRIC_BYTES,
                              .noise = 4 * MIB,
                              .noise_share = 0.05,
                              .readings = {{PROBE_HEAP, METRIC_NEW_MEMSTATS,
                                            read_memstats_heap_released},
                                           NO_READING}},
    [METRIC_REGIONS] = {.id = "regions",
                        .name = "regions",
                        .words = "regions",
                        .help = "mappings of the process",
                        .unit = METRIC_COUNT,
                        .uses = METRIC_USE_TREND | METRIC_USE_REPORT,
                        .noise = 16,
                        .noise_share = 0.01,
                        .readings = {{PROBE_MEMORY, METRIC_NEW_WALK, read_memory_total_count},
                                     NO_READING}},
    [METRIC_THREADS] = {.id = "threads",
                        .name = "threads",
                        .words = "threads",
                        .help = "threads of the process",
                        .unit = METRIC_COUNT,
                        .uses = METRIC_USE_ANY | METRIC_USE_REPORT,
                        .noise = 2,
                        .noise_share = 0,
                        .readings = {{PROBE_PROCESS, METRIC_EACH_SAMPLE, read_process_threads},
                                     NO_READING}},
    [METRIC_SWAP] = {.id = "swap",
                     .name = "swap",
                     .words = "swapped out",
                     .help = "memory of the process that is swapped out",
                     .unit = METRIC_BYTES,
                     .uses = METRIC_USE_TREND | METRIC_USE_REPORT,
                     .noise = MIB,
                     .noise_share = 0.01,
                     .readings = {{PROBE_PROCESS, METRIC_EACH_SAMPLE, read_process_swap_bytes},
                                  {PROBE_MEMORY, METRIC_NEW_WALK, read_memory_swap_bytes}}},
    [METRIC_PSS] = {.id = "pss",
                    .name = "PSS",
                    .words = "PSS",
                    .help = "resident memory, shared pages divided by their users",
                    .unit = METRIC_BYTES,
                    .noise = 2 * MIB,
                    .noise_share = 0.01,
                    .readings = {{PROBE_MEMORY, METRIC_EACH_SAMPLE, read_memory_pss_bytes},
                                 NO_READING}},
    [METRIC_CPU] = {.id = "cpu",
                    .name = "CPU",
                    .words = "CPU",
                    .help = "CPU time used, of one core",
                    .unit = METRIC_PERCENT,
                    .uses = METRIC_USE_TREND | METRIC_USE_REPORT,
                    .noise = 10,
                    .noise_share = 0,
                    .readings = {{PROBE_PROCESS, METRIC_EACH_SAMPLE, read_process_cpu_percent},
                                 NO_READING}},
    [METRIC_ALLOC_RATE] = {.id = "alloc_rate",
                           .name = "allocation rate",
                           .words = "allocation rate",
                           .help = "bytes allocated on the heap a second",
                           .unit = METRIC_BYTES_PER_SECOND,
                           .uses = METRIC_USE_REPORT,
                           .noise = MIB,
                           .noise_share = 0.25,
                           .readings = {NO_READING, NO_READING}},
    [METRIC_INOTIFY] = {.id = "inotify",
                        .name = "inotify",
                        .words = "inotify",
                        .help = "inotify descriptors",
                        .unit = METRIC_COUNT,
                        .noise = 0.5,
                        .noise_share = 0,
                        .readings = {{PROBE_FILES, METRIC_EACH_SAMPLE, read_fd_inotify},
                                     NO_READING}},
    [METRIC_WATCHES] = {.id = "watches",
                        .name = "watches",
                        .words = "watches",
                        .help = "inotify watches on all descriptors",
                        .unit = METRIC_COUNT,
                        .uses = METRIC_USE_ANY,
                        .noise = 8,
                        .noise_share = 0.05,
                        .readings = {{PROBE_FILES, METRIC_EACH_SAMPLE, read_inotify_watches},
                                     NO_READING}},
    [METRIC_RSS_ANON] = {.id = "rss_anon",
                         .name = "anonymous RSS",
                         .words = "anonymous RSS",
                         .help = "resident memory without a file behind it",
                         .unit = METRIC_BYTES,
                         .uses = METRIC_USE_ANY,
                         .noise = 2 * MIB,
                         .noise_share = 0.01,
                         .readings = {{PROBE_PROCESS, METRIC_EACH_SAMPLE,
                                       read_process_rss_anon_bytes},
                                      NO_READING}},
    [METRIC_VSZ] = {.id = "vsz",
                    .name = "VSZ",
                    .words = "VSZ",
                    .help = "address space of the process",
                    .unit = METRIC_BYTES,
                    .noise = 64 * MIB,
                    .noise_share = 0.01,
                    .readings = {{PROBE_PROCESS, METRIC_EACH_SAMPLE, read_process_vsz_bytes},
                                 NO_READING}},
    [METRIC_FOOTPRINT] =
        {.id = "footprint",
         .name = "footprint",
         .words = "footprint",
         .help = "physical footprint (macOS)",
         .unit = METRIC_BYTES,
         .noise = 2 * MIB,
         .noise_share = 0.01,
         .readings = {{PROBE_PROCESS, METRIC_EACH_SAMPLE, read_process_footprint_bytes},
                      {PROBE_MEMORY, METRIC_NEW_WALK, read_memory_footprint_bytes}}},
    [METRIC_LAZYFREE] = {.id = "lazyfree",
                         .name = "lazily freed",
                         .words = "lazily freed",
                         .help = "resident memory that the system may take back (MADV_FREE)",
                         .unit = METRIC_BYTES,
                         .noise = 2 * MIB,
                         .noise_share = 0.01,
                         .readings = {{PROBE_MEMORY, METRIC_EACH_SAMPLE,
                                       read_memory_lazyfree_bytes},
                                      NO_READING}},
    [METRIC_CPU_CHILDREN] = {.id = "cpu_children",
                             .name = "CPU of children",
                             .words = "CPU of children",
                             .help = "CPU time used by ended children, of one core",
                             .unit = METRIC_PERCENT,
                             .noise = 10,
                             .noise_share = 0,
                             .readings = {{PROBE_PROCESS, METRIC_EACH_SAMPLE,
                                           read_process_cpu_children_percent},
                                          NO_READING}},
    [METRIC_CPU_TIME] = {.id = "cpu_time",
                         .name = "CPU time",
                         .words = "CPU time",
                         .help = "CPU time used since the process began",
                         .unit = METRIC_SECONDS,
                         .counts_up = true,
                         .noise = 1,
                         .noise_share = 0,
                         .readings = {{PROBE_PROCESS, METRIC_EACH_SAMPLE, cpu_seconds},
                                      NO_READING}},
    [METRIC_MAJOR_FAULTS] = {.id = "major_faults",
                             .name = "major faults",
                             .words = "major faults",
                             .help = "page faults that read from storage, since the process began",
                             .unit = METRIC_COUNT,
                             .counts_up = true,
                             .noise = 16,
                             .noise_share = 0,
                             .readings = {{PROBE_PROCESS, METRIC_EACH_SAMPLE,
                                           read_process_major_faults},
                                          NO_READING}},
    [METRIC_IO_READ] = {.id = "io_read",
                        .name = "read",
                        .words = "read",
                        .help = "bytes read from storage since the process began",
                        .unit = METRIC_BYTES,
                        .counts_up = true,
                        .noise = MIB,
                        .noise_share = 0,
                        .readings = {{PROBE_PROCESS, METRIC_EACH_SAMPLE,
                                      read_process_io_read_bytes},
                                     NO_READING}},
    [METRIC_IO_WRITE] = {.id = "io_write",
                         .name = "written",
                         .words = "written",
                         .help = "bytes written to storage since the process began",
                         .unit = METRIC_BYTES,
                         .counts_up = true,
                         .noise = MIB,
                         .noise_share = 0,
                         .readings = {{PROBE_PROCESS, METRIC_EACH_SAMPLE,
                                       read_process_io_write_bytes},
                                      NO_READING}},
    [METRIC_FD_LIMIT] = {.id = "fd_limit",
                         .name = "descriptor limit",
                         .words = "descriptor limit",
                         .help = "soft limit of open descriptors",
                         .unit = METRIC_COUNT,
                         .noise = 0,
                         .noise_share = 0,
                         .readings = {{PROBE_PROCESS, METRIC_EACH_SAMPLE,
                                       read_process_fd_soft_limit},
                                      NO_READING}},
    [METRIC_FDS_FILES] = {.id = "fds_files",
                          .name = "regular files",
                          .words = "regular files",
                          .help = "descriptors of regular files",
                          .unit = METRIC_COUNT,
                          .noise = 2,
                          .noise_share = 0,
                          .readings = {{PROBE_FILES, METRIC_EACH_SAMPLE, read_fd_reg}, NO_READING}},
    [METRIC_FDS_DIRS] = {.id = "fds_dirs",
                         .name = "directories",
                         .words = "directories",
                         .help = "descriptors of directories",
                         .unit = METRIC_COUNT,
                         .noise = 2,
                         .noise_share = 0,
                         .readings = {{PROBE_FILES, METRIC_EACH_SAMPLE, read_fd_dir}, NO_READING}},
    [METRIC_FDS_PIPES] = {.id = "fds_pipes",
                          .name = "pipes",
                          .words = "pipes",
                          .help = "descriptors of pipes",
                          .unit = METRIC_COUNT,
                          .noise = 4,
                          .noise_share = 0,
                          .readings = {{PROBE_FILES, METRIC_EACH_SAMPLE, read_fd_fifo},
                                       NO_READING}},
    [METRIC_FDS_SOCKETS] = {.id = "fds_sockets",
                            .name = "sockets",
                            .words = "sockets",
                            .help = "descriptors of sockets of all kinds",
                            .unit = METRIC_COUNT,
                            .noise = 4,
                            .noise_share = 0,
                            .readings = {{PROBE_FILES, METRIC_EACH_SAMPLE, sockets}, NO_READING}},
    [METRIC_FDS_CLAUDE] = {.id = "fds_claude",
                           .name = "claude sessions",
                           .words = "claude sessions",
                           .help = "descriptors of files below .claude/projects",
                           .unit = METRIC_COUNT,
                           .noise = 1,
                           .noise_share = 0,
                           .readings = {{PROBE_FILES, METRIC_EACH_SAMPLE, read_path_claude},
                                        NO_READING}},
    [METRIC_FDS_CODEX] = {.id = "fds_codex",
                          .name = "codex sessions",
                          .words = "codex sessions",
                          .help = "descriptors of files below .codex/sessions",
                          .unit = METRIC_COUNT,
                          .noise = 1,
                          .noise_share = 0,
                          .readings = {{PROBE_FILES, METRIC_EACH_SAMPLE, read_path_codex},
                                       NO_READING}},
    [METRIC_FDS_DATABASES] = {.id = "fds_databases",
                              .name = "databases",
                              .words = "databases",
                              .help = "descriptors of database files",
                              .unit = METRIC_COUNT,
                              .noise = 2,
                              .noise_share = 0,
                              .readings = {{PROBE_FILES, METRIC_EACH_SAMPLE, read_path_database},
                                           NO_READING}},
    [METRIC_HEAP_IDLE] = {.id = "heap_idle",
                          .name = "HeapIdle",
                          .words = "HeapIdle",
                          .help = "heap spans without objects (MemStats HeapIdle)",
                          .unit = METRIC_BYTES,
                          .noise = 4 * MIB,
                          .noise_share = 0.05,
                          .readings = {{PROBE_HEAP, METRIC_NEW_MEMSTATS, read_memstats_heap_idle},
                                       NO_READING}},
    [METRIC_HEAP_SYS] = {.id = "heap_sys",
                         .name = "HeapSys",
                         .words = "HeapSys",
                         .help = "heap address space got from the system (MemStats HeapSys)",
                         .unit = METRIC_BYTES,
                         .noise = 4 * MIB,
                         .noise_share = 0.05,
                         .readings = {{PROBE_HEAP, METRIC_NEW_MEMSTATS, read_memstats_heap_sys},
                                      NO_READING}},
    [METRIC_HEAP_OBJECTS] = {.id = "heap_objects",
                             .name = "heap objects",
                             .words = "heap objects",
                             .help = "objects on the heap (MemStats HeapObjects)",
                             .unit = METRIC_COUNT,
                             .noise = 1000,
                             .noise_share = 0.10,
                             .readings = {{PROBE_HEAP, METRIC_NEW_MEMSTATS,
                                           read_memstats_heap_objects},
                                          NO_READING}},
    [METRIC_NEXT_GC] = {.id = "next_gc",
                        .name = "next GC",
                        .words = "next GC",
                        .help = "heap size at which the next collection begins (MemStats NextGC)",
                        .unit = METRIC_BYTES,
                        .uses = METRIC_USE_ANY,
                        .noise = 4 * MIB,
                        .noise_share = 0.05,
                        .readings = {{PROBE_HEAP, METRIC_NEW_MEMSTATS, next_gc}, NO_READING}},
    [METRIC_STACK_INUSE] = {.id = "stack_inuse",
                            .name = "stacks",
                            .words = "stacks",
                            .help = "stacks of goroutines (MemStats StackInuse)",
                            .unit = METRIC_BYTES,
                            .uses = METRIC_USE_ANY,
                            .noise = MIB,
                            .noise_share = 0.05,
                            .readings = {{PROBE_HEAP, METRIC_NEW_MEMSTATS,
                                          read_memstats_stack_inuse},
                                         NO_READING}},
    [METRIC_SYS] = {.id = "sys",
                    .name = "Sys",
                    .words = "Sys",
                    .help = "all memory the Go runtime got from the system (MemStats Sys)",
                    .unit = METRIC_BYTES,
                    .noise = 4 * MIB,
                    .noise_share = 0.05,
                    .readings = {{PROBE_HEAP, METRIC_NEW_MEMSTATS, read_memstats_sys}, NO_READING}},
    [METRIC_ALLOCATED] =
        {.id = "allocated",
         .name = "allocated",
         .words = "allocated",
         .help = "bytes allocated on the heap since the process began (MemStats TotalAlloc)",
         .unit = METRIC_BYTES,
         .counts_up = true,
         .noise = MIB,
         .noise_share = 0,
         .readings = {{PROBE_HEAP, METRIC_NEW_MEMSTATS, read_memstats_total_alloc}, NO_READING}},
    [METRIC_COLLECTIONS] = {.id = "collections",
                            .name = "collections",
                            .words = "collections",
                            .help = "garbage collections since the process began (MemStats NumGC)",
                            .unit = METRIC_COUNT,
                            .counts_up = true,
                            .uses = METRIC_USE_ANY,
                            .noise = 1,
                            .noise_share = 0,
                            .readings = {{PROBE_HEAP, METRIC_NEW_MEMSTATS, read_memstats_num_gc},
                                         NO_READING}},
    [METRIC_GC_CPU] = {.id = "gc_cpu",
                       .name = "CPU of the GC",
                       .words = "CPU of the GC",
                       .help = "share of CPU that collections used since the process began",
                       .unit = METRIC_PERCENT,
                       .noise = 1,
                       .noise_share = 0,
                       .readings = {{PROBE_HEAP, METRIC_NEW_MEMSTATS, gc_percent}, NO_READING}},
    [METRIC_CHILDREN] = {.id = "children",
                         .name = "children",
                         .words = "children",
                         .help = "child processes alive",
                         .unit = METRIC_COUNT,
                         .noise = 3,
                         .noise_share = 0,
                         .readings = {{PROBE_THREADS, METRIC_EACH_SAMPLE, children}, NO_READING}},
    [METRIC_ZOMBIES] = {.id = "zombies",
                        .name = "zombies",
                        .words = "zombies",
                        .help = "child processes that ended and were not collected",
                        .unit = METRIC_COUNT,
                        .noise = 1,
                        .noise_share = 0,
                        .readings = {{PROBE_THREADS, METRIC_EACH_SAMPLE, zombies}, NO_READING}},
    [METRIC_SPAWNS] = {.id = "spawns",
                       .name = "spawns",
                       .words = "spawns",
                       .help = "processes started in the last minute",
                       .unit = METRIC_PER_MINUTE,
                       .noise = 10,
                       .noise_share = 0.10,
                       .readings = {{PROBE_THREADS, METRIC_EACH_SAMPLE, spawns}, NO_READING}},
    [METRIC_MEMORY_STALL] = {.id = "memory_stall",
                             .name = "memory stall",
                             .words = "memory stall",
                             .help = "share of the last 10 s in which some task waited for memory",
                             .unit = METRIC_PERCENT,
                             .noise = 5,
                             .noise_share = 0,
                             .readings = {{PROBE_MEMORY, METRIC_EACH_SAMPLE,
                                           read_memory_pressure_some_percent},
                                          NO_READING}},
    [METRIC_MEMORY_AVAILABLE] = {.id = "memory_available",
                                 .name = "available memory",
                                 .words = "available memory",
                                 .help = "memory of the machine that is available",
                                 .unit = METRIC_BYTES,
                                 .noise = 64 * MIB,
                                 .noise_share = 0.02,
                                 .readings = {{PROBE_MEMORY, METRIC_EACH_SAMPLE,
                                               read_memory_pressure_available_bytes},
                                              NO_READING}},
    [METRIC_CGROUP_USED] = {.id = "cgroup_used",
                            .name = "memory of the cgroup",
                            .words = "memory of the cgroup",
                            .help = "memory used by the group with the tightest limit",
                            .unit = METRIC_BYTES,
                            .noise = 16 * MIB,
                            .noise_share = 0.02,
                            .readings = {{PROBE_MEMORY, METRIC_EACH_SAMPLE,
                                          read_memory_pressure_cgroup_used_bytes},
                                         NO_READING}},
    [METRIC_FDS_OPENED] =
        {.id = "fds_opened",
         .name = "opened",
         .words = "descriptors opened",
         .help = "descriptors opened since the watch began, as far as a census saw them",
         .unit = METRIC_COUNT,
         .counts_up = true,
         .noise = 2,
         .readings = {NO_READING, NO_READING}},
    [METRIC_PROJECT_SWITCHES] = {.id = "project_switches",
                                 .name = "project switches",
                                 .words = "project switches",
                                 .help =
                                     "other projects that a sidecar opened since the watch began",
                                 .unit = METRIC_COUNT,
                                 .counts_up = true,
                                 .readings = {NO_READING, NO_READING}},
    [METRIC_RUN_WAIT] = {.id = "run_wait",
                         .name = "run wait",
                         .words = "waiting for a core",
                         .help = "time its threads were ready to run and waited for a core",
                         .unit = METRIC_SECONDS,
                         .noise = 0.5,
                         .readings = {{PROBE_THREADS, METRIC_EACH_SAMPLE, run_wait}, NO_READING}},
    [METRIC_CHILDREN_RSS] = {.id = "children_rss",
                             .name = "RSS of children",
                             .words = "RSS of children",
                             .help = "resident memory of its child processes together",
                             .unit = METRIC_BYTES,
                             .uses = METRIC_USE_ANY,
                             .noise = 4 * MIB,
                             .noise_share = 0.02,
                             .readings = {{PROBE_THREADS, METRIC_EACH_SAMPLE, children_rss},
                                          NO_READING}},
    [METRIC_THROTTLED] = {.id = "throttled",
                          .name = "throttled",
                          .words = "throttled",
                          .help = "time a CPU limit of its control group kept it from running",
                          .unit = METRIC_SECONDS,
                          .noise = 0.5,
                          .readings = {{PROBE_MEMORY, METRIC_EACH_SAMPLE, throttled}, NO_READING}},
    [METRIC_YIELDS] = {.id = "yields",
                       .name = "yields",
                       .words = "core given up",
                       .help = "times its threads gave their core up, to wait for something",
                       .unit = METRIC_COUNT,
                       .noise = 100,
                       .readings = {{PROBE_THREADS, METRIC_EACH_SAMPLE, yields}, NO_READING}},
    [METRIC_PREEMPTIONS] = {.id = "preemptions",
                            .name = "preemptions",
                            .words = "core taken away",
                            .help = "times its threads had their core taken from them",
                            .unit = METRIC_COUNT,
                            .noise = 100,
                            .readings = {{PROBE_THREADS, METRIC_EACH_SAMPLE, preemptions},
                                         NO_READING}},
};

const struct metric_info *metric_info(enum metric metric)
{
    return &metrics[metric];
}

enum metric metric_from_id(const char *id)
{
    size_t i = 0;

    while (i < METRIC_N && strcmp(metrics[i].id, id) != 0)
        i++;
    return (enum metric)i;
}

const char *metric_unit_name(enum metric_unit unit)
{
    static const char *const names[] = {
        [METRIC_COUNT] = "count",           [METRIC_BYTES] = "bytes",
        [METRIC_PERCENT] = "percent",       [METRIC_BYTES_PER_SECOND] = "bytes per second",
        [METRIC_PER_MINUTE] = "per minute", [METRIC_SECONDS] = "seconds",
    };

    return names[unit];
}

bool metric_is_bytes(enum metric metric)
{
    return metrics[metric].unit == METRIC_BYTES || metrics[metric].unit == METRIC_BYTES_PER_SECOND;
}

bool metric_has_use(enum metric metric, unsigned uses)
{
    return (metrics[metric].uses & uses) != 0;
}
