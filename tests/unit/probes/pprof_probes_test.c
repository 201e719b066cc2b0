#include "tests/unit/probes/probing.h"

#include "probes/clock.h"

#include <glib.h>
#include <string.h>

#define INDEX "/debug/pprof/"
#define STATES "/debug/pprof/goroutine?debug=2"
#define COUNTS "/debug/pprof/goroutine?debug=1"
#define HEAP "/debug/pprof/heap?debug=1"

static const char plain_text[] = "text/plain; charset=utf-8";
static const char states_dump[] = "goroutine 1 [chan receive, 3 minutes]:\n"
                                  "main.wait(0x1)\n"
                                  "\t/src/main.go:10 +0x20\n"
                                  "main.main()\n"
                                  "\t/src/main.go:5 +0x1d\n"
                                  "\n"
                                  "goroutine 7 [select]:\n"
                                  "main.loop(0x2)\n"
                                  "\t/src/main.go:20 +0x40\n"
                                  "created by main.main in goroutine 1\n"
                                  "\t/src/main.go:4 +0x18\n";

static void answer_text(struct probing *p, const char *path, enum http_behaviour behaviour,
                        const char *text)
{
    struct http_answer answer = {.behaviour = behaviour, .body = text, .content_type = plain_text};

    http_server_set(p->server, path, &answer);
}

static void answer_index(struct probing *p, int goroutines)
{
    g_autofree char *page = g_strdup_printf(
        "<html><table>\n"
        "<tr><td>%d</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>\n"
        "<tr><td>11</td><td><a href='threadcreate?debug=1'>threadcreate</a></td></tr>\n",
        goroutines);
    struct http_answer answer = {.body = page, .content_type = "text/html; charset=utf-8"};

    http_server_set(p->server, INDEX, &answer);
}

static void answer_counts(struct probing *p, int goroutines)
{
    g_autofree char *text = g_strdup_printf("goroutine profile: total %d\n"
                                            "%d @ 0x1 0x2\n"
                                            "#\t0x1\tmain.wait+0x20\t/src/main.go:10\n"
                                            "#\t0x2\tmain.main+0x1d\t/src/main.go:5\n\n",
                                            goroutines, goroutines);

    answer_text(p, COUNTS, HTTP_CHUNKED, text);
}

static void answer_heap(struct probing *p, unsigned num_gc, unsigned total_alloc)
{
    g_autofree char *text = g_strdup_printf(
        "heap profile: 1: 1024 [2: 2048] @ heap/1048576\n"
        "1: 1024 [2: 2048] @ 0x1 0x2\n"
        "#\t0x1\tmain.keep+0x20\t/src/main.go:10\n"
        "#\t0x2\tmain.main+0x1d\t/src/main.go:5\n"
        "\n"
        "# runtime.MemStats\n# Alloc = 1000\n# TotalAlloc = %u\n# Sys = 9000\n# Lookups = 0\n"
        "# Mallocs = 9\n# Frees = 3\n# HeapAlloc = 1000\n# HeapSys = 8000\n# HeapIdle = 500\n"
        "# HeapInuse = 7500\n# HeapReleased = 100\n# HeapObjects = 6\n# Stack = 32 / 32\n"
        "# MSpan = 1 / 2\n# MCache = 3 / 4\n# BuckHashSys = 5\n# GCSys = 6\n# OtherSys = 7\n"
        "# NextGC = 4194304\n# LastGC = 1700000000000000000\n# PauseNs = [1 2 3]\n"
        "# PauseEnd = [1 2 3]\n# NumGC = %u\n# NumForcedGC = 0\n# GCCPUFraction = 0.01\n"
        "# DebugGC = false\n# MaxRSS = 123456\n",
        total_alloc, num_gc);

    answer_text(p, HEAP, HTTP_CHUNKED, text);
}

static void assert_word(const struct sample *sample, const char *word)
{
    g_test_message("%s: %s", sample_status_name(sample->status), sample->reason);
    if (strstr(sample->reason, word) == NULL)
        g_error("no \"%s\" in: %s", word, sample->reason);
}

