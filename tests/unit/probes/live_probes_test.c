/* All probes at once on a real Go process: the platform, pprof and every clock are the real ones.
 */

#include "probes/bell.h"
#include "probes/capture.h"
#include "probes/find.h"
#include "probes/http.h"
#include "probes/probe.h"
#include "probes/target.h"
#include "tests/support/http_server.h"
#include "tests/support/target.h"
#include "tests/unit/probes/counts.h"

#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

enum { PATIENCE_MS = 20000, GOROUTINES = 50, MANY = 3000, FILES = 30 };

struct fixture {
    struct counts before;
    struct stage *stage;
    struct target *target;
    struct bell *bell;
    struct probe *probes[PROBE_N_KINDS];
    struct sample *latest[PROBE_N_KINDS];
};

static bool set_up(struct fixture *f)
{
    g_autoptr(GError) error = NULL;

    *f = (struct fixture){0};
    if (!target_available()) {
        g_test_skip("the stage program is not built: no Go");
        return false;
    }
    http_client_free(http_client_new());
    f->before = counts_now();
    f->stage = target_start(NULL, &error);
    g_assert_no_error(error);
    struct process_entry *process = platform_describe(NULL, target_pid(f->stage), &error);

    g_assert_no_error(error);
    g_autofree char *url = find_pprof(NULL, process, NULL, &error);

    g_assert_no_error(error);
    f->target = target_new(NULL, process, url, NULL);
    process_entry_free(process);
    f->bell = bell_new();
    for (int i = 0; i < PROBE_N_KINDS; i++) {
        struct probe_options options = {.bell_fd = bell_ring_end(f->bell)};

        f->probes[i] = probe_start((enum probe_kind)i, f->target, &options);
    }
    return true;
}

static void report_pace(struct fixture *f)
{
    static const char *const names[] = {"process",    "memory", "files",
                                        "goroutines", "heap",   "threads"};

    for (int i = 0; i < PROBE_N_KINDS; i++) {
        struct probe_pace pace = probe_pace(f->probes[i]);

        g_test_message("%-10s %3u samples, last cost %" G_GINT64_FORMAT
                       " us, cpu %.0f us each, %" G_GINT64_FORMAT " bytes, every %.1f s",
                       names[i], (unsigned)pace.samples, pace.last_cost_us,
                       (double)pace.total_cpu_us / (double)MAX(pace.samples, 1), pace.total_bytes,
                       (double)pace.effective_us / G_USEC_PER_SEC);
    }
}

static void tear_down(struct fixture *f)
{
    report_pace(f);
    gint64 begin = g_get_monotonic_time();

    for (int i = 0; i < PROBE_N_KINDS; i++) {
        probe_stop(f->probes[i]);
        g_clear_pointer(&f->latest[i], sample_unref);
    }
    g_test_message("all stopped in %" G_GINT64_FORMAT " us", g_get_monotonic_time() - begin);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, G_USEC_PER_SEC);
    target_free(f->target);
    bell_free(f->bell);
    target_stop(f->stage);
    counts_assert_back(f->before);
}

static void take_all(struct fixture *f)
{
    struct pollfd bell = {.fd = bell_fd(f->bell), .events = POLLIN};

    poll(&bell, 1, 100);
    bell_clear(f->bell);
    for (int i = 0; i < PROBE_N_KINDS; i++) {
        struct sample *sample = probe_take(f->probes[i]);

        if (sample == NULL)
            continue;
        sample_unref(f->latest[i]);
        f->latest[i] = sample;
    }
}

typedef bool condition_fn(struct fixture *f);

static void wait_until(struct fixture *f, condition_fn *holds, const char *what)
{
    gint64 until = g_get_monotonic_time() + PATIENCE_MS * G_GINT64_CONSTANT(1000);

    while (!holds(f)) {
        if (g_get_monotonic_time() > until)
            g_error("waited in vain for: %s", what);
        take_all(f);
    }
}

static bool have_status(struct fixture *f, enum sample_status status)
{
    for (int i = 0; i < PROBE_N_KINDS; i++)
        if (f->latest[i] == NULL || f->latest[i]->status != status)
            return false;
    return true;
}

static bool all_ok(struct fixture *f)
{
    return have_status(f, SAMPLE_OK);
}

static bool all_gone(struct fixture *f)
{
    return have_status(f, SAMPLE_GONE);
}

static struct goroutines_sample *goroutines(struct fixture *f)
{
    return (struct goroutines_sample *)f->latest[PROBE_GOROUTINES];
}

static struct files_sample *files(struct fixture *f)
{
    return (struct files_sample *)f->latest[PROBE_FILES];
}

