/*
 * What is read of a Go process from its memory, beside what its own pprof answers over HTTP:
 * goroutines, places of the heap profile, what the process itself notices of either, and the time
 * from attaching to a first list. Prints tables; nothing here passes or fails. Usage:
 * bench_goruntime [SECONDS] [PID...]
 * With processes it only attaches to those, anew each time: a program of tens of megabytes costs
 * what its tables are long, which the small one of the tests does not show.
 */

#include "tests/bench/measure.h"

#include "pprof/goroutines.h"
#include "probes/goruntime/goroutines.h"
#include "probes/goruntime/heap_profile.h"
#include "probes/http.h"
#include "tests/goruntime/state/live.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 5 };

static int seconds = 10;

/* --- both ways --- */

struct subject {
    struct live *live;
    char *address; /* of its pprof */
    struct http_client *client;
    struct go_runtime *runtime;
    size_t n; /* what the last way counted */
};

static void get(struct subject *s, const char *path, struct http_response *ret)
{
    g_autofree char *url = g_strdup_printf("http://%s/debug/pprof/%s", s->address, path);
    struct http_request request = {
        .url = url, .max_bytes = 1 << 30, .timeout_ms = 120000, .idle_ms = 120000};
    g_autoptr(GError) error = NULL;

    if (!http_get(s->client, &request, ret, &error))
        g_error("%s", error->message);
}

static void dump_by_http(struct subject *s)
{
    struct http_response response;

    get(s, "goroutine?debug=2", &response);
    g_autoptr(goroutine_dump_auto) dump =
        goroutine_dump_parse((const char *)response.body->data, response.body->len, NULL);

    s->n = dump != NULL ? dump->total : 0;
    http_response_clear(&response);
}

static void dump_by_memory(struct subject *s)
{
    g_autoptr(goroutine_list_auto) list =
        goroutines_read(s->runtime, g_get_monotonic_time() * 1000, NULL);
    g_autoptr(goroutine_dump_auto) dump = list != NULL ? goroutine_list_to_dump(list) : NULL;

    s->n = dump != NULL ? dump->total : 0;
}

static void heap_by_http(struct subject *s)
{
    struct http_response response;

    get(s, "heap?debug=0", &response);
    g_autoptr(profile_auto) profile = profile_decode(response.body->data, response.body->len, NULL);

    s->n = profile != NULL ? profile->n_samples : 0;
    http_response_clear(&response);
}

static void heap_by_memory(struct subject *s)
{
    g_autoptr(profile_auto) profile = heap_profile_read(s->runtime, NULL, NULL, NULL);

    s->n = profile != NULL ? profile->n_samples : 0;
}

/* --- subjects --- */

static const char *program;

static struct go_runtime *attach(const struct subject *s)
{
    g_autoptr(GError) error = NULL;
    struct go_runtime *runtime = go_runtime_of_process(live_pid(s->live), &error);

    if (runtime == NULL)
        g_error("%s", error->message);
    return runtime;
}

static struct subject subject_start(const char *go_debug)
{
    struct subject s = {.live = live_start_debug(program, go_debug)};

    s.address = g_strchomp(live_say(s.live, "serve"));
    s.client = http_client_new();
    s.runtime = attach(&s);
    return s;
}

static void subject_stop(struct subject *s)
{
    go_runtime_free(s->runtime);
    http_client_free(s->client);
    live_stop(s->live);
    g_free(s->address);
}

static double own_processor_s(void)
{
    struct timespec own;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
    return (double)own.tv_sec + (double)own.tv_nsec / 1e9;
}

/* Processor time of this process and of the other one, which a busy machine does not change. */
static double processor_s(const struct subject *s)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", live_pid(s->live));
    g_autofree char *text = NULL;
    unsigned long user = 0, system = 0;

    if (g_file_get_contents(path, &text, NULL, NULL))
        sscanf(strrchr(text, ')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
               &system);
    return own_processor_s() + (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

struct cost {
    double median_ms, worst_ms, processor_ms;
};

static struct cost cost_of(struct subject *s, void (*way)(struct subject *s))
{
    double took[RUNS];

    way(s); /* what is remembered of code is remembered */
    double used = processor_s(s);

    for (size_t i = 0; i < RUNS; i++) {
        double began = now_s();

        way(s);
        took[i] = (now_s() - began) * 1000;
    }
    used = (processor_s(s) - used) * 1000 / RUNS;
    double middle = median(took, RUNS);

    return (struct cost){middle, took[RUNS - 1], used};
}

static void row(struct subject *s, const char *what, void (*http)(struct subject *s),
                void (*memory)(struct subject *s))
{
    double first = now_s();

    memory(s);
    first = (now_s() - first) * 1000;
    struct cost m = cost_of(s, memory);
    size_t n = s->n;
    struct cost h = cost_of(s, http);

    printf("%-20s %7zu %7zu %8.1f %8.1f %8.1f %8.1f %8.1f %8.1f %8.1f %6.1f\n", what, n, s->n,
           first, m.median_ms, m.worst_ms, m.processor_ms, h.median_ms, h.worst_ms, h.processor_ms,
           h.median_ms / m.median_ms);
    fflush(stdout);
}

/* --- tables --- */

static void title(const char *what)
{
    printf("\n%-20s %7s %7s %8s %8s %8s %8s %8s %8s %8s %6s\n", what, "memory", "http", "first ms",
           "ms", "worst", "cpu ms", "http ms", "worst", "cpu ms", "times");
}

static void bench_goroutines(void)
{
    static const int numbers[] = {1000, 10000, 100000};

    title("goroutines, debug=2");
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        struct subject s = subject_start("");
        g_autofree char *what = g_strdup_printf("%d", numbers[i]);

        g_free(live_say(s.live, "many %d", numbers[i]));
        row(&s, what, dump_by_http, dump_by_memory);
        subject_stop(&s);
    }
}

static void bench_places(void)
{
    static const int numbers[] = {20, 3000, 60000};

    title("places, heap?debug=0");
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        /* at rate 1 the program has some hundred places of its own */
        struct subject s = subject_start(i == 0 ? "" : "memprofilerate=1");
        g_autofree char *what = g_strdup_printf("%d", numbers[i]);

        g_free(i == 0 ? live_say(s.live, "allocate 100")
                      : live_say(s.live, "places %d", numbers[i]));
        g_free(live_say(s.live, "collect"));
        row(&s, what, heap_by_http, heap_by_memory);
        subject_stop(&s);
    }
}

