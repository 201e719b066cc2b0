/*
 * Reading the memory map of a process with very many mappings: beside pmap -x
 * and beside a bare read of the same file, and what being watched costs the
 * process itself, whose own mmap calls wait while the map is walked. Prints
 * tables; nothing here passes or fails. Usage: bench_memory [SECONDS]
 */

#include "tests/bench/measure.h"

#include "probes/platform.h"
#include "probes/probe.h"
#include "probes/target.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUNS = 11, MAPPINGS = 30000, PAGE = 4096, PAUSE_US = 500 };

static const double default_seconds = 20;

/* What the process tells about its own mmap calls; shared with it. */
struct latency {
    double sum_us, worst_us;
    uint64_t n;
    int ready;
};

/* --- the process watched --- */

/* Neighbours of different protection stay mappings of their own. */
static void make_mappings(void)
{
    char *at = mmap(NULL, (size_t)MAPPINGS * PAGE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    for (size_t i = 0; i < MAPPINGS; i++) {
        at[i * PAGE] = 1;
        if (i % 2 == 0)
            mprotect(at + i * PAGE, PAGE, PROT_READ);
    }
}

static void map_and_unmap(volatile struct latency *latency)
{
    gint64 begin = g_get_monotonic_time();
    char *block = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    block[0] = 1;
    munmap(block, PAGE);
    double us = (double)(g_get_monotonic_time() - begin);

    latency->sum_us += us;
    latency->worst_us = MAX(latency->worst_us, us);
    latency->n++;
}

static pid_t start_process(struct latency *latency)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    make_mappings();
    latency->ready = 1;
    for (;;) {
        map_and_unmap(latency);
        g_usleep(PAUSE_US);
    }
}

/* --- readers --- */

static void read_bare(const char *path)
{
    static char block[64 * 1024];
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    while (read(fd, block, sizeof block) > 0)
        ;
    close(fd);
}

static void run_pmap(pid_t pid)
{
    char number[16];
    const char *argv[] = {"pmap", "-x", number, NULL};

    g_snprintf(number, sizeof number, "%d", (int)pid);
    g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL,
                 G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                 NULL, NULL, NULL, NULL, NULL, NULL);
}

enum reader { READ_OWN, READ_OWN_SUMS, READ_PMAP, READ_SMAPS, READ_ROLLUP, N_READERS };

struct readers {
    struct platform *platform;
    pid_t pid;
    char *smaps, *rollup;
};

static void read_once(const struct readers *readers, enum reader reader)
{
    struct memory_sample *sample;

    switch (reader) {
    case READ_OWN:
    case READ_OWN_SUMS:
        sample = sample_new(PROBE_MEMORY, sizeof *sample);
        platform_read_memory(readers->platform, sample, reader == READ_OWN);
        sample_unref(sample);
        break;
    case READ_PMAP:
        run_pmap(readers->pid);
        break;
    case READ_SMAPS:
        read_bare(readers->smaps);
        break;
    case READ_ROLLUP:
        read_bare(readers->rollup);
        break;
    case N_READERS:
        break;
    }
}

static double seconds_of(const struct readers *readers, enum reader reader)
{
    double seconds[RUNS];

    for (int i = 0; i < RUNS; i++) {
        gint64 begin = g_get_monotonic_time();

        read_once(readers, reader);
        seconds[i] = (double)(g_get_monotonic_time() - begin) / G_USEC_PER_SEC;
    }
    return median(seconds, RUNS);
}

static void bench_readers(const struct readers *readers)
{
    static const char *const names[N_READERS] = {
        [READ_OWN] = "sidescope: sums and all regions",
        [READ_OWN_SUMS] = "sidescope: sums only",
        [READ_PMAP] = "pmap -x",
        [READ_SMAPS] = "floor: smaps and rollup read bare",
        [READ_ROLLUP] = "floor: smaps_rollup read bare",
    };
    double seconds[N_READERS];

    for (int r = 0; r < N_READERS; r++)
        seconds[r] = seconds_of(readers, (enum reader)r);
    seconds[READ_SMAPS] += seconds[READ_ROLLUP];
    printf("a map of %d mappings, medians of %d runs\n", MAPPINGS, RUNS);
    for (int r = 0; r < N_READERS; r++)
        printf("  %-34s %9.1f ms   %5.2f of its floor\n", names[r], seconds[r] * 1000,
               r == READ_OWN_SUMS || r == READ_ROLLUP ? seconds[r] / seconds[READ_ROLLUP]
                                                      : seconds[r] / seconds[READ_SMAPS]);
}

