/* The numbers of runtime.MemStats are those that a quiet process gives itself, to the byte. */

#include "probes/goruntime/memstats.h"
#include "tests/goruntime/state/live.h"

#include <locale.h>
#include <string.h>

/* The target's own "Name value" lines. */
static guint64 answer(char **lines, const char *name)
{
    for (size_t i = 0; lines[i] != NULL; i++)
        if (g_str_has_prefix(lines[i], name) && lines[i][strlen(name)] == ' ')
            return g_ascii_strtoull(lines[i] + strlen(name), NULL, 10);
    g_error("the target does not say %s", name);
}

/* With the collector off the goal is what the largest memory limit leaves. */
static bool is_none(guint64 goal)
{
    return goal > G_GUINT64_CONSTANT(1) << 62;
}

static bool are_equal(const struct go_memstats *ours, char **theirs)
{
    const struct memstats *m = &ours->memstats;
    const struct {
        const char *name;
        guint64 value;
    } fields[] = {
        {"Sys", m->sys},
        {"HeapAlloc", m->heap_alloc},
        {"HeapInuse", m->heap_inuse},
        {"HeapIdle", m->heap_idle},
        {"HeapReleased", m->heap_released},
        {"HeapSys", m->heap_sys},
        {"StackInuse", m->stack_inuse},
        {"StackSys", m->stack_sys},
        {"MSpanInuse", m->mspan_inuse},
        {"MSpanSys", m->mspan_sys},
        {"MCacheInuse", m->mcache_inuse},
        {"MCacheSys", m->mcache_sys},
        {"BuckHashSys", m->buck_hash_sys},
        {"GCSys", m->gc_sys},
        {"OtherSys", m->other_sys},
        {"TotalAlloc", m->total_alloc},
        {"Mallocs", m->mallocs},
        {"Frees", m->frees},
        {"HeapObjects", m->heap_objects},
        {"LastGC", m->last_gc_ns},
        {"LastPause", m->last_pause_ns},
        {"NumGC", m->num_gc},
        {"NumForcedGC", m->num_forced_gc},
        {"NumGoroutine", (guint64)ours->n_goroutines},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        guint64 there = answer(theirs, fields[i].name);

        if (fields[i].value != there) {
            g_test_message("%s: %" G_GUINT64_FORMAT " for %" G_GUINT64_FORMAT, fields[i].name,
                           fields[i].value, there);
            return false;
        }
    }
    guint64 goal = answer(theirs, "NextGC");

    return m->next_gc == goal || (is_none(m->next_gc) && is_none(goal));
}

/*
 * Answering is not without effect: it gives back what processors hold, for which the
 * runtime may need memory of its own, and prints. That comes to an end after some times.
 */
static void look(struct live *live)
{
    enum { TRIES = 20 };
    g_autoptr(GError) error = NULL;
    g_autoptr(go_runtime_auto) runtime = live_attach(live, &error);
    bool equal = false;

    g_assert_no_error(error);
    for (int i = 0; i < TRIES && !equal; i++) {
        struct go_memstats stats;

        g_assert_true(go_memstats_read(runtime, &stats, &error));
        g_autofree char *text = live_say(live, "memstats");
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

        equal = are_equal(&stats, lines);
    }
    g_assert_true(equal);
}

static void one_build(const struct live_build *build, const char *program)
{
    struct live *live = live_start(program);

    (void)build;
    g_free(live_say(live, "allocate 300"));
    g_free(live_say(live, "collect"));
    look(live);
    g_free(live_say(live, "allocate 50"));
    g_free(live_say(live, "contend")); /* goroutines that ended are kept for use again */
    look(live);
    g_free(live_say(live, "collector -1"));
    look(live);
    live_stop(live);
}

static void test_memstats(void)
{
    live_each(one_build);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/goruntime/memstats/itself", test_memstats);
    return g_test_run();
}