/* --- both --- */

static void test_without_pprof(struct probing *p, gconstpointer user)
{
    (void)user;
    probing_retarget(p, true, false);
    for (int kind = PROBE_GOROUTINES; kind <= PROBE_HEAP; kind++) {
        probing_start(p, (enum probe_kind)kind);
        struct sample *sample = probing_next(p);

        g_assert_cmpint(sample->status, ==, SAMPLE_UNSUPPORTED);
        g_assert_cmpstr(sample->reason, ==, "pprof is off: restart it with SIDECAR_PPROF=1");
        sample_unref(sample);
        probe_stop(g_steal_pointer(&p->probe));
    }
}

static void test_server_goes_away(struct probing *p, gconstpointer user)
{
    (void)user;
    answer_heap(p, 1, 100);
    probing_start(p, PROBE_HEAP);
    struct heap_sample *sample = probing_next(p);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    gint64 taken_us = sample->base.taken_us;

    sample_unref(sample);
    http_server_go_down(p->server);
    sample = probing_refresh(p);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_STALE);
    assert_word(&sample->base, "connection refused");
    assert_word(&sample->base, "next try in 10 s");
    g_assert_cmpint(sample->base.taken_us, ==, taken_us);
    g_assert_cmpuint(sample->memstats->total_alloc, ==, 100);
    g_assert_nonnull(sample->profile);
    sample_unref(sample);
    fake_set_alive(false); /* and now the process as well */
    sample = probing_refresh(p);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_GONE);
    g_assert_cmpuint(sample->memstats->total_alloc, ==, 100);
    sample_unref(sample);
}

static void test_denied(struct probing *p, gconstpointer user)
{
    struct http_answer answer = {.status = 401, .body = "log in"};

    (void)user;
    http_server_set(p->server, INDEX, &answer);
    probing_start(p, PROBE_GOROUTINES);
    struct sample *sample = probing_next(p);

    g_assert_cmpint(sample->status, ==, SAMPLE_DENIED);
    assert_word(sample, "who you are");
    sample_unref(sample);
}

static void stop_while_hanging(struct probing *p, enum probe_kind kind, const char *path,
                               enum http_behaviour behaviour)
{
    unsigned hits = http_server_hits(p->server, path);

    answer_text(p, path, behaviour, states_dump);
    probing_start(p, kind);
    g_assert_true(http_server_wait_hits(p->server, path, hits + 1));
    g_assert_true(probe_pace(p->probe).busy);
    gint64 begin = g_get_monotonic_time();

    probe_stop(g_steal_pointer(&p->probe));
    g_test_message("stopped in %" G_GINT64_FORMAT " us", g_get_monotonic_time() - begin);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, G_USEC_PER_SEC / 2);
}

static void test_stop_while_the_server_hangs(struct probing *p, gconstpointer user)
{
    (void)user;
    stop_while_hanging(p, PROBE_HEAP, HEAP, HTTP_HANG);
    stop_while_hanging(p, PROBE_HEAP, HEAP, HTTP_HANG_IN_BODY);
    stop_while_hanging(p, PROBE_GOROUTINES, INDEX, HTTP_HANG);
    answer_index(p, 2);
    stop_while_hanging(p, PROBE_GOROUTINES, STATES, HTTP_HANG);
}

/* --- heap --- */