/* --- what it costs the process --- */

enum watcher { WATCH_NOBODY, WATCH_PROBES, WATCH_ZOOMED, WATCH_PMAP, N_WATCHERS };

static void print_latency(const char *name, volatile struct latency *latency, double busy_percent)
{
    printf("  %-40s %9.1f us %9.0f us", name, latency->sum_us / (double)MAX(latency->n, 1),
           latency->worst_us);
    if (isnan(busy_percent))
        printf("\n");
    else
        printf("   probe uses %.2f%% of a core\n", busy_percent);
}

static void reset(volatile struct latency *latency)
{
    latency->sum_us = latency->worst_us = 0;
    latency->n = 0;
}

static double watch_with_probe(const struct readers *readers, bool zoomed, double seconds)
{
    struct process_entry *process = platform_describe(NULL, readers->pid, NULL);
    struct target *target = target_new(NULL, process, NULL, "not asked");
    struct probe_options options = {.bell_fd = -1};
    struct probe *probe = probe_start(PROBE_MEMORY, target, &options);

    probe_set_detail(probe, zoomed);
    g_usleep((gulong)(seconds * G_USEC_PER_SEC));
    struct probe_pace pace = probe_pace(probe);

    probe_stop(probe);
    target_free(target);
    process_entry_free(process);
    return (double)pace.total_cpu_us / (seconds * G_USEC_PER_SEC) * 100;
}

static double watch(const struct readers *readers, enum watcher watcher, double seconds)
{
    gint64 until = g_get_monotonic_time() + (gint64)(seconds * G_USEC_PER_SEC);

    if (watcher == WATCH_PROBES || watcher == WATCH_ZOOMED)
        return watch_with_probe(readers, watcher == WATCH_ZOOMED, seconds);
    while (g_get_monotonic_time() < until) {
        if (watcher == WATCH_PMAP)
            run_pmap(readers->pid);
        g_usleep(G_USEC_PER_SEC);
    }
    return NAN;
}

static void bench_watchers(const struct readers *readers, volatile struct latency *latency,
                           double seconds)
{
    static const char *const names[N_WATCHERS] = {
        [WATCH_NOBODY] = "nobody",
        [WATCH_PROBES] = "sidescope's memory probe, default rates",
        [WATCH_ZOOMED] = "the same with the memory pane zoomed",
        [WATCH_PMAP] = "pmap -x every second",
    };

    printf("\nits own mmap + touch + munmap while watched for %.0f s\n  %-40s %12s %12s\n", seconds,
           "by", "mean", "worst");
    for (int w = 0; w < N_WATCHERS; w++) {
        reset(latency);
        double busy = watch(readers, (enum watcher)w, seconds);

        print_latency(names[w], latency, busy);
    }
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? g_ascii_strtod(argv[1], NULL) : default_seconds;
    struct latency *latency =
        mmap(NULL, sizeof *latency, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct readers readers = {.pid = start_process(latency)};

    while (!*(volatile int *)&latency->ready)
        g_usleep(1000);
    readers.platform = platform_open(NULL, readers.pid, NULL, NULL);
    readers.smaps = g_strdup_printf("/proc/%d/smaps", (int)readers.pid);
    readers.rollup = g_strdup_printf("/proc/%d/smaps_rollup", (int)readers.pid);
    bench_readers(&readers);
    fflush(stdout);
    bench_watchers(&readers, latency, seconds);
    platform_close(readers.platform);
    g_free(readers.smaps);
    g_free(readers.rollup);
    kill(readers.pid, SIGKILL);
    waitpid(readers.pid, NULL, 0);
    return 0;
}
