/*
 * What the dashboard costs and how quick it is, beside htop in the same run.
 * Prints one table; nothing here passes or fails. Usage: bench_dashboard
 * [SECONDS] (default 30: how long each measurement of CPU lasts).
 */

#include "tests/bench/measure.h"

#include "tests/support/target.h"
#include "tests/support/vt.h"

#include <arpa/inet.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINES = 40, COLS = 120, WAIT_MS = 30000, STARTS = 15, KEYS = 300, FIXTURE_FDS = 100000 };

static const char *const env[] = {"TERM=xterm-256color", "NO_COLOR", "XDG_CONFIG_HOME=/dev/null",
                                  NULL};

/* --- small tools --- */

static struct vt *start(const char *const *argv)
{
    return vt_start(&(struct vt_options){.argv = argv, .env = env, .lines = LINES, .cols = COLS});
}

/* CPU seconds used by pid so far: fields 14 and 15 of stat, behind the last bracket. */
static double cpu_seconds(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;
    unsigned long user = 0, system_ = 0;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return NAN;
    const char *after = strrchr(text, ')');

    if (after == NULL || sscanf(after + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                                &user, &system_) != 2)
        return NAN;
    return (double)(user + system_) / (double)sysconf(_SC_CLK_TCK);
}

/* schedstat counts nanoseconds on the CPU, of each thread: finer than stat's ticks. */
static double cpu_seconds_fine(pid_t pid)
{
    g_autofree char *folder = g_strdup_printf("/proc/%d/task", (int)pid);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    double sum = 0;
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, "schedstat", NULL);
        g_autofree char *text = NULL;

        if (g_file_get_contents(path, &text, NULL, NULL))
            sum += g_ascii_strtod(text, NULL) / 1e9;
    }
    return sum > 0 ? sum : cpu_seconds(pid);
}

static double rss_mib(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/statm", (int)pid);
    g_autofree char *text = NULL;
    long pages = 0;

    if (g_file_get_contents(path, &text, NULL, NULL))
        sscanf(text, "%*d %ld", &pages);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1024 * 1024);
}

static double quantile(double *values, size_t n, double q)
{
    qsort(values, n, sizeof *values, measure_by_value);
    return values[MIN((size_t)(q * (double)n), n - 1)];
}

/* --- CPU and RSS, beside htop --- */

struct cost {
    double cpu_percent, rss_mib, target_percent;
};

static struct cost measure(const char *const *argv, const char *ready, pid_t target, double seconds)
{
    struct vt *vt = start(argv);
    struct cost cost = {0};

    if (!vt_wait_text(vt, ready, WAIT_MS)) {
        vt_free(vt);
        return cost;
    }
    vt_live(vt, 5000); /* past its start */
    double own = cpu_seconds_fine(vt_pid(vt)), other = cpu_seconds_fine(target);
    gint64 from = g_get_monotonic_time();

    vt_live(vt, (int)(seconds * 1000));
    double wall = (double)(g_get_monotonic_time() - from) / 1e6;

    cost.cpu_percent = (cpu_seconds_fine(vt_pid(vt)) - own) / wall * 100;
    cost.target_percent = (cpu_seconds_fine(target) - other) / wall * 100;
    cost.rss_mib = rss_mib(vt_pid(vt));
    vt_free(vt);
    return cost;
}

static void bench_cost(double seconds)
{
    g_autoptr(GError) error = NULL;
    struct stage *stage = target_start(NULL, &error);
    struct cost ours, htop;

    g_assert_no_error(error);
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(stage));
    double before = cpu_seconds_fine(target_pid(stage));

    g_usleep((gulong)(seconds * 1e6));
    double alone = (cpu_seconds_fine(target_pid(stage)) - before) / seconds * 100;

    ours = measure((const char *const[]){SIDESCOPE_BIN, pid, NULL}, "4 Heap", target_pid(stage),
                   seconds);
    htop = measure((const char *const[]){"htop", NULL}, "PID", target_pid(stage), seconds);
    printf("attached to an idle target for %.0f s, default rates     sidescope      htop\n",
           seconds);
    printf("  own CPU, percent of one core                        %10.2f%% %9.2f%%\n",
           ours.cpu_percent, htop.cpu_percent);
    printf("  own RSS                                             %7.1f MiB %6.1f MiB\n",
           ours.rss_mib, htop.rss_mib);
    printf("  CPU of the target (%.2f%% when alone)                %10.2f%% %9.2f%%\n", alone,
           ours.target_percent, htop.target_percent);
    printf("  CPU added to the target by watching                 %10.2f%% %9.2f%%\n",
           ours.target_percent - alone, htop.target_percent - alone);
    target_stop(stage);
}