static void test_heap(struct probing *p, gconstpointer user)
{
    static const struct {
        unsigned num_gc, total;
        bool new_gc;
        unsigned restarts;
    } steps[] = {
        {5, 1000, true, 0}, {5, 1100, false, 0},
        {6, 1200, true, 0}, {1, 50, true, 1}, /* another process behind the same address */
        {1, 60, false, 1},
    };

    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        answer_heap(p, steps[i].num_gc, steps[i].total);
        if (i == 0)
            probing_start(p, PROBE_HEAP);
        struct heap_sample *sample = i == 0 ? probing_next(p) : probing_after(p, 5);

        g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
        g_assert_cmpuint(sample->memstats->total_alloc, ==, steps[i].total);
        g_assert_cmpuint(sample->memstats->num_gc, ==, steps[i].num_gc);
        g_assert_nonnull(sample->profile);
        g_assert_cmpint(sample->profile_us, ==, sample->base.taken_us);
        g_assert_cmpint(sample->new_gc, ==, steps[i].new_gc);
        g_assert_cmpuint(sample->restarts, ==, steps[i].restarts);
        g_assert_cmpint(sample->base.bytes, >, 500);
        sample_unref(sample);
    }
    g_assert_cmpuint(http_server_hits(p->server, HEAP), ==, G_N_ELEMENTS(steps));
    g_assert_cmpuint(http_server_connections(p->server), ==, 1);
    g_assert_true(counts_has_thread("probe-heap"));
}

/* The target ended and its successor got the port: not one number of the successor is taken. */
static void test_successor_on_the_port(struct probing *p, gconstpointer user)
{
    (void)user;
    answer_heap(p, 5, 1000);
    probing_start(p, PROBE_HEAP);
    sample_unref(probing_next(p));
    fake_set_alive(false);
    answer_heap(p, 1, 10);
    struct heap_sample *sample = probing_after(p, 5);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_GONE);
    g_assert_cmpuint(sample->memstats->total_alloc, ==, 1000);
    sample_unref(sample);
}

static void test_heap_that_is_none(struct probing *p, gconstpointer user)
{
    (void)user;
    answer_text(p, HEAP, HTTP_PLAIN, "hello\n");
    probing_start(p, PROBE_HEAP);
    struct heap_sample *sample = probing_next(p);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_FAILED);
    assert_word(&sample->base, "something else than a heap profile");
    g_assert_null(sample->memstats);
    g_assert_null(sample->profile);
    sample_unref(sample);
}

static void test_large_heap_is_asked_for_less_often(struct probing *p, gconstpointer user)
{
    g_autofree char *padding = g_strnfill(3 << 19, '\n');
    g_autofree char *text =
        g_strconcat("heap profile: 0: 0 [0: 0] @ heap/1048576\n", padding, NULL);

    (void)user;
    answer_text(p, HEAP, HTTP_PLAIN, text);
    probing_start(p, PROBE_HEAP);
    struct heap_sample *sample = probing_next(p);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    assert_word(&sample->base, "memory counters could not be read");
    sample_unref(sample);
    g_assert_cmpint(probing_settled_pace(p).effective_us, >=, (gint64)15 * G_USEC_PER_SEC);
}

static void test_slow_server_is_spared(struct probing *p, gconstpointer user)
{
    struct http_answer answer = {.body = "heap profile: 0: 0 [0: 0] @ heap/1048576\n",
                                 .delay_ms = 1000};

    (void)user;
    http_server_set(p->server, HEAP, &answer);
    probing_start(p, PROBE_HEAP);
    sample_unref(probing_next(p));
    g_assert_cmpint(probing_settled_pace(p).effective_us, >=, (gint64)20 * G_USEC_PER_SEC);
}

/* --- goroutines --- */

static void test_counts_and_stacks(struct probing *p, gconstpointer user)
{
    const struct goroutine_dump *dump = NULL;

    (void)user;
    answer_text(p, STATES, HTTP_CHUNKED, states_dump);
    for (int i = 0; i <= 6; i++) {
        answer_index(p, 40 + i);
        if (i == 0)
            probing_start(p, PROBE_GOROUTINES);
        struct goroutines_sample *sample = i == 0 ? probing_next(p) : probing_after(p, 2);

        g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
        g_assert_cmpstr(sample->base.reason, ==, "");
        g_assert_cmpint(sample->count, ==, 40 + i);
        g_assert_cmpint(sample->os_threads, ==, 11);
        g_assert_true(sample->dump->has_states);
        g_assert_cmpuint(sample->dump->total, ==, 2);
        g_assert_cmpstr(sample->source, ==, "goroutine?debug=2");
        g_assert_false(sample->needs_consent);
        g_assert_true(i == 0 || (sample->dump == dump) == (i != 5)); /* anew after 10 s */
        dump = sample->dump;
        sample_unref(sample);
    }
    g_assert_cmpuint(http_server_hits(p->server, STATES), ==, 2);
    g_assert_cmpuint(http_server_hits(p->server, COUNTS), ==, 0);
    sample_unref(probing_refresh(p)); /* by hand means stacks too */
    g_assert_cmpuint(http_server_hits(p->server, STATES), ==, 3);
}