static bool leak_is_seen(struct fixture *f)
{
    return goroutines(f)->count > GOROUTINES && files(f)->count > FILES;
}

static bool needs_consent(struct fixture *f)
{
    return goroutines(f)->needs_consent;
}

static bool has_many_states(struct fixture *f)
{
    const struct goroutine_dump *dump = goroutines(f)->dump;

    return dump != NULL && dump->has_states && dump->total > MANY;
}

static void refresh_all(struct fixture *f)
{
    for (int i = 0; i < PROBE_N_KINDS; i++)
        probe_refresh(f->probes[i]);
}

static void check_first_samples(struct fixture *f)
{
    const struct process_sample *process = (struct process_sample *)f->latest[PROBE_PROCESS];
    const struct memory_sample *memory = (struct memory_sample *)f->latest[PROBE_MEMORY];
    const struct heap_sample *heap = (struct heap_sample *)f->latest[PROBE_HEAP];

    g_assert_cmpint(process->rss_bytes, >, 1 << 20);
    g_assert_cmpint(memory->rss_bytes, >, 1 << 20);
    g_assert_cmpint(memory->classes[REGION_GO_HEAP].count, >, 0);
    g_assert_cmpuint(files(f)->n_fds, ==, (gsize)files(f)->count);
    g_assert_cmpint(goroutines(f)->os_threads, >, 0);
    g_assert_true(goroutines(f)->dump->has_states);
    g_assert_nonnull(heap->profile);
    g_assert_cmpuint(heap->memstats->sys, >, 1 << 20);
    g_assert_true(heap->memstats->complete);
}

static bool is_from_memory(struct fixture *f)
{
    return sample_is_from_memory(goroutines(f)->source) && goroutines(f)->dump->has_states;
}

/* Asked of pprof once and compared: after that the process is not disturbed for it. */
static bool heap_is_from_memory(struct fixture *f)
{
    const struct heap_sample *heap = (struct heap_sample *)f->latest[PROBE_HEAP];

    return sample_is_from_memory(heap->source) && heap->profile != NULL;
}

static bool heap_is_from_pprof(struct fixture *f)
{
    return !heap_is_from_memory(f);
}

static void test_a_life(void)
{
    struct fixture f;

    if (target_skip_without_map() || !set_up(&f))
        return;
    wait_until(&f, all_ok, "a first sample of everything");
    check_first_samples(&f);
    target_do(f.stage, "goroutines recv %d", GOROUTINES);
    target_do(f.stage, "files codex %d", FILES);
    refresh_all(&f);
    wait_until(&f, leak_is_seen, "the leaks");
    wait_until(&f, is_from_memory, "stacks from memory, which agree with pprof's");
    wait_until(&f, heap_is_from_memory, "a heap from memory, which agrees with pprof's");
    target_set_source(f.target, TARGET_SOURCE_PPROF);
    probe_refresh(f.probes[PROBE_HEAP]);
    wait_until(&f, heap_is_from_pprof, "a heap from where the user wants it from");
    target_do(f.stage, "goroutines recv %d", MANY);
    refresh_all(&f);
    wait_until(&f, needs_consent, "the question about many goroutines");
    probe_consent_once(f.probes[PROBE_GOROUTINES]);
    wait_until(&f, has_many_states, "states after consent");
    target_kill(f.stage, SIGKILL);
    refresh_all(&f);
    wait_until(&f, all_gone, "the end");
    g_assert_cmpint(goroutines(&f)->count, >, MANY); /* last values stay */
    tear_down(&f);
}

static void test_cpu_capture(void)
{
    struct fixture f;
    g_autoptr(GError) error = NULL;

    if (!set_up(&f))
        return;
    target_do(f.stage, "cpu burn 1");
    target_set_source(f.target, TARGET_SOURCE_PPROF);
    struct capture_request request = {.path = "profile", .seconds = 1, .bell_fd = -1};
    struct capture *capture = capture_start(f.target, &request, &error);
    struct capture *second = NULL;
    struct capture_result *result = NULL, *refused = NULL;

    g_assert_no_error(error);
    while (capture_progress(capture) < 0.3)
        g_usleep(10000);
    second = capture_start(f.target, &request, &error);
    while (refused == NULL && (refused = capture_take(second)) == NULL)
        g_usleep(10000);
    g_test_message("%s", refused->error);
    g_assert_cmpint(refused->outcome, ==, CAPTURE_FAILED);
    g_assert_nonnull(strstr(refused->error, "another CPU profile"));
    while (result == NULL && (result = capture_take(capture)) == NULL)
        g_usleep(10000);
    g_assert_cmpstr(result->error, ==, "");
    g_assert_cmpint(result->profile->duration_ns, >, 900000000);
    g_assert_cmpstr(result->source, ==, "pprof");
    g_assert_cmpstr(refused->source, ==, "");
    capture_result_free(result);
    capture_result_free(refused);
    capture_free(capture);
    capture_free(second);
    tear_down(&f);
}

