#include "pprof/memstats.h"
#include "pprof/profile.h"

#include <string.h>

static const char block[] =
    "# runtime.MemStats\n# Alloc = 1\n# TotalAlloc = 2\n# Sys = 3\n# Lookups = 0\n"
    "# Mallocs = 4\n# Frees = 5\n# HeapAlloc = 6\n# HeapSys = 7\n# HeapIdle = 8\n"
    "# HeapInuse = 9\n# HeapReleased = 10\n# HeapObjects = 11\n# Stack = 12 / 13\n"
    "# MSpan = 14 / 15\n# MCache = 16 / 17\n# BuckHashSys = 18\n# GCSys = 19\n"
    "# OtherSys = 20\n# NextGC = 18446744073709551615\n# LastGC = 1700000000000000000\n"
    "# PauseNs = [100 200 300 400]\n# PauseEnd = [1 2 3 4]\n# NumGC = 3\n"
    "# NumForcedGC = 1\n# GCCPUFraction = 1.25e-05\n# DebugGC = false\n# MaxRSS = 21\n";

static void check(const struct memstats *m)
{
    const uint64_t *numbers = &m->alloc;
    static const uint64_t expected[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                        11, 12, 13, 14, 15, 16, 17, 18, 19, 20};

    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
        g_assert_cmpuint(numbers[i], ==, expected[i]);
    g_assert_cmpuint(m->next_gc, ==, UINT64_MAX);
    g_assert_cmpuint(m->last_gc_ns, ==, UINT64_C(1700000000000000000));
    g_assert_cmpuint(m->last_pause_ns, ==, 300);
    g_assert_cmpuint(m->num_gc, ==, 3);
    g_assert_cmpuint(m->num_forced_gc, ==, 1);
    g_assert_cmpfloat(m->gc_cpu_fraction, ==, 1.25e-05);
    g_assert_cmpuint(m->max_rss, ==, 21);
    g_assert_true(m->complete);
}

static void test_block(void)
{
    g_autofree char *after = g_strconcat("heap profile: 0: 0 [0: 0] @ heap/2\n\n", block, NULL);
    g_auto(GStrv) lines = g_strsplit(block, "\n", -1);
    g_autofree char *crlf = g_strjoinv("\r\n", lines);
    struct memstats m;

    g_assert_true(memstats_parse(block, strlen(block), &m, NULL));
    check(&m);
    g_assert_true(memstats_parse(after, strlen(after), &m, NULL));
    check(&m);
    g_assert_true(memstats_parse(crlf, strlen(crlf), &m, NULL));
    check(&m);
}

static void test_incomplete(void)
{
    struct memstats m;

    for (const char *end = block + 20; (end = strstr(end, "\n# ")) != NULL; end++) {
        bool whole = strstr(end, "NumGC") == NULL;

        g_assert_true(memstats_parse(block, (size_t)(end - block), &m, NULL));
        g_assert_cmpint(m.complete, ==, whole);
    }
}

/* GOGC=off without a memory limit: what the runtime answers is no size of anything. */
static void test_collector_off(void)
{
    static const char text[] = "# runtime.MemStats\n# NextGC = 8963000000000000000\n";
    struct memstats m;

    g_assert_true(memstats_parse(text, strlen(text), &m, NULL));
    g_assert_cmpuint(m.next_gc, ==, UINT64_MAX);
}

static void test_none(void)
{
    static const char *const texts[] = {"", "heap profile: 0: 0 [0: 0] @ heap/2\n",
                                        "x # runtime.MemStats\n"};
    struct memstats m = {.alloc = 77};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(memstats_parse(texts[i], strlen(texts[i]), &m, &error));
        g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT);
        g_assert_cmpuint(m.alloc, ==, 77);
    }
}

static void test_never_collected(void)
{
    static const char text[] = "# runtime.MemStats\n# PauseNs = [0 0]\n# NumGC = 0\n# LastGC = 0\n";
    struct memstats m;

    g_assert_true(memstats_parse(text, strlen(text), &m, NULL));
    g_assert_cmpuint(m.last_pause_ns, ==, 0);
    g_assert_cmpuint(m.max_rss, ==, 0);
}

static void test_sample(void)
{
    g_autofree char *path =
        g_build_filename(SIDESCOPE_SAMPLES_DIR, "pprof", "heap-after.debug1.txt", NULL);
    g_autofree char *text = NULL;
    struct memstats m;
    gsize n;

    if (!g_file_get_contents(path, &text, &n, NULL)) {
        g_test_skip("the sample profiles are not beside this tree");
        return;
    }
    g_assert_true(memstats_parse(text, n, &m, NULL));
    g_assert_true(m.complete);
    g_assert_cmpuint(m.sys, ==,
                     m.heap_sys + m.stack_sys + m.mspan_sys + m.mcache_sys + m.buck_hash_sys +
                         m.gc_sys + m.other_sys);
    g_assert_cmpuint(m.heap_objects, ==, m.mallocs - m.frees);
    g_assert_cmpuint(m.last_pause_ns, >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/memstats/block", test_block);
    g_test_add_func("/pprof/memstats/incomplete", test_incomplete);
    g_test_add_func("/pprof/memstats/collector-off", test_collector_off);
    g_test_add_func("/pprof/memstats/none", test_none);
    g_test_add_func("/pprof/memstats/never-collected", test_never_collected);
    g_test_add_func("/pprof/memstats/sample", test_sample);
    return g_test_run();
}