static void test_many_goroutines_need_consent(struct probing *p, gconstpointer user)
{
    (void)user;
    answer_index(p, 5000);
    answer_counts(p, 5000);
    answer_text(p, STATES, HTTP_PLAIN, states_dump);
    probing_start(p, PROBE_GOROUTINES);
    struct goroutines_sample *sample = probing_next(p);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_true(sample->needs_consent);
    assert_word(&sample->base, "5000 goroutines");
    g_assert_cmpstr(sample->source, ==, "goroutine?debug=1");
    g_assert_false(sample->dump->has_states);
    g_assert_cmpuint(http_server_hits(p->server, STATES), ==, 0);
    sample_unref(sample);
    probe_consent_once(p->probe);
    sample = probing_next(p);
    g_assert_true(sample->dump->has_states);
    g_assert_false(sample->needs_consent);
    g_assert_cmpint(sample->count, ==, 5000);
    sample_unref(sample);
    g_assert_cmpuint(http_server_hits(p->server, STATES), ==, 1);
    sample = probing_after(p, 12); /* what was paid for is not thrown away at once */
    g_assert_true(sample->dump->has_states);
    sample_unref(sample);
    sample = probing_after(p, 60);
    g_assert_false(sample->dump->has_states);
    g_assert_true(sample->needs_consent);
    sample_unref(sample);
    g_assert_cmpuint(http_server_hits(p->server, STATES), ==, 1);
}

static void test_very_many_are_read_rarely(struct probing *p, gconstpointer user)
{
    (void)user;
    answer_index(p, 20000);
    answer_counts(p, 20000);
    probing_start(p, PROBE_GOROUTINES);
    for (int i = 0; i < 15; i++)
        sample_unref(i == 0 ? probing_next(p) : probing_after(p, 2));
    g_assert_cmpuint(http_server_hits(p->server, COUNTS), ==, 1);
    sample_unref(probing_after(p, 2)); /* 30 s */
    g_assert_cmpuint(http_server_hits(p->server, COUNTS), ==, 2);
}

static void test_cut_off_states_fall_back(struct probing *p, gconstpointer user)
{
    (void)user;
    answer_index(p, 300);
    answer_counts(p, 300);
    answer_text(p, STATES, HTTP_CUT, states_dump);
    probing_start(p, PROBE_GOROUTINES);
    struct goroutines_sample *sample = probing_next(p);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpuint(sample->dump->total, ==, 300);
    g_assert_true(sample->needs_consent);
    assert_word(&sample->base, "did not come through");
    sample_unref(sample);
    sample_unref(probing_after(p, 10)); /* not asked for again */
    g_assert_cmpuint(http_server_hits(p->server, STATES), ==, 1);
    answer_text(p, STATES, HTTP_PLAIN, states_dump);
    sample = probing_refresh(p); /* until somebody wants it */
    g_assert_true(sample->dump->has_states);
    sample_unref(sample);
}