/* The same profiles where pprof does not serve: from the process's memory and from the kernel. */
static void capture_outside(const struct target *target, const char *path, int seconds)
{
    struct capture_request request = {.path = path, .seconds = seconds, .bell_fd = -1};
    g_autoptr(GError) error = NULL;
    struct capture *capture = capture_start(target, &request, &error);
    struct capture_result *result;

    g_assert_no_error(error);
    while ((result = capture_take(capture)) == NULL)
        g_usleep(10000);
    if (seconds > 0 && result->outcome == CAPTURE_FAILED) { /* the kernel may not let us */
        g_test_message("%s: %s", path, result->error);
    } else {
        g_assert_cmpstr(result->error, ==, "");
        g_assert_cmpuint(result->profile->n_samples, >, 0);
        g_assert_nonnull(result->bytes);
        g_assert_cmpstr(result->source, ==, seconds > 0 ? "perf events" : "memory");
    }
    capture_result_free(result);
    capture_free(capture);
}

/* All stacks as text, and what they say, where pprof would have to be asked before. */
static void dump_from_memory(struct target *target, bool raw)
{
    const struct capture_request request = {
        .path = "goroutine?debug=2", .raw = raw, .from_memory = true, .bell_fd = -1};
    g_autoptr(GError) error = NULL;
    struct capture *capture = capture_start(target, &request, &error);
    struct capture_result *result;

    g_assert_no_error(error);
    while ((result = capture_take(capture)) == NULL)
        g_usleep(10000);
    g_assert_cmpstr(result->error, ==, "");
    g_assert_cmpstr(result->source, ==, "memory");
    gsize n;
    const char *text = g_bytes_get_data(result->bytes, &n);

    g_assert_nonnull(g_strstr_len(text, (gssize)n, "goroutine 1 ["));
    g_assert_true((result->dump != NULL) == !raw);
    g_assert_null(result->profile);
    capture_result_free(result);
    capture_free(capture);
    target_set_source(target, TARGET_SOURCE_PPROF);
    g_assert_null(capture_start(target, &request, &error));
    g_assert_error(error, HTTP_ERROR, HTTP_ERROR_URL);
    target_set_source(target, TARGET_SOURCE_AUTO);
}

/* What came within two seconds, and not what was there before. */
static void change_from_memory(struct fixture *f, const struct target *target)
{
    enum { BEFORE_US = 500000, INUSE_SPACE = 3 };
    struct capture_request request = {.path = "heap", .seconds = 2, .bell_fd = -1};
    g_autoptr(GError) error = NULL;

    target_do(f->stage, "gc");
    target_do(f->stage, "gc"); /* what a profile tells is of the collection before */
    struct capture *capture = capture_start(target, &request, &error);
    struct capture_result *result;
    int64_t grown = 0;

    g_assert_no_error(error);
    g_usleep(BEFORE_US);
    target_do(f->stage, "heap session 40M");
    target_do(f->stage, "gc");
    target_do(f->stage, "gc");
    while ((result = capture_take(capture)) == NULL)
        g_usleep(10000);
    g_assert_cmpstr(result->error, ==, "");
    g_assert_cmpstr(result->source, ==, "memory");
    g_assert_cmpint(result->profile->duration_ns, ==, 2 * (int64_t)1000000000);
    for (size_t i = 0; i < result->profile->n_samples; i++)
        grown += result->profile->values[i * result->profile->n_sample_types + INUSE_SPACE];
    g_test_message("%" G_GINT64_FORMAT, grown);
    g_assert_cmpint(grown, >, 20 << 20);
    g_assert_cmpint(grown, <, 58 << 20); /* without the 20M of before */
    capture_result_free(result);
    capture_free(capture);
}