/* As many descriptors and goroutines as a machine lets a process have: probes must slow down. */
static void bench_heavy(double seconds)
{
    g_autoptr(GError) error = NULL;
    struct stage *stage = target_start(NULL, &error);

    g_assert_no_error(error);
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(stage));

    if (!target_command(stage, "files claude 19000", NULL, &error) ||
        !target_command(stage, "goroutines recv 20000", NULL, &error))
        fprintf(stderr, "%s\n", error->message);
    struct cost ours = measure((const char *const[]){SIDESCOPE_BIN, pid, NULL}, "4 Heap",
                               target_pid(stage), seconds);

    printf("the same with 19 000 descriptors and 20 000 goroutines\n"
           "  own CPU, percent of one core                        %10.2f%%\n"
           "  own RSS                                             %7.1f MiB\n",
           ours.cpu_percent, ours.rss_mib);
    target_stop(stage);
}

/* --- start to first full frame --- */

static double time_start(const char *const *argv, const char *ready)
{
    gint64 from = g_get_monotonic_time();
    struct vt *vt = start(argv);
    bool ok = vt_wait_text(vt, ready, WAIT_MS);
    double ms = (double)(g_get_monotonic_time() - from) / 1000;

    vt_free(vt);
    return ok ? ms : NAN;
}

static void bench_start(void)
{
    g_autoptr(GError) error = NULL;
    struct stage *stage = target_start(NULL, &error);
    double ours[STARTS], htop[STARTS];

    g_assert_no_error(error);
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(stage));

    for (int i = 0; i < STARTS; i++) {
        /* a full frame: RSS in the header, descriptors in the files pane, all four panes */
        ours[i] = time_start((const char *const[]){SIDESCOPE_BIN, pid, NULL},
                             "(?s)RSS +\\d.*REG \\d.*4 Heap");
        htop[i] = time_start((const char *const[]){"htop", NULL}, "PID");
    }
    printf("start to first full frame, median of %d                %7.1f ms %7.1f ms\n", STARTS,
           quantile(ours, STARTS, 0.5), quantile(htop, STARTS, 0.5));
    target_stop(stage);
}

/* --- key to repaint --- */

/* A server that accepts and never says a word. */
static int open_hung_server(int *ret_port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;

    if (bind(fd, (struct sockaddr *)&address, n) != 0 || listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &n) != 0) {
        perror("loopback server");
        exit(1);
    }
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static guint64 bytes_before;

static bool repainted(struct vt *vt)
{
    return vt_received_bytes(vt) > bytes_before;
}

static void measure_keys(const char *what, struct vt *vt)
{
    /* each changes what is shown */
    static const char *const keys[] = {"Tab", "z", "?", "?", "z", "t", "t", "Tab"};
    static double ms[KEYS];

    for (int i = 0; i < KEYS; i++) {
        vt_settle(vt, 12);
        bytes_before = vt_received_bytes(vt);
        gint64 from = g_get_monotonic_time();

        vt_key(vt, keys[i % (int)G_N_ELEMENTS(keys)]);
        vt_wait_until(vt, repainted, 1000);
        ms[i] = (double)(g_get_monotonic_time() - from) / 1000;
    }
    printf("key to repaint, %-38s p50 %.1f ms  p99 %.1f ms  max %.1f ms\n", what,
           quantile(ms, KEYS, 0.5), quantile(ms, KEYS, 0.99), quantile(ms, KEYS, 1));
}

static void bench_keys_live(const char *pprof)
{
    g_autoptr(GError) error = NULL;
    struct stage *stage = target_start(&(struct stage_options){.pprof = STAGE_PPROF_NONE}, &error);
    struct rlimit limit;

    g_assert_no_error(error);
    getrlimit(RLIMIT_NOFILE, &limit);
    long n = (long)MIN(limit.rlim_max, (rlim_t)20000) - 100;
    g_autofree char *command = g_strdup_printf("files claude %ld", n);
    g_autofree char *what = g_strdup_printf("pprof hangs, %ld descriptors:", n);
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(stage));

    if (!target_command(stage, command, NULL, &error))
        fprintf(stderr, "%s\n", error->message);
    struct vt *vt = start((const char *const[]){SIDESCOPE_BIN, "--pprof", pprof, pid, NULL});

    if (vt_wait_text(vt, "REG \\d", WAIT_MS))
        measure_keys(what, vt);
    vt_free(vt);
    target_stop(stage);
}