static void test_failing_stacks_do_not_hide_counts(struct probing *p, gconstpointer user)
{
    (void)user;
    answer_index(p, 7);
    probing_start(p, PROBE_GOROUTINES); /* both dumps: 404 */
    struct goroutines_sample *sample = probing_next(p);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(sample->count, ==, 7);
    g_assert_null(sample->dump);
    g_assert_cmpstr(sample->source, ==, "");
    assert_word(&sample->base, "stacks could not be read");
    sample_unref(sample);
    answer_text(p, STATES, HTTP_PLAIN, states_dump);
    sample_unref(probing_refresh(p));
    http_server_set(p->server, STATES, NULL);
    sample = probing_refresh(p);
    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_true(sample->dump->has_states);
    assert_word(&sample->base, "the stacks are old");
    sample_unref(sample);
    sample = probing_after(p, 2); /* not tried again yet: it still says so */
    assert_word(&sample->base, "the stacks are old");
    sample_unref(sample);
}

static void test_server_without_index(struct probing *p, gconstpointer user)
{
    (void)user;
    answer_counts(p, 300); /* only this handler is mounted */
    probing_start(p, PROBE_GOROUTINES);
    struct goroutines_sample *sample = probing_next(p);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(sample->count, ==, 300);
    g_assert_cmpint(sample->os_threads, ==, SAMPLE_UNKNOWN);
    gint64 taken_us = sample->base.taken_us;

    sample_unref(sample);
    sample = probing_after(p, 2);
    g_assert_cmpint(sample->base.taken_us, ==, taken_us); /* an old count is not shown as new */
    sample_unref(sample);
    g_assert_cmpuint(http_server_hits(p->server, INDEX), ==, 1);
}

/* Nothing of pprof is there: no answer must not turn into "ok" between two attempts. */
static void test_server_with_nothing(struct probing *p, gconstpointer user)
{
    (void)user;
    probing_start(p, PROBE_GOROUTINES);
    for (int i = 0; i < 4; i++) {
        struct goroutines_sample *sample = i == 0 ? probing_next(p) : probing_after(p, 30);

        g_assert_cmpint(sample->base.status, ==, SAMPLE_FAILED);
        assert_word(&sample->base, "give the address it is mounted at");
        g_assert_cmpint(sample->count, ==, SAMPLE_UNKNOWN);
        sample_unref(sample);
    }
    probe_set_interval(p->probe, 100000); /* sooner than the next attempt */
    for (int i = 0; i < 4; i++) {
        struct goroutines_sample *sample = probing_after(p, 30);

        g_assert_cmpint(sample->base.status, ==, SAMPLE_FAILED);
        sample_unref(sample);
    }
}

static void test_stale_goroutines(struct probing *p, gconstpointer user)
{
    (void)user;
    answer_index(p, 9);
    answer_text(p, STATES, HTTP_PLAIN, states_dump);
    probing_start(p, PROBE_GOROUTINES);
    sample_unref(probing_next(p));
    http_server_go_down(p->server);
    struct goroutines_sample *sample = probing_after(p, 2);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_STALE);
    g_assert_cmpint(sample->count, ==, 9);
    probe_stop(g_steal_pointer(&p->probe));
    g_assert_cmpuint(sample->dump->total, ==, 2);
    sample_unref(sample);
}

#define ADD(name, test)                                                                            \
    g_test_add("/pprof-probes/" name, struct probing, NULL, probing_set_up, test, probing_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("no-pprof", test_without_pprof);
    ADD("server-goes", test_server_goes_away);
    ADD("denied", test_denied);
    ADD("stop", test_stop_while_the_server_hangs);
    ADD("heap", test_heap);
    ADD("heap/successor", test_successor_on_the_port);
    ADD("heap/none", test_heap_that_is_none);
    ADD("heap/large", test_large_heap_is_asked_for_less_often);
    ADD("heap/slow", test_slow_server_is_spared);
    ADD("goroutines", test_counts_and_stacks);
    ADD("goroutines/consent", test_many_goroutines_need_consent);
    ADD("goroutines/rarely", test_very_many_are_read_rarely);
    ADD("goroutines/cut", test_cut_off_states_fall_back);
    ADD("goroutines/no-stacks", test_failing_stacks_do_not_hide_counts);
    ADD("goroutines/no-index", test_server_without_index);
    ADD("goroutines/nothing", test_server_with_nothing);
    ADD("goroutines/stale", test_stale_goroutines);
    return g_test_run();
}
