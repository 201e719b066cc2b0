/*
 * Reading profiles: sidescope top beside go tool pprof -top and beside the floor,
 * which is inflating the same file. Each run is a process of its own, so that
 * its peak RSS is its own; wall time and, for machines that others use too, the
 * CPU time of the process. Then goroutine dumps, and how cost grows with size.
 * Prints tables; nothing here passes or fails. "pprof" is the program behind go
 * tool pprof alone.
 *
 * Usage: bench_pprof                    all of it; takes minutes and 8 GB
 *        bench_pprof --quick            go tool pprof without a million samples
 *        bench_pprof --no-tool          without go tool pprof
 *        bench_pprof --floor FILE       what a run of the floor does
 *        bench_pprof --growth           only how cost grows with size
 *        bench_pprof --profile NAME FILE  writes a profile: N samples, cpuN, ordinary
 */

#include "tests/bench/measure.h"

#include "big_profile.h"

#include "pprof/goroutines.h"
#include "pprof/top.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

/* Medians of this many runs; what takes minutes is run once. */
enum { RUNS = 9, SLOW_RUNS = 3, DUMP_GOROUTINES = 100000 };

static double cpu_s(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / G_USEC_PER_SEC;
}

/* --- the floor --- */

static int run_floor(const char *path)
{
    static unsigned char block[256 * 1024];
    gzFile file = gzopen(path, "rb");
    guint64 bytes = 0;
    int n;

    if (file == NULL)
        return 1;
    while ((n = gzread(file, block, sizeof block)) > 0)
        bytes += (guint64)n;
    gzclose(file);
    return bytes > 0 ? 0 : 1;
}

/* --- one process --- */

struct cost {
    double seconds, cpu_seconds, mib; /* NAN: it failed */
};

static struct cost run_once(const char *const *argv)
{
    double begin = now_s();
    struct rusage usage;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);

        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execv(argv[0], (char **)(uintptr_t)argv);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || status != 0)
        return (struct cost){NAN, NAN, NAN};
    return (struct cost){now_s() - begin, seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
                         (double)usage.ru_maxrss / 1024};
}

static struct cost run(const char *const *argv, int runs)
{
    double seconds[RUNS], cpu_seconds[RUNS], mib[RUNS];

    for (int i = 0; i < runs; i++) {
        struct cost cost = run_once(argv);

        seconds[i] = cost.seconds;
        cpu_seconds[i] = cost.cpu_seconds;
        mib[i] = cost.mib;
    }
    return (struct cost){median(seconds, (size_t)runs), median(cpu_seconds, (size_t)runs),
                         median(mib, (size_t)runs)};
}

/* --- the table --- */

/* The program behind go tool pprof, so that go itself is not measured; NULL without Go. */
static char *find_tool(void)
{
    static const char *const argv[] = {"go", "tool", "-n", "pprof", NULL};
    static const char *const warm[] = {"go", "tool", "pprof", "-h", NULL};
    const GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL;
    char *out = NULL;
    int status;

    /* once through go, which builds the program when need be */
    g_spawn_sync(NULL, (char **)(uintptr_t)warm, NULL, flags | G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
                 NULL, NULL, NULL, NULL, NULL);
    if (!g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL, flags, NULL, NULL, &out, NULL, &status,
                      NULL) ||
        status != 0) {
        g_free(out);
        return NULL;
    }
    return g_strstrip(out);
}

struct setup {
    const char *self, *tool, *dir; /* tool: NULL without */
    bool is_quick;
};

/* What is read: a name as --profile takes it, and how often it can be repeated. */
struct input {
    const char *name, *words;
    int tool_runs;
    bool is_slow; /* left out by --quick */
};

static const struct input inputs[] = {
    {"ordinary", "an ordinary heap", RUNS, false},
    {"5000", "heap, 5000 samples", RUNS, false},
    {"cpu20000", "CPU, 20000 samples", SLOW_RUNS, false},
    {"100000", "heap, 100000 samples", SLOW_RUNS, false},
    {"1000000", "heap, 1000000 samples", 1, true},
};

/* What the same question costs whom. */
struct row {
    struct cost floor, own, program, tool;
};

static void print_head(void)
{
    printf("top of a profile: medians of %d runs, of the tool of fewer where it is slow\n"
           "%-31s %43s %35s %17s\n%-31s %10s %10s %10s %10s %8s %8s %8s %8s %8s %8s\n",
           RUNS, "", "wall seconds (CPU seconds below)", "peak MiB", "ours : floor", "", "floor",
           "sidescope", "pprof", "go tool", "floor", "ours", "pprof", "go tool", "wall", "CPU");
}

static void print_number(int width, int decimals, double value)
{
    if (isnan(value))
        printf(" %*s", width, "-");
    else
        printf(" %*.*f", width, decimals, value);
}

static void print_row(const char *words, long kilobytes, const struct row *row)
{
    g_autofree char *name = g_strdup_printf("%s, %ld kB", words, kilobytes);
    const struct cost *costs[] = {&row->floor, &row->own, &row->program, &row->tool};

    printf("%-31s", name);
    for (size_t i = 0; i < G_N_ELEMENTS(costs); i++)
        print_number(10, 4, costs[i]->seconds);
    for (size_t i = 0; i < G_N_ELEMENTS(costs); i++)
        print_number(8, 1, costs[i]->mib);
    print_number(8, 2, row->own.seconds / row->floor.seconds);
    print_number(8, 2, row->own.cpu_seconds / row->floor.cpu_seconds);
    printf("\n%-31s", "");
    for (size_t i = 0; i < G_N_ELEMENTS(costs); i++)
        print_number(10, 4, costs[i]->cpu_seconds);
    printf("\n");
    fflush(stdout);
}