/* Copies the readable part of a live process's folder, with an fd folder of that many links. */
static char *make_fixture(pid_t pid, int n)
{
    static const char *const files[] = {"stat",   "statm", "status", "comm",         "cmdline",
                                        "limits", "maps",  "smaps",  "smaps_rollup", "io"};
    char *root = g_dir_make_tmp("sidescope-bench-XXXXXX", NULL);
    g_autofree char *from = g_strdup_printf("/proc/%d", (int)pid);
    g_autofree char *to = g_strdup_printf("%s/%d", root, (int)pid);
    g_autofree char *fds = g_build_filename(to, "fd", NULL);

    g_mkdir_with_parents(fds, 0700);
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *a = g_build_filename(from, files[i], NULL);
        g_autofree char *b = g_build_filename(to, files[i], NULL);
        g_autofree char *text = NULL;
        gsize length;

        if (g_file_get_contents(a, &text, &length, NULL))
            g_file_set_contents(b, text, (gssize)length, NULL);
    }
    for (int i = 0; i < n; i++) {
        g_autofree char *link = g_strdup_printf("%s/%d", fds, i);
        g_autofree char *path =
            g_strdup_printf("/home/u/.claude/projects/p/%08x-0000-4000-8000-000000000000.jsonl", i);

        if (symlink(path, link) != 0) {
            perror(link);
            break;
        }
    }
    return root;
}

static void bench_fixture(double seconds)
{
    g_autoptr(GError) error = NULL;
    struct stage *stage = target_start(&(struct stage_options){.pprof = STAGE_PPROF_NONE}, &error);

    g_assert_no_error(error);
    g_autofree char *root = make_fixture(target_pid(stage), FIXTURE_FDS);
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(stage));
    g_autofree char *remove = g_strdup_printf("rm -rf '%s'", root);

    g_setenv("SIDESCOPE_PROC_ROOT", root, TRUE);
    struct cost ours = measure((const char *const[]){SIDESCOPE_BIN, pid, NULL}, "REG \\d|jsonl",
                               target_pid(stage), seconds);

    g_unsetenv("SIDESCOPE_PROC_ROOT");
    printf("attached to a fixture tree with %d descriptors\n"
           "  own CPU, percent of one core                        %10.2f%%\n"
           "  own RSS                                             %7.1f MiB\n",
           FIXTURE_FDS, ours.cpu_percent, ours.rss_mib);
    target_stop(stage);
    if (system(remove) != 0)
        fprintf(stderr, "%s stays behind\n", root);
}

static void bench_keys_fixture(const char *pprof)
{
    g_autoptr(GError) error = NULL;
    struct stage *stage = target_start(&(struct stage_options){.pprof = STAGE_PPROF_NONE}, &error);

    g_assert_no_error(error);
    g_autofree char *root = make_fixture(target_pid(stage), FIXTURE_FDS);
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(stage));
    g_autofree char *remove = g_strdup_printf("rm -rf '%s'", root);

    g_setenv("SIDESCOPE_PROC_ROOT", root, TRUE);
    struct vt *vt = start((const char *const[]){SIDESCOPE_BIN, "--pprof", pprof, pid, NULL});

    g_unsetenv("SIDESCOPE_PROC_ROOT");
    if (vt_wait_text(vt, "REG \\d|jsonl", WAIT_MS * 2))
        measure_keys("pprof hangs, 100 000 descriptors (fixture):", vt);
    vt_free(vt);
    target_stop(stage);
    if (system(remove) != 0)
        fprintf(stderr, "%s stays behind\n", root);
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? atof(argv[1]) : 30;
    int port, server = open_hung_server(&port);
    g_autofree char *pprof = g_strdup_printf("%d", port);

    setlocale(LC_ALL, "");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!target_available()) {
        fprintf(stderr, "no Go: the target was not built\n");
        return 77;
    }
    bench_start();
    bench_cost(seconds);
    bench_heavy(seconds);
    bench_fixture(seconds);
    bench_keys_live(pprof);
    bench_keys_fixture(pprof);
    close(server);
    return 0;
}