static void bench_attach(void)
{
    struct subject s = subject_start("");
    double took[RUNS], listed[RUNS];

    for (size_t i = 0; i < RUNS; i++) {
        double began = now_s();
        g_autoptr(go_runtime_auto) runtime = attach(&s);

        took[i] = (now_s() - began) * 1000;
        goroutine_list_free(goroutines_read(runtime, g_get_monotonic_time() * 1000, NULL));
        listed[i] = (now_s() - began) * 1000;
    }
    printf("\nattached in %.0f ms, first list of goroutines in %.0f ms\n", median(took, RUNS),
           median(listed, RUNS));
    subject_stop(&s);
}

/* A whole attach to a process that is not ours, as the first look at it has it. */
static void attach_row(int pid)
{
    g_autofree char *exe = g_strdup_printf("/proc/%d/exe", pid);
    g_autofree char *path = g_file_read_link(exe, NULL);
    g_autofree char *name = path != NULL ? g_path_get_basename(path) : g_strdup("-");
    double took[RUNS], listed[RUNS], used[RUNS];
    size_t n = 0;
    GStatBuf file = {0};

    (void)g_stat(exe, &file);
    for (size_t i = 0; i < RUNS; i++) {
        g_autoptr(GError) error = NULL;
        double began = now_s(), cpu = own_processor_s();
        g_autoptr(go_runtime_auto) runtime = go_runtime_of_process(pid, &error);

        if (runtime == NULL) {
            printf("%-16s %s\n", name, error->message);
            return;
        }
        took[i] = (now_s() - began) * 1000;
        g_autoptr(goroutine_list_auto) list =
            goroutines_read(runtime, g_get_monotonic_time() * 1000, NULL);

        n = list != NULL ? list->n : 0;
        listed[i] = (now_s() - began) * 1000;
        used[i] = (own_processor_s() - cpu) * 1000;
    }
    printf("%-16s %8.1f %10zu %10.1f %10.1f %10.1f\n", name, (double)file.st_size / 1e6, n,
           median(took, RUNS), median(listed, RUNS), median(used, RUNS));
    fflush(stdout);
}

static void bench_processes(char **pids, int n)
{
    printf("%-16s %8s %10s %10s %10s %10s\n", "attach to", "MB", "goroutines", "attach ms",
           "listed ms", "cpu ms");
    for (int i = 0; i < n; i++)
        attach_row(atoi(pids[i]));
}

/* What is done beside the sleeper, without pause or once a second, until it is told to end. */
struct neighbour {
    struct subject *subject;
    void (*way)(struct subject *s);
    gint64 pause_us;
    gint stop;
};

static gpointer be_neighbour(gpointer data)
{
    struct neighbour *n = data;

    while (!g_atomic_int_get(&n->stop)) {
        if (n->way != NULL)
            n->way(n->subject);
        g_usleep((gulong)n->pause_us);
    }
    return NULL;
}

static void burn(struct subject *s)
{
    double until = now_s() + 0.1;

    (void)s;
    while (now_s() < until)
        ;
}

static void bench_sleeper(void)
{
    static const struct {
        const char *what;
        void (*way)(struct subject *s);
        gint64 pause_us;
    } neighbours[] = {{"alone", NULL, 100000},
                      {"a busy loop", burn, 0},
                      {"memory without pause", dump_by_memory, 0},
                      {"memory once a second", dump_by_memory, G_USEC_PER_SEC},
                      {"debug=2 once a second", dump_by_http, G_USEC_PER_SEC}};
    struct subject s = subject_start("");

    g_free(live_say(s.live, "many 10000"));
    printf("\n%-22s %30s %10s\n", "a 1 ms sleeper beside", "worst of a median second, ms",
           "of all");
    for (size_t i = 0; i < G_N_ELEMENTS(neighbours); i++) {
        struct neighbour n = {&s, neighbours[i].way, neighbours[i].pause_us, 0};
        GThread *thread = g_thread_new("neighbour", be_neighbour, &n);
        g_autofree char *said = live_say(s.live, "sleeper %d", seconds);
        g_auto(GStrv) words = g_strsplit(g_strchomp(said), " ", -1);

        g_atomic_int_set(&n.stop, 1);
        g_thread_join(thread);
        printf("%-22s %30s %10s %8s wake-ups/s\n", neighbours[i].what, words[0], words[1],
               words[2]);
        fflush(stdout);
    }
    subject_stop(&s);
}

static void bench(const struct live_build *build, const char *path)
{
    program = path;
    printf("%s\n", build->version);
    bench_attach();
    bench_goroutines();
    bench_places();
    bench_sleeper();
}

int main(int argc, char **argv)
{
    static const char *const versions[] = {"1.26.8", NULL};

    if (argc > 1)
        seconds = MAX(atoi(argv[1]), 2);
    if (argc > 2) {
        bench_processes(argv + 2, argc - 2);
        return 0;
    }
    live_each_of(versions, false, bench);
    return 0;
}
