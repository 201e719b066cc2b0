/*
 * What a census of descriptors costs, beside lsof, ls and the bare floor (the
 * same system calls in a loop), in one run. Prints medians; nothing here
 * passes or fails. Usage: bench_census [ROUNDS] (default 9).
 */

#include "tests/bench/measure.h"

#include "probes/platform.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_ROUNDS = 101, GROWTH = 10 };

struct held {
    pid_t pid;
    int n;
    int more, done; /* pipes: asks for GROWTH descriptors more; says that they are there */
};

/* Of twenty: fourteen files, two pipe ends, two sockets, two directories. */
static int open_some(const char *dir, int i)
{
    g_autofree char *path = g_strdup_printf("%s/%08x-0000-4000-8000-000000000000.jsonl", dir, i);

    if (i % 20 < 2)
        return open(dir, O_RDONLY | O_DIRECTORY);
    if (i % 20 == 2)
        return socket(AF_UNIX, SOCK_STREAM, 0);
    if (i % 20 < 5)
        return dup(0);
    return open(path, O_CREAT | O_RDWR, 0600);
}

/* The child: opens what is wanted, then GROWTH more each time it is asked. */
static _Noreturn void hold_on(const char *dir, int wanted, int asked, int report)
{
    int ends[2], n = 0;
    char word;

    if (pipe(ends) != 0 || dup2(ends[0], 0) < 0)
        _exit(1);
    do {
        for (int last = n + (n == 0 ? wanted : GROWTH); n < last && open_some(dir, n) >= 0; n++)
            ;
        if (write(report, &n, sizeof n) != sizeof n)
            _exit(1);
    } while (read(asked, &word, 1) == 1);
    _exit(0);
}

static void wait_until_open(struct held *held)
{
    if (read(held->done, &held->n, sizeof held->n) != sizeof held->n)
        exit(1);
}

static struct held hold(const char *dir, int wanted)
{
    struct held held = {0};
    int asked[2], report[2];

    if (pipe(report) != 0 || pipe(asked) != 0)
        exit(1);
    held.pid = fork();
    if (held.pid == 0) {
        close(asked[1]);
        hold_on(dir, wanted, asked[0], report[1]);
    }
    close(report[1]);
    close(asked[0]);
    held.more = asked[1];
    held.done = report[0];
    wait_until_open(&held);
    return held;
}

static void grow(struct held *held)
{
    if (write(held->more, "+", 1) == 1)
        wait_until_open(held);
}

static void let_go(struct held *held)
{
    kill(held->pid, SIGKILL);
    waitpid(held->pid, NULL, 0);
    close(held->more);
    close(held->done);
}

/* --- what is measured --- */

static int64_t count_by_stat(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", (int)pid);
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : -1;
}

/* The system calls no census can do without: list the directory, read each link. */
static void floor_loop(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    struct dirent *entry;
    char link[4096];

    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (readlinkat(dirfd(dir), entry->d_name, link, sizeof link) < 0 && entry->d_name[0] != '.')
            break;
    if (dir != NULL)
        closedir(dir);
}

static void run_tool(const char *format, pid_t pid)
{
    g_autofree char *command = g_strdup_printf(format, (int)pid);

    if (system(command) < 0)
        perror(command);
}

struct clocks {
    double wall_ms, cpu_ms;
};

static double clock_ms(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static struct clocks now(void)
{
    return (struct clocks){clock_ms(CLOCK_MONOTONIC), clock_ms(CLOCK_PROCESS_CPUTIME_ID)};
}

/* --- the table --- */

enum way { WAY_STAT, WAY_FLOOR, WAY_FIRST, WAY_STEADY, WAY_GROWN, WAY_LS, WAY_LSOF, WAY_N };

static const char *const way_names[WAY_N] = {
    "count: one stat", "floor: getdents + readlink",
    "census, first",   "census, nothing changed",
    "census, 10 more", "ls fd | wc -l",
    "lsof -nP -p",
};

static struct files_sample *take(struct platform *platform, const struct files_sample *previous)
{
    struct files_sample *sample = sample_new(PROBE_FILES, sizeof *sample);

    platform_read(platform, sample, previous);
    return sample;
}

static struct files_sample *go(enum way way, struct held held, struct platform *platform,
                               struct files_sample *kept)
{
    struct files_sample *next = NULL;

    switch (way) {
    case WAY_STAT:
        count_by_stat(held.pid);
        break;
    case WAY_FLOOR:
        floor_loop(held.pid);
        break;
    case WAY_FIRST:
        sample_unref(take(platform, NULL));
        break;
    case WAY_STEADY:
    case WAY_GROWN:
        next = take(platform, kept);
        sample_unref(kept);
        return next;
    case WAY_LS:
        run_tool("ls /proc/%d/fd | wc -l >/dev/null", held.pid);
        break;
    default:
        run_tool("lsof -nP -p %d >/dev/null 2>&1", held.pid);
        break;
    }
    return kept;
}

/* All ways take turns, so that what else the machine does meets each of them alike. */
static void measure(struct held *held, int rounds)
{
    static double wall[WAY_N][MAX_ROUNDS], cpu[WAY_N][MAX_ROUNDS];
    struct platform *platform = platform_open(NULL, held->pid, NULL, NULL);
    struct files_sample *kept = take(platform, NULL);

    for (int i = 0; i < 25; i++) /* until every fdinfo was read once */
        kept = go(WAY_STEADY, *held, platform, kept);
    for (int r = 0; r < rounds; r++)
        for (int way = 0; way < WAY_N; way++) {
            if (way == WAY_GROWN)
                grow(held);
            struct clocks from = now();

            kept = go((enum way)way, *held, platform, kept);
            struct clocks to = now();

            wall[way][r] = to.wall_ms - from.wall_ms;
            cpu[way][r] = to.cpu_ms - from.cpu_ms;
        }
    printf("%d descriptors (%" G_GINT64_FORMAT " counted), medians of %d:\n", held->n,
           (gint64)kept->count, rounds);
    for (int way = 0; way < WAY_N; way++) {
        bool tool = way >= WAY_LS;

        printf("  %-28s %9.3f ms wall", way_names[way], median(wall[way], (size_t)rounds));
        if (!tool)
            printf("  %9.3f ms CPU", median(cpu[way], (size_t)rounds));
        if (way >= WAY_FIRST)
            printf("  %6.2f of the floor's wall",
                   median(wall[way], (size_t)rounds) / median(wall[WAY_FLOOR], (size_t)rounds));
        if (way >= WAY_FIRST && !tool)
            printf(", %5.2f of its CPU",
                   median(cpu[way], (size_t)rounds) / median(cpu[WAY_FLOOR], (size_t)rounds));
        printf("\n");
    }
    sample_unref(kept);
    platform_close(platform);
}

int main(int argc, char **argv)
{
    static const int sizes[] = {1000, 10000, 20000};
    int rounds = CLAMP(argc > 1 ? atoi(argv[1]) : 9, 1, MAX_ROUNDS);
    g_autofree char *dir = g_dir_make_tmp("sidescope-census-XXXXXX", NULL);
    g_autofree char *clean = g_strdup_printf("rm -rf '%s'", dir);
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        int most = (int)MIN(limit.rlim_max, 1 << 20) - GROWTH * (rounds + 2);
        struct held held = hold(dir, MIN(sizes[i], most));

        measure(&held, rounds);
        let_go(&held);
    }
    return system(clean) == 0 ? 0 : 1;
}