static void bench_input(const struct setup *setup, const struct input *input)
{
    static const struct cost nothing = {NAN, NAN, NAN};
    g_autofree char *path = g_strdup_printf("%s/%s.pb.gz", setup->dir, input->name);
    g_autofree char *go = g_find_program_in_path("go");
    const char *make[] = {setup->self, "--profile", input->name, path, NULL};
    const char *floor[] = {setup->self, "--floor", path, NULL};
    const char *ours[] = {SIDESCOPE_BIN, "top", path, NULL};
    const char *bare[] = {setup->tool, "-top", "-symbolize=none", path, NULL};
    const char *whole[] = {go, "tool", "pprof", "-top", "-symbolize=none", path, NULL};
    bool with_tool = setup->tool != NULL && go != NULL && !(setup->is_quick && input->is_slow);
    GStatBuf info = {0};

    run_once(make);
    g_stat(path, &info);
    struct row row = {.floor = run(floor, RUNS), .own = run(ours, RUNS)};

    row.program = with_tool ? run(bare, input->tool_runs) : nothing;
    row.tool = with_tool ? run(whole, input->tool_runs) : nothing;
    print_row(input->words, (long)info.st_size / 1000, &row);
    g_unlink(path);
}

/* --- how cost grows --- */

static double top_seconds(guint n)
{
    g_autoptr(GByteArray) bytes = big_profile(n);
    const struct top_options options = top_options_of_tool();
    double seconds[RUNS];

    for (int i = 0; i < RUNS; i++) {
        double begin = cpu_s();
        g_autoptr(profile_auto) profile = profile_decode(bytes->data, bytes->len, NULL);
        g_autoptr(top_report_auto) report = top_build(profile, &options, NULL);

        seconds[i] = cpu_s() - begin;
        g_assert(report->n_rows > 0);
    }
    return median(seconds, RUNS);
}

static double dump_seconds(guint n, double *ret_mib)
{
    g_autoptr(GString) text = big_dump(n);
    double seconds[RUNS];

    for (int i = 0; i < RUNS; i++) {
        double begin = cpu_s();
        g_autoptr(goroutine_dump_auto) dump = goroutine_dump_parse(text->str, text->len, NULL);

        seconds[i] = cpu_s() - begin;
        g_assert(dump->total == n);
    }
    *ret_mib = (double)text->len / (1024 * 1024);
    return median(seconds, RUNS);
}

static void bench_growth(void)
{
    printf("\nCPU time by size: decode and top\n  %10s %10s %14s\n", "samples", "seconds",
           "ns a sample");
    for (guint n = 25000; n <= 400000; n *= 2) {
        double s = top_seconds(n);

        printf("  %10u %10.4f %14.0f\n", n, s, s / n * 1e9);
    }
    printf("\nCPU time by size: goroutine?debug=2\n  %10s %10s %14s %10s\n", "goroutines",
           "seconds", "ns a goroutine", "MiB");
    for (guint n = DUMP_GOROUTINES / 8; n <= 2 * DUMP_GOROUTINES; n *= 2) {
        double mib, s = dump_seconds(n, &mib);

        printf("  %10u %10.4f %14.0f %10.1f\n", n, s, s / n * 1e9, mib);
    }
}

/* "ordinary", "cpu20000", or so many samples of a heap. */
static GByteArray *profile_called(const char *name)
{
    if (strcmp(name, "ordinary") == 0)
        return ordinary_heap();
    if (g_str_has_prefix(name, "cpu"))
        return big_cpu_profile((guint)g_ascii_strtoull(name + strlen("cpu"), NULL, 10));
    return big_profile((guint)g_ascii_strtoull(name, NULL, 10));
}

static int write_profile(const char *name, const char *path)
{
    g_autoptr(GByteArray) bytes = profile_called(name);

    return g_file_set_contents(path, (const char *)bytes->data, bytes->len, NULL) ? 0 : 1;
}

static void bench_sizes(const char *self, bool with_tool, bool is_quick)
{
    g_autofree char *dir = g_dir_make_tmp("sidescope-bench-XXXXXX", NULL);
    g_autofree char *tool = with_tool ? find_tool() : NULL;
    const struct setup setup = {self, tool, dir, is_quick};

    print_head();
    for (size_t i = 0; i < G_N_ELEMENTS(inputs); i++)
        bench_input(&setup, &inputs[i]);
    g_rmdir(dir);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";

    if (argc == 3 && strcmp(mode, "--floor") == 0)
        return run_floor(argv[2]);
    if (argc == 4 && strcmp(mode, "--profile") == 0)
        return write_profile(argv[2], argv[3]);
    if (strcmp(mode, "--growth") != 0)
        bench_sizes(argv[0], strcmp(mode, "--no-tool") != 0, strcmp(mode, "--quick") == 0);
    bench_growth();
    return 0;
}