static void test_without_pprof(void)
{
    struct fixture f;
    g_autoptr(GError) error = NULL;

    if (!set_up(&f))
        return;
    struct target *silent = target_copy(f.target);

    g_clear_pointer(&silent->pprof_url, g_free);
    target_do(f.stage, "heap session 20M");
    g_assert_true(capture_needs_no_pprof(silent, "heap?gc=1"));
    g_assert_false(capture_needs_no_pprof(silent, "threadcreate"));
    capture_outside(silent, "heap?gc=1", 0);
    capture_outside(silent, "allocs", 0);
    target_do(f.stage, "cpu burn 1");
    capture_outside(silent, "profile", 1);
    dump_from_memory(silent, true);
    dump_from_memory(f.target, false);

    change_from_memory(&f, silent);

    struct capture_request dumps = {.path = "goroutine?debug=2", .seconds = 1, .bell_fd = -1};

    g_assert_null(capture_start(silent, &dumps, &error));
    g_assert_error(error, HTTP_ERROR, HTTP_ERROR_URL);
    target_free(silent);
    tear_down(&f);
}

/* A server that takes connections and never answers: its patience is not what this costs. */
static void test_hung_pprof(void)
{
    struct fixture f;
    const struct http_answer silence = {.behaviour = HTTP_HANG};

    if (!set_up(&f))
        return;
    struct http_server *server = http_server_new();
    struct target *hung = target_copy(f.target);

    g_free(hung->pprof_url);
    hung->pprof_url = g_strdup(http_server_base(server));
    http_server_set(server, "/debug/pprof/cmdline", &silence);
    target_do(f.stage, "heap session 20M");
    target_do(f.stage, "cpu burn 1");
    gint64 begun_us = g_get_monotonic_time();

    capture_outside(hung, "heap", 0);
    capture_outside(hung, "profile", 1);
    g_assert_cmpint(g_get_monotonic_time() - begun_us, <, 30 * G_USEC_PER_SEC);
    g_assert_cmpuint(http_server_hits(server, "/debug/pprof/profile?seconds=1"), ==, 0);
    target_set_source(hung, TARGET_SOURCE_MEMORY); /* it is not even tried */
    capture_outside(hung, "profile", 1);
    g_assert_cmpuint(http_server_hits(server, "/debug/pprof/cmdline"), ==, 2);
    target_free(hung);
    http_server_free(server);
    tear_down(&f);
}

/* The heap probe itself, beside what pprof answers at the same time. */
static void test_heap_from_memory(void)
{
    struct fixture f;
    struct heap_sample *heap = NULL;

    if (!set_up(&f))
        return;
    struct target *silent = target_copy(f.target);
    struct probe_options options = {.bell_fd = -1};

    g_clear_pointer(&silent->pprof_url, g_free);
    target_do(f.stage, "heap session 20M");
    struct probe *probe = probe_start(PROBE_HEAP, silent, &options);

    while (heap == NULL) {
        g_usleep(10000);
        heap = (struct heap_sample *)probe_take(probe);
    }
    g_assert_cmpstr(heap->base.reason, ==, "");
    g_assert_cmpint(heap->base.status, ==, SAMPLE_OK);
    g_assert_cmpstr(heap->source, ==, "memory");
    g_assert_cmpuint(heap->memstats->heap_alloc, >, 20 << 20);
    g_assert_nonnull(heap->profile);
    sample_unref(heap);
    probe_stop(probe);
    target_free(silent);
    tear_down(&f);
}

/* Stacks with states of as many as there are, and nobody was asked or stopped. */
static void test_goroutines_from_memory(void)
{
    struct fixture f;
    struct goroutines_sample *sample = NULL;

    if (!set_up(&f))
        return;
    struct target *silent = target_copy(f.target);
    struct probe_options options = {.bell_fd = -1};

    g_clear_pointer(&silent->pprof_url, g_free);
    target_do(f.stage, "goroutines recv %d", MANY);
    struct probe *probe = probe_start(PROBE_GOROUTINES, silent, &options);

    while (sample == NULL) {
        g_usleep(10000);
        sample = (struct goroutines_sample *)probe_take(probe);
    }
    g_assert_cmpstr(sample->base.reason, ==, "");
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpstr(sample->source, ==, "memory");
    g_assert_cmpint(sample->count, >, MANY);
    g_assert_false(sample->needs_consent);
    g_assert_true(sample->dump->has_states);
    g_assert_cmpuint(sample->dump->by_category[GOROUTINE_CHAN_RECEIVE], >=, MANY);
    sample_unref(sample);
    probe_stop(probe);
    target_free(silent);
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/live-probes/life", test_a_life);
    g_test_add_func("/live-probes/cpu", test_cpu_capture);
    g_test_add_func("/live-probes/without-pprof", test_without_pprof);
    g_test_add_func("/live-probes/hung-pprof", test_hung_pprof);
    g_test_add_func("/live-probes/heap-from-memory", test_heap_from_memory);
    g_test_add_func("/live-probes/goroutines-from-memory", test_goroutines_from_memory);
    return g_test_run();
}
